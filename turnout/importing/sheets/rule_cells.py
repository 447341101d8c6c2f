"""A cell of a rule in a spreadsheet, as what it asks of its column.

Parts of a list are asked one or the other; `not` turns a list round, and as in a policy holds
for another value and not for none; a text that isn't there lacks every part, too. A number with
commas between its thousands is one number.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from turnout.dsl import types
from turnout.frozen import frozen
from turnout.importing.condition_texts import value_text
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Operator, Some
from turnout.importing.sheets.cell_points import (
    CellError,
    Decimals,
    day_text,
    number_text,
    point,
    with_points,
)
from turnout.importing.sheets.code_ranges import beginnings
from turnout.importing.typed_fields import is_readable

LONGEST = 10_000
MOST_VALUES = 1_000

ANYTHING = frozenset(
    {"", "*", "any", "all", "-", "\u2013", "\u2014", "n/a", "anything", "everything", "everyone"}
    | {
        "everywhere",
        "anywhere",
        "anyone",
        "all leads",
        "worldwide",
        "doesn't matter",
        "does not matter",
    }
)
"""What asks nothing."""

_KINDS = (
    "countries|country|states?|regions?|sizes?|sources?|industry|industries|products?|segments?"
    "|values?|titles?|territory|territories|company|companies|leads?|channels?|languages?"
)
_ALL_OF_THEM = re.compile(rf"(?:all|any|every)\s+(?:{_KINDS})", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"(?:(?:and|all|any|the|every|all\s+the|everyone|everything|anyone|anything)\s+)*"
    rf"(?:else|others?|rest|remaining|remainder)(?:\s+(?:of\s+(?:the\s+)?world|{_KINDS}))?"
    r"|otherwise|default|fallback|catch[\s-]?all|sonst|sonstige|alle anderen",
    re.IGNORECASE,
)
_MISSING = frozenset(
    {"missing", "blank", "empty", "(blanks)", "is blank", "is empty", "is missing"}
)
_MISSING_TOO = frozenset({"not set", "no value", "unset", "null"})
_PRESENT = frozenset(
    {"present", "filled", "not blank", "not empty", "not missing", "any value", "is present"}
    | {"is set", "is not blank", "not null"}
)
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!)")
_FORMULA = re.compile(r"[=+@]\s*[A-Za-z]\w*[(!$:]|=\s*\$?[A-Z]+\$?\d+\b")
_NOT = re.compile(
    r"(?:(?:all|any|anything|everything|everyone|everywhere|worldwide|global)\s*,?\s+"
    r"(?:but|except(?:\s+for)?|other\s+than|excluding|besides)\s+"
    r"|not\s+in\s+|not\s+|except(?:\s+for)?\s+|other\s+than\s+|none\s+of\s+"
    r"|excl(?:uding|udes?|\.)\s+|<>\s*|!=\s*|≠\s*|!\s*)(?=\S)",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"(?:outside(?:\s+of)?|non|ex|no)[\s-]+(?:the\s+)?(?=\S)", re.IGNORECASE)
_IS = re.compile(r"(?:==?(?![<>=])\s*|is\s+|in\s+|equals\s+|one\s+of\s+)(?=\S)", re.IGNORECASE)
_TO = r"\s*(?:\.\.\.?|-|\u2013|\u2014|\bto\b|\bthrough\b|\bbis\b)\s*"
_SPAN = re.compile(_TO, re.IGNORECASE)
_FROM = re.compile(r"(?:between|from)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"between\s+(?P<low>\S.*?)\s+and\s+(?P<high>\S.*)", re.IGNORECASE)
_OPEN = re.compile(
    r"(?P<low>\S.*?)\s*(?:\.\.|\+|or more|or above|or over|or higher|or greater|or larger"
    r"|and above|and more|and up|and over|and higher|upwards|min\.?|onwards|or later|and later)"
    r"(?P<unit>\s+[a-z]+)?",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:\.\.\s*(?P<high>\S.*)|(?P<less>\S.*?)\s*(?:or (?:less|fewer|below|under|lower|smaller"
    r"|earlier)|and (?:below|under|less|lower)|max\.?))",
    re.IGNORECASE,
)
_SIGNS: Mapping[str, Operator] = {
    **dict.fromkeys(
        (">=", "=>", "≥", "⩾", "at least", "from", "min.", "min", "minimum", "ab"), ">="
    ),
    **dict.fromkeys(("since", "starting", "no less than", "not less than", "as of"), ">="),
    **dict.fromkeys(
        ("<=", "=<", "≤", "⩽", "at most", "up to", "max.", "max", "maximum", "bis"), "<="
    ),
    **dict.fromkeys(("until", "till", "through", "no more than", "not more than"), "<="),
    **dict.fromkeys((">", "more than", "over", "above", "after", "greater than"), ">"),
    **dict.fromkeys(("larger than", "bigger than", "higher than", "exceeds"), ">"),
    **dict.fromkeys(("<", "less than", "under", "below", "before", "fewer than"), "<"),
    **dict.fromkeys(("smaller than", "lower than"), "<"),
}
_WORDS = "|".join(
    re.escape(each) + (r"(?![a-z])" if each[-1].isalpha() else "")
    for each in sorted(_SIGNS, key=len, reverse=True)
)
_COMPARED = re.compile(rf"(?P<sign>{_WORDS})\s*(?P<point>\S.*)", re.IGNORECASE)
_BOTH = re.compile(r"\s+and\s+|\s*&+\s*|(?<=\d)\s+(?=[<>≤≥])", re.IGNORECASE)
_OTHER: Mapping[Operator, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_PARTS: tuple[tuple[re.Pattern[str], Operator], ...] = (
    (
        re.compile(r"(?:starts|begins|starting|beginning)\s+(?:with|w/)\s+(\S.*)", re.IGNORECASE),
        "starts with",
    ),
    (re.compile(r"(?:ends|ending)\s+(?:with|w/|in)\s+(\S.*)", re.IGNORECASE), "ends with"),
    (
        re.compile(r"(?:contains|containing|includes|including|has)\s+(\S.*)", re.IGNORECASE),
        "contains",
    ),
)
_STARS: tuple[tuple[re.Pattern[str], Operator], ...] = (
    (re.compile(r"\*([^*?]+)\*"), "contains"),
    (re.compile(r"([^*?]+)\*"), "starts with"),
    (re.compile(r"\*([^*?]+)"), "ends with"),
)
_PIECE = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[,;|\n]|$)|((?:,(?=\d{3}(?!\d))|[^,;|\n])+)|[,;|\n]')
_DATED = re.compile(r"([A-Z][a-z]{2,8}\.? \d{1,2}),\s+(\d{4})(?!\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_CODES = re.compile(r"[A-Z]{2,3}(?:\s*/\s*[A-Z]{2,3})+")
_MASKED = re.compile(r"(\w*\d)[xX#?*]+")
_LETTERS = re.compile(r"([A-Z])\s*[-\u2013]\s*([A-Z])")
_LESS = re.compile(
    r"(?P<of>\S.*?)\s*(?:\(\s*(?:excl(?:uding|udes|\.)?|except(?:\s+for)?|without|w/o|not|minus)\s+"
    r"(?P<less>[^()]+?)\s*\)|\s(?:excl(?:uding|\.)|except(?:\s+for)?)\s+(?P<last>\S.*))",
    re.IGNORECASE,
)
_CODE_RANGE = re.compile(rf"(?P<low>\d+)(?P<mask>[xX#*]*){_TO}(?P<high>\d+)(?P=mask)")

REGIONS: Mapping[str, tuple[str, ...]] = {
    "dach": ("DE", "AT", "CH"),
    "benelux": ("BE", "NL", "LU"),
    "nordics": ("DK", "FI", "IS", "NO", "SE"),
    "baltics": ("EE", "LV", "LT"),
    "iberia": ("ES", "PT"),
    "anz": ("AU", "NZ"),
    "uk&i": ("GB", "IE"),
    "uki": ("GB", "IE"),
    "gcc": ("AE", "BH", "KW", "OM", "QA", "SA"),
}
"""Names of several countries of which all people mean the same ones."""

CellKind: TypeAlias = Literal["plain", "country", "subdivision", "code", "domain"]
"""What a column holds, as far as its cells are read otherwise for it."""

_PLACES: Mapping[CellKind, types.FieldType] = {
    "country": types.Country(),
    "subdivision": types.Subdivision(None, "US"),
}


@frozen
class CellManner:
    """How the cells of a column are read. operator: how a plain value is asked."""

    kind: CellKind = "plain"
    decimals: Decimals = "unknown"
    operator: Operator = "is"


PLAIN_CELLS = CellManner()


def is_anything(text: str) -> bool:
    """Return whether a cell asks nothing."""
    bare = _bare(text)
    return bare in ANYTHING or _ALL_OF_THEM.fullmatch(bare) is not None


def is_otherwise(text: str) -> bool:
    """Return whether a cell says that its row is for whom no other row takes."""
    return _OTHERWISE.fullmatch(_bare(text)) is not None


def _bare(text: str) -> str:
    """Return a cell in lower case, without brackets around all of it."""
    folded = " ".join(text.casefold().split())
    inside = re.fullmatch(r"[(\[<]([^()\[\]<>]*)[)\]>]", folded)
    return inside[1].strip() if inside else folded


def cell_asks(column: str, text: str, manner: CellManner = PLAIN_CELLS) -> Asked:
    """Return what a cell asks; ALWAYS where it asks nothing. Raises CellError."""
    text = text.strip()
    if len(text) > LONGEST:
        raise CellError(f"the cell has more than {LONGEST:,} characters")
    if _ERROR.match(text):
        raise CellError(f"{text} is an error of the spreadsheet")
    if _FORMULA.match(text):
        raise CellError(f"{text} is a formula, not its value")
    if is_anything(text) or is_otherwise(text):
        return ALWAYS
    if manner.decimals == "comma" and manner.kind == "plain":
        text = with_points(text)
    if _bare(text) in _MISSING | _MISSING_TOO:
        return Criterion(column, "missing")
    if _bare(text) in _PRESENT:
        return Criterion(column, "present")
    is_compared = text[:1].isalpha() and _COMPARED.match(text) is not None
    negated = None if is_compared else _NOT.match(text)
    if negated is None and manner.kind in _PLACES and not _is_of(manner, text):
        negated = _OUTSIDE.match(text)
    rest = text[negated.end() :] if negated else text
    if not negated and (plain := _IS.match(text)):
        rest = text[plain.end() :]
    whole = re.fullmatch(r"\(([^()]*)\)", rest)
    asked = _listed(column, whole[1] if whole else rest, manner, is_negated=negated is not None)
    return _as_headed(asked, manner.operator)


def _as_headed(asked: Asked, operator: Operator) -> Asked:
    """Return what a cell asks in a column whose heading says how its values are asked."""
    match asked:
        case Criterion(field, "is", values) if operator in {"contains", "starts with", "ends with"}:
            return Criterion(field, operator, values)
        case Criterion(field, "is not", values) if operator in {"contains", "starts with"}:
            return Nay(Criterion(field, operator, values))
        case Criterion(field, "is", (value,)) if operator in _OTHER:
            return Criterion(field, operator, (value,))
        case _:
            return asked


def is_ambiguous(text: str) -> bool:
    """Return whether a cell is one number with thousands that may be meant as a list."""
    return _THOUSANDS.fullmatch(text.strip()) is not None and len(text) > len("999,999")


def _listed(column: str, text: str, manner: CellManner, *, is_negated: bool) -> Asked:
    values: list[str] = []
    others: list[Asked] = []
    carried: Operator | None = None
    if manner.kind == "domain":
        text = text.replace("/", ",")
    for piece, is_quoted in _pieces(text):
        test = None if is_quoted else _test(column, piece, manner)
        word = None if is_quoted else _worded(piece)
        if word is not None:
            carried = word[0]
        if test is None and carried is not None:
            others.append(Criterion(column, carried, (piece,)))
        elif test is None:
            values += [piece] if is_quoted else _values(piece, manner)
        else:
            others.append(test)
    if len(values) + len(others) > MOST_VALUES:
        raise CellError(f"the cell lists more than {MOST_VALUES:,} values")
    if not values and not others:
        raise CellError(f"{text} has no value")
    listed = tuple(dict.fromkeys(values))
    if not values and (both := _meet(others)):
        others = [both]
    if is_negated:
        # Another value, not none: what is missing is in no list and out of none.
        parts: list[Asked] = [Criterion(column, "is not", listed)] if listed else []
        parts += map(_denied, others)
        return parts[0] if len(parts) == 1 else Every(tuple(dict.fromkeys(parts)))
    parts = [Criterion(column, "is", listed)] if listed else []
    parts += others
    return parts[0] if len(parts) == 1 else Some(tuple(dict.fromkeys(parts)))


def _meet(parts: list[Asked]) -> Asked | None:
    """Return that both hold, of `> 5, < 50`, which as a list would take everything."""
    match parts:
        case [
            Criterion(operator=">" | ">=", values=(low,)) as one,
            Criterion(operator="<" | "<=", values=(high,)) as other,
        ]:
            pass
        case [
            Criterion(operator="<" | "<=", values=(high,)) as other,
            Criterion(operator=">" | ">=", values=(low,)) as one,
        ]:
            pass
        case _:
            return None
    return Every((one, other)) if _amount(low) < _amount(high) else None


def _amount(text: str) -> tuple[float, str]:
    """Return what orders numbers and days."""
    found = re.fullmatch(r"[$€£]?(-?\d+(?:\.\d+)?)([kKmMbB]?)", text)
    if found is None:
        return 0.0, text
    return float(found[1]) * {"": 1, "k": 1e3, "m": 1e6, "b": 1e9}[found[2].lower()], ""


def _denied(asked: Asked) -> Asked:
    match asked:
        case Every((Criterion(field, first, low), Criterion(_, last, high))):
            return Some(
                (Criterion(field, _OTHER[first], low), Criterion(field, _OTHER[last], high))
            )
        case Criterion(field, operator, values) if operator in _OTHER:
            return Criterion(field, _OTHER[operator], values)
        case _:
            return Nay(asked)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a list, and whether each stands in quotes."""
    for found in _PIECE.finditer(_DATED.sub(r"\1 \2", text)):
        if found[1] is not None:
            yield found[1].replace('""', '"'), True
        elif found[2] is not None:
            piece = re.sub(r"^\s*(?:or|and|&)\s+", "", found[2]).strip()
            more = (
                r"\s+or\s+(?!(?:more|less|fewer|above|over|below|under|later|earlier|higher|lower"
                r"|greater|larger|smaller)\b)"
            )
            yield from ((each, False) for each in re.split(more, piece) if each)


