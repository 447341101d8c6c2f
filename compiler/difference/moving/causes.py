"""Which edit of the text moves which leads.

A change of a policy is a list of edits: a segment means something else, a rule is gone,
new, moved, or has another condition or other targets. Each of them alone, applied to the
old version, is a version between the two; the leads that move in it as they do in the new
version move by this edit. Most leads are touched by one edit only, and need no such proof:
outside of what the others' conditions ask, this edit alone is the whole change. What no
edit does alone is told as the doing of those that touch it, together.

So one moved boundary of a segment that a thousand rules use is one cause of a thousand
shifts, and is told first as what it is: "segment MidMarket lost employees 900..999".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from turnout.compiler.difference.ground.alignment import aligned
from turnout.compiler.difference.ground.lines import ClauseRow
from turnout.compiler.difference.moving.compared import Area, Compared, Shift
from turnout.compiler.difference.moving.pieces import VariedRows
from turnout.compiler.leads.boxes import boxes, merged
from turnout.compiler.leads.budget import OutOfSteps, tick
from turnout.compiler.leads.regions import Masks, Region, is_nothing, truth
from turnout.compiler.leads.space import Box
from turnout.compiler.outcomes import Outcome, outcome
from turnout.compiler.program import Clause
from turnout.compiler.words.describe import phrases, side_names
from turnout.dsl.policy import Definition
from turnout.frozen import frozen

MOST_BOXES = 3
"""Parts of what a name gained or lost that a title says before it only says that it did."""


@frozen(eq=False)
class Edit:
    """One edit.

    title: what was edited, in a few words. names: the meanings of names that it changes, by
    number. gone, come: the old version's rows that it takes out, the new one's that it puts
    in. touched: where leads may be treated differently by it.
    """

    title: str
    names: Mapping[str, int]
    gone: tuple[int, ...]
    come: tuple[int, ...]
    touched: tuple[Region, ...]


@frozen(eq=False)
class Cause:
    """The shifts that have one cause: an edit, or several that move these leads together.

    title: what was edited. The shifts stand in the order of the clauses.
    """

    title: str
    shifts: tuple[Shift, ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses whose leads move, each once."""
        return tuple(dict.fromkeys(shift.clause for shift in self.shifts))


MOVED = "stands elsewhere"

OTHER = "fields, tables and whatever else conditions ask"
"""What is to blame where no rule and no name was edited."""


def causes(edits: "Edits", shifts: Iterable[Shift]) -> tuple[Cause, ...]:
    """Return the shifts by their causes, in the order of the edits, joint ones last."""
    alone: dict[int, list[Shift]] = {}
    together: dict[tuple[int, ...], list[Shift]] = {}
    for shift in shifts:
        touching = edits.touching(shift)
        own = touching[0] if len(touching) == 1 else edits.explaining(touching, shift)
        if own is not None:
            alone.setdefault(own, []).append(shift)
        else:
            together.setdefault(touching, []).append(shift)
    found = [Cause(edits.all[at].title, tuple(alone[at])) for at in sorted(alone)]
    for touching, some in sorted(together.items(), key=lambda pair: (not pair[0], pair[0])):
        titles = [edits.all[at].title for at in touching]
        title = f"together: {'; '.join(titles)}" if titles else OTHER
        found.append(Cause(title, tuple(some)))
    return tuple(found)


