"""What a batch reads of a state on a server: fetched at once, before it is decided.

What wasn't foreseen is fetched when it is asked. Only the turns of a team have to be held
before: where one is drawn that wasn't foreseen, the batch begins again and holds that one, too.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from turnout.compiler.meaning.identity import Seen
from turnout.frozen import attribute, define
from turnout.runtime.absences import Absences, absences_of
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.moves import Move
from turnout.runtime.stores import AskedLeads, Recorded
from turnout.runtime.stores.asked_rows import asked_rows
from turnout.runtime.stores.batch import Key
from turnout.runtime.stores.cells import json_read, moment
from turnout.runtime.stores.details import recorded_as
from turnout.runtime.stores.needs import Count, Needs
from turnout.runtime.stores.server.encoded import received, received_or_none, sent

REMEMBERED_AT_ONCE = 8
"""Leads with one key that are fetched at once, the latest ones."""

_LEAD = """json_build_array(d.seq, d.route, d.lead, d.decided, d.last, d.status, d.touched,
    d.expires, d.said, e.detail, e.at)"""
_SALT = "(SELECT m.value FROM {{s}}.meta m WHERE m.key = 'salt')"
GRAVE = f"('erased:' || left(encode(sha256(convert_to({_SALT} || {{lead}}, 'UTF8')), 'hex'), 32))"
"""What a lead stands under that was erased; see `tombstones`. The salt is read once a statement."""

_SEEN = "json_build_array(x.key, x.at, x.seq, x.route, x.lead, x.owner)"
_KNOWN = {
    "leads": f"""SELECT json_agg(json_build_array(k->>0, k->>1, {_LEAD}))
    FROM jsonb_array_elements({{p}}) k,
    LATERAL (SELECT * FROM {{s}}.decisions WHERE route = k->>0 AND lead = k->>1 UNION ALL
    SELECT * FROM {{s}}.decisions WHERE route = k->>0 AND lead = {GRAVE.format(lead="(k->>1)")}
    LIMIT 1) d LEFT JOIN {{s}}.events e ON e.seq = d.decided""",
    "teams": """SELECT json_agg(json_build_array(t.team, t.scale, t.lag)) FROM {s}.turns t
    WHERE t.team = ANY (ARRAY(SELECT jsonb_array_elements_text({p})))""",
    "people": """SELECT json_agg(json_build_array(l.person, l.open)) FROM {s}.load l
    WHERE l.person = ANY (ARRAY(SELECT jsonb_array_elements_text({p})))""",
    "counts": """SELECT json_agg(coalesce(b.total, 0) - coalesce(a.total, 0) ORDER BY c.place)
    FROM jsonb_array_elements({p}) WITH ORDINALITY AS c (one, place)
    LEFT JOIN LATERAL (SELECT total FROM {s}.given WHERE who = c.one->>0
        AND at < (c.one->>2)::bigint ORDER BY at DESC LIMIT 1) b ON true
    LEFT JOIN LATERAL (SELECT total FROM {s}.given WHERE who = c.one->>0
        AND at < (c.one->>1)::bigint ORDER BY at DESC LIMIT 1) a ON true""",
    "whose": """SELECT json_agg(json_build_array(r.who, r.total, r.latest)) FROM {s}.receivers r
    WHERE r.who = ANY (ARRAY(SELECT jsonb_array_elements_text({p})))""",
    "keys": f"""SELECT json_agg({_SEEN}) FROM jsonb_array_elements({{p}}) k, LATERAL (
    SELECT * FROM {{s}}.seen WHERE key = k->>0 AND at >= (k->>1)::bigint
    ORDER BY at DESC, seq DESC LIMIT {REMEMBERED_AT_ONCE}) x""",
    "owned": f"""SELECT json_agg({_SEEN}) FROM jsonb_array_elements({{p}}) k, LATERAL (
    SELECT * FROM {{s}}.seen WHERE key = k->>0 AND at >= (k->>1)::bigint AND owner IS NOT NULL
    ORDER BY at DESC, seq DESC LIMIT {REMEMBERED_AT_ONCE}) x""",
    "numbers": """SELECT json_agg(nextval('{s}.event_numbers'))
    FROM generate_series(1, ({p})::integer)""",
}
_ABSENT = "SELECT value FROM {s}.meta WHERE key = 'absences'"

_EARLIER = """SELECT json_agg({seen}) FROM (SELECT * FROM {{s}}.seen WHERE key = %s AND at >= %s
    AND at <= %s{owned} ORDER BY at DESC, seq DESC) x"""
_AGAIN = {
    False: _EARLIER.format(seen=_SEEN, owned=""),
    True: _EARLIER.format(seen=_SEEN, owned=" AND owner IS NOT NULL"),
}
_OF_LEADS = f"""SELECT json_agg({_SEEN} ORDER BY x.seq, x.key)
    FROM json_array_elements(%s::json) k
    JOIN {{s}}.seen x ON x.route = k->>0 AND x.lead = k->>1"""
_ASKED = f"""SELECT json_agg({_LEAD} ORDER BY d.place) FROM (
    SELECT d.*, row_number() OVER () AS place FROM (SELECT d.* FROM {{s}}.decisions d {{where}}) d
    ) d JOIN {{s}}.events e ON e.seq = d.decided"""
_ASSIGNEE = """(coalesce(d.said, (SELECT e.detail FROM {s}.events e WHERE e.seq = d.decided))::json
    ->'to'->>2)"""
_LOG = f"""SELECT json_agg({_LEAD} ORDER BY e.turn, d.seq) FROM {{s}}.decisions d
    JOIN {{s}}.events e ON e.seq = d.decided"""

Query: TypeAlias = Callable[..., Any]
"""Returns the first cell of what a statement says."""


@lru_cache(maxsize=256)
def reading(kinds: tuple[str, ...], parameter: str = "%s") -> str:
    """Return the statement that reads what is needed, of these kinds: JSON of what `asked_of` gave.

    Its one cell has a list: what was found of each kind, and who is away.
    """
    found = ("(" + _KNOWN[kind].replace("{p}", f"(n->'{kind}')") + ")" for kind in kinds)
    cells = ", ".join((*found, f"({_ABSENT})"))
    return f"SELECT json_build_array({cells}) FROM (SELECT {parameter}::jsonb AS n) needs"


class MoreNeededError(Exception):
    """Something has to be held that wasn't foreseen."""

    def __init__(self, needs: Needs) -> None:
        super().__init__()
        self.needs = needs


