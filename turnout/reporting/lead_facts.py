"""What the log says of each lead, made of its events one after the other.

A lead has one row: where it went first, and what became of it. Each time that somebody or something
has it is a *stint*, from a decision, move or claim to the next one; `earlier` is the lead's stint
before, `stint` its last one, `met` the one in which it was contacted first. A draw of a team, and a
turn that is given back, is a row of its own. Times are microseconds since 1970, UTC; lengths are
microseconds; `NEVER` stands for none. Names are numbers of `texts`.
"""

from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from turnout.dsl.targets import DRAWN, CurrentOwner, PreviousOwner, Reject, ToOwner
from turnout.frozen import attribute, define
from turnout.printable import visible
from turnout.reporting.fact_columns import PART, FactTable, FactTexts
from turnout.reporting.worked_time import WorkedTime
from turnout.runtime.decisions import STANDING_IN, TargetKind
from turnout.runtime.moves import SLA_MISSED
from turnout.runtime.passing_on import NOT_ACCEPTED
from turnout.runtime.stores.log_rows import LogRow

NEVER: Final = -1

RULE, FALLBACK, REFUSED, NOBODY = range(4)
"""Who decided where a lead went first: a rule, a fallback, a `reject`; or nobody took it."""

COVERAGE, ISSUES, DUPLICATE, OWNED, CONTACTED, CONVERTED, RETURNED, CLOSED = (
    *(3, 4, 8, 16, 32, 64, 128, 256),
)
"""Parts of what a lead is (`is`): the bits of its coverage, then one bit each."""

_ENDINGS: Final = {"converted": CONVERTED, "returned": RETURNED, "closed": CLOSED, "erased": CLOSED}
_ENDED: Final = CONVERTED | RETURNED | CLOSED

ENDS: Final = (
    *("", "missed", "expired", "rejected", "released", "claimed", "routed anew"),
    *("converted", "returned", "closed"),
)
"""How a stint ended (`end`): went on for one of these causes, or the lead was done with."""

_END_OF: Final[Mapping[str, int]] = {
    SLA_MISSED: ENDS.index("missed"),
    NOT_ACCEPTED: ENDS.index("expired"),
    "rejected": ENDS.index("rejected"),
    "released": ENDS.index("released"),
}

SOURCES: Final = ("source", "lead_source", "utm_source", "channel")
"""Fields that say where a lead comes from, unless the configuration names another one."""

_OWNED: Final = {each.kind.word for each in (ToOwner, PreviousOwner, CurrentOwner)}
_GIVING: Final = {"routed", "moved", "claimed"}

_LEADS: Final = {
    "at": "q",
    "contact": "q",
    "worked": "q",
    "is": "H",
    "moves": "H",
    "stint": "i",
    "met": "i",
    **dict.fromkeys(("route", "clause", "team", "person", "territory", "source", "version"), "i"),
}
_STINTS: Final = {
    "at": "q",
    "due": "q",
    "until": "q",
    "answered": "q",
    "touched": "q",
    "ended": "q",
    "end": "B",
    "accepted": "B",
    **dict.fromkeys(
        ("lead", "route", "clause", "kind", "target", "person", "reason", "earlier"), "i"
    ),
}
_DRAWS: Final = {
    "at": "q",
    "before": "f",
    "after": "f",
    "available": "i",
    "of": "i",
    "given": "b",
    **dict.fromkeys(("route", "team", "person"), "i"),
}
_ALERTS: Final = {"check": "i", "subject": "i", "begun": "b"}