@frozen(eq=False, slots=False)
class Edits:
    """The edits of a route, and what each does alone."""

    of: Compared

    @cached_property
    def all(self) -> tuple[Edit, ...]:
        """Every edit: of names in the order of the new version, then of rules."""
        return (*_of_names(self.of), *self._of_rules())

    def around(self, box: Masks) -> Masks:
        """Return the part of `box` outside of which no edit can move a lead.

        Whatever a rule asks, it asks the same of other leads as before, or of names that
        mean the same for them, and no rule that takes them has come, gone or moved.
        """
        hull = [0] * len(box)
        for sides in self._parts:
            inner = list(box)
            for at, mask in sides:
                inner[at] &= mask
                if not inner[at]:
                    break
            else:
                hull = [one | other for one, other in zip(hull, inner, strict=True)]
        return tuple(hull)

    @cached_property
    def _parts(self) -> tuple[Box, ...]:
        """Where leads may be treated differently by some edit, as boxes, each once."""
        full = self.of.ground.space.full
        touched = (region for edit in self.all for region in edit.touched)
        parts = (_boxes_around(region, full) for region in dict.fromkeys(touched))
        return tuple(dict.fromkeys(side for own in parts for side in own))

    @cached_property
    def _renewed(self) -> tuple[int, ...]:
        """What each old row means once every name means what it does now."""
        return self._meanings(_changed(self.of))

    def _meanings(self, names: Mapping[str, int]) -> tuple[int, ...]:
        """Return what each old row means where these names mean something else."""
        of, found = self.of, list[int]()
        made = attrs.evolve(of.old, numbers=dict(names))
        for at, row in enumerate(of.old.rows):
            is_plain = row.clause is not None and not _is_marked(of.old.rows, at)
            if not names or not is_plain:
                found.append(row.meaning)
                continue
            assert row.clause is not None
            tick()
            found.append(made.number(row.clause.condition, of.ground.sets.meanings))
        return tuple(found)

    @cached_property
    def _pairs(self) -> list[tuple[int, int]]:
        """The rows that no edit of a rule touched, as places in the old and the new version."""
        sign, (old, new) = self.of.ground.sets.sign, self.of.own
        before = [*zip(map(sign, self._renewed), old, strict=True)]
        now = [sign(row.meaning) for row in self.of.new.rows]
        return aligned(before, [*zip(now, new, strict=True)])

    def _of_rules(self) -> Iterator[Edit]:
        of = self.of
        kept = {one for one, _ in self._pairs}, {two for _, two in self._pairs}
        gone: dict[str, list[int]] = {}
        come: dict[str, list[int]] = {}
        for side, rows, known in ((gone, of.old.rows, kept[0]), (come, of.new.rows, kept[1])):
            for at, row in enumerate(rows):
                if at not in known:
                    side.setdefault(self._edited(row), []).append(at)
        silent: list[tuple[list[int], list[int]]] = []
        for title in dict.fromkeys([*gone, *come]):
            olds, news = gone.get(title, []), come.get(title, [])
            if self._is_as_written(olds, news):
                silent.append((olds, news))
                continue
            yield self._of_rule(f"{title} {self._what(olds, news)}", olds, news)
        if silent:
            whole = [sorted(at for pair in silent for at in pair[side]) for side in (0, 1)]
            yield self._of_rule(OTHER, *whole)

    def _of_rule(self, title: str, olds: Sequence[int], news: Sequence[int]) -> Edit:
        of, taken = self.of, self.of.ground.taken
        touched = [
            *(taken(of.old.rows[at]) for at in olds),
            *(of.ground.sets.region(self._renewed[at]) for at in olds),
            *(taken(of.new.rows[at]) for at in news),
        ]
        return Edit(title, {}, tuple(olds), tuple(news), tuple(dict.fromkeys(touched)))

    def _is_as_written(self, olds: Sequence[int], news: Sequence[int]) -> bool:
        """Return whether a rule stands as it did, so that what it asks means something else."""
        old, new = self.of.old.rows, self.of.new.rows
        before, after = (
            [(row.clause.condition, row.way.whole) for row in rows if row.clause and row.way]
            for rows in ([old[at] for at in olds], [new[at] for at in news])
        )
        return before == after and self._what(olds, news) != MOVED

    @cached_property
    def _written(self) -> tuple[dict[str, Clause], dict[str, Clause]]:
        """The clauses of both versions by their titles."""
        old, new = (
            {
                clause.title: clause
                for row in version.rows
                if row.way is not None
                for clause in row.way.clauses
            }
            for version in (self.of.old, self.of.new)
        )
        return old, new

    def _edited(self, row: ClauseRow) -> str:
        """Return which clause was edited where a row isn't as it was: of a way the first."""
        if row.way is None or len(row.way.clauses) == 1:
            return row.title
        old, new = self._written
        for clause in row.way.clauses:
            one, two = old.get(clause.title), new.get(clause.title)
            if one is None or two is None or _says(one) != _says(two):
                return clause.title
        return row.title

    def _what(self, olds: Sequence[int], news: Sequence[int]) -> str:
        """Return what was done to a rule or a fallback."""
        rows = *(self.of.old.rows[at] for at in olds), *(self.of.new.rows[at] for at in news)
        title = self._edited(rows[0])
        if any(row.title != title for row in rows):
            return self._what_of_clause(title)
        if not olds or not news:
            return "is new" if news else "is gone"
        old, new = self.of.old.rows[olds[-1]], self.of.new.rows[news[-1]]
        sign = self.of.ground.sets.sign
        parts: list[str] = []
        if sign(self._renewed[olds[-1]]) != sign(new.meaning):
            parts.append("condition")
        if old.own.targets != new.own.targets:
            parts.append("targets")
        if old.own.terms != new.own.terms:
            parts.append("terms")
        return f"has other {' and '.join(parts)}" if parts else MOVED

    def _what_of_clause(self, title: str) -> str:
        """Return what was done to a clause of several ways."""
        old, new = (clauses.get(title) for clauses in self._written)
        if old is None or new is None:
            return "is new" if new else "is gone"
        names = "condition", "targets", "terms"
        pairs = zip(names, _says(old), _says(new), strict=True)
        parts = [name for name, before, after in pairs if before != after]
        return f"has other {' and '.join(parts)}" if parts else MOVED

    # -- which of them a shift is to be laid to --

    def touching(self, shift: Shift) -> tuple[int, ...]:
        """Return the edits that touch a lead of a shift, as far as can be told, in order."""
        if shift.is_passed_on:  # the same rules take the leads; what comes after them differs
            return tuple(at for at, edit in enumerate(self.all) if self._is_of_fallback(edit))
        return tuple(
            at
            for at, edit in enumerate(self.all)
            if any(self._touches(edit, area) for area in shift.areas)
        )

    def _is_of_fallback(self, edit: Edit) -> bool:
        old, new = self.of.old.rows, self.of.new.rows
        rows = [*(old[at] for at in edit.gone), *(new[at] for at in edit.come)]
        return any(not row.is_rule for row in rows)

    def _touches(self, edit: Edit, area: Area) -> bool:
        for region in edit.touched:
            if truth(region, area.box) is False:
                continue
            try:
                if self.of.find([*area.inside, region], area.box) is not None:
                    return True
            except OutOfSteps:
                return True
        return False

    def explaining(self, touching: Sequence[int], shift: Shift) -> int | None:
        """Return the first edit that alone moves all leads of a shift as they move now."""
        if shift.is_passed_on:
            return None
        return next((at for at in touching if self._explains(at, shift)), None)

    def _explains(self, at: int, shift: Shift) -> bool:
        if self._is_of_fallback(self.all[at]):
            return False  # it changes what other rows come to, which a row alone doesn't say
        lines = self._alone[at] if at in self._alone else self._made(at)
        wanted = {row.whole for row in self.of.new.rows if row.title in shift.sinks}
        try:
            return all(self._goes(lines, area, wanted) for area in shift.areas)
        except OutOfSteps:
            return False

    @cached_property
    def _alone(self) -> dict[int, VariedRows]:
        return {}

    def _made(self, at: int) -> VariedRows:
        """Return the old version's rows after one edit alone."""
        edit = self.all[at]
        meanings = self._meanings(edit.names)
        rows = [
            row if number == row.meaning else attrs.evolve(row, meaning=number)
            for row, number in zip(self.of.old.rows, meanings, strict=True)
        ]
        come = {place: self._before(place) for place in edit.come}
        after = dict(self._pairs)
        made: list[ClauseRow] = []
        waiting = list(edit.come)
        for place, row in enumerate(rows):
            # A new row stands before the first of its followers that the old version has.
            while waiting and place in after and after[place] > waiting[0]:
                made.append(come[waiting.pop(0)])
            if place not in edit.gone:
                made.append(row)
        made += (come[place] for place in waiting)
        lines = self._alone[at] = VariedRows(self.of.lines[0], tuple(made))
        return lines

    def _before(self, place: int) -> ClauseRow:
        """Return a row of the new version as it would be if every name meant what it did."""
        of, row = self.of, self.of.new.rows[place]
        names = {name: of.old.numbers[name] for name in _changed(of)}
        if not names or row.clause is None or _is_marked(of.new.rows, place):
            return row
        before = attrs.evolve(of.new, numbers=names)
        number = before.number(row.clause.condition, of.ground.sets.meanings)
        return attrs.evolve(row, meaning=number)

    def _goes(self, lines: VariedRows, area: Area, wanted: set[Outcome]) -> bool:
        """Return whether these rows give every lead of an area one of these outcomes."""
        ground = self.of.ground
        outside = [ground.sets.regions.complement(region) for region in area.outside]
        for at in lines.met(area.box):
            row = lines.rows[at]
            if row.whole in wanted:
                continue
            taken = [*area.inside, ground.taken(row)]
            box = _narrowed(area.box, taken)
            # Only the earlier rows that meet the row's own leads: all of them would make it
            # quadratic in the rules, where an area is nearly everything.
            before = () if box is None else (lines.rows[other] for other in lines.met(box, at))
            leads = [*taken, *outside, *ground.possible, *map(ground.left, before)]
            if box is not None and self.of.find(leads, box) is not None:
                return False
        return True


