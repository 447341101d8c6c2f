"""Measures of a history that is short enough to be counted by hand, as the comments do it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import turnout
from tests.support.servers import fresh, gone_afterwards
from turnout import Router
from turnout.dsl.policy import Retention
from turnout.reporting.asked import AskedReport, ReportBy
from turnout.reporting.fact_index import IndexManner
from turnout.reporting.measure_tables import MeasureValue
from turnout.reporting.report import LeadReport, lead_report
from turnout.runtime.stores.anywhere import erase_in, open_known, prune_in, rename_in
from turnout.runtime.stores.erasing import Erasure
from turnout.runtime.stores.new_names import NewName
from turnout.runtime.stores.notes import index_path
from turnout.runtime.stores.sqlite import copy_state

POLICY = """policy inbound
reject reasons [bad-fit]
return reasons [spam]
log fields [country, source]
lead { id: text required  country: country  source: text  email: email }
identity email within 30 days
calendar office { timezone "UTC" open mon..fri 09:00-17:00 }
person ana { hours office }
person ben
team sales { ana, ben }
queue triage
territory Home = country in [DE, AT]
route inbound {
  within Home {
    rule german {
      when country is DE
      to   round-robin sales
      offer 15 minutes wall
      sla  1 hour wall, then queue triage
    }
    rule austrian { when country is AT to person ben }
  }
  rule swiss { when country is CH to reject "no market" }
  fallback to queue triage
}
"""
DAY = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday


def at(clock: str, days: int = 0) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return DAY + timedelta(days=days, hours=hours, minutes=minutes)


def lived(router: Router) -> None:
    """Seven leads: five on Monday, two on Tuesday. Drawn are ana, ben, ana, ana, ben, ana."""
    de = {"country": "DE", "source": "web"}
    # L-1: ana, contacted after 10 minutes, won.
    router.route({"id": "L-1", **de, "email": "x@y.example"}, at=at("09:00"))
    router.accept("L-1", by="ana", at=at("09:05"))
    router.contacted("L-1", by="ana", at=at("09:10"))
    router.converted("L-1", by="ana", at=at("12:00"))
    # L-2: ben rejects it, ana takes it, contacted after 40 minutes, returned as spam.
    router.route({"id": "L-2", **de}, at=at("10:00"))
    router.reject("L-2", by="ben", reason="bad-fit", at=at("10:05"))
    router.accept("L-2", by="ana", at=at("10:06"))
    router.contacted("L-2", by="ana", at=at("10:40"))
    router.return_lead("L-2", by="ana", reason="spam", at=at("11:00"))
    # L-3: ana and then ben don't answer, and ben claims it in the end: 2 h 20 min.
    router.route({"id": "L-3", "country": "DE", "source": "ad"}, at=at("11:00"))
    router.escalate(at=at("11:16"))
    router.escalate(at=at("12:30"))
    router.claim("triage", "ben", at=at("13:00"))
    router.contacted("L-3", by="ben", at=at("13:20"))
    # L-4: nobody's rule, and it is refused by none: waits.
    router.route({"id": "L-4", "country": "FR", "source": "web"}, at=at("16:00"))
    router.route({"id": "L-5", "country": "CH", "source": "ad"}, at=at("16:30"))  # refused
    # L-6: the same address as L-1: a duplicate; ben, never contacted.
    router.route({"id": "L-6", "country": "AT", "email": "x@y.example"}, at=at("08:00", 1))
    # L-7: whoever is next; Tuesday 16:50, contacted on Wednesday at 09:20.
    router.route({"id": "L-7", **de}, at=at("16:50", 1))
    router.accept("L-7", at=at("16:51", 1))
    router.contacted("L-7", at=at("09:20", 2))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "in.route").write_text(POLICY)
    with turnout.load(folder / "in.route", state=str(folder / "s.db")) as router:
        lived(router)
    return folder / "s.db"


def report(
    state: Path,
    by: ReportBy = "day",
    *,
    at: datetime = DAY + timedelta(days=2, hours=12),
    since: datetime | None = None,
    until: datetime | None = None,
) -> LeadReport:
    policy = turnout.load(state.parent / "in.route").compiled.policy
    with closing(open_known(state)) as store:
        asked = AskedReport(at, since, until, by)
        return lead_report(store, state, asked, IndexManner(policy))


def rows(told: LeadReport, name: str) -> list[tuple[MeasureValue, ...]]:
    return [*told.table(name).rows]


def test_leads_are_counted_by_what_became_of_them(state: Path) -> None:
    told = report(state)
    # L-1, L-2, L-3 and L-7 were contacted; L-2 was returned; L-6 is a duplicate of L-1.
    assert rows(told, "leads") == [
        ("Leads", 7, 1.0),
        ("Contacted", 4, 4 / 7),
        ("Qualified", 3, 3 / 7),
        ("Converted", 1, 1 / 7),
        ("Returned", 1, 1 / 7),
        ("Duplicates", 1, 1 / 7),
        ("Matched", 1, 1 / 7),
    ]
    assert [row[:2] for row in rows(told, "coverage")] == [
        ("routed by a rule", 5),  # L-1, L-2, L-3, L-6, L-7
        ("fell back", 1),  # L-4
        ("refused by the policy", 1),  # L-5
        ("given to nobody", 0),
        ("with data issues", 0),
    ]


def test_speed_is_told_by_the_clock_and_in_working_time(state: Path) -> None:
    told = report(state)
    # 10 min, 40 min, 2 h 20 min, 16 h 30 min. Worked by ana: 10, 40, and of L-7 10 on Tuesday
    # and 20 on Wednesday; ben, who contacted L-3, has no hours.
    assert [row[1] for row in rows(told, "speed")] == [0, 1, 1, 1, 1, 0, 0, 3]
    assert [row[2] for row in rows(told, "speed")][:4] == [0, 1 / 7, 2 / 7, 3 / 7]
    (german,) = (row for row in rows(told, "by_rule") if row[0] == "rule german")
    assert german[-4:] == (40 * 60, 16.5 * 3600, 30 * 60, 40 * 60)
    assert "median 40 min, 90 % within 16 h 30 min" in told.table("speed").note


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("day", {"2026-11-23": 5, "2026-11-24": 2}),
        ("rule", {"rule german": 4, "rule austrian": 1, "rule swiss": 1}),
        ("team", {"sales": 4, "(none)": 3}),
        ("person", {"ana": 3, "ben": 2, "(none)": 2}),  # L-1, L-3, L-7; L-2, L-6
        ("territory", {"Home": 5, "(none)": 2}),
        ("source", {"web": 4, "ad": 2, "(none)": 1}),
    ],
)
def test_leads_are_told_by_groups(state: Path, by: ReportBy, groups: dict[str, int]) -> None:
    found = {row[0]: row[1] for row in rows(report(state, by), f"by_{by}")}
    assert groups.items() <= found.items()


def test_promises_are_told_by_type(state: Path) -> None:
    # Due an hour after somebody was given a lead. Kept: ana's L-1 and L-2, ben's claimed L-3.
    # Missed: ben's L-3, which he lost at 12:30, due 12:16; ana's L-7. Passed on in time: ben's L-2,
    # ana's L-3, and the queue's L-3. Offers: answered L-1, L-2 twice, L-7; not: L-3 twice.
    assert rows(report(state), "sla") == [
        ("contact", "rule german", 3, 2, 3, 0, 0.6),
        ("acceptance", "rule german", 4, 2, 0, 0, 4 / 6),
    ]
    # At 10:20 the first one was kept, and of those of L-2 nothing is due.
    early = rows(report(state, until=at("10:30"), at=at("10:20")), "sla")
    assert early[0] == ("contact", "rule german", 2, 0, 1, 0, 1.0)


def test_who_declines_is_told_with_the_reasons(state: Path) -> None:
    told = report(state)
    # Accepted: L-1, L-2 and L-7 by ana. A claim answers nobody.
    assert rows(told, "acceptance") == [("rule german", 3, 1, 2, 0.5)]
    assert rows(told, "reasons") == [
        ("rule german", "rejected", "bad-fit", 1, 0.5),
        ("rule german", "returned", "spam", 1, 0.5),
    ]
    assert rows(told, "invalid") == [("spam", 1, 1 / 7)]
    assert rows(told, "chains") == [
        ("1 hand", 5, 5 / 7),
        ("2 hands", 1, 1 / 7),  # L-2
        ("4 hands", 1, 1 / 7),  # L-3: ana, ben, the queue, ben
        ("handed on: not accepted in time", 2, None),
        ("handed on: claimed", 1, None),
        ("handed on: rejected", 1, None),
    ]


def test_load_and_queues_are_as_of_a_moment(state: Path) -> None:
    now = report(state)  # Wednesday, 12:00
    assert rows(now, "load") == [
        ("ben", 2, 1, 47 * 3600),  # L-3, claimed on Monday at 13:00, and L-6
        ("ana", 1, 0, (19 * 60 + 10) * 60),  # L-7, since Tuesday, 16:50
    ]
    assert rows(now, "queues") == [("triage", 1, 44 * 3600, 44 * 3600)]  # L-4
    then = report(state, at=at("10:30"))
    assert rows(then, "load") == [("ana", 2, 1, 90 * 60)]  # L-1, and L-2 since 10:05


def test_shares_are_told_beside_what_was_due(state: Path) -> None:
    # Entitled: half of each lead that both could be drawn for, all of what only one could be. To
    # ana: L-1, L-2, L-2 again alone, back with L-2's return, L-3, L-7: .5 + .5 + 1 - .5 + .5 + .5.
    # To ben up to his last draw: .5 + .5 + 0 - .5 + .5, and L-3 alone. Given back is ana's L-2.
    assert rows(report(state), "fairness") == [
        ("sales", "ana", 3, 3 / 5, 2.5, 0.5, 0.5),
        ("sales", "ben", 2, 2 / 5, 2.0, 0.5, 0.5),
    ]


def test_versions_are_told_with_how_much_they_moved(state: Path, tmp_path: Path) -> None:
    copy = copied(state, tmp_path)
    draft = POLICY.replace("country is AT to person ben", "country is AT to queue triage")
    (tmp_path / "in.route").write_text(draft.replace("rule austrian", "rule vienna"))
    with turnout.load(tmp_path / "in.route", state=str(copy)) as router:
        router.route({"id": "L-8", "country": "AT"}, at=at("09:00", 3))
    first, second = rows(report(copy), "versions")
    assert (first[1], first[2], first[3], first[-1]) == ("2026-11-23", "2026-11-24", 7, None)
    assert (second[1], second[3], second[-1]) == ("2026-11-26", 1, 1.0)  # all by another rule


def test_a_period_takes_the_leads_that_arrived_in_it(state: Path) -> None:
    told = report(state, since=at("10:00"), until=at("08:00", 1))
    assert rows(told, "leads")[0] == ("Leads", 4, 1.0)  # L-2 to L-5
    assert rows(told, "leads")[3] == ("Converted", 0, 0.0)
    assert rows(told, "chains")[0] == ("1 hand", 2, 0.5)


def test_what_is_new_is_added_to_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "in.route").write_text(POLICY)
    state = tmp_path / "s.db"
    turnout.load(tmp_path / "in.route", state=str(state)).close()
    assert rows(report(state), "leads")[0] == ("Leads", 0, None)
    with turnout.load(tmp_path / "in.route", state=str(state)) as router:
        router.route({"id": "L-0", "country": "DE"}, at=at("08:59"))
        assert rows(report(state), "leads")[0] == ("Leads", 1, 1.0)
        lived(router)
    step = report(state)
    index_path(state).unlink()
    assert report(state) == step
    index_path(state).write_bytes(b"no index at all, and long enough to be told" * 9)
    assert report(state) == step


def test_what_is_erased_or_renamed_is_so_in_a_report(state: Path, tmp_path: Path) -> None:
    copy = copied(state, tmp_path)
    report(copy, "source")
    erase_in(copy, Erasure(leads=("L-3",), actor="dpo"))
    assert not index_path(copy).exists()
    rename_in(copy, NewName("person", "ana", "anna"))
    told = report(copy, "source")
    assert {row[0]: row[1] for row in rows(told, "by_source")} == {"web": 4, "(none)": 2, "ad": 1}
    assert [row[0] for row in rows(told, "load")] == ["ben", "anna"]  # as they were then
    assert [row[1] for row in rows(told, "fairness")] == ["anna", "ben"]
    with sqlite3.connect(index_path(copy)) as connection:
        texts = {text for (text,) in connection.execute("SELECT text FROM texts")}
    connection.close()
    assert not any("L-3" in text for text in texts)


def test_of_pruned_leads_it_stays_known_how_they_stand(state: Path, tmp_path: Path) -> None:
    copy = copied(state, tmp_path)
    report(copy)
    prune_in(copy, Retention(values=None, events=timedelta(days=1)), at("12:00", 9))
    told = report(copy)
    # L-3's last decision is that it was claimed from the fallback's queue.
    assert [row[1] for row in rows(told, "coverage")] == [4, 2, 1, 0, 0]
    assert rows(told, "leads")[:5] == rows(report(state), "leads")[:5]
    # Of L-7, whose last event is the newest of the state, all is known yet.
    assert rows(told, "speed")[-2:] == [("not yet", 3, None), ("at a time not known", 3, None)]


def test_without_a_place_for_the_index_it_is_made_in_memory(state: Path, tmp_path: Path) -> None:
    copy = copied(state, tmp_path)
    index_path(copy).mkdir()
    assert rows(report(copy), "leads")[0] == ("Leads", 7, 1.0)


def copied(state: Path, folder: Path) -> Path:
    """Return a copy of a state beside its policy."""
    (folder / "in.route").write_text(POLICY)
    copy_state(state, folder / "s.db")
    return folder / "s.db"


def test_a_state_on_a_server_is_told_of_as_one_in_a_file(state: Path) -> None:
    policy = turnout.load(state.parent / "in.route").compiled
    with gone_afterwards(fresh()) as there:
        with Router(policy, state=there) as router:
            lived(router)
        with closing(open_known(there)) as store:
            asked = AskedReport(DAY + timedelta(days=2, hours=12))
            told = lead_report(store, there, asked, IndexManner(policy.policy))
    assert told.tables == report(state).tables


STEPS = """policy inbound
lead { id: text required  country: country }
person ana { backup ben }
person ben
person cleo
team sales { ben, cleo }
queue triage
queue late
route inbound {
  rule swiss { when country is CH to person ana }
  rule german {
    when country is DE
    to   round-robin sales
    sla  10 minutes alert, 20 minutes reassign, 1 hour then queue late
  }
  rule french {
    when country is FR
    to   round-robin sales
    offer 15 minutes
    sla  30 minutes from acceptance, then queue late
  }
  fallback to queue triage
}
"""


def test_steps_offers_and_backups_are_told_as_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "in.route").write_text(STEPS)
    with turnout.load(tmp_path / "in.route", state=str(tmp_path / "s.db")) as router:
        router.away("ana", at=at("07:00"))
        router.route({"id": "L-1", "country": "CH"}, at=at("08:00"))  # ben, in ana's place
        # L-2: ben, an alert at 09:10; cleo at 09:20; queue late at 10:00; triage in the end.
        router.route({"id": "L-2", "country": "DE"}, at=at("09:00"))
        for minutes in range(80):
            router.escalate(at=at("09:00") + timedelta(minutes=minutes))
        # L-3: cleo, accepted at 11:10 and so due at 11:40, contacted before.
        router.route({"id": "L-3", "country": "FR"}, at=at("11:00"))
        router.accept("L-3", at=at("11:10"))
        router.contacted("L-3", at=at("11:35"))
        # L-4: ben doesn't answer; cleo never accepts but contacts it.
        router.route({"id": "L-4", "country": "FR"}, at=at("12:00"))
        for minutes in range(20):
            router.escalate(at=at("12:00") + timedelta(minutes=minutes))
        router.contacted("L-4", at=at("12:25"))
        router.route({"id": "L-5", "country": "Atlantis"}, at=at("13:00"))  # no such country
    told = report(tmp_path / "s.db", at=at("18:00"))
    assert [row[:2] for row in rows(told, "coverage")] == [
        ("routed by a rule", 4),
        ("fell back", 1),  # L-5
        ("refused by the policy", 0),
        ("given to nobody", 0),
        ("with data issues", 1),
    ]
    assert rows(told, "sla") == [
        ("contact", "rule french", 1, 0, 0, 0, 1.0),  # L-3
        ("contact", "rule german", 0, 3, 0, 0, 0.0),  # ben by 09:10, cleo by 10:00, the queue
        ("acceptance", "rule french", 2, 1, 0, 0, 2 / 3),  # L-3 and L-4 by cleo; L-4 by ben
    ]
    assert rows(told, "acceptance") == [("rule french", 1, 0, 1, 0.5)]
    assert [row[:2] for row in rows(told, "chains")] == [
        ("1 hand", 3),
        ("2 hands", 1),
        ("4 hands", 1),  # an alert is no hand
        ("handed on: SLA missed", 3),
        ("handed on: not accepted in time", 1),
    ]
    # From arrival, whoever had them in between: L-4 after 25 minutes, L-3 after 35.
    (french,) = (row for row in rows(told, "by_rule") if row[0] == "rule french")
    assert french[7:9] == (25 * 60, 35 * 60)
