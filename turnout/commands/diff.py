"""`turnout diff`: whose decision a change of a policy changes, and what else."""

from datetime import UTC, datetime
from time import monotonic

import attrs
import click

from turnout.commands.completing import policy_files
from turnout.commands.exits import CANNOT_RUN, CLEAN, FINDINGS, CannotRun
from turnout.commands.flow import opened
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option, format_option
from turnout.commands.policies import STEPS_LIMIT
from turnout.compiler.checks.guarantees import judged_claims
from turnout.compiler.compiled import DEADLINE
from turnout.compiler.difference import Difference, difference
from turnout.compiler.difference.levels import LEVELS, beyond
from turnout.compiler.leads.budget import Budget
from turnout.compiler.program import Program
from turnout.dsl.findings import Severity
from turnout.dsl.rereading import RulesRead
from turnout.project.versions import (
    WHERE,
    UnreadableError,
    condition,
    configured_policies,
    program,
    versions,
)
from turnout.rendering.difference import FORMATS
from turnout.rendering.difference.sections import Comparison
from turnout.rendering.pretty import pretty
from turnout.rendering.report import Report
from turnout.rendering.screen import columns
from turnout.runtime.records import Manner
from turnout.runtime.unbound import Shapes, begun
from turnout.trials.impact import Movements, movements


@click.command(
    "diff",
    cls=Command,
    examples=(
        "turnout diff old.route new.route",
        "turnout diff HEAD inbound.route --leads last-quarter.csv",
        "turnout diff main..HEAD inbound.route --format markdown > comment.md",
        "turnout diff main..HEAD",
        "turnout diff main... inbound.route --allow declared --where 'DACH'",
    ),
)
@click.argument("old", shell_complete=policy_files)
@click.argument("new", required=False)
@format_option(
    *FORMATS, help="text: for a terminal; markdown: for a pull request; json: for programs."
)
@click.option(
    "--allow",
    type=click.Choice(LEVELS),
    default="none",
    show_default=True,
    help="What may change without failing: nothing; who of a team gets a lead; that, and "
    "decisions inside --where; anything.",
)
@click.option(
    "--where",
    metavar="CONDITION",
    help="Where decisions are declared to change, in the words of NEW; for --allow declared.",
)
@click.option(
    "--leads",
    metavar="FILE",
    help="Count how many of these leads move, and between whom.",
)
@click.option("--route", "route_name", metavar="NAME", help="Compare this route only.")
@STEPS_LIMIT
@click.option(
    "--deadline",
    type=click.FloatRange(min=0),
    default=DEADLINE,
    show_default=True,
    metavar="SECONDS",
    help="When to say `undecided` of every rule that is still open.",
)
@manner_options
@AT
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    old: str,
    new: str | None,
    format_name: str,
    allow: str,
    where: str | None,
    leads: str | None,
    route_name: str | None,
    steps: int,
    deadline: float,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Say whose decision a change of a policy changes.

    OLD and NEW are two policies' main files. OLD may also be a revision of git, or two of
    them (`main..HEAD`, or `main...HEAD`: since they parted), and NEW the path of the
    policy: one revision is compared with the file as it is now. Without NEW every policy
    is compared that lies in the configured paths.

    Told are exactly the leads that are offered other targets than before, or the same in
    another order; where there are none, that is proved over every possible lead. Teams,
    people and whatever else is defined differently follow.

    Exit status: 0 where nothing changes but what --allow lets pass, 1 where more does, 2
    where a policy could not be read.
    """
    if (allow == "declared") != (where is not None):
        raise CannotRun("--allow declared and --where CONDITION go together")
    policies = [new] if new is not None else configured_policies(old)
    if len(policies) > 1 and format_name == "json":
        raise CannotRun(
            f"the configured paths hold {len(policies)} policies, and JSON is of one",
            f"name one, such as `turnout diff {old} {policies[0]}`",
        )
    is_beyond = False
    clock = at or datetime.now(UTC)
    since = clock.astimezone(UTC).date()
    for number, policy in enumerate(policies):
        budget = Budget(steps, monotonic() + deadline)
        with versions(old, policy) as (before, after):
            try:
                known = RulesRead()
                both = program(before, since, known), program(after, since, known)
                programs = _chosen(both, route_name)
                declared = None if where is None else condition(where, after)
            except UnreadableError as refusal:
                _show_unreadable(refusal)
                ctx.exit(CANNOT_RUN)
        found = difference(*programs, declared=declared, budget=budget)
        counted = None
        if leads is not None:
            counted = counted_moves(leads, manner, found, programs, clock)
        broken = broken_guarantees(*programs, Budget(deadline=budget.deadline))
        excess = (*beyond(found, allow), *(broken if allow != "any" else ()))
        is_beyond |= bool(excess)
        comparison = Comparison(before.name, after.name, found, counted, broken, allow, excess)
        if number:
            click.echo()
        for text in FORMATS[format_name](comparison, columns()):
            click.echo(text)
    ctx.exit(FINDINGS if is_beyond else CLEAN)


def _chosen(programs: tuple[Program, Program], name: str | None) -> tuple[Program, Program]:
    """Return the programs with the route asked for only."""
    if name is None:
        return programs
    if not any(name in each.routes for each in programs):
        listed = ", ".join(dict.fromkeys(route for each in programs for route in each.routes))
        raise CannotRun(f"neither version has a route {name}", f"they have {listed or 'none'}")
    old, new = (
        attrs.evolve(each, routes={k: v for k, v in each.routes.items() if k == name})
        for each in programs
    )
    return old, new


def _show_unreadable(refusal: UnreadableError) -> None:
    """Print what is wrong with a version, its copied files by the names that git has for them."""
    version = refusal.version
    for text in pretty(Report(refusal.findings, (version.name,)), columns()):
        shown = text.replace(version.where, WHERE)
        if version.folder is not None:
            shown = shown.replace(f"{version.folder.as_posix()}/", f"{version.revision}:")
        click.echo(shown, err=True)


def broken_guarantees(old: Program, new: Program, budget: Budget) -> tuple[str, ...]:
    """Return which guarantees the new version breaks and the old one, if it gave them, didn't."""
    before, after = (
        {
            found.about: found.finding.message
            for found in judged_claims(each, each.routes, budget)
            if found.about and found.finding.severity is Severity.ERROR
        }
        for each in (old, new)
    )
    return tuple(said for about, said in after.items() if about not in before)


def counted_moves(
    leads: str,
    manner: Manner,
    found: Difference,
    programs: tuple[Program, Program],
    clock: datetime,
) -> Movements:
    """Return how the leads of a file move. Raises CannotRun where they can't be read."""
    both = [(each.old, each.new) for each in found.routes if each.old and each.new]
    if len(both) != 1:
        raise CannotRun(
            f"the versions have {len(both)} routes in common" if both else "no route to compare",
            "choose the one that the leads take with --route",
        )
    ((old, new),) = both
    assert old is not None
    assert new is not None
    fields = {**programs[0].policy.fields, **programs[1].policy.fields}
    with opened(leads, fields, manner) as source:
        rows = begun(source, Shapes(fields), programs[1].policy, new)
        return movements(rows, ((programs[0], old), (programs[1], new)), clock)
