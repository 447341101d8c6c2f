"""Which names and words fit where the grammar says only that there is a name.

An expectation, an action, whom a guarantee speaks of, a period and a unit of time are read
as names, and so are the fields of a test's lead: what they may be is told by the words before
them. The words are those of the readers themselves.
"""

from collections.abc import Sequence
from typing import get_args

from turnout.dsl.lexing import Token
from turnout.dsl.promises import ActionKind
from turnout.dsl.resolve.expectations import EXPECTATIONS, EXPECTED, REASONS
from turnout.dsl.resolve.logged_fields import KEPT
from turnout.dsl.resolve.people import PERIODS
from turnout.dsl.resolve.promises import REACHED, WITH_SEQUENCE
from turnout.frozen import frozen
from turnout.lsp.standing import Standing

_UNITS = ("minute", "hour", "day", "week")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_LOGGED = {"FIELDS", "HASHED"}


@frozen
class Fitting:
    """What fits at a place. kinds: of names. words: each with what it is."""

    kinds: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()


NOTHING = Fitting()


def fitting(standing: Standing) -> Fitting | None:
    """Return what fits at a place, None where the grammar tells it already."""
    before, roles = standing.before, standing.roles
    words = [str(each) for each in before]
    last = words[-1] if words else ""
    if "days" in roles and last != "holidays":
        return _words(_WEEKDAYS, "weekday")
    if "duration" in roles:
        units = _UNITS if last == "1" else tuple(f"{each}s" for each in _UNITS)
        return _words(units, "unit of time")
    credited = _since(before, "CREDIT")
    if credited is not None and "RSQB" not in {each.type for each in credited}:
        return _words(_reasons(before), "reason")
    if last == "per" and "cap" in roles:
        return _words(PERIODS, "period")
    if last == "retain":
        return _words(KEPT, "what is kept")
    if last in {"serves", "identity"} or {each.type for each in before[-3:]} & _LOGGED:
        return Fitting(("field",))
    if _since(before, "DO") is not None and roles == frozenset({"before NAME", "before STRING"}):
        return _words(get_args(ActionKind), "action")
    if any("expect" in role for role in roles):
        return _expected(before)
    if "because" in roles:
        return _words(REASONS, "reason")
    if "reached" in roles:
        return _reached(words)
    return _placed(before, words) if "_place" in roles else None


def _words(words: Sequence[str], what: str) -> Fitting:
    return Fitting(words=tuple((word, what) for word in words))


def _since(before: Sequence[Token], kind: str) -> Sequence[Token] | None:
    """Return the words behind the last keyword of a kind; None where it isn't there."""
    for at in range(len(before) - 1, -1, -1):
        if before[at].type == kind:
            return before[at + 1 :]
    return None


def _reasons(before: Sequence[Token]) -> tuple[str, ...]:
    """Return the reasons of the list in front of `credit`."""
    kinds = [each.type for each in before]
    listed = before[kinds.index("LSQB") + 1 : kinds.index("RSQB")]
    return tuple(str(each) for each in listed if each.type == "NAME")


def _expected(before: Sequence[Token]) -> Fitting:
    behind = [str(each) for each in _since(before, "EXPECT") or () if each.type != "NOT"]
    if not behind:
        return Fitting(words=tuple((each, form) for each, form in EXPECTATIONS.items()))
    if len(behind) > 1 and behind[0] != "action":
        return NOTHING
    match behind[0]:
        case "rule":
            return Fitting(("rule",))
        case "sla":
            return NOTHING
        case "action":
            return _words(get_args(ActionKind), "action") if len(behind) == 1 else NOTHING
        case kind:
            named = EXPECTED.get(kind, "")
            return Fitting((named,)) if named else NOTHING


def _reached(words: Sequence[str]) -> Fitting:
    """Return whom a guarantee may speak of: a kind, then a name of that kind."""
    if words[-1] in {"reaches", ","}:
        return _words([each for each in REACHED if each], "whom leads reach")
    return Fitting((REACHED.get(words[-1], ""),))


def _placed(before: Sequence[Token], words: Sequence[str]) -> Fitting:
    last = words[-1]
    if last == "by":
        return Fitting(("steward",))
    if "HOLIDAYS" in {each.type for each in before[-2:]} or _is_listed(before, "HOLIDAYS"):
        return Fitting(("country",))
    if "{" in words and words[_opening(words) - 1] == "lead":
        return Fitting(("field",))
    if last in WITH_SEQUENCE:
        return Fitting(("sequence",))
    if last == "notify":
        return _words(("slack", "email"), "where it is told")
    if last == "channel":
        return _words(("phone", "email"), "channel")
    return NOTHING


def _is_listed(before: Sequence[Token], kind: str) -> bool:
    """Return whether a place stands in the list behind a keyword."""
    behind = _since(before, kind)
    return behind is not None and all(
        each.type == "COMMA" if at % 2 else each.type != "COMMA" for at, each in enumerate(behind)
    )


def _opening(words: Sequence[str]) -> int:
    """Return where the brace around a place stands, the first word's place for none."""
    depth = 0
    for at in range(len(words) - 1, 0, -1):
        depth += (words[at] == "}") - (words[at] == "{")
        if depth < 0:
            return at
    return 0
