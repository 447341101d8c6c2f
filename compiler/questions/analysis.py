"""One route as regions: what every exact check of it starts from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from typing import assert_never

import attrs

from turnout.compiler.leads.boxes import merged, parts
from turnout.compiler.leads.budget import (
    USUAL,
    Budget,
    Meter,
    OutOfSteps,
    OutOfTexts,
    look,
)
from turnout.compiler.leads.ground import Ground
from turnout.compiler.leads.index import IMPOSSIBLE, Index, index
from turnout.compiler.leads.possible_texts import real
from turnout.compiler.leads.regions import Masks, Region, Regions, find, truth
from turnout.compiler.leads.search import uncovered, uncovered_by_most
from turnout.compiler.leads.space import Box, Space
from turnout.compiler.leads.text_languages import AT_A_GLANCE
from turnout.compiler.leads.witness import Example
from turnout.compiler.meaning.interpreter import Match, match
from turnout.compiler.outcomes import Outcome, outcome
from turnout.compiler.program import Program, RouteProgram
from turnout.compiler.questions.limits import EVERY_LEAD, sure
from turnout.compiler.questions.per_condition import PerCondition
from turnout.compiler.questions.route_ground import moments_ground
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or, atoms
from turnout.dsl.policy import Entry, Policy, Rule
from turnout.frozen import attribute, frozen

_MADE = ("taken", "outcomes", "index", "union", "letting_on", "rules")
"""What an analysis makes once that no budget changes."""


@frozen(slots=False, eq=False)
class Analysis:
    """A route, its ground, and the region of each of its clauses.

    budget: what each question may take. known: regions of clauses, by number, that another
    version has made of the same space. answers: to questions about all regions together, which
    hold for every version that has the same ones.
    """

    program: Program
    route: RouteProgram
    ground: Ground
    budget: Budget = USUAL
    known: Mapping[int, Region] = attribute(factory=dict[int, Region], repr=False)
    answers: dict[str, object] = attribute(factory=dict[str, object], repr=False)
    _remaining: dict[int, Masks | OutOfSteps | None] = attribute(
        factory=dict[int, Masks | OutOfSteps | None], repr=False
    )

    def budgeted(self, budget: Budget) -> "Analysis":
        """Return it with another budget; what was made of it already isn't made again."""
        found = attrs.evolve(self, budget=budget)
        vars(found).update({name: vars(self)[name] for name in _MADE if name in vars(self)})
        return found

    def with_regions_of(self, before: "Analysis") -> "Analysis":
        """Return it with what another version has worked out, if its clauses are the same sets."""
        is_same = self.ground is before.ground and self.letting_on == before.letting_on
        if not is_same or self.taken != before.taken:
            return self
        found = attrs.evolve(self, answers=before.answers)
        made = (name for name in ("index", "union") if name in vars(before))
        vars(found).update({name: vars(before)[name] for name in made})
        vars(found).update(taken=before.taken, letting_on=self.letting_on)
        return found

    @property
    def regions(self) -> Regions:
        """The regions of the space."""
        return self.ground.regions

    @property
    def space(self) -> Space:
        """The space of leads, as fine as the policy's conditions need it."""
        return self.ground.space

    @property
    def possible(self) -> tuple[Region, ...]:
        """What every lead is outside of: combinations that can't be."""
        return self.ground.possible

    @cached_property
    def taken(self) -> tuple[Region, ...]:
        """The region that each clause describes, in order. Raises OutOfTime."""
        look()
        return tuple(
            self.known[at] if at in self.known else self.regions.region(clause.condition)
            for at, clause in enumerate(self.route.clauses)
        )

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What becomes of the leads that each clause takes, in order."""
        return tuple(outcome(clause) for clause in self.route.clauses)

    @cached_property
    def index(self) -> Index:
        """The clauses' boxes, by what they meet. Raises OutOfTime."""
        look()
        return index(self.space, self.taken)

    @cached_property
    def union(self) -> Index:
        """Fewer boxes that together are what the clauses take, those of webs left out."""
        kept = self.stopping(range(len(self.taken)))
        owned = (box for at in kept for box in self.index.boxes[at] or ())
        boxes = merged(owned, self.space.full)
        return Index(self.space.full, [(box,) for box in boxes], self.space.impossible)

    @cached_property
    def letting_on(self) -> frozenset[int]:
        """The clauses whose leads may yet go on to the next ones."""
        return frozenset(at for at, clause in enumerate(self.route.clauses) if clause.lets_on)

    @cached_property
    def rules(self) -> Mapping[int, Sequence[Rule]]:
        """The route's rules as they are written, by where they start in their file."""
        found: dict[int, list[Rule]] = {}
        for rule in _rules(self.program.policy.routes[self.route.name].entries):
            found.setdefault(rule.span.start, []).append(rule)
        return found

    def stopping(self, clauses: Sequence[int]) -> Sequence[int]:
        """Return those of these clauses behind which none of their leads comes."""
        if not self.letting_on:
            return clauses
        return [at for at in clauses if at not in self.letting_on]

    @cached_property
    def satisfiable(self) -> tuple[int, ...]:
        """The clauses whose condition some lead satisfies. Raises OutOfSteps."""
        found = (at for at, region in enumerate(self.taken) if self.find([region]) is not None)
        return tuple(found)

    def ran(self, lead: Example) -> Match:
        """Return what the reference interpreter says of a lead."""
        return match(self.program.policy, self.route.name, lead.values, lead.clock)

    def is_lead(self, point: Masks) -> bool:
        """Return whether a point outside of what is impossible is known to be a lead."""
        try:
            return all(axis.narrowed(point, Meter(0), AT_A_GLANCE) for axis in self.space.tight)
        except OutOfTexts:
            return False

    def left(self, at: int) -> Region:
        """Return the region that clause `at` leaves."""
        return self.regions.region(self.route.clauses[at].condition, holds=False)

    def find(self, regions: Iterable[Region], *, outside: Iterable[int] = ()) -> Masks | None:
        """Return a box of leads in all of `regions` that none of these clauses keeps.

        A clause that lets leads on keeps none. Raises OutOfSteps.
        """
        meter = self.budget.meter()
        meter.take()
        if not isinstance(outside, range):
            outside = sorted(outside)
        is_whole = outside == range(len(self.taken))
        outside = self.stopping(outside)
        wanted = self.regions.both(regions)
        whole = parts(wanted, self.space.full)
        if whole is None:
            return self._searched(wanted, outside, meter)
        chosen = self.union if is_whole else self.index
        among = chosen.impossible | chosen.of_all if is_whole else chosen.among(outside)
        webs = [at for at in outside if self.index.boxes[at] is None] if self.index.webs else []
        for sides in whole.boxes:
            box = self.within(sides)
            if any(truth(self.taken[at], box) is not False for at in webs):
                found = self._searched(Region(sides, wanted.eithers), outside, meter)
            else:

                def search(refuted: Sequence[Box], box: Masks = box) -> Masks | None:
                    return _found(chosen, box, [*whole.without, *refuted], among, meter)

                found = real(self.space.tight, search, meter)
            if found is not None:
                return found
        return None

    def remaining(self, at: int) -> Masks | None:
        """Return a box of leads that clause `at` gets or is passed, None where there are none.

        Several checks ask, so the answer is kept. Raises OutOfSteps.
        """
        if at not in self._remaining:
            try:
                self._remaining[at] = self.find([self.taken[at]], outside=range(at))
            except OutOfSteps as stopped:
                self._remaining[at] = stopped
        found = self._remaining[at]
        if isinstance(found, OutOfSteps):
            raise type(found)
        return found

    def remember(self, at: int, left: Masks) -> None:
        """Keep a box of leads that clause `at` is known to get."""
        self._remaining[at] = left

    def _searched(self, wanted: Region, outside: Iterable[int], meter: Meter) -> Masks | None:
        """Return what `find` returns, by the search that needs no boxes."""
        start = self.within(wanted.box)
        met = [at for at in sorted(outside) if truth(self.taken[at], start) is not False]
        regions = [wanted, *(self.left(at) for at in met), *self.possible]
        return find(self.space, regions, meter)

    def within(self, sides: Box) -> Masks:
        """Return the leads within these sides, as a box with a mask for every dimension."""
        box = list(self.space.full)
        for at, mask in sides:
            box[at] = mask if box[at] is self.space.full[at] else box[at] & mask
        return tuple(box)

    def meeting(self, at: int) -> list[int]:
        """Return the earlier clauses that share a lead with clause `at`, at first sight."""
        return self.index.clauses_meeting(self.taken[at], at)

    def shares(self, wanted: Region, before: int) -> dict[int, float]:
        """Return the clauses before `before` that keep leads of `wanted`, with each one's share.

        The share is counted in classes, box by box; a clause whose shares overlap is given
        a little more than it takes.
        """
        found: dict[int, float] = {}
        whole = parts(wanted, self.space.full)
        stopping = self.stopping(range(before))
        among = self.index.among(stopping)
        for sides in [wanted.box] if whole is None else whole.boxes:
            box = self.within(sides)
            for by, cover in self.index.meeting(box, among):
                if by != IMPOSSIBLE:
                    found[by] = found.get(by, 0.0) + _share(box, cover)
        for by in self.index.webs:
            if by in stopping:
                found[by] = _share(self.within(wanted.box), self.taken[by].box)
        return found


