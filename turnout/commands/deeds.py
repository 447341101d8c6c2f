"""`turnout accept`, `reject`, `contacted` and so on: what people do with the leads that they have.

A command for each and not one with an option, since each is what people say of a lead. Leads are
taken one after the other: what isn't allowed of one is told in the end, and the others are done.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.exits import CannotRun
from turnout.commands.lead_ids import never_routed
from turnout.commands.options import TEXT_OR_JSON, Command, color_option, signed
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.frozen import attribute, define, frozen
from turnout.rendering.jsons import json_text
from turnout.rendering.moves import moved_lines
from turnout.rendering.report import counted
from turnout.rendering.screen import columns
from turnout.runtime.fit import UnroutedError
from turnout.runtime.lives import Deed, LeadStanding, NotAllowedError
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts

FORMAT, VERSION = "turnout-leads", 1


@frozen
class DeedWords:
    """How a command speaks of what it does.

    deed: what it does. done: such as "accepted". told: its help. again: whether it does no harm
    to say it of a lead once more.
    """

    deed: Deed
    done: str
    told: str
    again: bool = False


@define(eq=False)
class _Done:
    """What became of some leads. before: how many were as they were to be. unknown: by id."""

    standings: list[LeadStanding] = attribute(factory=list[LeadStanding])
    before: int = 0
    unknown: list[str] = attribute(factory=list[str])
    refused: list[tuple[str, NotAllowedError]] = attribute(
        factory=list[tuple[str, NotAllowedError]]
    )


def deed_command(said: DeedWords) -> Command:
    """Return the command that does something with leads."""
    name = said.deed
    reason = " --reason spam" if name in {"reject", "return"} else ""

    @click.command(
        name,
        cls=Command,
        help=said.told,
        examples=(f"turnout {name} inbound.route L-7 --by ana{reason} --state inbound.db",),
    )
    @POLICY
    @click.argument("leads", nargs=-1, required=True, metavar="ID...")
    @STATE
    @signed
    @TEXT_OR_JSON
    @WAITING
    @ROUTE
    @color_option
    def command(
        *,
        policy: Path,
        leads: tuple[str, ...],
        state: Whereabouts,
        by: str,
        reason: str,
        at: datetime | None,
        format_name: str,
        wait: int,
        route_name: str | None,
    ) -> None:
        compiled = fit_policy(policy)
        route = chosen_route(compiled.policy, route_name, policy)
        told = told_endpoints(policy, state)
        with Router(compiled, route=route, state=state, wait=wait, endpoints=told) as router:
            do = _doer(router, said.deed, by, reason, at)
            done = _all(do, said, dict.fromkeys(leads))
        _tell(done, said, format_name)
        if done.unknown:
            raise never_routed(done.unknown, route, compiled.policy)
        if done.refused:
            raise _refused(done.refused)

    return command


def _doer(
    router: Router, deed: Deed, by: str, reason: str, at: datetime | None
) -> Callable[[str], LeadStanding]:
    """Return what does something with a lead, by its id."""
    return lambda lead: router.do(deed, lead, by=by, reason=reason, at=at)


def _all(do: Callable[[str], LeadStanding], said: DeedWords, leads: Iterable[str]) -> _Done:
    done = _Done()
    for lead in leads:
        try:
            done.standings.append(do(lead))
        except UnroutedError:
            done.unknown.append(lead)
        except NotAllowedError as refused:
            if said.again and refused.is_done:
                done.before += 1
            else:
                done.refused.append((lead, refused))
    return done


def _tell(done: _Done, said: DeedWords, format_name: str) -> None:
    if format_name == "json":
        click.echo(json_text(_data(done), indent=2))
        return
    moves = [each.move for each in done.standings if each.move is not None]
    for line in moved_lines(moves, columns()):
        click.echo(line)
    if done.standings or done.before:
        rest = f", {done.before} {said.done} before" if done.before else ""
        click.echo(f"{said.done} {counted(len(done.standings), 'lead')}{rest}")


def _data(done: _Done) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "leads": [each.as_dict() for each in done.standings],
        "refused": [
            {"lead": lead, "message": error.message, "help": error.help}
            for lead, error in done.refused
        ],
    }


def _refused(refused: list[tuple[str, NotAllowedError]]) -> CannotRun:
    """Return the failure of a command that wasn't allowed for some leads, the first told whole."""
    first = refused[0][1]
    more = len(refused) - 1
    rest = f" (and {counted(more, 'lead')} more)" if more else ""
    return CannotRun(first.message + rest, first.help)
