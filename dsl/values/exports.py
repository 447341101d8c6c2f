"""What spreadsheets, ad platforms and data frames put around a value when they export it.

Each is taken off where it can be nothing else. What was cut or rounded can't be put back:
`4.93012E+11` was a number of twelve digits, and no code is read from it.
"""

import re

_QUOTES = frozenset("'\"")
_FORMULA_TEXT = re.compile(r'="(?P<once>(?:[^"]|"")*)"|=""(?P<twice>[^"]*)""')
# `'` before what a sheet would run, or take for a number; Turnout guards its own output so.
_GUARDED = re.compile(r"'(?:[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|[0-9][0-9 .,/:()-]*\Z)")
_PLATFORM = re.compile(r"(?:p|z|l|f|c|ag|as|ad):(?= ?\+?[A-Z]{0,3}-?[0-9])", re.IGNORECASE)
_WHOLE = re.compile(r"(\+?[0-9]+)\.0+")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}", re.IGNORECASE)
_COUNTRY_PREFIX = re.compile(
    r"(?:A|AT|B|BE|CH|CZ|D|DE|DK|E|ES|EST|F|FIN|FI|FL|FR|GR|H|HR|HU|I|IT|L|LI|LT|LU|LV|N|NL|NO|P|PL|PT"
    r"|RO|S|SE|SI|SK|SLO|US)(?:[-\u2010-\u2014]|\s)\s*(?=[0-9]{3,})",
    re.IGNORECASE,
)


def unguarded(text: str) -> str:
    """Return a text without what a spreadsheet needs to leave it alone.

    >>> unguarded('="02134"'), unguarded("'+49 30 1"), unguarded("'t Hooft")
    ('02134', '+49 30 1', "'t Hooft")
    """
    while True:
        if text[:2] == '="' and (found := _FORMULA_TEXT.fullmatch(text)):
            inside = found["once"] if found["twice"] is None else found["twice"]
            text = inside.replace('""', '"').strip()
        elif text[:1] == "'" and _GUARDED.match(text):
            text = text[1:].lstrip()
        else:
            return text


def unquoted(text: str) -> str:
    """Return what stands in one pair of quotes; the text itself where it isn't so.

    >>> unquoted('"Germany"'), unquoted('"a","b"')
    ('Germany', '"a","b"')
    """
    quote = text[:1]
    is_quoted = quote in _QUOTES and len(text) > 2 and text[-1] == quote and quote not in text[1:-1]
    return text[1:-1].strip() or text if is_quoted else text


def without_platform(text: str) -> str:
    """Return a code without the letter that ad platforms write before it.

    >>> without_platform("z:02134"), without_platform("p:+4930"), without_platform("z:x")
    ('02134', '+4930', 'z:x')
    """
    found = _PLATFORM.match(text)
    return text[found.end() :].lstrip() if found else text


def without_country(code: str) -> str:
    """Return a postcode without the country that letters carry before it.

    >>> without_country("D-10115"), without_country("F 75001"), without_country("SW1A 2AA")
    ('10115', '75001', 'SW1A 2AA')
    """
    found = _COUNTRY_PREFIX.match(code)
    return code[found.end() :] if found else code


def whole(code: str) -> str:
    """Return "2134" for "2134.0", which a data frame makes of it."""
    found = _WHOLE.fullmatch(code)
    return found[1] if found else code


def is_rounded(code: str) -> bool:
    """Return whether a sheet wrote a long number as a short one, whose digits are lost.

    >>> is_rounded("4.93012E+11"), is_rounded("12E4")
    (True, False)
    """
    return _ROUNDED.fullmatch(code) is not None
