"""Plans at their edges: what is asked in full, other processes, and JSON that is no plan."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.policies import resolved
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.plan.decide import answer, decider, facts
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.shape import PlanError
from turnout.compiler.plan.value import Plan
from turnout.compiler.plan.writing import HASH, dumps, hash_of
from turnout.compiler.program import lower
from turnout.dsl.types import Values
from turnout.errors import Error

POLICY = """
lead {
  id: text required
  email: email
  country: country
  state: subdivision
  employees: integer 0..1_000_000
  amount: money EUR
  created: date
  tier: one of [free, pro]
  products: any of [crm, chat]
  account_owner: person
}
identity email within 30 days
calendar office { timezone "Europe/Berlin"  open mon..fri 09:00-17:00  closed 2026-12-24 }
person ana
team sales { ana }
queue a
territory dach = country in [DE, AT]
route inbound owned by ops {
  rule known { when duplicate to previous-owner anytime else queue a }
  rule two { when state is US-CA and employees > 100 and created older than 30 days to queue a }
  rule three {
    when amount < 12.5 and tier is pro and products has any [crm]
    to round-robin sales else owner account_owner
    sla 4 hours, then queue a
    do tag "hot"
  }
  within dach {
    rule four {
      when (email ends with "@big.com" or email starts with "ann") and open office
      to queue a
    }
    fallback to reject "no"
  }
  fallback to queue a
}
"""
SCHEMA = Path(__file__).parents[2] / "docs/reference/plan.schema.json"
FIELDS = "abcdefgh"
MANY = (
    "lead { id: text required "
    + " ".join(f"{name}: integer" for name in FIELDS)
    + " }\nqueue q\nqueue r\nroute inbound { rule web { when "
    + " and ".join(f"({one} > 1 or {two} < 5)" for one in FIELDS for two in FIELDS if one < two)
    + " to queue q }\n fallback to queue r }\n"
)


@cache
def planned(text: str = POLICY) -> Plan:
    return plan_of(lower(resolved(text)), "inbound", "abc")


def test_a_condition_of_too_many_boxes_is_asked_in_full() -> None:
    policy = resolved(MANY)
    plan = plan_of(lower(policy), "inbound")
    assert [box.part is not None for box in plan.boxes] == [True, False]
    assert len(plan.parts) < 200
    again = loads(dumps(plan))
    assert again == plan
    today = date(2026, 1, 1)
    for number in range(2 ** len(FIELDS)):
        values: dict[str, Any] = {"id": "x"}
        values |= {name: 9 if number >> at & 1 else 0 for at, name in enumerate(FIELDS)}
        values |= {name: 3 for name in FIELDS if number % 7 == ord(name) % 7}
        rule = match(policy, "inbound", values, today).rule
        assert answer(again, decider(again)(values, today)).rule == rule


def test_a_lead_without_a_clause_gets_what_the_fallback_says() -> None:
    plan = planned()
    assert answer(plan, None).rule is None
    assert answer(plan, None).attempts == plan.last
    assert decider(plan)({"country": "DE"}, date(2026, 1, 1)) is None  # no id


def test_the_clock_answers_for_the_calendars_of_a_plan() -> None:
    plan = planned()
    assert facts(plan, datetime(2026, 11, 23, 9, tzinfo=UTC)) == {"open office": True}
    assert facts(plan, datetime(2026, 11, 22, 9, tzinfo=UTC)) == {"open office": False}


DECIDES = """
import json, pickle, sys
from datetime import date
from pathlib import Path
from turnout.compiler.plan.decide import decider
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.writing import dumps
text = Path(sys.argv[1]).read_text("ascii")
plans = [loads(text), pickle.loads(Path(sys.argv[2]).read_bytes())]
assert plans[0] == plans[1] and dumps(plans[1]) == text
leads = json.loads(sys.argv[3])
day = date(2026, 11, 23)
print(json.dumps([[decider(plan)(lead, day) for lead in leads] for plan in plans]))
compiler = [name for name in sys.modules if name.startswith("turnout.compiler")]
print(json.dumps(sorted(name.removeprefix("turnout.compiler.") for name in compiler)))
"""


NEEDED = {
    "turnout.compiler",
    "classes",
    "masks",
    *("plan", "plan.asking", "plan.decide", "plan.from_json", "plan.paths", "plan.shape"),
    *("plan.value", "plan.writing"),
}
"""All of the compiler that deciding by a plan imports."""


def test_another_process_decides_alike_and_without_the_compiler(tmp_path: Path) -> None:
    plan = planned()
    leads: list[Values] = [
        {"id": "1", "country": "DE", "email": "anna@x.com", "open office": True},
        {"id": "2", "country": "DE", "email": "bob@big.com", "open office": False},
        {"id": "3", "tier": "free", "seen before": True},
        {"id": "4", "state": "US-CA", "country": "US", "employees": 7},
        {"country": "DE"},
    ]
    (tmp_path / "plan.json").write_text(dumps(plan), "ascii")
    (tmp_path / "plan.pickle").write_bytes(pickle.dumps(plan))
    asked = [str(tmp_path / "plan.json"), str(tmp_path / "plan.pickle"), json.dumps(leads)]
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", DECIDES, *asked],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        expected = [decider(plan)(lead, date(2026, 11, 23)) for lead in leads]
        decided, loaded = map(json.loads, done.stdout.splitlines())
        assert decided == [expected, expected]
        assert set(loaded) == NEEDED


WRITES = """
import sys
from pathlib import Path
from turnout.compiler.compiled import compile_policy
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.writing import dumps
print(dumps(plan_of(compile_policy(Path(sys.argv[1])).program, "inbound")))
"""


def test_the_same_policy_is_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    (tmp_path / "p.route").write_text(POLICY, "utf-8")
    made = {
        subprocess.run(
            [sys.executable, "-c", WRITES, str(tmp_path / "p.route")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1


# -- JSON that is no plan --


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    """Return a plan's JSON with something changed, and a hash that fits it."""
    content = json.loads(dumps(planned()))
    change(content)
    content.pop(HASH, None)
    content[HASH] = hash_of(content)
    return json.dumps(content)


