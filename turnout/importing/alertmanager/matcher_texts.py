r"""How matchers are written: label, sign and value of each, in both of Alertmanager's ways.

The older way overlooks a lacking brace, and has names of letters and three escapes (`\"`, `\\`,
`\n`). The newer one has any names in quotes and the escapes of Go. Where both read a text, the
older counts, as in Alertmanager.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from turnout.errors import Error

LONGEST = 10_000

_Matcher: TypeAlias = tuple[str, str, str]
_QUOTED = r'"(?:\\.|[^"\\])*+"'
_SIGN = r"\s*+(?P<sign>=~|!~|!=|=)\s*+"
_END = r"(?:,|\Z)"
_OLD = re.compile(
    rf"\s*+(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*+){_SIGN}"
    rf'(?P<value>{_QUOTED}\s*+|(?:\\["\\]|\\(?!["\\])|[^",\\])*+){_END}',
    re.DOTALL | re.ASCII,
)
_WORD = r"[^\s{}!=~,\\\"'`]++"
_NEW = re.compile(
    rf"\s*+(?P<name>{_QUOTED}|{_WORD}){_SIGN}(?P<value>{_QUOTED}|{_WORD})\s*+{_END}",
    re.DOTALL | re.ASCII,
)
_BLANKS = " \t\n\r\f\v"
_OLD_ESCAPE = re.compile(r'\\([n"\\])')
_GO_ESCAPE = re.compile(
    rb'\\(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\"])|)',
)
_GO_SIGNS = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"', strict=True))


class MatcherError(Error):
    """A matcher that can't be read, or that no policy can ask."""


def matchers_in(text: str) -> Iterator[_Matcher]:
    """Yield label, sign and value of each matcher in a text. Raises MatcherError."""
    if len(text) > LONGEST:
        raise MatcherError(f"a matcher of more than {LONGEST:,} characters")
    whole = text.strip()
    found = [*_read(_OLD, whole.removeprefix("{").removesuffix("}"))]
    if None not in found:
        yield from ((name, sign, _old_value(value)) for name, sign, value in _known(found))
        return
    is_braced = whole.startswith("{") and whole.endswith("}")
    found = [*_read(_NEW, whole[1:-1] if is_braced else whole)]
    if None in found:
        raise MatcherError(f"{text[:100]!r} is no matcher")
    try:
        yield from [(_new_value(name), sign, _new_value(v)) for name, sign, v in _known(found)]
    except (ValueError, OverflowError):
        raise MatcherError(f"{text[:100]!r} is no matcher: an escape is none") from None


def _read(form: re.Pattern[str], text: str) -> Iterator[_Matcher | None]:
    """Yield each matcher as it is written, None and nothing more where there is none."""
    at, end = 0, len(text.rstrip(_BLANKS))
    while at < end:
        found = form.match(text, at)
        if found is None:
            yield None
            return
        yield found["name"], found["sign"], found["value"]
        at = found.end()


def _known(found: Iterable[_Matcher | None]) -> Iterator[_Matcher]:
    yield from (each for each in found if each is not None)


def _old_value(text: str) -> str:
    """Return a value, in which a lone backslash stands for itself."""
    value = text.strip(_BLANKS)
    inner = value[1:-1] if value.startswith('"') else value
    signs = {"n": "\n", "\\": "\\", '"': '"'}
    return _OLD_ESCAPE.sub(lambda each: signs[each[1]], inner)


def _new_value(text: str) -> str:
    """Return a name or a value without its quotes. Raises ValueError for an escape of no kind."""
    if not text.startswith('"'):
        return text
    return _GO_ESCAPE.sub(_of_go, text[1:-1].encode()).decode()


def _of_go(found: re.Match[bytes]) -> bytes:
    byte, octal, short, long, sign = found.groups()
    if sign is not None:
        return bytes([_GO_SIGNS[sign[0]]])
    if byte is not None or octal is not None:
        return bytes([int(byte, 16) if byte is not None else int(octal, 8)])
    code = short if short is not None else long
    if code is None:
        raise ValueError(found[0])
    return chr(int(code, 16)).encode()
