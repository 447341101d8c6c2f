"""What rules of Salesforce become: formulas, days, blank values, fields of their own."""

from pathlib import Path

import pytest

from tests.support.salesforce_metadata import became, condition, described, entry, policy
from turnout.compiler.leads.budget import OutOfTime
from turnout.importing import witnessed_entries
from turnout.importing.reports import report
from turnout.trials import generation

FORMULAS = {
    'AND(ISPICKVAL(Rating, "Hot"), NOT(ISBLANK(Email)))': 'rating is "Hot" and email is present',
    'ispickval(Rating,"Hot") || ispickval(Rating,"Warm")': 'rating in ["Hot", "Warm"]',
    'NOT(OR(ISPICKVAL(Rating, "Hot"), ISPICKVAL(Rating, "Warm")))': (
        'rating not in ["Hot", "Warm"] or rating is missing'
    ),
    'TEXT(Status) <> "Done" /* a comment */ && true': 'status is not "Done" or status is missing',
    'NOT(BEGINS(Title, "vp of"))': 'not title starts with "vp of" or title is missing',
    'Company = ""': "company is missing",
    "Company != null": "company is present",
    "5 < NumberOfEmployees": "number_of_employees > 5",
    "NumberOfEmployees = -5": "number_of_employees is -5",
    "ISNULL(AnnualRevenue)": "annual_revenue is missing",
    'INCLUDES(Products__c, "Core")': "products has Core",
    "CreatedDate > TODAY() - 30": "created_date within 29 days or created_date is future",
    "DATEVALUE(CreatedDate) = TODAY()": "created_date is today",
    "Begins__c < DATE(2020, 1, 31)": "begins < 2020-01-31",
    "IsEscalated = FALSE": "is_escalated is false",
    "!IsEscalated": "is_escalated is false",
    'IF(ISBLANK(Email), Rating = "a1", IsEscalated)': (
        'email is missing and rating is "a1" or email is present and is_escalated is true'
    ),
    'CASE(Rating, "Hot", 1, "Warm", 1, 0) = 1': 'rating in ["Hot", "Warm"]',
    '"B" <> CASE(Rating, "Hot", "A", "Warm", "B", "A")': (
        'rating is not "Warm" or rating is missing'
    ),
    'CASE(Rating, "Hot", 1, "Warm", 1, 1) = 1 && ISBLANK(City)': "city is missing",
    'CASE(Rating, "Hot", 1, "Hot", 2, 1) = 1': "formula_1",
    'CASE(Rating, "Hot", City, "x") = "x"': "formula_1",
    'LOWER(Company) = "acme"': 'company is "acme"',
    'UPPER(Company) != "acme" && ISBLANK(City)': "city is missing",
    'UPPER(Company) < "ACME"': "formula_1",
    'LEFT(PostalCode, 2) = "94"': 'postal_code starts with "94"',
    'LEFT(PostalCode, 3) = "94"': "formula_1",
    "LEN(Email) = 0 || 0 < LEN(Company)": "email is missing or company is present",
    "LEN(Email) > 9": "formula_1",
    'FIND("@x.", Email) > 0': 'email contains "@x."',
    'FIND("x", Email, 3) > 0': "formula_1",
    "AND(/* first */ ISBLANK(Email), /* /* second */ NOT(NOT(ISBLANK(City))))": (
        "email is missing and city is missing"
    ),
    '$Profile.Name = "Admin" || $User.IsActive': "formula_1 or formula_2",
    'REGEX(Email, "a.*")': "formula_1",
    'NOT(REGEX(Email, "a.*"))': "formula_1 is false",
    'REGEX(Email, "a.*") || Company = "x1"': 'formula_1 or company is "x1"',
    "$User.Id = OwnerId": "formula_1",
    "A > B": "formula_1",
    'CONTAINS("a:b", TEXT(Rating))': "formula_1",
    "OR(": "formula_1",
    "ISNULL(Title)": "formula_1",
    "DATE(2020, 13, 1) > Begins__c": "formula_1",
    f"{'!' * 500}Flag__c": "formula_1",
    f"A = {'TEXT(' * 1_900}B{')' * 1_900}": "formula_1",
    "(" * 6_000: "formula_1",
    f"CreatedDate > TODAY() - {'9' * 5_000}": "formula_1",
    f"DATE(2020, {'9' * 5_000}, 1) = Begins__c": "formula_1",
}


@pytest.mark.parametrize("text", list(FORMULAS), ids=range(len(FORMULAS)))
def test_a_formula_is_a_condition_as_far_as_a_policy_can_say_it(tmp_path: Path, text: str) -> None:
    assert condition(tmp_path, entry(formula=text)) == FORMULAS[text]


