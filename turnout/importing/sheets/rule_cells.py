"""A cell of a rule in a spreadsheet, as what it asks of its column.

Parts of a list are asked one or the other; `not` turns a list round, and as in a policy holds
for another value and not for none; a text that isn't there lacks every part, too. A number with
commas between its thousands is one number.
"""

import re
from collections.abc import Iterator, Mapping

from turnout.errors import Error
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Operator, Some

LONGEST = 10_000
MOST_VALUES = 1_000

ANYTHING = frozenset(
    {"", "*", "any", "all", "-", "\u2013", "\u2014", "n/a", "anything", "everything"}
)
"""What asks nothing."""

OTHERWISE = frozenset(
    {"else", "otherwise", "default", "rest", "fallback", "catch-all", "catch all", "everyone else"}
    | {"everything else", "all others", "all other", "any other", "others", "other", "remaining"}
)
"""What says that a row is for whom no other row takes."""

_MISSING = frozenset({"missing", "blank", "empty", "(blank)", "(blanks)", "(empty)", "is blank"})
_PRESENT = frozenset(
    {"present", "filled", "not blank", "not empty", "not missing", "any value", "is present"}
)
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!)")
_FORMULA = re.compile(r"[=+@]\s*[A-Za-z]\w*[(!$:]|=\s*\$?[A-Z]+\$?\d+\b")
_NOT = re.compile(
    r"(?:not\s+in\s+|not\s+|except\s+|other\s+than\s+|<>\s*|!=\s*)(?=\S)", re.IGNORECASE
)
_IS = re.compile(r"(?:==?(?![<>=])\s*|is\s+|in\s+)(?=\S)", re.IGNORECASE)
_AMOUNT = r"(?:[$€£]\s*)?\d(?:[\d_., ]*\d)?\s*[kKmMbB]?"
_DAY = r"\d{4}-\d{2}-\d{2}"
_POINT = rf"(?:{_DAY}|-?{_AMOUNT})"
_RANGE = re.compile(
    rf"(?:between\s+|from\s+)?(?P<low>{_POINT})\s*(?:\.\.|-|\u2013|\u2014|\bto\b|\band\b)\s*"
    rf"(?P<high>{_POINT})",
    re.IGNORECASE,
)
_OPEN = re.compile(
    rf"(?P<low>{_POINT})\s*(?:\.\.|\+|or more|and above|and up|and over)", re.IGNORECASE
)
_BELOW = re.compile(rf"(?:\.\.\s*(?P<high>{_POINT})|(?P<less>{_POINT})\s*or less)", re.IGNORECASE)
_COMPARED = re.compile(
    r"(?P<sign>>=|=>|≥|<=|=<|≤|>|<|at least|at most|up to|more than|less than|over|above|under"
    rf"|below|from|after|before)\s*(?P<point>{_POINT})",
    re.IGNORECASE,
)
_SIGNS: Mapping[str, Operator] = {
    **dict.fromkeys((">=", "=>", "≥", "at least", "from"), ">="),
    **dict.fromkeys(("<=", "=<", "≤", "at most", "up to"), "<="),
    **dict.fromkeys((">", "more than", "over", "above", "after"), ">"),
    **dict.fromkeys(("<", "less than", "under", "below", "before"), "<"),
}
_OTHER: Mapping[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TEXTS = (
    (re.compile(r"(?:starts|begins)\s+with\s+(\S.*)", re.IGNORECASE), "starts with"),
    (re.compile(r"(?:contains|includes|has)\s+(\S.*)", re.IGNORECASE), "contains"),
    (re.compile(r"\*([^*?]+)\*"), "contains"),
    (re.compile(r"([^*?]+)\*"), "starts with"),
)
_PIECE = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[,;|\n]|$)|((?:,(?=\d{3}(?!\d))|[^,;|\n])+)|[,;|\n]')
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")


class CellError(Error):
    """A cell that can't be read as a condition."""


