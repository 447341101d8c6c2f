"""Words in a text: what stands in it, and isn't a part of a longer word.

A word is made of letters, digits and the marks that belong to them, of any script (the
general categories L, M and N of the Unicode Standard); all else stands between words, also
`-`, `_` and an apostrophe.
"""

from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category

_OF_WORDS = "LMN"


def is_of_word(character: str) -> bool:
    """Return whether a character is one of those that words are made of."""
    return character.isalnum() if character.isascii() else category(character)[0] in _OF_WORDS


def has_word(text: str, word: str) -> bool:
    """Return whether `word`, which may be several, stands in a text by itself.

    >>> has_word("group cto", "cto"), has_word("director", "cto"), has_word("c++17", "c++")
    (True, False, True)
    """
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        is_begun = at == 0 or not _joins(text[at - 1], word[0])
        if is_begun and (end == len(text) or not _joins(word[-1], text[end])):
            return True
        at = text.find(word, at + 1)
    return False


def _joins(one: str, next_: str) -> bool:
    return is_of_word(one) and is_of_word(next_)


@lru_cache(maxsize=1)
def characters_of_words() -> tuple[tuple[int, int], ...]:
    """Return the code points of which words are made, as sorted ranges, both ends included."""
    found: list[tuple[int, int]] = []
    for sign in printable():
        code = ord(sign)
        if not is_of_word(sign):
            continue
        if found and found[-1][1] == code - 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return tuple(found)


def printable() -> Iterator[str]:
    """Yield whatever is a letter, mark, number or sign, in order: one of seven code points."""
    return filter(str.isprintable, map(chr, range(0x110000)))
