r"""The cells of a table of rules, read as conditions.

A cell has what would stand behind the field in a policy: `>= 1000`, `100..999`, `starts with
"10"`, `missing`; or values alone, several of them with commas, semicolons or bars between
them; `not` turns it round. What reads as a value of its field as a whole is one, so that
`1,000` and `Not interested` need no quotes. A text that begins as a test does is a value
where it stands in quotes.
"""

import re
from collections.abc import Iterator, Mapping

from turnout.dsl import nodes, types
from turnout.dsl.apart import Garbled, tested
from turnout.dsl.findings import Fix
from turnout.dsl.names import name_of
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.scope import nearest
from turnout.dsl.source import Span
from turnout.dsl.types import Field
from turnout.frozen import frozen

MAX_CELL = 10_000
"""Characters of a cell that are read."""

FORMS = "write values (`DE, AT`), a test (`>= 1000`, `100..999`, `missing`), or `not` and values"

_WORD = re.compile(
    r"(?:[<>]=?|is\s|in\s|in\[|(?:starts|ends)\s+with\b|contains\b|has\s|matches\b"
    r"|(?:older|later)\s+than\b|within\s)"
)
_NEGATED = re.compile(r"not\s+(?=\S)", re.IGNORECASE)
_NOT_IN = re.compile(r"not\s+in\s*[\[\".\d-]")
_ALONE = re.compile(r"(?:is\s+)?(?P<word>missing|present)", re.IGNORECASE)
_PIECE = re.compile(r'\s*("(?:\\.|[^"\\])*"|[^,;|\n]*[^,;|\n\s])\s*(?:[,;|\n]|$)|\s*[,;|\n]')
_ANYTHING = {"*", "any", "all", "-", "\u2013", "\u2014", "n/a", "everything", "everyone"}
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!)")
_FIGURES = r"\d(?:[\d_.,]*\d)?[kMB]?"
_DASHED = re.compile(rf"(?P<low>{_FIGURES})\s*[-\u2013\u2014]\s*(?P<high>{_FIGURES})")
_SIGNS = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<="}
_DAY_WORDS = {"past", "today", "future"}
_YES, _NO = {"yes", "y", "true", "1", "x", "✓"}, {"no", "n", "false", "0"}


@frozen
class Misread:
    """Why a cell can't be read. near: a name that may be meant instead of the text at `span`."""

    span: Span
    message: str
    help: str = ""
    near: str | None = None
    fixes: tuple[Fix, ...] = ()


def asked_of(
    field: Field, text: str, at: Span, country: str | None
) -> nodes.ConditionNode | Misread:
    """Return what a cell that isn't blank asks of a field.

    at: the cell. country: that of its row, where the row names one and no more.
    """
    refused = _no_cell(text, at)
    if refused is not None:
        return refused
    is_text = field.type.shape == "text"
    if not is_text and (whole := _value(field, text, at, country)) is not None:
        return _membership(field, (whole,), at, is_negated=False)
    negation = None if _NOT_IN.match(text) else _NEGATED.match(text)
    if negation is not None:
        text, at = text[negation.end() :], _from(at, negation.end())
    test = _test(field, text, at)
    if isinstance(test, Garbled):
        return _unreadable(field, text, at, test)
    if test is not None:
        return test if negation is None else nodes.Negation(test, at)
    if not is_text and (better := _otherwise(text)) is not None:
        fix = Fix(f"write `{better}`", at, better)
        message = f"`{text}` can't be asked of `{field.name}`"
        return Misread(at, message, f"write `{better}`", fixes=(fix,))
    values = tuple(_values(field, text, at, country))
    if not values:
        return Misread(at, f"`{text}` has no value", FORMS)
    return _membership(field, values, at, is_negated=negation is not None)


def named_in(
    text: str, at: Span, what: str, known: Mapping[str, object]
) -> nodes.ConditionNode | Misread:
    """Return what a cell with the names of territories or segments asks.

    what: what they are, as a message says it. known: those that may stand there.
    """
    refused = _no_cell(text, at)
    if refused is not None:
        return refused
    whole = at
    found = None if name_of(text) in known else _NEGATED.match(text)
    if found is not None:
        text, at = text[found.end() :], _from(at, found.end())
    parts: list[nodes.Bare] = []
    for piece, place in _pieces(text, at):
        name = piece if piece in known else name_of(piece)
        if name not in known:
            near = nearest(name, known)
            advice = (
                "" if near else f"write one that is declared, such as `{min(known, default='')}`"
            )
            return Misread(place, f"`{piece}` is no {what}", advice, near)
        parts.append(nodes.Bare(nodes.Name(name, place), place))
    if not parts:
        return Misread(at, f"`{text}` names nothing", "write names, commas between them")
    union = parts[0] if len(parts) == 1 else nodes.Any(tuple(parts), at)
    return union if found is None else nodes.Negation(union, whole)


