"""Targets that can't take a lead: nobody behind them is ever there.

Asked of the moments that come from a day on: somebody is there while their hours last, those
of the team, too, and they aren't away. Whether a cap is full is no part of it, since each
begins empty; a cap of 0 is reported where it is written.
"""

from collections.abc import Sequence
from datetime import date

from turnout.compiler.candidates import Behind, Candidate, behind
from turnout.compiler.leads.timeline import kinds
from turnout.compiler.questions.limits import Calendars, calendars, hours_of
from turnout.dsl.conditions import NEVER
from turnout.dsl.policy import Policy, Validity
from turnout.dsl.targets import Accepting, Target, said
from turnout.dsl.wording import said_day


def never(policy: Policy, since: date, target: Target) -> str | None:
    """Return why `target` can't take a lead from a day on; None where it can.

    Also where it names somebody who isn't declared, or a team of which nobody has a weight,
    which is reported already, and where no person is declared at all.
    """
    if isinstance(target, Accepting):
        return None
    here, what = behind(policy, target), said(target)
    if here.people is None:
        return _never_open(policy, since, here, f"`{what.name}`")
    if not here.people or any(one.known is None for one in here.people.values()):
        return None
    if target.kind.definition == "team":
        return _nobody_in_team(policy, since, here, what.matching, what.name)
    if target.kind.definition == "person":
        return _never_there(policy, since, here, f"`{what.name}`")
    return _never_there(policy, since, here, "everybody in the policy")


def _never_there(policy: Policy, since: date, here: Behind, who: str) -> str | None:
    """Return why none of these people is ever there, who stand behind no team."""
    people = (here.people or {}).values()
    active = [one for one in people if one.is_active]
    if not active:
        return f"{who} is inactive"
    if any(_meet(hours_of(policy, one), since) for one in active):
        return None
    if len(active) > 1:
        return f"{who} is inactive or away, or works by hours that never come"
    hours = active[0].hours
    if hours is None:
        return f"{who} is away for good"
    if _meet(calendars(policy, hours), since):
        return f"{who} is away whenever `{hours}` is open"
    return f"`{hours}`, by which {who} works, is never open"


def _never_open(policy: Policy, since: date, here: Behind, who: str) -> str | None:
    if _meet(calendars(policy, here.hours), since):
        return None
    return f"`{here.hours}`, by which {who} works, is never open"


def _nobody_in_team(
    policy: Policy, since: date, here: Behind, matching: Sequence[str], team: str
) -> str | None:
    """Return why nobody of a team can ever be drawn for a target."""
    people = (here.people or {}).values()
    active = [one for one in people if one.is_active]
    if not active:
        return f"everybody in `{team}` is inactive"
    if all(one.validity is not None and _is_over(one.validity, since) for one in active):
        return f"nobody is in `{team}` any more on {said_day(since)}"
    serving = [one for one in active if one.leads != NEVER]
    if not serving:
        serves = [one.known.serves for one in active if one.known is not None]
        alone = (field for field in matching if not any(each.get(field) for each in serves))
        return f"nobody in `{team}` says which {_listed(list(alone)[:1] or matching)} they serve"
    own = calendars(policy, here.hours)

    def is_ever_there(one: Candidate) -> bool:
        return _meet(own | hours_of(policy, one), since)

    if any(map(is_ever_there, serving)):
        return None
    others = any(map(is_ever_there, active))
    who = f"nobody who says which {_listed(matching)} they serve" if others else "nobody"
    if own and not _meet(own, since):
        return f"`{here.hours}`, by which `{team}` works, is never open"
    if here.hours is None:
        return f"{who} in `{team}` is ever there"
    return f"{who} works while `{team}` does, by `{here.hours}`"


def _is_over(days: Validity, since: date) -> bool:
    return days.last is not None and days.last < since


def _listed(fields: Sequence[str]) -> str:
    return " and ".join(f"`{field}`" for field in fields)


def _meet(hours: Calendars, since: date) -> bool:
    """Return whether the calendars are ever open together."""
    return not hours or any(hours <= kind.open for kind in kinds(hours, since))
