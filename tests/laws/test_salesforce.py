"""What is made of assignment rules decides as they do, and reads back as what it is."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.assignment_rules import HOT, PRODUCTS, TODAY, Entry, entries, rule, some_leads
from tests.support.policies import resolved
from tests.support.salesforce_schema import schema_faults
from turnout.compiler.difference import difference
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.program import lower
from turnout.dsl.formatting import formatted
from turnout.dsl.policy import Policy
from turnout.dsl.source import Source
from turnout.importing.reports import Imported
from turnout.importing.salesforce.back import assignment_rules
from turnout.importing.salesforce.imported import imported
from turnout.runtime.leads import lead_reader

FIELDS = {
    "Rating": ("Picklist", HOT),
    "Products__c": ("MultiselectPicklist", PRODUCTS),
    "Begins__c": ("Date", ()),
    "Flag__c": ("Checkbox", ()),
    "Seen__c": ("DateTime", ()),
    "Budget__c": ("Currency", ()),
}
LEADS = 40
CLOCK = datetime.combine(TODAY, time(12), UTC)


@settings(max_examples=40)
@given(st.lists(entries(), max_size=4), st.integers(0, 999))
def test_an_imported_policy_decides_as_its_source(drawn: list[Entry], seed: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, drawn)
        (found,) = imported(folder)
        (again,) = imported(folder)
    assert again == found

    text = found.draft.text
    assert formatted(Source("leads.route", text)) == text
    policy = resolved(text)

    for number, raw in enumerate(some_leads(seed, LEADS)):
        taken = _taken(policy, {"Lead ID": str(number), **raw})
        expected = next((at for at, each in enumerate(drawn, 1) if each.holds(raw)), None)
        assert _entry(found, taken, drawn) == expected, (text, raw)


def _write(folder: Path, drawn: list[Entry]) -> None:
    (folder / "Lead.assignmentRules").write_text(rule(drawn))
    fields = "".join(
        f"<fields><fullName>{name}</fullName><type>{kind}</type><picklist>"
        + "".join(f"<picklistValues><fullName>{each}</fullName></picklistValues>" for each in of)
        + "</picklist></fields>"
        for name, (kind, of) in FIELDS.items()
    )
    (folder / "Lead.object").write_text(f"<CustomObject>{fields}</CustomObject>")


def _entry(found: Imported, rule_name: str | None, drawn: list[Entry]) -> int | None:
    """Return the number of the entry that a rule or the fallback was, None for none."""
    if rule_name is not None:
        return int(found.draft.rules["r", rule_name].entry.rpartition(" ")[2])
    return None if len(found.draft.rules) == len(drawn) else len(drawn)


@settings(max_examples=25)
@given(st.lists(entries(), max_size=4), st.integers(0, 999))
def test_what_is_exported_comes_back_as_the_same(drawn: list[Entry], seed: int) -> None:
    with TemporaryDirectory() as name:
        file = Path(name) / "Lead.assignmentRules"
        _write(file.parent, drawn)
        (found,) = imported(file.parent, currency="EUR")
        policy = resolved(found.draft.text)
        written = assignment_rules(lower(policy), "r", "Lead")
        assume(isinstance(written, str))
        assert not schema_faults(str(written)), written
        file.write_text(str(written))
        (back,) = imported(file.parent, currency="EUR")  # an export writes numbers alone
    other = resolved(back.draft.text)
    assert not difference(lower(policy), lower(other)).shifts, (found.draft.text, written)
    for number, raw in enumerate(some_leads(seed, LEADS)):
        record = {"Lead ID": str(number), **raw}
        before = _entry(found, _taken(policy, record), drawn)
        after = _entry(back, _taken(other, record), drawn)
        assert before == after, (found.draft.text, written, raw)


def _taken(policy: Policy, record: Mapping[str, str]) -> str | None:
    """Return the rule that takes a lead, None for the fallback."""
    lead = lead_reader(policy.fields)(record, None)
    return match(policy, "r", lead.values, CLOCK).rule
