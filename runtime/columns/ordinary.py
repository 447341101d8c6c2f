"""Ids and e-mail addresses as nearly all of them are, told by Arrow's own kernels.

They are different in every lead, so that reading each text once helps nothing; but a text of
letters, figures and hyphens is its own value in lower case, and there is nothing else to say of
it. Which texts are so is settled for a whole column by regular expressions (RE2, as fast as the
column can be read). The rest, a text with a blank in front among them, is read as everywhere; a law
holds that both come to the same.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from turnout.compiler.plan.asking import FieldQuestion
from turnout.dsl.types import Email, Field, Text
from turnout.dsl.values.emails import PLAIN, RESERVED
from turnout.dsl.values.texts import normal_text
from turnout.frozen import frozen
from turnout.runtime.columns.arrow_texts import ArrowTexts
from turnout.runtime.columns.jit import Kernels
from turnout.runtime.columns.text_automata import TextAutomaton, text_automaton

LONGEST = 64
"""Characters of an ordinary text."""

FEWEST = 0.5
"""The share of a column's texts that has to be different for this to be worth while."""

_ID = r"^(?:[a-z][0-9a-z_-]*[0-9]|[0-9]+)$"
_ZEROS = "^00+$"
_ADDRESS = f"^(?:{PLAIN.pattern})$"
_CAPITALS = np.arange(ord("A"), ord("Z") + 1)
_NOT_MAIL = r"--|\.(?:{})$".format("|".join(sorted(RESERVED)))

Truths: TypeAlias = NDArray[np.bool_]


@frozen(eq=False)
class OrdinaryTexts:
    """What tells the ordinary texts of a field, and what they come to.

    form: they have this one, in lower case; others: and not this one. unlike: none of these,
    which are missing. boxes: those that take each of them.
    """

    form: str
    others: str
    unlike: frozenset[str]
    boxes: int

    def among(self, texts: pa.Array, kernels: Kernels | None = None) -> Truths:
        """Return which of some texts are ordinary; null is not. kernels: asks by these."""
        automaton = None if kernels is None else _automaton(self.form, self.others, self.unlike)
        if kernels is not None and automaton is not None:
            return _taken(automaton, ArrowTexts.of(texts), kernels)
        low = pc.ascii_lower(texts)
        found = pc.and_(
            pc.match_substring_regex(low, self.form), pc.less_equal(pc.binary_length(low), LONGEST)
        )
        if self.others:
            found = pc.and_not(found, pc.match_substring_regex(low, self.others))
        if self.unlike:
            found = pc.and_not(found, pc.is_in(low, pa.array(sorted(self.unlike), low.type)))
        return cast("Truths", found.fill_null(False).to_numpy(zero_copy_only=False))  # noqa: FBT003


@lru_cache(maxsize=64)
def _automaton(form: str, others: str, unlike: frozenset[str]) -> TextAutomaton | None:
    """Return what takes ordinary texts, of which case isn't told apart."""
    found = text_automaton(form, others, unlike)
    if found is not None:
        found.classes[_CAPITALS] = found.classes[_CAPITALS + (ord("a") - ord("A"))]
    return found


def _taken(automaton: TextAutomaton, texts: ArrowTexts, kernels: Kernels) -> Truths:
    is_taken = np.empty(texts.size, np.uint8)
    asked = automaton.classes, automaton.moves, automaton.ends
    kernels.follow_texts(texts.offsets, texts.data, texts.first, LONGEST, *asked, is_taken)
    found = is_taken.astype(bool)
    return found & texts.is_there() if len(texts.validity) else found


def ordinary_texts(
    field: Field, asked: Sequence[FieldQuestion], *, is_id: bool
) -> OrdinaryTexts | None:
    """Return what tells the ordinary texts of a field, None where there is no such thing."""
    boxes, ends = -1, list[str]()
    for each in asked:
        if each.unless_ends is None:
            return None
        boxes &= each.unless_ends[1]
        ends += each.unless_ends[0]
    unlike = frozenset(map(normal_text, field.placeholders))
    if type(field.type) is Text and is_id:  # of other texts it matters that few are different
        form, others = _ID, [_ZEROS]
    elif isinstance(field.type, Email) and not is_id:
        form, others = _ADDRESS, [_NOT_MAIL]
    else:
        return None
    if ends:
        others.append("(?:{})$".format("|".join(map(re.escape, ends))))
    return OrdinaryTexts(form, "|".join(others), unlike, boxes)
