"""Pages of rows out of a decision tree.

A route of some sixty rows is one page. A longer one is an overview, in which the largest
blocks are closed, and a page for each of them; a run of rules without blocks is cut into
stretches, which are closed in the same way. A closed part says how many rules it holds and
where most of them lead. A table of rules is drawn as one: its first rows, and how many there are
more; all of them stand in its file.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from math import isqrt
from typing import TypeAlias

import attrs

from turnout.compiler.picture import Card, Page, Role, RowKind, Stripe
from turnout.compiler.picture.listing import MOST_ROWS, first_lines
from turnout.compiler.picture.speech import asked, card, role_of, spoken
from turnout.compiler.tree import Leaf, Question, Tree, TreeStep, every_step
from turnout.dsl.conditions import Condition, Named
from turnout.dsl.policy import Policy, RuleTable
from turnout.dsl.source import Span
from turnout.dsl.types import Field
from turnout.frozen import frozen

_NOBODY = "nobody gets these leads"
_SHORTEST_TABLE = 3
MOST_SHEET_ROWS = 12
"""Rows of a table of rules that are drawn."""

_SMALLEST_PAGE, _SMALLEST_BLOCK = 8, 4
"""Rows of what may have a page of its own while there is another way."""

_LONGEST_LINE, _LONGEST_ASKED = 80, 44
_LONGEST_TABLE = 20
"""Lines of what comes from a table and stands open."""


@frozen(slots=False, eq=False)
class Stretch:
    """Steps that follow each other and are closed together.

    table: what they are called where they are lines of one table of the policy's, "" else.
    """

    steps: tuple["Portion", ...]
    table: str = ""

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves inside, in order."""
        return tuple(leaf for item in self.steps for leaf in leaves_of(item))


Portion: TypeAlias = TreeStep | Stretch

Closing: TypeAlias = Callable[[Question, int], bool]
"""Whether a question, at that level, stays closed."""


def leaves_of(item: Portion) -> tuple[Leaf, ...]:
    """Return the leaves of an item, in order."""
    if isinstance(item, Stretch):
        return item.leaves
    return tuple(step for step in every_step((item,)) if isinstance(step, Leaf))


# -- pages --


def one_page(  # noqa: PLR0913 - what may be left out of a page, each by name
    steps: Sequence[TreeStep],
    policy: Policy,
    *,
    is_closed: Closing | None = None,
    is_hidden: Callable[[TreeStep], bool] | None = None,
    has_gap: bool = False,
    title: str = "",
) -> Page:
    """Return all of a tree's steps as one page, but for what is closed.

    is_hidden: whether a step is drawn only as one of several that are closed together.
    has_gap: some leads may reach the end of the route, where nobody gets them.
    """
    rows = _Rows(policy.fields, is_closed or _no, is_hidden or _no)
    return Page(1, title, tuple(rows.of(steps, _NOBODY if has_gap else "")))


def _no(*_: object) -> bool:
    return False


def pages(
    tree: Tree, policy: Policy, *, has_gap: bool = False, most: int = MOST_ROWS
) -> tuple[Page, ...]:
    """Return the pages of a tree, the overview first; one where that is enough.

    most: rows of a page.
    """
    return tuple(_Pager(policy, has_gap, most).pages(tree))


