"""What a plan is: everything that decides a normalised lead, and nothing else.

A lead has one class in each column. A clause is a list of boxes, each of which says for
some columns which classes it takes; the first clause with a box that takes the lead
decides. No text of the policy is left in it to be read again, and no place in its files,
so that a plan can be compared, pickled, written down and carried out elsewhere.

It ends with the targets in the order in which they are tried, clause by clause where one lets
leads go on. Whether one of them can take
the lead depends on people, hours and caps, which change without the policy's rules.
"""

from typing import TypeAlias

from turnout.compiler.classes import Classes, Standings
from turnout.compiler.masks import Mask
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.calendars import Calendar
from turnout.dsl.policy import Identity, Sla
from turnout.dsl.promises import Action
from turnout.dsl.targets import Target
from turnout.frozen import attribute, frozen


@frozen
class Column:
    """What a field is asked, as classes of its values.

    field: whose value; `seen before` and `open NAME` are facts of the history and of the
    clock, see `Plan.calendars`. classes: of its values; a `Standings` is that of its value and
    another field's. is_age: the classes are those of the days since the value.
    """

    field: str
    classes: Classes
    is_age: bool = False

    @property
    def than(self) -> str | None:
        """The field that it is compared with, if that is what is asked."""
        return self.classes.than if isinstance(self.classes, Standings) else None


Side: TypeAlias = tuple[int, Mask]
"""The number of a column, and the classes of it that are taken."""

Sides: TypeAlias = tuple[Side, ...]
"""Sides that all hold, each of another column, in their order."""


@frozen
class ClauseBox:
    """Leads that a clause takes.

    clause: its number. sides: what they have in common. part: the number of the part that
    is to be asked as well, where the clause's condition would make too many boxes; None
    where the sides say all.
    """

    clause: int
    sides: Sides
    part: int | None = None


@frozen
class Part:
    """A condition over classes: all sides hold, and of each of `eithers` one part.

    eithers: numbers of parts, all lower than this one's own.
    """

    sides: Sides
    eithers: tuple[tuple[int, ...], ...] = ()


@frozen
class PlannedAttempt:
    """One target that is tried. by: the rule or fallback that names it, in words."""

    target: Target
    by: str


@frozen
class Answer:
    """What a clause says of its leads.

    name: the rule's name, or "fallback of EMEA". attempts: the targets in the order in
    which they are tried. sla, actions: the rule's. steward: who answers for it. goes_on: where
    all of these pass the lead on, the next clause that takes it is asked. offer: in which time
    it is to be accepted.
    """

    name: str
    is_rule: bool
    attempts: tuple[PlannedAttempt, ...]
    sla: Sla | None = None
    actions: tuple[Action, ...] = ()
    steward: str | None = None
    goes_on: bool = False
    offer: TimedOffer | None = None

    @property
    def own_attempts(self) -> "tuple[PlannedAttempt, ...]":
        """The targets that the rule itself names, without those of fallbacks behind them."""
        return tuple(each for each in self.attempts if each.by == f"rule {self.name}")

    @property
    def after_sla(self) -> "tuple[PlannedAttempt, ...]":
        """The targets that the steps of its SLA ask, its own where one of them is `reassign`."""
        if self.sla is None:
            return ()
        by = f"sla of {self.title.replace('`', '')}"
        then = () if self.sla.then is None else (PlannedAttempt(self.sla.then.target, by),)
        return (*(self.own_attempts if self.sla.reassigns else ()), *then)

    @property
    def title(self) -> str:
        """The clause as a sentence names it: "rule `demo`" or "the fallback of EMEA"."""
        return f"rule `{self.name}`" if self.is_rule else f"the {self.name}"

    @property
    def rule(self) -> str | None:
        """The rule's name, None for a fallback."""
        return self.name if self.is_rule else None


@frozen
class Plan:
    """How one route of a policy decides leads.

    policy_hash: of the files that the policy was read from, "" where it wasn't. timezone: an
    IANA name, in which days are counted. required: fields without which a lead meets no
    clause. boxes: in the order of their clauses. parts: what boxes and other parts refer
    to. last: what a lead without a clause gets, and a row that is no lead; empty where the
    route has no fallback. calendars: those whose hours a condition asks. identities: by
    which it is told whether a lead was seen before.
    """

    policy: str
    route: str
    policy_hash: str
    timezone: str
    required: tuple[str, ...]
    columns: tuple[Column, ...] = attribute(repr=False)
    answers: tuple[Answer, ...] = attribute(repr=False)
    boxes: tuple[ClauseBox, ...] = attribute(repr=False)
    parts: tuple[Part, ...] = attribute(repr=False)
    last: tuple[PlannedAttempt, ...] = attribute(repr=False)
    calendars: tuple[Calendar, ...] = ()
    identities: tuple[Identity, ...] = ()


@frozen
class CarriedPolicy:
    """What a plan carries of its policy, so that leads can be routed without that.

    files: of each file that was read its path, from the main file's folder, and its hash. shape:
    tells the version of what is written from others. policy, clauses: Base64, read by
    `compiler/carried_policy.py`.
    """

    files: tuple[tuple[str, str], ...]
    shape: str
    policy: str = attribute(repr=False)
    clauses: str = attribute(repr=False)
