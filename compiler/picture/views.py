"""Other ways to look at a route: who covers which territory, and from where a team gets leads.

Both are lists of the route's rules, put together under what is asked about. A rule stands
in each list as often as it belongs there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

import attrs

from turnout.compiler.picture import Card, Note, Page, Stripe
from turnout.compiler.picture.listing import list_pages
from turnout.compiler.picture.speech import asked, card, phrase, role_of
from turnout.compiler.program import Clause, RouteProgram
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.coverage import END, Cell, by_territory
from turnout.dsl.conditions import names_in
from turnout.dsl.policy import Policy
from turnout.dsl.targets import Target
from turnout.dsl.types import Field
from turnout.dsl.wording import conjuncts
from turnout.dsl.wording import parts as target_parts
from turnout.frozen import frozen

_MOST_MEMBERS = 12
_ALL, _NONE, _LEFT = "all of it", "none", "leads of no territory"

_Entry: TypeAlias = tuple[str, Card, Clause]
"""A line of a list: what is asked, where its leads go, and the clause that says so."""


# -- territories --


def territories(analysis: Analysis, *, is_one_page: bool = False) -> tuple[Page, ...]:
    """Return who covers where: for each territory the rules that get some of its leads.

    Rules that ask for no territory stand once, at the top; those that get leads of parts of
    a territory stand at the parts. Parts with one rule each are the lines of one table, and
    those that come from a table of their own stand together, asked as a whole or not.
    """
    policy, clauses = analysis.program.policy, analysis.route.clauses
    everywhere = {at for at, clause in enumerate(clauses) if not _asks_territory(clause)}
    rows: list[Stripe] = []
    if everywhere:
        general = [_entry(clauses[at], "", policy) for at in sorted(everywhere)]
        _group(rows, 0, "rules that ask for no territory", general)
    cells = dict(by_territory(analysis))
    _Covered(policy, clauses, everywhere, cells, rows).add("", 0)
    return list_pages("who covers where", rows, is_one_page=is_one_page)


@frozen
class _Covered:
    """Adds territories with their parts. everywhere: the clauses that ask for no territory."""

    policy: Policy
    clauses: Sequence[Clause]
    everywhere: set[int]
    cells: Mapping[str, Cell]
    rows: list[Stripe]

    def add(self, name: str, level: int) -> None:
        """Add the parts of a territory that have rows; "" for those that are no parts."""
        for family, run in groupby(self._parts(name), key=self._family):
            if not family or family == name:
                self._add_parts(run, level)
                continue
            at = len(self.rows)
            self.rows.append(Stripe(level, "block", family, None, at + 1))
            self._add_parts(run, level + 1)
            self.rows[at] = attrs.evolve(self.rows[at], until=len(self.rows))

    def _family(self, name: str) -> str:
        """Return the territory whose table lists this one, "" for none."""
        definition = self.policy.definitions.get(name)
        return definition.parent or "" if definition is not None and definition.is_keyed else ""

    def _add_parts(self, parts: Iterable[str], level: int) -> None:
        lines: list[_Entry] = []
        for part in parts:
            line = self._line(part)
            if line is not None:
                lines.append(line)
                continue
            _listed(self.rows, level, lines)
            lines = []
            at = len(self.rows)
            title = _LEFT if part == _NONE else part
            _group(self.rows, level, title, self._entries(part))
            self.add(part, level + 1)
            until, notes = len(self.rows), tuple(self._notes(part))
            self.rows[at] = attrs.evolve(self.rows[at], until=until, notes=notes)
        _listed(self.rows, level, lines)

    def _parts(self, name: str) -> list[str]:
        """Return what has a row of its own and lies in a territory, but in no part with a row."""
        return [each for each in self.cells if each != name and self._above(each) == name]

    def _above(self, name: str) -> str:
        definition = self.policy.definitions.get(name)
        parent = "" if definition is None else definition.parent or ""
        return parent if not parent or parent in self.cells else self._above(parent)

    def _line(self, name: str) -> _Entry | None:
        """Return a territory as one line, None for one with parts, notes or several rules."""
        entries = self._entries(name)
        if len(entries) != 1 or self._parts(name) or any(self._notes(name)):
            return None
        ((said, beside, clause),) = entries
        title = _LEFT if name == _NONE else name
        return (title if said == _ALL else f"{title}, {said}"), beside, clause

    def _notes(self, name: str) -> Iterator[Note]:
        cell = self.cells[name]
        if not cell.is_known:
            yield Note("faint", "not all of it could be worked out")
        if END in cell.clauses:
            yield Note("finding", "some of these leads go to nobody")

    def _entries(self, name: str) -> list[_Entry]:
        in_parts = {at for part in self._parts(name) for at in self.cells[part].clauses}
        others = self.everywhere | in_parts | {END}
        own = [at for at in self.cells[name].clauses if at not in others]
        return [_entry(self.clauses[at], name, self.policy) for at in own]


def _entry(clause: Clause, territory: str, policy: Policy) -> _Entry:
    given = card(clause)
    return _besides(clause, territory, policy), attrs.evolve(given, lines=given.lines[:1]), clause


def _asks_territory(clause: Clause) -> bool:
    """Return whether a territory is named on the way to a clause."""
    return any(each.kind == "territory" for each in names_in(clause.condition))


def _around(policy: Policy, name: str) -> set[str]:
    """Return a territory and those that it is in."""
    found: set[str] = set()
    definition = policy.definitions.get(name)
    while definition is not None:
        found.add(definition.name)
        definition = policy.definitions.get(definition.parent or "")
    return found


def _besides(clause: Clause, territory: str, policy: Policy) -> str:
    """Return what a clause asks of the leads of a territory; the territory isn't said again."""
    known, fields = _around(policy, territory), policy.fields
    asks = [
        *(outer.condition for outer in clause.around),
        *(clause.asked if clause.is_rule else ()),
    ]
    lefts = [
        [part for part in conjuncts(each, fields) if asked([part], fields) not in known]
        for each in asks
    ]
    rest = [asked(left, fields) for left in lefts if left]
    if not clause.is_rule:
        rest.append("everybody else")
    return ", ".join(rest) or _ALL


