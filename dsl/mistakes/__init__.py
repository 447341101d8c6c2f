"""Mistakes that people make when they write policies, recognised where the parser stops.

The parser knows what could stand at a place, and the file knows what stands there. A kind of
mistake is recognised from both, tells its cause, what was likely meant and the corrected
line, and, where the intention is plain, how to read on as if it had been written so: then the
rest of the file is checked as before and nothing false follows. The idea is that of the
message files of Menhir (F. Pottier, "Reachability and error diagnosis in LR(1) parsers",
CC 2016), with kinds in the place of states.

One place can look like several kinds. Each is tried (`reading_on`), and the first that makes
the lines right is told; else the one that brings the parser furthest, if it helps at all.

`tests/dsl/test_mistakes.py` and `test_phrases.py` hold tables of wrong examples, each with
what is told of it.
"""

import re
from collections.abc import Iterator, Sequence

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes import amounts, blocks, bodies, one_word, phrases, texts, vocabulary
from turnout.dsl.mistakes.met import Met, Mistake, Told
from turnout.dsl.mistakes.reading_on import Trials

KINDS: tuple[Mistake, ...] = (
    texts.odd_blanks,
    vocabulary.no_condition,
    amounts.other_date,
    amounts.grouped_number,
    texts.odd_quotes,
    texts.other_comment,
    amounts.other_unit,
    blocks.extra,
    vocabulary.read_as_name,
    vocabulary.capitals,
    vocabulary.exists,
    vocabulary.apart,
    vocabulary.operator,
    vocabulary.value_behind_sign,
    texts.field_name,
    vocabulary.synonym,
    texts.blank_in_value,
    blocks.unclosed,
    vocabulary.left_out,
    texts.quoted_name,
    vocabulary.outside,
    vocabulary.bare_target,
    vocabulary.near_miss,
    one_word.unquoted,
    one_word.unnamed,
    bodies.other_brackets,
    bodies.no_braces,
    bodies.no_body,
)
"""In the order in which they are asked; besides, there are phrases and what one word mends."""

BEFORE_PHRASES = 4
"""Kinds that are surer than any phrase."""

_ODD_QUOTES = frozenset("'‘’‚`´“”„‟«»″")
_COMMENT_OR_BLANK = re.compile(r"(?:\s+|#[^\n]*)*")


def told(met: Met, trials: Trials) -> Told | None:
    """Return what is told of the place of a syntax error, None where nothing is recognised."""
    best, furthest = None, -1
    untried: Told | None = None
    for found in _recognised(met):
        if not found.repairs:
            if found.settles:
                return found
            untried = untried or found
            continue
        reach = trials.reach(found.repairs)
        if reach >= trials.far(found.repairs):
            return found
        if reach > furthest and _helps(met.text, found.repairs, reach):
            best, furthest = found, reach
    return _by_one_word(met, trials) or best or untried


def _recognised(met: Met) -> Iterator[Told]:
    """Yield what each kind recognises, the kinds in order."""
    for at, kind in enumerate(KINDS):
        if at == BEFORE_PHRASES:
            yield from phrases.phrased(met)
        if (found := kind(met)) is not None:
            yield found


def _helps(text: str, repairs: Sequence[Repair], reach: int) -> bool:
    """Return whether the word behind a repair is right at least, or a mistake of its own kind."""
    found = _COMMENT_OR_BLANK.match(text, repairs[0].end)
    behind = repairs[0].end if found is None else found.end()
    return reach > behind or (reach == behind and text[behind : behind + 1] in _ODD_QUOTES)


def _by_one_word(met: Met, trials: Trials) -> Told | None:
    """Return the one word that makes the lines right, or several that are left to choose from."""

    def right(ways: Iterator[Told]) -> Iterator[Told]:
        return (each for each in ways if trials.reach(each.repairs) >= trials.far(each.repairs))

    missing = list(right(one_word.left_out(met)))
    if len(missing) == 1:
        return missing[0]
    extra = next(right(one_word.too_much(met)), None)
    if extra is not None or not 1 < len(missing) <= one_word.MOST_OFFERED:
        return extra
    return one_word.several(met, missing)
