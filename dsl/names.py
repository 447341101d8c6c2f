r"""Names in any script: which texts are one, and what a table's cell is called in a policy.

A name begins with a letter or an underscore, goes on with letters, digits and the marks
with which some scripts write their vowels, and may have single hyphens inside. Python's
`\w` lacks those marks, so the blocks in which they stand are listed; what stands between
them there are letters. One spelling counts of those that Unicode has for a letter (NFC).

The grammar says the same in its own words; a test holds the two together.
"""

import re
from unicodedata import normalize

MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0711-\u07f3\u0816-\u082d\u08e3-\u0963\u0981-\u09e3\u0a01-\u0a75\u0a81-\u0ae3"
    "\u0b01-\u0b63\u0b82-\u0bd7\u0c00-\u0c63\u0c81-\u0c83\u0cbc-\u0d4d\u0d57-\u0d63"
    "\u0d81-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd\u0f18\u0f19\u0f35\u0f37\u0f39"
    "\u0f3e-\u0f84\u102b-\u103e\u1056-\u109d\u1752-\u17d3\u3099\u309a"
)
"""The blocks of marks, as they stand within the brackets of a pattern."""

_NAME = re.compile(rf"[^\W\d][\w{MARKS}]*(?:-[\w{MARKS}]+)*")
_BETWEEN = re.compile(rf"[^\w{MARKS}]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")


def is_name(text: str) -> bool:
    """Return whether a policy can say `text` without quotes, keywords apart.

    >>> is_name("dach-ae"), is_name("größe"), is_name("देश"), is_name("5k"), is_name("a b")
    (True, True, True, False, False)
    """
    return _NAME.fullmatch(text) is not None


def name_of(cell: str) -> str:
    """Return the text of a table's cell as a name; "" where nothing of it can stand in one.

    >>> name_of(" New  York (NY)"), name_of("12"), name_of("Baden-Württemberg"), name_of("東京都")
    ('New-York-NY', '_12', 'Baden-Württemberg', '東京都')
    """
    name = re.sub("-+", "-", _BETWEEN.sub("-", normalize("NFC", cell.strip()))).strip("-")
    return f"_{name}" if name and not is_name(name) else name


def plain_name(spelling: str) -> str:
    """Return a person's name as the policy writes it: Latin letters without their accents.

    >>> plain_name("Dora Müller"), plain_name("Łukasz"), plain_name("山田 太郎")
    ('Dora-Muller', 'Łukasz', '山田-太郎')
    """
    return name_of(normalize("NFC", _ACCENTS.sub("", normalize("NFKD", spelling))))
