"""Frames of Spark are decided as the columns of a table, and as their rows one by one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import turnout
from tests.laws.test_columns import one_by_one, tables
from tests.project.test_examples import EXAMPLES, LEADS, POLICIES
from tests.support import sparks
from tests.support.policies import resolved
from tests.support.strategies import Written, policies
from turnout import spark
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.writing import VERSION
from turnout.compiler.program import lower
from turnout.runtime.columns.table_decider import TableDecider, received

pytestmark = pytest.mark.filterwarnings("ignore")  # those of Spark's own libraries

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
POLICY = """
lead { id: text id required  country: country  staff: integer 0..  since: date  pay: number
       uses: any of [crm, erp] }
person ana
team all { ana }
route inbound {
  rule recent { when since within 10 days to round-robin all else queue triage }
  rule large { when staff >= 100 or pay > 1 to person ana }
  rule both { when uses has crm and uses has erp to person ana }
  fallback to queue triage
}
queue triage
"""


def frame(session: Any, columns: Mapping[str, Sequence[object]]) -> Any:  # noqa: ANN401
    """Return texts by name as a frame of two partitions."""
    kinds = ", ".join("`{}` string".format(name.replace("`", "``")) for name in columns)
    rows = list(zip(*columns.values(), strict=True))
    return session.createDataFrame(rows, kinds)


def rows(found: Any) -> list[dict[str, object]]:  # noqa: ANN401
    return [row.asDict(recursive=True) for row in found.collect()]


@pytest.fixture(scope="module")
def session() -> Any:  # noqa: ANN401
    return sparks.session()


def test_a_frame_has_a_row_for_each_lead(session: Any) -> None:  # noqa: ANN401
    columns: dict[str, list[str | None]] = {
        "id": ["L-1", "L-2", None],
        "country": ["Germany", "Atlantis", "FR"],
        "staff": ["1,000", "few", ""],
        "own `key`": ["1", "2", "3"],
        "a.b": ["x", "y", "z"],
    }
    with turnout.loads(POLICY) as router:
        found = spark.decide(frame(session, columns), router, at=AT, keep=["own `key`", "a.b"])
        decided = rows(found)
        assert [(row.pop("own `key`"), row.pop("a.b")) for row in decided] == [
            ("1", "x"),
            ("2", "y"),
            ("3", "z"),
        ]
        assert decided == router.decide_batch(columns, at=AT).to_pylist()
    assert found.columns[:3] == ["own `key`", "a.b", "lead"]
    assert found.schema.simpleString().endswith("struct<field:string,raw:string,reason:string>>>")


def test_values_of_sparks_own_types_are_read(session: Any) -> None:  # noqa: ANN401
    leads = [
        ("1", 5, date(2026, 11, 20), None, ["crm", "erp"], datetime(2026, 11, 20, tzinfo=UTC)),
        ("2", 500, None, Decimal("0.50"), None, None),
        ("3", None, date(2020, 1, 1), Decimal("1.01"), ["erp"], None),
        ("4", 1, None, None, ["erp", "crm"], None),
    ]
    kinds = "id string, staff int, since date, pay decimal(10,2), uses array<string>, x timestamp"
    given_frame = session.createDataFrame(leads, kinds)
    with turnout.loads(POLICY) as router:
        found = rows(spark.decide(given_frame, router, at=AT, keep=["x"]))
    assert [row["rule"] for row in found] == ["recent", "large", "large", "both"]
    assert not any(row["issues"] for row in found)
    assert found[0]["x"] == leads[0][5].astimezone().replace(tzinfo=None)  # type: ignore[union-attr]


def test_names_that_spark_can_t_tell_apart_are_no_obstacle(session: Any) -> None:  # noqa: ANN401
    with turnout.loads(POLICY) as router:
        leads = {"id": ["1"], "STAFF": ["7"], "staff": ["700"], "x.y": [""]}
        found = rows(spark.decide(frame(session, leads), router, at=AT))
        assert found == router.decide_batch(leads, at=AT).to_pylist()
        nothing = rows(spark.decide(frame(session, {"x": ["1", "2"]}), router, at=AT))
        assert [row["complaint"] for row in nothing] == ["no id", "no id"]


def test_what_can_t_be_kept_is_told_before_spark_runs(session: Any) -> None:  # noqa: ANN401
    with turnout.loads(POLICY) as router:
        with pytest.raises(ValueError, match="'y' can't be kept: the frame has none"):
            spark.decide(frame(session, {"x": ["1"]}), router, keep=["y"])
        with pytest.raises(ValueError, match="it is a column of what is decided"):
            spark.decide(frame(session, {"rule": ["1"]}), router, keep=["rule"])


class OtherVersion(TableDecider):
    """What a driver sends whose Turnout writes plans of another version."""

    version = 0

    def __reduce__(self) -> tuple[object, ...]:
        """Be pickled as there."""
        _, (form, plan, rest, digest) = cast("Any", super().__reduce__())
        own = f'"version":{VERSION}'.encode()
        assert plan.count(own) == 1
        return received, (form, plan.replace(own, b'"version":%d' % self.version), rest, digest)


@pytest.mark.parametrize(
    ("version", "remedy"),
    [(VERSION - 1, "help: write the plan"), (VERSION + 1, "help: bring Turnout up to date")],
)
def test_workers_refuse_a_plan_of_another_version_and_decide_nothing(
    session: Any,  # noqa: ANN401
    version: int,
    remedy: str,
) -> None:
    """The job ends with what the versions are and what to do, and gives no row."""
    policy = resolved(Written(POLICY))
    made = OtherVersion(policy.fields, plan_of(lower(policy), "inbound"), AT)
    made.version = version
    told = f"the plan has version {version}; this Turnout reads {VERSION}"
    found = spark.decide(frame(session, {"id": ["L-1", "L-2"]}), made)
    with pytest.raises(Exception, match=told) as refused:
        found.collect()
    assert remedy in str(refused.value)


@settings(max_examples=4)
@given(policies(), st.data())
def test_drawn_leads_are_decided_as_one_by_one(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), "inbound")
    columns, at = data.draw(tables(policy))
    texts = {
        name: [None if each is None else str(each) for each in values]
        for name, values in columns.items()
    }
    if not texts:
        return
    given_frame = frame(sparks.session(), texts)
    found = rows(spark.decide(given_frame, TableDecider(policy.fields, plan, at)))
    wanted = [dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)]
    assert found == one_by_one(policy, plan, wanted, at)


@pytest.mark.parametrize("example", POLICIES)
def test_the_leads_of_every_example_are_decided_as_their_columns(
    example: str,
    session: Any,  # noqa: ANN401
) -> None:
    columns = texts_of(EXAMPLES / example / LEADS[example])
    route = "inbound" if example == "multi-product" else None
    with turnout.load(EXAMPLES / example / POLICIES[example], route=route) as router:
        found = rows(spark.decide(frame(session, columns), router, at=AT))
        assert found == router.decide_batch(columns, at=AT).to_pylist()


def texts_of(leads: Path) -> dict[str, list[str | None]]:
    """Return the whole records of a file as columns of texts."""
    with turnout.records(leads) as records:
        raws = [dict(raw) for raw in _whole(records)]
    names = list(dict.fromkeys(name for raw in raws for name in raw))
    return {name: [_text(raw.get(name)) for raw in raws] for name in names}


def _whole(records: turnout.Records) -> Iterator[Mapping[str, object]]:
    for record in records:
        raw: object = record.raw
        if record.complaint is None and isinstance(raw, Mapping):
            yield cast("Mapping[str, object]", raw)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