def kind(content: dict[str, Any], word: str) -> dict[str, Any]:
    """Return the first column of a kind."""
    found: dict[str, Any] = next(each for each in content["columns"] if each["kind"] == word)
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is no plan"),
        ("[" * 100_000, "nested too deep"),
        ("[]", "its `format` is another"),
        ('{"format": "turnout-tree", "version": 1}', "its `format` is another"),
        ('{"format": "turnout-plan", "version": 5}', "has version 5; this Turnout reads 4"),
        ('{"format": "turnout-plan", "version": true}', "its `version` is none"),
        ('{"format": "turnout-plan", "version": 3}', "has version 3; this Turnout reads 4"),
        ('{"format": "turnout-plan", "version": 4}', "has no `policy`"),
        ('{"format": "turnout-plan", "format": "x"}', "stands twice"),
        ('{"format": NaN}', "is no number"),
        ('{"format": 1e999}', "is no number"),
        (b"\xff\xfe\x00", "this is no plan"),
        (f'{{"format": {"9" * 5000}}}', "this is no plan"),
    ],
)
def test_what_is_no_plan_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(PlanError, match=said) as caught:
        loads(text)
    assert isinstance(caught.value, Error)


def test_what_is_no_longer_the_plan_that_was_written_is_refused() -> None:
    text = dumps(planned())
    with pytest.raises(PlanError, match="isn't what its hash says"):
        loads(text.replace("queue", "sequence", 1))
    with pytest.raises(PlanError, match="this is no plan"):
        loads(text[:-40])


