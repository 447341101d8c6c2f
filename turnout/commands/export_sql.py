"""`turnout export sql`: a route as a view of a warehouse."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from turnout.commands.exits import FINDINGS, CannotRun
from turnout.commands.options import AT, Command, color_option, format_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.dsl.policy import Policy
from turnout.dsl.types import Field
from turnout.printable import visible
from turnout.runtime.records import records
from turnout.warehouse.dialects import (
    DIALECTS,
    TABLE_NAME,
    Dialect,
    check_sqlglot,
    in_duckdb,
)

if TYPE_CHECKING:
    from turnout.warehouse.view import ViewWanted


@click.command(
    "sql",
    cls=Command,
    examples=(
        "turnout export sql inbound.route --dialect duckdb -o inbound.sql",
        "turnout export sql inbound.route --dialect snowflake --from crm.leads --view crm.routed",
        "turnout export sql inbound.route --dialect postgres --for-batch --at 2026-11-23",
        "turnout export sql inbound.route --dialect duckdb --check 2000",
        "turnout export sql inbound.route --dialect postgres --raw --header export.csv",
        "turnout export sql inbound.route --dialect duckdb --draws --arrived at --at 2026-11-23",
        "turnout export sql inbound.route --dialect snowflake --from crm.leads --dbt warehouse",
        "turnout export sql inbound.route --dialect bigquery --normalised --dbt warehouse",
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
    "--normalised",
    "is_normal",
    is_flag=True,
    help="Every value of the table is one of its field's: ask none whether it can be.",
)
@click.option(
    "--raw",
    "is_raw",
    is_flag=True,
    help="The table has texts, as a CRM exports them: read them in SQL, too.",
)
@click.option(
    "--header",
    "header",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="LEADS",
    help="With --raw: a file of leads whose columns are called as those of the table.",
)
@click.option(
    "--draws",
    "has_draws",
    is_flag=True,
    help="Write besides who of a team is drawn, with availability as at --at, caps left out.",
)
@click.option(
    "--arrived",
    metavar="COLUMN",
    default="",
    help="The column by which leads are in the order in which they came, for --draws.",
)
@click.option(
    "--dbt",
    "dbt_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a model, seeds and tests into a project of dbt.",
)
@click.option(
    "--check",
    "count",
    type=click.IntRange(min=1, max=1_000_000),
    metavar="LEADS",
    help="Write nothing; decide so many drawn leads in DuckDB and by the plan, and compare.",
)
@format_option("text", "json", help="How a check is told.")
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
    is_normal: bool,
    is_raw: bool,
    header: Path | None,
    has_draws: bool,
    arrived: str,
    dbt_folder: Path | None,
    count: int | None,
    format_name: str,
    out: Path | None,
    route_name: str | None,
    at: datetime | None,
) -> None:
    """A view that says which rule takes each lead of a table, and to whom it goes.

    The table has a column for each field, with values in their normal form. What a dialect
    can't say as the language means it is named, and then nothing is written. Exit status: 2
    where something can't be said, 1 where a check found leads that are decided otherwise.
    """
    check_sqlglot("`turnout export sql`")
    from turnout.warehouse.script import clause_notes, script_text  # noqa: PLC0415 - with sqlglot
    from turnout.warehouse.view import ViewWanted, view_of  # noqa: PLC0415 - as above

    if at is not None and day_column:
        raise CannotRun("--at and --day-column both say when", "leave one of them out")
    if header is not None and not is_raw:
        raise CannotRun("--header is for texts", "give --raw, too, or leave it out")
    if is_normal and is_raw:
        raise CannotRun("--normalised is for typed columns, and --raw for texts", "give one")
    if has_draws and is_raw:
        raise CannotRun("--draws needs typed columns", "make the table of typed columns first")
    if has_draws and (at is None or not arrived or leaves):
        raise CannotRun(
            "--draws needs --at and --arrived, and every lead decided",
            "say when people are asked, and which column has the order; leave --for-batch out",
        )
    if dbt_folder is not None and (out is not None or has_draws):
        raise CannotRun(
            "--dbt writes files of its own, and no draws",
            "leave --output and --draws out, or write the script without --dbt",
        )
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    plan = plan_of(compiled.program, route, compiled.policy_hash)
    fields = compiled.policy.fields
    wanted = ViewWanted(
        source=_named("--from", source),
        name=_named("--view", view or _plain(f"routed_{route}")),
        key=key,
        today=None if at is None else day(plan, at),
        day_column=day_column,
        arrived=arrived,
        facts=_known_facts(plan, at),
        leaves=leaves,
        notes=clause_notes(compiled.program, route, policy),
        raw=_columns(fields, header) if is_raw else None,
        is_normal=is_normal,
    )
    dialect = DIALECTS[dialect_name]
    written = view_of(plan, fields, dialect, wanted)
    if count is not None:
        _check(plan, fields, dialect, wanted, count, format_name)
        return
    if dbt_folder is not None:
        from turnout.warehouse.dbt_files import dbt_files  # noqa: PLC0415 - with sqlglot

        for name, text in dbt_files(written, plan, dialect, wanted.source).items():
            path = dbt_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with output(path) as stream:
                stream.write(text.encode())
        if not (dbt_folder / "dbt_project.yml").exists():
            said = f"{dbt_folder} has no dbt_project.yml, so that dbt doesn't read what was written"
            click.echo(visible(f"note: {said}: is it the project's own folder?"), err=True)
        return
    text = script_text(written, plan, fields, dialect, wanted)
    if has_draws and at is not None:
        text += _draws(compiled.policy, plan, at, wanted.name, dialect)
    with output(out) as stream:
        stream.write(text.encode())


def _columns(fields: Mapping[str, Field], header: Path | None) -> Mapping[str, str]:
    """Return where each field's texts stand. Raises ColumnsError and LeadsError."""
    from turnout.warehouse.raw_view import columns_by_field  # noqa: PLC0415 - with sqlglot

    if header is None:
        return columns_by_field(fields, None)
    with records(header, None, fields) as source:
        if source.columns is None:
            raise CannotRun(f"{header} has no header", "name a table, such as a CSV file")
        return columns_by_field(fields, source.columns)


