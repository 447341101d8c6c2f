"""Uses of names: where a policy names what it declares.

An editor leads from a use to its declaration, lists the uses of a declaration, and renames
both; what is never used can be told from them, too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, cast, overload

from turnout.dsl.source import Span
from turnout.frozen import frozen


@frozen
class Reference:
    """A use of a name.

    kind: as in `Declaration`: "field", "territory", "rule", "value" and so on; "condition"
    for a bare word that could be one of several and is none. name: as it is declared; a
    value of a list may be spelled otherwise, and somebody's e-mail stands for the name.
    at: the word itself, without its quotes. declared: the word that declares it, or what
    names the table that does; None where nothing does, which is reported.
    """

    kind: str
    name: str
    at: Span
    declared: Span | None


class References(Sequence[Reference]):
    """Uses of names in order of file and place, found when somebody first asks for one."""

    def __init__(self, found: Callable[[], Iterable[Reference]]) -> None:
        """Take what finds them, in any order."""
        self._find = found

    @cached_property
    def _found(self) -> tuple[Reference, ...]:
        return in_order(self._find())

    @overload
    def __getitem__(self, at: int) -> Reference: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Reference, ...]: ...
    def __getitem__(self, at: int | slice) -> Reference | tuple[Reference, ...]:
        """Return one, or several."""
        return self._found[at]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    def __iter__(self) -> Iterator[Reference]:
        """Yield them in order."""
        return iter(self._found)

    def __eq__(self, other: object) -> bool:
        """Return whether others are the same."""
        return isinstance(other, Sequence) and self._found == tuple(cast("Any", other))

    def __hash__(self) -> int:
        """Return what is the same for the same ones."""
        return hash(self._found)


def in_order(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """Return the references by file and place."""
    return tuple(sorted(references, key=_place))


def _place(reference: Reference) -> tuple[str, int, int]:
    at = reference.at
    return at.source.name, at.start, at.end


def unquoted(span: Span) -> Span:
    r"""Return the place of a word without the quotes around it.

    >>> from turnout.dsl.source import Source
    >>> unquoted(Span(Source("a.route", 'test "big" {'), 5, 10)).text
    'big'
    """
    is_quoted = span.end - span.start > 1 and span.source.text.startswith('"', span.start)
    return Span(span.source, span.start + 1, span.end - 1) if is_quoted else span
