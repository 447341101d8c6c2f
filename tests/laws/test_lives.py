"""Laws of the life of an assignment: whatever happens to leads, they stand as the pages say.

Held to the obvious life of tests/support/obvious_lives.py, on drawn policies with offers, steps of
SLAs, reasons, waiting queues and backups, around both edges of daylight saving and on holidays.
Leads arrive, are accepted, rejected, contacted, returned, released, claimed, closed, routed
anew and erased; people leave and come back; the policy changes; `turnout sla` runs at any moment,
and at those at which something is due.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.obvious_lives import ObviousLife
from tests.support.policies import laid_down
from tests.support.servers import fresh, gone_afterwards, server_uri
from tests.support.strategies import PEOPLE, changed_lives, changed_people, histories
from turnout.compiler.compiled import Compiled
from turnout.compiler.program import lower
from turnout.dsl.files import parse_files
from turnout.dsl.policy import Team
from turnout.dsl.resolve import resolve
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.draw import LEVEL, Roster, lags
from turnout.runtime.drift import drift
from turnout.runtime.events import Sought
from turnout.runtime.leads import lead_reader
from turnout.runtime.lives import Deed, NotAllowedError
from turnout.runtime.logged_leads import KEY
from turnout.runtime.moves import Move
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole, erase_in
from turnout.runtime.stores.erasing import Erasure
from turnout.runtime.stores.server.locations import Whereabouts

ROUTE = "r"
FIELDS = ("language", "owner", "urgent", "products", "score")
DEEDS: tuple[Deed, ...] = (
    *("accept", "reject", "contacted", "converted", "close", "release", "return"),
    *("accept", "reject", "release", "return"),
)
SCRIPTS = (
    ("accept", "run", "run", "run"),
    ("change", "accept", "run", "run"),
    ("change", "run", "run"),
    ("run", "change", "run", "run"),
    ("reject", "reject", "run"),
    ("reject", "anew", "reject"),
    ("release", "release", "run"),
    ("claim", "release", "claim", "run"),
    ("claim", "release", "run", "run"),
    ("return", "arrive", "arrive"),
    ("reject", "arrive", "arrive"),
    ("return", "anew", "arrive"),
    ("leave", "arrive", "back", "arrive"),
    ("leave", "anew", "back", "arrive"),
    ("leave", "reject", "run"),
    ("run", "run", "run", "run"),
    ("contacted", "run", "run"),
    ("close", "run", "anew", "run"),
    ("anew", "anew", "run"),
    ("erase", "run", "arrive", "run"),
    ("accept", "erase", "accept", "run"),
    ("claim", "erase", "claim", "run"),
    ("close", "erase", "arrive"),
    ("contacted", "erase", "arrive", "arrive"),
    ("reject", "erase", "change", "run"),
)
"""What happens to one lead, and what comes of it."""

REASONS = ("bad fit", "full", "spam", "no-show")
PAUSES = (0, 1, 9, 10, 15, 25, 90, 120, 700, 1440, 2880)

Event = tuple[str, int, int, str, str]
"""What happens: its word, minutes since the last one (-1 for when something is due), and which.

