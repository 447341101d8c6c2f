"""A part of a policy that stands alone in a text, such as a condition in a table's cell.

It is read by the same grammar as the whole, between the words that would stand around it,
and its nodes have the places of its own text.
"""

from functools import cache

import attrs

from turnout.dsl import nodes
from turnout.dsl.build import Builder
from turnout.dsl.lexing import Choice, Lexer, UnexpectedError
from turnout.dsl.parse import too_deep
from turnout.dsl.pushdown import Pushdown
from turnout.dsl.reductions import Reductions
from turnout.dsl.rereading import moved
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen
from turnout.grammar.lalr import tables

_LONGEST_WORD = 40
"""Of a word that can't be read, what is shown."""


@frozen
class Garbled:
    """Why a piece can't be read. span: the word that can't stand there."""

    span: Span
    said: str


def tested(text: str, field: str, at: Span, word: str) -> nodes.Test | Garbled:
    """Return the one test of a field that `text` is, such as `>= 1000`.

    at: its place; where the text is written in another way there, within it. word: what
    stands between the field and the text, such as "in".
    """
    read = _read(f"segment s = f {word} ", text, "", at)  # the field may have a keyword's name
    match read:
        case nodes.File(items=(nodes.Segment(condition=nodes.Test() as test),)):
            return attrs.evolve(test, field=nodes.Name(field, at), span=at)
        case Garbled():
            return read
        case _:
            return Garbled(at, "more than one condition")


def chain_in(text: str, at: Span) -> nodes.Chain | Garbled:
    """Return the targets that `text` names, such as `person ana else queue triage`."""
    read = _read("route r { fallback to ", text, " }", at)
    match read:
        case nodes.File(items=(nodes.Route(entries=(nodes.Fallback(chain=chain),)),)):
            return chain
        case Garbled():
            return read
        case _:
            return Garbled(at, "more than targets")


def sla_in(text: str, at: Span) -> nodes.Sla | Garbled:
    """Return the SLA that `text` is, such as `4 hours` or `10 minutes wall`."""
    read = _read("route r { rule r { sla ", text, " } }", at)
    match read:
        case nodes.File(
            items=(
                nodes.Route(
                    entries=(
                        nodes.Rule(conditions=(), chains=(), slas=(only,), actions=(), offers=()),
                    )
                ),
            )
        ):
            return only
        case Garbled():
            return read
        case _:
            return Garbled(at, "more than a time")


def _read(before: str, text: str, after: str, at: Span) -> nodes.File | Garbled:
    whole = before + text + after
    if too_deep(Source("", whole)) is not None:
        return Garbled(at, "nested too deep")
    by = at.start - len(before)
    reductions, choices = _machine()
    try:
        read = Pushdown(tables(), Lexer(whole, tables(), choices=choices), reductions).read()
    except UnexpectedError as failure:
        start = None if failure.start is None else failure.start + by
        if start is None or not at.start <= start < at.end:
            return Garbled(at, "something is missing at its end")
        word = at.source.text[start : at.end].split(maxsplit=1)[0]
        shown = word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}..."
        return Garbled(Span(at.source, start, start + len(word)), f"`{shown}` can't stand here")
    file: nodes.File = moved(read.items[0], at.source, by)
    return file


@cache
def _machine() -> tuple[Reductions, dict[int, Choice]]:
    """Return what all pieces are read with; their nodes are moved to their places afterwards."""
    return Reductions(tables(), Builder(Source("", "")).of), {}
