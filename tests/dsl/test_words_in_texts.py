"""Words of a text: what stands by itself, for every reader of the question."""

from datetime import date

import pytest

from turnout.compiler.meaning.interpreter import holds as oracle
from turnout.dsl.conditions import HasWord, holds
from turnout.dsl.values.words import characters_of_words, is_of_word

DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "word", "is_there"),
    [
        ("cto", "cto", True),
        ("director", "cto", False),
        ("cto2", "cto", False),
        ("2cto", "cto", False),
        ("group cto/coo", "cto", True),
        ("victory of the cto", "cto", True),  # not its first place
        ("cto_office", "cto", True),
        ("l'été", "été", True),
        ("étéx", "été", False),
        ("e-mail", "mail", True),
        ("c++17", "c++", True),
        ("abc++", "c++", False),
        ("vice president", "vice president", True),
        ("vice-president", "vice president", False),
        ("का", "क", False),  # its vowel is a mark
        ("日本語", "本", False),  # nothing stands between words there
        ("日本 語", "日本", True),
        ("\U0001d11ea", "a", True),
    ],
)
def test_a_word_stands_by_itself(text: str, word: str, is_there: bool) -> None:
    asked = HasWord("title", word)
    assert holds(asked, text, DAY) == is_there
    assert oracle(asked, {"title": text}, DAY) == is_there


def test_the_ranges_hold_what_words_are_made_of() -> None:
    ranges = characters_of_words()
    assert [*ranges] == sorted(ranges)
    inside = {code for low, high in ranges for code in range(low, high + 1)}
    for code in [*range(0x3000), 0x4E00, 0x1D11E, 0x10FFFF]:
        assert (code in inside) == is_of_word(chr(code)), hex(code)