@define(eq=False)
class LeadRow:
    """Where a lead's row stands: its first, deciding and last event; see `statements`."""

    seq: int
    decided: int
    last: int
    said: str | None


@define(eq=False)
class Fetched:
    """A `Kept` of what was fetched.

    ask: the server, inside the transaction. held: teams that nobody else draws from
    meanwhile; None where nobody else writes at all. totals: by receiver how many leads they
    were given in all, and when last. latest: the last moment at which leads were counted or
    remembered, of those asked; in microseconds. numbers: for events of this batch.
    """

    ask: Query
    held: frozenset[str] | None = None
    rows: dict[Key, LeadRow] = attribute(factory=dict[Key, LeadRow], init=False)
    totals: dict[str, tuple[int, int]] = attribute(factory=dict[str, tuple[int, int]], init=False)
    latest: int = attribute(default=0, init=False)
    numbers: list[int] = attribute(factory=list[int], init=False)
    _recorded: dict[Key, Recorded | None] = attribute(
        factory=dict[Key, Recorded | None], init=False
    )
    _turns: dict[str, Turns] = attribute(factory=dict[str, Turns], init=False)
    _loads: dict[str, int] = attribute(factory=dict[str, int], init=False)
    _counts: dict[Count, int] = attribute(factory=dict[Count, int], init=False)
    _seen: dict[tuple[str, bool], list[Seen]] = attribute(
        factory=dict[tuple[str, bool], list[Seen]], init=False
    )
    _absences: Absences | None = attribute(default=None, init=False)
    _since: dict[str, int] = attribute(factory=dict[str, int], init=False)
    _of_leads: dict[Key, list[Seen]] = attribute(factory=dict[Key, list[Seen]], init=False)

    @property
    def gifts(self) -> None:
        """Nothing: others may have given leads since."""
        return

    def take(self, needs: Needs, kinds: Iterable[str], cells: list[Any]) -> None:
        """Remember what was read of some needs. cells: what `reading` reads of these kinds."""
        *lists, absent = cells
        said = {kind: cell or () for kind, cell in zip(kinds, lists, strict=True)}
        leads, turns, loads, counts, totals, seen, owned = (
            said.get(kind, ())
            for kind in ("leads", "teams", "people", "counts", "whose", "keys", "owned")
        )
        self.numbers += said.get("numbers", ())
        if self._absences is None:
            self._absences = absences_of(json_read(absent or "[]"))
        self._recorded |= dict.fromkeys(needs.leads)
        for route, lead, found in leads:  # one that was erased stands under another id
            self._recorded[received(route), received(lead)] = self._take_lead(found)
        self._turns |= dict.fromkeys(needs.teams, LEVEL)
        for team, scale, lag in turns:
            self._turns[received(team)] = Turns(scale, json_read(lag))
        self._loads |= dict.fromkeys(needs.people, 0)
        self._loads |= {received(person): leads_open for person, leads_open in loads}
        self._counts |= zip(needs.counts, counts, strict=True)
        self.totals |= dict.fromkeys(whose(needs), (0, 0))
        self.totals |= {received(who): (total, latest) for who, total, latest in totals}
        self.latest = max(self.latest, *(latest for *_, latest in totals), 0)
        for key, start, _ in needs.keys:
            self._since[key] = start
            self._seen[key, False] = []
            self._seen[key, True] = []
        for is_owned, found in ((False, seen), (True, owned)):
            for each in map(_seen, found):
                self.latest = max(self.latest, each.at)
                self._seen[each.key, is_owned].append(each)

    def _take_lead(self, cells: list[Any]) -> Recorded:
        seq, route, lead, decided, last, status, touched, expires, said, detail, at = cells
        key = received(route), received(lead)
        recorded = recorded_as(
            json_read(detail if said is None else said),
            key,
            moment(at),
            status=status,
            touched=bool(touched),
            expires=moment(expires),
            number=seq,
        )
        self._recorded[key] = recorded
        self.rows[key] = LeadRow(seq, decided, last, said)
        return recorded

    def fetch(self, needs: Needs) -> None:
        """Read what is needed besides."""
        asked = asked_of(needs)
        self.take(needs, asked, self.ask(reading(tuple(asked)), json.dumps(asked)))

    def recorded(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead."""
        if (route, lead) not in self._recorded:
            self.fetch(Needs(((route, lead),)))
        return self._recorded[route, lead]

    def unknown(self, _route: str, _leads: Collection[str], /) -> Collection[Key]:
        """Return none: which leads are asked for was foreseen."""
        return ()

    def unseen(self, _keys: Collection[str], /) -> Collection[str]:
        """Return none: under which keys it is asked was foreseen."""
        return ()

    def turns(self, team: str) -> Turns:
        """Return the team's turns. Raises MoreNeededError where others may draw meanwhile."""
        if self.held is not None and team not in self.held:
            raise MoreNeededError(Needs(teams=frozenset({team})))
        if team not in self._turns:
            self.fetch(Needs(teams=frozenset({team})))
        return self._turns[team]

    def open_leads(self, person: str) -> int:
        """Return how many of the person's leads are open."""
        if person not in self._loads:
            self.fetch(Needs(people=frozenset({person})))
        return self._loads[person]

    @property
    def absences(self) -> Absences:
        """Who is away or paused."""
        if self._absences is None:
            self.fetch(Needs())
            assert self._absences is not None
        return self._absences

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period."""
        if (who, start, end) not in self._counts:
            self.fetch(Needs(counts=frozenset({(who, start, end)})))
        return self._counts[who, start, end]

    def expect(self, counts: Collection[Count]) -> None:
        """Fetch counts that weren't foreseen."""
        new = frozenset(counts) - self._counts.keys()
        if new:
            self.fetch(Needs(counts=new))

    def earlier(self, key: str, start: int, end: int, *, owned: bool) -> Iterator[Seen]:
        """Yield the leads remembered under a key in a period, the latest first."""
        known = self._seen.get((key, owned))
        if known is None or self._since[key] > start:
            yield from self._all(key, start, end, owned=owned)
            return
        yield from (each for each in known if start <= each.at <= end)
        if len(known) == REMEMBERED_AT_ONCE:
            told = {(each.at, each.order) for each in known}
            for each in self._all(key, start, end, owned=owned):
                if (each.at, each.order) not in told:
                    yield each

    def _all(self, key: str, start: int, end: int, *, owned: bool) -> list[Seen]:
        return [*map(_seen, self.ask(_AGAIN[owned], key, start, end) or ())]

    def remembered(self, route: str, lead: str) -> list[Seen]:
        """Return how a lead is remembered, one under each key."""
        if (route, lead) not in self._of_leads:
            self._remember([(route, lead)])
        return self._of_leads[route, lead]

    def _remember(self, leads: Iterable[Key]) -> None:
        asked = [*leads]
        self._of_leads |= {key: [] for key in asked}
        pairs = json.dumps([[sent(route), sent(lead)] for route, lead in asked])
        for each in map(_seen, self.ask(_OF_LEADS, pairs) or ()):
            self._of_leads[each.route, each.lead].append(each)

    def log(self) -> Iterator[Recorded]:
        """Yield all that was decided, in order."""
        yield from map(self._take_lead, self.ask(_LOG) or ())

    def asked(self, asked: AskedLeads) -> Iterator[Recorded]:
        """Yield what is asked for, and fetch how it is remembered."""
        where, cells = asked_rows(asked)
        query = _ASKED.replace("{where}", where.format(mark="%s", assignee=_ASSIGNEE))
        sent_cells = (sent(cell) if isinstance(cell, str) else cell for cell in cells)
        rows = self.ask(query, *sent_cells, asked.limit) or ()
        found = [*map(self._take_lead, rows)]
        self._remember(each.key for each in found)
        yield from found

    def moves(self) -> Iterator[Move]:
        """Yield nothing: who asks for moves reads the log."""
        yield from ()


def whose(needs: Needs) -> frozenset[str]:
    """Return the receivers whose totals are asked."""
    return frozenset(who for who, _, _ in needs.counts) | {f"team {team}" for team in needs.teams}


def asked_of(needs: Needs, numbers: int = 0) -> dict[str, Any]:
    """Return what is needed, by its kind. numbers: so many for events are had with it."""
    found: dict[str, Any] = {}
    if needs.leads:
        found["leads"] = [[sent(route), sent(lead)] for route, lead in needs.leads]
    if needs.teams:
        found["teams"] = [*map(sent, needs.teams)]
    if needs.people:
        found["people"] = [*map(sent, needs.people)]
    if needs.counts:
        found["counts"] = [[sent(who), start, end] for who, start, end in needs.counts]
    if needs.counts or needs.teams:
        found["whose"] = [*map(sent, whose(needs))]
    if needs.keys:
        found["keys"] = found["owned"] = [list(key) for key in needs.keys]
    if numbers:
        found["numbers"] = numbers
    return found


def _seen(cells: list[Any]) -> Seen:
    key, at, order, route, lead, owner = cells
    return Seen(key, at, order, received(route), received(lead), received_or_none(owner))
