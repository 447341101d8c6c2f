"""Whom the ends of chains can give leads to, at which moments, and after a missed SLA.

Anybody may be away or at a cap when a lead arrives, and a partner full; only what always
accepts takes every lead. So a target can be given the lead if each one before it can pass
it on. What the policy says of absence makes no difference: it says who is away today.

Those before it say something about who is available, and it may not be contradicted: once
`person ana` has passed a lead on, no team gives it to her. She is free again only for a
reason that doesn't matter to the later target: its hours aren't asked (`anytime`), the
team that passed her over was closed or full and not she, or she doesn't serve what was to
be matched. Where that depends on the lead or on what is open, it is a condition, so that
the answer stays exact: calendars are those of one timeline.

A missed SLA (`missed`) gives the lead to the SLA's target, at a later moment; where that
can't take it, or has missed it, too, and after `MOST_HOPS`, to the route's fallback. Whoever
missed it is left out of both.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import TypeAlias, assert_never

import attrs

from turnout.compiler.candidates import Behind, behind, both, either
from turnout.compiler.leads.timeline import kinds
from turnout.compiler.outcomes import End, ends
from turnout.compiler.program import Attempt
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import ALWAYS, NEVER, And, Atom, Condition, Named, Not, Open, Or, atoms
from turnout.dsl.policy import Policy, Sla
from turnout.dsl.promises import MOST_HOPS, Reached
from turnout.dsl.targets import DRAWN, Accepting, Target, said
from turnout.dsl.wording import parts

MOST_SERVINGS = 8
"""Different things that members of a team serve, up to which it is counted who serves a lead."""

_Wanted: TypeAlias = Callable[[str], bool]


@attrs.frozen
class Missed:
    """What can become of leads whose SLA is missed.

    leads: those that somebody can have and miss, at the moment of the decision. end: to whom
    they can go then.
    """

    leads: Condition
    end: End


@attrs.frozen(eq=False)
class Giving:
    """Whom the ends of chains can give leads to, by a policy.

    since: the day from which on moments come. asks_clock: whether what is asked of the leads
    asks what is open, so that it matters when somebody works. Thousands of rules send to a
    few chains, so that each answer is kept.
    """

    policy: Policy
    since: date
    asks_clock: bool = False
    _behind: dict[Target, Behind] = attrs.field(factory=dict[Target, Behind], repr=False)
    _known: dict[object, Condition] = attrs.field(factory=dict[object, Condition], repr=False)

    def leads(self, end: End) -> Condition:
        """Return the leads that `end` can come about for."""
        return ALWAYS if end.attempt is None else self._given(end, None, but=False)

    def leads_to(self, end: End, reached: Reached) -> Condition:
        """Return the leads that `end` can give to `reached`."""
        if end.attempt is None:
            return NEVER
        if _is_named(end.attempt.target, reached):
            return self.leads(end)
        if reached.kind != "person":
            return NEVER
        return self._given(end, frozenset({reached.name}), but=False)

    def leads_to_others(self, end: End, reached: Sequence[Reached]) -> Condition:
        """Return the leads that `end` can give to none of `reached`, nobody included."""
        if end.attempt is None:
            return ALWAYS
        if any(_is_named(end.attempt.target, each) for each in reached):
            return NEVER
        named = frozenset(each.name for each in reached if each.kind == "person")
        return self._given(end, named, but=True)

    def missed(
        self, attempts: Sequence[Attempt], sla: Sla, last: Sequence[Attempt]
    ) -> Iterator[Missed]:
        """Yield what can become of leads of these attempts whose SLA is missed."""
        if sla.then is None:
            return
        then = Attempt(sla.then.target, "sla", sla.then.span)
        matters = self._names([then, *last])
        by_missed: dict[frozenset[str], list[Condition]] = {}
        for end in ends(attempts):
            for holder, leads in self._holders(end, sla, matters):
                by_missed.setdefault(holder, []).append(leads)
        after = self._soonest(sla)
        dues = [(missed, either(had)) for missed, had in by_missed.items()]
        # First what asks least of a lead, so that a witness shows what matters.
        for missed, due in sorted(dues, key=lambda pair: len(list(atoms(pair[1])))):
            for extra, end in self._later(then, last, missed, after):
                whole = both(due, extra)
                if whole != NEVER:
                    yield Missed(whole, end)

    # -- who misses an SLA --

    def _names(self, attempts: Iterable[Attempt]) -> frozenset[str]:
        """Return who stands behind targets, as those who miss an SLA are named."""
        found: set[str] = set()
        for attempt in attempts:
            found.add(_name(attempt.target))
            found.update(f"person {name}" for name in self._of(attempt.target).people or ())
        return frozenset(found)

    def _holders(
        self, end: End, sla: Sla, matters: frozenset[str]
    ) -> Iterator[tuple[frozenset[str], Condition]]:
        """Yield who can have leads at an end and miss them; nobody where it doesn't matter who."""
        if end.attempt is None or not end.attempt.target.kind.is_worked:
            return
        here = self._of(end.attempt.target)
        if here.people is None:
            if sla.wall or self._is_ever_open(_hours(here, None, self.policy)):
                yield frozenset({_name(end.attempt.target)}) & matters, self.leads(end)
            return
        by_name: dict[str, list[str]] = {}
        for name, one in here.people.items():
            own = None if one.known is None else one.known.hours
            is_drawn = end.attempt.target.kind.word in DRAWN
            own = own or (
                self.policy.teams[said(end.attempt.target).name].hours if is_drawn else None
            )
            if sla.wall or own is None or self._is_ever_open({self.policy.calendars[own]}):
                holder = f"person {name}"
                by_name.setdefault(holder if holder in matters else "", []).append(name)
        for holder, names in by_name.items():
            leads = self._given(end, frozenset(names), but=False)
            yield frozenset({holder} if holder else ()), leads

    def _soonest(self, sla: Sla) -> datetime:
        """Return a moment before which nothing is due. A day is an hour shorter in spring."""
        start = datetime.combine(self.since, time(), UTC)
        return start + timedelta(minutes=max(sla.period.minutes - (0 if sla.wall else 60), 0))

    def _is_ever_open(self, calendars: Iterable[Calendar]) -> bool:
        wanted = frozenset(calendars)
        return any(wanted <= kind.open for kind in kinds(wanted, self.since))

    # -- who has the lead then --

    def _later(
        self, then: Attempt, last: Sequence[Attempt], missed: frozenset[str], after: datetime
    ) -> Iterator[tuple[Condition, End]]:
        """Yield the ends that come after `missed` had the lead, with further leads' conditions."""
        yield ALWAYS, End(then, (), missed, after)
        own, target = _name(then.target), then.target
        is_place = self._of(target).people is None
        if isinstance(target, Accepting) and not target.kind.is_worked:
            return  # it comes to rest there
        fallback = [(at, attempt) for at, attempt in enumerate(last)]
        for at, attempt in fallback:
            passed = tuple(last[:at])
            yield ALWAYS, End(attempt, (then, *passed), missed, after)
            if is_place and own not in missed:
                can_take = self._ever(
                    self._given(End(then, (), missed, after), None, but=False), after
                )
                yield can_take, End(attempt, passed, missed | {own}, after)
            elif not is_place:
                yield from self._worn_out(then, attempt, passed, missed, after)

    def _worn_out(
        self,
        then: Attempt,
        attempt: Attempt,
        passed: tuple[Attempt, ...],
        missed: frozenset[str],
        after: datetime,
    ) -> Iterator[tuple[Condition, End]]:
        """Yield the end where the SLA's target is asked no more: enough others missed the lead."""
        here, people = self._of(then.target), self._of(attempt.target).people or {}
        if here.people is None or then.target.kind.word not in DRAWN:
            return
        for name in (name for name in people if name in here.people):
            others = {
                each: one.leads
                for each, one in here.people.items()
                if each != name and f"person {each}" not in missed and one.is_active
                if self._is_ever_open(_hours(here, each, self.policy))
            }
            enough = _at_least(MOST_HOPS, list(others.values()))
            yield enough, End(attempt, passed, missed, after, frozenset({name}))

    # -- whom an end gives leads to --

    def _given(self, end: End, people: frozenset[str] | None, *, but: bool) -> Condition:
        """Return the leads that an end can give to some of `people`, or to somebody `but` them.

        people: None is all of them. A place gives them to no person, so that it counts
        only where all are asked for, or `but` some.
        """
        assert end.attempt is not None
        targets = (end.attempt.target, *(each.target for each in end.passed))
        asked = (targets, end.missed, end.after, end.only, people, but)
        if asked not in self._known:

            def is_wanted(name: str) -> bool:
                is_one = people is None or (name in people) is not but
                return is_one and (end.only is None or name in end.only)

            is_place_wanted = people is None or but
            found = self._taken(
                *targets, left_out=end.missed, wanted=is_wanted, place=is_place_wanted
            )
            self._known[asked] = found if end.after is None else self._ever(found, end.after)
        return self._known[asked]

    def _taken(
        self,
        target: Target,
        *before: Target,
        left_out: frozenset[str],
        wanted: _Wanted,
        place: bool,
    ) -> Condition:
        """Return the leads that a target can take once those before it passed them on."""
        passed = [each for each in before if _name(each) not in left_out]
        if _name(target) in left_out or any(isinstance(each, Accepting) for each in passed):
            return NEVER
        here, refused = self._of(target), [self._of(each) for each in passed]
        if here.people is None:
            return self._to(here, None, refused) if place else NEVER
        names = (name for name in here.people if wanted(name))
        return either(
            self._to(here, name, refused) for name in names if f"person {name}" not in left_out
        )

    def _to(self, here: Behind, person: str | None, passed: Iterable[Behind]) -> Condition:
        """Return the leads that can be given to a person, or to a place, once others passed."""
        one = None if person is None or here.people is None else here.people[person]
        if one is not None and not one.is_active:
            return NEVER
        parts_ = [self._passes(each, here, person) for each in passed]
        own = _hours(here, person, self.policy)
        if self.asks_clock or any(isinstance(a, Open) for part in parts_ for a in atoms(part)):
            parts_ += [Open(calendar) for calendar in own]
        elif not self._is_ever_open(own):
            return NEVER
        return both(ALWAYS if one is None else one.leads, *parts_)

    def _passes(self, refused: Behind, here: Behind, person: str | None) -> Condition:
        """Return the leads that `refused` can pass on although `here` can take them."""
        is_same = refused.source == here.source
        one = None if refused.people is None or person is None else refused.people.get(person)
        if one is None and not (is_same and here.people is None):
            return ALWAYS  # it isn't about them
        if one is not None and not is_same and (refused.caps or one.caps or not one.is_certain):
            return ALWAYS
        extra = _hours(refused, person, self.policy) - _hours(here, person, self.policy)
        closed = [Not(Open(calendar)) for calendar in sorted(extra, key=_calendar_name)]
        is_theirs = one is None or one.leads == ALWAYS or not one.is_certain
        return either([*closed, NEVER if is_theirs or one is None else Not(one.leads)])

    def _of(self, target: Target) -> Behind:
        if target not in self._behind:
            self._behind[target] = behind(self.policy, target)
        return self._behind[target]

    def _ever(self, condition: Condition, after: datetime) -> Condition:
        """Return the leads for which a condition holds at some moment after another."""
        asked = frozenset(atom.calendar for atom in atoms(condition) if isinstance(atom, Open))
        if not asked:
            return condition
        came = (kind for kind in kinds(asked, self.since) if kind.last > after)
        return either(dict.fromkeys(_when(condition, kind.open) for kind in came))