A lead of a number below 0 is the one to which something happened last.
"""


def events(most: int) -> st.SearchStrategy[list[Event]]:
    """Return what happens to leads after and between their arrivals."""
    words = (
        *DEEDS,
        *("run", "arrive") * 5,
        *("claim", "claim", "leave", "back", "anew", "change", "erase"),
    )
    one = st.tuples(
        st.sampled_from(words),
        st.sampled_from((-1, -1, -1, *PAUSES)),
        st.integers(-3, 20),
        st.sampled_from(("holder", "holder", "", *PEOPLE)),
        st.sampled_from(REASONS),
    )
    several = st.one_of(one.map(lambda each: [each]), scripts(), scripts())
    return st.lists(several, min_size=most // 6, max_size=most // 3).map(
        lambda parts: [event for part in parts for event in part][:most]
    )


@st.composite
def scripts(draw: st.DrawFn) -> list[Event]:
    """Return what happens to one lead in a row, by whoever has it."""
    which, person = draw(st.sampled_from((-1, -1, 0, 1))), draw(st.sampled_from(PEOPLE))
    found: list[Event] = []
    for word in draw(st.sampled_from(SCRIPTS)):
        pause = draw(st.sampled_from((-1, -1, -1, 10) if word == "run" else (0, 0, 1, -1)))
        by = person if word in {"leave", "back", "claim"} else "holder"
        queue = draw(st.integers(0, 2)) if word == "claim" else which
        found.append((word, pause, queue, by, draw(st.sampled_from(REASONS))))
    return found


@st.composite
def crowds(draw: st.DrawFn, most: int) -> list[tuple[dict[str, Any], datetime]]:
    """Return leads of which most are alike, so that they are each other's duplicates."""
    return [
        (
            raw
            | draw(st.sampled_from(({"language": "de"}, {"language": "de", "owner": "ana"}, {}))),
            at,
        )
        for raw, at in draw(histories(most=most))
    ]


def readied(text: str) -> Compiled:
    """Return a policy to be run, whatever the checks would say of it."""
    with laid_down(text) as main:
        parsed = parse_files(main)
        resolution = resolve(parsed, main)
    assert not parsed.findings
    assert not [each for each in resolution.findings if each.severity.name == "ERROR"]
    policy = attrs.evolve(resolution.policy, name="lives")
    sources = tuple(each.source for each in parsed.files)
    return Compiled(policy, lower(policy), (), sources, None, (), policy_hash=str(hash(text)))


