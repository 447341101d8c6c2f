"""The door for programs: a policy that is fit to run, and leads through one of its routes."""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self, SupportsIndex, TypeAlias, TypeVar, cast

import attrs

from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.plan.decide import complete_decider
from turnout.compiler.plan.value import Plan
from turnout.dsl.policy import Team
from turnout.dsl.types import id_field
from turnout.dsl.values.reading import Issue
from turnout.runtime.absences import PersonAbsence, check_absence
from turnout.runtime.clock import GIVING_WAY, HOLD, aware, lasting, this_moment
from turnout.runtime.columns.extra import check_arrow
from turnout.runtime.current_leads import CurrentLead, current_lead
from turnout.runtime.decisions import Decision
from turnout.runtime.draw import Roster, lags
from turnout.runtime.engine import engine
from turnout.runtime.escalation import Escalator
from turnout.runtime.events import ALL, Event, Sought
from turnout.runtime.explain import Explanation, PolicyConditions, explain
from turnout.runtime.fit import ClosedError, UnroutedError, chosen_route_name
from turnout.runtime.foreseeing import Foreseer
from turnout.runtime.full_caps import CapRefusal, full_caps
from turnout.runtime.identified import identified
from turnout.runtime.keys import NO_ID, id_reader
from turnout.runtime.lead_outcomes import LeadOutcome, clause_finder, unfit_outcome
from turnout.runtime.leads import LACKING, Lead, fitness_reader, record_reader
from turnout.runtime.lives import Deed, LeadStanding, Life
from turnout.runtime.logged_leads import lead_logger
from turnout.runtime.moves import Holder, Move
from turnout.runtime.passing_on import Passing
from turnout.runtime.policy_texts import policy_text
from turnout.runtime.records import RawLead, Record, Records
from turnout.runtime.records.program_leads import as_record, check_several
from turnout.runtime.said_texts import check_said
from turnout.runtime.stores import (
    LONGEST_WAIT,
    PAGE,
    WAIT,
    AskedLeads,
    Elapsed,
    HeldLeads,
    Queued,
    Recorded,
    Signature,
    Snapshot,
    Store,
    Transaction,
)
from turnout.runtime.stores.anywhere import open_state
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.stores.needs import Decide, Foresee, Needs, nothing_foreseen
from turnout.runtime.stores.server.locations import Whereabouts, whereabouts
from turnout.runtime.unbound import Shapes, Unbound, begun
from turnout.runtime.waiting import Waiting

if TYPE_CHECKING:
    import pyarrow as pa

    from turnout.runtime.columns.chunks import LeadTable
    from turnout.runtime.columns.routing import RoutedChunk
    from turnout.runtime.columns.table_decider import TableDecider
    from turnout.runtime.records.opening import PlainText

_LOG = logging.getLogger("turnout")
_MOST_TOLD = 10
T = TypeVar("T")
SomeMoved: TypeAlias = Callable[
    [datetime, Transaction, Recorded | None, Callable[[], bool]],
    tuple[tuple[Move, ...], Recorded | None],
]
"""Moves some leads in a transaction; see `Escalator.some`."""

BATCH = 500
"""Leads that are decided in one transaction of `route_all`."""

MOVED_TOGETHER = 200
"""Leads that are decided anew in one such transaction at most."""


