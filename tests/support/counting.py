"""A tiny policy with all its leads, and the claims to which every such policy is held.

A claim is a law of counted policies: what the checks say of all leads is compared with all
leads, one by one. Drawing, compiling and counting a policy takes longer than any claim, so
the claims share their policies. The thorough run (`tests/laws/test_all_claims.py`) counts
each new policy once and holds it to all of them.

A set of leads is an integer, a bit a lead. Whether an atom holds for a lead is asked of
the reference interpreter once a value; `and`, `or` and `not` join the sets. That this is
what the interpreter says of whole conditions is a claim itself.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, cached_property, wraps
from itertools import product
from typing import TypeAlias

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.support.enumeration import TODAY, Arrival, every_lead, tiny_columns
from tests.support.policies import compiled, named
from tests.support.strategies import Column, Written, conditions, policies
from turnout.compiler.compiled import Compiled
from turnout.compiler.meaning.interpreter import Match, holds, match
from turnout.compiler.program import Clause, RouteProgram
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.compiler.questions.gaps import Gaps, gaps
from turnout.dsl.conditions import (
    And,
    Atom,
    Beside,
    Circumstance,
    Condition,
    Duplicate,
    Named,
    Not,
    Or,
    atoms,
    fields_of,
)
from turnout.dsl.findings import Finding
from turnout.dsl.policy import Block, Entry, Policy, Sla
from turnout.dsl.promises import Action
from turnout.dsl.source import Span
from turnout.dsl.targets import Accepting, Target, said
from turnout.dsl.types import Date, PersonName, Value

ROUTE = "inbound"
SLAS = (
    *("", "", "sla 1 hour", "sla 2 hours wall", "sla 1 day wall"),
    *("sla 1 hour, then queue extra", "sla 10 minutes, then person cleo"),
    *("sla 10 minutes, then round-robin near", 'sla 1 hour, then reject "stale"'),
)
IN_CELLS = {"redundant-condition", "negation-matches-missing", "unreachable-alternative"}
"""Findings that stand in a cell of a row, where they are about a row."""

REACHED = (
    *("team near", "team far", "person ana", "person ben", "person cleo"),
    *("partner outside", "queue triage", "queue extra", "sequence later"),
)

Terms: TypeAlias = tuple[Sla | None, tuple[Action, ...]]
"""What a lead could notice besides who has it: its SLA and its actions."""

Outcome: TypeAlias = tuple[tuple[Target | None, Terms], ...]
"""What a lead could notice: the targets that it may get to, None for nobody, on what terms."""


# -- policies with all their leads --


@st.composite
def tiny(draw: DrawFn, *, patterns: bool = False) -> Written:
    """Return a policy of at most four small fields and six rules, and what it guarantees.

    Some of the rules have an SLA; the guarantee has up to three claims. Leaves out a second
    route: `tests/laws/test_handing_over.py` shows it to be a block, of which there are many here.
    """
    columns = draw(tiny_columns())
    most = len(columns)
    written = draw(policies(columns, patterns=patterns, rules=6, most=most, handed=False))
    text = re.sub(
        r"rule (r\d) \{",
        lambda found: f"rule {found[1]} {{ {draw(st.sampled_from(SLAS))}",
        written.text,
    )
    used = [column for column in columns if f" {column.line}" in written.text]
    return Written(f"{text}\n{draw(_guarantees(text, used))}", written.tables)


@st.composite
def _guarantees(draw: DrawFn, text: str, used: list[Column]) -> str:
    """Return a guarantee of what stands in `text`."""
    reached: list[str] = [*REACHED]
    if any(column.name == "owner" for column in used):
        reached += ["owner owner"] * 3
    targets = st.lists(st.sampled_from(reached), min_size=1, max_size=4).map(", ".join)
    rules = re.findall(r"rule (r\d) ", text)
    claims = ["never rejects", "sla at most 1 hour", "sla at most 1 day wall"]
    claims += [f"always reaches {draw(targets)}", f"never reaches {draw(targets)}"]
    if rules:
        names = draw(st.lists(st.sampled_from(rules), min_size=1, max_size=3))
        claims.append(f"always by rule {', '.join(names)}")
    when = f"when {draw(conditions(used, depth=1, patterns=False))}" if used else ""
    chosen = "\n".join(draw(st.lists(st.sampled_from(claims), min_size=1, max_size=3, unique=True)))
    return f"guarantee g {{ {when}\n{chosen} }}"


@attrs.frozen(slots=False, eq=False)
class Counted:
    """A tiny policy with all its leads."""

    written: Written
    compiled: Compiled
    leads: tuple[Arrival, ...]

    @property
    def policy(self) -> Policy:
        return self.compiled.policy

    @property
    def route(self) -> RouteProgram:
        return self.compiled.program.routes[ROUTE]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return self.route.clauses

    def named(self, *names: str) -> list[Finding]:
        """Return the findings of these names; what stands in a cell stands at its row here."""
        found = named(self.compiled.findings, *names)
        return [self._at_row(each) if each.name in IN_CELLS else each for each in found]

    def _at_row(self, finding: Finding) -> Finding:
        rows = {
            place: clause.span
            for clause in self.clauses
            if clause.row is not None
            for place in clause.row.places
        }
        return attrs.evolve(finding, span=rows.get(finding.span, finding.span))  # type: ignore[arg-type]

    def of_rules(self, *names: str) -> list[Finding]:
        """Return the findings of these names that stand at a clause."""
        spans = {clause.span for clause in self.clauses}
        return [finding for finding in self.named(*names) if finding.span in spans]

    def at_place(self, span: Span | None) -> int:
        """Return the clause that stands at `span`."""
        (found,) = [at for at, clause in enumerate(self.clauses) if clause.span == span]
        return found

    @cached_property
    def analysis(self) -> Analysis:
        return analyse(self.compiled.program, ROUTE)

    @cached_property
    def classes(self) -> tuple[tuple[int, ...], ...]:
        """For each lead its class on each dimension of the analysis."""
        classify = self.analysis.space.classify
        return tuple(tuple(classify(lead.values, lead.today)) for lead in self.leads)

    @cached_property
    def gaps(self) -> Gaps:
        """What is left of the route, as regions."""
        return (
            Gaps((), is_whole=True, apart=frozenset()) if self.route.last else gaps(self.analysis)
        )

    # -- which leads --

    @cached_property
    def every(self) -> int:
        return (1 << len(self.leads)) - 1

    @cached_property
    def hits(self) -> tuple[int, ...]:
        """For each clause the leads for which its condition holds."""
        return tuple(self.holding(clause.condition) for clause in self.clauses)

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """For each clause the leads that come to none behind it: none where it lets them on."""
        return tuple(
            0 if goes_on(clause) else hit
            for clause, hit in zip(self.clauses, self.hits, strict=True)
        )

    @cached_property
    def first(self) -> tuple[int, ...]:
        """For each clause the leads that it is asked about first."""
        return tuple(hit & ~union(self.hits[:at]) for at, hit in enumerate(self.hits))

    @cached_property
    def reach(self) -> tuple[int, ...]:
        """For each clause the leads that can come to it, and for which it holds."""
        return tuple(hit & ~union(self.kept[:at]) for at, hit in enumerate(self.hits))

    @cached_property
    def through(self) -> int:
        """The leads that may come to the end, since no clause keeps them."""
        return self.every & ~union(self.kept)

    def holding(self, *asked: Condition) -> int:
        """Return the leads for which all of these hold."""
        found = self.every
        for condition in asked:
            found &= self._holding(condition)
        return found

    def having(self, field: str) -> int:
        """Return the leads that have a field."""
        values = self._by_value[field].items()
        return union(leads for (value, _), leads in values if value is not None)

    def _holding(self, condition: Condition) -> int:
        match condition:
            case Named(meaning=meaning):
                return self._holding(meaning)
            case And(parts):
                return self.holding(*parts)
            case Or(parts):
                return union(self._holding(part) for part in parts)
            case Not(part):
                return self.every & ~self._holding(part)
            case atom:
                if atom not in self._of_atoms:
                    self._of_atoms[atom] = self._holding_atom(atom)
                return self._of_atoms[atom]

    @cached_property
    def _of_atoms(self) -> dict[Atom, int]:
        return {}

    def _holding_atom(self, atom: Atom) -> int:
        if isinstance(atom, Circumstance):
            return self.where(lambda lead: holds(atom, lead.values, lead.today))
        if isinstance(atom, Beside):
            pairs = [self._by_value[name].items() for name in fields_of(atom)]
            return union(
                mine & theirs
                for ((one, _), mine), ((two, _), theirs) in product(*pairs)
                if one is not None
                and two is not None
                and holds(atom, {atom.field: one, atom.other: two}, TODAY)
            )
        return union(
            leads
            for (value, today), leads in self._by_value[atom.field].items()
            if value is not None and holds(atom, {atom.field: value}, today)
        )

    @cached_property
    def _by_value(self) -> dict[str, dict[tuple[Value | None, date], int]]:
        """For each field the leads that have each value, and for a date arrive on each day."""
        found: dict[str, dict[tuple[Value | None, date], int]] = {}
        for name, field in self.policy.fields.items():
            groups = found.setdefault(name, {})
            is_day = isinstance(field.type, Date)
            for number, lead in enumerate(self.leads):
                key = lead.values.get(name), lead.today if is_day else TODAY
                groups[key] = groups.get(key, 0) | 1 << number
        return found

    def where(self, is_wanted: Callable[[Arrival], bool]) -> int:
        """Return the leads of which something is true."""
        return sum(1 << number for number, lead in enumerate(self.leads) if is_wanted(lead))

    # -- what becomes of them --

    @cached_property
    def kinds(self) -> tuple[tuple[Arrival, int], ...]:
        """The leads, those together that the policy can't tell apart: one of them, and all."""
        asked = {atom for clause in self.clauses for atom in atoms(clause.condition)}
        for guarantee in self.policy.guarantees.values():
            asked.update(atoms(guarantee.condition))
        tests = [self._holding(atom) for atom in asked]
        for name, field in self.policy.fields.items():
            if isinstance(field.type, PersonName):
                tests += self._by_value[name].values()
        if self.policy.identities:
            tests.append(self.where(lambda lead: holds(Duplicate(), lead.values, lead.today)))
        found = [self.every]
        for test in tests:
            found = [part for kind in found for part in (kind & test, kind & ~test) if part]
        return tuple((self.leads[(kind & -kind).bit_length() - 1], kind) for kind in found)

    @cached_property
    def said(self) -> tuple[Match, ...]:
        """What the interpreter says of each of the `kinds`."""
        return tuple(match(self.policy, ROUTE, lead.values, lead.today) for lead, _ in self.kinds)

    def outcomes(self, policy: Policy, among: int) -> list[tuple[Match, Match]]:
        """Return what this and another version of the policy say of each kind of some leads.

        The other version asks nothing that this one doesn't ask.
        """
        return [
            (said, match(policy, ROUTE, lead.values, lead.today))
            for said, (lead, leads) in zip(self.said, self.kinds, strict=True)
            if leads & among
        ]

    def without(self, spans: Iterable[Span | None]) -> Policy:
        """Return the policy without the rules that stand there."""
        route = self.policy.routes[ROUTE]
        entries = _without(route.entries, frozenset(spans))
        return attrs.evolve(self.policy, routes={ROUTE: attrs.evolve(route, entries=entries)})


