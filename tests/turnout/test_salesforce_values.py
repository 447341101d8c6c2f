"""What values, settings and files of Salesforce say: moments, amounts, queues, hostile files."""

from pathlib import Path

import pytest

from tests.support.salesforce_metadata import condition, described, entry, policy
from turnout.importing import xml_tree
from turnout.importing.foreign import ForeignError
from turnout.importing.salesforce import metadata_files, rules
from turnout.importing.salesforce.imported import imported

MOMENTS: dict[tuple[str, ...], tuple[str, bool]] = {
    ("CreatedDate", "lessThan", "1/31/2020 12:00 AM"): ("created_date < 2020-01-31", False),
    ("CreatedDate", "greaterOrEqual", "2020-01-31T00:00:00.000Z"): (
        "created_date >= 2020-01-31",
        False,
    ),
    ("CreatedDate", "greaterThan", "1/31/2020"): ("created_date >= 2020-01-31", True),
    ("CreatedDate", "lessOrEqual", "2020-01-31"): ("created_date < 2020-01-31", True),
    ("CreatedDate", "equals", "1/31/2020"): ("created_date is 2020-01-31", True),
    ("CreatedDate", "notEqual", "1/31/2020,2020-02-01"): (
        "created_date not in [2020-01-31, 2020-02-01] or created_date is missing",
        True,
    ),
    ("CreatedDate", "equals", "2020-01-31,2020-02-01"): (
        "created_date in [2020-01-31, 2020-02-01]",
        True,
    ),
    ("CreatedDate", "equals", "1/31/2020 12:00 AM"): ("test_1", True),
    ("CreatedDate", "lessThan", "1/31/2020 12:00 PM"): ("test_1", True),
    ("CreatedDate", "lessThan", "2020-01-31T00:00:00+02:00"): ("test_1", True),
    ("CreatedDate", "lessThan", "2020-01-31T10:00:00Z"): ("test_1", True),
    ("CreatedDate", "lessThan", "1/2/2020"): ("criterion_1", True),
    ("CreatedDate", "lessThan", "2020-02-31"): ("criterion_1", True),
    ("Seen__c", "lessThan", "2020-01-31 22:15"): ("test_1", True),
    ("Seen__c", "lessThan", "2020-01-31"): ("seen < 2020-01-31", False),
}


@pytest.mark.parametrize("asked", list(MOMENTS), ids=range(len(MOMENTS)))
def test_times_of_day_are_said_in_days_or_by_name(tmp_path: Path, asked: tuple[str, ...]) -> None:
    field, *rest = asked
    written = entry((f"Lead.{field}", *rest))
    said, is_told = MOMENTS[asked]
    assert condition(tmp_path, written) == said
    (of_entry,) = policy(tmp_path, written).entries
    assert bool(of_entry.notes) == is_told


def test_a_field_with_a_time_of_day_says_where_its_days_begin(tmp_path: Path) -> None:
    described(tmp_path, "Seen__c", "DateTime")
    described(tmp_path, "Born__c", "Date")
    made = policy(
        tmp_path,
        entry(("Lead.Seen__c", "lessThan", "TODAY"), ("Lead.Born__c", "lessThan", "TODAY")),
    )
    (note,) = made.notes
    assert note.message.startswith("Seen__c has a time of day: a policy's days begin in its")


AMOUNTS: dict[tuple[str, ...], tuple[str, str]] = {
    ("AnnualRevenue", "greaterThan", "EUR 50000"): ("annual_revenue > 50000", "money EUR"),
    ("AnnualRevenue", "greaterThan", '"1,250,000.50"'): ("annual_revenue > 1250000.5", "money USD"),
    ("NumberOfEmployees", "lessOrEqual", "50.0"): ("number_of_employees <= 50", "integer"),
    ("Budget__c", "greaterThan", "GBP 1"): ("budget > 1", "money GBP"),
    ("Code__c", "equals", "EUR 1"): ('code is "EUR 1"', "text"),
    ("Code__c", "greaterThan", "XYZ 1"): ("criterion_1", "number"),
    ("Share__c", "lessThan", "5%"): ("share < 5", "number"),
}


@pytest.mark.parametrize("asked", list(AMOUNTS), ids=range(len(AMOUNTS)))
def test_amounts_are_read_as_salesforce_writes_them(tmp_path: Path, asked: tuple[str, ...]) -> None:
    field, *rest = asked
    described(tmp_path, "Share__c", "Percent")
    written = entry((f"Lead.{field}", *rest))
    said, type_name = AMOUNTS[asked]
    assert condition(tmp_path, written) == said
    text = " ".join(policy(tmp_path, written).draft.text.split())
    assert said == "criterion_1" or f": {type_name}" in text


