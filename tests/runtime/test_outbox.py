"""Rows for whoever announces events: in the transaction that decides, or not at all."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import fresh, gone_afterwards
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import copied, erase_in
from turnout.runtime.stores.erasing import Erasure
from turnout.runtime.stores.server.locations import Whereabouts

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
TEXT = """policy told
lead { id: text required }
queue triage
route inbound { fallback to queue triage }
"""
ENDPOINTS = ("crm", "chat")


def compiled() -> Compiled:
    files = of_texts("told.route", TEXT, {})
    return compile_policy(files.main, files=files)


@pytest.fixture(params=["file", "server"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whereabouts]:
    if request.param == "file":
        yield tmp_path / "state.db"
        return
    with gone_afterwards(fresh()) as at:
        yield at


def rows(state: Whereabouts, into: Path) -> list[tuple[Any, ...]]:
    copied(state, into)
    with closing(sqlite3.connect(into)) as connection:
        query = "SELECT id, event, endpoint, body, next_at, attempts, state FROM outbox ORDER BY id"
        return connection.execute(query).fetchall()


def test_each_event_has_a_row_for_each_endpoint(state: Whereabouts, tmp_path: Path) -> None:
    with Router(compiled(), state=state) as router:
        router.route({"id": "quiet"}, at=AT)  # nobody is to be told
    with Router(compiled(), state=state, endpoints=ENDPOINTS) as router:
        router.route({"id": "L-1"}, at=AT)
        router.route({"id": "L-1"}, at=AT)  # which is no event
        router.close_lead("L-1", by="ana", at=AT)
    found = rows(state, tmp_path / "one.db")
    assert [(row[1], row[2], row[5], row[6]) for row in found] == [
        (2, "crm", 0, "due"),
        (2, "chat", 0, "due"),
        (3, "crm", 0, "due"),
        (3, "chat", 0, "due"),
    ]
    bodies = [json.loads(row[3]) for row in found]
    assert [(body["event"], body["lead"]) for body in bodies] == [("routed", "L-1")] * 2 + [
        ("closed", "L-1")
    ] * 2
    erase_in(state, Erasure(("L-1",), actor="dpo"))
    assert rows(state, tmp_path / "other.db") == []


def test_in_memory_there_is_one_too() -> None:
    with Router(compiled(), endpoints=["crm"]) as router:
        router.route({"id": "L-1"}, at=AT)
        store: Any = router._store  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        ((number, endpoint, body, *_),) = store._kept.outbox  # noqa: SLF001
    assert (number, endpoint, json.loads(body)["number"]) == (1, "crm", 1)