@pytest.fixture(scope="module", autouse=True)
def _key() -> Generator[None, None, None]:
    """Give the key by which the log hashes what the policies say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY, "a key for laws alone")
        yield


class Both:
    """A router on a store, and the obvious one, to which the same happens."""

    def __init__(self, versions: tuple[str, str], state: Whereabouts | None) -> None:
        self.versions = [readied(text) for text in versions]
        self.router = Router(self.versions[0], state=state)
        self.obvious = ObviousLife(self.versions[0].policy, ROUTE)
        self.read = lead_reader(self.versions[0].policy.fields)
        self.raws: dict[str, dict[str, object]] = {}
        self.state = state
        self.told: list[str] = []
        self.last = ""
        self.erased: set[str] = set()

    def level(self) -> None:
        """Check that everybody is as far from their share of the turns."""
        teams = self.obvious.policy.teams
        found = {
            name: lags(self.obvious.turns.get(name, LEVEL), _roster(team))
            for name, team in teams.items()
        }
        assert self.router.lags() == found, self.told

    def same(self, at: datetime) -> None:
        """Check that every lead stands as it has to."""
        for lead, life in self.obvious.lives.items():
            found = self.router.current(lead)
            assert found is not None
            holder = found.holder.kind, found.holder.target, found.holder.assignee
            said = f"{lead} at {at}: {self.told}"
            assert (found.status, holder) == (life.status, life.holder), said
            assert found.due == life.touch_by, said
            expires = life.expires if life.status == "offered" else None
            assert (found.expires if found.status == "offered" else None) == expires, said

    def arrive(self, raw: dict[str, object], at: datetime) -> None:
        lead = str(raw["id"])
        if lead in self.raws:
            assert self.router.route(raw, at=at).repeated
            return
        self.raws[lead], self.last = raw, lead
        decision = self.router.route(raw, at=at)
        life = self.obvious.arrived(self.read(raw, None), at)
        assert [each.reason for each in decision.passed_over] == life.reasons

    def happen(self, event: Event, at: datetime) -> None:
        word, _, which, by, reason = event
        self.told.append(f"{at:%d %H:%M} {word} {which} {by} {reason}")
        leads = list(self.raws)
        lead = self.last if which < 0 else leads[which % len(leads)]
        self.last = lead
        person = by if by in PEOPLE else PEOPLE[which % 3]
        match word:
            case "run":
                self.run(at)
            case "claim":
                self.claim(("night", "backlog", "triage")[which % 3], person, at)
            case "leave":
                self.leave(person, which, at)
            case "back":
                self.router.back(person, at=at)
                gone = [each for each in self.obvious.absences if each.person == person]
                began = [each for each in gone if each.since <= at]
                kept = [each for each in self.obvious.absences if each not in began]
                self.obvious.absences = tuple(kept)
            case "anew":
                self.anew(lead, at)
            case "change":
                self.change()
            case "erase":
                self.erase(lead)
            case _:
                self.do(cast("Deed", word), lead, by, reason, at)

    def run(self, at: datetime) -> None:
        """Have `turnout sla` run, twice at the moment: the second time nothing is done."""
        moves = [_told(each) for each in self.router.escalate(at=at)]
        assert moves == list(self.obvious.ran(at)), self.told
        assert self.router.escalate(at=at) == ()

    def do(self, deed: Deed, lead: str, by: str, reason: str, at: datetime) -> None:
        life = self.obvious.lives[lead]
        actor = (life.holder[2] or life.holder[1]) if by == "holder" else by
        policy = self.obvious.policy
        named = {"reject": policy.rejecting, "return": policy.returning}.get(deed)
        meant = None if named is None else named.meant(reason)
        is_allowed = self.obvious.may(deed, life, actor) and (named is None or meant is not None)
        refused: NotAllowedError | None = None
        try:
            self.router.do(deed, lead, by=actor, reason=reason, at=at)
        except NotAllowedError as error:
            refused = error
        assert (refused is None) == is_allowed, (refused, deed, life.status, self.told)
        if is_allowed:
            self.obvious.did(deed, life, at, meant or "")

    def claim(self, queue: str, person: str, at: datetime) -> None:
        is_allowed = self.obvious.may_claim(person, at)
        refused: NotAllowedError | None = None
        found = None
        try:
            found = self.router.claim(queue, person, at=at)
        except NotAllowedError as error:
            refused = error
        assert (refused is None) == is_allowed, (refused, self.told)
        if is_allowed:
            wanted = self.obvious.claimed(queue, person, at)
            assert (found and found.lead) == (wanted and wanted.lead.id), self.told
            self.last = self.last if found is None else found.lead

    def leave(self, person: str, which: int, at: datetime) -> None:
        until = (None, at + timedelta(hours=1), at + timedelta(days=2))[which % 3]
        team = ("", "near", "far")[which // 2 % 3]
        if team and all(each.person != person for each in self.obvious.policy.teams[team].members):
            team = ""
        if which % 2:
            self.router.away(person, since=at, until=until, at=at)
            new = PersonAbsence("away", person, at, until)
        else:
            self.router.pause(person, since=at, until=until, team=team, at=at)
            new = PersonAbsence("paused", person, at, until, team)
        self.obvious.absences = (*self.obvious.absences, new)

    def anew(self, lead: str, at: datetime) -> None:
        """Have a lead routed anew; one that was erased stays as it is."""
        raw = self.raws[lead]
        decision = self.router.reroute(raw, "asked", at=at)
        assert decision.repeated == (lead in self.erased), self.told
        if lead not in self.erased:
            self.obvious.arrived(self.read(raw, None), at)

    def erase(self, lead: str) -> None:
        """Have a lead erased while the router is at work; in memory nothing is."""
        if self.state is not None and lead not in self.erased:
            erase_in(self.state, Erasure((lead,), actor="eva"))
            self.obvious.forgot(lead)
            self.erased.add(lead)

    def change(self) -> None:
        """Have another version of the policy go on with the state."""
        self.versions.reverse()
        store = self.router._store  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        if self.state is not None:
            self.router.close()
        self.router = Router(self.versions[0], state=self.state)
        if self.state is None:
            self.router._store = store  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self.obvious.policy = self.versions[0].policy

    def moment(self, pause: int, at: datetime) -> datetime:
        """Return when something happens next: so many minutes later, or when the next is due."""
        if pause >= 0:
            return at + timedelta(minutes=pause)
        ends = [
            end for each in self.obvious.lives.values() for end in (each.due, each.expires) if end
        ]
        return min((each for each in ends if each > at), default=at)


def _roster(team: Team) -> Roster:
    return Roster.of((member.person, member.weight) for member in team.members)


def _told(move: Move) -> tuple[str, str, str]:
    return move.lead, move.before.name, move.after.name


@contextmanager
def states(kind: str) -> Generator[Whereabouts | None, None, None]:
    """Yield where an empty state of a kind is to be."""
    if kind == "memory":
        yield None
    elif kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield Path(folder, "state.db")
    else:
        server_uri()
        with gone_afterwards(fresh()) as at:
            yield at


def lived(
    kind: str,
    versions: tuple[str, str],
    arrivals: list[tuple[dict[str, Any], datetime]],
    between: list[Event],
) -> None:
    """Have all of it happen to both, and check that they stay the same."""
    with states(kind) as state:
        both = Both(versions, state)
        try:
            happened(both, arrivals, between)
            both.level()
        except AssertionError as error:
            told = "\n".join((*versions, *both.told))
            raise AssertionError(f"{error}\n{told}") from error
        finally:
            both.router.close()
        if state is not None:
            assert checked_whole(state).leads == len(both.raws)


def happened(
    both: Both, arrivals: list[tuple[dict[str, Any], datetime]], between: list[Event]
) -> None:
    rest = iter(arrivals)
    raw, at = next(rest)
    arrived(both, raw, at)
    for event in between:
        at = both.moment(event[1], at)
        if event[0] != "arrive":
            both.happen(event, at)
            both.same(at)
        elif following := next(rest, None):
            arrived(both, following[0], at)
        if both.state is None:
            both.level()
    for raw, moment in rest:
        at = max(at, moment)
        arrived(both, raw, at)


def arrived(both: Both, raw: dict[str, Any], at: datetime) -> None:
    both.told.append(f"{at:%d %H:%M} arrives {raw}")
    both.arrive(raw, at)
    both.same(at)


VERSIONS = st.one_of(changed_people(), changed_lives(), changed_lives())


@settings(max_examples=3 * settings().max_examples)
@given(VERSIONS, crowds(8), events(24), st.sampled_from(("memory", "sqlite")))
def test_leads_stand_as_the_obvious_life_says(
    versions: tuple[str, str],
    arrivals: list[tuple[dict[str, Any], datetime]],
    between: list[Event],
    kind: str,
) -> None:
    lived(kind, versions, arrivals, between)


@settings(max_examples=settings().max_examples // 10)
@given(VERSIONS, crowds(6), events(16))
def test_leads_on_a_server_stand_as_the_obvious_life_says(
    versions: tuple[str, str], arrivals: list[tuple[dict[str, Any], datetime]], between: list[Event]
) -> None:
    lived("server", versions, arrivals, between)


UNLIMITED = re.compile(r" cap \d+ (open|per (\d+ )?\w+)")


@given(changed_people(), histories(most=8), events(16))
def test_a_replay_by_the_same_policy_finds_no_drift(
    versions: tuple[str, str], arrivals: list[tuple[dict[str, Any], datetime]], between: list[Event]
) -> None:
    """Whom caps and absences kept from a lead then isn't known to a replay; all else is the same.

    Nor is who had an earlier lead when this one came, and which were routed anew since.
    """
    text = UNLIMITED.sub("", versions[0]).replace("previous-owner", "person ben")
    text = text.replace("log fields [language] hashed [owner]", f"log fields [{', '.join(FIELDS)}]")
    kept = [each for each in between if each[0] in {*DEEDS, "claim", "run", "arrive"}]
    both = Both((text, text), None)
    happened(both, arrivals, kept)
    routed = both.router.events(Sought("routed"))
    found = drift(routed, Router(readied(text)), FIELDS)
    assert found.drifted == ()
    assert found.same == found.replayed == found.routed - found.valueless
    assert found.routed == len(both.raws)
