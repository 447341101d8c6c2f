"""Validities: the days on which a rule counts, or somebody is in a team.

Both ends are included, and are days of the policy's time zone. A day is written year, month,
day, in a policy as in the cell of a table, since `04/03/2027` is two days.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

import attrs

from turnout.dsl import nodes, policy
from turnout.dsl.finding_kinds import EMPTY_VALIDITY
from turnout.dsl.findings import Finding, Fix, error
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.source import Span
from turnout.dsl.wording import lasting, said_day
from turnout.frozen import frozen

_PARTS = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


@frozen
class ReadValidity:
    """What became of a validity. is_lost: a part of it was reported."""

    validity: policy.Validity | None = None
    is_lost: bool = False


ALWAYS_VALID = ReadValidity()


def validity(node: nodes.Validity | None, zone: str, scope: Scope) -> ReadValidity:
    """Return the days that are written. zone: whose days they are."""
    if node is None:
        return ALWAYS_VALID
    ends = [
        None if each is None else end(each, "unknown-value", scope)
        for each in (node.first, node.last)
    ]
    if any(
        read is None and each is not None
        for read, each in zip(ends, (node.first, node.last), strict=True)
    ):
        return ReadValidity(is_lost=True)
    return between(ends[0], ends[1], zone, node.span, scope)


def between(
    first: date | None, last: date | None, zone: str, span: Span, scope: Scope
) -> ReadValidity:
    """Return the days from one to another, which are reported where there are none."""
    if first is not None and last is not None and first > last:
        scope.findings.append(_reversed(first, last, span))
        return ReadValidity(is_lost=True)
    if first is None and last is None:
        return ALWAYS_VALID
    return ReadValidity(policy.Validity(first, last, zone, span))


def _reversed(first: date, last: date, span: Span) -> Finding:
    found = EMPTY_VALIDITY.finding(
        span,
        f"there is no day from {said_day(first)} until {said_day(last)}",
        text="ends before it begins",
    )
    if _ISO.search(span.text) is None or not span.text.startswith("from"):  # a row of a table
        return attrs.evolve(found, help=("swap the two, or correct one of them",))
    swapped = lasting(last, first)
    fix = Fix(f"write `{swapped}`", span, swapped)
    return attrs.evolve(found, help=(f"if they are swapped, write `{swapped}`",), fixes=(fix,))


def end(literal: nodes.Literal, name: str, scope: Scope) -> date | None:
    """Return the day that a literal or a cell writes, None where it was reported.

    name: of the finding.
    """
    text = literal.text.strip()
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            scope.findings.append(_no_day(literal, text, name))
            return None
    message, advice = f"`{text[:40]}` is not a day", "write year, month and day, such as 2027-04-01"
    meant = list(dict.fromkeys(_meant(text)))
    fixes = tuple(fix for each in meant for fix in _fixes(literal, each))
    if meant:
        advice = f"write {' or '.join(f'`{each}`' for each in meant)}"
        advice += "" if len(meant) == 1 else ", whichever is meant"
    scope.findings.append(
        error(name, literal.span, message, help=advice, fixes=fixes if len(fixes) == 1 else ())
    )
    return None


def _no_day(literal: nodes.Literal, text: str, name: str) -> Finding:
    """Return what is said of a day that no calendar has, such as 31 February."""
    year, month, _ = map(int, text.split("-"))
    if not 1 <= month <= 12 or not year:
        message = (
            f"`{text}` is not a day: there is no {'month ' + str(month) if year else 'year 0'}"
        )
        return error(name, literal.span, message, help="write year, month and day")
    last = date(year, month, monthrange(year, month)[1])
    named = said_day(last).split(" ", maxsplit=1)[1]
    message = f"`{text}` is not a day: {named} has {last.day} days"
    advice, fixes = f"write `{last}` for its last day", _fixes(literal, last.isoformat())
    return error(name, literal.span, message, help=advice, fixes=fixes)


def _fixes(literal: nodes.Literal, text: str) -> tuple[Fix, ...]:
    """Return the fix that writes another day, where this one stands: a roster has no places."""
    is_there = literal.span.text.strip() == literal.text.strip()
    return (Fix(f"write `{text}`", literal.span, text),) if is_there else ()


def _meant(text: str) -> Iterator[str]:
    """Yield the days that a text may mean which writes one in another order.

    >>> list(_meant("01.04.2027")), list(_meant("3/4/2027")), list(_meant("2027-3-1"))
    (['2027-04-01'], ['2027-03-04', '2027-04-03'], ['2027-03-01'])
    """
    found = _PARTS.fullmatch(text)
    if found is None:
        return
    one, two, three = map(int, found.groups())
    readings = [(three, one, two), (three, two, one)] if "/" in text else [(three, two, one)]
    if len(found[1]) == 4:
        readings = [(one, two, three)]
    for year, month, day in readings:
        try:
            if year >= 1900:
                yield date(year, month, day).isoformat()
        except ValueError:
            continue
