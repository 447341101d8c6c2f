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
from typing import TypeAlias

import attrs

from turnout.compiler.candidates import Behind, at_least, behind, both, either, while_open
from turnout.compiler.leads.timeline import kinds
from turnout.compiler.outcomes import End
from turnout.compiler.program import Attempt
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import ALWAYS, NEVER, Condition, Not, Open, atoms
from turnout.dsl.policy import Policy, Sla, Validity
from turnout.dsl.promises import MOST_HOPS, Reached
from turnout.dsl.targets import DRAWN, Accepting, Target, said
from turnout.dsl.wording import parts
from turnout.dsl.zones import zone
from turnout.frozen import attribute, frozen

_Wanted: TypeAlias = Callable[[str], bool]


@frozen
class Missed:
    """What can become of leads whose SLA is missed.

    leads: those that somebody can have and miss, at the moment of the decision. end: to whom
    they can go then.
    """

    leads: Condition
    end: End


@frozen(eq=False)
class Giving:
    """Whom the ends of chains can give leads to, by a policy.

    since: the day from which on moments come. asks_clock: whether what is asked of the leads
    asks what is open, so that it matters when somebody works. Thousands of rules send to a
    few chains, so that each answer is kept.
    """

    policy: Policy
    since: date
    asks_clock: bool = False
    _behind: dict[Target, Behind] = attribute(factory=dict[Target, Behind], repr=False)
    _known: dict[object, Condition] = attribute(factory=dict[object, Condition], repr=False)

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
        self,
        ended: Iterable[End],
        sla: Sla,
        attempts: tuple[Sequence[Attempt], Sequence[Attempt]],
        days: Validity | None = None,
    ) -> Iterator[Missed]:
        """Yield what can become of leads that came to these ends and whose SLA is missed.

        attempts: of the rule itself, and of the route's fallback. days: on which the rule of the
        SLA counts, None where it always does.
        """
        if not sla.moves:
            return
        own, last = attempts if sla.reassigns else ((), attempts[1])
        thens = [] if sla.then is None else [Attempt(sla.then.target, "sla", sla.then.span)]
        matters = self._names([*thens, *own, *last])
        soonest = self.soonest(sla, days)
        # Whoever else of the rule has it then can miss it, too.
        ended = [*ended, *(End(each, (), frozenset(), soonest) for each in own)]
        by_missed: dict[frozenset[str], list[Condition]] = {}
        for end in ended:
            for holder, leads in self._holders(end, sla, matters):
                by_missed.setdefault(holder, []).append(leads)
        dues = [(missed, either(had)) for missed, had in by_missed.items()]
        # First what asks least of a lead, so that a witness shows what matters.
        for missed, due in sorted(dues, key=lambda pair: len(list(atoms(pair[1])))):
            for each in own:
                if _name(each.target) not in missed:
                    yield Missed(due, End(each, (), missed, soonest))
            if not thens:
                yield from (Missed(due, End(each, (), missed, soonest)) for each in last)
            for then in thens:
                for extra, end in self._later(sla, then, last, missed, soonest):
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
        target = end.attempt.target
        here = self._of(target)
        if here.people is None:
            if self._is_ever_due(target, None, sla):
                yield frozenset({_name(target)}) & matters, self.leads(end)
            return
        by_name: dict[str, list[str]] = {}
        for name in here.people:
            if self._is_ever_due(target, name, sla):
                holder = f"person {name}"
                by_name.setdefault(holder if holder in matters else "", []).append(name)
        for holder, names in by_name.items():
            leads = self._given(end, frozenset(names), but=False)
            yield frozenset({holder} if holder else ()), leads

    def _is_ever_due(self, target: Target, person: str | None, sla: Sla) -> bool:
        """Return whether the time of an SLA ever passes for somebody who has a lead.

        It passes by their own hours, even where they were given the lead at any hour.
        """
        if person is None:
            place = self.policy.outlets[_name(target)]
            if place.until_free:
                return False
            hours = place.hours
        else:
            known = self.policy.people.get(person)
            hours = None if known is None else known.hours
            if hours is None and target.kind.word in DRAWN:
                hours = self.policy.teams[said(target).name].hours
        return sla.wall or hours is None or self._is_ever_open({self.policy.calendars[hours]})

    def soonest(self, sla: Sla | TimedOffer, days: Validity | None) -> datetime:
        """Return a moment before which nothing is due. A day is an hour shorter in spring."""
        start = datetime.combine(self.since, time(), UTC)
        if days is not None and days.first is not None:
            start = max(start, datetime.combine(days.first, time(), zone(days.zone)))
        return start + timedelta(minutes=max(sla.period.minutes - (0 if sla.wall else 60), 0))

    def _is_ever_open(self, calendars: Iterable[Calendar], after: datetime | None = None) -> bool:
        wanted = frozenset(calendars)
        came = (kind for kind in kinds(wanted, self.since) if after is None or kind.last > after)
        return any(wanted <= kind.open for kind in came)

    # -- who has the lead then --

    def _later(
        self,
        sla: Sla,
        then: Attempt,
        last: Sequence[Attempt],
        missed: frozenset[str],
        after: datetime,
    ) -> Iterator[tuple[Condition, End]]:
        """Yield the ends that come after `missed` had the lead, with further leads' conditions.

        after: before which nothing is due.
        """
        yield ALWAYS, End(then, (), missed, after)
        own, target = _name(then.target), then.target
        is_place = self._of(target).people is None
        if isinstance(target, Accepting) and not target.kind.is_worked:
            return  # it comes to rest there
        can_take = self.leads(End(then, (), missed, after))
        for at, attempt in enumerate(last):
            passed = tuple(last[:at])
            yield ALWAYS, End(attempt, (then, *passed), missed, after)
            if is_place and own not in missed and self._is_ever_due(target, None, sla):
                yield can_take, End(attempt, passed, missed | {own}, after)
            elif target.kind.word in DRAWN:
                yield from self._worn_out(sla, End(attempt, passed, missed, after))

    def _worn_out(self, sla: Sla, end: End) -> Iterator[tuple[Condition, End]]:
        """Yield the end where the SLA's team is asked no more: enough of it missed the lead."""
        assert end.attempt is not None
        assert sla.then is not None
        team = self._of(sla.then.target)
        here, people = team.people or {}, self._of(end.attempt.target).people or {}
        for name in (name for name in people if name in here):
            others = [
                one.leads
                for each, one in here.items()
                if each != name and f"person {each}" not in end.missed and one.is_active
                if self._is_ever_open(_hours(team, each, self.policy))
                and self._is_ever_due(sla.then.target, each, sla)
            ]
            yield at_least(MOST_HOPS, others), attrs.evolve(end, only=frozenset({name}))

    # -- whom an end gives leads to --

    def _given(self, end: End, people: frozenset[str] | None, *, but: bool) -> Condition:
        """Return the leads that an end can give to some of `people`, or to somebody `but` them.

        people: None is all of them. A place gives them to no person, so that it counts
        only where all are asked for, or `but` some.
        """
        assert end.attempt is not None
        targets = (end.attempt.target, *(each.target for each in end.passed))
        let_on = tuple(each for each in end.let_on if self._may_matter(each[0], targets[0]))
        asked = (targets, let_on, end.missed, end.after, end.only, people, but)
        if asked not in self._known:

            def is_wanted(name: str) -> bool:
                is_one = people is None or (name in people) is not but
                return is_one and (end.only is None or name in end.only)

            is_place_wanted = people is None or but
            found = self._taken(
                *targets,
                let_on=let_on,
                left_out=end.missed,
                after=end.after,
                wanted=is_wanted,
                place=is_place_wanted,
            )
            self._known[asked] = found if end.after is None else self._ever(found, end.after)
        return self._known[asked]

    def _taken(  # noqa: PLR0913 - what limits whom it is given to, each by name
        self,
        target: Target,
        *before: Target,
        let_on: Sequence[tuple[Target, Condition]],
        left_out: frozenset[str],
        after: datetime | None,
        wanted: _Wanted,
        place: bool,
    ) -> Condition:
        """Return the leads that a target can take once those before it passed them on."""
        passed = [each for each in before if _name(each) not in left_out]
        if _name(target) in left_out or any(isinstance(each, Accepting) for each in passed):
            return NEVER
        here = self._of(target)
        refused: list[tuple[Behind, Condition]] = [(self._of(each), ALWAYS) for each in passed]
        refused += [(self._of(each), asked) for each, asked in let_on]
        if here.people is None:
            return self._to(here, None, refused, after) if place else NEVER
        names = (name for name in here.people if wanted(name))
        return either(
            self._to(here, name, refused, after)
            for name in names
            if f"person {name}" not in left_out
        )

    def _to(
        self,
        here: Behind,
        person: str | None,
        passed: Iterable[tuple[Behind, Condition]],
        after: datetime | None,
    ) -> Condition:
        """Return the leads that can be given to a person, or to a place, once others passed.

        passed: each with the leads that it was asked about. after: as `End` has it.
        """
        one = None if person is None or here.people is None else here.people[person]
        if one is not None and not one.is_active:
            return NEVER
        parts_ = [
            self._passes(each, here, person)
            if asked == ALWAYS
            else either([Not(asked), self._passes(each, here, person)])
            for each, asked in passed
        ]
        own = _hours(here, person, self.policy)
        if self.asks_clock or any(isinstance(a, Open) for part in parts_ for a in atoms(part)):
            parts_ += [Open(calendar) for calendar in own]
        elif not self._is_ever_open(own, after):
            return NEVER
        return both(ALWAYS if one is None else one.leads, *parts_)

    def _passes(self, refused: Behind, here: Behind, person: str | None) -> Condition:
        """Return the leads that `refused` can pass on although `here` can take them."""
        is_same = refused.source == here.source
        one = None if refused.people is None or person is None else refused.people.get(person)
        if one is None and not (is_same and here.people is None):
            return ALWAYS  # it isn't about them
        known = NEVER if one is None else one.leads if is_same else one.certain
        if one is not None and not is_same and (refused.caps or one.caps or known == NEVER):
            return ALWAYS
        extra = _hours(refused, person, self.policy) - _hours(here, person, self.policy)
        closed = [Not(Open(calendar)) for calendar in sorted(extra, key=_calendar_name)]
        is_theirs = one is None or known == ALWAYS or (is_same and not one.is_certain)
        return either([*closed, NEVER if is_theirs else Not(known)])

    def _may_matter(self, refused: Target, target: Target) -> bool:
        """Return whether that one target passed leads on can say something about another."""
        one, two = self._of(refused), self._of(target)
        if one.source == two.source:
            return True
        return not (one.people or {}).keys().isdisjoint(two.people or {})

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
        return either(dict.fromkeys(while_open(condition, kind.open) for kind in came))


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
    one = here.people[person] if person is not None and here.people is not None else None
    names = (here.hours, None if one is None else one.hours)
    asked = frozenset(policy.calendars[name] for name in names if name is not None)
    return asked if one is None or one.membership is None else asked | {one.membership}
