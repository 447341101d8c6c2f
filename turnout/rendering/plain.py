"""A finding in words alone, for formats that show the source themselves."""

from collections.abc import Iterator

from turnout.dsl.findings import Finding
from turnout.dsl.source import Span
from turnout.printable import visible
from turnout.rendering.pretty import lead_words


def sentences(finding: Finding) -> str:
    """Return the message, what its place is, the witness, notes and help, a line each."""
    return "\n".join(visible(line) for line in _sentences(finding))


def _sentences(finding: Finding) -> Iterator[str]:
    yield finding.message
    if finding.text:
        yield finding.text
    witness = finding.witness
    if witness:
        note = f" ({witness.note})" if witness.note else ""
        word = "witness" if witness.confirmed else "possibly"
        yield f"{word}: {' '.join(lead_words(witness.fields))}{note}"
    yield from (f"note: {text}" for text in finding.notes)
    yield from (f"help: {text}" for text in finding.help)


def end(span: Span) -> tuple[int, int]:
    """Return line and column of the first character after the span, both from 1."""
    return span.source.place(span.end)
