"""What a run of leads came to, in a few lines: who took how many, and what was amiss."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import attrs

from turnout.dsl.values.reading import Issue
from turnout.frozen import define
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, hanging, paint, width
from turnout.runtime.decisions import Decision
from turnout.runtime.keys import NO_ID, SAME_ROW
from turnout.runtime.records import Record
from turnout.runtime.unbound import Shapes

TOP = 10
WITHOUT_ID = {NO_ID, SAME_ROW}


@define
class Tally:
    """Counts of the decisions added so far.

    rules: by what chose the target ("rule dach-enterprise", "fallback of EMEA"). targets:
    by kind and name ("queue triage"). amiss: leads with values that could not be used.
    without_id: leads that are told from others by all they say.
    not_leads: rows that could not be read as a lead at all. shapes: the names that the
    records have. remarks: what was left out of the file. seconds: how long it took.
    """

    shapes: Shapes
    leads: int = 0
    repeated: int = 0
    amiss: int = 0
    without_id: int = 0
    not_leads: int = 0
    seconds: float = 0
    remarks: tuple[str, ...] = ()
    rules: Counter[str] = attrs.Factory(Counter[str])
    targets: Counter[str] = attrs.Factory(Counter[str])

    def watch(
        self, source: Iterable[Record], columns: tuple[str, ...] | None = None
    ) -> Iterator[Record]:
        """Yield the records as they come, counting those that no lead can be read from.

        columns: the names that all of them have, None where each has its own.
        """
        for record in source:
            raw = record.raw
            is_lead = record.complaint is None and isinstance(raw, Mapping)
            self.not_leads += not is_lead
            if columns is None and is_lead:
                self.shapes.add(record.raw)
            yield record

    def add(self, decision: Decision) -> None:
        """Count one decision more."""
        self.leads += 1
        self.repeated += decision.repeated
        self.note(decision.issues)
        self.take(decision, 1)

    def note(self, issues: Iterable[Issue], leads: int = 1) -> None:
        """Count what is amiss with so many leads, by the issues that each of them has."""
        reasons = [(issue.field, issue.reason) for issue in issues]
        if any(field and reason not in WITHOUT_ID for field, reason in reasons):
            self.amiss += leads
        if any(reason in WITHOUT_ID for _, reason in reasons):
            self.without_id += leads

    def take(self, decision: Decision, leads: int) -> None:
        """Count so many leads for whoever takes them."""
        self.rules[decision.named_by or "nothing: every target was passed over"] += leads
        self.targets[f"{decision.kind} {decision.target}".strip()] += leads

    def lines(self, screen: int) -> Iterator[str]:
        """Yield the summary in lines of at most `screen` cells."""
        pace = f"{self.seconds:.1f} s, {self.leads / max(self.seconds, 0.001):,.0f} leads/s"
        total = f"routed {counted(self.leads, 'lead')}"
        yield f"{paint(total, Ink.STRONG)} ({pace})"
        yield from _ranking("by", self.rules, screen)
        yield from _ranking("to", self.targets, screen)
        for number, noun, what in (
            (self.repeated, "lead", "routed before; the decision stands"),
            (self.amiss, "lead", "with values that could not be used (see `issues`)"),
            (self.without_id, "lead", "without an id, each taken for one of its own"),
            (self.not_leads, "row", "not readable as a lead, sent to the route's fallback"),
        ):
            if number:
                yield f"  {counted(number, noun)} {what}"
        unbound = () if self.shapes.is_empty else self.shapes.unbound()
        more = len(unbound) - TOP
        said = [*self.remarks, *(each.sentence for each in unbound[:TOP])]
        said += [f"no column is {more} more fields"] if more > 0 else []
        for sentence in said:
            yield from hanging("  ", visible(sentence).split(" "), screen)


def _ranking(word: str, counts: Counter[str], screen: int) -> Iterator[str]:
    """Yield the largest counts, largest first, and the number of leads that the rest has."""
    rows = [(name, number) for name, number in counts.most_common(TOP)]
    rest = len(counts) - len(rows)
    if rest:
        rows.append((f"... and {rest} more", counts.total() - sum(number for _, number in rows)))
    digits = max((len(f"{number:,}") for _, number in rows), default=0)
    for at, (name, number) in enumerate(rows):
        shown = paint(word, Ink.NOTE) if at == 0 else "  "
        yield f"  {shown}  {number:>{digits},}  {_fitting(name, screen - digits - 8)}"


def _fitting(name: str, room: int) -> str:
    name = visible(name)
    while width(name) > room:
        name = name[:-2] + "…"
    return name
