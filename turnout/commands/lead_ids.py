"""Ids of leads that somebody wrote: which was meant by one that a file or a state hasn't."""

from collections.abc import Iterable
from difflib import get_close_matches

import attrs

from turnout.commands.exits import CannotRun
from turnout.dsl.policy import Policy
from turnout.dsl.types import id_field
from turnout.frozen import define
from turnout.printable import visible

MOST_SEEN = 100_000
_NAMED = 3


@define
class SeenIds:
    """The ids that were met so far, a bounded number of them."""

    _ids: dict[str, None] = attrs.Factory(dict[str, None])

    def add(self, lead_id: str | None) -> None:
        """Note an id, None where a lead has none."""
        if lead_id is not None and len(self._ids) < MOST_SEEN:
            self._ids[lead_id] = None

    def advice(self, wanted: str) -> str:
        """Return which ids may be meant, or that none is like the one that is wanted."""
        if not self._ids:
            return "no lead of the file has an id; choose one with --row"
        near = self._like(wanted)
        if not near:
            return f"ids are case-sensitive; the first is {visible(next(iter(self._ids)))}"
        return f"did you mean {' or '.join(map(visible, near))}?"

    def _like(self, wanted: str) -> list[str]:
        """Return the ids that differ in case or blanks, else those that are spelled alike."""
        key = "".join(wanted.casefold().split())
        same = [each for each in self._ids if "".join(each.casefold().split()) == key]
        return same[:_NAMED] or get_close_matches(wanted, self._ids, n=_NAMED, cutoff=0.7)


def never_routed(leads: Iterable[str], route: str, policy: Policy) -> CannotRun:
    """Return the failure of a command that was given ids which a state doesn't know."""
    which = ", ".join(visible(lead) for lead in dict.fromkeys(leads))
    field = id_field(policy.fields)
    of = "the lead's key in the decisions" if field is None else f"the field `{field.name}`"
    advice = f"ids are case-sensitive; they are {of}"
    return CannotRun(f"never routed by {route}: {which}", advice)
