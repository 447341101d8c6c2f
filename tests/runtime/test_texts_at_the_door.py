"""NUL and half a surrogate pair: whatever text gets in by whichever door, no store stumbles."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import compiled
from tests.support.servers import fresh, gone_afterwards
from turnout.errors import Error
from turnout.runtime.events import Sought
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole, erase_in
from turnout.runtime.stores.erasing import Erasure
from turnout.runtime.stores.server.locations import Whereabouts

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BAD = ("a\0b", "half \ud800", "\udc00", "\0")
POLICY = """policy doors
lead { id: text required  note: text  owner: person  email: email }
person ana
person ben
team sales { ana, ben }
queue triage
identity email within 30 days
log fields [note, owner, email]
route inbound {
  rule owned { when owner is present to owner owner else queue triage }
  rule noted {
    when  note is present
    to    round-robin sales
    offer 15 minutes
    sla   10 minutes alert, 20 minutes reassign
  }
  fallback to queue triage
}
"""


@pytest.fixture(params=["memory", "file", "server"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whereabouts | None]:
    if request.param == "memory":
        yield None
    elif request.param == "file":
        yield tmp_path / "state.db"
    else:
        with gone_afterwards(fresh()) as at:
            yield at


@pytest.fixture
def router(state: Whereabouts | None) -> Iterator[Router]:
    with Router(compiled(POLICY), state=state) as made:
        made.route({"id": "L-1", "note": "hello"}, at=AT)
        made.route({"id": "L-2"}, at=AT)
        yield made
    if state is not None:
        checked_whole(state)


ASKED: dict[str, Callable[[Router, str], object]] = {
    "accept a lead": lambda r, bad: r.accept(bad),
    "accept by": lambda r, bad: r.accept("L-1", by=bad),
    "accept why": lambda r, bad: r.accept("L-1", reason=bad),
    "reject why": lambda r, bad: r.reject("L-1", bad),
    "return why": lambda r, bad: r.return_lead("L-1", bad),
    "release by": lambda r, bad: r.release("L-1", by=bad),
    "contacted by": lambda r, bad: r.do("contacted", "L-1", by=bad),
    "converted why": lambda r, bad: r.converted("L-1", reason=bad),
    "close a lead by": lambda r, bad: r.close_lead("L-1", by=bad),
    "touch why": lambda r, bad: r.touch("L-1", reason=bad),
    "claim from": lambda r, bad: r.claim(bad, "ana"),
    "claim by": lambda r, bad: r.claim("triage", bad),
    "away who": lambda r, bad: r.away(bad),
    "away why": lambda r, bad: r.away("ana", reason=bad),
    "away by": lambda r, bad: r.away("ana", by=bad),
    "pause from": lambda r, bad: r.pause("ana", team=bad),
    "back who": lambda r, bad: r.back(bad),
    "back why": lambda r, bad: r.back("ana", reason=bad),
    "reroute why": lambda r, bad: r.reroute({"id": "L-1"}, bad),
    "reroute by": lambda r, bad: r.reroute({"id": "L-1"}, "asked", by=bad),
    "route by": lambda r, bad: r.route({"id": "L-9"}, by=bad),
}
READ: dict[str, Callable[[Router, str], object]] = {
    "how a lead stands": lambda r, bad: r.current(bad),
    "what happened to a lead": lambda r, bad: r.history(bad),
    "who waits": lambda r, bad: r.queued(bad),
    "who has what": lambda r, bad: r.held(bad),
    "a person's events": lambda r, bad: list(r.events(Sought(person=bad))),
    "a rule's events": lambda r, bad: list(r.events(Sought(rule=bad))),
}


@pytest.mark.parametrize("bad", BAD)
def test_whatever_is_asked_is_refused_and_nothing_changes(router: Router, bad: str) -> None:
    before = list(router.events())
    for name, ask in ASKED.items():
        with pytest.raises((ValueError, Error)) as told:
            ask(router, bad)
        assert str(told.value), name
        assert list(router.events()) == before, name
    for name, read in READ.items():
        with suppress(ValueError):
            assert not read(router, bad), name
    assert router.touch(bad, at=AT) == (bad,)
    assert not router.close_lead(bad)
    assert list(router.events()) == before


@pytest.mark.parametrize("bad", BAD)
def test_a_lead_with_such_texts_is_decided_once_and_moves_on(
    router: Router, state: Whereabouts | None, bad: str
) -> None:
    raws: list[dict[str, object]] = [
        {"id": "N-1", "note": bad},
        {"id": "N-2", "owner": bad},
        {"id": "N-3", "email": f"{bad}@firm.example"},
        {"id": bad, "note": "x"},
        {"id": "N-4", bad: "x"},
    ]
    first = [router.route(raw, at=AT) for raw in raws]
    assert all(each.kind != "none" for each in first)
    again = [router.route(raw, at=AT) for raw in raws]
    assert [each.assignee for each in again] == [each.assignee for each in first]
    assert all(each.repeated for each in again)
    router.escalate(at=AT + timedelta(minutes=30))
    router.reroute(raws[0], "asked", at=AT + timedelta(minutes=30))
    assert router.escalate(at=AT + timedelta(minutes=30)) == ()
    if state is not None:
        erase_in(state, Erasure(("N-1",), actor="dpo"))
        for refused in (
            Erasure(("N-2",), actor=bad),
            Erasure(("N-2",), actor="dpo", reason=bad),
        ):
            with pytest.raises(ValueError, match="surrogate"):
                erase_in(state, refused)
