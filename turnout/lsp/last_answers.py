"""Answers that are asked for again and again while a text stays, made once."""

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from turnout.frozen import define

_Answer = TypeVar("_Answer")

MOST = 6
"""Answers of a kind that are kept, the last ones."""

_kept: list[Callable[[], None]] = []


@define(eq=False)
class LastAnswers(Generic[_Answer]):
    """The last answers of a kind, each by the very objects that it is about, and a name."""

    _known: list[tuple[tuple[object, ...], str, _Answer]] = attrs.Factory(
        list[tuple[tuple[object, ...], str, _Answer]]
    )

    def __attrs_post_init__(self) -> None:
        """Be among those that are forgotten."""
        forgotten(self.forget)

    def forget(self) -> None:
        """Keep none, and so nothing of what they are about."""
        self._known.clear()

    def of(self, about: tuple[object, ...], name: str, make: Callable[[], _Answer]) -> _Answer:
        """Return the answer about these objects, made where it isn't known."""
        for objects, of_name, answer in tuple(self._known):
            is_same = len(objects) == len(about) and of_name == name
            if is_same and all(one is two for one, two in zip(objects, about, strict=True)):
                return answer
        made = make()
        self._known[:] = [*self._known[1 - MOST :], (about, name, made)]
        return made


def forgotten(forget: Callable[[], None]) -> None:
    """Have something forgotten with every edit."""
    _kept.append(forget)


def forget_answers() -> None:
    """Keep no answer of any kind: each holds a whole policy, as it was before an edit."""
    for forget in _kept:
        forget()