def _values(piece: str, manner: CellManner) -> list[str]:
    """Return the values that a part names: several places, or codes between slashes."""
    if manner.kind in _PLACES:
        return _places(piece, manner)
    if manner.kind == "plain" and _CODES.fullmatch(piece):
        return [each.strip() for each in piece.split("/")]
    if _LESS.fullmatch(piece):
        raise CellError(f"{piece} is some of something, which no cell says")
    if manner.kind in {"code", "domain"}:
        return [piece]
    if found := _LETTERS.fullmatch(piece):
        return [chr(each) for each in range(ord(found[1]), ord(found[2]) + 1)] or [piece]
    number = None if re.search(r"[A-Za-z]{3}", piece) else number_text(piece)
    return [number or _day(piece) or piece]


def _day(piece: str) -> str | None:
    """Return a day in figures as 2026-12-31; what may be two days stays a text."""
    try:
        return day_text(piece) if re.fullmatch(r"[\d/.-]+", piece) else None
    except CellError:
        return None


def _places(piece: str, manner: CellManner) -> list[str]:
    if manner.kind == "country" and (region := REGIONS.get(piece.casefold().replace(" ", ""))):
        return [*region]
    if _is_of(manner, piece):
        return [piece]
    if found := _LESS.fullmatch(piece):
        whole, less = _places(found["of"], manner), _places(found["less"] or found["last"], manner)
        of = _PLACES[manner.kind]
        gone = {value_text(of, each) for each in less if is_readable(of, each)}
        left = [
            each for each in whole if not is_readable(of, each) or value_text(of, each) not in gone
        ]
        if not gone or len(left) != len(whole) - len(gone) or not left:
            raise CellError(f"{piece} is some of something, which no cell says")
        return left
    for between in (r"\s*/\s*", r"\s+and\s+|\s*&\s*|\s*\+\s*", r"\s+"):
        parts = [each for each in re.split(between, piece) if each]
        if len(parts) > 1 and all(_is_of(manner, each) for each in parts):
            return parts
    return [piece]


