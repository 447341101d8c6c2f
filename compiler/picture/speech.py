"""What stands in the boxes, in words that need no knowledge of the language.

Conditions stay as the policy writes them: whoever asks about a rule finds it by them. Kinds
of targets and what goes with them are said as people in sales say it.
"""

from collections.abc import Iterable, Mapping
from typing import Final, assert_never

from turnout.compiler.picture import Card, Role
from turnout.compiler.program import Clause
from turnout.dsl.conditions import And, Condition, Or
from turnout.dsl.policy import Sla
from turnout.dsl.targets import (
    CurrentOwner,
    LeastLoaded,
    PreviousOwner,
    Reject,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    ToQueue,
    ToSequence,
    said,
)
from turnout.dsl.types import Field
from turnout.dsl.wording import acted, all_of, is_one_test, written

ROLES: Mapping[Role, str] = {
    "team": "team",
    "person": "one person",
    "queue": "queue",
    "partner": "partner firm",
    "sequence": "mails that go out by themselves",
    "reject": "not worked on",
    "plain": "several places",
}
"""What the colours of cards mean."""

_OWNED = ("owner", "previous-owner")


def asked(asks: Iterable[Condition], fields: Mapping[str, Field]) -> str:
    """Return what must hold, as the policy writes it, with parentheses where both words stand."""
    parts = tuple(asks)
    if not parts:
        return "everybody"
    return _clear(parts[0] if len(parts) == 1 else And(parts), fields) or "nobody"


def _clear(condition: Condition, fields: Mapping[str, Field], *, is_inner: bool = False) -> str:
    """Return a condition that can be read without knowing whether `and` or `or` comes first."""
    if is_one_test(condition, fields) or not isinstance(condition, And | Or):
        return written(condition, fields)
    parts = [_clear(part, fields, is_inner=True) for part in condition.parts]
    said = all_of(parts) if isinstance(condition, And) else " or ".join(parts)
    return f"({said})" if is_inner else said


def spoken(target: Target) -> str:
    """Return a target in plain words.

    >>> spoken(RoundRobin("emea-sdr", matching=("language",)))
    'team emea-sdr, by turns, who serves the language'
    """
    return "".join(phrase(target))


def phrase(target: Target) -> tuple[str, str, str]:
    """Return a target in plain words: what stands before its name, the name, and what follows.

    >>> phrase(LeastLoaded("emea-sdr"))
    ('team ', 'emea-sdr', ', least busy first')
    """
    before, name, after = _phrase(target)
    what = said(target)
    more = [f"who serves the {' and '.join(what.matching)}"] if what.matching else []
    more += ["at any hour"] if what.anytime else []
    return before, name, ", ".join([after, *more])


def _phrase(target: Target) -> tuple[str, str, str]:
    match target:
        case RoundRobin(team):
            return "team ", team, ", by turns"
        case LeastLoaded(team):
            return "team ", team, ", least busy first"
        case ToPerson(name):
            return "", name, ""
        case ToOwner(field):
            return "the owner (", field, ")"
        case PreviousOwner():
            return "whoever had the lead before", "", ""
        case ToQueue(name):
            return "queue ", name, ""
        case ToPartner(name):
            return "partner ", name, ""
        case ToSequence(name):
            return "mails ", name, ""
        case CurrentOwner():
            return "stays with its owner", "", ""
        case Reject(reason):
            return "rejected: ", reason, ""
        case _:
            assert_never(target)


def role_of(target: Target) -> Role:
    """Return whose colour a target has."""
    match target:
        case RoundRobin() | LeastLoaded():
            return "team"
        case ToPerson() | ToOwner() | PreviousOwner() | CurrentOwner():
            return "person"
        case ToQueue():
            return "queue"
        case ToPartner():
            return "partner"
        case ToSequence():
            return "sequence"
        case Reject():
            return "reject"
        case _:
            assert_never(target)


def card(clause: Clause) -> Card:
    """Return where the leads of a clause go."""
    own = clause.attempts[: clause.own_attempts] or clause.attempts[:1]
    lines = [spoken(each.target) for each in own[:1]]
    lines += [f"else {spoken(each.target)}" for each in own[1:]]
    more = clause.attempts[len(own) :]
    if own and more and own[-1].target.kind.word in _OWNED:
        # Most leads that come here may have no owner, so it matters what is next.
        lines.append(f"else {spoken(more[0].target)} ({more[0].by})")
    lines += ["else it goes on below"] if clause.lets_on else []
    lines += [] if clause.offer is None else [f"to be accepted within {clause.offer}"]
    lines += [] if clause.sla is None else [promised_in_words(clause.sla)]
    lines += [f"+ {acted(action.kind, action.arguments)}" for action in clause.actions]
    name = clause.name if clause.is_rule else ""
    return Card(
        name,
        tuple(lines) or ("nobody",),
        role_of(own[0].target) if own else "plain",
        is_dashed=not clause.is_rule,
        said="\n".join([clause.title, *(lines or ["nobody"])]),
    )


_SLA_DEEDS: Final = {"alert": "alert", "reassign": "to the next one"}


def promised_in_words(sla: Sla) -> str:
    """Return what a rule promises.

    >>> from turnout.dsl.promises import Period
    >>> promised_in_words(Sla(Period(10, "minute"), wall=True, then=None, span=None))
    'touched within 10 minutes, night and day'
    """
    wall = ", night and day" if sla.wall else ""
    wall += ", counted from acceptance" if sla.from_acceptance else ""
    then = "" if sla.then is None else f", or else {spoken(sla.then.target)}"
    if sla.written_steps:
        goes = "" if sla.then is None else spoken(sla.then.target)
        then = "; " + ", ".join(
            f"{_SLA_DEEDS.get(step.word, goes)} after {step.period}" for step in sla.steps
        )
    away = "" if sla.absence is None else "; whoever missed it is away"
    until = f" for {sla.absence.period}" if sla.absence and sla.absence.period else ""
    return f"touched within {sla.period}{wall}{then}{away}{until}"