@define(eq=False)
class LeadFacts:
    """All facts of a log. lasts: by the number of an event, 1 + the lead whose newest it is."""

    leads: FactTable = attribute(factory=lambda: FactTable("leads", _LEADS), init=False)
    stints: FactTable = attribute(factory=lambda: FactTable("stints", _STINTS), init=False)
    draws: FactTable = attribute(factory=lambda: FactTable("draws", _DRAWS), init=False)
    lasts: FactTable = attribute(factory=lambda: FactTable("lasts", {"lead": "i"}), init=False)
    alerts: FactTable = attribute(factory=lambda: FactTable("alerts", _ALERTS), init=False)
    texts: FactTexts = attribute(factory=FactTexts, init=False)

    @property
    def tables(self) -> tuple[FactTable, ...]:
        """All tables."""
        return self.leads, self.stints, self.draws, self.lasts, self.alerts

    def clear(self) -> None:
        """Forget everything, in memory."""
        for table in self.tables:
            table.clear()
        self.texts.clear()

    def renamed(self, kind: str, old: str, new: str) -> None:
        """Call something by its new name in all facts."""
        form = "rule {}" if kind == "rule" else "{}"
        before, after = (self.texts.number(form.format(name)) for name in (old, new))
        kinds = DRAWN if kind == "team" else {kind}
        meant = {self.texts.number(each) for each in kinds}
        columns = {
            "person": ("leads.person", "stints.person", "draws.person"),
            "team": ("leads.team", "draws.team"),
            "route": ("leads.route", "stints.route", "draws.route"),
            "rule": ("leads.clause", "stints.clause"),
        }.get(kind, ())
        by_name = {table.name: table for table in self.tables}
        for place in columns:
            table, column = place.split(".")
            _replace(by_name[table], column, before, after)
        targets, words = self.stints["target"], self.stints["kind"]
        for row, target in enumerate(targets):
            if target == before and words[row] in meant:
                targets[row] = after
                self.stints.changed.add(row // PART)


def _replace(table: FactTable, column: str, old: int, new: int) -> None:
    cells = table[column]
    for row, cell in enumerate(cells):
        if cell == old:
            cells[row] = new
            table.changed.add(row // PART)


@define(eq=False)
class FactsReader:
    """Reads events into facts. time: of whoever works; source: a field, "" for `SOURCES`."""

    facts: LeadFacts
    time: WorkedTime = attribute(factory=WorkedTime)
    source: str = ""

    def read(self, rows: Iterable[LogRow]) -> None:
        """Take up events in the order of the log."""
        lasts = self.facts.lasts
        ends: array[int] = lasts["lead"]
        for row in rows:
            number, said = row.number, row.said
            if number >= len(ends):
                ends.frombytes(bytes(ends.itemsize * (number - len(ends) + 1)))
            if "draw" in said:
                self._draw(row)
            lead = -1
            if row.kind == "routed" or "gone" in said:  # its first event may be kept no longer
                lead = self._routed(row)
            elif row.kind == "renamed":
                self.facts.renamed(*said["name"])
            elif row.kind == "alerted" and "name" in said:
                self._alerted(said["name"])
            elif row.previous and row.previous < len(ends):
                lead = ends[row.previous] - 1
                ends[row.previous] = 0
                lasts.changed.add(row.previous // PART)
                if lead >= 0:  # else what came before was pruned
                    self._happened(row, lead)
            ends[number] = lead + 1
            lasts.changed.add(number // PART)

    def work_out(self) -> None:
        """Tell working time of all leads anew, by other hours."""
        leads = self.facts.leads
        worked = leads["worked"]
        for lead, stint in enumerate(leads["met"]):
            if stint != NEVER:
                worked[lead] = self._worked(lead, stint)
        leads.changed.update(range(-(-len(leads) // PART)))

    def _alerted(self, name: list[str]) -> None:
        check, subject = (self.facts.texts.number(each) for each in name[:2])
        self.facts.alerts.append((check, subject, int(name[2] == "begun")))

    def _draw(self, row: LogRow) -> None:
        team, person, before, scale, after, new_scale, *shared = row.said["draw"]
        number = self.facts.texts.number
        cells = (
            *(row.at or 0, before / scale, after / new_scale, *(shared or (0, 0))),
            1 if row.kind in _GIVING else -1,
            *(number(row.route), number(team), number(person)),
        )
        self.facts.draws.append(cells)

    def _routed(self, row: LogRow) -> int:
        """Add a lead; -1 where a format without events had written over how it was routed."""
        said, at = row.said, row.at
        if at is None or "to" not in said:
            return -1
        kind, target, person = said["to"]
        number = self.facts.texts.number
        clause = number(_clause(said))
        what = _coverage(said, kind)
        if any(each[0] for each in said.get("issues", ())):
            what |= ISSUES
        if said.get("duplicate_of") is not None:
            what |= DUPLICATE
        if kind in _OWNED:
            what |= OWNED
        if "gone" in said:  # its other events are kept no longer
            _, _, status, touched = said["gone"]
            what |= _ENDINGS.get(status, 0) | (CONTACTED if touched else 0)
        stint = len(self.facts.stints)
        names = (
            number(row.route),
            clause,
            number(target) if kind in DRAWN else 0,
            number(person or ""),
            number(_territory(said)),
            number(self._source(said)),
            number(row.policy),
        )
        lead = self.facts.leads.append((at, NEVER, NEVER, what, 0, stint, NEVER, *names))
        self._stint(row, lead, clause, at)
        if what & _ENDED:
            self.facts.stints["ended"][stint] = at
        return lead

    def _source(self, said: Mapping[str, Any]) -> str:
        values = said.get("values")
        if not values:
            return ""
        names = (self.source,) if self.source else SOURCES
        return next((str(values[name]) for name in names if name in values), "")

    def _stint(self, row: LogRow, lead: int, clause: int, at: int, earlier: int = -1) -> int:
        kind, target, person = row.said.get("after", row.said.get("to", ("none", "", None)))
        number = self.facts.texts.number
        return self.facts.stints.append(
            (
                *(at, row.said.get("due", NEVER), NEVER, NEVER, NEVER, NEVER, 0, 0),
                *(lead, number(row.route), clause, number(kind), number(target)),
                *(number(person or ""), 0, earlier),
            )
        )

    def _happened(self, row: LogRow, lead: int) -> None:
        leads, stints = self.facts.leads, self.facts.stints
        stint: int = leads["stint"][lead]
        at: int = stints["at"][stint] if row.at is None else row.at
        leads.changed.add(lead // PART)
        stints.changed.add(stint // PART)
        match row.kind:
            case "moved" | "claimed":
                self._passed_on(row, lead, stint, at)
            case "offered":
                stints["until"][stint] = row.said.get("until", NEVER)
            case "accepted":
                stints["answered"][stint] = at
                stints["accepted"][stint] = 1
                if "due" in row.said:  # its SLA is counted from now on
                    stints["due"][stint] = row.said["due"]
            case "rejected":
                stints["answered"][stint] = stints["ended"][stint] = at
                stints["end"][stint] = ENDS.index("rejected")
                stints["reason"][stint] = self._reason(row)
            case "contacted":
                self._contacted(lead, stint, at)
            case "converted" | "closed" | "returned" | "erased":
                self._done(row, lead, stint, at)
            case _:
                pass

    def _passed_on(self, row: LogRow, lead: int, stint: int, at: int) -> None:
        if row.said.get("from") == row.said.get("to"):
            return  # it stays with whoever has it
        leads, stints = self.facts.leads, self.facts.stints
        if not stints["end"][stint]:
            other = "claimed" if row.kind == "claimed" else "routed anew"
            stints["end"][stint] = _END_OF.get(row.said.get("reason", ""), ENDS.index(other))
            stints["ended"][stint] = at
        leads["moves"][lead] = min(leads["moves"][lead] + 1, 65_535)
        leads["is"][lead] &= ~_ENDED  # one that was done with is worked on again
        new = self._stint(row, lead, stints["clause"][stint], at, stint)
        leads["stint"][lead] = new

    def _contacted(self, lead: int, stint: int, at: int) -> None:
        leads, stints = self.facts.leads, self.facts.stints
        if stints["touched"][stint] == NEVER:
            stints["touched"][stint] = at
        if leads["contact"][lead] != NEVER:
            return
        leads["contact"][lead] = max(0, at - leads["at"][lead])
        leads["met"][lead] = stint
        leads["worked"][lead] = self._worked(lead, stint)
        leads["is"][lead] |= CONTACTED

    def _worked(self, lead: int, stint: int) -> int:
        """Return how much of the time to the first contact its holder worked."""
        leads, stints, texts = self.facts.leads, self.facts.stints, self.facts.texts
        kind, target, person = (texts[stints[name][stint]] for name in ("kind", "target", "person"))
        holder = cast("TargetKind", kind), target, person or None
        arrived: int = leads["at"][lead]
        worked = self.time.between(holder, arrived, arrived + leads["contact"][lead])
        return NEVER if worked is None else worked

    def _done(self, row: LogRow, lead: int, stint: int, at: int) -> None:
        leads, stints = self.facts.leads, self.facts.stints
        is_erased = row.kind == "erased"
        if not leads["is"][lead] & _ENDED:
            leads["is"][lead] |= _ENDINGS[row.kind]
            stints["ended"][stint] = at
            stints["end"][stint] = ENDS.index("closed" if is_erased else row.kind)
            stints["reason"][stint] = 0 if is_erased else self._reason(row)
            if not is_erased and stints["touched"][stint] == NEVER:
                stints["touched"][stint] = at
        if is_erased:
            leads["source"][lead] = 0
            while stint >= 0:
                stints["reason"][stint] = 0
                stints.changed.add(stint // PART)
                stint = stints["earlier"][stint]

    def _reason(self, row: LogRow) -> int:
        return self.facts.texts.number(visible(row.said.get("reason", "")))


def _clause(said: Mapping[str, Any]) -> str:
    rule = said.get("rule")
    return f"rule {rule}" if rule is not None else said.get("by") or "nothing"


def _coverage(said: Mapping[str, Any], kind: str) -> int:
    if kind == "none":
        return NOBODY
    if kind == Reject.kind.word:
        return REFUSED
    rule = said.get("rule")
    own = f"rule {rule}"
    by = said.get("by", own)
    # A backup has it by the rule, in somebody's place.
    is_own = by == own or by.startswith(f"{own}{STANDING_IN}")
    return RULE if rule is not None and is_own else FALLBACK


def _territory(said: Mapping[str, Any]) -> str:
    """Return the outermost block that a lead came through, such as `EMEA`."""
    return next((each for each in said.get("path", ()) if not each.startswith("rule ")), "")