class Router:
    """Routes leads by one route of a policy.

    A context manager; `close` releases the state, and whatever is asked then is a
    `ClosedError`. Threads of one process may share a router, and take turns at it; it can't
    be pickled: each process loads its own, and they may share a state file.

    compiled: the policy. route_name: which of its routes. configuration: the file whose
    settings count, None where none does.
    """

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        compiled: Compiled,
        *,
        route: str | None = None,
        state: str | Whereabouts | None = None,
        wait: float = WAIT,
        configuration: Path | None = None,
        plan: Plan | None = None,
        endpoints: Iterable[str] = (),
    ) -> None:
        """Prepare one route of a policy that is fit; see `turnout.load`.

        plan: of that route, where it is made already. endpoints: who is to be told of what
        happens, each a row in the state's outbox for each event.
        """
        if not 0 <= wait <= LONGEST_WAIT:
            raise ValueError(f"wait is a number of seconds from 0 to {LONGEST_WAIT:,}")
        self.compiled = compiled
        self.route_name: str = chosen_route_name(compiled, route)
        self.configuration = configuration
        policy = compiled.policy
        if plan is None or plan.route != self.route_name:
            from turnout.compiler.plan.making import plan_of  # noqa: PLC0415 - with all that checks

            plan = plan_of(compiled.program, self.route_name, compiled.policy_hash)
        match = complete_decider(plan)
        self._plan = plan
        log_lead = lead_logger(
            lambda: compiled.program.routes[self.route_name].clauses,
            policy.fields,
            policy.logged,
            is_kept=state is not None,
        )
        self._decide = engine(policy, plan, match, log_lead)
        self._clauses_of = clause_finder(plan, match)
        self._read_values = fitness_reader(policy.fields)
        self._words = PolicyConditions(policy.fields)
        self._escalate = Escalator(policy, plan)
        self._foresee = Foreseer(policy, plan)
        self._passing = Passing(policy, plan)
        self._life = Life(policy, plan, self._passing)
        self._waiting = tuple(
            Waiting(policy, plan, self._passing, each.name)
            for each in policy.outlets.values()
            if each.until_free
        )
        self._read = record_reader(policy.fields)
        self._read_id = id_reader(policy.fields)
        self._is_closed = False
        self._endpoints = tuple(endpoints)
        self._unsigned = self._signature("")
        self._store: Store = (
            MemoryStore()
            if state is None
            else open_state(whereabouts(state), policy.name, tuple(policy.teams), wait=wait)
        )

    @classmethod
    def from_plan(
        cls,
        plan: str | Path | bytes,
        *,
        state: str | Path | Whereabouts | None = None,
        wait: float = WAIT,
        endpoints: Iterable[str] = (),
    ) -> Self:
        """Return a router by a plan that `turnout compile --plan` wrote; nothing is checked again.

        It routes as that of the policy does, with the same state, too. plan: its path, or what is
        in it, as bytes. The rest is as for `turnout.load`. Of `compiled` there is what decides
        leads and says why, and no other route.

        Raises `turnout.PlanError` for what is no plan, is damaged, is of another version of
        Turnout, or carries no policy; `turnout.StateError`.
        """
        from turnout.runtime.plan_files import opened_plan, read_plan  # noqa: PLC0415 - rarely asked

        found, compiled = read_plan(plan) if isinstance(plan, bytes) else opened_plan(Path(plan))
        where = str(state) if isinstance(state, Path) else state
        return cls(compiled, state=where, wait=wait, plan=found, endpoints=endpoints)

    def route(
        self, lead: RawLead | Record, *, at: datetime | None = None, by: str = ""
    ) -> Decision:
        """Return the decision for one lead: names with values, see `turnout.RawLead`.

        The same id again gets the decision already made. A lead that lacks a required
        field goes to the route's fallback with its issues.
        at: the decision's clock, with a time zone; now where it is left out. by: who asked
        for it, for the log.

        Raises TypeError for what is no lead, `turnout.StateError` where the state can't be
        read or written, and ClosedError.
        """
        return self._batch([self._told(lead)], aware(at), by)[0]

    def route_all(
        self,
        records: Iterable[Record | RawLead],
        *,
        at: datetime | None = None,
        batch: int = BATCH,
        by: str = "",
    ) -> Iterator[Decision]:
        """Return an iterator over one decision a lead, in order, `batch` of them a transaction.

        records: leads as for `route`, or those of a file (`turnout.records`). A decision
        comes out only when it is durable; what comes before a lead that can't be read is
        decided before the error is raised. Errors are those of `route`.

        Of a file, a field that no column of its header is is logged as a warning to
        `turnout` (see `unbound`); one that has a column for one field at most, or in which no
        row has the id, is a `turnout.LeadsError`, before the first lead is decided.
        """
        if batch < 1:
            raise ValueError("a batch has at least one lead")
        self._check_open()
        return self._decisions(map(self._told, self._begun(records)), aware(at), batch, by)

    def _decisions(
        self, leads: Iterator[Lead], at: datetime | None, batch: int, by: str
    ) -> Iterator[Decision]:
        for chunk in _batches(leads, batch):
            yield from self._batch(chunk, at, by)

    @property
    def is_passing(self) -> bool:
        """Whether leads of a file can be routed by `route_columns`.

        So it is without a state file, before the first lead, and where no condition asks for
        leads that were seen before.
        """
        is_new = isinstance(self._store, MemoryStore) and not self.last_event()
        return is_new and not self._plan.identities

    def route_columns(
        self,
        records: Iterable[Record],
        *,
        at: datetime | None = None,
        text: "PlainText | None" = None,
        apart: bool = False,
    ) -> "Iterator[RoutedChunk]":
        """Return an iterator over the decisions of `route_all`, in chunks; see `is_passing`.

        Nothing of it stays with the router. records: those of a file. text: where they are read,
        `Records.plain`, so that rows that nothing is odd about don't come as records. apart:
        leads are read in a process of their own, while this one offers those before; to begin it
        takes as long as to route some ten thousand leads. Raises ExtraError without the extra
        `arrow`, and WorkersError where that process ended.
        """
        check_arrow("route_columns")
        from turnout.runtime.columns.routing import ColumnRouter  # noqa: PLC0415 - an extra

        moment = aware(at)
        columns = ColumnRouter(self.compiled.policy, self._plan, apart=apart)
        return columns.route(iter(records), lambda: moment or this_moment(), text)

    def decide_batch(
        self,
        table: "LeadTable",
        *,
        at: datetime | None = None,
        columns: Collection[str] | None = None,
    ) -> "pa.Table":
        """Return which rule takes each lead of a table; nothing is drawn or recorded.

        table: a row a lead, a column for what each says: a table or record batch of Arrow, a
        data frame of pandas, polars or whatever has `__arrow_c_stream__`, or lists by name.
        at: the clock by which calendars and dates are asked; now where it is left out.
        columns: those of the answer that are wanted; without `issues`, of each lead only what
        decides it is read.

        The table of Arrow that is returned has a row for each lead, in order, with the
        columns that `turnout.runtime.columns.decided` lists: `lead`, `rule`, `by`, `targets`,
        `goes_on`, `complaint` and `issues`.

        Raises TypeError for what is no table, ValueError where its columns are not of one
        length and for the name of no column, ExtraError without the extra `arrow`, and what
        `route` raises.
        """
        check_arrow("decide_batch")
        from turnout.runtime.columns.batches import batch_decider  # noqa: PLC0415 - an extra
        from turnout.runtime.columns.chunks import chunked  # noqa: PLC0415

        plan, moment = self._plan, aware(at)
        decide = batch_decider(self.compiled.policy.fields, plan, columns)
        self._check_open()
        if not plan.identities:
            return decide(chunked(table), moment or this_moment())
        return self._store.rehearse(
            nothing_foreseen,
            lambda state, now: decide(chunked(table), now, state.earlier),
            moment,
        )

    @property
    def plan(self) -> Plan:
        """The plan of its route."""
        return self._plan

    def table_decider(
        self, *, at: datetime | None = None, keep: Collection[str] = ()
    ) -> "TableDecider":
        """Return what decides tables of leads without this router, see `turnout.arrow.decider`."""
        check_arrow("table_decider")
        from turnout.runtime.columns.table_decider import TableDecider  # noqa: PLC0415 - an extra

        moment = aware(at) or this_moment()
        return TableDecider(self.compiled.policy.fields, self._plan, moment, keep)

    def decide(
        self, lead: RawLead | Record, *, at: datetime | None = None, seen_before: bool = False
    ) -> LeadOutcome:
        """Return which rule takes a lead, and what it is offered; see `LeadOutcome`.

        Nothing is drawn or recorded, the state isn't asked, and nobody is waited for: what
        comes out depends on the lead and the clock alone, and not on its id. at: the clock,
        with a time zone; now where it is left out. seen_before: whether an earlier lead is the
        same, for conditions that ask it.

        Raises TypeError for what is no lead, and ClosedError.
        """
        if self._is_closed:
            self._check_open()
        moment = None if at is None else aware(at)
        if type(lead) is dict or not isinstance(lead, Record):
            told, issues, unfit = self._read_values(as_record(cast("RawLead", lead)))
            values = told.values
        else:
            read = self._read(lead)
            values, issues, unfit = read.values, read.issues, read.complaint
        if unfit is not None:
            return unfit_outcome(self._plan, values, issues, unfit)
        return LeadOutcome(self._clauses_of(values, moment, seen_before), values, issues)

    def explain(self, lead: RawLead | Record, *, at: datetime | None = None) -> Explanation:
        """Return why a lead goes where it goes; nothing is drawn or recorded.

        Raises TypeError for what is no lead, and what `route` raises.
        """
        read, moment = self._read(lead), aware(at)
        self._check_open()
        program = self.compiled.program

        def decide(
            state: Transaction, now: datetime
        ) -> tuple[Decision, tuple[CapRefusal, ...], datetime | None]:
            decision = self._decide(read, now, state)
            kept = state.decided(self.route_name, decision.lead)
            expires = None if kept is None else kept.expires
            return decision, full_caps(program, decision, read.values, state, now), expires

        decision, full, expires = self._store.rehearse(self._needs_of((read,)), decide, moment)
        explanation = explain(program, self.route_name, read, decision, self._words)
        return attrs.evolve(explanation, full=full, expires=expires)

    def reroute(
        self, lead: RawLead | Record, reason: str, *, at: datetime | None = None, by: str = ""
    ) -> Decision:
        """Decide a raw lead anew, whoever has it, and log who had it before and why.

        A lead that was never decided is simply routed. reason: for the log, not empty. by:
        who asked for it.
        """
        said, moment, read = _reason(reason), aware(at), self._read(lead)
        return self._kept(
            self._needs_of((read,)),
            lambda state, now: self._decide(read, now, state, anew=said),
            moment,
            by,
        )

    def reroute_all(
        self,
        records: Iterable[Record | RawLead],
        reason: str,
        *,
        at: datetime | None = None,
        by: str = "",
    ) -> tuple[Move, ...]:
        """Decide leads anew, whoever has them, and return the moves that were logged.

        In order; of several records with one id the first counts. A move may leave the lead
        with whoever had it. As many are moved in one transaction as take `HOLD` seconds, so
        that others who share the state have their turn in between.

        Raises UnroutedError where some were never decided on this route; then none is moved.
        `turnout.StateError` where the state can't be read or written: what was moved before
        is in the log.
        """
        said, asked = _reason(reason), aware(at)
        leads = self._routed(map(self._read, self._begun(records)))
        moves: list[Move] = []
        while leads:
            if moves:
                sleep(GIVING_WAY)
            some = self._kept(
                self._needs_of(tuple(islice(leads, MOVED_TOGETHER))),
                lambda state, now: self._some_anew(leads, now, said, state),
                asked,
                by,
            )
            moves += some
            for _ in some:
                leads.popleft()
        return tuple(moves)

    def _some_anew(
        self, leads: Iterable[Lead], at: datetime, reason: str, state: Transaction
    ) -> list[Move]:
        """Return the moves of the first leads, as many as take `HOLD` seconds."""
        is_enough = lasting(HOLD)
        moves: list[Move] = []
        for lead in islice(leads, MOVED_TOGETHER):
            moves.append(self._anew(lead, at, reason, state))
            if is_enough():
                break
        return moves

    def _routed(self, leads: Iterable[Lead]) -> deque[Lead]:
        """Return the leads, each once. Raises UnroutedError where some were never decided.

        A lead that was decided stays so: nothing needs to be held meanwhile.
        """
        found: dict[str, Lead] = {}
        unrouted: dict[str, None] = {}
        with self._read_state() as snapshot:
            for lead in leads:
                if lead.key in found:
                    continue
                if snapshot.decided(self.route_name, lead.key) is None:
                    unrouted[f"row {lead.row}" if lead.id is None else lead.id] = None
                found[lead.key] = lead
        if unrouted:
            raise UnroutedError(tuple(unrouted))
        return deque(found.values())

    def _anew(self, lead: Lead, at: datetime, reason: str, transaction: Transaction) -> Move:
        recorded = transaction.decided(self.route_name, lead.key)
        assert recorded is not None, "a lead that was decided stays so"
        decision = self._decide(lead, at, transaction, anew=reason)
        before, after = Holder.of(recorded.decision), Holder.of(decision)
        return Move(self.route_name, lead.key, at, reason, before, after)

    def escalate(self, *, at: datetime | None = None) -> tuple[Move, ...]:
        """Move every lead that nobody touched in time to where its rule's SLA says.

        All of `escalations`: with nothing overdue, or repeated for the same moment, it changes
        nothing. After an error, which leaves what was moved before, it can be repeated.

        Raises `turnout.StateError` where the state can't be read or written.
        """
        return tuple(move for moves in self.escalations(at=at) for move in moves)

    def escalations(self, *, at: datetime | None = None) -> Iterator[tuple[Move, ...]]:
        """Yield the moves of `escalate`, transaction by transaction.

        Before, leads that nobody accepted in time go on to the next one; at the end, those that
        wait in a queue `until free` are dealt out. The longest overdue first, as many in one
        transaction as take `HOLD` seconds, so that others who share the state have their turn
        in between. Of all who do this to a route of a state one works at a time. Who stops
        asking leaves the rest for the next time.
        """
        asked, life = aware(at), partial(self._foresee.life, alone="escalation")
        # Also by a policy that offers nothing any more: what was offered before runs out.
        yield from filter(None, self._moved(self._passing.expired, life, asked))
        yield from self._moved(self._escalate.some, self._foresee.escalation, asked)
        for waiting in self._waiting:
            yield from self._moved(waiting.some, life, asked)

    def _moved(
        self, some: SomeMoved, foresee: Foresee, at: datetime | None
    ) -> Iterator[tuple[Move, ...]]:
        """Yield the moves of a work that is done in many short transactions."""
        after: Recorded | None = None
        while True:
            behind = after

            def move(
                state: Transaction, now: datetime, behind: Recorded | None = behind
            ) -> tuple[tuple[Move, ...], Recorded | None]:
                return some(now, state, behind, lasting(HOLD))

            found, after = self._kept(foresee, move, at)
            yield found
            if after is None:
                return
            sleep(GIVING_WAY)

    def next_due(self) -> datetime | None:
        """Return when an SLA or an offer is up next, of all leads; None where nothing is."""
        self._check_open()
        due = Elapsed("due", self.route_name, _LAST, 1)
        expired = Elapsed("expires", self.route_name, _LAST, 1)

        def first(state: Transaction, _: datetime) -> list[datetime]:
            moments = [each.decision.due for each in state.asked(due)]
            moments += [each.expires for each in state.asked(expired)]
            return [moment for moment in moments if moment is not None]

        return min(self._store.rehearse(nothing_foreseen, first), default=None)

    def touch(
        self, *leads: str, by: str = "", reason: str = "", at: datetime | None = None
    ) -> tuple[str, ...]:
        """Mark leads, by their ids, as worked on, so that no SLA moves them any more.

        by, reason, at: who did it, why and when (now where it is left out), for the log.
        Returns the ids that were never decided on this route; the others are marked.
        """
        check_said(reason)
        keys = {lead: self.key(lead) for lead in leads}
        moment = aware(at)

        def touch(state: Transaction, _now: datetime) -> tuple[str, ...]:
            for key in keys.values():
                state.touch(self.route_name, key, moment, reason)
            route = self.route_name
            return tuple(lead for lead, key in keys.items() if state.decided(route, key) is None)

        return self._kept(self._needing(keys.values()), touch, moment, by)

    def accept(
        self, lead: str, *, by: str = "", reason: str = "", at: datetime | None = None
    ) -> LeadStanding:
        """Take a lead that somebody was given or is offered: it doesn't go on to the next one.

        lead: its id. by: who does it, for the log; only whoever has it can. reason, at: why and
        when (now where it is left out).

        Raises NotAllowedError where it can't be done as the lead stands, UnroutedError where it
        was never decided on this route, `turnout.StateError` where the state can't be used.
        """
        return self._do("accept", lead, by, reason, at)

    def reject(
        self, lead: str, reason: str, *, by: str = "", at: datetime | None = None
    ) -> LeadStanding:
        """Decline a lead that somebody was given or is offered: the next one has it.

        reason: one that the policy names, where it names any; for some of them the turn is given
        back. The rest, errors included, is as for `accept`.
        """
        return self._do("reject", lead, by, reason, at)

    def contacted(
        self, lead: str, *, by: str = "", reason: str = "", at: datetime | None = None
    ) -> LeadStanding:
        """Mark a lead as worked on, so that no SLA moves it. As for `accept`; anybody can."""
        return self._do("contacted", lead, by, reason, at)

    def converted(
        self, lead: str, *, by: str = "", reason: str = "", at: datetime | None = None
    ) -> LeadStanding:
        """Mark a lead as won, which closes it. As for `accept`; anybody can."""
        return self._do("converted", lead, by, reason, at)

    def release(
        self, lead: str, *, by: str = "", reason: str = "", at: datetime | None = None
    ) -> LeadStanding:
        """Let go of a lead: it goes back to the queue that it was claimed from, or to the next.

        As for `accept`; anybody can.
        """
        return self._do("release", lead, by, reason, at)

    def return_lead(
        self, lead: str, reason: str, *, by: str = "", at: datetime | None = None
    ) -> LeadStanding:
        """Give a lead back that was none, which closes it; the turn is given back, too.

        reason: as for `reject`. As for `accept`; anybody can.
        """
        return self._do("return", lead, by, reason, at)

    def claim(self, queue: str, by: str, *, at: datetime | None = None) -> LeadStanding | None:
        """Give a person the first lead that waits in a queue; None where none does.

        The one that was decided first, or of the highest rank where the queue is declared `by` a
        field. No lead is claimed twice, whoever claims at the same time. It counts towards the
        person's caps and open leads, and takes no turn.

        Raises NotAllowedError where there is no such queue or person, or they have no room.
        """
        moment = aware(at)
        return self._kept(
            partial(self._foresee.life, alone=f"queue {queue}"),
            lambda state, now: self._life.claim(queue, now, state, by),
            moment,
            self._life.named(by),
        )

    def current(self, lead: str) -> CurrentLead | None:
        """Return how a lead stands, by its id; None where it was never decided on this route."""
        with self._read_state() as snapshot:
            found = snapshot.decided(self.route_name, self.key(lead))
        return None if found is None else current_lead(found)

    def queued(
        self, queue: str, limit: int = PAGE, *, route: str | None = None
    ) -> tuple[CurrentLead, ...]:
        """Return the first leads that wait in a queue, in the order in which they are claimed.

        route: which of the policy's, its own where it is left out. Raises PolicyError where
        there is no such route.
        """
        return self._asked(Queued(self._route_of(route), queue, limit))

    def held(
        self, person: str, limit: int = PAGE, *, route: str | None = None
    ) -> tuple[CurrentLead, ...]:
        """Return the leads that a person has and isn't done with, the newest first.

        route: as for `queued`.
        """
        return self._asked(HeldLeads(self._route_of(route), person, limit))

    def _route_of(self, named: str | None) -> str:
        """Return a route of the policy. Raises as `queued`."""
        return self.route_name if named is None else chosen_route_name(self.compiled, named)

    def _asked(self, asked: AskedLeads) -> tuple[CurrentLead, ...]:
        self._check_open()
        found = self._store.rehearse(nothing_foreseen, lambda state, _: state.asked(asked))
        return tuple(map(current_lead, found))

    def do(
        self, deed: Deed, lead: str, *, by: str = "", reason: str = "", at: datetime | None = None
    ) -> LeadStanding:
        """Do with a lead what a word says: as the method of that name. Errors are its own."""
        return self._do(deed, lead, by, reason, at)

    def _do(self, deed: Deed, lead: str, by: str, reason: str, at: datetime | None) -> LeadStanding:
        check_said(reason)
        key, actor = self.key(lead), self._life.named(by)
        found = self._kept(
            lambda moment: self._foresee.life(moment, key),
            lambda state, now: self._life.do(deed, key, now, state, by=by, reason=reason),
            aware(at),
            actor,
        )
        if found is None:
            raise UnroutedError((lead,))
        return found

    def moves(self) -> tuple[Move, ...]:
        """Return every move of a lead of this route, in the order in which they were made."""
        moved = Sought("moved", self.route_name)
        return tuple(move for event in self.events(moved) if (move := event.move) is not None)

    def events(self, sought: Sought = ALL, *, after: int = 0) -> Iterator[Event]:
        """Yield what happened, in order, as the log of the state has it; see `Event`.

        after: the number of the event behind which to begin. Nobody who writes is held up:
        it is read in pages, and what is recorded meanwhile is in the later ones.
        """
        while True:
            with self._read_state() as reader:
                page = reader.events(after, PAGE, sought)
            if not page:
                return
            yield from page
            after = page[-1].number

    def last_event(self) -> int:
        """Return the number of the last event, behind which `events` has only later ones."""
        with self._read_state() as snapshot:
            return snapshot.last_event()

    def history(self, lead: str, limit: int = PAGE) -> tuple[Event, ...]:
        """Return what happened to a lead, by its id, in order: the last `limit` events."""
        with self._read_state() as reader:
            return tuple(reader.history(self.key(lead), limit))

    def lags(self) -> Mapping[str, Mapping[str, Fraction]]:
        """Return how far each member of each team is from their share of its turns.

        By team and person, in the policy's order: the leads that they were entitled to minus
        those that they were given, which adds up to 0 in a team.
        """
        teams = self.compiled.policy.teams
        self._check_open()
        return self._store.rehearse(
            lambda _: Needs(teams=frozenset(teams)),
            lambda state, _: {
                name: lags(state.turns(name), _roster(team)) for name, team in teams.items()
            },
        )

    def close_lead(
        self,
        lead: str,
        *,
        by: str = "",
        reason: str = "",
        at: datetime | None = None,
        converted: bool = False,
    ) -> bool:
        """Mark a lead as done, whoever has it: a person, a queue or a partner.

        No SLA moves it any more, and `least-loaded` counts it no longer. by, reason, at: who
        did it, why and when, for the log; converted: it was won. False where it was closed
        already or never decided on this route.
        """
        check_said(reason)
        moment, key = aware(at), self.key(lead)
        return self._kept(
            self._needing((key,)),
            lambda state, _: state.close_lead(
                self.route_name, key, moment, reason, converted=converted
            ),
            moment,
            by,
        )

    def away(  # noqa: PLR0913 - each by its name
        self,
        person: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        reason: str = "",
        by: str = "",
        at: datetime | None = None,
    ) -> PersonAbsence:
        """Note that somebody is away, from the next lead on: they are given nothing.

        since, until: from when, now where it is left out, and until when, the end left out; until
        `back` where it is left out. by, reason, at: who says so, why and when, for the log.
        Raises ValueError where the policy has no such person, or the end isn't behind the
        beginning.
        """
        return self._leave(
            PersonAbsence("away", person, _EVER, until, reason=reason, by=by), since, at
        )

    def pause(  # noqa: PLR0913 - each by its name
        self,
        person: str,
        *,
        team: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        reason: str = "",
        by: str = "",
        at: datetime | None = None,
    ) -> PersonAbsence:
        """Note that somebody isn't drawn from teams, from the next lead on; else as `away`.

        team: from which alone. They still have the leads that are theirs by name or as owner.
        """
        new = PersonAbsence("paused", person, _EVER, until, team, reason, by)
        return self._leave(new, since, at)

    def _leave(
        self, new: PersonAbsence, since: datetime | None, at: datetime | None
    ) -> PersonAbsence:
        check_said(new.reason)
        check_absence(self.compiled.policy, new)
        said, ends = aware(since), aware(new.until)

        def leave(state: Transaction, now: datetime) -> PersonAbsence:
            begins = now if said is None else said
            if ends is not None and ends <= begins:
                raise ValueError(f"an absence ends after it begins, not at {ends.isoformat()}")
            absence = attrs.evolve(
                new,
                since=begins.astimezone(UTC),
                until=None if ends is None else ends.astimezone(UTC),
            )
            state.leave(absence, now)
            return absence

        return self._kept(nothing_foreseen, leave, aware(at), new.by)

    def back(
        self, person: str, *, reason: str = "", by: str = "", at: datetime | None = None
    ) -> tuple[PersonAbsence, ...]:
        """End the absences and pauses of somebody that have begun, and return them.

        What is planned for later stays. Raises ValueError where the policy has no such person.
        """
        check_said(reason)
        check_absence(self.compiled.policy, PersonAbsence("away", person, _EVER))
        return self._kept(
            nothing_foreseen,
            lambda state, now: state.come_back(person, now, reason),
            aware(at),
            by,
        )

    def absences(self, *, at: datetime | None = None) -> tuple[PersonAbsence, ...]:
        """Return who is away or paused, or will be, by what was said and not by the policy."""
        self._check_open()
        return self._store.rehearse(
            nothing_foreseen,
            lambda state, now: tuple(
                each for each in state.absences if each.until is None or now < each.until
            ),
            aware(at),
        )

    def key(self, lead_id: str) -> str:
        """Return what a lead is known by whose id somebody wrote, in the form of decisions."""
        return self._read_id(lead_id, None) or lead_id

    def _told(self, record: Record | RawLead) -> Lead:
        """Return the lead, with an issue where it has no id; a broken row's complaint says more."""
        lead = self._read(record)
        if lead.id is not None or any(each.reason == lead.complaint for each in lead.issues):
            return lead
        field = id_field(self.compiled.policy.fields)
        issue = Issue("" if field is None else field.name, "", NO_ID)
        others = (each for each in lead.issues if each != attrs.evolve(issue, reason=LACKING))
        return attrs.evolve(lead, issues=(*others, issue))

    def _batch(self, chunk: list[Lead], at: datetime | None, by: str) -> list[Decision]:
        identities = self._plan.identities
        for lead in chunk:  # worked out while nobody else waits for the state
            _ = lead.fingerprint, lead.found_by(identities)
        return self._kept(
            self._needs_of(chunk),
            partial(self._decided, chunk),
            at,
            by,
        )

    def _decided(self, leads: list[Lead], state: Transaction, now: datetime) -> list[Decision]:
        if len(leads) > 1:
            found_by = (lead.found_by(self._plan.identities) for lead in leads)
            keys = [key for each in found_by for key, _ in each]
            state.expect_leads(self.route_name, [lead.key for lead in leads], keys)
        return [self._decide(lead, now, state) for lead in leads]

    def _needs_of(self, leads: Sequence[Lead]) -> Foresee:
        return lambda moment: self._foresee.leads(leads, moment)

    def _needing(self, keys: Iterable[str]) -> Foresee:
        return lambda _: Needs(tuple((self.route_name, key) for key in keys))

    def unbound(self, columns: Iterable[str]) -> tuple[Unbound, ...]:
        """Return the fields of which none of these columns is one, with what may be meant.

        columns: such as `turnout.records(...).columns`, or those of a data frame. A field
        that a table can fill is left out.
        """
        shapes = Shapes(self.compiled.policy.fields)
        shapes.add(dict.fromkeys(columns))
        return shapes.unbound()

    def _begun(self, records: Iterable[Record | RawLead]) -> Iterable[Record | RawLead]:
        """Return the records; of a file it is seen first whether it is one of such leads."""
        check_several(records)
        if not isinstance(records, Records):
            return records
        policy = self.compiled.policy
        shapes = Shapes(policy.fields)
        rows = begun(records, shapes, policy, self.route_name)
        rows = identified(rows, records.name, records.columns, policy.fields, shapes)
        for each in self.unbound(records.columns or ())[:_MOST_TOLD] if records.columns else ():
            _LOG.warning("%s: %s", records.name, each.sentence)
        return rows

    def _kept(self, foresee: Foresee, decide: Decide[T], at: datetime | None, actor: str = "") -> T:
        """Return what a function decides; what it changed is in the state."""
        self._check_open()
        check_said(actor)
        signature = self._signature(actor) if actor else self._unsigned
        return self._store.decide(foresee, decide, at, signature)

    def _signature(self, actor: str) -> Signature:
        return Signature(self.compiled.policy_hash, actor, self._policy_text, self._endpoints)

    def _policy_text(self) -> str:
        """Return the text of the policy, which the log keeps once."""
        return policy_text(self.compiled.sources)

    def _read_state(self) -> AbstractContextManager[Snapshot]:
        self._check_open()
        return self._store.read()

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClosedError(
                f"the router of route {self.route_name} is closed",
                "route while its `with` block is open, or load the policy again",
            )

    def close(self) -> None:
        """Release the state; a router can be closed twice."""
        self._is_closed = True
        self._store.close()

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        """Refuse to be pickled or copied: two routers would draw the same turns."""
        raise TypeError(
            "a Router can't be pickled or copied: call `turnout.load` in each process, and give "
            "them one `state` file to share their turns"
        )

    def __enter__(self) -> Self:
        """Return the router itself."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the router."""
        self.close()


_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


def _roster(team: Team) -> Roster:
    return Roster.of((member.person, member.weight) for member in team.members)


def _batches(leads: Iterator[Lead], size: int) -> Iterator[list[Lead]]:
    """Yield the leads in lists; those before an error are a list of their own."""
    while True:
        chunk: list[Lead] = []
        try:
            while len(chunk) < size:
                chunk.append(next(leads))
        except StopIteration:
            if chunk:
                yield chunk
            return
        except Exception:
            if chunk:
                yield chunk
            raise
        yield chunk


def _reason(reason: str) -> str:
    check_said(reason)
    if not reason.strip():
        raise ValueError("routing a lead anew needs a reason")
    return reason.strip()
