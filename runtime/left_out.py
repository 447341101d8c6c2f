"""Who had a lead and isn't asked for it again: those who declined it told from those who missed it.

Whoever is left out is refused in one way, whatever they did; what is said of them isn't.
"""

from typing import Final

import attrs

from turnout.dsl.targets import Reason
from turnout.dsl.types import Values
from turnout.runtime.decisions import PassedOver
from turnout.runtime.engine import MISSED
from turnout.runtime.moves import Watch

DECLINED: Final = "declined"
"""Why somebody is passed over who had the lead and didn't take it, or gave it back."""


def told_apart(
    passed: tuple[PassedOver, ...], values: Values, watch: Watch
) -> tuple[PassedOver, ...]:
    """Return who was passed over, with what each did who had the lead before."""

    def said(name: str, why: Reason) -> Reason:
        is_declined = name in watch.declined and name not in watch.missed
        return DECLINED if why == MISSED and is_declined else why

    def told(each: PassedOver) -> PassedOver:
        members = tuple((name, said(f"person {name}", why)) for name, why in each.members)
        reason = each.reason
        if reason == MISSED and any(why == DECLINED for _, why in members):
            reason = DECLINED  # of whoever came closest
        elif not members:
            place = each.target.removesuffix(" anytime")
            had = [place, *(f"person {value}" for value in values.values())]
            kept = [name for name in had if name in (*watch.missed, *watch.declined)]
            reasons = {said(name, reason) for name in kept}
            reason = DECLINED if reasons == {DECLINED} else reason
        return attrs.evolve(each, reason=reason, members=members)

    return tuple(map(told, passed))
