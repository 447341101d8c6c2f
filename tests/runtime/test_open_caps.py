"""Caps on open leads: counted while leads are open, whoever closes or moves them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from turnout.compiler.compiled import compile_policy
from turnout.dsl.bundles import of_texts
from turnout.rendering.explanation import explanation_data, explanation_text
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole
from turnout.runtime.stores.new_names import NewName
from turnout.runtime.stores.renaming import rename

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
POLICY = """policy open
lead {{ id: text required  owner: person  country: country }}
person ana {{ cap 2 open }}
person ben
person cleo
team sales {team} {{ ana, ben cap 1 open }}
team support {{ cleo cap 1 open }}
partner acme {{ cap 1 open }}
queue triage
route inbound {{
  rule owned   {{ when owner is present to owner owner else queue triage }}
  rule foreign {{ when country is DE to partner acme else queue triage }}
  rule helped  {{ when country is FR to round-robin support else person cleo }}
  rule every {{
    when country is missing
    to   round-robin sales else queue triage
    sla  1 hour wall, then queue triage
  }}
  fallback to queue triage
}}
"""


def router(path: Path | None = None, team: str = "") -> Router:
    bundle = of_texts("open.route", POLICY.format(team=team), {})
    return Router(
        compile_policy(bundle.main, files=bundle), state=None if path is None else str(path)
    )


def given(router: Router, lead: str, **values: str) -> str:
    decision = router.route({"id": lead, **values}, at=AT)
    return decision.assignee or decision.target


@pytest.fixture(params=[None, "state.db"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return None if request.param is None else tmp_path / request.param


def test_a_lead_counts_until_it_is_closed_however_long_that_takes(path: Path | None) -> None:
    with router(path) as to:
        assert [given(to, f"L{n}", owner="ana") for n in range(3)] == ["ana", "ana", "triage"]
        assert (
            to.route({"id": "later", "owner": "ana"}, at=AT + timedelta(days=99)).target == "triage"
        )
        assert to.touch("L0") == ()
        assert given(to, "touched", owner="ana") == "triage"
        assert to.close_lead("L0", at=AT)
        assert given(to, "L4", owner="ana") == "ana"
        assert not to.close_lead("L0", at=AT)
        assert given(to, "L5", owner="ana") == "triage"


def test_persons_members_teams_and_partners_have_caps_of_their_own(path: Path | None) -> None:
    with router(path, "cap 3 open") as to:
        assert [given(to, f"L{n}") for n in range(4)] == ["ana", "ben", "ana", "triage"]
        assert (
            given(to, "owned", owner="ben") == "ben"
        )  # the team's and the member's say nothing of it
        assert [given(to, f"P{n}", country="DE") for n in range(2)] == ["acme", "triage"]
        assert to.close_lead("P0", at=AT)
        assert to.close_lead("L1", at=AT)
        assert [given(to, f"Q{n}", country="DE") for n in range(2)] == ["acme", "triage"]
        assert [given(to, f"M{n}") for n in range(2)] == ["ben", "triage"]
    if path is not None:
        assert checked_whole(path).leads == 11


def test_a_cap_on_open_leads_holds_beside_one_by_the_day() -> None:
    text = POLICY.format(team="").replace("cap 2 open", "cap 2 open cap 3 per day", 1)
    bundle = of_texts("open.route", text, {})
    with Router(compile_policy(bundle.main, files=bundle)) as to:
        assert [given(to, f"L{n}", owner="ana") for n in range(3)] == ["ana", "ana", "triage"]
        to.close_lead("L0", at=AT)
        assert given(to, "L3", owner="ana") == "ana"  # the third of the day
        to.close_lead("L1", at=AT)
        assert given(to, "L4", owner="ana") == "triage"
        tomorrow = to.route({"id": "L5", "owner": "ana"}, at=AT + timedelta(days=1))
        assert tomorrow.assignee == "ana"


def test_a_lead_that_an_sla_moves_on_is_open_with_its_new_holder_only(path: Path | None) -> None:
    with router(path) as to:
        assert [given(to, f"L{n}") for n in range(4)] == ["ana", "ben", "ana", "triage"]
        assert len(to.escalate(at=AT + timedelta(hours=2))) == 3
        assert [given(to, f"M{n}") for n in range(4)] == ["ana", "ben", "ana", "triage"]


def test_a_member_who_is_full_in_the_team_is_given_leads_by_name(path: Path | None) -> None:
    with router(path) as to:
        targets = [to.route({"id": f"L{n}", "country": "FR"}, at=AT) for n in range(3)]
    assert [(each.kind, each.assignee) for each in targets] == [
        ("round-robin", "cleo"),
        ("person", "cleo"),
        ("person", "cleo"),
    ]


def test_open_leads_of_a_team_have_its_new_name(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with router(path, "cap 2 open") as to:
        assert [given(to, f"L{n}") for n in range(3)] == ["ana", "ben", "triage"]
    rename(path, NewName("team", "sales", "support"))
    assert checked_whole(path).leads == 3
    with router(path) as to:
        assert given(to, "M0", country="FR") == "cleo"
        assert [given(to, f"M{n}") for n in (1, 2)] == ["ana", "ben"]


def test_an_explanation_says_how_full_a_cap_is(path: Path | None) -> None:
    with router(path) as to:
        for number in range(5):
            given(to, f"L{number}")
        given(to, "P0", country="DE")
        owned = to.explain({"id": "new", "owner": "ana"}, at=AT)
        drawn = to.explain({"id": "new"}, at=AT)
        firm = to.explain({"id": "new", "country": "DE"}, at=AT)
    text = "\n".join(explanation_text(owned, 100, has_state=True))
    assert "owner owner: at-cap (2 of 2 open leads)" in text
    text = "\n".join(explanation_text(drawn, 100, has_state=True))
    assert "(ana at-cap: 2 of 2 open leads, ben at-cap: 1 of 1 open leads)" in " ".join(
        text.split()
    )
    text = "\n".join(explanation_text(firm, 100, has_state=True))
    assert "partner acme: at-cap (1 of 1 open leads)" in text
    assert explanation_data(owned)["full"] == [
        {"target": "owner owner", "who": "person ana", "told": "2 of 2 open leads"}
    ]


def test_who_gets_a_lead_anew_is_asked_as_if_nobody_had_it(path: Path | None) -> None:
    with router(path) as to:
        first = to.route({"id": "L0", "country": "FR"}, at=AT)
        assert (first.kind, first.assignee) == ("round-robin", "cleo")  # who may have one
        anew = to.reroute({"id": "L0", "country": "FR"}, "asked", at=AT)
        assert (anew.kind, anew.assignee, anew.passed_over) == ("round-robin", "cleo", ())
        assert to.route({"id": "L1", "country": "FR"}, at=AT).kind == "person"  # it counts again
    if path is not None:
        assert checked_whole(path).leads == 2


PASSED_ON = """policy passed
reject reasons [full]
lead { id: text required  least: boolean }
person ana
person ben
team sales cap 1 open { ana, ben }
team both { ana, ben }
queue triage
route inbound {
  rule least { when least to least-loaded both }
  rule every {
    when least is missing
    to   round-robin sales else queue triage
    offer 1 hour wall
    sla  3 hours wall reassign
  }
  fallback to queue triage
}
"""


@pytest.mark.parametrize("how", ["missed", "not accepted", "rejected", "released"])
def test_a_team_is_not_full_by_the_lead_that_goes_on(path: Path | None, how: str) -> None:
    bundle = of_texts("passed.route", PASSED_ON, {})
    state = None if path is None else str(path)
    with Router(compile_policy(bundle.main, files=bundle), state=state) as to:
        assert [given(to, f"L{n}") for n in range(2)] == ["ana", "triage"]
        match how:
            case "missed":
                to.accept("L0", by="ana", at=AT)
                to.escalate(at=AT + timedelta(hours=3))
            case "not accepted":
                to.escalate(at=AT + timedelta(hours=1))
            case "rejected":
                to.reject("L0", "full", by="ana", at=AT)
            case _:
                to.release("L0", by="ana", at=AT)
        now = to.current("L0")
        assert now is not None
        assert now.holder.assignee == "ben"
        assert given(to, "L2") == "triage"  # it counts again
    if path is not None:
        assert checked_whole(path).leads == 3


def test_a_load_is_counted_without_the_lead_that_is_routed_anew(path: Path | None) -> None:
    bundle = of_texts("passed.route", PASSED_ON, {})
    state = None if path is None else str(path)
    with Router(compile_policy(bundle.main, files=bundle), state=state) as to:
        leads = [{"id": f"L{n}", "least": True} for n in range(2)]
        assert [to.route(each, at=AT).assignee for each in leads] == ["ana", "ben"]
        # Without it both have none; were it counted, ben would have fewer.
        assert to.close_lead("L1", at=AT)
        assert to.reroute(leads[0], "asked", at=AT).assignee == "ana"


def test_an_explanation_tells_the_caps_of_those_alone_who_are_kept_out_by_one() -> None:
    text = """policy full lead { id: text required  owner: person }
    person ana { cap 1 open backup ben } person ben { cap 2 open } queue triage
    route r { fallback to owner owner else queue triage }"""
    bundle = of_texts("full.route", text, {})
    with Router(compile_policy(bundle.main, files=bundle)) as to:
        assert given(to, "L0", owner="ana") == "ana"
        assert [given(to, f"B{n}", owner="ben") for n in range(3)] == ["ben", "ben", "triage"]
        to.away("ana", at=AT)
        found = to.explain({"id": "new", "owner": "ana"}, at=AT)
    assert [(each.who, each.told) for each in found.full] == [("person ben", "2 of 2 open leads")]
    text = " ".join(" ".join(explanation_text(found, 100, has_state=True)).split())
    assert "owner owner: away (ana away, ben at-cap: 2 of 2 open leads)" in text


def test_an_explanation_does_not_count_the_lead_itself() -> None:
    text = """policy full lead { id: text required }
    person cleo { cap 2 open } team support { cleo cap 1 open } queue triage
    route r { fallback to round-robin support else person cleo else queue triage }"""
    bundle = of_texts("full.route", text, {})
    with Router(compile_policy(bundle.main, files=bundle)) as to:
        assert given(to, "L0") == "cleo"
        found = to.explain({"id": "new"}, at=AT)
    assert found.decision.kind == "person"
    assert [each.told for each in found.full] == ["1 of 1 open leads"]
