"""Classes of values mean what attrs makes of them, whoever made them."""

import copy
import inspect
import pickle
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, cast

import attrs
import pytest

from tests.support.sources import ROOT, is_checkout, modules
from turnout import frozen as module

ours: Any = module
Kind = TypeVar("Kind")


class Point:
    """A point."""

    count: ClassVar[int] = 0
    x: int
    y: int = 0
    tags: list[str] = attrs.Factory(list[str])

    def moved(self) -> "Point":
        """Return another one."""
        value: Any = self
        moved: Point = attrs.evolve(value, x=self.x + 1)
        return moved

    @property
    def double(self) -> int:
        """Twice as far."""
        return 2 * self.x


def of(by: Callable[..., Any], **options: Any) -> Any:  # noqa: ANN401 - a class
    """Return the class as `by` makes it."""
    return by(type("Point", (), dict(vars(Point))), **options)


MAKERS: list[tuple[Any, Any, dict[str, bool]]] = [
    (ours.frozen, attrs.frozen, {}),
    (ours.frozen, attrs.frozen, {"eq": False}),
    (ours.define, attrs.define, {}),
    (ours.define, attrs.define, {"eq": False}),
]


@pytest.fixture(params=MAKERS, ids=["frozen", "frozen-eq", "define", "define-eq"])
def both(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Return the class as it is made here, and as attrs makes it."""
    here, there, options = request.param
    return of(here, **options), of(there, **options)


def test_values_are_made_alike(both: tuple[Any, Any]) -> None:
    shown = [
        [repr(made(1)), repr(made(1, 2)), repr(made(x=1, tags=["a"])), repr(made(1).moved())]
        for made in both
    ]
    assert shown[0] == shown[1]
    assert both[0](1).tags is not both[0](1).tags


@pytest.mark.parametrize("wrong", [(), (1, 2, [], 4)])
def test_wrong_arguments_are_refused(both: tuple[Any, Any], wrong: tuple[Any, ...]) -> None:
    for made in both:
        with pytest.raises(TypeError, match="__init__"):
            made(*wrong)
        with pytest.raises(TypeError, match="z"):
            made(1, z=1)


def test_they_are_equal_alike(both: tuple[Any, Any]) -> None:
    pairs = [((1, 2), (1, 2)), ((1, 2), (2, 1)), ((1, 2), (1,))]
    here, there = ([made(*a) == made(*b) for a, b in pairs] for made in both)
    assert here == there
    assert both[0](1) != both[1](1)
    value = both[0](1)
    assert value == value  # noqa: PLR0124 - the same one


def test_they_are_hashed_alike() -> None:
    for make in (ours.frozen, attrs.frozen):
        made: Any = make(type("Name", (), {"__annotations__": {"text": str}}))
        assert len({made("a"), made("a"), made("b")}) == 2
    assert of(ours.define).__hash__ is None is of(attrs.define).__hash__
    assert hash(of(ours.frozen, eq=False)(1))


def test_only_what_may_change_changes(both: tuple[Any, Any]) -> None:
    outcomes: list[object] = []
    for made in both:
        value = made(1)
        try:
            value.x = 5
            outcomes.append(value.x)
        except attrs.exceptions.FrozenInstanceError:
            outcomes.append("refused")
        with pytest.raises(AttributeError):
            value.other = 1
    assert outcomes[0] == outcomes[1]


def test_attrs_knows_their_fields(both: tuple[Any, Any]) -> None:
    here, there = both
    known, right = ([(a.name, a.default, a.eq) for a in attrs.fields(made)] for made in both)
    assert known == right
    assert attrs.has(cast("type", here))
    assert attrs.asdict(here(1, 2)) == {"x": 1, "y": 2, "tags": []}
    assert here.__match_args__ == there.__match_args__
    assert inspect.signature(here).parameters.keys() == inspect.signature(there).parameters.keys()
    assert (here.__doc__, here.__name__, here.count) == (there.__doc__, there.__name__, 0)


class Counting:
    """What has fields that nobody gives, and sets one itself."""

    step: int
    seen: list[int] = ours.attribute(factory=list[int], init=False)
    start: int = ours.attribute(default=5, init=False)
    total: int = ours.attribute(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin."""
        self.total = self.step + self.start


def test_fields_that_nobody_gives_are_set_alike() -> None:
    made = ours.define(type("Counting", (), dict(vars(Counting))))
    value = made(2)
    assert (value.step, value.seen, value.start, value.total) == (2, [], 5, 7)
    assert [*inspect.signature(made).parameters] == ["step"]
    assert made(1).seen is not made(1).seen
    with pytest.raises(TypeError, match="start"):
        made(2, start=1)
    assert [(each.name, each.init) for each in attrs.fields(made)] == [
        ("step", True),
        ("seen", False),
        ("start", False),
        ("total", False),
    ]


class Outer(Generic[Kind]):
    """What another class is made of."""

    value: Kind


@pytest.mark.parametrize("make", [ours.frozen, attrs.frozen], ids=["ours", "attrs"])
def test_one_may_be_made_of_another(make: Any) -> None:  # noqa: ANN401 - a decorator
    outer = make(type("Outer", Outer.__bases__, dict(vars(Outer))))
    inner = make(type("Inner", (outer,), {"__annotations__": {"more": int}, "more": 0}))
    assert (inner(1), inner(1, 2).more, inner(1).value) == (inner(1, 0), 2, 1)
    assert outer(1) != inner(1)
    assert outer(1) == outer(1)


@ours.frozen
class Kept:
    """Found by its name, as pickle wants it."""

    text: str
    number: int = 3


def test_they_are_copied_and_pickled() -> None:
    make: Any = Kept
    value: Any = make("a")
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own
    assert copy.deepcopy(value) == value == copy.copy(value)


@pytest.mark.parametrize("make", [ours.frozen, attrs.frozen, ours.define, attrs.define])
def test_what_was_worked_out_is_remembered(make: Any) -> None:  # noqa: ANN401 - a decorator
    calls: list[int] = []

    class Pair:
        """Two numbers."""

        x: int
        y: int = 2

        @cached_property
        def total(self) -> int:
            """Their sum."""
            calls.append(self.x)
            return self.x + self.y

    made: Any = make(Pair)
    pair = made(1)
    assert (pair.total, pair.total, len(calls)) == (3, 3, 1)
    assert (pair == made(1), repr(pair)) == (True, repr(pair).replace("total", ""))
    assert attrs.evolve(pair, x=4).total == 6
    assert copy.copy(pair).total == 3


@ours.frozen
class Large:
    """Has so many fields that they stand in a class below it."""

    first: int
    second: int = 2
    third: int = 3
    fourth: int = 4
    fifth: int = 5
    several: list[int] = ours.attribute(factory=list[int])


def test_one_with_many_fields_is_as_any_other() -> None:
    make: Any = Large
    value: Any = make(1, fourth=9)
    assert repr(value) == "Large(first=1, second=2, third=3, fourth=9, fifth=5, several=[])"
    assert value.__class__ is make
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own
    assert copy.deepcopy(value) == value == copy.copy(value) == attrs.evolve(value)
    assert make(1).several is not make(1).several
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.first = 5
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del value.first
    with pytest.raises(AttributeError):
        object.__setattr__(value, "other", 1)


def test_a_class_of_somebodys_may_be_made_of_one_with_many_fields() -> None:
    large: Any = Large
    other: Any = type("Other", (large,), {"total": property(lambda self: self.first + self.fifth)})
    value = other(1)
    assert (type(value), value.total, value.second) == (other, 6, 2)
    assert value == other(1)
    assert value != large(1)
    more = attrs.frozen(type("More", (large,), {"__annotations__": {"sixth": int}, "sixth": 6}))
    assert (more(1).sixth, more(1, fifth=0).fifth, type(more(1))) == (6, 0, more)


class Super:
    """Asks what is below it."""

    at: int

    def __str__(self) -> str:
        """Return what an object says."""
        return super().__str__()


def test_what_attrs_has_more_to_do_for_is_left_to_it() -> None:
    hidden = {"__annotations__": {"at": int, "by": int}, "by": attrs.field(default=0, eq=False)}
    made: Any = ours.frozen(order=True)(type("Ordered", (), hidden))
    assert made(1) < made(2)
    assert made(1, 5) == made(1)
    assert str(ours.frozen(Super)(1)) == "Super(at=1)"


@pytest.mark.skipif(not is_checkout(), reason="not a checkout")
def test_every_class_of_values_is_made_so() -> None:
    others = [
        path.as_posix()
        for path in modules()
        if re.search(r"^\s*@attrs\.(frozen|define)", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    ]
    assert others == ["turnout/frozen.py"]
