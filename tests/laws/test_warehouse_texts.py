"""Laws of texts read in SQL: what a view reads is what the reader reads, or it says so."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.test_columns import tables
from tests.support.policies import resolved
from tests.support.raw_texts import FIELDS, raw_leads
from tests.support.servers import server_uri
from tests.support.strategies import Written, policies
from tests.support.warehouse_leads import KEY, quoted
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.plan.decide import answer, decider
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.values.raw_leads import values_reader
from turnout.warehouse import view as view_module
from turnout.warehouse.asked_tables import SeedTable, statements
from turnout.warehouse.dialects import DIALECTS
from turnout.warehouse.raw_view import RawWanted, raw_view
from turnout.warehouse.view import ViewWanted, WarehouseView, printed, view_of

ROUTE = "inbound"
LEADS = 150
Raw = dict[str, str | None]


class Warehouse:
    """One of the engines, with a table of texts."""

    def __init__(self, name: str, connection: Any) -> None:  # noqa: ANN401 - of either engine
        self.dialect = DIALECTS[name]
        self.connection = connection

    def texts(self, names: Sequence[str], rows: Sequence[Raw]) -> None:
        columns = ", ".join([f"{KEY} INT", *(f"{quoted(name)} TEXT" for name in names)])
        self.run(f"CREATE TEMPORARY TABLE leads ({columns})")
        self._fill("leads", [KEY, *names], [(at, *row.values()) for at, row in enumerate(rows)])

    def seed(self, table: SeedTable) -> None:
        """Make a table of a view, and fill it in the engine's own way, which is faster."""
        for statement in statements(table, self.dialect)[:2]:
            self.run(statement)
        self._fill(table.name, table.columns, table.rows)

    def run(self, statement: str) -> None:
        self.connection.execute(statement)

    def rows(self, query: str) -> list[dict[str, Any]]:
        found = self.connection.execute(query)
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _fill(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if self.dialect.name == "duckdb":
            cells = [pa.array([row[at] for row in rows]) for at in range(len(columns))]
            self.connection.register("given", pa.table(dict(zip(columns, cells, strict=True))))
            self.run(f"INSERT INTO {name} SELECT * FROM given")  # noqa: S608 - names of ours
            return
        with self.connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    if request.param == "duckdb":
        with duckdb.connect() as connection:
            yield Warehouse("duckdb", connection)
        return
    with psycopg.connect(server_uri()) as server:
        server.execute("SET search_path TO pg_temp")
        yield Warehouse("postgres", server)
        server.rollback()


def test_what_a_view_reads_of_a_text_is_what_the_reader_reads(warehouse: Warehouse) -> None:
    leads = raw_leads(7, LEADS)
    warehouse.texts([*FIELDS], leads)
    plan = plan_of(
        lower(resolved(Written("lead { id: text } queue q route r { fallback to queue q }"))), "r"
    )
    wanted = RawWanted("leads", "values_", {name: name for name in FIELDS}, KEY)
    view = raw_view(plan, FIELDS, warehouse.dialect, wanted)
    for table in view.tables:
        warehouse.seed(table)
    query = f"SELECT * FROM ({printed(view.query, warehouse.dialect)}) v ORDER BY turnout_key"  # noqa: S608
    read, told = values_reader(FIELDS), Counter[str]()
    for lead, row in zip(leads, warehouse.rows(query), strict=True):
        found = read(lead)
        issues = {each.field for each in found.issues}
        unread = (row["turnout_unread"] or "").split(", ")
        for name in FIELDS:
            if name not in unread:
                told[name] += 1
                value = found.values.get(name)
                said = sorted(value) if isinstance(value, frozenset) else value
                assert row[name] == said, (name, lead[name])
                assert (name in (row["turnout_issues"] or "").split(", ")) == (name in issues)
    assert {name for name in FIELDS if told[name] < LEADS / 10} <= {"seats"}


@settings(max_examples=3)
@given(policies(seen=False), st.data())
@pytest.mark.parametrize(("engine", "is_large"), [("duckdb", False), ("postgres", True)])
def test_a_view_over_texts_says_what_the_interpreter_says_of_raw_leads(
    engine: str, is_large: bool, written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    columns, at = data.draw(tables(policy))
    size = max(map(len, columns.values()), default=0)
    leads = [
        {name: as_text(values[row]) for name, values in columns.items()} for row in range(size)
    ]
    wanted = ViewWanted(key=KEY, today=at.date(), leaves=True, raw={name: name for name in columns})
    with pytest.MonkeyPatch.context() as patched:
        if is_large:
            patched.setattr(view_module, "MOST_BOXES", 0)
        view = view_of(plan, policy.fields, DIALECTS[engine], wanted)
    rows = carried_out(engine, view, [*columns], leads)
    read, decide = values_reader(policy.fields), decider(plan)
    for lead, row in zip(leads, rows, strict=True):
        found = read(lead)
        unread = set((row["unread"] or "").split(", "))
        issues = {each.field for each in found.issues} - unread
        assert set((row["issues"] or "").split(", ")) - unread - {""} == issues
        if row["for_batch"]:
            assert row["clause"] is None
            continue
        lacking = [name for name in plan.required if name not in found.values]
        assert row["lacking"] == (", ".join(lacking) or None)
        told = answer(plan, None if lacking else decide(found.values, at.date()))
        assert row["clause"] == (f"rule {told.name}" if told.is_rule else told.name)
        if not lacking:
            assert row["rule"] == match(policy, ROUTE, found.values, at.date()).rule


def as_text(raw: object) -> str | None:
    return None if raw is None else str(raw).replace("\0", "")


def carried_out(
    engine: str, view: WarehouseView, names: Sequence[str], leads: Sequence[Raw]
) -> list[dict[str, Any]]:
    assert view.reads is not None

    def found(warehouse: Warehouse) -> list[dict[str, Any]]:
        warehouse.texts(names, leads)
        own = [] if view.reads is None else [*view.reads.tables]
        for table in (*own, *view.tables):
            warehouse.seed(table)
        for statement in view.script(warehouse.dialect)[-2:]:
            warehouse.run(statement)
        return warehouse.rows(f"SELECT * FROM {view.name} ORDER BY lead")  # noqa: S608 - ours

    if engine == "duckdb":
        with duckdb.connect() as connection:
            return found(Warehouse(engine, connection))
    with psycopg.connect(server_uri()) as server:
        server.execute("SET search_path TO pg_temp")
        rows = found(Warehouse(engine, server))
        server.rollback()
        return rows
