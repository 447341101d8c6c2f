"""Names of firms in the form in which they are the same: `Müller GmbH & Co. KG` is `muller`.

Case, accents and punctuation go, `&` is `and`, and so do a leading `The` and whatever says in
which legal form a firm is, as often as there is one (see `legal_forms`). What is left of a name
is itself such a name: read again, it stays. A name that is nothing else (`GmbH`, `The Company`)
keeps what would be its last word.
"""

import re
from functools import lru_cache
from unicodedata import category, normalize

from turnout.dsl.values.legal_forms import (
    AS_INITIALS,
    FORMS,
    IN_FRONT,
    JOINED,
    MOST_WORDS,
    PHRASES,
    SIGNS,
)
from turnout.dsl.values.placeholders import CERTAIN, is_placeholder
from turnout.dsl.values.reading import Reading, Unread
from turnout.dsl.values.texts import LETTERS_WITHOUT_PARTS

LONGEST_NAME = 200
"""Characters of a firm's name; what is longer was written about one."""

_TOO_LONG = Unread(f"longer than {LONGEST_NAME} characters: no name of a company")
_NO_NAME = Unread("no letter or digit in it: no name of a company")
_AND = frozenset({"and", "und", "et", "och", "og", "y"})
_NO_WORD = re.compile(r"[\W_]+")
# Of which letters accents are taken off: of other scripts they are letters of their own.
_PLAIN_LETTER = re.compile("[a-z\u0370-\u03ff\u1f00-\u1fff]")


def company_name(text: str, _country: str | None = None) -> Reading:
    """Read the name of a firm.

    >>> company_name("The Müller & Söhne G.m.b.H. & Co. KG"), company_name("J.P. Morgan, Inc.")
    ('muller and sohne', 'jp morgan')
    """
    found = _TOO_LONG if len(text) > LONGEST_NAME else _company_name(text)
    # One character may stand for eighteen.
    return _TOO_LONG if isinstance(found, str) and len(found) > LONGEST_NAME else found


@lru_cache(maxsize=4096)
def _company_name(text: str) -> Reading:
    found, shorter = "", _bare(text)
    while shorter != found:
        found, shorter = shorter, _bare(shorter)
    if not found:
        return _NO_NAME
    if not is_placeholder(found, CERTAIN):
        return found
    written = written_words(text)  # "N.A. Inc" is a firm; "na" would be read as nothing
    return _NO_NAME if is_placeholder(written, CERTAIN) else written


def written_words(text: str) -> str:
    """Return the words of a name in the form in which they are compared, none left out.

    >>> written_words("L'Oréal S.A.")
    'loreal s a'
    """
    text = text.translate(SIGNS).replace("&", " and ").replace("+", " and ")
    if text.isascii():
        return " ".join(_NO_WORD.sub(" ", text.lower()).split())
    return " ".join(_folded(text).translate(SIGNS).split())


def _folded(text: str) -> str:
    apart = normalize("NFKD", normalize("NFKC", text).casefold()).casefold()
    kept: list[str] = []
    base = ""
    for character in apart.translate(LETTERS_WITHOUT_PARTS):
        kind = category(character)
        if kind[0] == "M":
            if kept and not _PLAIN_LETTER.match(base):
                kept.append(character)
        elif kind == "Cf":
            continue
        else:
            base = character if character.isalnum() else " "
            kept.append(base)
    return normalize("NFC", "".join(kept))


def _bare(text: str) -> str:
    """Return a name without one layer of what isn't the name itself."""
    words = written_words(_without_joined(text)).split()
    last = len(words) - 1
    words = ["and" if word in _AND and 0 < at < last else word for at, word in enumerate(words)]
    while len(words) > 1 and words[-1] in {"and", "the"}:
        words.pop()
    while len(words) > 1 and words[0] in {"and", "the"}:
        words = words[1:]
    words = words[: len(words) - _ending(words)]
    if len(words) > 1 and words[0] in IN_FRONT:
        words = words[1:]
    return " ".join(_with_initials(words))


def _without_joined(text: str) -> str:
    """Return a name without what scripts that know no blanks put before or behind it."""
    if text.isascii():
        return text
    text = normalize("NFKC", text.translate(SIGNS)).strip()
    for form in JOINED:
        for rest in (text.removeprefix(form), text.removesuffix(form)):
            if rest != text and rest.strip():
                return rest
    return text


def _ending(words: list[str]) -> int:
    """Return how many of the last words are a legal form: never all, and the most that are."""
    for count in range(min(MOST_WORDS, len(words) - 1), 0, -1):
        last = words[len(words) - count :]
        joined = "".join(last)
        are_letters = count > 1 and all(len(word) == 1 for word in last)
        if count == 1 and joined in FORMS:
            return 1
        if are_letters and (joined in FORMS or joined in AS_INITIALS):
            return count
        if count > 1 and joined in PHRASES:
            return count
    return 0


def _with_initials(words: list[str]) -> list[str]:
    """Return the words with letters that stand alone in a row as one: `j p morgan`."""
    found: list[str] = []
    is_row = False
    for word in words:
        if len(word) == 1 and is_row:
            found[-1] += word
        else:
            found.append(word)
        is_row = len(word) == 1
    return found