def test_what_no_policy_says_stands_in_a_comment_and_in_the_report(tmp_path: Path) -> None:
    text = 'REGEX(Email, ".*@firm\\.example") &&\n ISPICKVAL(Rating, "Hot")'
    made = became(tmp_path, entry(formula=text), entry(formula=f"NOT({text})"))
    said = made.imported.draft.text
    assert '# stands for: REGEX(Email, ".*@firm\\.example")' in said
    assert said.count("stands for") == 1
    assert "formula_1: boolean" in " ".join(said.split())
    (one, other) = made.notes
    assert 'no policy says the formula REGEX(Email, ".*@firm\\.example")' in one.message
    assert one.place.entry == "rule R, entry 1"
    assert other.place.entry == "rule R, entry 2"


def test_a_formula_that_tells_capitals_apart_is_said_to(tmp_path: Path) -> None:
    made = became(tmp_path, entry(formula='Company = "Acme"'))
    assert [each.message for each in made.notes] == [
        "the formula tells capitals apart, and a policy doesn't"
    ]


DAYS = {
    ("equals", "TODAY"): "created_date is today",
    ("equals", "YESTERDAY"): "created_date within 1 day and created_date is past",
    ("equals", "TOMORROW"): "created_date within next 1 day and created_date is future",
    ("equals", "LAST_N_DAYS:30"): "created_date within 30 days",
    ("equals", "last 30 days"): "created_date within 30 days",
    ("lessThan", "LAST_N_DAYS:30"): "created_date older than 30 days",
    ("greaterThan", "LAST_N_DAYS:30"): "created_date is future",
    ("greaterOrEqual", "LAST_N_DAYS:30"): "created_date within 30 days or created_date is future",
    ("equals", "NEXT_N_DAYS:7"): "created_date within next 7 days and created_date is future",
    ("greaterThan", "NEXT_N_DAYS:7"): "created_date later than 7 days",
    ("lessOrEqual", "TODAY"): "created_date is past or created_date is today",
    ("equals", "N_DAYS_AGO:5"): "created_date within 5 days and created_date older than 4 days",
    ("notEqual", "TODAY"): "created_date is past or created_date is future "
    "or created_date is missing",
    ("lessThan", "2020-01-31"): "created_date < 2020-01-31",
    ("equals", "LAST_WEEK"): "test_1",
    ("equals", "LAST_N_MONTHS:3"): "test_1",
    ("lessThan", "LAST_N_DAYS:90000"): "criterion_1",
    ("lessThan", "soon"): "criterion_1",
}


@pytest.mark.parametrize(("operation", "value"), list(DAYS))
def test_days_are_said_in_the_words_of_the_language(
    tmp_path: Path, operation: str, value: str
) -> None:
    said = condition(tmp_path, entry(("Lead.CreatedDate", operation, value)))
    assert said == DAYS[operation, value]


BLANK: dict[tuple[str, ...], str] = {
    ("Lead.Rating", "equals"): "rating is missing",
    ("Lead.Rating", "notEqual"): "rating is present",
    ("Lead.Rating", "notEqual", "Hot,Warm"): 'rating not in ["Hot", "Warm"] or rating is missing',
    ("Lead.Title", "notContain", "intern, trainee"): (
        'not title contains ["intern", "trainee"] or title is missing'
    ),
    ("Lead.P__c", "includes", "a,b;c"): "p has a or p has all [b, c]",
    ("Lead.P__c", "excludes", "a,b"): "not p has any [a, b] or p is missing",
    ("Lead.IsEscalated", "notEqual", "True"): "is_escalated is false",
    ("Lead.IsEscalated", "equals", "False"): "is_escalated is false",
    ("Lead.Country", "notEqual", "US,USA,United States"): "country is not US or country is missing",
    ("Lead.State", "equals", "CA,California,Calif."): "state is US-CA",
    ("Lead.State", "equals", "CA,Bavaria"): 'state in ["CA", "Bavaria"]',
    ("Lead.NumberOfEmployees", "notEqual", "5"): (
        "number_of_employees is not 5 or number_of_employees is missing"
    ),
    ("Lead.Size__c", "lessThan", "many"): "criterion_1",
    ("Lead.Size__c", "strangely", "x"): "test_1",
}


@pytest.mark.parametrize("asked", list(BLANK), ids=range(len(BLANK)))
def test_blank_values_and_lists_are_said_so_that_no_check_warns(
    tmp_path: Path, asked: tuple[str, ...]
) -> None:
    assert condition(tmp_path, entry(asked)) == BLANK[asked]