CHANGES: list[tuple[Callable[[Any], object], str]] = [
    (lambda c: c.update(more=1), "a key that is not known: 'more'"),
    (lambda c: c.update(boxes=None), "plan.boxes is not a list"),
    (lambda c: c["boxes"][0].append(1), "has 4 elements, not 3"),
    (lambda c: c["boxes"][0].__setitem__(0, 99), "out of bounds"),
    (lambda c: c["boxes"][0].__setitem__(0, 1.0), "not a whole number"),
    (lambda c: c["boxes"][0].__setitem__(0, True), "not a whole number"),
    (lambda c: c["boxes"].reverse(), "out of bounds"),
    (lambda c: c["boxes"][0].__setitem__(2, 0), "out of bounds"),
    (lambda c: c["boxes"][1][1].reverse(), "order of the columns"),
    (lambda c: c["boxes"][0][1].append(10**6), "out of bounds"),
    (lambda c: c["boxes"][0].__setitem__(1, [True]), "not a whole number"),
    (lambda c: c["boxes"][0].__setitem__(1, {}), "is not a list"),
    (lambda c: c["boxes"][0].__setitem__(2, "0"), "not a whole number"),
    (lambda c: c["boxes"].__setitem__(0, {}), "is not a list"),
    (lambda c: c["clauses"][0].__setitem__(1, 99), "out of bounds"),
    (lambda c: c["clauses"][0].__setitem__(1, True), "not a whole number"),
    (lambda c: c["clauses"][0].__setitem__(0, None), "is not a text"),
    (lambda c: c["clauses"][0].append(1), "has 3 elements, not 2"),
    (lambda c: c["answers"][0]["attempts"][0].update(by=""), "names nobody"),
    (lambda c: c["answers"][0]["attempts"][0].update(by=1), "is not a text"),
    (lambda c: c["last"][0].update(by=None), "is not a text"),
    (lambda c: c["sides"][0].__setitem__(1, []), "holds no class"),
    (lambda c: c["sides"][0].__setitem__(1, [[0, 10**9]]), "out of bounds"),
    (lambda c: c["sides"][0].__setitem__(1, [[1, 0]]), "out of bounds"),
    (lambda c: kind(c, "list").update(size=10**9), "out of bounds"),
    (lambda c: kind(c, "text").update(literals=["b", "a"]), "not in order"),
    (lambda c: kind(c, "whole").update(cuts=[3, 3]), "not in order"),
    (lambda c: kind(c, "whole").update(cuts=["3"]), "not a whole number"),
    (lambda c: kind(c, "whole").update(kind="magic"), "of no kind"),
    (lambda c: kind(c, "decimal").update(cuts=[["1e", 0]]), "not a number"),
    (lambda c: kind(c, "decimal").update(cuts=[["Infinity", 0]]), "not a number"),
    (lambda c: kind(c, "test").update(test="eval"), "is none of"),
    (lambda c: c["last"][0].update(kind="webhook"), "is none of"),
    (lambda c: c["last"][0].update(anytime=True), "no such target can"),
    (lambda c: c["calendars"][0].update(timezone="../../etc/passwd"), "no time zone"),
    (lambda c: c["calendars"][0].update(closed=[["2026-02-30", "2026-03-01"]]), "not a day"),
    (lambda c: c["identities"][0].update(within_seconds=-1), "out of bounds"),
]
"""What is done to the JSON of a plan, and what is said of it then."""


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_a_plan_with_a_fault_is_refused_though_its_hash_fits(
    change: Callable[[dict[str, Any]], object], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        loads(changed(change))


def test_the_schema_knows_this_plan_and_what_is_none() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.validate(json.loads(dumps(planned())), schema)
    jsonschema.validate(json.loads(dumps(planned(MANY))), schema)
    wrong = json.loads(changed(lambda c: c["last"][0].update(kind="webhook")))
    with pytest.raises(jsonschema.ValidationError, match="webhook"):
        jsonschema.validate(wrong, schema)


def test_what_was_changed_nowhere_is_still_the_plan() -> None:
    assert loads(changed(lambda _: None)) == planned()
