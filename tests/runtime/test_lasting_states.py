"""States that last: clocks that step back, two versions of a policy, a full disk, a long past.

Every run has a few hundred events in a file and on a server; `--thorough` has 100,000.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.support import killed_runs
from tests.support.servers import fresh, gone_afterwards
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.runtime.decisions import Decision
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.runtime.stores.anywhere import checked_whole
from turnout.runtime.stores.server.locations import Whereabouts

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOST = 3
HISTORY, THOROUGH = 250, 100_000
POLICY = """policy lasting
lead {{ id: text required, email: email }}
{people}
team sales {{ {members} }}
queue triage
route inbound {{
  rule known {{ when email is present to round-robin sales else queue triage }}
  fallback to queue triage
}}
"""


def version(most: int, **weights: int) -> Compiled:
    """Return a version of the policy: who is in the team, each with a cap."""
    text = POLICY.format(
        people="\n".join(f"person {name} {{ cap {most} per 24 hours }}" for name in weights),
        members=", ".join(f"{name} weight {weight}" for name, weight in weights.items()),
    )
    bundle = of_texts("lasting.route", text, {})
    return compile_policy(bundle.main, files=bundle)


def raw(number: int) -> dict[str, str]:
    return {"id": f"L{number}", "email": f"p{number}@firm.example"}


@pytest.fixture(params=["memory", "file", "server"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whereabouts | None]:
    if request.param == "server":
        with gone_afterwards(fresh()) as at:
            yield at
    else:
        yield tmp_path / "state.db" if request.param == "file" else None


def test_a_machine_whose_clock_steps_back_keeps_caps_shares_and_leads(
    state: Whereabouts | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = AT
    for name in ("memory", "sqlite", "server.postgres"):
        monkeypatch.setattr(f"turnout.runtime.stores.{name}.this_moment", lambda: clock)
    chance = random.Random(5)  # noqa: S311 - nothing is secret
    with Router(version(MOST, ana=2, ben=1), state=state) as router:
        told: list[Decision] = []
        for number in range(40):
            told.append(router.route(raw(number)))
            clock += chance.choice((-HOUR, -HOUR, -timedelta(minutes=7), HOUR, 3 * HOUR, 9 * HOUR))
        again = [router.route(raw(number)) for number in range(40)]
        events = [*router.events()]
        lags = router.lags()["sales"]
    assert [each.assignee for each in again] == [each.assignee for each in told]
    assert all(each.repeated for each in again)
    assert [event.lead for event in events] == [each.lead for each in told]
    given = Counter(each.assignee for each in told)
    assert given["ana"] > MOST, "days go by all the same"
    assert given["ben"] > MOST
    for name in ("ana", "ben"):
        moments = sorted(each.at for each in told if each.assignee == name)
        for first, last in zip(moments, moments[MOST:], strict=False):
            assert last - first >= DAY, f"more than {MOST} in a day"
    assert sum(lags.values()) == 0
    assert max(map(abs, lags.values())) <= 1
    if state is not None:
        assert checked_whole(state).leads == 40


@pytest.mark.parametrize("state", ["file", "server"], indirect=True)
def test_two_versions_of_a_policy_share_a_state(state: Whereabouts) -> None:
    """While runs of the old version last, those of the new one have begun."""
    old, new = version(4, ana=1, ben=1), version(2, ana=1, cleo=1)
    with Router(old, state=state) as before, Router(new, state=state) as after:
        told = [
            (after if number % 2 else before).route(raw(number), at=AT + number * HOUR / 60)
            for number in range(12)
        ]
        again = [
            (before if number % 2 else after).route(raw(number), at=AT + HOUR)
            for number in range(12)
        ]
        assert all(each.repeated for each in again)
        assert [each.assignee for each in again] == [each.assignee for each in told]
        events = [*after.events()]
        assert [*before.events()] == events
        lags = after.lags()["sales"]
    by_version = [old.policy_hash, new.policy_hash] * 6
    assert [event.policy for event in events] == by_version
    given = Counter(each.assignee for each in told)
    assert given["ben"] <= 4
    assert given["cleo"] == 2
    assert given["ana"] <= 4, "what the other version gave her counts in each"
    late = [each.assignee for each in told[1::2]][2:]
    assert late.count("ana") <= 1
    assert set(lags) == {"ana", "cleo"}
    assert sum(lags.values()) == 0
    assert checked_whole(state).leads == 12


def test_a_server_whose_disk_is_full_is_told_and_keeps_what_had_ended() -> None:
    policy = version(99, ana=2, ben=1)
    with gone_afterwards(fresh()) as at, Router(policy, state=at) as router:
        told = [router.route(raw(number), at=AT) for number in range(3)]
        with psycopg.connect(at.conninfo, autocommit=True) as server:
            full = (
                f"CREATE FUNCTION {at.schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE 'could not extend file: no space left' USING ERRCODE = '53100';"
                f" END $$; CREATE TRIGGER refuses BEFORE INSERT ON {at.schema}.given"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {at.schema}.refuse()"
            )
            server.execute(full.encode())
            for route in (
                lambda: router.route(raw(3), at=AT),
                lambda: [*router.route_all(map(raw, range(3, 9)), at=AT)],
                lambda: router.reroute(raw(1), "asked", at=AT),
            ):
                with pytest.raises(StateError, match="short of something: could not extend") as no:
                    route()
                assert "as it was before" in no.value.help
            assert [event.lead for event in router.events()] == [each.lead for each in told]
            server.execute(f"DROP TRIGGER refuses ON {at.schema}.given".encode())
        told += [router.route(raw(number), at=AT) for number in range(3, 9)]
        assert "".join(str(each.assignee)[0] for each in told) == "aba" * 3
        assert checked_whole(at).leads == 9


def lived(router: Router, events: int, hours: int | None = None) -> int:
    """Live through so many events and return at which hour: leads come, are touched, moved.

    hours: as many instead; on a server some numbers of events are left out.
    """
    chance = random.Random(11)  # noqa: S311 - nothing is secret
    number = hour = 0
    while router.last_event() < events if hours is None else hour < hours:
        hour += 1
        at = AT + hour * HOUR
        size = min(500, events // 5)
        leads = [killed_runs.raw(chance.randrange(number + size)) for _ in range(size // 9)]
        leads += map(killed_runs.raw, range(number, number + size))
        number += size
        routed = [each.lead for each in router.route_all(leads, at=at, batch=size)]
        router.touch(*chance.sample(routed, size // 4), at=at, by="ana")
        for lead in chance.sample(routed, size // 20):
            router.close_lead(lead, at=at, converted=chance.random() < 0.5)
        again = [killed_runs.raw(chance.randrange(number)) for _ in range(size // 20)]
        router.reroute_all((each for each in again), "asked", at=at)
        router.escalate(at=at)
    return hour


@pytest.mark.parametrize("state", ["file", "server"], indirect=True)
def test_a_long_history_is_replayed_to_the_same_state(
    request: pytest.FixtureRequest, state: Whereabouts
) -> None:
    """Its log gives the state again, and the same leads give the same log in memory."""
    count = THOROUGH if request.config.getoption("thorough") else HISTORY
    policy = killed_runs.policy()
    with Router(policy, state=state, wait=60) as kept, Router(policy) as replayed:
        lived(kept, count, lived(replayed, count))
        events = tuple(kept.events())
        assert len(events) >= count
        for here, there in zip(events, replayed.events(), strict=True):
            assert (here.kind, here.lead, here.at) == (there.kind, there.lead, there.at)
            assert (here.decision, here.draw) == (there.decision, there.draw)
        assert kept.lags() == replayed.lags()
        assert kept.lags()["sales"] == killed_runs.entitled(events)
    assert checked_whole(state, wait=60).events == len(events)
