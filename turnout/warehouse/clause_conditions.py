"""What a clause asks as one condition: the boxes of a plan, with what they share asked once."""

from collections.abc import Iterable, Mapping, Sequence

from turnout.compiler.classes import Listed, Texts
from turnout.compiler.plan.value import ClauseBox, Column, Part, Plan, Side
from turnout.frozen import frozen
from turnout.warehouse.asked_tables import LookedUp, looked_up
from turnout.warehouse.column_tests import LONGEST_LIST, Held, Setting, all_of, any_of, side
from turnout.warehouse.syntax import FALSE, TRUE, number, one_of

MOST_PARTS = 2_000
"""Conditions that are asked in full are written out up to so many parts."""


@frozen
class _Term:
    """Sides that all hold, and a part that does, too."""

    sides: frozenset[Side]
    part: int | None

    def without(self, side: Side) -> "_Term":
        """Return the same without a side."""
        return _Term(self.sides - {side}, self.part)

    def beside(self, side: Side) -> "_Term":
        """Return the same with a side more."""
        return _Term(self.sides | {side}, self.part)


class ClauseConditions:
    """The conditions of a plan's clauses, and the tables that long lists are looked up in."""

    def __init__(
        self, plan: Plan, frame: Setting, prefix: str, longest: int = LONGEST_LIST
    ) -> None:
        """Begin. prefix: begins the tables' names. longest: values of a list in the view itself."""
        self._plan = plan
        self._frame = frame
        self.looked_up: Mapping[int, LookedUp] = {
            at: looked_up(each, prefix, at, frame.value(each.field), frame.dialect)
            for at, each in enumerate(plan.columns)
            if _size(each) > longest
        }

    def of(self, boxes: Sequence[ClauseBox], known: frozenset[Side] = frozenset()) -> Held:
        """Return whether one of a clause's boxes holds a lead; known: sides that hold."""
        return self._terms([_Term(frozenset(box.sides) - known, box.part) for box in boxes])

    def side(self, asked: Side) -> Held:
        """Return whether a side holds a lead."""
        return self._side(*asked).whole()

    def _terms(self, terms: Sequence[_Term]) -> Held:
        """Return whether one of some terms holds; what several share is asked once.

        The side that most terms have is taken out of them, and with it the sides that stand
        beside the same rests: `(a or b) and (c or d)`, and not four times two of them.
        """
        if not terms:
            return Held(FALSE, FALSE)
        if len(terms) == 1:
            return all_of([*self._sides(sorted(terms[0].sides)), *self._full(terms[0].part)])
        rests = _rests(terms)
        if not rests or max(map(len, rests.values())) == 1:
            return self._each(terms)
        most = max(sorted(rests), key=lambda each: len(rests[each]))
        alike = [each for each in sorted(rests) if rests[each] >= rests[most]]
        done = {term.beside(each) for each in alike for term in rests[most]}
        left = [term for term in terms if term not in done]
        within = sorted(rests[most], key=lambda term: sorted(term.sides))
        taken = all_of([any_of(self._side(*each) for each in alike), self._terms(within)])
        return any_of([taken, self._terms(left)]) if left else taken

    def _each(self, terms: Sequence[_Term]) -> Held:
        """Return whether one of some terms holds that share nothing."""
        alone = [term for term in terms if len(term.sides) == 1 and term.part is None]
        others = [term for term in terms if term not in alone]
        told = [self._side(*each) for term in alone for each in term.sides]
        return any_of([*told, *(self._terms([term]) for term in others)])

    def _sides(self, sides: Iterable[Side]) -> list[Held]:
        return [self._side(at, mask) for at, mask in sides]

    def _side(self, at: int, mask: int) -> Held:
        asked = self._plan.columns[at]
        if at not in self.looked_up:
            return side(asked, mask, self._frame)
        every = (1 << asked.classes.size) - 1
        if mask & every == every:
            return Held(TRUE, TRUE)
        classes = [number(each) for each in range(asked.classes.size) if mask >> each & 1]
        told = one_of(self.looked_up[at].classes.copy(), classes)
        return Held(told, told)

    def _full(self, part: int | None) -> list[Held]:
        return [] if part is None else [self._part(self._plan.parts[part])]

    def _part(self, part: Part) -> Held:
        eithers = (
            any_of(self._part(self._plan.parts[each]) for each in either) for either in part.eithers
        )
        return all_of([*self._sides(part.sides), *eithers])


def _rests(terms: Sequence[_Term]) -> dict[Side, set[_Term]]:
    """Return what stands beside each side."""
    found: dict[Side, set[_Term]] = {}
    for term in terms:
        for each in term.sides:
            found.setdefault(each, set()).add(term.without(each))
    return found


def _size(asked: Column) -> int:
    """Return how many values a table of its texts would have."""
    match asked.classes:
        case Listed(values=(str(), *_) as values):
            return len(values)
        case Texts(literals=literals, prefixes=prefixes):
            return len(literals) + len(prefixes)
        case _:
            return 0


def parts_size(plan: Plan) -> int:
    """Return how many parts would be written if each were written wherever it is asked."""
    sizes: list[int] = []
    for part in plan.parts:
        sizes.append(1 + sum(sizes[each] for either in part.eithers for each in either))
    return sum(sizes[box.part] for box in plan.boxes if box.part is not None)
