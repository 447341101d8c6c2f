"""`turnout export sql`: a route as a view of a warehouse."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.exits import CannotRun
from turnout.commands.options import AT, Command, color_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.warehouse.dialects import DIALECTS, TABLE_NAME
from turnout.warehouse.script import check_sqlglot, clause_notes, script_text


@click.command(
    "sql",
    cls=Command,
    examples=(
        "turnout export sql inbound.route --dialect duckdb -o inbound.sql",
        "turnout export sql inbound.route --dialect snowflake --from crm.leads --view crm.routed",
        "turnout export sql inbound.route --dialect postgres --for-batch --at 2026-11-23",
    ),
)
@POLICY
@click.option(
    "--dialect",
    "dialect_name",
    type=click.Choice(list(DIALECTS)),
    required=True,
    help="Whose SQL is written.",
)
@click.option(
    "--from",
    "source",
    metavar="TABLE",
    default="leads",
    show_default=True,
    help="The table with the leads.",
)
@click.option(
    "--view", metavar="NAME", default="", help="What the view is called; `routed_ROUTE` without it."
)
@click.option(
    "--key",
    metavar="COLUMN",
    default="",
    help="The column that tells leads apart, if not the field that is the id.",
)
@click.option(
    "--day-column",
    metavar="COLUMN",
    default="",
    help="The column with the day on which each lead is decided.",
)
@click.option(
    "--for-batch",
    "leaves",
    is_flag=True,
    help="Leave the leads that hang on what SQL can't say for the batch, and refuse nothing.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write; stdout without it, or with `-`.",
)
@ROUTE
@AT
@color_option
def sql_command(
    *,
    policy: Path,
    dialect_name: str,
    source: str,
    view: str,
    key: str,
    day_column: str,
    leaves: bool,
    out: Path | None,
    route_name: str | None,
    at: datetime | None,
) -> None:
    """A view that says which rule takes each lead of a table, and to whom it goes.

    The table has a column for each field, with values in their normal form. What a dialect
    can't say as the language means it is named, and then nothing is written. Exit status: 2
    where something can't be said.
    """
    check_sqlglot("`turnout export sql`")
    from turnout.warehouse.view import ViewWanted, view_of  # noqa: PLC0415 - with sqlglot

    if at is not None and day_column:
        raise CannotRun("--at and --day-column both say when", "leave one of them out")
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    plan = plan_of(compiled.program, route, compiled.policy_hash)
    wanted = ViewWanted(
        source=_named("--from", source),
        name=_named("--view", view or _plain(f"routed_{route}")),
        key=key,
        today=None if at is None else day(plan, at),
        day_column=day_column,
        facts=_known_facts(plan, at),
        leaves=leaves,
        notes=clause_notes(compiled.program, route),
    )
    dialect = DIALECTS[dialect_name]
    written = view_of(plan, compiled.policy.fields, dialect, wanted)
    text = script_text(written, plan, compiled.policy.fields, dialect, wanted)
    with output(out) as stream:
        stream.write(text.encode())


def _known_facts(plan: Plan, at: datetime | None) -> dict[str, bool]:
    """Return which calendars are open, where it is known of which moment that is asked."""
    if at is None:
        return {}
    return {name: value is True for name, value in facts(plan, at).items()}


def _named(option: str, name: str) -> str:
    """Return the name of a table. Raises CannotRun for what is none."""
    if not TABLE_NAME.match(name):
        raise CannotRun(
            f"{option} {name!r} is no name of a table", "it is a name such as crm.leads"
        )
    return name


def _plain(name: str) -> str:
    """Return a route's name as that of a table: letters, digits and `_`."""
    return "".join(sign if sign.isalnum() and sign.isascii() else "_" for sign in name.lower())