def _draws(policy: Policy, plan: Plan, at: datetime, view: str, dialect: Dialect) -> str:
    """Return the statements that say who is drawn."""
    from turnout.warehouse.draw_tables import draws_script, team_draws  # noqa: PLC0415 - as above

    made = draws_script(team_draws(policy, plan, at), view, dialect)
    head = "-- Who is drawn by turns, beginning level, with availability as at the moment\n"
    head += f"-- {at.isoformat()}. Caps and loads are left out.\n"
    return "\n".join(["", head, *(f"{each};\n" for each in made)])


def _check(  # noqa: PLR0917 - what a check is of
    plan: Plan,
    fields: Mapping[str, Field],
    dialect: Dialect,
    wanted: "ViewWanted",
    count: int,
    format_name: str,
) -> None:
    """Print how the view and the plan agree, and end with 1 where they don't.

    DuckDB says no more than the dialect, so that what is left for the batch is the same.
    """
    from turnout.rendering.agreement_told import (  # noqa: PLC0415 - with sqlglot
        agreement_data,
        agreement_lines,
    )
    from turnout.warehouse.agreement import (  # noqa: PLC0415 - with DuckDB
        KEY,
        agreement,
        raw_agreement,
    )
    from turnout.warehouse.view import view_of  # noqa: PLC0415 - with sqlglot

    today = wanted.today or datetime.now(UTC).date()
    asked = attrs.evolve(
        wanted, source="leads", name="routed", key=KEY, today=today, day_column="", arrived=""
    )
    view = view_of(plan, fields, in_duckdb(dialect), asked)
    if wanted.raw is None:
        found = agreement(view, plan, fields, today, count)
    else:
        found = raw_agreement(view, plan, fields, wanted.raw, today, count)
    if format_name == "json":
        click.echo(json.dumps(agreement_data(found), indent=2, ensure_ascii=False))
    else:
        for line in agreement_lines(found):
            click.echo(visible(line))
    if found.different:
        raise click.exceptions.Exit(FINDINGS)


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
