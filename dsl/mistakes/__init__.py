"""Mistakes that people make when they write policies, recognised where the parser stops.

The parser knows what could stand at a place, and the file knows what stands there. A kind of
mistake is recognised from both, tells its cause, what was likely meant and the corrected
line, and, where the intention is plain, how to read on as if it had been written so: then the
rest of the file is checked as before and nothing false follows. The idea is that of the
message files of Menhir (F. Pottier, "Reachability and error diagnosis in LR(1) parsers",
CC 2016), with kinds in the place of states.

`tests/dsl/test_mistakes.py` holds a table of wrong examples, each with what is told of it.
"""

from turnout.dsl.mistakes import amounts, blocks, texts, vocabulary
from turnout.dsl.mistakes.met import Met, Mistake, Told

KINDS: tuple[Mistake, ...] = (
    texts.odd_blanks,
    texts.odd_quotes,
    texts.other_comment,
    amounts.other_date,
    amounts.grouped_number,
    amounts.other_unit,
    vocabulary.no_condition,
    blocks.extra,
    vocabulary.read_as_name,
    vocabulary.capitals,
    vocabulary.between,
    vocabulary.exists,
    vocabulary.apart,
    vocabulary.operator,
    texts.field_name,
    vocabulary.synonym,
    texts.blank_in_value,
    blocks.unclosed,
    vocabulary.left_out,
    texts.quoted_name,
    vocabulary.bare_target,
    vocabulary.near_miss,
)
"""In the order in which they are asked; the first that recognises its own is told."""


def told(met: Met) -> Told | None:
    """Return what is told of the place of a syntax error, None where nothing is recognised."""
    return next((found for kind in KINDS if (found := kind(met)) is not None), None)
