"""Reading untrusted JSON strictly: each value is what it must be, or the plan is refused.

Nothing is guessed, left out or passed over; an error says where the fault lies.
"""

import gc
import json
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from datetime import date
from math import isfinite
from typing import NoReturn, cast

from turnout.errors import Error
from turnout.frozen import attribute, frozen

MOST_CHARACTERS = 512 * 1024 * 1024
"""The size of a plan; beyond, it isn't even parsed."""

MOST_DIGITS = 60
"""Digits of a number; far more than any value of a lead has."""


class PlanError(Error):
    """What was to be read is no plan, or one that this version can't carry out."""


def parsed(text: str | bytes) -> "Json":
    """Return the JSON in `text`. Raises PlanError where it is none."""
    if len(text) > MOST_CHARACTERS:
        raise PlanError(f"the plan is larger than {MOST_CHARACTERS // 1024**2} MB")
    try:
        read = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_fraction
        )
    except RecursionError:
        raise PlanError("this is no plan: its JSON is nested too deep") from None
    except ValueError as problem:  # no UTF-8 and no JSON, numbers without end among them
        raise PlanError(f"this is no plan: {problem}", "write it anew") from None
    return Json(read, "plan")


@contextmanager
def without_collecting() -> Generator[None, None, None]:
    """Look for no garbage while tens of thousands of values are made, none of which is any.

    That takes longer than all the rest.
    """
    looks_for_garbage = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks_for_garbage:
            gc.enable()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _fraction(digits: str) -> float:
    found = float(digits)
    return found if isfinite(found) else _constant(digits[:20])


@frozen
class Json:
    """A value of a plan's JSON. where: how to find it, as in `plan.boxes[3]`."""

    value: object = attribute(repr=False)
    where: str

    def refuse(self, reason: str) -> NoReturn:
        """Raise PlanError for this value."""
        raise PlanError(f"the plan is damaged: {self.where} {reason}", "write it anew")

    def keys(self, *names: str) -> Mapping[str, "Json"]:
        """Return the values of an object with exactly these keys."""
        value = self.value
        if not isinstance(value, dict):
            self.refuse("is not an object")
        found = cast("dict[str, object]", value)
        for name in names:
            if name not in found:
                self.refuse(f"has no `{name}`")
        unknown = next((name for name in found if name not in names), None)
        if unknown is not None:
            self.refuse(f"has a key that is not known: {unknown[:40]!r}")
        return {name: Json(found[name], f"{self.where}.{name}") for name in names}

    def items(self, count: int | None = None) -> list["Json"]:
        """Return the elements of a list, of so many."""
        value = self.value
        if not isinstance(value, list):
            self.refuse("is not a list")
        found = cast("list[object]", value)
        if count is not None and len(found) != count:
            self.refuse(f"has {len(found)} elements, not {count}")
        return [Json(each, f"{self.where}[{at}]") for at, each in enumerate(found)]

    def rows(self, count: int) -> list[list[object]]:
        """Return the elements of a list of lists of so many each; none where it is none."""
        value = self.value
        found = cast("list[list[object]]", value) if isinstance(value, list) else []
        if set(map(type, found)) <= {list} and set(map(len, found)) <= {count}:
            return found
        return []

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            self.refuse("is not a text")
        return self.value

    def one_of(self, words: Collection[str]) -> str:
        """Return one of these words."""
        if self.text() not in words:
            self.refuse(f"is none of {', '.join(words)}")
        return self.text()

    def truth(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            self.refuse("is not true or false")
        return self.value

    def whole(self, low: int | None = None, high: int | None = None) -> int:
        """Return a whole number from `low` to `high`."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse("is not a whole number")
        if abs(self.value) >= 10**MOST_DIGITS:
            self.refuse("is out of bounds")
        is_low = low is not None and self.value < low
        if is_low or (high is not None and self.value > high):
            self.refuse("is out of bounds")
        return self.value

    def day(self) -> date:
        """Return a calendar day, written as 2026-01-31."""
        try:
            found = date.fromisoformat(self.text())
        except ValueError:
            self.refuse("is not a day")
        if found.isoformat() != self.value:
            self.refuse("is not a day")
        return found

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.value
        if isinstance(value, list) and all(map(_is_text, cast("list[object]", value))):
            return tuple(cast("list[str]", value))
        return tuple(each.text() for each in self.items())

    def wholes(self, low: int, high: int) -> tuple[int, ...]:
        """Return a list of whole numbers from `low` to `high`, by far the most there is."""
        value = self.value
        if isinstance(value, list):
            found = cast("list[int]", value)
            if all(type(each) is int and low <= each <= high for each in found):
                return tuple(found)
        return tuple(each.whole(low, high) for each in self.items())
