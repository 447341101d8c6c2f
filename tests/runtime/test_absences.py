"""Away, paused and back while leads are routed: from the next lead on, with who said so and why."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from turnout.cli import cli
from turnout.compiler.compiled import compile_policy
from turnout.dsl.bundles import of_texts
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.events import Sought
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.runtime.stores.anywhere import checked_whole, exported_from, import_into
from turnout.runtime.stores.new_names import NewName
from turnout.runtime.stores.renaming import rename

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = """policy gone
lead { id: text required  owner: person  country: country  language: language }
calendar late { timezone "UTC" open mon..sun 18:00-24:00 }
person ana { languages [de] }
person ben { languages [en] }
person cleo { hours late languages [de] cap 1 per day }
team sales { ana, ben }
team limited { ben, cleo }
queue triage
route inbound {
  rule owned { when owner is present to owner owner else queue triage }
  rule other { when country is DE to round-robin limited matching language else queue triage }
  rule every { when country is missing to round-robin sales else queue triage }
  fallback to queue triage
}
"""


def router(path: Path | None = None) -> Router:
    bundle = of_texts("gone.route", POLICY, {})
    compiled = compile_policy(bundle.main, files=bundle)
    return Router(compiled, state=None if path is None else str(path))


@pytest.fixture(params=[None, "state.db"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return None if request.param is None else tmp_path / request.param


def given(to: Router, lead: str, at: datetime = AT, **values: str) -> str:
    decision = to.route({"id": lead, **values}, at=at)
    return decision.assignee or decision.target


def test_somebody_away_gets_nothing_from_the_next_lead_on_until_they_are_back(
    path: Path | None,
) -> None:
    with router(path) as to:
        assert [given(to, f"L{n}") for n in range(2)] == ["ana", "ben"]
        absence = to.away("ana", reason="ill", by="boss", at=AT)
        assert absence == PersonAbsence("away", "ana", AT, None, "", "ill", "boss")
        assert [given(to, f"M{n}") for n in range(2)] == ["ben", "ben"]
        owned = to.route({"id": "O1", "owner": "ana"}, at=AT)
        assert [(e.target, e.reason) for e in owned.passed_over] == [("owner owner", "away")]
        assert to.back("ana", by="ana", at=AT + HOUR) == (absence,)
        assert to.back("ana", at=AT + HOUR) == ()
        assert given(to, "N1", AT + HOUR) == "ana"
        gone, back = to.events(Sought("away")), to.events(Sought("back"))
        assert [(e.lead, e.actor, e.reason, e.until) for e in gone] == [("", "boss", "ill", None)]
        assert [(e.actor, e.after and e.after.assignee) for e in back] == [("ana", "ana")]
        assert len([*to.events(Sought(person="ana"))]) == 4


def test_an_absence_begins_and_ends_when_it_is_said_to(path: Path | None) -> None:
    with router(path) as to:
        to.away("ana", since=AT + HOUR, until=AT + 2 * HOUR, at=AT)
        moments = (AT, AT + HOUR - timedelta(seconds=1), AT + HOUR, AT + 2 * HOUR)
        found = [given(to, f"L{n}", at, owner="ana") for n, at in enumerate(moments)]
        assert found == ["ana", "ana", "triage", "ana"]
        assert to.back("ana", at=AT) == ()  # what is planned for later stays
        assert len(to.absences(at=AT)) == 1
        assert to.absences(at=AT + 2 * HOUR) == ()
    if path is not None:
        assert checked_whole(path).leads == 4


def test_who_is_paused_has_what_is_theirs_and_is_drawn_from_no_team_or_from_others(
    path: Path | None,
) -> None:
    with router(path) as to:
        to.pause("ben", at=AT)
        assert [given(to, f"L{n}") for n in range(2)] == ["ana", "ana"]
        assert given(to, "O1", owner="ben") == "ben"
        drawn = to.route({"id": "X", "country": "DE", "language": "en"}, at=AT)
        assert drawn.passed_over[0].reason == "paused"
        assert dict(drawn.passed_over[0].members) == {"ben": "paused", "cleo": "no-match"}
        assert len(to.back("ben", at=AT)) == 1
        to.pause("ben", team="limited", at=AT)
        assert {given(to, f"M{n}") for n in range(2)} == {"ana", "ben"}
        assert given(to, "M9", country="DE", language="en") == "triage"


def test_reasons_are_asked_in_one_order(path: Path | None) -> None:
    with router(path) as to:
        to.away("cleo", at=AT)
        to.away("ben", at=AT)
        decision = to.route({"id": "1", "country": "DE", "language": "de"}, at=AT)
        assert dict(decision.passed_over[0].members) == {"ben": "no-match", "cleo": "away"}
        to.pause("cleo", at=AT)
        decision = to.route({"id": "2", "country": "DE", "language": "de"}, at=AT)
        assert dict(decision.passed_over[0].members) == {"ben": "no-match", "cleo": "paused"}
        to.away("ana", at=AT)
        decision = to.route({"id": "3"}, at=AT)
        assert decision.passed_over[0].reason == "away"
        assert dict(decision.passed_over[0].members) == {"ana": "away", "ben": "away"}


def test_whoever_was_away_is_not_flooded_on_return(path: Path | None) -> None:
    with router(path) as to:
        to.away("ana", at=AT)
        assert {given(to, f"L{n}") for n in range(9)} == {"ben"}
        to.back("ana", at=AT)
        assert sorted(given(to, f"M{n}") for n in range(4)) == ["ana", "ana", "ben", "ben"]


@pytest.mark.parametrize(
    ("person", "team", "told"),
    [
        ("anna", "", "the policy has no person anna; did you mean ana"),
        ("ana", "slaes", "no team slaes; did you mean sales"),
        ("ana", "limited", "ana is not in team limited"),
    ],
)
def test_nobody_unknown_is_away(person: str, team: str, told: str) -> None:
    with router() as to:
        with pytest.raises(ValueError, match=told):
            to.pause(person, team=team, at=AT)
        with pytest.raises(ValueError, match="ends after it begins"):
            to.away("ana", until=AT, at=AT)
        with pytest.raises(ValueError, match="no person nobody"):
            to.back("nobody")
        assert to.last_event() == 0


def test_an_absence_is_carried_renamed_and_looked_through(tmp_path: Path) -> None:
    path, other = tmp_path / "state.db", tmp_path / "other.db"
    with router(path) as to:
        to.away("ben", reason="grippé", at=AT)
        to.pause("ana", team="sales", until=AT + HOUR, at=AT)
    rename(path, NewName("person", "ben", "cleo"))
    rename(path, NewName("team", "sales", "limited"))
    assert checked_whole(path).events == 4
    import_into(other, exported_from(path), "s")
    with router(other) as to:
        absences = to.absences(at=AT)
        assert [(e.person, e.team) for e in absences] == [("cleo", ""), ("ana", "limited")]
        assert given(to, "L1", owner="cleo") == "triage"


def test_a_state_that_says_otherwise_who_is_away_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with router(path) as to:
        to.away("ben", at=AT)
        with to._store.begin() as batch:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            batch.absent = ()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(StateError, match="who is away doesn't follow from the log"):
        checked_whole(path)


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [*map(str, arguments)])
    return result.exit_code, result.output


def test_the_commands_say_what_is_from_then_on(tmp_path: Path) -> None:
    policy, state = tmp_path / "gone.route", tmp_path / "state.db"
    policy.write_text(POLICY)
    until = ("--until", "2026-12-01T08:00+01:00")
    signed = ("--state", state, "--at", AT.isoformat())
    assert run("state", "init", policy, state)[0] == 0
    code, text = run("away", policy, "ana", *until, "--reason", "ill", "--by", "boss", *signed)
    told = "ana is away from 2026-11-23 10:00 UTC until 2026-12-01 07:00 UTC: ill (by boss)\n"
    assert (code, text) == (0, told)
    assert run("pause", policy, "ben", "--team", "sales", *signed)[1] == (
        "ben is paused in team sales from 2026-11-23 10:00 UTC\n"
    )
    assert run("away", policy, *signed)[1].splitlines()[0] == told.strip()
    code, text = run("away", policy, "nobody", *signed)
    assert (code, "no person nobody" in text) == (2, True)
    code, text = run("log", state)
    assert "ana is away until 2026-12-01 07:00:00 UTC by boss: ill" in text
    assert "ben is paused in team sales" in text
    assert run("log", state, "--person", "ben", "--format", "csv")[1].count("paused") == 1
    assert run("back", policy, "ana", *signed)[1] == "ana is back; that ends 1 absence\n"
    assert run("back", policy, "ana", *signed)[1] == "ana was neither away nor paused\n"
    code, text = run("back", policy, "an", *signed)
    assert (code, "did you mean ana" in text) == (2, True)
    assert run("back", policy, "ben", *signed)[0] == 0
    assert run("pause", policy, *signed)[1] == "nobody is away or paused then\n"
    assert run("state", "check", state)[0] == 0


def missing(absence: str) -> Router:
    text = POLICY.replace(
        "round-robin sales else queue triage }",
        f"round-robin sales else queue triage sla 10 minutes wall, then queue triage{absence} }}",
    )
    bundle = of_texts("gone.route", text, {})
    return Router(compile_policy(bundle.main, files=bundle))


def test_who_misses_an_sla_is_away_for_the_time_that_the_policy_says() -> None:
    with missing(", away 2 hours") as to:
        assert [given(to, f"L{n}") for n in range(2)] == ["ana", "ben"]
        to.touch("L1", at=AT)
        late = AT + timedelta(minutes=15)
        assert len(to.escalate(at=late)) == 1
        (absence,) = to.absences(at=late)
        assert (absence.person, absence.since, absence.until) == ("ana", late, late + 2 * HOUR)
        assert absence.reason == "sla missed: lead L0"
        assert [given(to, f"M{n}", late) for n in range(2)] == ["ben", "ben"]
        assert given(to, "N1", late + 2 * HOUR) == "ana"


def test_who_misses_two_leads_is_set_away_once_and_until_they_are_back() -> None:
    with missing(", away") as to:
        for number in range(4):
            given(to, f"L{number}")
        assert len(to.escalate(at=AT + HOUR)) == 4
        found = to.absences(at=AT + HOUR)
        assert [(each.person, each.until) for each in found] == [("ana", None), ("ben", None)]
        assert given(to, "M1", AT + 99 * HOUR) == "triage"
        assert len(to.back("ana", at=AT + 99 * HOUR)) == 1
        assert given(to, "M2", AT + 99 * HOUR) == "ana"


def test_without_a_word_whoever_misses_an_sla_goes_on() -> None:
    with missing("") as to:
        given(to, "L0")
        assert len(to.escalate(at=AT + HOUR)) == 1
        assert to.absences(at=AT + HOUR) == ()
