"""The life of an assignment that can be seen to be right: offers, steps of SLAs, queues, claims.

Written from the pages of docs/language alone (life, sla, availability, people), beside the obvious
router, which it asks who can be given a lead. It shares nothing with what the runtime does with
leads that were decided: the laws hold escalation, offers, waiting queues and deeds to it, in
each store.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import lcm

import attrs

from tests.support.obvious import MINUTE, Held, Obvious, ends_on_the_wall
from turnout.compiler.meaning.interpreter import Match, Result, decided, match, settle
from turnout.compiler.meaning.situations import Earlier, Situation, history
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Rule, Sla
from turnout.dsl.promises import MOST_HOPS, Period
from turnout.dsl.targets import PreviousOwner, Target, ToOwner, ToPerson
from turnout.dsl.types import Values
from turnout.dsl.wording import parts
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.draw import LEVEL, Roster, Turns, settled
from turnout.runtime.leads import Lead

ENDED = {"converted", "closed", "returned"}
GIVEN = {"assigned", "offered"}
HAD = GIVEN | {"accepted", "contacted"}
ANY = HAD | {"queued", "unworked"}
ALLOWED = {
    "accept": GIVEN,
    "reject": GIVEN,
    "contacted": ANY - {"contacted"},
    "converted": ANY,
    "close": ANY,
    "release": HAD,
    "return": HAD - {"offered"},
}
"""What can be done with a lead that stands so."""

STATUS = {"accept": "accepted", "close": "closed", "return": "returned"}
Attempts = tuple[tuple[Target, str], ...]
_PLACES = {"queue", "sequence", "reject", "current-owner"}


@attrs.define
class Life(Held):
    """A lead, who has it, and what is to come.

    status: as on the page. own: the rule itself named whoever has it. declined: who gave it up.
    since: from when its steps are counted; step: the next one, from 0; is_timed: one of them was
    to come when its time was noted. expires: of an offer. came_from: the queue that it was claimed
    from. hops: how often its SLA moved it.
    """

    rule: str | None = None
    status: str = "assigned"
    own: bool = False
    declined: list[str] = attrs.Factory(list[str])
    since: datetime | None = None
    step: int = 0
    is_timed: bool = False
    expires: datetime | None = None
    came_from: str = ""
    hops: int = 0

    @property
    def touch_by(self) -> datetime | None:
        """When somebody must have touched the lead; None where nothing is due any more."""
        return None if self.status in {*ENDED, "contacted"} else self.due


Told = tuple[str, str, str]
"""A lead, who had it, and who has it now; both the same where there is only an alert."""


@attrs.define
class ObviousLife(Obvious):
    """An obvious router that also knows what becomes of a lead after it was decided."""

    lives: dict[str, Life] = attrs.Factory(dict[str, Life])

    # -- decided, and decided anew --

    def arrived(self, lead: Lead, at: datetime) -> Life:
        """Return how a lead stands that is decided now, for the first time or anew."""
        assert lead.id is not None
        old = self.lives.get(lead.id)
        earlier = [each.earlier for each in self.held]
        before = history(self.policy, lead.id, lead.values, at, earlier)
        values = {**lead.values, **before.facts}
        said = match(self.policy, self.route, values, at)
        if old is not None:  # who is to have it is asked as if nobody had it
            self._let_go(old)
        leg, result = decided(said, self._accept(values, at))
        told = Earlier(lead.id, lead.values, at, self._owner(result, values))
        new = Life(lead, values, told, ("none", "", None), [], None, rule=leg.rule)
        new.reasons = [reason for _, reason in result.passed_over]
        self.lives[lead.id] = new
        self.held = [*(each for each in self.held if each is not old), new]
        self._handed(new, result, at, leg)
        return new

    def _owner(self, result: Result, values: Values) -> str | None:
        """Return whose the lead is: who has it, or for whom somebody stands in."""
        if result.attempt is None or result.assignee is None:
            return None
        match result.attempt[0]:
            case ToPerson(name):
                return name
            case ToOwner(field):
                return str(values[field])
            case PreviousOwner():
                return str(values[PREVIOUS_OWNER])
            case _:
                return result.assignee

    # -- who has a lead --

    def _handed(self, life: Life, result: Result, at: datetime, leg: Match) -> None:
        """Remember that somebody has a lead from now on, as if it had just been decided."""
        life.holder, life.gift = ("none", "", None), None
        life.own = False
        if result.attempt is not None:
            life.holder = self._receive(result, at)
            life.gift = self._last_gift
            life.own = result.attempt[1] == f"rule {life.rule}"
        life.earlier = attrs.evolve(life.earlier, owner=self._owner(result, life.values))
        life.status = self._first_status(life)
        life.step, life.since, life.came_from = 0, at, ""
        life.due = None if self._waits_for_acceptance(life) else self._due(life, 0, at)
        self._noted(life)
        self._offer(life, leg.offer, at)

    def _first_status(self, life: Life) -> str:
        kind, _, person = life.holder
        if kind == "queue":
            return "queued"
        return "assigned" if person is not None or kind == "partner" else "unworked"

    def _let_go(self, life: Life) -> None:
        """Remember that whoever has a lead has it no more."""
        if life.status not in ENDED:
            self.released(life)

    def _noted(self, life: Life) -> None:
        """Note whether a step is to come at the time that is due."""
        sla = self._sla(life)
        life.is_timed = life.due is not None and sla is not None and bool(sla.steps)

    def _sla(self, life: Life) -> Sla | None:
        """Return the SLA of a lead's rule as the policy now is."""
        return self._leg(life).sla

    def _waits_for_acceptance(self, life: Life) -> bool:
        sla = self._sla(life)
        is_counted_so = sla is not None and sla.from_acceptance
        return is_counted_so and life.own and life.holder[2] is not None

    def _due(self, life: Life, step: int, since: datetime) -> datetime | None:
        """Return when a step of a lead's SLA is up, by the hours of whoever has it."""
        kind, name, _ = life.holder
        sla = self._sla(life)
        if sla is None or kind in {"none", "sequence", "reject", "current-owner"}:
            return None
        if kind == "queue" and self.policy.outlets[f"queue {name}"].until_free:
            return None
        period = sla.steps[step].period if sla.steps else sla.period
        return self._ends(life, period, since, wall=sla.wall)

    def _ends(self, life: Life, period: Period, since: datetime, *, wall: bool) -> datetime:
        return ends_on_the_wall(self.policy, period, life.holder, since, wall=wall)

    def _offer(self, life: Life, offer: TimedOffer | None, at: datetime) -> None:
        """Offer a lead to the person who has it, where their rule itself names them."""
        life.expires = None
        if offer is not None and life.own and life.holder[2] is not None:
            life.status = "offered"
            life.expires = self._ends(life, offer.period, at, wall=offer.wall)

    # -- who is asked next --

    def _leg(self, life: Life) -> Match:
        """Return what the lead's rule says now."""
        last = tuple(
            (step.target, "fallback") for step in self.policy.routes[self.route].fallback or ()
        )
        for entry in self.policy.routes[self.route].entries:
            if isinstance(entry, Rule) and entry.name == life.rule:
                own = tuple((step.target, f"rule {entry.name}") for step in entry.chain)
                return Match(entry.name, own + last, entry.sla, offer=entry.offer)
        return Match(None, last)

    def _asked(self, life: Life, attempts: Attempts, at: datetime, *names: str) -> Result:
        """Ask targets for a lead, without whoever had it and missed it or gave it up."""
        left_out = {*life.missed, *life.declined, *names}
        self.released(life)  # it keeps nobody from it that they, or their team, have it now
        result = settle(attempts, self._accept(life.values, at, left_out))
        self.took_back(life)
        return result

    def _passed_on(self, life: Life, at: datetime, *, stays: bool) -> bool:
        """Give a lead that somebody doesn't take to the next one."""
        leg = self._leg(life)
        result = self._asked(life, leg.attempts, at, life.name)
        if result.attempt is None and stays:
            return False
        if life.name not in life.declined:
            life.declined.append(life.name)
        self._let_go(life)
        self._handed(life, result, at, leg)
        return True

    # -- what `turnout sla` does --

    def ran(self, at: datetime) -> Iterator[Told]:
        """Yield what is done at a moment: offers that ended, then steps, then waiting leads."""
        yield from self.expired(at)
        yield from self.escalated(at)
        for queue in self.policy.outlets.values():
            if queue.until_free:
                yield from self._dealt(queue.name, at)

    def expired(self, at: datetime) -> Iterator[Told]:
        """Yield the leads that weren't accepted in time and go on."""
        ended = [
            (each.expires, place, each)
            for place, each in enumerate(self._by_arrival())
            if each.status == "offered" and each.expires is not None and each.expires <= at
        ]
        for _, _, life in sorted(ended, key=lambda each: each[:2]):
            before = life.name
            if self._passed_on(life, at, stays=True):
                yield _told(life, before)

    def escalated(self, at: datetime) -> Iterator[Told]:
        """Yield the leads of which a step is up."""
        overdue = [
            (each.due, place, each)
            for place, each in enumerate(self._by_arrival())
            if each.due is not None and each.due <= at
            if each.is_timed and each.status not in ENDED | {"contacted"}
        ]
        for _, _, life in sorted(overdue, key=lambda each: each[:2]):
            before = life.name
            if self._stepped(life, at):
                yield _told(life, before)

    def _by_arrival(self) -> list[Life]:
        return list(self.lives.values())

    def _stepped(self, life: Life, at: datetime) -> bool:
        """Do the step of an SLA that is up, and return whether anything came of it."""
        sla = self._sla(life)
        if sla is None or not sla.steps:  # the policy has it no more
            return False
        assert life.since is not None
        words = [step.word for step in sla.steps]
        up = first = min(life.step, len(words) - 1)
        for later in range(first + 1, len(words)):
            moment = self._due(life, later, life.since)
            if moment is None or moment > at:
                break
            up = later if words[later] != "alert" or words[up] == "alert" else up
        is_last = up == len(words) - 1
        if words[up] != "alert" and self._moved(life, at, up, is_last=is_last):
            return True
        if words[up] != "alert" and is_last:
            return False
        self._wait_on(life, at, up, life.since)
        if life.due is None:
            life.step = up + 1
        return True

    def _moved(self, life: Life, at: datetime, up: int, *, is_last: bool) -> bool:
        """Move a lead that was missed to the next one, or in the end to the fallback."""
        sla, before, since = self._sla(life), life.name, life.since
        assert sla is not None
        assert since is not None
        leg = self._leg(life)
        own = tuple(each for each in leg.attempts if each[1] == f"rule {life.rule}")
        asked: Attempts = ()
        if life.hops < MOST_HOPS:
            if sla.steps[up].word == "reassign":
                asked = own
            else:
                assert sla.then is not None
                asked = ((sla.then.target, "sla"),)
        result = self._asked(life, asked, at, before)
        rests = result.attempt is None and is_last
        if rests:
            last = tuple(each for each in leg.attempts if each[1] == "fallback")
            result = self._asked(life, last, at, before)
        if result.attempt is None:
            return False
        life.missed.append(before)
        life.hops += 1
        self._let_go(life)
        is_reassigned = not rests and sla.steps[up].word == "reassign"
        self._handed(life, result, at, Match(life.rule, (), sla, offer=leg.offer))
        if not is_reassigned:
            life.expires, life.status = None, self._first_status(life)
        if rests:
            life.due = None
        elif self._waits_for_acceptance(life):
            life.step = (up + 1) % len(sla.steps)
        else:
            self._go_on(life, at, up, since)
        self._noted(life)
        self._set_away(sla, before, at)
        return True

    def _set_away(self, sla: Sla, before: str, at: datetime) -> None:
        """Remember that whoever missed a lead is away, where its rule's SLA says so."""
        kind, _, person = before.partition(" ")
        now = {each.person for each in self.absences if each.kind == "away" and each.holds(at)}
        if sla.absence is not None and kind == "person" and person not in now:
            lasts = sla.absence.period
            until = None if lasts is None else at + lasts.minutes * MINUTE
            self.absences = (*self.absences, PersonAbsence("away", person, at, until))

    def _go_on(self, life: Life, at: datetime, done: int, since: datetime) -> None:
        """Note the next step of a lead that somebody else has now."""
        sla = self._sla(life)
        assert sla is not None
        if done + 1 < len(sla.steps):
            self._wait_on(life, at, done, since)
            moment = self._due(life, done + 1, since)
            if moment is not None and moment <= at:
                life.step, life.since, life.due = done + 1, at, self._due(life, done + 1, at)

    def _wait_on(self, life: Life, at: datetime, done: int, since: datetime) -> None:
        """Note the next step that isn't over yet."""
        sla = self._sla(life)
        assert sla is not None
        life.due, life.since = None, since
        for step in range(done + 1, len(sla.steps)):
            moment = self._due(life, step, since)
            if moment is None or moment > at:
                life.step, life.due = step, moment
                break
        self._noted(life)

    def _dealt(self, queue: str, at: datetime) -> Iterator[Told]:
        """Yield the leads that wait in a queue and that somebody can take now."""
        for life in self.waiting(queue):
            leg, before = self._leg(life), life.name
            named: list[tuple[Target, str]] = []
            for attempt in leg.attempts:
                if parts(attempt[0])[0] in _PLACES:
                    break
                named.append(attempt)
            result = self._asked(life, tuple(named), at)
            if result.attempt is not None:
                self._let_go(life)
                self._handed(life, result, at, leg)
                yield _told(life, before)

    def waiting(self, queue: str) -> list[Life]:
        """Return the leads of a queue in its order."""
        rank = self.policy.outlets[f"queue {queue}"].rank
        found = [each for each in self._by_arrival() if each.status == "queued"]
        found = [each for each in found if each.holder[1] == queue]
        return sorted(found, key=lambda each: _rank(each.values.get(rank or "")))

    # -- what people do --

    def may(self, deed: str, life: Life, by: str) -> bool:
        """Return whether somebody can do something with a lead as it stands."""
        is_theirs = deed not in {"accept", "reject"} or by in {"", life.holder[2] or life.holder[1]}
        return life.status in ALLOWED[deed] and is_theirs

    def did(self, deed: str, life: Life, at: datetime, reason: str) -> None:
        """Remember that somebody did what they may. reason: as the policy has it."""
        named = self.policy.rejecting if deed == "reject" else self.policy.returning
        if deed in {"reject", "return"} and reason in named.credited:
            self._give_back(life, at)
        if deed == "reject" or (deed == "release" and not life.came_from):
            self._passed_on(life, at, stays=False)
            return
        if deed == "release":
            self._put_back(life, at)
            return
        if deed == "accept" and self._waits_for_acceptance(life):
            sla = self._sla(life)
            assert sla is not None
            life.step = min(life.step, max(len(sla.steps) - 1, 0))
            life.since, life.due = at, self._due(life, life.step, at)
            self._noted(life)
        ends = {"converted", "close", "return"}
        if deed in ends:
            self._let_go(life)
        life.status = STATUS.get(deed, deed)

    def forgot(self, lead: str) -> None:
        """Remember that a lead was erased: it is closed, and no later one is told from it."""
        life = self.lives[lead]
        self._let_go(life)
        life.status = life.status if life.status in ENDED else "closed"
        self.held = [each for each in self.held if each is not life]

    def _put_back(self, life: Life, at: datetime) -> None:
        """Put a lead back into the queue that it was claimed from."""
        queue = life.came_from
        if life.name not in life.declined:
            life.declined.append(life.name)
        self._let_go(life)
        life.holder, life.gift, life.status, life.own = (
            ("queue", queue, None),
            None,
            "queued",
            False,
        )
        life.earlier = attrs.evolve(life.earlier, owner=None)
        life.expires, life.came_from, life.step, life.since = None, "", 0, at
        life.due = self._due(life, 0, at)
        self._noted(life)

    def may_claim(self, person: str, at: datetime) -> bool:
        """Return whether a person can have another lead, wherever they are."""
        who = self.policy.people[person]
        if who.is_inactive:
            return False
        there = attrs.evolve(who, away=())
        policy = attrs.evolve(self.policy, people={**self.policy.people, person: there})
        return Situation(policy, at, tuple(self.given)).person(person, anytime=True) is None

    def claimed(self, queue: str, person: str, at: datetime) -> Life | None:
        """Return the lead of a queue that a person has now, None where none waits."""
        found = self.waiting(queue)
        if not found:
            return None
        life = found[0]
        self._let_go(life)
        result = Result((ToPerson(person), "claim"), person, ())
        self._handed(life, result, at, attrs.evolve(self._leg(life), offer=None))
        life.status, life.came_from = "accepted", queue
        return life

    def _give_back(self, life: Life, at: datetime) -> None:
        """Give the turn back by which somebody was drawn: all had a share of it, and they none."""
        kind, name, person = life.holder
        if kind != "round-robin":
            return
        team = self.policy.teams[name]
        there = [each for each in team.members if Situation(self.policy, at, ()).is_in(each)]
        roster = Roster.of((each.person, each.weight) for each in there)
        shares = dict(zip(roster.names, roster.weights, strict=True))
        if not shares.get(person or ""):
            return
        turns = settled(self.turns.get(name, LEVEL), roster)
        lags = {
            each: Fraction(turns.lag.get(each, 0), turns.scale)
            - Fraction(weight, sum(roster.weights))
            + (each == person)
            for each, weight in shares.items()
        }
        scale = lcm(*(lag.denominator for lag in lags.values()))
        self.turns[name] = Turns(scale, {each: int(lag * scale) for each, lag in lags.items()})


def _told(life: Life, before: str) -> Told:
    return str(life.lead.id), before, life.name


def _rank(value: object) -> tuple[bool, Decimal]:
    """Return a lead's place in a queue by what it has of a field: the most first, none last."""
    return (False, -Decimal(value)) if isinstance(value, int | Decimal) else (True, Decimal(0))