def said_of(name: str, text: str, at: Span) -> nodes.ConditionNode | Misread:
    """Return what a cell says of one territory or segment: yes or no."""
    refused = _no_cell(text, at)
    if refused is not None:
        return refused
    bare = nodes.Bare(nodes.Name(name, at), at)
    if text.casefold() in _YES:
        return bare
    if text.casefold() in _NO:
        return nodes.Negation(bare, at)
    return Misread(at, f"`{text}` does not say whether it is {name}", "write yes or no")


def _no_cell(text: str, at: Span) -> Misread | None:
    """Return why something that a spreadsheet left in a cell is none of the language's."""
    if len(text) > MAX_CELL:
        message = f"the cell has more than {MAX_CELL:,} characters"
        return Misread(Span(at.source, at.start, at.start + 1), message, "name what it lists")
    if _ERROR.match(text):
        return Misread(
            at, f"`{text}` is an error of the spreadsheet", "mend the sheet, and save it anew"
        )
    if re.match(r"[=+@]\s*[A-Za-z]\w*[(!$:]|=[A-Za-z(\"]", text):
        advice = "save the sheet with the values that its formulas have"
        return Misread(at, f"`{text}` is a formula", advice)
    if text.casefold() in _ANYTHING:
        empty = Fix("leave the cell empty", at, "")
        advice = "leave the cell empty: that asks nothing"
        return Misread(at, f"`{text}` is no value", advice, fixes=(empty,))
    return None


def _test(field: Field, text: str, at: Span) -> nodes.Test | Garbled | None:
    """Return the test that a text writes, None where it is values."""
    if found := _ALONE.fullmatch(text):
        return nodes.Test(nodes.Name(field.name, at), f"is {found['word'].lower()}", (), at)
    word = ""
    is_day = isinstance(field.type, types.Date) and text in _DAY_WORDS
    if is_day or (isinstance(field.type, types.Domain) and text == "free-mail"):
        word = "is"
    elif field.type.shape in types.ON_A_LINE and _is_range(text):
        word = "in"
    elif not (_WORD.match(text) or _NOT_IN.match(text)):
        return None
    return tested(text, field.name, at, word)


def _is_range(text: str) -> bool:
    return ".." in text and '"' not in text and len(text.split()) == 1


def _unreadable(field: Field, text: str, at: Span, why: Garbled) -> Misread:
    better = _otherwise(text)
    message = f"`{text}` can't be asked of `{field.name}`: {why.said}"
    if better is None:
        return Misread(why.span, message, FORMS)
    fix = Fix(f"write `{better}`", at, better)
    return Misread(at, message, f"write `{better}`", fixes=(fix,))


def _otherwise(text: str) -> str | None:
    """Return how a policy writes what spreadsheets write otherwise, None where it isn't known."""
    if found := _DASHED.fullmatch(text):
        return f"{_plain(found['low'])}..{_plain(found['high'])}"
    if found := re.fullmatch(r"(\d[\d_.,]*[kMB]?)\s*\+", text):
        return f">= {_plain(found[1])}"
    for sign, meant in _SIGNS.items():
        if text.startswith(sign):
            return f"{meant} {_plain(text[len(sign) :].strip())}"
    if found := re.fullmatch(r"([<>]=?)\s*(\d{1,3}(?:,\d{3})+)", text):
        return f"{found[1]} {_plain(found[2])}"
    return None


def _plain(number: str) -> str:
    return re.sub(r",(?=\d{3}(?:\D|$))", "", number)


# -- values --


def _membership(
    field: Field, values: tuple[nodes.Literal, ...], at: Span, *, is_negated: bool
) -> nodes.Test:
    name = nodes.Name(field.name, at)
    if isinstance(field.type, types.AnyOf):
        return nodes.Test(name, "has none" if is_negated else "has any", values, at)
    word = "is" if len(values) == 1 else "in"
    negated = {"is": "is not", "in": "not in"}
    return nodes.Test(name, negated[word] if is_negated else word, values, at)


def _values(field: Field, text: str, at: Span, country: str | None) -> Iterator[nodes.Literal]:
    for piece, place in _pieces(text, at):
        yield _value(field, piece, place, country) or nodes.Literal("text", piece, place)


def _value(field: Field, text: str, at: Span, country: str | None) -> nodes.Literal | None:
    """Return a value as a literal, None where it is no value of the field."""
    if read_literal(field, text)[0] is not None:
        return nodes.Literal("text", text, at)
    if country is not None and isinstance(field.type, types.Subdivision):
        value, _ = read_literal(field, text, country)
        return None if value is None else nodes.Literal("text", str(value), at)
    return None


def _pieces(text: str, at: Span) -> Iterator[tuple[str, Span]]:
    """Yield the parts of a list with their places; those in quotes without them."""
    for found in _PIECE.finditer(text):
        piece = found[1]
        if piece is None:
            continue
        start, end = found.span(1)
        if len(piece) > 1 and piece[0] == piece[-1] == '"':
            piece = re.sub(r"\\(.)", r"\1", piece[1:-1])
        yield piece, Span(at.source, at.start + start, min(at.start + end, at.end))


def _from(at: Span, offset: int) -> Span:
    return Span(at.source, min(at.start + offset, at.end), at.end)
