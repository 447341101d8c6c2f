"""Laws of leads as columns: a table is decided as its rows, one by one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.loops import WAYS
from tests.support.pickled import pickled
from tests.support.policies import resolved
from tests.support.strategies import Written, leads, policies
from turnout.compiler.meaning.identity import NEW, history, keys
from turnout.compiler.plan.decide import answer, day, decider, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.compiler.program import lower
from turnout.dsl.policy import Policy
from turnout.dsl.types import Value, Values
from turnout.dsl.wording import worded
from turnout.runtime.columns.batches import seen_in, unseen
from turnout.runtime.columns.chunks import LeadTable, chunked
from turnout.runtime.columns.decided import SCHEMA, decided_batches, schema_of
from turnout.runtime.columns.deciding import ColumnDecider
from turnout.runtime.columns.table_decider import TableDecider
from turnout.runtime.leads import lead_reader
from turnout.runtime.stores import microseconds

ROUTE = "inbound"
ODD = (
    None,
    "",
    " ",
    "n/a",
    "?",
    "about 50",
    "9" * 40,
    "1e3",
    "\u00dcn\u00ed\u00e7\u00f6d\u00e9",
    "a\u0301",
    "\0",
    "x" * 2_000,
    "a text that is longer than sixteen bytes",
    "a text that is longer than sixteen bytes, too",
    "=1",
)
"""Raw values that no type, some types or texts alone can be read from."""


SOME = ["lead", "rule", "by", "goes_on", "complaint"]
"""Columns that need no more of a lead than what decides it."""


@st.composite
def tables(draw: st.DrawFn, policy: Policy) -> tuple[dict[str, list[object]], datetime]:
    """Return raw leads as columns and the moment at which they arrive, some columns missing."""
    drawn = draw(st.lists(leads(policy, complete=False), min_size=1, max_size=8))
    rows = [lead for lead, _ in drawn] * draw(st.integers(1, 2))
    names = [name for name in policy.fields if draw(st.integers(0, 9))]
    typed = draw(st.booleans())
    columns: dict[str, list[object]] = {
        name: [raw(row.get(name), typed=typed) for row in rows] for name in names
    }
    for name, values in columns.items():
        for at in range(len(values)):
            if draw(st.integers(0, 4)) == 0:
                values[at] = draw(st.sampled_from(ODD))
            elif draw(st.integers(0, 9)) == 0:
                values[at] = draw(st.sampled_from((1, True, 1.0, 0.5, -0.0, [name], {"a": name})))
    return columns, datetime.combine(drawn[0][1], time(12), UTC)


def raw(value: Value | None, *, typed: bool) -> object:
    """Return a value as a source has it: as text, or as Python's own."""
    if value is None or typed:
        return value
    if isinstance(value, frozenset):
        return ";".join(sorted(value))
    return str(value)


def one_by_one(
    policy: Policy, plan: Plan, rows: Sequence[Mapping[str, object]], at: datetime
) -> list[object]:
    """Return what becomes of leads that are read and decided each by itself."""
    read, match = lead_reader(policy.fields), decider(plan)
    found: list[object] = []
    for row in rows:
        lead = read(row, None)
        known = keys(plan.identities, lead.values)
        before = history(known, lead.key, microseconds(at), unseen) if known else NEW
        values: Values = {**lead.values, **before.facts, **facts(plan, at)}
        number = match(values, day(plan, at)) if lead.complaint is None else None
        said = answer(plan, number)
        found.append(
            {
                "lead": lead.id,
                "rule": said.rule,
                "by": f"rule {said.name}" if said.is_rule else said.name,
                "targets": [worded(each.target) for each in said.attempts],
                "goes_on": said.goes_on,
                "complaint": lead.complaint,
                "issues": [
                    {"field": each.field, "raw": each.raw, "reason": each.reason}
                    for each in lead.issues
                ],
            }
        )
    return found


@settings(max_examples=15)
@given(policies(), st.data(), st.sampled_from((1, 3, 100)))
def test_a_table_is_decided_as_its_rows(written: Written, data: st.DataObject, chunk: int) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    columns, at = data.draw(tables(policy))
    table = pa.table({name: arrow(values) for name, values in columns.items()})
    size = max(map(len, columns.values()), default=0)
    rows = [{name: values[row] for name, values in columns.items()} for row in range(size)]
    other = in_another_layout(table)
    for leads_table, wanted in (
        (columns, rows),
        (table, table.to_pylist()),
        (other, table.to_pylist()),
    ):
        given_table: LeadTable = leads_table
        for choose in WAYS:
            clock = day(plan, at), facts(plan, at)
            decide = ColumnDecider(policy.fields, plan, *clock, choose)
            sheets = chunked(given_table, chunk)
            batches = decided_batches(decide, plan, sheets, seen_in(plan, at))
            found = pa.Table.from_batches(batches, SCHEMA)
            assert found.to_pylist() == one_by_one(policy, plan, wanted, at)
            # what decides a lead may be read alone, and by what was read before or anew
            again = ColumnDecider(policy.fields, plan, *clock, choose)
            for each in (decide, again):
                some = chunked(given_table, chunk), seen_in(plan, at), schema_of(SOME)
                batches = decided_batches(each, plan, *some)
                assert pa.Table.from_batches(batches, schema_of(SOME)).equals(found.select(SOME))
    sent = pickled(TableDecider(policy.fields, plan, at))
    needed = table.select(sent.columns(table.column_names))
    assert sent(needed).to_pylist() == one_by_one(policy, plan, table.to_pylist(), at)


def in_another_layout(table: pa.Table) -> pa.Table:
    """Return the same table with texts as other libraries have them."""
    others = pa.large_string(), pa.string_view()
    return pa.table(
        {
            field.name: table[field.name].cast(others[at % 2])
            if pa.types.is_string(field.type)
            else table[field.name]
            for at, field in enumerate(table.schema)
        }
    )


def arrow(values: list[object]) -> object:
    """Return a column of Arrow, of texts where the values are of several types."""
    try:
        return pa.array(values)
    except (pa.ArrowException, ValueError, TypeError):
        return pa.array([None if each is None else str(each) for each in values])