def _is_of(manner: CellManner, text: str) -> bool:
    of = _PLACES.get(manner.kind)
    return of is not None and is_readable(of, text)


def _worded(text: str) -> tuple[Operator, str] | None:
    for pattern, operator in _PARTS:
        if found := pattern.fullmatch(text):
            return operator, found[1].strip().strip('"')
    return None


def _test(column: str, text: str, manner: CellManner) -> Asked | None:
    """Return what a part asks that is more than a value, None for a value."""
    if manner.kind == "code":
        return _code(column, text)
    if manner.kind == "domain":
        return _domain(column, text)
    if word := _worded(text):
        return Criterion(column, word[0], (word[1],))
    compared = _compares(column, text, manner)
    if compared is not None or manner.kind in _PLACES:
        return compared
    for pattern, operator in _STARS:
        if found := pattern.fullmatch(text):
            return Criterion(column, operator, (found[1].strip().strip('"'),))
    if "*" in text:
        joined = ".*".join(re.escape(each) for each in text.split("*")).replace("\\ ", " ")
        return Criterion(column, "matches", (f"^{joined}$",))
    if "?" in text.rstrip("?"):
        raise CellError(f"a policy has no pattern such as {text}")
    return None


def _domain(column: str, text: str) -> Asked | None:
    """Return that a domain ends in `.edu`, or is a firm's, of whose address `@` is left."""
    if found := re.fullmatch(r"\*?(\.[\w.-]+)", text):
        return Criterion(column, "ends with", (found[1],))
    if found := re.fullmatch(r"\*?@([\w-]+\.[\w.-]+)", text):
        return Criterion(column, "is", (found[1],))
    if word := _worded(text):
        return Criterion(column, word[0], (word[1],))
    if found := re.fullmatch(r"\*([^*?]+)\*?|([^*?]+)\*", text):
        raise CellError(f"a policy has no pattern such as {text} of a domain")
    return None