def _name(target: Target) -> str:
    """Return a target as one that misses an SLA is named."""
    return " ".join(parts(target)).strip()


def _calendar_name(calendar: Calendar) -> str:
    return calendar.name


def _is_named(target: Target, reached: Reached) -> bool:
    """Return whether a target is what `reached` names."""
    return (reached.kind, reached.name) == (target.kind.reached, said(target).name)


def _hours(here: Behind, person: str | None, policy: Policy) -> frozenset[Calendar]:
    """Return the calendars that must be open for a lead to be given, to a person or at all."""
    own = here.people[person].hours if person is not None and here.people is not None else None
    return frozenset(policy.calendars[name] for name in (here.hours, own) if name is not None)


def _when(condition: Condition, open_: frozenset[Calendar]) -> Condition:
    """Return what a condition asks of a lead while just these calendars are open."""
    if isinstance(condition, Open):
        return ALWAYS if condition.calendar in open_ else NEVER
    if isinstance(condition, Atom):
        return condition
    match condition:
        case And(inner):
            return both(*(_when(part, open_) for part in inner))
        case Or(inner):
            return either(_when(part, open_) for part in inner)
        case Not(part):
            asked = _when(part, open_)
            return NEVER if asked == ALWAYS else ALWAYS if asked == NEVER else Not(asked)
        case Named():
            return condition
        case _:
            assert_never(condition)


def _at_least(count: int, conditions: Sequence[Condition]) -> Condition:
    """Return the leads that so many of the conditions hold for.

    With more different ones than `MOST_SERVINGS`, those for which that many of one do.
    """
    times: dict[Condition, int] = {}
    for each in conditions:
        if each != NEVER:
            times[each] = times.get(each, 0) + 1
    distinct = list(times)
    sizes = range(1, len(distinct) + 1) if len(distinct) <= MOST_SERVINGS else (1,)
    enough = (
        both(*chosen)
        for size in sizes
        for chosen in combinations(distinct, size)
        if sum(times[each] for each in chosen) >= count
    )
    return ALWAYS if count <= 0 else either(enough)
