"""The clauses of a table of leads, as a table of Arrow.

| column | type | holds |
| --- | --- | --- |
| `lead` | string | the lead's id, null where it has none |
| `rule` | string | the rule that takes the lead, null for a fallback |
| `by` | string | `rule demo`, `fallback of EMEA`, `fallback of route inbound` |
| `targets` | list of string | the targets in words, in the order in which they would be tried |
| `goes_on` | bool | whether later rules are asked where all of these pass the lead on |
| `complaint` | string | why only the fallback can take the lead, null where it is fit |
| `issues` | list of struct of string | `field`, `raw` and `reason` of what couldn't be used |
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from turnout.compiler.plan.decide import answer
from turnout.compiler.plan.value import Answer, Plan
from turnout.dsl.values.reading import Issue
from turnout.dsl.wording import worded
from turnout.runtime.columns.coding import Chunk
from turnout.runtime.columns.deciding import ColumnDecider, Facts, ReadLeads

_ISSUE = pa.struct([("field", pa.string()), ("raw", pa.string()), ("reason", pa.string())])

SCHEMA = pa.schema(
    [
        ("lead", pa.string()),
        ("rule", pa.string()),
        ("by", pa.string()),
        ("targets", pa.list_(pa.string())),
        ("goes_on", pa.bool_()),
        ("complaint", pa.string()),
        ("issues", pa.list_(_ISSUE)),
    ]
)
"""The columns of a table of decided leads."""


def schema_of(columns: Collection[str] | None = None) -> pa.Schema:
    """Return the schema of these columns, of all where they are left out.

    Raises ValueError for a name that none of them has.
    """
    for name in columns or ():
        if name not in SCHEMA.names:
            known = ", ".join(SCHEMA.names)
            raise ValueError(f"{name!r} is no column of what is decided: there are {known}")
    return SCHEMA if columns is None else pa.schema([own for own in SCHEMA if own.name in columns])


def decided_batches(
    decider: ColumnDecider,
    plan: Plan,
    sheets: Iterable[Chunk],
    seen: Facts | None,
    schema: pa.Schema = SCHEMA,
) -> Iterator[pa.RecordBatch]:
    """Yield a row for each lead of a table, in its order, a batch for each chunk.

    schema: the columns that are wanted, see `schema_of`. Without `issues`, what a lead's clause
    doesn't hang on need not be read.
    """
    answers = [answer(plan, number) for number in (*range(len(plan.answers)), None)]
    titles = _Titles(answers)
    for each in sheets:
        yield _batch(decider, each, titles, seen, schema)


class _Titles:
    """What clauses say, as columns with a row a clause; the last is that of no clause."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.rules = pa.array([each.rule for each in answers], pa.string())
        by = [f"rule {each.name}" if each.is_rule else each.name for each in answers]
        self.by = pa.array(by, pa.string())
        chains = [[worded(attempt.target) for attempt in each.attempts] for each in answers]
        self.targets = pa.array(chains, pa.list_(pa.string()))
        self.goes_on = pa.array([each.goes_on for each in answers], pa.bool_())
        self.last = len(answers) - 1


def _batch(
    decider: ColumnDecider, chunk: Chunk, titles: _Titles, seen: Facts | None, schema: pa.Schema
) -> pa.RecordBatch:
    leads = decider.read(chunk)
    numbers = decider.clauses(leads, seen, alone="issues" not in schema.names)
    clauses = pa.array(np.where(numbers < 0, titles.last, numbers))
    made: dict[str, Callable[[], pa.Array]] = {
        "lead": leads.ids,
        "rule": lambda: titles.rules.take(clauses),
        "by": lambda: titles.by.take(clauses),
        "targets": lambda: titles.targets.take(clauses),
        "goes_on": lambda: titles.goes_on.take(clauses),
        "complaint": lambda: _complaints(leads),
        "issues": lambda: _issues(leads),
    }
    columns = [made[name]() for name in schema.names]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _complaints(leads: ReadLeads) -> pa.Array:
    complaints: list[str | None] = [None] * leads.size
    for at in np.flatnonzero(leads.lacking()).tolist():
        complaints[at] = leads.complaint(at)
    return pa.array(complaints, pa.string())


def _issues(leads: ReadLeads) -> pa.Array:
    issues = leads.issues()
    offsets = np.zeros(leads.size + 1, np.int32)
    told: list[Issue] = []
    for at in sorted(issues):
        told += issues[at]
        offsets[at + 1] = len(issues[at])
    columns = [
        pa.array([each.field for each in told], pa.string()),
        pa.array([each.raw for each in told], pa.string()),
        pa.array([each.reason for each in told], pa.string()),
    ]
    entries = pa.StructArray.from_arrays(columns, fields=list(_ISSUE))
    return pa.ListArray.from_arrays(pa.array(np.cumsum(offsets, dtype=np.int32)), entries)