def counted(written: Written) -> Counted:
    made = compiled(written)
    return Counted(written, made, tuple(every_lead(made.policy)))


def union(sets: Iterable[int]) -> int:
    whole = 0
    for one in sets:
        whole |= one
    return whole


def goes_on(clause: Clause) -> bool:
    """Return whether leads of a clause may go on to the next ones."""
    return clause.goes_on and not any(isinstance(a.target, Accepting) for a in clause.attempts)


def outcome(found: Match) -> Outcome:
    """Return what becomes of a lead, without who says so."""
    terms = {
        target: (leg.sla, leg.actions) for leg in found.legs[::-1] for target, _ in leg.attempts
    }
    targets = tried(target for target, _ in found.every_attempt)
    told: list[tuple[Target | None, Terms]] = [(target, terms[target]) for target in targets]
    if not (targets and isinstance(targets[-1], Accepting)):
        told.append((None, (found.legs[-1].sla, found.legs[-1].actions)))
    return tuple(told)


def does(clause: Clause) -> tuple[tuple[Target, ...], Terms, bool]:
    """Return what becomes of the leads of a clause."""
    targets = tried(attempt.target for attempt in clause.attempts)
    return targets, (clause.sla, clause.actions), goes_on(clause)


def tried(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return the targets that a lead may get to and be given.

    None after one that always accepts, and none that was asked before on the same terms, or
    on looser ones.
    """
    found: list[Target] = []
    for target in targets:
        if not any(_is_again(target, before) for before in found):
            found.append(target)
        if isinstance(target, Accepting):
            break
    return tuple(found)


def _is_again(target: Target, before: Target) -> bool:
    now, then = said(target), said(before)
    looser = [then, attrs.evolve(then, anytime=False)]
    looser += [attrs.evolve(each, matching=now.matching, reads=now.reads) for each in looser]
    is_team = target.kind.receiver == before.kind.receiver == "member"
    can_match = set(then.matching) <= set(now.matching)
    return (is_team or target.kind == before.kind) and now in (looser if can_match else looser[:2])


def _without(entries: tuple[Entry, ...], spans: frozenset[Span | None]) -> tuple[Entry, ...]:
    kept: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Block):
            kept.append(attrs.evolve(entry, entries=_without(entry.entries, spans)))
        elif entry.span not in spans:
            kept.append(entry)
    return tuple(kept)


# -- claims --

Claim: TypeAlias = Callable[[Counted], None]

CLAIMS: list[Claim] = []
"""Those of the modules imported so far."""

SHARED = 200
"""Policies on which every claim is tried, drawn and counted once for all of them."""


def claim(held: Claim) -> Callable[[], None]:
    """Make a claim a law of its own, and one of `CLAIMS`."""
    CLAIMS.append(held)

    @wraps(held)
    def law() -> None:
        for of in shared():
            try:
                held(of)
            except BaseException as broken:
                broken.add_note(of.written.text)
                raise

    del law.__wrapped__  # pytest would take what the claim is told of for a fixture
    return law


@cache
def shared() -> tuple[Counted, ...]:
    """Return the policies on which the claims are tried: the same in every run."""
    found: list[Counted] = []

    @settings(max_examples=SHARED, derandomize=True, deadline=None, database=None)
    @given(tiny())
    def draw(policy: Written) -> None:
        found.append(counted(policy))

    draw()
    return tuple(found)
