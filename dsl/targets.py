"""Targets: where a rule can send a lead, and what is known of each kind of them.

A kind says once what holds of all its targets (`Kind`), and `said` what one of them says;
whoever needs to know asks these two. What stands behind a target in a policy, and so who
can get the lead, is told by `compiler/candidates.py`. Only the engine and the reference,
which offer leads, look at the classes themselves, and all of them end in `assert_never`:
a new kind is a type error wherever somebody must decide about it.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal, TypeAlias, assert_never, get_args

import attrs

from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.frozen import frozen

KindWord: TypeAlias = Literal[
    "round-robin",
    "least-loaded",
    "person",
    "owner",
    "previous-owner",
    "queue",
    "partner",
    "sequence",
    "current-owner",
    "reject",
]
"""The word of a kind of target."""

Reason: TypeAlias = Literal[
    "empty",
    "inactive",
    "not-in-team",
    "no-match",
    "paused",
    "away",
    "off-hours",
    "at-cap",
    "no-owner",
    "gone",
    "missed-sla",
    "declined",
]
"""Why a target could not take a lead."""


@frozen
class Kind:
    """What holds of every target of a kind.

    word: with which it begins in the language, and which decisions name. title: what it is,
    for people who never saw the language. reached: the word
    for whoever has the lead then, in guarantees and tests ("team", "rejected").
    receiver: who that is; a member of a team, a person, an outlet or nobody.
    definition: what its argument names ("team", "field"); "text" where it is a text, "" where
    it has none.
    is_worked: somebody is to touch the lead, so that
    an SLA runs.
    """

    word: KindWord
    title: str
    reached: str
    receiver: Literal["member", "person", "outlet", "nobody"]
    definition: str
    is_worked: bool = True


@frozen
class RoundRobin:
    """Draw from a team, weighted and fair.

    matching: fields whose value a member must serve. anytime: hours are not asked.
    """

    kind: ClassVar[Kind] = Kind("round-robin", "team, by turns", "team", "member", "team")
    team: str
    matching: tuple[str, ...] = ()
    anytime: bool = False


@frozen
class LeastLoaded:
    """The member of a team with the fewest open leads for their weight; see `RoundRobin`."""

    kind: ClassVar[Kind] = Kind("least-loaded", "team, least loaded", "team", "member", "team")
    team: str
    matching: tuple[str, ...] = ()
    anytime: bool = False


@frozen
class ToPerson:
    """One person by name."""

    kind: ClassVar[Kind] = Kind("person", "person", "person", "person", "person")
    person: str
    anytime: bool = False


@frozen
class ToOwner:
    """The person whom the lead's field names."""

    kind: ClassVar[Kind] = Kind("owner", "account owner", "owner", "person", "field")
    field: str
    anytime: bool = False


@frozen
class PreviousOwner:
    """The person who last had an earlier lead that this one is a duplicate of."""

    kind: ClassVar[Kind] = Kind(
        "previous-owner", "previous owner", "previous-owner", "person", "identity"
    )
    anytime: bool = False


@frozen
class ToQueue:
    """A queue, from which people claim."""

    kind: ClassVar[Kind] = Kind("queue", "queue", "queue", "outlet", "queue")
    queue: str


@frozen
class ToPartner:
    """A partner firm."""

    kind: ClassVar[Kind] = Kind("partner", "partner", "partner", "outlet", "partner")
    partner: str
    anytime: bool = False


@frozen
class ToSequence:
    """A nurture sequence."""

    kind: ClassVar[Kind] = Kind(
        "sequence",
        "sequence",
        "sequence",
        "outlet",
        "sequence",
        is_worked=False,
    )
    sequence: str


@frozen
class CurrentOwner:
    """Whoever has the lead where it comes from; nothing is assigned, so nothing changes hands."""

    kind: ClassVar[Kind] = Kind(
        "current-owner",
        "stays with its owner",
        "current-owner",
        "nobody",
        "",
        is_worked=False,
    )


