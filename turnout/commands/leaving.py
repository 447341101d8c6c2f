"""`turnout away` and `turnout pause`: somebody gets no leads, from the next one on.

Two commands and not an option of one, since each is what people say of a colleague.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.exits import CannotRun
from turnout.commands.options import Command, color_option, instant, signed
from turnout.commands.policies import POLICY, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.dsl.policy import Policy
from turnout.printable import visible
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts

_TEAM = click.option(
    "--team", default="", metavar="TEAM", help="From this team alone; without it, from all."
)


def leaving(name: str, told: str, *, paused: bool) -> Command:
    """Return the command that says somebody gets no leads. told: what it does."""

    @click.command(
        name,
        cls=Command,
        help=f"{told}\n\nWithout PERSON, print who is away or paused, or will be.",
        examples=(
            f"turnout {name} inbound.route ana --until 2026-12-01 --state inbound.db",
            f"turnout {name} inbound.route --state inbound.db",
        ),
    )
    @POLICY
    @click.argument("person", required=False)
    @STATE
    @click.option(
        "--from",
        "since",
        callback=instant,
        metavar="TIME",
        help="From when (ISO 8601; UTC where it has no offset), if not from now.",
    )
    @click.option(
        "--until",
        callback=instant,
        metavar="TIME",
        help="Until when; without it, until `turnout back`.",
    )
    @signed
    @WAITING
    @color_option
    def command(
        *,
        policy: Path,
        person: str | None,
        state: Whereabouts,
        since: datetime | None,
        until: datetime | None,
        by: str,
        reason: str,
        at: datetime | None,
        wait: int,
        team: str = "",
    ) -> None:
        compiled = fit_policy(policy)
        route, told = any_route(compiled.policy), told_endpoints(policy, state)
        with Router(compiled, route=route, state=state, wait=wait, endpoints=told) as router:
            if person is None:
                for line in _listed(router.absences(at=at), at):
                    click.echo(line)
                return
            try:
                if paused:
                    absence = router.pause(
                        person, team=team, since=since, until=until, reason=reason, by=by, at=at
                    )
                else:
                    absence = router.away(
                        person, since=since, until=until, reason=reason, by=by, at=at
                    )
            except ValueError as error:
                raise CannotRun(visible(str(error)), "nothing was changed") from error
        click.echo(told_absence(absence))

    return _TEAM(command) if paused else command


def any_route(policy: Policy) -> str:
    """Return one of the routes: people are away on all of them."""
    return next(iter(policy.routes))


def _listed(absences: tuple[PersonAbsence, ...], at: datetime | None) -> Iterator[str]:
    if not absences:
        yield "nobody is away or paused" + ("" if at is None else " then")
    yield from map(told_absence, absences)


def told_absence(absence: PersonAbsence) -> str:
    """Return an absence in a line, such as "ana is away until 2026-12-01 07:00 UTC: ill"."""
    team = f" in team {absence.team}" if absence.team else ""
    until = "" if absence.until is None else f" until {absence.until:%Y-%m-%d %H:%M} UTC"
    because = f": {absence.reason}" if absence.reason else ""
    by = f" (by {absence.by})" if absence.by else ""
    since = f" from {absence.since:%Y-%m-%d %H:%M} UTC"
    return visible(f"{absence.person} is {absence.kind}{team}{since}{until}{because}{by}")
