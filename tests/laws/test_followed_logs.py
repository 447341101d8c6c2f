"""A report of what was read bit by bit says the same as one that reads the whole log.

Of a history that is drawn: leads arrive, are worked on, claimed, routed anew, and somebody asks
for a report in between, each time by other hours or none.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

import turnout
from tests.support.servers import fresh, gone_afterwards
from turnout import Router
from turnout.compiler.compiled import compile_policy
from turnout.dsl.policy import Policy
from turnout.errors import Error
from turnout.reporting import fact_columns, fact_index, lead_facts
from turnout.reporting.asked import AskedReport
from turnout.reporting.fact_index import IndexManner
from turnout.reporting.report import LeadReport, lead_report
from turnout.runtime.stores.anywhere import open_known
from turnout.runtime.stores.server.locations import Whereabouts

POLICY = """policy inbound
reject reasons [bad-fit]
return reasons [spam]
log fields [country, source]
lead { id: text required  country: country  source: text  email: email }
identity email within 30 days
calendar office { timezone "UTC" open mon..fri 09:00-17:00 }
person ana { hours office }
person ben
person cleo { hours office }
team sales { ana, ben weight 2, cleo }
queue triage
route inbound {
  rule german {
    when country is DE
    to   round-robin sales
    offer 15 minutes wall
    sla  30 minutes wall alert, 1 hour reassign, 2 hours then queue triage
  }
  rule austrian { when country is AT to person ben  sla 1 hour }
  fallback to queue triage
}
"""
FIRST = datetime(2026, 11, 23, 8, tzinfo=UTC)
PEOPLE = ["ana", "ben", "cleo"]


def lived(router: Router, chance: Random, first: int, leads: int, at: datetime) -> datetime:
    """Let so many leads arrive, and things happen to leads that came."""
    for number in range(first, first + leads):
        at += timedelta(minutes=chance.choice([0, 1, 7, 30, 200]))
        record = {
            "id": f"L-{number}",
            "country": chance.choice(["DE", "DE", "AT", "FR"]),
            "source": chance.choice(["web", "ad"]),
            "email": f"x{chance.randrange(leads)}@y.example",
        }
        router.route(record, at=at)
        for _ in range(chance.randrange(4)):
            at += timedelta(minutes=chance.choice([1, 5, 20]))
            with suppress(Error):  # it isn't theirs, or long done with
                _act(router, chance, f"L-{chance.randrange(number + 1)}", at)
    return at


def _act(router: Router, chance: Random, lead: str, at: datetime) -> None:
    who = chance.choice(PEOPLE)
    match chance.randrange(9):
        case 0:
            router.accept(lead, at=at)
        case 1:
            router.reject(lead, reason="bad-fit", at=at)
        case 2:
            router.contacted(lead, at=at)
        case 3:
            router.converted(lead, at=at)
        case 4:
            router.return_lead(lead, reason="spam", at=at)
        case 5:
            router.claim("triage", who, at=at)
        case 6:
            router.release(lead, at=at)
        case 7:
            router.escalate(at=at)
        case _:
            router.close_lead(lead, at=at)


def told(at: Whereabouts, policy: Policy | None, kept: Path | None, by: datetime) -> LeadReport:
    with closing(open_known(at)) as store:
        asked = AskedReport(by, by="person")
        return lead_report(store, at, asked, IndexManner(policy), kept=kept)


def follows(at: Whereabouts, folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold reports in between, of an index that is kept, to those of one made anew."""
    monkeypatch.setattr(fact_index, "STEP", 7)
    for module in (fact_columns, lead_facts):  # leads and stints of many parts
        monkeypatch.setattr(module, "PART", 4)
    monkeypatch.setattr(fact_index, "AT_ONCE", 3)
    (folder / "in.route").write_text(POLICY)
    (folder / "other.route").write_text(POLICY.replace("09:00-17:00", "07:00-12:00"))
    policies = [
        compile_policy(folder / "in.route").policy,
        compile_policy(folder / "other.route").policy,
        None,
    ]
    chance = Random(seed)  # noqa: S311 - no secret
    kept, now = folder / "kept.db", FIRST
    for step in range(6):
        with turnout.load(folder / "in.route", state=str(at)) as router:
            now = lived(router, chance, step * 8, 8, now)
        policy = chance.choice(policies)
        by_steps = told(at, policy, kept, now)
        anew = folder / f"anew-{step}.db"
        assert told(at, policy, anew, now) == by_steps
        has_hours = any(
            row["median_worked"] is not None for row in by_steps.table("by_person").records()
        )
        assert policy is not None or not has_hours


@pytest.mark.parametrize("seed", range(6))
def test_an_index_that_is_followed_tells_what_a_fresh_one_does(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follows(tmp_path / "s.db", tmp_path, seed, monkeypatch)


def test_on_a_server_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with gone_afterwards(fresh()) as at:
        follows(at, tmp_path, 17, monkeypatch)


def test_reports_that_are_made_at_once_are_each_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fact_index, "STEP", 50)
    (tmp_path / "in.route").write_text(POLICY)
    policy, state = compile_policy(tmp_path / "in.route").policy, tmp_path / "s.db"
    with turnout.load(tmp_path / "in.route", state=str(state)) as router:
        router.route_all([{"id": f"A-{n}", "country": "DE"} for n in range(100)], at=FIRST)

        def count() -> set[tuple[object, int]]:
            found = set[tuple[object, int]]()
            for _ in range(15):
                report = told(state, policy, None, FIRST)
                whole, *_ = report.table("leads").rows
                people = (int(str(row[1])) for row in report.table("by_person").rows)
                found.add((whole[1], sum(people)))
            return found

        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(count) for _ in range(3)]
            for step in range(15):
                some = [{"id": f"B-{step}-{n}", "country": "DE"} for n in range(20)]
                router.route_all(some, at=FIRST)
            counted = set[tuple[object, int]]().union(*(each.result(60) for each in asked))
    assert all(whole == of_people for whole, of_people in counted)
