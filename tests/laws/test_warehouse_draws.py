"""Laws of draws as a join: the people are those whom the engine draws, lead by lead."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.policies import compiled
from turnout.compiler.plan.making import plan_of
from turnout.runtime.router import Router
from turnout.warehouse import draw_tables
from turnout.warehouse.dialects import DIALECTS
from turnout.warehouse.draw_tables import draws_script, team_draws
from turnout.warehouse.view import CannotSayError, ViewWanted, view_of

AT = datetime(2026, 3, 27, 10, 30, tzinfo=UTC)
HEAD = """
lead { id: text required  size: integer 0..  kind: one of [a, b, c] }
calendar work { timezone "Europe/Berlin" open mon..fri 09:00-12:00 }
calendar nights { timezone "Europe/Berlin" open mon..sun 22:00-06:00 }
queue triage
partner outside { hours nights }
"""
PEOPLE = ("ana", "ben", "cleo", "dan")
LIMITS = ("", "", "hours work", "hours nights", "away 2026-03-27", "inactive", "cap 1 per day")
WEIGHTS = ("", "weight 2", "weight 0.5", "weight 3", "weight 0", "weight 1.25")
TARGETS = (
    "round-robin near",
    "round-robin far",
    "round-robin near else queue triage",
    "partner outside else round-robin far",
    "person ana else round-robin near",
    "person ben anytime else round-robin far",
    "least-loaded far else queue triage",
    "queue triage",
)


@st.composite
def drawing_policies(draw: st.DrawFn) -> str:
    """Return a policy whose draws a table can say, but where caps would keep people out."""
    parts = [HEAD]
    for at, name in enumerate(PEOPLE):
        backup = draw(st.sampled_from(["", "", *(f"backup {each}" for each in PEOPLE[at + 1 :])]))
        parts.append(f"person {name} {{ {draw(st.sampled_from(LIMITS))} {backup} }}")
    for team in ("near", "far"):
        chosen = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True))
        members = [f"{name} {draw(st.sampled_from(WEIGHTS))}" for name in chosen]
        hours = draw(st.sampled_from(("", "", "hours work")))
        parts.append(
            f"team {team} {{ {hours} {', '.join(members)} }}"
            if not hours
            else f"team {team} {hours} {{ {', '.join(members)} }}"
        )
    whens = ("size < 3", "kind is a", "kind is b and size >= 2", "size is missing")
    rules = [
        f"rule r{at} {{ when {when} to {draw(st.sampled_from(TARGETS))} }}"
        for at, when in enumerate(draw(st.permutations(whens))[:3])
    ]
    last = draw(st.sampled_from(TARGETS))
    return "\n".join(
        [*parts, f"route r {{ {' '.join(rules)} fallback to {last} else queue triage }}"]
    )


def arriving(number: int) -> Mapping[str, Any]:
    size = number * 7 % 5
    return {"id": f"{number:03}", "size": size or None, "kind": "abc"[number * 5 % 3]}


@settings(max_examples=settings().max_examples // 8)
@given(drawing_policies(), st.integers(1, 40))
def test_the_people_of_the_join_are_those_that_the_engine_draws(text: str, count: int) -> None:
    fit = compiled(text.replace("cap 1 per day", ""), at=date(2026, 3, 27))
    capped = compiled(text, at=date(2026, 3, 27))
    plan = plan_of(fit.program, "r")
    leads = [arriving(number) for number in range(count)]
    router = Router(fit, route="r")
    engine = {}
    for lead in leads:
        decision = router.route({k: v for k, v in lead.items() if v is not None}, at=AT)
        if decision.kind == "round-robin":
            engine[lead["id"]] = decision.assignee
    dialect = DIALECTS["duckdb"]
    told = team_draws(capped.policy, plan, AT)  # caps are left out
    view = view_of(plan, fit.policy.fields, dialect, ViewWanted(arrived="came", today=AT.date()))
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE leads (id VARCHAR, size BIGINT, kind VARCHAR, came TIMESTAMP)"
        )
        rows = [
            [*lead.values(), AT.replace(tzinfo=None) + timedelta(seconds=at)]
            for at, lead in enumerate(leads)
        ]
        connection.executemany("INSERT INTO leads VALUES (?, ?, ?, ?)", rows[::-1])
        for statement in [*view.script(dialect), *draws_script(told, view.name, dialect)]:
            connection.execute(statement)
        found = connection.execute("SELECT lead, person FROM routed_draws").fetchall()
    assert dict(found) == engine


@pytest.mark.parametrize(
    "targets",
    [
        "least-loaded near matching kind else round-robin far",
        "round-robin near matching kind",
        "previous-owner else round-robin near",
    ],
)
def test_draws_that_hang_on_the_leads_are_refused_by_name(targets: str) -> None:
    text = f"""{HEAD} person ana {{ serves kind [a] }} person ben {{ serves kind [b] }}
    team near {{ ana, ben }} team far {{ ana }}
    identity kind within 30 days
    route r {{ rule again {{ when duplicate to queue triage }}
      rule x {{ when size < 3 to {targets} }} fallback to queue triage }}"""
    fit = compiled(text, at=date(2026, 3, 27))
    with pytest.raises(CannotSayError, match="its leads decide"):
        team_draws(fit.policy, plan_of(fit.program, "r"), AT)


def test_a_round_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"""{HEAD} person ana person ben
    team near {{ ana weight 2, ben weight 0.5 }}
    route r {{ fallback to round-robin near else queue triage }}"""
    fit = compiled(text, at=date(2026, 3, 27))
    plan = plan_of(fit.program, "r")
    assert team_draws(fit.policy, plan, AT).rounds == {"near": ("ana", "ana", "ben", "ana", "ana")}
    monkeypatch.setattr(draw_tables, "LONGEST_ROUND", 4)
    with pytest.raises(CannotSayError, match="5 draws"):
        team_draws(fit.policy, plan, AT)