def cell_asks(column: str, text: str) -> Asked:
    """Return what a cell asks; ALWAYS where it asks nothing. Raises CellError."""
    text = text.strip()
    if len(text) > LONGEST:
        raise CellError(f"the cell has more than {LONGEST:,} characters")
    if _ERROR.match(text):
        raise CellError(f"{text} is an error of the spreadsheet")
    if _FORMULA.match(text):
        raise CellError(f"{text} is a formula, not its value")
    folded = text.casefold()
    if folded in ANYTHING or folded in OTHERWISE:
        return ALWAYS
    if folded in _MISSING:
        return Criterion(column, "missing")
    if folded in _PRESENT:
        return Criterion(column, "present")
    negated = _NOT.match(text)
    rest = text[negated.end() :] if negated else text
    if not negated and (plain := _IS.match(text)):
        rest = text[plain.end() :]
    return _listed(column, rest, is_negated=negated is not None)


def is_ambiguous(text: str) -> bool:
    """Return whether a cell is one number with thousands that may be meant as a list."""
    return _THOUSANDS.fullmatch(text.strip()) is not None and len(text) > len("999,999")


def _listed(column: str, text: str, *, is_negated: bool) -> Asked:
    values: list[str] = []
    others: list[Asked] = []
    for piece, is_quoted in _pieces(text):
        test = None if is_quoted else _test(column, piece)
        if test is None:
            values.append(piece if is_quoted else _number(piece))
        else:
            others.append(test)
    if len(values) + len(others) > MOST_VALUES:
        raise CellError(f"the cell lists more than {MOST_VALUES:,} values")
    if not values and not others:
        raise CellError(f"{text} has no value")
    listed = tuple(dict.fromkeys(values))
    if is_negated:
        # Another value, not none: what is missing is in no list and out of none.
        parts: list[Asked] = [Criterion(column, "is not", listed)] if listed else []
        parts += map(_denied, others)
        return parts[0] if len(parts) == 1 else Every(tuple(dict.fromkeys(parts)))
    parts = [Criterion(column, "is", listed)] if listed else []
    parts += others
    return parts[0] if len(parts) == 1 else Some(tuple(dict.fromkeys(parts)))


def _denied(asked: Asked) -> Asked:
    match asked:
        case Every((Criterion(field, _, low), Criterion(_, _, high))):
            return Some((Criterion(field, "<", low), Criterion(field, ">", high)))
        case Criterion(field, operator, values) if operator in _OTHER:
            return Criterion(field, _OTHER[operator], values)
        case _:
            return Nay(asked)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a list, and whether each stands in quotes."""
    for found in _PIECE.finditer(text):
        if found[1] is not None:
            yield found[1].replace('""', '"'), True
        elif found[2] is not None:
            for piece in re.split(r"\s+or\s+(?!more\b|less\b)", found[2].strip()):
                if piece:
                    yield piece, False


def _test(column: str, text: str) -> Asked | None:
    """Return what a part asks that is more than a value, None for a value."""
    if found := _RANGE.fullmatch(text):
        low, high = _number(found["low"]), _number(found["high"])
        return Every((Criterion(column, ">=", (low,)), Criterion(column, "<=", (high,))))
    if found := _OPEN.fullmatch(text):
        return Criterion(column, ">=", (_number(found["low"]),))
    if found := _BELOW.fullmatch(text):
        return Criterion(column, "<=", (_number(found["high"] or found["less"]),))
    if found := _COMPARED.fullmatch(text):
        return Criterion(column, _SIGNS[found["sign"].casefold()], (_number(found["point"]),))
    for pattern, operator in _TEXTS:
        if found := pattern.fullmatch(text):
            kind: Operator = "contains" if operator == "contains" else "starts with"
            return Criterion(column, kind, (found[1].strip().strip('"'),))
    if re.match(r"[<>≥≤]", text):
        raise CellError(f"{text} compares with no number or day")
    if "*" in text or "?" in text:
        raise CellError(f"a policy has no pattern such as {text}")
    return None


def _number(text: str) -> str:
    """Return a number without the signs between its thousands; anything else as it stands."""
    plain = re.sub(r"(?<=\d)[,_ ](?=\d{3}(?:\D|$))", "", text.strip())
    return plain if re.fullmatch(_POINT, plain) else text.strip()
