"""What programs have for leads: each kind is read, and what is no lead is refused."""

import copy
import pickle
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple, cast
from uuid import UUID

import attrs
import msgspec
import numpy as np
import pandas as pd
import pydantic
import pytest

import turnout
from tests.support.command_line import INBOUND, PEOPLE
from turnout.runtime.records import as_record

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FRAME = pd.DataFrame({"id": ["1", "2"], "country": ["DE", "DE"], "employees": [5_000, 12]})


class AsModel(pydantic.BaseModel):
    """A lead as a web service has it."""

    id: str
    country: str
    employees: int


class AsStruct(msgspec.Struct):
    """A lead as a message has it."""

    id: str
    country: str
    employees: int


@attrs.define
class AsAttrs:
    """A lead as a class of attrs."""

    id: str
    country: str
    employees: int


@dataclass(slots=True)
class AsDataclass:
    """A lead as a class of the standard library."""

    id: str
    country: str
    employees: int


class AsTuple(NamedTuple):
    """A lead as a row."""

    id: str
    country: str
    employees: int


def as_database_row(id_: str, country: str, employees: int) -> sqlite3.Row:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute(
        "SELECT ? AS id, ? AS country, ? AS employees", (id_, country, employees)
    ).fetchone()
    connection.close()
    return cast("sqlite3.Row", row)


def as_array_row(*values: object) -> object:
    kinds = [("id", "U10"), ("country", "U10"), ("employees", "i8")]
    return np.array([values], dtype=kinds)[0]


def as_model_of_old(id_: str, country: str, employees: int) -> object:
    v1 = pytest.importorskip("pydantic.v1", reason="pydantic 2 no longer has it for new Pythons")
    kinds = {"id": (str, ...), "country": (str, ...), "employees": (int, ...)}
    return v1.create_model("OldModel", **kinds)(id=id_, country=country, employees=employees)


def as_selected_row(id_: str, country: str, employees: int) -> object:
    sql = pytest.importorskip("sqlalchemy", reason="too heavy to be installed for one test")
    values = (id_, country, employees)
    columns = [sql.literal(value).label(name) for name, value in zip(NAMES, values, strict=True)]
    with sql.create_engine("sqlite://").connect() as connection:
        return connection.execute(sql.select(*columns)).one()


def as_mapped_object(id_: str, country: str, employees: int) -> object:
    sql = pytest.importorskip("sqlalchemy", reason="too heavy to be installed for one test")
    mapped = pytest.importorskip("sqlalchemy.orm").declarative_base()
    kinds = {"id": sql.String, "country": sql.String, "employees": sql.Integer}
    columns = {name: sql.Column(kind, primary_key=name == "id") for name, kind in kinds.items()}
    kind = type("MappedLead", (mapped,), {"__tablename__": "leads", **columns})
    return kind(id=id_, country=country, employees=employees)


class AsDjango:
    """What Django's models say of their fields."""

    _meta = SimpleNamespace(
        concrete_fields=tuple(SimpleNamespace(attname=n) for n in ("id", "country", "employees"))
    )

    def __init__(self, id_: str, country: str, employees: int) -> None:
        self.id, self.country, self.employees = id_, country, employees


class AsSelected:
    """A row of SQLAlchemy that holds one object."""

    def __init__(self, *values: Any) -> None:  # noqa: ANN401 - values of any type
        self._lead = AsDataclass(*values)

    @property
    def _mapping(self) -> Mapping[str, object]:
        return {"Lead": self._lead}


NAMES = ("id", "country", "employees")
KINDS: dict[str, Callable[..., Any]] = {
    "dict": lambda *values: dict(zip(NAMES, values, strict=True)),
    "mapping": lambda *values: MappingProxyType(dict(zip(NAMES, values, strict=True))),
    "pydantic": lambda *values: AsModel(**dict(zip(NAMES, values, strict=True))),
    "pydantic 1": as_model_of_old,
    "a row of SQLAlchemy": as_selected_row,
    "an object of SQLAlchemy": as_mapped_object,
    "an object in a row of SQLAlchemy": AsSelected,
    "an object of Django": AsDjango,
    "msgspec": AsStruct,
    "attrs": AsAttrs,
    "dataclass": AsDataclass,
    "typing.NamedTuple": AsTuple,
    "namedtuple": namedtuple("row", NAMES),  # noqa: PYI024  # pyright: ignore[reportUntypedNamedTuple] - that kind, too
    "pandas row": lambda *values: pd.Series(values, index=list(NAMES)),
    "itertuples": lambda *values: next(pd.DataFrame([values], columns=list(NAMES)).itertuples()),
    "database row": as_database_row,
    "structured array": as_array_row,
}