def _says(clause: Clause) -> tuple[object, object, object]:
    """Return what a clause asks, to whom it sends by itself, and on what terms."""
    targets = [attempt.target for attempt in clause.attempts[: clause.own_attempts]]
    return clause.condition, (targets, clause.lets_on), outcome(clause).terms


def _narrowed(box: Masks, regions: Iterable[Region]) -> Masks | None:
    """Return the part of a box in which the leads of all these regions lie, None for nothing."""
    sides = list(box)
    for region in regions:
        for at, mask in region.box:
            sides[at] &= mask
    return tuple(sides) if all(sides) else None


def _boxes_around(region: Region, full: Masks) -> Sequence[Box]:
    """Return boxes that hold a region's leads: those that it is, unless they are too many."""
    found = boxes(region, full)
    return (region.box,) if found is None else found


def _is_marked(rows: Sequence[ClauseRow], at: int) -> bool:
    """Return whether a row stands for the leads of the next one that read other values now."""
    return at + 1 < len(rows) and rows[at + 1].clause is rows[at].clause


def _changed(of: Compared) -> dict[str, int]:
    """Return the names that mean something else now, with what they mean."""
    old, new = of.old.policy.definitions, of.new.policy.definitions
    return {
        name: of.new.numbers[name]
        for name, definition in new.items()
        if name in old
        and name in of.new.numbers
        and name in of.old.numbers
        and of.old.numbers[name] != of.new.numbers[name]
        and _is_edited(old[name], definition)
    }