def _found(
    known: Index, box: Masks, without: Sequence[Box], among: int, meter: Meter
) -> Masks | None:
    """Return a part of `box` that no box of `without`, or of a set, meets; None without one."""
    if known.takes_all(box, among):
        return None
    quick = known.descent(box, among, without)
    if quick is not None:
        return quick
    most = known.most(box, among)
    if most is not None:
        return uncovered_by_most(box, known.columns, most, without, meter)
    covers = (cover for _, cover in known.meeting(box, among))
    return uncovered(box, [*without, *covers], meter)


def _share(box: Masks, cover: Box) -> float:
    share = 1.0
    for at, mask in cover:
        share *= (box[at] & mask).bit_count() / box[at].bit_count()
    return share


def _rules(entries: Iterable[Entry]) -> Iterator[Rule]:
    for entry in entries:
        if isinstance(entry, Rule):
            yield entry
        else:
            yield from _rules(entry.entries)


def analyse(
    program: Program,
    route: str,
    budget: Budget = USUAL,
    *,
    also: Iterable[Atom] = (),
    before: Analysis | None = None,
) -> Analysis:
    """Return the analysis of one route of `program`.

    budget: what each question may take. also: further atoms that its questions use. before:
    that of a version with the same schema, territories and segments; what is the same is
    not made again.
    """
    chosen = program.routes[route]
    if before is not None and not also and _asks_the_same(before, program, chosen):
        return Analysis(program, chosen, before.ground, budget)
    found, is_own = _atoms(program.policy, chosen)
    asked = tuple(dict.fromkeys([*found, *also]) if also else found)
    if before is not None and before.ground.asked == asked:
        return Analysis(program, chosen, before.ground, budget)
    is_own = is_own and len(asked) == len(found)
    return Analysis(program, chosen, moments_ground(program, route, asked, is_own=is_own), budget)


