"""Pages of a list: what is put together under headings, for as much as it is.

A list of some sixty rows is one page. A longer one is an overview with its largest groups
closed, each with its first lines and a page of its own; where there are too many groups,
those that follow each other are closed together.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isqrt

import attrs

from turnout.compiler.picture import Card, Page, Role, Stripe
from turnout.frozen import frozen

MOST_ROWS = 76
"""Rows of a page."""

_TOGETHER = MOST_ROWS - 2
_FIRST = 3
_BACK = "back to the page above"


def list_pages(
    title: str, rows: Sequence[Stripe], *, is_one_page: bool = False
) -> tuple[Page, ...]:
    """Return the pages of a list, the overview first; one where that is enough or asked for."""
    if is_one_page:
        return (Page(1, title, tuple(rows), entry="", is_list=True),)
    found: list[Page | None] = []
    _add(title, _Group(tuple(rows)), (), found)
    return tuple(page for page in found if page is not None)


def first_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the first lines, and how many there are besides.

    >>> first_lines(["a", "b", "c", "d"]), first_lines(list("abcde"))
    (('a', 'b', 'c', 'd'), ('a', 'b', 'c', 'and 2 more'))
    """
    more = len(lines) - _FIRST
    if more < 2:  # a line that says that there is one more is as long as the line
        return tuple(lines)
    return *lines[:_FIRST], f"and {more:,} more"


@frozen
class _Group:
    """Rows that are closed together: one with all below it, or several of these."""

    rows: tuple[Stripe, ...]

    @property
    def groups(self) -> "list[_Group]":
        """The outermost rows, each with what is below it."""
        level = min((row.level for row in self.rows), default=0)
        starts = [at for at, row in enumerate(self.rows) if row.level == level]
        return [_Group(self.rows[at:end]) for at, end in pairwise([*starts, len(self.rows)])]

    @property
    def is_one(self) -> bool:
        """Whether one heading stands above all of it."""
        return len(self.groups) == 1 and len(self.rows) > 1

    @property
    def title(self) -> str:
        """What it is called."""
        if self.is_one:
            return self.rows[0].text
        return f"{self.rows[0].text} to {self.groups[-1].rows[0].text}"

    @property
    def card(self) -> Card:
        """The first of its lines or parts, and how many lines there are."""
        roles: set[Role] = {row.card.role for row in self.rows if row.card is not None}
        role: Role = "plain"
        if len(roles) == 1:
            (role,) = roles
        lines = first_lines([group.line for group in self.inside.groups])
        said = "\n".join([self.count, *lines])
        return Card(self.count, lines, role, is_dashed=False, said=said)

    @property
    def inside(self) -> "_Group":
        """What is below the heading, or all of it."""
        return _Group(self.rows[1:]) if self.is_one else self

    @property
    def count(self) -> str:
        """How many lines there are."""
        lines = sum(row.card is not None for row in self.rows)
        return f"{lines:,} {'line' if lines == 1 else 'lines'}"

    @property
    def line(self) -> str:
        """All of it in one line."""
        card = self.rows[0].card
        return f"{self.title}: {self.count if card is None else ', '.join(card.lines)}"


def _add(
    title: str,
    shown: _Group,
    above: tuple[tuple[str, int], ...],
    found: list[Page | None],
) -> int:
    """Add a page and those of what is closed on it; return its number."""
    number = len(found) + 1
    found.append(None)
    rows: list[Stripe] = []
    for group, is_closed in _laid_out(shown):
        if is_closed:
            page = _add(
                group.title, group.inside, (*above, (title if above else "", number)), found
            )
            end = len(rows) + 1
            rows.append(Stripe(0, "closed", group.title, group.card, end, page=page))
        else:
            rows += _moved(group.rows, rows)
    entry = _BACK if above else ""
    found[number - 1] = Page(number, title, tuple(rows), above, entry, is_list=True)
    return number


def _laid_out(shown: _Group) -> Iterator[tuple[_Group, bool]]:
    """Yield what stands on a page, and whether it is closed there."""
    groups = shown.groups
    if len(groups) > MOST_ROWS:
        groups = [*_together(groups, [min(len(group.rows), _TOGETHER) for group in groups])]
    while len(groups) > MOST_ROWS:
        most = min(isqrt(len(groups) - 1) + 1, _TOGETHER)
        groups = [*_together(groups, [1] * len(groups), most)]
    sizes = [len(group.rows) for group in groups]
    total = sum(sizes)
    closed: set[int] = set()
    for at in sorted(range(len(groups)), key=lambda at: -sizes[at]):
        if total <= MOST_ROWS or sizes[at] <= 2:
            break
        closed.add(at)
        total -= sizes[at] - 1
    yield from ((group, at in closed) for at, group in enumerate(groups))


def _together(
    groups: Sequence[_Group], weights: Sequence[int], most: int = _TOGETHER
) -> Iterator[_Group]:
    """Yield groups that follow each other as one, up to a weight."""
    run: list[Stripe] = []
    weight = 0
    for group, mine in zip(groups, weights, strict=True):
        if run and weight + mine > most:
            yield _Group(tuple(run))
            run, weight = [], 0
        run += group.rows
        weight += mine
    yield _Group(tuple(run))


def _moved(rows: Sequence[Stripe], before: Sequence[Stripe]) -> Iterator[Stripe]:
    """Yield rows as they stand on a page, outermost and behind those before."""
    first, level = len(before), rows[0].level
    is_behind_line = bool(before) and before[-1].kind != "closed"
    for number, row in enumerate(rows):
        until = number + 1
        while until < len(rows) and rows[until].level > row.level:
            until += 1
        yield attrs.evolve(
            row,
            level=row.level - level,
            until=first + until,
            is_joined=row.is_joined and (number > 0 or is_behind_line),
        )