@frozen
class _Pager:
    """Makes pages of `most` rows.

    sizes: rows of a question with all that is inside, by its identity.
    """

    policy: Policy
    has_gap: bool
    most: int = MOST_ROWS
    sizes: dict[int, int] = attrs.Factory(dict[int, int])

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.policy.fields

    def pages(self, tree: Tree) -> list[Page]:
        found: list[Page | None] = []
        self._page("", self._tabled(tree.steps), (), found)
        return [page for page in found if page is not None]

    def _page(
        self,
        title: str,
        items: Sequence[Portion],
        above: tuple[tuple[str, int], ...],
        found: list[Page | None],
    ) -> int:
        """Add a page and those of what is closed on it; return its number."""
        number = len(found) + 1
        found.append(None)
        shown = self._shortened(items)
        closed = self._closed(shown)
        deeper = (*above, (title, number))
        numbers: dict[int, int] = {}
        for item in shown:
            if id(item) in closed and not isinstance(item, Leaf):
                said = title_of(item, self.fields)
                numbers[id(item)] = self._page(said, self._inside(item), deeper, found)
        sheets: dict[int, int] = {}
        for table in _cut_tables(shown, closed):
            said, rest = f"more of {title_of(table, self.fields)}", table.inside[MOST_SHEET_ROWS:]
            sheets[id(table)] = self._page(said, rest, deeper, found)
        is_closed: Closing = lambda question, _: id(question) in numbers  # noqa: E731
        rows = _Rows(self.fields, is_closed, _no, numbers, sheets)
        if number == 1:
            made = rows.of(shown, _NOBODY if self.has_gap else "")
            entry = "lead arrives"
        else:
            made = rows.of(shown, f"goes on below this part, on page {above[-1][1]}")
            entry = "leads of this part"
        found[number - 1] = Page(number, title, tuple(made), above, entry)
        return number

    def _inside(self, item: "Stretch | Question") -> Sequence[Portion]:
        """Return what is drawn on the page of a closed part; a table is drawn whole or not."""
        if isinstance(item, Stretch):
            return item.steps
        return self._tabled(item.inside) if item.table is None else (item,)

    def _size(self, item: Portion) -> int:
        if isinstance(item, Stretch):
            return sum(map(self._size, item.steps))
        if isinstance(item, Leaf) or _is_rule(item):
            return 1
        if item.table is not None:
            return min(len(item.inside), MOST_SHEET_ROWS) + 2
        if id(item) not in self.sizes:
            self.sizes[id(item)] = 1 + sum(map(self._size, item.inside))
        return self.sizes[id(item)]

    def _tabled(self, items: Sequence[Portion]) -> tuple[Portion, ...]:
        """Return the items, long runs of what comes from one table of the policy's as one."""
        found: list[Portion] = []
        for table, run in groupby(items, key=lambda item: _table_of(item, self.policy)):
            lines = tuple(run)
            is_box = table and len(lines) > _LONGEST_TABLE
            found += [Stretch(lines, table)] if is_box else lines
        is_all = all(isinstance(item, Leaf | Stretch) for item in found)
        return tuple(items) if is_all else tuple(found)

    def _shortened(self, items: Sequence[Portion]) -> tuple[Portion, ...]:
        """Return as few items as a page holds, neighbours put together where they are more.

        First what is too small for a page of its own; then all, as evenly as can be.
        """
        if sum(map(self._size, items)) <= self.most:
            return tuple(items)
        last = [items[-1]] if isinstance(items[-1], Leaf) else []
        shown = list(items[: len(items) - len(last)])
        if sum(self._size(item) if self._is_small(item) else 1 for item in shown) >= self.most:
            shown = [*self._packed(shown)]
        while len(shown) + len(last) > self.most:
            most = min(isqrt(len(shown) - 1) + 1, self.most - 2)
            shown = [Stretch(tuple(shown[at : at + most])) for at in range(0, len(shown), most)]
        return (*shown, *last)

    def _is_small(self, item: Portion) -> bool:
        # A block has a name, by which its page is found.
        least = _SMALLEST_BLOCK if isinstance(item, Question) and item.is_block else _SMALLEST_PAGE
        return not isinstance(item, Stretch) and self._size(item) < least

    def _packed(self, items: Sequence[Portion]) -> Iterator[Portion]:
        """Yield the items, runs of small ones as stretches of about as many rows each."""
        for is_small, run in groupby(items, key=self._is_small):
            small = list(run)
            rows = sum(map(self._size, small))
            if not is_small or rows < _SMALLEST_PAGE:
                yield from small
                continue
            parts = -(-rows // (self.most - 2))
            first, so_far = 0, 0
            for at, item in enumerate(small):
                size = self._size(item)
                if so_far and so_far + size > min(-(-rows // parts), self.most - 2):
                    yield Stretch(tuple(small[first:at]))
                    first, so_far = at, 0
                so_far += size
            yield Stretch(tuple(small[first:]))

    def _closed(self, items: Sequence[Portion]) -> set[int]:
        """Return which items are closed: the largest, so that the rest fits the page."""
        sizes = {id(item): self._size(item) for item in items}
        closed = {id(item) for item in items if isinstance(item, Stretch)}
        total = sum(1 if each in closed else size for each, size in sizes.items())
        for each in sorted(sizes, key=lambda each: -sizes[each]):
            if total <= self.most or sizes[each] <= 2:
                break
            if each not in closed:
                closed.add(each)
                total -= sizes[each] - 1
        return closed


def title_of(item: Portion, fields: Mapping[str, Field]) -> str:
    """Return what a closed part is called."""
    if isinstance(item, Question) and item.table is not None:
        count = len(item.inside)
        return f"{item.table.name}, {count:,} {'row' if count == 1 else 'rows'}"
    if isinstance(item, Question):
        said = item.lost or asked(item.asks, fields)
        if item.handover is not None:
            return f"{said}, by route {item.handover.route}"
        return f"within {said}" if item.is_block else said
    if isinstance(item, Stretch) and item.table:
        return item.table
    rules = [leaf.clause.name for leaf in leaves_of(item) if leaf.clause.is_rule]
    if len(rules) < 2:
        return f"rule {rules[0]}" if rules else "everybody else"
    return f"rules {rules[0]} to {rules[-1]}"


def _table_of(item: Portion, policy: Policy) -> str:
    """Return from which of the policy's tables an item comes, in words; "" for none.

    So far those are rules that ask for parts of a territory that come from a table. A block
    of such a part is written by hand, and no line of a table.
    """
    if not isinstance(item, Question) or item.lost or item.is_block:
        return ""
    asked_first = item.asks[0] if item.asks else None
    if not isinstance(asked_first, Named):
        return ""
    of = policy.definitions[asked_first.name]
    return f"parts of {of.parent}" if of.is_keyed and of.parent else ""


def _is_cut(table: Question) -> bool:
    """Return whether only the first rows of a table of rules are drawn with what is around it."""
    return len(table.inside) > MOST_SHEET_ROWS + 1


def _cut_tables(items: Iterable[Portion], closed: Container[int]) -> Iterator[Question]:
    """Yield the tables of rules that are drawn among `items`, but not whole."""
    for item in items:
        if not isinstance(item, Question) or id(item) in closed:
            continue
        if item.table is None:
            yield from _cut_tables(item.inside, closed)
        elif _is_cut(item):
            yield item


def _is_rule(step: TreeStep) -> bool:
    """Return whether a step is a question with nothing inside but where its leads go."""
    if not isinstance(step, Question) or step.table is not None:
        return False
    return len(step.inside) == 1 and isinstance(step.inside[0], Leaf)


# -- rows --


@frozen
class _Rows:
    """Makes the rows of one page.

    numbers: the pages of what is closed, by identity. sheets: of the further rows of a table
    of rules, by that of the table.
    """

    fields: Mapping[str, Field]
    is_closed: Closing
    is_hidden: Callable[[TreeStep], bool]
    numbers: Mapping[int, int] = attrs.Factory(dict[int, int])
    sheets: Mapping[int, int] = attrs.Factory(dict[int, int])
    found: list[Stripe] = attrs.Factory(list[Stripe])

    def of(self, items: Sequence[Portion], end: str) -> list[Stripe]:
        """Return the rows. end: what becomes of those who are left, "" where nobody is."""
        self._add(items, 0, "everybody else")
        if end and not (items and isinstance(items[-1], Leaf)):
            kind: RowKind = "end" if end == _NOBODY else "onward"
            self._row(0, kind, end, None, None)
        return self.found

    def _add(self, items: Sequence[Portion], level: int, rest: str) -> None:
        tables = _tables(items, self.fields)
        for item in self._gathered(items):
            if isinstance(item, Leaf):
                self._row(level, "rest", rest, item, card(item.clause))
            elif isinstance(item, Stretch) or self._stays_closed(item, level):
                self._closed(item, level)
            elif _is_rule(item):
                self._rule(item, level, tables.get(id(item)))
            elif item.table is not None:
                self._sheet(item, item.table, level)
            else:
                self._opened(item, level)

    def _gathered(self, items: Iterable[Portion]) -> Iterator[Portion]:
        """Yield the items, neighbours that are hidden as one."""
        run: list[Portion] = []
        for item in items:
            if isinstance(item, Question) and self.is_hidden(item):
                run.append(item)
                continue
            if run:
                yield Stretch(tuple(run))
            run = []
            yield item
        if run:
            yield Stretch(tuple(run))

    def _stays_closed(self, question: Question, level: int) -> bool:
        return not _is_rule(question) and self.is_closed(question, level)

    def _rule(self, question: Question, level: int, is_joined: bool | None) -> None:  # noqa: FBT001 - None where it is in no table
        (leaf,) = question.inside
        assert isinstance(leaf, Leaf)
        said = title_of(question, self.fields)
        beside = card(leaf.clause)
        if is_joined is not None:
            beside = attrs.evolve(beside, lines=(", ".join(beside.lines),))
        self._row(level, "question", said, question, beside, is_joined=bool(is_joined))

    def _opened(self, question: Question, level: int) -> None:
        at = len(self.found)
        kind: RowKind = "block" if question.is_block else "question"
        self._row(level, kind, title_of(question, self.fields), question, None)
        self._add(question.inside, level + 1, "the others")
        self.found[at] = attrs.evolve(self.found[at], until=len(self.found))

    def _sheet(self, question: Question, table: RuleTable, level: int) -> None:
        """Add a table of rules: what its columns are, then rows as the lines of one table."""
        at = len(self.found)
        by, to = table.columns[: table.answers], table.columns[table.answers :]
        said = f"{title_of(question, self.fields)}: by {', '.join(by)}"
        said += f" \u2192 {', '.join(to)}" if to else ""
        self._row(level, "table", said, question, None)
        lines = [*self._gathered(question.inside)]
        if id(question) in self.sheets:
            lines = [*lines[:MOST_SHEET_ROWS], Stretch(tuple(lines[MOST_SHEET_ROWS:]))]
        for number, line in enumerate(lines):
            is_joined = number > 0
            if isinstance(line, Stretch):
                more = f"and {len(line.steps):,} more" if number else f"{len(line.steps):,} rows"
                self._row(
                    level + 1, "closed", more, line, summary(line, self.fields), is_joined=is_joined
                )
                page = self.sheets.get(id(question))
                self.found[-1] = attrs.evolve(self.found[-1], page=page)
            elif isinstance(line, Leaf):
                self._row(level + 1, "rest", "everybody else", line, card(line.clause))
            else:
                self._rule(line, level + 1, is_joined)
        self.found[at] = attrs.evolve(self.found[at], until=len(self.found))

    def _closed(self, item: Question | Stretch, level: int) -> None:
        said = title_of(item, self.fields)
        self._row(level, "closed", said, item, summary(item, self.fields))

    def _row(  # noqa: PLR0913 - the parts of a row that differ
        self,
        level: int,
        kind: RowKind,
        text: str,
        item: Portion | None,
        beside: Card | None,
        *,
        is_joined: bool = False,
    ) -> None:
        step = None if isinstance(item, Stretch) else item
        made = Stripe(
            level,
            kind,
            text,
            beside,
            len(self.found) + 1,
            step,
            () if item is None else leaves_of(item),
            _span(item),
            is_joined=is_joined,
            page=None if item is None else self.numbers.get(id(item)),
        )
        self.found.append(made)


def _span(item: Portion | None) -> Span | None:
    """Return what an item is in the policy; for rows of a table that are closed, all of them."""
    match item:
        case Leaf(clause=clause):
            return clause.span
        case Question(span=span):
            return span
        case Stretch(leaves=(first, *_, last)) if first.clause.row and last.clause.row:
            one, two = first.clause.span, last.clause.span
            return Span(one.source, one.start, max(one.end, two.end))
        case _:
            return None


def _tables(items: Sequence[Portion], fields: Mapping[str, Field]) -> dict[int, bool]:
    """Return the rules that are lines of a table, and whether each stands on the one above.

    They are neighbours that ask one short thing of the same subject, and say as little more.
    """
    found: dict[int, bool] = {}
    subjects = [(_subject(item, fields), item) for item in items]
    for subject, run in groupby(subjects, key=lambda each: each[0]):
        lines = [id(item) for _, item in run]
        if subject is not None and len(lines) >= _SHORTEST_TABLE:
            found |= {line: at > 0 for at, line in enumerate(lines)}
    return found


def _subject(item: Portion, fields: Mapping[str, Field]) -> str | None:
    """Return what a rule asks about, None where it isn't one short thing."""
    if not isinstance(item, Question) or not _is_rule(item):
        return None
    (leaf,) = item.inside
    assert isinstance(leaf, Leaf)
    clause = leaf.clause
    if clause.row is not None:
        return f"a row of {clause.row.table.name}"
    if item.is_block or item.lost or len(item.asks) != 1:
        return None
    words = ", ".join(card(clause).lines)
    is_short = clause.sla is None and clause.offer is None and not clause.actions
    is_short &= len(clause.name) + len(words) < _LONGEST_LINE
    if not is_short or len(asked(item.asks, fields)) > _LONGEST_ASKED:
        return None
    return _asked_of(item.asks[0])


def _asked_of(condition: Condition) -> str | None:
    if isinstance(condition, Named):
        return f"a {condition.kind}"
    field = getattr(condition, "field", None)
    return field if isinstance(field, str) else None


# -- what a closed part holds --


def summary(item: Question | Stretch, fields: Mapping[str, Field]) -> Card:
    """Return how many rules a closed part holds, and where most of them lead.

    Of a table that are its first lines.
    """
    leaves = leaves_of(item)
    rules = sum(leaf.clause.is_rule for leaf in leaves)
    firsts = [leaf.clause.attempts[0].target for leaf in leaves if leaf.clause.attempts]
    counts = Counter(map(spoken, firsts))
    lines = first_lines([name for name, _ in counts.most_common()])
    if isinstance(item, Stretch) and item.table:
        lines = first_lines([_line(each, fields) for each in item.steps])
    roles: set[Role] = {role_of(target) for target in firsts}
    name = f"{rules:,} {'rule' if rules == 1 else 'rules'}"
    said = "\n".join([name, *_listed(counts)])
    role: Role = "plain"
    if len(roles) == 1:
        (role,) = roles
    return Card(name, lines, role, is_dashed=False, said=said)


def _line(item: Portion, fields: Mapping[str, Field]) -> str:
    """Return what is asked and where it leads, as one line of a table."""
    leaves = leaves_of(item)
    if len(leaves) != 1:
        return f"{title_of(item, fields)}: {len(leaves)} rules"
    return f"{title_of(item, fields)}: {', '.join(card(leaves[0].clause).lines[:1])}"


def _listed(counts: Mapping[str, int]) -> Iterable[str]:
    most = 30
    for at, (name, count) in enumerate(counts.items()):
        if at == most:
            yield f"and {len(counts) - most} more"
            return
        yield f"{name} ({count})" if count > 1 else name