@pytest.fixture
def router(tmp_path: Path) -> Iterator[turnout.Router]:
    """Return a router of a policy of two files."""
    (tmp_path / "people.route").write_text(PEOPLE)
    (tmp_path / "inbound.route").write_text(INBOUND)
    with turnout.load(tmp_path / "inbound.route", state=tmp_path / "state.db") as found:
        yield found


@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_two_leads_of_any_kind_are_two(made: Callable[..., Any], router: turnout.Router) -> None:
    first = router.route(made("1", "Germany", 5_000), at=AT)
    second = router.route(made("2", "Germany", 12), at=AT)
    assert [first.lead, first.rule, second.lead] == ["1", "large", "2"]
    assert not second.repeated
    assert second.rule != "large"
    assert router.route({"id": "1", "country": "Germany", "employees": "5,000"}).repeated
    assert router.explain(made("1", "Germany", 5_000)).matched[0] == "DACH"
    assert router.reroute(made("1", "Germany", 5_000), "moved", at=AT).lead == "1"


@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_many_leads_of_any_kind_are_routed(
    made: Callable[..., Any], router: turnout.Router
) -> None:
    leads = [made(str(number), "DE", number) for number in range(7)]
    decisions = list(router.route_all(leads, at=AT, batch=3))
    assert [decision.lead for decision in decisions] == [str(number) for number in range(7)]
    assert {decision.row for decision in decisions} == {None}
    assert len(router.reroute_all(leads, "again", at=AT)) == 7


def test_a_data_frame_is_routed_by_its_rows(router: turnout.Router) -> None:
    records = cast("list[Mapping[str, object]]", FRAME.to_dict("records"))
    assert [each.lead for each in router.route_all(records, at=AT)] == ["1", "2"]
    assert all(each.repeated for each in router.route_all(row for _, row in FRAME.iterrows()))


def test_an_object_within_a_lead_is_a_mapping_too() -> None:
    @dataclass
    class Account:
        type: str
        owner: AsAttrs

    @dataclass
    class Whole:
        id: str
        account: Account
        tags: list[str] = field(default_factory=list[str])

    lead = Whole("1", Account("Customer", AsAttrs("2", "DE", 3)), ["vip"])
    inner = {"type": "Customer", "owner": {"id": "2", "country": "DE", "employees": 3}}
    assert as_record(lead) == {"id": "1", "account": inner, "tags": ["vip"]}


def test_a_lead_that_holds_itself_ends() -> None:
    @attrs.define
    class Node:
        next: object = None

    node = Node()
    node.next = node
    assert set(as_record(node)) == {"next"}


class Plain:
    """Nothing that says what it holds."""

    def __init__(self) -> None:
        self.id = "1"


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        (42, "not a value of type int$"),
        (None, "not a value of type NoneType$"),
        ("L-1", "not text; read it first"),
        (b"{}", "not a value of type bytes; read it first"),
        ([{"id": "1"}], "not a value of type list; several leads go through `route_all`"),
        ((1, 2), "several leads go through `route_all`"),
        (FRAME, r'route its rows: `route_all\(frame.to_dict\("records"\)\)`'),
        (FRAME["id"], "not a value of type pandas"),
        (AsModel, "pass an instance of the class"),
        (AsDataclass, "pass an instance of the class"),
        (Plain(), r"pass `vars\(lead\)`"),
        (SimpleNamespace(id="1"), r"pass `vars\(lead\)`"),
        (object(), "not a value of type object$"),
        (np.int64(5), "not a value of type numpy.int64"),
    ],
    ids=lambda value: type(value).__name__,  # what it prints may be its address
)
def test_what_is_no_lead_is_refused(lead: Any, said: str, router: turnout.Router) -> None:  # noqa: ANN401 - any
    for ask in (router.route, router.explain, partial(router.reroute, reason="why")):
        with pytest.raises(TypeError, match=said):
            ask(lead)
    with pytest.raises(TypeError, match=said):
        list(router.route_all([lead]))
    assert router.route({"id": "1", "country": "DE"}, at=AT).repeated is False


def test_leads_before_one_that_is_none_are_decided_first(router: turnout.Router) -> None:
    leads: list[Any] = [{"id": "1"}, {"id": "2"}, {"id": "3"}, 42, {"id": "4"}]
    decided: list[str] = []
    with pytest.raises(TypeError, match="not a value of type int"):
        decided.extend(each.lead for each in router.route_all(leads, at=AT, batch=2))
    decided_later = [router.route({"id": str(n)}).repeated for n in (1, 2, 3, 4)]
    assert decided_later == [True, True, True, False]