def test_the_currency_is_that_of_the_amounts_or_the_one_that_is_asked_for(tmp_path: Path) -> None:
    asks = [("Lead.AnnualRevenue", "greaterThan", each) for each in ("EUR 5", "EUR 7", "USD 9")]
    made = policy(tmp_path, *map(entry, asks))
    assert "annual_revenue: money EUR" in " ".join(made.draft.text.split())
    assert [note.message for each in made.entries for note in each.notes] == [
        "no policy says 'Lead.AnnualRevenue greaterThan USD 9'; a field of its own stands for it"
    ]
    assert not made.notes
    policy(tmp_path, entry(("Lead.AnnualRevenue", "greaterThan", "5")))
    (other,) = imported(tmp_path, currency="CHF")
    assert "annual_revenue: money CHF" in " ".join(other.draft.text.split())
    assert not other.notes


def test_a_number_that_commas_cut_up_is_told(tmp_path: Path) -> None:
    made = policy(tmp_path, entry(("Lead.NumberOfEmployees", "greaterThan", "1,000,000")))
    (note,) = made.entries[0].notes
    assert note.message == (
        "NumberOfEmployees is compared with several numbers: commas part them in 1,000,000"
    )


def test_whatever_an_entry_says_besides_is_told_by_name(tmp_path: Path) -> None:
    more = (
        "<businessHours>Default</businessHours><notifyCcRecipients>true</notifyCcRecipients>"
        "<disableEscalationWhenModified>false</disableEscalationWhenModified><team>A</team>"
        "<overrideExistingTeams>true</overrideExistingTeams><odd><name>x</name></odd>"
    )
    made = policy(tmp_path, entry(("Lead.City", "equals", "Bonn"), more=more))
    notes = made.entries[0].notes
    assert all(note.is_refused for note in notes)
    assert [note.message for note in notes] == [
        "businessHours isn't taken over: Default",
        "odd isn't taken over: x",
        "the case team A isn't added: a policy says who gets a lead",
        "existing case teams aren't replaced",
        "CC recipients aren't notified by a policy",
    ]


def test_criteria_beside_filter_logic_and_formulas_are_not_lost(tmp_path: Path) -> None:
    city, title = ("Lead.City", "equals", "Bonn"), ("Lead.Title", "equals", "vp")
    assert condition(tmp_path, entry(city, formula="ISBLANK(Email)")) == (
        'email is missing and city is "Bonn"'
    )
    assert condition(tmp_path, entry(logic="1 AND 2")) == "test_1"
    made = policy(tmp_path, entry(city, title, logic="1"))
    (note,) = made.entries[0].notes
    assert note.message == "criterion 2 isn't asked, since the filter logic 1 lacks it"


def test_comments_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "Lead.assignmentRules"
    formula = 'ISBLANK(Email) /* no address */ &amp;&amp; Title != "/* none */"'
    file.write_text(
        "<!-- by Ana --><AssignmentRules><assignmentRule><fullName>R</fullName>"
        f"<active>true</active><!-- hot ones --><ruleEntry><formula>{formula}</formula>"
        "<!-- to the\n desk --></ruleEntry></assignmentRule></AssignmentRules>"
    )
    (made,) = imported(tmp_path)
    lines = [line.strip() for line in made.draft.text.splitlines()]
    at = lines.index("route r {")
    assert lines[at - 2 : at] == ["# Lead.assignmentRules, rule R", "# by Ana"]
    assert lines[at + 1 : at + 5] == [
        "# rule R, entry 1",
        "# hot ones",
        "# to the desk",
        "# no address",
    ]
    assert "# none" not in lines


def test_what_a_field_is_for_stands_above_it(tmp_path: Path) -> None:
    described(tmp_path, "Tier__c", "Text")
    file = tmp_path / "objects/Lead/fields/Tier__c.field-meta.xml"
    text = file.read_text().replace("<type>", "<description>Set by the desk.</description><type>")
    file.write_text(text)
    text = policy(tmp_path, entry(("Lead.Tier__c", "equals", "A"))).draft.text
    assert "  # Set by the desk.\n  tier: text" in text


def test_a_queue_that_no_file_describes_is_told(tmp_path: Path) -> None:
    written = entry(("Lead.City", "equals", "Bonn"))
    assert not policy(tmp_path, written).notes
    (tmp_path / "queues").mkdir()
    (tmp_path / "queues/Q1.queue-meta.xml").write_text("<Queue><name>Queue 1</name></Queue>")
    (note,) = policy(tmp_path, written).notes
    assert note.message == "no queue Q is among the metadata; Q1 is the nearest"
    (tmp_path / "queues/q.queue").write_text("<Queue/>")
    assert not policy(tmp_path, written).notes


def test_the_object_is_told_by_the_name_or_by_the_criteria(tmp_path: Path) -> None:
    policy(tmp_path, entry(("Case.Subject", "equals", "x")))
    file = tmp_path / "Lead.assignmentRules"
    other = file.rename(tmp_path / "unsaid.xml")
    (made,) = imported(other)
    assert made.name == "cases"
    other.write_text("<AssignmentRules/>")
    with pytest.raises(ForeignError, match="neither its name nor a criterion says"):
        list(imported(other))


