"""Every route of every example as SQL, held to its plan in DuckDB; and SQL as grammars read it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import duckdb
import numpy as np
import pytest
import sqlglot

from tests.project.test_examples import EXAMPLES, POLICIES
from turnout.compiler.compiled import compile_policy
from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.dsl.types import Field
from turnout.runtime.columns.offering import Offering
from turnout.warehouse.agreement import KEY, agreement, raw_agreement
from turnout.warehouse.dialects import DIALECTS
from turnout.warehouse.draw_tables import draws_script, team_draws, without_caps
from turnout.warehouse.raw_view import columns_by_field
from turnout.warehouse.view import CannotSayError, ViewWanted, printed, view_of

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LEADS, DRAWN = 20, 300
REFUSED = {
    "intent": ("duplicate: ", "title has word: ", "rule `emea-hot` offers its leads for a time"),
    "standard": ("title has word: ",),
}
"""What of a route typed columns in DuckDB can't tell."""

UNDRAWN = {
    "inbound": ("its leads decide",),
    "retention": ("round-robin key-accounts of rule `complaint-gold`: its leads decide",),
    "intent": ("rule `emea-language` lets leads go on", "rule `emea-hot` offers its leads"),
}
"""What of a route keeps a table from saying who is drawn."""


def routes(example: str) -> Mapping[str, tuple[Plan, Mapping[str, Field]]]:
    """Return the plans of an example by their routes, each with the fields of its leads."""
    compiled = compile_policy(EXAMPLES / example / POLICIES[example])
    fields = compiled.policy.fields
    return {each: (plan_of(compiled.program, each), fields) for each in compiled.policy.routes}


def wanted(plan: Plan, raw: Mapping[str, str] | None = None, *, leaves: bool = False) -> ViewWanted:
    known = {name: value is True for name, value in facts(plan, AT).items()}
    return ViewWanted(key=KEY, today=day(plan, AT), facts=known, raw=raw, leaves=leaves)


@pytest.mark.parametrize("example", POLICIES)
def test_a_view_of_an_example_says_what_its_plan_says(example: str) -> None:
    for route, (plan, fields) in routes(example).items():
        reasons, dialect = REFUSED.get(route, ()), DIALECTS["duckdb"]
        if reasons:
            with pytest.raises(CannotSayError) as refused:
                view_of(plan, fields, dialect, wanted(plan))
            assert all(each in str(refused.value) for each in reasons)
        view = view_of(plan, fields, dialect, wanted(plan, leaves=bool(reasons)))
        found = agreement(view, plan, fields, day(plan, AT), LEADS)
        assert (found.different, found.shown) == (0, ())
        assert found.left < LEADS
        assert not found.left or reasons


@pytest.mark.parametrize("example", POLICIES)
def test_the_draws_of_an_example_are_the_engine_s_or_refused_by_name(example: str) -> None:
    """Leads of every clause; caps are left out, of what the engine draws, too."""
    compiled = compile_policy(EXAMPLES / example / POLICIES[example])
    policy, dialect = compiled.policy, DIALECTS["duckdb"]
    for route in policy.routes:
        plan = plan_of(compiled.program, route)
        if route in UNDRAWN:
            with pytest.raises(CannotSayError) as refused:
                team_draws(policy, plan, AT)
            assert all(each in str(refused.value) for each in UNDRAWN[route])
            continue
        told = team_draws(policy, plan, AT)
        rows = [(at, at // 3, at * 7 % (len(plan.answers) + 1)) for at in range(DRAWN)]
        with duckdb.connect() as database:
            database.execute("CREATE TABLE routed (lead INT, arrived INT, clause_number INT)")
            database.executemany("INSERT INTO routed VALUES (?, ?, ?)", rows[::-1])
            for statement in draws_script(told, "routed", dialect):
                database.execute(statement)
            found = database.sql("SELECT lead, person FROM routed_draws").fetchall()
        offering = Offering(without_caps(policy), plan)
        clauses = np.array([number for _, _, number in rows], np.int64)
        outcomes = offering.chunk(clauses, AT, lambda _: {}, lambda _told, _clause: None)
        decisions = [offering.outcomes[int(each)] for each in outcomes]
        engine = {at: d.assignee for at, d in enumerate(decisions) if d.kind == "round-robin"}
        assert dict(found) == engine
        assert bool(engine) == bool(told.clauses)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_draws_of_an_example_are_read_by_the_grammar_of_each_dialect(dialect: str) -> None:
    plan, _ = routes("home-services")["dispatch"]
    policy = compile_policy(EXAMPLES / "home-services" / POLICIES["home-services"]).policy
    for statement in draws_script(team_draws(policy, plan, AT), "routed", DIALECTS[dialect]):
        (read,) = sqlglot.parse(statement, read=dialect)
        assert read is not None


@pytest.mark.parametrize("example", POLICIES)
def test_a_view_over_texts_of_an_example_says_what_its_plan_says(example: str) -> None:
    for plan, fields in routes(example).values():
        columns = columns_by_field(fields, None)
        view = view_of(plan, fields, DIALECTS["duckdb"], wanted(plan, columns, leaves=True))
        found = raw_agreement(view, plan, fields, columns, day(plan, AT), LEADS)
        assert (found.different, found.shown) == (0, ())
        assert found.left < LEADS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_views_of_examples_are_read_by_the_grammar_of_each_dialect(
    dialect: str, pytestconfig: pytest.Config
) -> None:
    """Over columns those of all examples, over texts those of one: they take long to read.

    `--thorough` reads all of them.
    """
    is_thorough = bool(pytestconfig.getoption("thorough"))
    for example in POLICIES:
        for plan, fields in routes(example).values():
            queries = [view_of(plan, fields, DIALECTS[dialect], wanted(plan, leaves=True)).query]
            if is_thorough or example == "many-sources":
                texts = wanted(plan, columns_by_field(fields, None), leaves=True)
                view = view_of(plan, fields, DIALECTS[dialect], texts)
                assert view.reads is not None
                queries += [view.reads.query, view.query]
            for query in queries:
                (read,) = sqlglot.parse(printed(query, DIALECTS[dialect]), read=dialect)
                assert read is not None