def test_one_lead_is_not_taken_for_several(router: turnout.Router) -> None:
    with pytest.raises(TypeError, match="one goes through `route`"):
        router.route_all(cast("Any", {"id": "1"}))
    for one, said in (
        (FRAME, r'route its rows: `route_all\(frame.to_dict\("records"\)\)`'),
        (AsTuple("1", "DE", 5), "one goes through `route`"),
        ("id,country\n1,DE\n", "not text; read it first"),
        (b"{}", "not a value of type bytes; read it first"),
        (42, "takes several leads, not a value of type int"),
    ):
        for ask in (router.route_all, partial(router.reroute_all, reason="why")):
            with pytest.raises(TypeError, match=said):
                ask(cast("Any", one))


class Stranger:
    """Whatever is asked of it, it raises."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


class AsList(pydantic.RootModel[list[int]]):
    """A model that is no mapping."""


@pytest.mark.parametrize("lead", [Stranger(), AsList([1])], ids=["stranger", "list"])
def test_what_only_looks_like_a_lead_is_refused(lead: Any, router: turnout.Router) -> None:  # noqa: ANN401 - any
    with pytest.raises(TypeError, match="a lead is a mapping from field names to values, not a"):
        router.route(lead)


def test_a_field_that_is_not_set_is_missing(router: turnout.Router) -> None:
    unset = cast("Any", msgspec.UNSET)
    assert router.route(AsStruct("1", "DE", unset), at=AT).issues == ()


def test_a_batch_has_a_lead(router: turnout.Router) -> None:
    with pytest.raises(ValueError, match="at least one lead"):
        router.route_all([{"id": "1"}], batch=0)


# -- ids --


class Known(Enum):
    """Ids with names."""

    FIRST = "L-1"
    SECOND = "L-2"


@pytest.mark.parametrize(
    ("one", "other", "ids"),
    [
        (UUID(int=1), UUID(int=2), (str(UUID(int=1)), str(UUID(int=2)))),
        (np.int64(1), np.int64(2), ("1", "2")),
        (Known.FIRST, Known.SECOND, ("L-1", "L-2")),
        (5.0, 6.0, ("5", "6")),
        (np.str_("L-1"), np.str_("L-2"), ("L-1", "L-2")),
    ],
    ids=lambda value: type(value).__name__,  # what it prints may be its address
)
def test_an_id_of_any_readable_type_tells_leads_apart(
    one: object, other: object, ids: tuple[str, str], router: turnout.Router
) -> None:
    decisions = [router.route({"id": each, "country": "DE"}, at=AT) for each in (one, other, one)]
    assert [decision.lead for decision in decisions] == [*ids, ids[0]]
    assert [decision.repeated for decision in decisions] == [False, False, True]


@pytest.mark.parametrize(
    ("one", "other", "issue"),
    [
        (b"L-1", b"L-2", ("b'L-1'", "bytes, not text")),
        (5.5, 6.5, ("5.5", "a number, not text")),
        (1j, 2j, ("1j", "a value of type complex, not text")),
        (["L-1"], ["L-2"], ("a list", "a list, not text")),
    ],
    ids=lambda value: type(value).__name__,  # what it prints may be its address
)
def test_an_id_that_can_not_be_read_is_told_and_merges_nobody(
    one: object, other: object, issue: tuple[str, str], router: turnout.Router
) -> None:
    first, second = (router.route({"id": each, "country": "DE"}, at=AT) for each in (one, other))
    assert first.lead != second.lead
    assert not second.repeated
    assert issue in {(each.raw, each.reason) for each in first.issues if each.field == "id"}


# -- the router itself --


def test_a_closed_router_says_so(router: turnout.Router) -> None:
    begun = router.route_all([{"id": "1"}])
    router.close()
    router.close()
    lead = {"id": "1"}
    for ask in (
        lambda: router.route(lead),
        lambda: router.route_all([lead]),
        lambda: list(begun),
        lambda: router.explain(lead),
        lambda: router.reroute(lead, "why"),
        lambda: router.reroute_all([lead], "why"),
        router.escalate,
        lambda: router.touch("1"),
        router.moves,
        lambda: router.close_lead("1"),
    ):
        with pytest.raises(turnout.ClosedError, match="is closed") as raised:
            ask()
        assert "load the policy again" in raised.value.help


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_router_is_not_copied_and_says_what_to_do(
    copied: Callable[[object], object], router: turnout.Router
) -> None:
    with pytest.raises(TypeError, match=r"`turnout.load` in each process.*one `state` file"):
        copied(router)
