"""Tables decided through `turnout.arrow`: streams, columns that are kept, and other processes."""

import os
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from traceback import format_exception
from typing import cast

import polars as pl
import pyarrow as pa
import pytest

import turnout
from tests.runtime.test_decide_batch import LEADS, POLICY
from tests.support.pickled import pickled
from turnout.arrow import decide, decider
from turnout.compiler.plan.shape import PlanError
from turnout.runtime.columns import table_decider, workers
from turnout.runtime.columns.chunks import LeadTable
from turnout.runtime.columns.table_decider import DeciderError, TableDecider, received

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
TABLE = pa.table({**LEADS, "owner": pa.array([1, None, 3, 4], pa.int32())})


def made(*keep: str) -> TableDecider:
    with turnout.loads(POLICY) as router:
        return decider(router, at=AT, keep=keep)


def wanted() -> list[dict[str, object]]:
    with turnout.loads(POLICY) as router:
        found: list[dict[str, object]] = router.decide_batch(LEADS, at=AT).to_pylist()
        return found


@pytest.mark.parametrize(
    "table",
    [TABLE, TABLE.to_batches()[0], TABLE.to_reader(max_chunksize=1), pl.DataFrame(LEADS), LEADS],
    ids=["table", "batch", "reader", "polars", "lists"],
)
def test_tables_of_all_kinds_become_a_stream(table: LeadTable) -> None:
    reader = decide(table, made())
    assert isinstance(reader, pa.RecordBatchReader)
    assert reader.read_all().to_pylist() == wanted()


def test_a_stream_is_read_as_it_is_asked_for() -> None:
    asked: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for at in range(5):
            asked.append(at)
            yield TABLE.to_batches()[0]

    reader = decide(pa.RecordBatchReader.from_batches(TABLE.schema, batches()), made())
    assert not asked
    assert reader.read_next_batch().num_rows == 4
    assert asked == [0]


def test_columns_are_kept_as_they_are() -> None:
    found = made("owner", "other")(TABLE)
    assert found.schema.names[:3] == ["owner", "other", "lead"]
    assert found.select(["owner", "other"]).equals(TABLE.select(["owner", "other"]))
    assert found.drop_columns(["owner", "other"]).to_pylist() == wanted()
    assert decide(TABLE.to_batches()[0], made("other")).schema.names[0] == "other"


def test_what_can_t_be_kept_is_told() -> None:
    with pytest.raises(ValueError, match="'lead' can't be kept: it is a column of what is decided"):
        made("lead")
    with pytest.raises(ValueError, match="'x' can't be kept: it stands twice"):
        made("x", "x")
    with pytest.raises(ValueError, match="'x' can't be kept: there is none"):
        made("x")(TABLE)
    twice = pa.Table.from_arrays([TABLE["id"], TABLE["id"]], names=["x", "x"])
    with pytest.raises(ValueError, match="'x' can't be kept: there are 2"):
        decide(twice, made("x"))
    with pytest.raises(TypeError, match="columns are kept of Arrow tables and data frames"):
        made("other")(LEADS)


def test_what_is_no_table_and_no_clock_is_told() -> None:
    with pytest.raises(TypeError, match="int is no table"):
        decide(5, made())  # type: ignore[arg-type]
    with turnout.loads(POLICY) as router, pytest.raises(ValueError, match="time zone"):
        decider(router, at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="at least one process"):
        decide(TABLE, made(), processes=0)


def test_a_policy_is_a_path_or_a_router_or_a_decider(tmp_path: Path) -> None:
    path = tmp_path / "p.route"
    path.write_text(POLICY)
    assert decide(TABLE, path, at=AT).read_all().to_pylist() == wanted()
    own = made()
    assert decider(own) is own
    with pytest.raises(ValueError, match="has its route, its moment and what it keeps"):
        decider(own, keep=["other"])
    with turnout.loads(POLICY) as router:
        assert decider(router, route="inbound", at=AT)(TABLE).to_pylist() == wanted()
        with pytest.raises(ValueError, match="this router's route is inbound"):
            decider(router, route="other")
    with pytest.raises(turnout.PolicyError, match="no route `none`"):
        decider(path, route="none")


def test_only_columns_that_are_read_or_kept_are_needed() -> None:
    names = [*LEADS, "owner"]
    assert made().columns(names) == ("id", "country", "State", "staff")
    assert made("owner").columns(names) == ("id", "country", "State", "staff", "owner")


def test_a_process_has_a_decider_once() -> None:
    own = made()
    other = pickled(own)
    assert other is not own
    assert pickled(own) is other
    assert pickled(other) is other
    assert other(TABLE).to_pylist() == wanted()
    assert pickled(made("other")) is not other


def test_a_process_remembers_few_deciders() -> None:
    first = pickled(made())
    for number in range(table_decider.MOST_REMEMBERED):
        pickled(made(f"c{number}"))
    assert pickled(made()) is not first


def test_what_was_damaged_or_is_of_another_version_is_told() -> None:
    reduced = cast("tuple[str, bytes, bytes, str]", made().__reduce__()[1])
    form, plan, rest, digest = reduced
    with pytest.raises(DeciderError, match="was sent as 'turnout-table-decider 9'"):
        received("turnout-table-decider 9", plan, rest, digest)
    with pytest.raises(DeciderError, match="damaged on its way"):
        received(form, plan, rest[:-1], digest)
    with pytest.raises(PlanError, match="it isn't what its hash says"):
        received(form, plan.replace(b"inbound", b"outside"), rest, digest)
    with pytest.raises(PlanError, match=r"the plan has version 9\d"):
        received(form, plan.replace(b'"version":', b'"version":9'), rest, digest)
    with pytest.raises(PlanError, match="the plan has version 3; this Turnout reads 4") as older:
        received(form, plan.replace(b'"version":4', b'"version":3'), rest, digest)
    assert older.value.help == "write the plan anew"
    assert "help: write the plan anew" in "".join(
        format_exception(older.value)
    )  # as workers tell it
    foreign = pickle.dumps((datetime, AT)).replace(b"datetime", b"datetima")
    with pytest.raises(DeciderError, match="can't be read here") as told:
        received(form, plan, foreign, sha256(foreign).hexdigest())
    assert "one version of Turnout" in told.value.help


def test_an_empty_table_has_the_columns() -> None:
    assert made("owner")(TABLE.slice(0, 0)).schema.names[:2] == ["owner", "lead"]
    assert decide(TABLE.slice(0, 0), made()).read_all().num_rows == 0


def test_processes_give_the_same_rows_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SENT", 3)
    several = pa.concat_tables([TABLE] * 5)
    one = decide(several, made("owner")).read_all()
    assert decide(several, made("owner"), processes=2).read_all().to_pylist() == one.to_pylist()


def test_a_fault_in_a_process_is_told_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_decide", _ended)
    with pytest.raises(workers.WorkersError, match="was ended by something else") as told:
        list(workers.stream_by_workers(made(), TABLE.to_batches(), 1))
    assert "__main__" in told.value.help


def _ended(_sent: bytes) -> bytes:
    os._exit(9)
