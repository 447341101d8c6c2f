"""How imported rules of Salesforce read: segments, territories, names."""

from pathlib import Path

from tests.support.salesforce_metadata import became, described, entry, policy
from turnout.importing.reports import Imported

BREWERS = ("Lead.Market__c", "equals", "Brewing,Cider,Distilling,Juice/Fruit,Soft Drink,Wine")


def lines(made: Imported) -> list[str]:
    """Return the lines of a policy, blanks as one."""
    return [" ".join(line.split()) for line in made.draft.text.splitlines()]


def block(made: Imported, start: str) -> str:
    """Return a declaration that begins so, on one line."""
    paragraphs = made.draft.text.split("\n\n")
    told = [" ".join(each.split()) for each in paragraphs]
    return next(each for each in told if each.startswith(start))


def test_what_comes_back_is_a_segment(tmp_path: Path) -> None:
    shuffled = (BREWERS[0], "equals", "Wine,Cider,Brewing,Distilling,Juice/Fruit,Soft Drink")
    made = became(
        tmp_path,
        entry(BREWERS, ("Lead.City", "equals", "Bonn")),
        entry(shuffled, ("Lead.City", "equals", "Köln,Jena"), logic="1 AND 2"),
        entry(("Lead.Title", "contains", "vp"), BREWERS, ("Lead.City", "equals", "Rom"),
              logic="1 OR (2 AND 3)"),
        entry(("Lead.Market__c", "notEqual", BREWERS[2]), ("Lead.Title", "equals", "x")),
    )  # fmt: skip
    assert block(made.imported, "segment") == (
        'segment BrewingCider = market in ["Brewing", "Cider", "Distilling", "Juice/Fruit", '
        '"Soft Drink", "Wine"]'
    )
    said = lines(made.imported)
    assert 'when BrewingCider and city is "Bonn"' in said
    assert 'when BrewingCider and city in ["Köln", "Jena"]' in said
    assert 'when title contains "vp" or BrewingCider and city is "Rom"' in said
    assert [rule for _, rule in made.imported.draft.rules] == [
        "bonn",
        "köln-jena",
        "vp",
        "not-brewing-x",
    ]
    assert not made.findings


def test_tests_that_always_come_together_are_one_segment(tmp_path: Path) -> None:
    web = ("Lead.LeadSource", "equals", "Web")
    unit = ("Lead.Business_Unit__c", "equals", "Packaging")
    made = policy(
        tmp_path,
        "".join(entry(unit, ("Lead.Region__c", "equals", each), web) for each in "abc")
        + entry(("Lead.Region__c", "equals", "d"))
        + entry(unit, web),
    )
    assert block(made, "segment") == (
        'segment PackagingWeb = business_unit is "Packaging" and lead_source is "Web"'
    )
    assert [rule for _, rule in made.draft.rules] == ["a", "b", "c", "d", "packaging-web"]


def test_a_segment_that_is_part_of_another_is_not_declared(tmp_path: Path) -> None:
    inner = [
        ("Lead.Business_Unit__c", "equals", "Packaging and more of it"),
        ("Lead.LeadSource", "equals", "Web and whatever else there is"),
        ("Lead.Title", "equals", "vp"),
    ]
    (one, other) = (
        entry(*inner[:3], ("Lead.City", "equals", city), logic="((1 AND 2) OR 3) AND 4")
        for city in "ab"
    )
    made = policy(tmp_path, one + other)
    assert made.draft.text.count("segment ") == 1


def test_countries_that_have_a_name_are_a_territory(tmp_path: Path) -> None:
    asked = [
        [("Lead.Country", "equals", "DE,AT,Switzerland,CH,Austria"), ("Lead.City", "equals", "x")],
        [("Lead.Country", "equals", "Sweden,Norway,Denmark,Finland")],
        [("Lead.Country", "equals", "Germany,Austria,CH,LI"), ("Lead.City", "equals", "y")],
        [("Lead.Country", "equals", "Denmark,Sweden,Norway"), ("Lead.City", "equals", "z")],
        [("Lead.Country", "equals", "FR,ES")],
        [("Lead.Partner_Country__c", "equals", "DE,AT,CH")],
    ]
    made = policy(tmp_path, "".join(entry(*each) for each in asked))
    assert block(made, "territory") == (
        "territory DACH = country in [DE, AT, CH] territory Nordics = country in [SE, NO, DK, FI]"
    )
    assert [rule for _, rule in made.draft.rules][:2] == ["dach-x", "nordics"]


def test_names_say_what_is_asked_and_are_short(tmp_path: Path) -> None:
    described(tmp_path, "Begins__c", "Date")
    asked = [
        (("Lead.NumberOfEmployees", "lessThan", "50"),),
        (("Lead.NumberOfEmployees", "greaterOrEqual", "50"), ("Lead.Email", "notEqual")),
        (("Lead.Size__c", "equals", "250-999,1000+"),),
        (("Lead.Country", "equals", "US,USA,United States"),),
        (("Lead.Begins__c", "lessThan", "LAST_N_DAYS:30"),),
        (("Lead.Begins__c", "equals", "TODAY"),),
        (("Lead.Begins__c", "greaterThan", "1/31/2020"),),
        (("Lead.Subject__c", "startsWith", "Automatic reply: to all those who asked us " * 3),),
        (("Lead.Subject__c", "startsWith", "x" * 99),),
        (("Lead.Title", "contains", "!!!"),),
    ]
    draft = policy(tmp_path, "".join(entry(*each) for each in asked)).draft
    assert [rule for _, rule in draft.rules] == [
        "number-of-employees-below-50",
        "number-of-employees-from-50-with-email",
        "size-250-999",
        "us",
        "begins-older-than-30-days",
        "begins-today",
        "begins-above-2020-01-31",
        "automatic-reply-to-all-those-who-asked-us",
        "x" * 48,
        "title",
    ]