def _way(clause: Clause, fields: Mapping[str, Field]) -> list[str]:
    """Return what is asked on the way to a clause, block by block."""
    said = [asked([around.condition], fields) for around in clause.around]
    return [*said, *([asked(list(clause.asked), fields)] if clause.is_rule else [])]


# -- teams --


def teams(route: RouteProgram, policy: Policy, *, is_one_page: bool = False) -> tuple[Page, ...]:
    """Return from where each team, person and outlet gets its leads."""
    found: dict[tuple[str, str], list[_Entry]] = {}
    for clause in route.clauses:
        said = _way(clause, policy.fields)
        said += [] if clause.is_rule else ["everybody else"]
        for at, attempt in enumerate(clause.attempts[: clause.own_attempts]):
            given = Card(
                clause.name if clause.is_rule else "",
                (_turn(at, clause),),
                role_of(attempt.target),
                is_dashed=not clause.is_rule,
                said=card(clause).said,
            )
            found.setdefault(_receiver(attempt.target), []).append((", ".join(said), given, clause))
    rows: list[Stripe] = []
    for (kind, name), entries in sorted(found.items(), key=lambda item: _rank(item[0], policy)):
        _group(rows, 0, _introduced(kind, name, policy), entries)
    return list_pages("from where each team gets its leads", rows, is_one_page=is_one_page)


def _turn(at: int, clause: Clause) -> str:
    if at == 0:
        return "first choice"
    kind, name, more = phrase(clause.attempts[at - 1].target)
    return f"where {kind}{name}{more} can't take it"


def _receiver(target: Target) -> tuple[str, str]:
    kind = target.kind
    name = target_parts(target)[1]
    if kind.receiver == "member":
        return "team", name
    return ("rejected", "") if kind.receiver == "nobody" else (kind.word, name)


def _rank(receiver: tuple[str, str], policy: Policy) -> tuple[int, str, str]:
    """Return where a receiver stands: teams as the policy has them, then the others."""
    kind, name = receiver
    order: Sequence[str] = list(policy.teams) if kind == "team" else ()
    return (0, f"{order.index(name):06}", "") if name in order else (1, kind, name)


def _introduced(kind: str, name: str, policy: Policy) -> str:
    match kind:
        case "team":
            members = [member.person for member in policy.teams[name].members]
            more = len(members) - _MOST_MEMBERS
            listed = [*members[:_MOST_MEMBERS], *([f"{more} more"] if more > 0 else [])]
            return f"team {name}: {', '.join(listed)}"
        case "owner":
            return f"the owner ({name})"
        case "previous-owner":
            return "whoever had the lead before"
        case "sequence":
            return f"mails {name}"
        case _:
            return f"{kind} {name}".strip()


def _group(rows: list[Stripe], level: int, title: str, entries: Iterable[_Entry]) -> None:
    """Add a heading and what stands below it."""
    at = len(rows)
    rows.append(Stripe(level, "block", title, None, at + 1))
    _listed(rows, level + 1, entries)
    rows[at] = attrs.evolve(rows[at], until=len(rows))


def _listed(rows: list[Stripe], level: int, entries: Iterable[_Entry]) -> None:
    """Add the lines of a table."""
    first = len(rows)
    for said, beside, clause in entries:
        row = Stripe(level, "question", said, beside, len(rows) + 1, span=clause.span)
        rows.append(attrs.evolve(row, is_joined=len(rows) > first))