def test_where_no_rule_is_active_none_is_made(tmp_path: Path) -> None:
    file = tmp_path / "Lead.assignmentRules"
    file.write_text(
        "<AssignmentRules><assignmentRule><fullName>Old</fullName></assignmentRule>"
        "</AssignmentRules>"
    )
    with pytest.raises(ForeignError, match="has no active rule"):
        list(imported(tmp_path))
    assert [each.name for each in imported(tmp_path, inactive=True)] == ["leads"]


def test_hostile_folders_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written = entry(("Lead.City", "equals", "Bonn"))
    policy(tmp_path, written)
    rules_file = tmp_path / "Lead.assignmentRules"
    (folder / "Lead.assignmentRules").symlink_to(rules_file)
    with pytest.raises(ForeignError, match="is a link that leads out of"):
        list(imported(folder))
    (folder / "Lead.assignmentRules").unlink()
    rules_file.rename(folder / "Lead.assignmentRules")
    (folder / "Case.assignmentRules").symlink_to(folder / "Lead.assignmentRules")
    assert [each.name for each in imported(folder)] == ["cases", "leads"]
    monkeypatch.setattr(metadata_files, "MOST_FILES", 1)
    with pytest.raises(ForeignError, match="has more than 1 files"):
        list(imported(folder))
    monkeypatch.setattr(rules, "MOST_ENTRIES", 0)
    with pytest.raises(ForeignError, match="has 1 entries, and at most 0 are read"):
        list(imported(folder / "Lead.assignmentRules"))
    monkeypatch.setattr(xml_tree, "MOST_ELEMENTS", 3)
    with pytest.raises(ForeignError, match="or 3 in all"):
        list(imported(folder / "Lead.assignmentRules"))


def test_a_template_of_a_fallback_is_refused_by_name(tmp_path: Path) -> None:
    made = policy(tmp_path, entry(more="<template>T/New</template>"))
    (note,) = made.notes
    assert note.is_refused
    assert note.message == "a fallback sends nothing: the template T/New isn't sent"


def test_record_types_are_those_of_the_metadata_in_both_formats(tmp_path: Path) -> None:
    written = entry(
        ("Lead.RecordTypeId", "equals", "Large firms,Lrge firms"),
        formula='RecordType.Name = "Small firms"',
    )
    assert "record_type_id: text" in " ".join(policy(tmp_path, written).draft.text.split())
    (tmp_path / "Lead.object").write_text(
        "<CustomObject><recordTypes><label>Large firms</label></recordTypes>"
        "<recordTypes><label>Old</label><active>false</active></recordTypes></CustomObject>"
    )
    (tmp_path / "objects/Lead/recordTypes").mkdir(parents=True)
    (tmp_path / "objects/Lead/recordTypes/S.recordType-meta.xml").write_text(
        "<RecordType><active>true</active><label>Small firms</label></RecordType>"
    )
    made = policy(tmp_path, written)
    text = " ".join(made.draft.text.split())
    assert 'record_type_id: one of ["Large firms", "Small firms", "Lrge firms"]' in text
    assert 'record_type_name: one of ["Large firms", "Small firms"]' in text
    (note,) = (each for each in made.notes if "in use" in each.message)
    assert note.message == (
        "RecordTypeId has no value Lrge firms in use, Large firms is the nearest"
    )


def test_roll_ups_formulas_and_inactive_values_have_their_type(tmp_path: Path) -> None:
    fields = {
        "Deals__c": "<type>Summary</type>",
        "Score__c": "<type>Number</type><scale>0</scale><formula>1 + 1</formula>",
        "Tier__c": "<type>Picklist</type><valueSet><valueSetName>Tiers</valueSetName></valueSet>",
        "Is_Hot__c": "<type>Checkbox</type>",
        "Firm__c": "<type>Lookup</type>",
    }
    text = "".join(
        f"<fields><fullName>{name}</fullName>{more}</fields>" for name, more in fields.items()
    )
    (tmp_path / "Lead.object").write_text(f"<CustomObject>{text}</CustomObject>")
    (tmp_path / "Tiers.globalValueSet").write_text(
        "<GlobalValueSet><customValue><fullName>A</fullName></customValue><customValue>"
        "<fullName>Z</fullName><isActive>false</isActive></customValue></GlobalValueSet>"
    )
    asked = [("Deals__c", "greaterThan", "2"), ("Score__c", "lessThan", "3"),
             ("Tier__c", "equals", "A"), ("Is_Hot__c", "equals", "1"),
             ("Firm__c", "equals", "Acme")]  # fmt: skip
    made = policy(tmp_path, entry(*((f"Lead.{name}", *rest) for name, *rest in asked)))
    said = " ".join(made.draft.text.split())
    for each in ("deals: number", "score: integer", "tier: one of [A]", "is_hot: boolean"):
        assert each in said
    assert "is_hot is true" in said
    assert "firm: text" in said
