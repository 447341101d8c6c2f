"""Measures of leads: how many, where they went, how soon they were met, what they became.

Leads are counted once, with all that became of them, on the day on which they arrived.
"""

from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import compress, repeat
from typing import Final, TypeAlias

from turnout.frozen import attribute, define, frozen
from turnout.reporting.asked import COLUMN_OF, AskedReport, ReportBy
from turnout.reporting.fact_index import ReportIndex
from turnout.reporting.lead_facts import (
    CONTACTED,
    CONVERTED,
    COVERAGE,
    DUPLICATE,
    FALLBACK,
    ISSUES,
    NOBODY,
    OWNED,
    REFUSED,
    RETURNED,
    RULE,
    LeadFacts,
)
from turnout.reporting.measure_tables import (
    MeasureColumn,
    MeasureTable,
    MeasureValue,
    length,
    part,
    quantile,
    share,
    text,
)
from turnout.reporting.worked_time import DAY, SECOND

STEPS: Final = (
    ("5 minutes", 300),
    ("15 minutes", 900),
    ("1 hour", 3_600),
    ("4 hours", 14_400),
    ("1 day", 86_400),
    ("3 days", 259_200),
)
"""Within what time the first contact came, in seconds."""


@frozen
class LeadTimes:
    """Times to first contact, in microseconds, in order: by the clock, and in working time."""

    clock: Sequence[int] = ()
    worked: Sequence[int] = ()

    def quantiles(self) -> tuple[MeasureValue, MeasureValue, MeasureValue, MeasureValue]:
        """Return median and 90 % by the clock, then in working time, in seconds."""
        found: list[MeasureValue] = []
        for times in (self.clock, self.worked):
            for percent in (50, 90):
                time = quantile(times, percent)
                found.append(None if time is None else time / SECOND)
        return found[0], found[1], found[2], found[3]


Counts: TypeAlias = Mapping[str, int]
"""How many leads of a group are what; see `_COUNTED`."""

_COUNTED: Final[Mapping[str, Callable[[int], bool]]] = {
    "leads": lambda _: True,
    "by_rule": lambda what: what & COVERAGE == RULE,
    "fell_back": lambda what: what & COVERAGE == FALLBACK,
    "refused": lambda what: what & COVERAGE == REFUSED,
    "nobody": lambda what: what & COVERAGE == NOBODY,
    "data_issues": lambda what: bool(what & ISSUES),
    "duplicates": lambda what: bool(what & DUPLICATE),
    "matched": lambda what: bool(what & (DUPLICATE | OWNED)),
    "contacted": lambda what: bool(what & CONTACTED),
    "qualified": lambda what: what & (CONTACTED | RETURNED) == CONTACTED or bool(what & CONVERTED),
    "converted": lambda what: bool(what & CONVERTED),
    "returned": lambda what: bool(what & RETURNED),
}
_NONE: Final[Counts] = dict.fromkeys(_COUNTED, 0)
_NO_TIMES: Final = LeadTimes()
_NO_LENGTHS: Final[Mapping[int, Sequence[int]]] = {}


def lead_tables(index: ReportIndex, asked: AskedReport) -> Iterator[MeasureTable]:
    """Yield the tables that are made of leads."""
    index.facts.leads.read(index.connection)
    groups = _Groups(index.facts, asked, index.has_hours)
    whole = groups.counts("").get("", _NONE)
    yield _summary(whole)
    yield _speed(whole, groups.times("").get("", _NO_TIMES))
    yield _coverage(whole)
    yield _breakdown(groups, asked.by)
    if asked.by != "rule":
        yield _breakdown(groups, "rule")
    yield _versions(groups)
    index.facts.leads.clear()


