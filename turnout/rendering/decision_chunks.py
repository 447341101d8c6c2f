"""Chunks of decisions as lines: what many leads have in common is put together once."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from turnout.dsl.values.reading import Issue
from turnout.rendering.decisions import DecisionFormat, LineFrame
from turnout.rendering.tally import Tally
from turnout.runtime.columns.routing import RoutedChunk
from turnout.runtime.decisions import Decision

_REMEMBERED = 20_000
"""Combinations of issues whose text is remembered."""


class ChunkLines:
    """Writes the decisions of a run as lines of one format."""

    def __init__(self, layout: DecisionFormat) -> None:
        self._layout = layout
        self._frames: list[LineFrame | None] = []
        self._issues: dict[tuple[Issue, ...], str | None] = {}

    def lines(self, chunk: RoutedChunk) -> Iterator[str]:
        """Yield the text of each decision of a chunk, in order, the same as `layout.line`."""
        self._frames += map(self._framed, chunk.decisions[len(self._frames) :])
        frames, nothing = self._frames, self._said(())
        keys = self._layout.keys(chunk.keys)
        if keys is None or nothing is None:
            yield from (self._line(chunk, at) for at in range(len(chunk.keys)))
            return
        issues, apart = chunk.issues, chunk.apart
        alike = {id(each): each for each in issues.values()}  # many leads have the same object
        said = {number: self._said(each) for number, each in alike.items()}
        for at, (key, outcome, row) in enumerate(
            zip(keys, chunk.outcomes.tolist(), chunk.rows, strict=True)
        ):
            frame = frames[int(outcome)]
            of_issues = said[id(issues[at])] if at in issues else nothing
            if frame is None or of_issues is None or at in apart:
                yield self._line(chunk, at)
            else:
                yield (
                    f"{frame.before_key}{key}{frame.before_row}{row}"
                    f"{frame.before_issues}{of_issues}{frame.end}"
                )

    def _line(self, chunk: RoutedChunk, at: int) -> str:
        """Return the text of one decision."""
        layout, name = self._layout, chunk.keys[at]
        frame, said = self._frames[int(chunk.outcomes[at])], self._said(chunk.issues.get(at, ()))
        if at in chunk.apart or frame is None or said is None or not layout.is_plain(name):
            return layout.line(chunk.decision(at))
        return (
            f"{frame.before_key}{layout.key(name)}{frame.before_row}{layout.row(chunk.rows[at])}"
            f"{frame.before_issues}{said}{frame.end}"
        )

    def _framed(self, decision: Decision) -> LineFrame | None:
        """Return the parts of an outcome's lines, None where the lines have to be seen whole."""
        frame, is_plain = self._layout.frame(decision), self._layout.is_plain
        return frame if is_plain(frame.before_issues) and is_plain(frame.end) else None

    def _said(self, issues: tuple[Issue, ...]) -> str | None:
        """Return issues as a line has them, None where the line has to be seen whole."""
        if issues not in self._issues:
            text = self._layout.issues(issues)
            found = text if self._layout.is_plain(text) else None
            if len(self._issues) >= _REMEMBERED:
                return found
            self._issues[issues] = found
        return self._issues[issues]


def count(tally: Tally, chunk: RoutedChunk) -> None:
    """Count the decisions of a chunk, as if one after the other."""
    tally.leads += len(chunk.keys)
    tally.repeated += sum(each.repeated for each in chunk.apart.values())
    noted = [each for at, each in chunk.issues.items() if at not in chunk.apart]
    alike = {id(each): each for each in noted}
    for number, leads in Counter(map(id, noted)).items():
        tally.note(alike[number], leads)
    for decision in chunk.apart.values():
        tally.note(decision.issues)
    outcomes = chunk.outcomes.copy()
    numbers = {at: len(chunk.decisions) + each for each, at in enumerate(chunk.apart)}
    outcomes[list(numbers)] = list(numbers.values())
    found, firsts, counts = np.unique(outcomes, return_index=True, return_counts=True)
    decisions = [*chunk.decisions, *chunk.apart.values()]
    for at in np.argsort(firsts).tolist():
        tally.take(decisions[found[at]], int(counts[at]))
