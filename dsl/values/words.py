"""Words in a text: what stands in it, and isn't a part of a longer word.

A word is made of letters, digits and the marks that belong to them, of any script (the
general categories L, M and N of the Unicode Standard); all else stands between words, also
`-`, `_` and an apostrophe.
"""

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
    start = None
    for code in range(0x110001):
        is_one = code < 0x110000 and is_of_word(chr(code))
        if is_one and start is None:
            start = code
        elif not is_one and start is not None:
            found.append((start, code - 1))
            start = None
    return tuple(found)