@frozen
class Reject:
    """Not to be worked, with the reason."""

    kind: ClassVar[Kind] = Kind("reject", "rejected", "rejected", "nobody", "text", is_worked=False)
    reason: str


Accepting: TypeAlias = ToQueue | ToSequence | CurrentOwner | Reject
"""Targets that can never pass a lead on: nobody has to be asked, and nothing can be full."""

Target: TypeAlias = (
    RoundRobin
    | LeastLoaded
    | ToPerson
    | ToOwner
    | PreviousOwner
    | ToQueue
    | ToPartner
    | ToSequence
    | CurrentOwner
    | Reject
)

KINDS: tuple[Kind, ...] = tuple(each.kind for each in get_args(Target))
"""Every kind of target."""

BY_WORD: Mapping[str, Kind] = {kind.word: kind for kind in KINDS}
"""Every kind of target by its word, which is what decisions keep."""

ACCEPTING = frozenset(each.kind.word for each in get_args(Accepting))
"""The words of those that take every lead."""

DRAWN = frozenset(kind.word for kind in KINDS if kind.receiver == "member")
"""The words of those that draw from a team."""


@frozen
class Said:
    """What a target says beside its kind.

    name: its argument, "" where it has none. matching, anytime: see `RoundRobin`. reads:
    the names among a lead's values on which it depends who gets the lead.
    """

    name: str
    matching: tuple[str, ...] = ()
    anytime: bool = False
    reads: tuple[str, ...] = ()


def said(target: Target) -> Said:
    """Return what `target` says.

    >>> said(ToOwner("account_owner", anytime=True))
    Said(name='account_owner', matching=(), anytime=True, reads=('account_owner',))
    """
    match target:
        case RoundRobin(team, matching, anytime) | LeastLoaded(team, matching, anytime):
            return Said(team, matching, anytime, reads=matching)
        case ToOwner(field, anytime):
            return Said(field, anytime=anytime, reads=(field,))
        case PreviousOwner(anytime):
            return Said("", anytime=anytime, reads=(PREVIOUS_OWNER,))
        case ToPerson(name, anytime) | ToPartner(name, anytime):
            return Said(name, anytime=anytime)
        case ToQueue(name) | ToSequence(name) | Reject(name):
            return Said(name)
        case CurrentOwner():
            return Said("")
        case _:
            assert_never(target)


def made(word: str, what: Said) -> Target:
    """Return the target of a kind that says this, the reverse of `said`.

    >>> made("owner", Said("account_owner", anytime=True))
    ToOwner(field='account_owner', anytime=True)
    """
    match word:
        case RoundRobin.kind.word:
            return RoundRobin(what.name, what.matching, what.anytime)
        case LeastLoaded.kind.word:
            return LeastLoaded(what.name, what.matching, what.anytime)
        case ToPerson.kind.word:
            return ToPerson(what.name, what.anytime)
        case ToOwner.kind.word:
            return ToOwner(what.name, what.anytime)
        case PreviousOwner.kind.word:
            return PreviousOwner(what.anytime)
        case ToQueue.kind.word:
            return ToQueue(what.name)
        case ToPartner.kind.word:
            return ToPartner(what.name, what.anytime)
        case ToSequence.kind.word:
            return ToSequence(what.name)
        case CurrentOwner.kind.word:
            return CurrentOwner()
        case Reject.kind.word:
            return Reject(what.name)
        case _:
            raise ValueError(word)


def renamed(target: Target, name: Callable[[str], str]) -> Target:
    """Return the target with other names for the fields that it reads."""
    match target:
        case ToOwner(field):
            return attrs.evolve(target, field=name(field))
        case RoundRobin(matching=fields) | LeastLoaded(matching=fields):
            return attrs.evolve(target, matching=tuple(map(name, fields)))
        case ToPerson() | PreviousOwner() | ToPartner() | ToQueue() | ToSequence():
            return target
        case CurrentOwner() | Reject():
            return target
        case _:
            assert_never(target)