def _is_edited(old: Definition, new: Definition) -> bool:
    """Return whether what a name means was written anew, whatever became of other names in it."""
    return old.meaning != new.meaning


def _of_names(of: Compared) -> Iterator[Edit]:
    regions, sets = of.ground.sets.regions, of.ground.sets
    for name, number in _changed(of).items():
        before, after = sets.region(of.old.numbers[name]), sets.region(number)
        lost = regions.both([before, sets.region(number, holds=False)])
        gained = regions.both([after, sets.region(of.old.numbers[name], holds=False)])
        both = [each for each in (lost, gained) if not is_nothing(each)]
        parts = [
            f"{word} {said}"
            for word, said in (("lost", _said(of, lost)), ("gained", _said(of, gained)))
            if said
        ]
        what = ", ".join(parts) or "means something else"
        kind = of.new.policy.definitions[name].kind
        yield Edit(f"{kind} `{name}` {what}", {name: number}, (), (), tuple(both))


def _said(of: Compared, region: Region) -> str:
    """Return what a name lost or gained, "" for nothing."""
    full = of.ground.space.full
    found = None if is_nothing(region) else boxes(region, full)
    plain = side_names(of.ground.sets.regions, ())
    parts: list[str] = []
    for sides in merged(found or (), full):
        box = list(full)
        for at, mask in sides:
            box[at] &= mask
        if all(box) and of.find([*of.ground.possible], tuple(box)) is not None:
            parts.append(" and ".join(phrases(plain, box)) or "every lead")
    if found is None and not is_nothing(region):
        return "some leads"
    more = len(parts) - MOST_BOXES
    return " or ".join(parts[:MOST_BOXES]) + (f" or {more} more" if more > 0 else "")