def _code(column: str, text: str) -> Asked | None:
    """Return what is asked of a code: how it begins."""
    if found := _CODE_RANGE.fullmatch(text):
        begun = beginnings(found["low"], found["high"])
        if begun is None:
            raise CellError(f"{text} is no range of codes with as many digits at both ends")
        return Criterion(column, "starts with", begun)
    if found := _MASKED.fullmatch(text):
        return Criterion(column, "starts with", (found[1],))
    if word := _worded(text):
        return Criterion(column, word[0], (word[1],))
    if re.match(r"[<>≥≤*?]", text):
        raise CellError(f"a policy asks how a code begins, not {text}")
    return None


def _compares(column: str, text: str, manner: CellManner) -> Asked | None:
    """Return a range or a comparison, None where it is neither. Raises CellError."""
    for low, high in () if _day(text) else _spans(text):
        ends = _ends(low, high, manner)
        if ends is not None:
            first, last = ends
            return Every((Criterion(column, ">=", (first,)), Criterion(column, "<=", (last,))))
    joined = [each for each in _BOTH.split(text) if each]
    if len(joined) == 2 and all(map(_COMPARED.fullmatch, joined)):
        both = [_compares(column, each, manner) for each in joined]
        return Every(tuple(each for each in both if each is not None))
    if (found := _OPEN.fullmatch(text)) and (least := _pointed(found["low"], manner)) is not None:
        return Criterion(column, ">=", (least,))
    if found := _BELOW.fullmatch(text):
        most = _pointed(found["high"] or found["less"], manner)
        if most is not None:
            return Criterion(column, "<=", (most,))
    if found := _COMPARED.fullmatch(text):
        end = _pointed(found["point"], manner)
        if end is not None:
            return Criterion(column, _SIGNS[found["sign"].casefold()], (end,))
        if re.search(r"\d", text) or not found["sign"][0].isalpha():
            raise CellError(f"{text} compares with no number or day")
    return None


def _spans(text: str) -> Iterator[tuple[str, str]]:
    """Yield what may be the two ends of a range."""
    if found := _BETWEEN.fullmatch(text):
        yield found["low"], found["high"]
    begun = _FROM.match(text)
    inner = text[begun.end() :] if begun else text
    for found in _SPAN.finditer(inner):
        if inner[: found.start()].strip() and inner[found.end() :].strip():
            yield inner[: found.start()], inner[found.end() :]


def _ends(low: str, high: str, manner: CellManner) -> tuple[str, str] | None:
    """Return the ends of a range, None for none; of `$1-5` the sign belongs to both."""
    first, last = _pointed(low, manner), _pointed(high, manner)
    if first is None or last is None:
        return None
    if first[0] in "$€£" and last[0].isdecimal():
        return first, first[0] + last
    if last[0] in "$€£" and first[0].isdecimal():
        return last[0] + first, last
    return first, last


def _pointed(text: str, manner: CellManner) -> str | None:
    return point(text, manner.decimals)