def _asks_the_same(before: Analysis, program: Program, route: RouteProgram) -> bool:
    """Return whether an edited route is sure to ask what it asked before, in the same order."""
    was, now = before.program.policy, program.policy
    people = (was.people, was.teams, was.outlets, was.calendars)
    if people != (now.people, now.teams, now.outlets, now.calendars):
        return False
    old, new = before.route.clauses, route.clauses
    if len(old) != len(new):
        return False
    differing = ((one, two) for one, two in zip(old, new, strict=True) if one is not two)
    for one, two in differing:
        if one.attempts != two.attempts:
            return False
        if one.condition is not two.condition and list(atoms(one.condition)) != list(
            atoms(two.condition)
        ):
            return False
    return True


def _atoms(policy: Policy, route: RouteProgram) -> tuple[list[Atom], bool]:
    """Return the atoms that a question about the route may use, each once, in order.

    The second is whether they are those of its conditions, and in the same order.
    """
    found: dict[Atom, None] = {}
    opened: set[str] = set()
    is_own = True
    sure_of = cache(partial(sure, policy))  # thousands of rules send to a few teams
    for clause in route.clauses:
        around = (outer.condition for outer in clause.around)
        for condition in (*around, *clause.asked):
            _open(condition, found, opened)
        certain = [each for attempt in clause.attempts for each in sure_of(attempt.target)]
        if EVERY_LEAD not in certain:  # else nobody asks who can pass a lead on
            own = len(found)
            found.update(dict.fromkeys(atom for each in certain for atom in atoms(each.leads)))
            is_own = is_own and len(found) == own
    return list(found), is_own


_WRITTEN: PerCondition[tuple[Atom | Named, ...]] = PerCondition()


def _open(condition: Condition, found: dict[Atom, None], opened: set[str]) -> None:
    """Add the atoms of a condition, in order, each name opened once."""
    for each in _WRITTEN.of(condition, _written):
        if not isinstance(each, Named):
            found[each] = None
        elif each.name not in opened:
            opened.add(each.name)
            _open(each.meaning, found, opened)


def _written(condition: Condition) -> tuple[Atom | Named, ...]:
    """Return the atoms and names that are written in a condition, in order."""
    found = list[Atom | Named]()
    pending = [condition]
    while pending:
        asked = pending.pop()
        if isinstance(asked, Atom):
            found.append(asked)
            continue
        match asked:
            case And(parts) | Or(parts):
                pending.extend(reversed(parts))
            case Not(part):
                pending.append(part)
            case Named():
                found.append(asked)
            case _:
                assert_never(asked)
    return tuple(found)
