"""A new name in the policy is a new name in its state: nothing starts level."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import compiled
from turnout.runtime.loading import load
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.runtime.stores.new_names import KINDS, NamedKind, NewName
from turnout.runtime.stores.rebuilding import check_log
from turnout.runtime.stores.renaming import rename
from turnout.runtime.stores.sums import check_whole

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = AT + timedelta(minutes=30)
POLICY = """
policy v1
lead { id: text, email: email, owner: person, plan: one of [free, pro, big] }
person ana { cap 7 per 24 hours }
person ben
person cleo
team sales cap 9 per day { ana weight 2, ben cap 2 per day }
team support { ana weight 1, cleo }
partner reseller { cap 3 per day }
queue triage
identity email within 30 days
route inbound {
  rule again { when duplicate to previous-owner anytime else queue triage }
  rule owned { when owner is present to owner owner sla 1 hour wall, then owner owner }
  rule big   { when plan is big to partner reseller else queue triage }
  rule pro {
    when plan is pro
    to   round-robin sales
    else queue triage
    sla  2 hours wall, then round-robin support
  }
  rule free  { when plan is free to least-loaded support else queue triage }
  fallback to queue triage
}
"""
RENAMED: list[tuple[NamedKind, str, str]] = [
    ("policy", "v1", "v2"),
    ("route", "inbound", "arriving"),
    ("team", "sales", "sellers"),
    ("team", "support", "helpers"),
    ("person", "ana", "anna-holm"),
    ("person", "ben", "benno"),
    ("partner", "reseller", "resellers"),
    ("queue", "triage", "sorting"),
]


def policy(name: Callable[[str], str]) -> str:
    return "\n".join(" ".join(map(name, line.split(" "))) for line in POLICY.splitlines())


def routed(text: str, state: Path, first: int, last: int, at: datetime = AT) -> list[object]:
    """Return what becomes of leads; the names of people stand among their values."""
    people = [word for word in ("ana", "anna-holm") if f"person {word} " in text]
    with Router(compiled(text), state=state) as router:
        decisions = [
            router.route(
                {
                    "id": str(number),
                    "email": f"p{number % 17}@firm.example" if number % 4 else None,
                    "plan": ("pro", "free", "big")[number % 3],
                    "owner": people[0] if number % 5 == 0 else None,
                },
                at=at,
            )
            for number in range(first, last)
        ]
        moves = router.escalate(at=at + timedelta(hours=1, minutes=30))
        holders = [(move.lead, move.after.kind, move.after.assignee) for move in moves]
    return [
        *((d.lead, d.repeated, d.kind, d.target, d.assignee, d.due) for d in decisions),
        holders,
    ]


@pytest.mark.parametrize(("kind", "old", "new"), RENAMED)
def test_after_a_rename_everything_goes_on_as_if_it_had_always_been_called_so(
    tmp_path: Path, kind: NamedKind, old: str, new: str
) -> None:
    def named(word: str) -> str:
        return new if word == old else word

    state, always = tmp_path / "state.db", tmp_path / "always.db"
    routed(POLICY, state, 0, 24)
    routed(policy(named), always, 0, 24)
    assert rename(state, NewName(kind, old, new)) > 0
    assert routed(policy(named), state, 10, 60, LATER) == routed(
        policy(named), always, 10, 60, LATER
    )
    with closing(sqlite3.connect(state)) as connection:
        check_whole(connection, state)
        check_log(connection, state)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_the_state_does_not_know_is_told(tmp_path: Path, kind: NamedKind) -> None:
    state = tmp_path / "state.db"
    routed(POLICY, state, 0, 24)
    before = state.read_bytes()
    with pytest.raises(StateError, match=f"knows no {kind} nobody"):
        rename(state, NewName(kind, "nobody", "somebody"))
    assert state.read_bytes() == before


def test_two_names_are_joined_only_where_that_is_asked_for(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    routed(POLICY, state, 0, 24)
    with pytest.raises(StateError, match="knows a person ben already") as refused:
        rename(state, NewName("person", "ana", "ben"))
    assert "--join" in refused.value.help
    loads = "SELECT sum(open) FROM load"
    given = "SELECT sum(leads) FROM given WHERE who LIKE 'person %'"
    with closing(sqlite3.connect(state)) as connection:
        before = [connection.execute(query).fetchone() for query in (loads, given)]
    rename(state, NewName("person", "ana", "ben"), joins=True)
    rename(state, NewName("team", "sales", "support"), joins=True)
    with closing(sqlite3.connect(state)) as connection:
        assert [connection.execute(query).fetchone() for query in (loads, given)] == before
        opened = {who for (who,) in connection.execute("SELECT person FROM load")}
        assert {who for who in opened if " " not in who} == {"ben", "cleo"}
        assert opened >= {"team support", "member support ben"}
        assert not any("sales" in who or "ana" in who for who in opened)
        assert connection.execute("SELECT team FROM turns").fetchall() == [("support",)]
        check_whole(connection, state)
        check_log(connection, state)


@pytest.mark.parametrize("content", [None, b"", b"id,country\n"])
def test_what_is_no_state_is_told(tmp_path: Path, content: bytes | None) -> None:
    state = tmp_path / "state.db"
    if content is not None:
        state.write_bytes(content)
    with pytest.raises(StateError):
        rename(state, NewName("policy", "v1", "v2"))
    assert (state.read_bytes() if state.exists() else None) == content


def test_a_state_says_how_to_give_it_its_policy_s_new_name(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    routed(POLICY, state, 0, 24)
    with pytest.raises(StateError) as refused:
        Router(compiled(POLICY.replace("policy v1", "policy v2")), state=state)
    assert f"turnout state rename {state} policy v1 v2" in refused.value.help


def test_a_policy_with_a_name_keeps_its_state_whatever_its_file_is_called(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    for name in ("v1.route", "v2.route"):
        (tmp_path / name).write_text(POLICY.replace("policy v1", "policy inbound"))
        with load(tmp_path / name, state=state) as router:
            decision = router.route({"id": "1", "plan": "pro"}, at=AT)
    assert decision.repeated
