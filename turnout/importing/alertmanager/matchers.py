"""What a matcher of Alertmanager asks of a label.

A label that isn't there is the empty text. Regular expressions are those of RE2, as in a policy,
and anchored at both ends; those that list texts, or parts of texts, are asked as such.
"""

import re
from itertools import product

from turnout.dsl.patterns import pattern_problem, searcher
from turnout.importing.alertmanager.matcher_texts import LONGEST, MatcherError
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Operator, Some
from turnout.importing.plain_form import plain

MOST_LISTED = 50
"""Texts that the groups of a regular expression may stand for and be written as a list."""

_LITERAL = r"(?:[^\\.^$*+?()\[\]{}|]|\\[^\w\s])"
_TEXT = re.compile(rf"{_LITERAL}*", re.DOTALL)
_WILD = re.compile(rf"(?P<first>\.\*)?(?P<text>{_LITERAL}+)(?P<last>\.\*)?", re.DOTALL)
_GROUP = re.compile(rf"\((?:\?:)?(?P<inner>{_LITERAL}*(?:\|{_LITERAL}*)+)\)|(?P<text>{_LITERAL}+)")


def matcher(label: str, sign: str, value: str) -> Asked:
    """Return what a matcher asks. Raises MatcherError where no policy can."""
    match sign:
        case "=":
            return _is(label, value)
        case "!=":
            return plain(Nay(_is(label, value)))
        case "=~":
            return _fits(label, value)
        case _:
            return plain(Nay(_fits(label, value)))


def _is(label: str, value: str) -> Asked:
    if value != value.strip():
        raise MatcherError(f"a policy overlooks the blanks at the ends of {value[:100]!r}")
    return Criterion(label, "is", (value,)) if value else Criterion(label, "missing")


def _fits(label: str, pattern: str) -> Asked:
    if len(pattern) > LONGEST:
        raise MatcherError(f"a regular expression of more than {LONGEST:,} characters")
    parts = [_one(label, each) for each in _alternatives(pattern)]
    if any(each is None for each in parts):
        return _whole(label, pattern)
    known = tuple(each for each in parts if each is not None)
    if ALWAYS in known:
        return ALWAYS
    values = tuple(
        value
        for each in known
        if isinstance(each, Criterion) and each.operator == "is"
        for value in each.values
    )
    rest = [each for each in known if not (isinstance(each, Criterion) and each.operator == "is")]
    asked: list[Asked] = [Criterion(label, "is", values)] if values else []
    asked += rest
    return asked[0] if len(asked) == 1 else Some(tuple(asked))


def _whole(label: str, pattern: str) -> Asked:
    """Return that a label fits a regular expression from end to end."""
    anchored = f"^(?:{pattern})$"
    problem = pattern_problem(anchored)
    if problem is not None:
        said = f"no policy asks the regular expression {pattern[:100]!r}: {problem.message}"
        raise MatcherError(said)
    fits = Criterion(label, "matches", (anchored,))
    return Some((fits, Criterion(label, "missing"))) if searcher(anchored)("") else fits


def _alternatives(pattern: str) -> list[str]:
    """Return the parts between the bars of a pattern, groups of texts written out.

    Anchors at the ends of a part say what holds for each part anyway.
    """
    inner = _without_anchors(pattern)
    if group := re.fullmatch(r"\((?:\?:)?([^()]*)\)", inner):
        inner = group[1]
    if "(" in inner and (listed := _listed(inner)):
        return listed
    if "(" in inner or "[" in inner:
        return [pattern]  # bars may stand within
    return [_without_anchors(each) for each in re.split(r"(?<!\\)\|", inner)]


def _without_anchors(pattern: str) -> str:
    inner = pattern.removeprefix("^")
    return inner[:-1] if re.search(r"(?<!\\)(?:\\\\)*\$\Z", inner) else inner


def _listed(pattern: str) -> list[str]:
    """Return the texts of `team-(a|b)`, none where it is something else or too many."""
    ways: list[list[str]] = []
    at = 0
    while at < len(pattern):
        found = _GROUP.match(pattern, at)
        if found is None:
            return []
        ways.append([found["text"]] if found["text"] else found["inner"].split("|"))
        at = found.end()
    number = 1
    for each in ways:
        number *= len(each)
    return ["".join(each) for each in product(*ways)] if number <= MOST_LISTED else []


def _one(label: str, part: str) -> Asked | None:
    """Return what one alternative asks, None where only the whole pattern can be asked."""
    if part == ".*":
        return ALWAYS
    if part == ".+":
        return Criterion(label, "present")
    if _TEXT.fullmatch(part):
        text = re.sub(r"\\(.)", r"\1", part)
        return _is(label, text)
    found = _WILD.fullmatch(part)
    if found is None:
        return None
    text = re.sub(r"\\(.)", r"\1", found["text"])
    if text != text.strip():
        return None  # a policy overlooks blanks at the ends of a text
    both = found["first"] and found["last"]
    kind: Operator = "contains" if both else "ends with" if found["first"] else "starts with"
    return Criterion(label, kind, (text,))


def all_of(parts: list[Asked]) -> Asked:
    """Return that all hold."""
    kept = tuple(dict.fromkeys(each for each in parts if each != ALWAYS))
    return kept[0] if len(kept) == 1 else Every(kept)
