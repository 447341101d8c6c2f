"""Leads that were seen before: what they are found by, and what is remembered of each.

A lead is remembered under one key for each identity of the policy that it has every field
of. The key is a hash of those fields and their values, so that the state holds no e-mail
address of its own; whoever can guess the values can still find out whether they are there.
A lead that comes later under one of its keys, with another id and within the identity's
period, is a duplicate of it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import TypeAlias

from turnout.dsl.conditions import PREVIOUS_OWNER, SEEN
from turnout.dsl.policy import Identity
from turnout.dsl.types import Value, Values
from turnout.dsl.values.canonical import canonical
from turnout.dsl.values.exports import is_rounded
from turnout.dsl.values.placeholders import is_placeholder
from turnout.frozen import frozen

# One figure over and over or all in a row, behind a country's code, too; crosses; addresses.
_FILLED_IN = re.compile(
    r"(?:\+\d{0,3}?)?(\d)(?:[ -]?\1){4,}|(?:\+\d{1,3})?0?1234567(?:8(?:90?)?)?|x{2,}"
    r"|(test|none|na|no|null|unknown|nobody|fake|asdf|e?mail|no[._-]?e?mail|xx+)"
    r"@(?:\2|no-?e?mail|e?mail|none|unknown|fake|test|example)\.[a-z.]{2,}",
    re.IGNORECASE,
)


@frozen
class Seen:
    """A lead as it is remembered under one key.

    at: the clock of its decision, in microseconds since 1970. order: tells which of two
    leads of one moment was recorded last. owner: the person who has it now, None where
    nobody does.
    """

    key: str
    at: int
    order: int
    route: str
    lead: str
    owner: str | None

    def recorded_as(self, order: int) -> "Seen":
        """Return the same in another place of the order."""
        return Seen(self.key, self.at, order, self.route, self.lead, self.owner)


@frozen
class History:
    """What came before a lead.

    duplicate_of: the id of the latest earlier lead that is the same, None for a new lead.
    owner: the person who has the latest of those that somebody has.
    """

    duplicate_of: str | None = None
    owner: str | None = None

    @property
    def facts(self) -> Mapping[str, Value]:
        """What stands among a lead's values for conditions and targets to ask."""
        found: dict[str, Value] = {SEEN: self.duplicate_of is not None}
        if self.owner is not None:
            found[PREVIOUS_OWNER] = self.owner
        return found


NEW = History()

FindEarlier: TypeAlias = Callable[[str, str, int, int, bool], Seen | None]
"""The latest lead under a key, other than this id, in a period (both ends included);
the last argument: only those that a person has."""


def keys(identities: tuple[Identity, ...], values: Values) -> tuple[tuple[str, timedelta], ...]:
    """Return the key of each identity that the lead has every field of, with its period."""
    found: list[tuple[str, timedelta]] = []
    for identity in identities:
        told = {
            name: values[name]
            for name in identity.fields
            if name in values and identifies(values[name])
        }
        if len(told) == len(identity.fields):
            found.append((sha256(canonical(told).encode("ascii")).hexdigest(), identity.within))
    return tuple(found)


def identifies(value: Value) -> bool:
    """Return whether a value can tell that two leads are the same person.

    Not what stands for nothing, declared or not, nor what people type who have to type
    something: one figure over and over, all of them in a row, crosses, `test@test.com`.

    >>> [identifies(text) for text in ("UNKNOWN", "0000000", "xxx", "4.93012E+11", "33333")]
    [False, False, False, False, False]
    >>> [identifies(text) for text in ("+49000000", "1234567890", "noemail@noemail.com")]
    [False, False, False]
    >>> [identifies(text) for text in ("040123456", "xx1", "AAA", "3M", "3333")]
    [True, True, True, True, True]
    """
    if not isinstance(value, str):
        return True
    return not (stands_for_nothing(value) or is_filled_in(value))


def is_filled_in(text: str) -> bool:
    """Return whether a text is what people type who have to type something."""
    return _FILLED_IN.fullmatch(text) is not None


def stands_for_nothing(text: str) -> bool:
    """Return whether a text is a placeholder, or a number of which a sheet kept a few digits."""
    return is_placeholder(text) or is_rounded(text)


def history(
    found: tuple[tuple[str, timedelta], ...], lead: str, now: int, earlier: FindEarlier
) -> History:
    """Return what came before a lead with these keys at that moment, in microseconds."""

    def latest(*, owned: bool) -> Seen | None:
        seen = [
            earlier(key, lead, now - within // timedelta(microseconds=1), now, owned)
            for key, within in found
        ]
        return max((each for each in seen if each is not None), key=_age, default=None)

    last = latest(owned=False)
    if last is None:
        return NEW
    owned = last if last.owner is not None else latest(owned=True)
    return History(last.lead, None if owned is None else owned.owner)


def _age(seen: Seen) -> tuple[int, int]:
    return seen.at, seen.order