def test_of_all_this_no_check_warns(tmp_path: Path) -> None:
    alone = {"Lead.State", "Lead.P__c", "Lead.Size__c"}
    rules = [entry(formula=text) for text in FORMULAS if "Flag" not in text and len(text) < 99]
    rules += [entry(("Lead.CreatedDate", *each)) for each in DAYS]
    rules += [entry(each) for each in BLANK if each[0] not in alone]
    rules += [entry(("Lead.State", "notEqual", "CA,Calif."))]
    rules += [entry(("Lead.P__c", "excludes", "a,b"), ("Lead.P__c", "excludes", "c"))]
    described(tmp_path, "P__c", "MultiselectPicklist", "a", "b", "c", "d")
    made = report(policy(tmp_path, *rules), "p.route")
    assert [each.finding.message for each in made.findings] == []


def test_filter_logic_that_cannot_be_read_is_a_field_of_its_own(tmp_path: Path) -> None:
    made = became(tmp_path, entry(("Lead.Rating", "equals", "Hot"), logic="1 AND 7"))
    assert "names criterion 7, of 1: a field of its own stands for" in made.notes[0].message
    assert "when test_1" in made.imported.draft.text


def test_the_default_owner_of_cases_is_the_fallback_and_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings/Case.settings-meta.xml").write_text(
        "<CaseSettings><defaultCaseOwner>Tier_1</defaultCaseOwner>"
        "<defaultCaseOwnerType>Queue</defaultCaseOwnerType></CaseSettings>"
    )
    made = policy(tmp_path, entry(("Case.Priority", "equals", "High")), kind="Case")
    text = made.draft.text
    assert "# the default owner, as the settings have it\n  fallback to queue tier-1" in text


def test_a_record_type_stands_in_the_column_with_its_label(tmp_path: Path) -> None:
    text = policy(tmp_path, entry(("Lead.RecordTypeId", "equals", "Large firms"))).draft.text
    assert 'from column ["RecordType.Name", "Lead Record Type"' in " ".join(text.split())


def test_rules_are_named_after_what_they_ask(tmp_path: Path) -> None:
    entries = [
        entry(formula='NOT(ISPICKVAL(Rating, "Hot"))'),
        entry(("Lead.Title", "notContain", "intern")),
        entry(("Lead.Rating", "equals", "Hot,Warm"), ("Lead.Email", "equals")),
    ]
    draft = policy(tmp_path, "".join(entries)).draft
    assert [rule for _, rule in draft.rules] == ["not-hot", "not-intern", "hot-warm-no-email"]


def test_what_a_type_reads_otherwise_than_a_text_is_told(tmp_path: Path) -> None:
    asked = [
        ("Lead.Country", "equals", "USA"),
        ("Lead.State", "equals", "CA"),
        ("Lead.AnnualRevenue", "greaterThan", "5"),
        ("Lead.Company", "equals", "USA"),
    ]
    notes = [each.message for each in policy(tmp_path, entry(*asked)).notes]
    assert notes == [
        "Country is a country in any spelling: US, USA and United States are one",
        "State is a state of the US in any spelling: CA and California are one",
        "AnnualRevenue is taken as USD; `--currency` says another",
    ]


def test_a_value_that_a_picklist_does_not_have_is_told_with_the_nearest(tmp_path: Path) -> None:
    described(tmp_path, "Source__c", "Picklist", "Trade Fair", "Web")
    described(tmp_path, "Note__c", "Text")
    found = became(
        tmp_path,
        entry(("Lead.Source__c", "equals", "trade fair,Web")),
        entry(("Lead.Source__c", "notEqual", "Trade Fiar,Fax"), ("Lead.Note__c", "equals", "x")),
        entry(("Lead.Source__c", "contains", "air")),
        entry(("Lead.Source__c", "equals", "")),
    )
    told = [(note.place.entry, note.message) for note in found.notes if "no value" in note.message]
    assert told == [
        ("rule R, entry 2", "Source__c has no value Trade Fiar in use, Trade Fair is the nearest"),
        ("rule R, entry 2", "Source__c has no value Fax in use"),
    ]


def test_every_entry_has_a_test_however_many_they_are(tmp_path: Path) -> None:
    entries = [entry(("Lead.Zone__c", "equals", f"Z{number}")) for number in range(220)]
    made = became(tmp_path, *entries)
    assert made.imported.draft.text.count("\ntest ") == 221  # of the fallback, too
    assert not made.notes


def test_where_no_time_is_left_for_tests_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessed_entries, "DEADLINE", -1.0)
    made = became(tmp_path, entry(("Lead.Zone__c", "equals", "Z")))
    assert "\ntest " not in made.imported.draft.text
    (note,) = made.notes
    assert note.message.startswith("no time was left to make tests of 2 of its rules; ")
    assert note.is_refused


def test_time_that_ends_while_a_lead_is_looked_for_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> None:
        raise OutOfTime

    monkeypatch.setattr(generation, "example", late)
    made = became(tmp_path, entry(("Lead.Zone__c", "equals", "Z")))
    assert [note.message.partition(";")[0] for note in made.notes] == [
        "no time was left to make tests of 2 of its rules"
    ]