@define(eq=False)
class _Groups:
    """Leads that are asked for, by groups. has_hours: whether working time is told."""

    facts: LeadFacts
    asked: AskedReport
    has_hours: bool
    _chosen: bytes | None = attribute(init=False)
    _days: "array[int] | None" = attribute(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Choose the leads."""
        self._chosen = chosen_leads(self.facts, self.asked)

    def _column(self, name: str) -> Iterable[int]:
        """Yield the cells of a column, of the leads that are asked for."""
        leads = self.facts.leads
        if not name:
            cells: Iterable[int] = repeat(0, len(leads))
        elif name == "day":
            if self._days is None:
                self._days = array("i", (at // DAY for at in leads["at"]))
            cells = self._days
        else:
            cells = leads[name]
        return cells if self._chosen is None else compress(cells, self._chosen)

    def _name(self, column: str, number: int) -> str:
        if column == "day":
            return str(number)
        return self.facts.texts[number] if column else ""

    def counts(self, column: str) -> dict[str, Counts]:
        """Return by group how many leads are what; "" for one group of all."""
        found: dict[int, dict[str, int]] = {}
        # In C, as there are few pairs.
        pairs = Counter(zip(self._column(column), self._column("is"), strict=True))
        for (group, what), leads in pairs.items():
            counts = found.setdefault(group, dict.fromkeys(_COUNTED, 0))
            for name, holds in _COUNTED.items():
                if holds(what):
                    counts[name] += leads
        return {self._name(column, group): counts for group, counts in found.items()}

    def pairs(self, first: str, second: str) -> dict[str, dict[str, int]]:
        """Return by two columns how many leads there are."""
        found: dict[str, dict[str, int]] = {}
        pairs = Counter(zip(self._column(first), self._column(second), strict=True))
        for (one, other), leads in pairs.items():
            group = found.setdefault(self._name(first, one), {})
            group[self._name(second, other)] = leads
        return found

    def spans(self, column: str) -> dict[str, tuple[int, int]]:
        """Return by group the days of its first and its last lead."""
        found: dict[str, tuple[int, int]] = {}
        for group, days in self.pairs(column, "day").items():
            numbers = [*map(int, days)]
            found[group] = min(numbers), max(numbers)
        return found

    def times(self, column: str) -> dict[str, "LeadTimes"]:
        """Return by group how long it took to the first contact."""
        return {
            self._name(column, group): LeadTimes(sorted(times), sorted(worked.get(group, ())))
            for worked in [self._lengths(column, "worked") if self.has_hours else _NO_LENGTHS]
            for group, times in self._lengths(column, "contact").items()
        }

    def _lengths(self, column: str, name: str) -> dict[int, "array[int]"]:
        if not column:
            return {0: array("q", (time for time in self._column(name) if time >= 0))}
        found: dict[int, array[int]] = defaultdict(lambda: array("q"))
        for group, time in zip(self._column(column), self._column(name), strict=True):
            if time >= 0:
                found[group].append(time)
        return found


def chosen_leads(facts: LeadFacts, asked: AskedReport) -> bytes | None:
    """Return for each lead whether it is asked for, as bytes of 0 and 1; None for all."""
    first, last = asked.bounds
    leads = facts.leads
    if asked.route is not None:
        route = facts.texts.number(asked.route)
        return bytes(
            first <= at < last and each == route
            for at, each in zip(leads["at"], leads["route"], strict=True)
        )
    if asked.since is None and asked.until is None:
        return None
    return bytes(first <= at < last for at in leads["at"])


_TIMES: Final = (
    length("median", "Median"),
    length("p90", "90 %"),
    length("median_worked", "Median, worked"),
    length("p90_worked", "90 %, worked"),
)


def _summary(whole: Counts) -> MeasureTable:
    titles = {
        "leads": "Leads",
        "contacted": "Contacted",
        "qualified": "Qualified",
        "converted": "Converted",
        "returned": "Returned",
        "duplicates": "Duplicates",
        "matched": "Matched",
    }
    columns = [text("measure", "Measure"), MeasureColumn("leads", "Leads"), share("share", "Share")]
    rows = [
        (title, whole[name], part(whole[name], whole["leads"])) for name, title in titles.items()
    ]
    return MeasureTable("leads", "Leads", tuple(columns), tuple(rows))


def _speed(whole: Counts, times: LeadTimes) -> MeasureTable:
    clock, worked = times.clock, times.worked
    rows: list[tuple[MeasureValue, ...]] = []
    before = 0
    for name, seconds in STEPS:
        within = _within(clock, seconds * SECOND)
        rows.append((f"within {name}", within - before, part(within, whole["leads"])))
        before = within
    rows += [
        ("later", len(clock) - before, part(len(clock), whole["leads"])),
        ("not yet", whole["leads"] - whole["contacted"], None),
    ]
    if whole["contacted"] > len(clock):
        rows.append(("at a time not known", whole["contacted"] - len(clock), None))
    median, p90, median_worked, p90_worked = times.quantiles()
    note = f"median {told_length(median)}, 90 % within {told_length(p90)}"
    if worked:
        note += (
            f"; in working time {told_length(median_worked)} and {told_length(p90_worked)}"
            f" ({len(worked):,} leads)"
        )
    columns = (
        text("contact", "First contact"),
        MeasureColumn("leads", "Leads"),
        share("cumulative", "By then"),
    )
    return MeasureTable("speed", "Speed to lead", columns, tuple(rows), note)


def _within(ordered: Sequence[int], most: int) -> int:
    return bisect_right(ordered, most)


def told_length(seconds: MeasureValue) -> str:
    """Return a length of time in words, two units at most.

    >>> told_length(59.2), told_length(3_660), told_length(180_000), told_length(None)
    ('59 s', '1 h 1 min', '2 d 2 h', '-')
    """
    if not isinstance(seconds, int | float):
        return "-"
    rest = round(seconds)
    said: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            said.append(f"{count} {unit}")
        elif said:
            break
        if len(said) == 2:
            break
    return " ".join(said) or "0 s"


def _coverage(whole: Counts) -> MeasureTable:
    rows = [
        ("routed by a rule", whole["by_rule"]),
        ("fell back", whole["fell_back"]),
        ("refused by the policy", whole["refused"]),
        ("given to nobody", whole["nobody"]),
        ("with data issues", whole["data_issues"]),
    ]
    columns = (
        text("coverage", "Coverage"),
        MeasureColumn("leads", "Leads"),
        share("share", "Share"),
    )
    told = tuple((name, count, part(count, whole["leads"])) for name, count in rows)
    return MeasureTable("coverage", "Coverage", columns, told)


def _breakdown(groups: _Groups, by: ReportBy) -> MeasureTable:
    column = COLUMN_OF[by]
    counts, times = groups.counts(column), groups.times(column)
    columns = (
        text(by, by.capitalize()),
        MeasureColumn("leads", "Leads"),
        share("fell_back", "Fell back"),
        share("contacted", "Contacted"),
        share("qualified", "Qualified"),
        share("converted", "Converted"),
        share("returned", "Returned"),
        *_TIMES,
    )
    ranked = (
        sorted(counts, key=int)
        if column == "day"
        else sorted(counts, key=lambda group: (-counts[group]["leads"], group))
    )
    rows: list[tuple[MeasureValue, ...]] = []
    for group in ranked:
        count = counts[group]
        shares = [
            part(count[each], count["leads"])
            for each in ("fell_back", "contacted", "qualified", "converted", "returned")
        ]
        quantiles = times.get(group, _NO_TIMES).quantiles()
        rows.append((_named(group, column), count["leads"], *shares, *quantiles))
    return MeasureTable(f"by_{by}", f"By {by}", columns, tuple(rows))


def _named(group: str, column: str) -> str:
    if column == "day":
        return date.fromordinal(int(group) + date(1970, 1, 1).toordinal()).isoformat()
    return group or "(none)"


def _versions(groups: _Groups) -> MeasureTable:
    """Say how leads changed from one version of the policy to the next one."""
    counts, spans = groups.counts("version"), groups.spans("version")
    clauses = groups.pairs("version", "clause")
    rows: list[tuple[MeasureValue, ...]] = []
    before: dict[str, int] | None = None
    for version in sorted(counts, key=lambda each: (spans[each], each)):
        count = counts[version]
        shift = None if before is None else _shift(before, clauses[version])
        shares = [
            part(count[each], count["leads"])
            for each in ("fell_back", "data_issues", "contacted", "converted")
        ]
        days = [_named(str(day), "day") for day in spans[version]]
        rows.append((version[:12] or "(not known)", *days, count["leads"], *shares, shift))
        before = clauses[version]
    columns = (
        text("version", "Version"),
        text("first", "First lead"),
        text("last", "Last lead"),
        MeasureColumn("leads", "Leads"),
        share("fell_back", "Fell back"),
        share("data_issues", "Data issues"),
        share("contacted", "Contacted"),
        share("converted", "Converted"),
        share("shift", "Shift"),
    )
    return MeasureTable("versions", "By version of the policy", columns, tuple(rows))


def _shift(before: dict[str, int], after: dict[str, int]) -> float:
    """Return which part of leads other rules took than in the version before (total variation)."""
    wholes = sum(before.values()), sum(after.values())
    names = before.keys() | after.keys()
    apart = (
        abs(before.get(name, 0) / wholes[0] - after.get(name, 0) / wholes[1])
        for name in sorted(names)
    )
    return sum(apart) / 2
