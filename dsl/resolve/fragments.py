"""Short texts to be contained, which take longer words than their author thought of."""

from collections.abc import Iterator

from turnout.dsl import nodes
from turnout.dsl.finding_kinds import SHORT_FRAGMENT
from turnout.dsl.findings import Finding, Fix
from turnout.dsl.types import Field
from turnout.dsl.values.common_words import words_around
from turnout.dsl.values.texts import normal_text
from turnout.dsl.wording import quoted

SHORT = range(2, 4)
"""Letters of a text that counts as short; a single one can hardly be meant as a word."""

MOST_SHOWN = 3


def short_fragments(field: Field, node: nodes.Test) -> Iterator[Finding]:
    """Yield a finding for each short text of a `contains` that stands inside common words."""
    assert isinstance(node.operands, tuple)
    around = {literal: _around(literal.text) for literal in node.operands}
    short = [literal for literal, words in around.items() if words]
    for literal in short:
        shown = [quoted(word) for word in around[literal][:MOST_SHOWN]]
        listed = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
        is_only = len(short) == len(node.operands)
        words = _asked(field, "has word", short)
        others = [each for each in node.operands if each not in short]
        instead = words if is_only else f"({_asked(field, 'contains', others)} or {words})"
        yield SHORT_FRAGMENT.finding(
            literal.span,
            f"`{literal.text}` is also a part of {listed}",
            text="taken wherever it stands",
            help=(f"to ask for a word of its own, write `{instead}`",),
            fixes=(Fix(f"write `{instead}`", node.span, instead),),
        )


def _around(text: str) -> list[str]:
    asked = normal_text(text)
    return words_around(asked) if len(asked) in SHORT and asked.isalpha() else []


def _asked(field: Field, operator: str, literals: list[nodes.Literal]) -> str:
    """Return a test as it is written."""
    texts = [quoted(literal.text) for literal in literals]
    asked = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return f"{field.name} {operator} {asked}"
