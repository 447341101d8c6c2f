"""A lead that shows a shift, run through both versions as it would arrive at them.

The lead has as few fields as it takes. It counts only if the reference interpreter offers
it, in either version, what the rows in question say; where both offer the same, the values
that stand behind the targets have to differ, and are told along.
"""

from collections.abc import Sequence

import attrs

from turnout.compiler.difference.ground.lines import ClauseRow, RouteVersion
from turnout.compiler.difference.ground.receivers import unmarked
from turnout.compiler.difference.moving.compared import Compared
from turnout.compiler.difference.moving.offers import Offer, offered_by
from turnout.compiler.leads.arrivals import DAY
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks, Region
from turnout.compiler.leads.witness import Example, example, shown
from turnout.compiler.outcomes import tried
from turnout.compiler.words.describe import on_days
from turnout.dsl.conditions import SEEN, During
from turnout.dsl.findings import Witness
from turnout.dsl.targets import said
from turnout.dsl.types import Value
from turnout.dsl.values import jsonable


def witness(
    of: Compared,
    leads: Sequence[Region],
    ways: Sequence[tuple[list[Region], tuple[ClauseRow, ClauseRow]]],
    boxes: tuple[Masks, Masks],
) -> Witness | None:
    """Return a lead of these that both versions were seen to treat as is claimed, or None.

    ways: regions in which to look for it, one after the other, with the old and the new
    row that take it there. boxes: where it lies, and whose sides it is to show.
    """
    box, telling = boxes
    for taken, rows in ways:
        try:
            found = _plain(of, [*leads, *taken], box, telling)
        except OutOfSteps:
            continue
        lead = None if found is None else example(of.ground.space, found, telling=telling)
        if lead is None:
            continue
        space = of.ground.space
        ages = {each.field.name for each in space.dimensions if each.kind == "age"}
        shows_day = lead.shows_day and not ages.isdisjoint(lead.values)
        if any(isinstance(each.test, During) for each in space.dimensions):
            shows_day |= lead.today != DAY or bool(on_days(space, telling)[0])
        lead = attrs.evolve(lead, values=of.placed(lead.values), shows_day=shows_day)
        made = shown(lead, of.fields)
        raw = {of.raws[name]: value for name, value in made.fields.items() if name in of.raws}
        offers = tuple(
            offered_by(each.policy, each.route, {**raw, **_seen(lead, each)}, lead.clock)
            for each in (of.old, of.new)
        )
        said = _confirmed(rows, offers)
        if said is not None:
            note = ", ".join(part for part in (made.note, said) if part)
            return attrs.evolve(made, fields=raw, note=note)
    return None


def _confirmed(
    rows: tuple[ClauseRow, ClauseRow], offers: tuple[tuple[Offer, ...], ...]
) -> str | None:
    """Return what there is to say if the versions were seen to do what the rows say, else None.

    Where both offer the same, the values that the targets read are what differs.
    """
    wanted = [tuple(map(unmarked, row.whole.targets)) for row in rows]
    if [tried([target for target, _ in offer]) for offer in offers] != wanted:
        return None
    if wanted[0] != wanted[1] or rows[0].whole.terms != rows[1].whole.terms:
        return ""
    before, after = map(dict, offers)
    changed = {
        f"{name} {_value(was)} → {_value(now)}": None
        for target in wanted[0]
        for name, was, now in zip(said(target).reads, before[target], after[target], strict=True)
        if was != now
    }
    return ", ".join(changed) or None


def _value(value: Value | None) -> str:
    match value:
        case None:
            return "missing"
        case frozenset():
            return " and ".join(sorted(value))
        case _:
            return str(jsonable(value))


def _seen(lead: Example, version: RouteVersion) -> dict[str, object]:
    """Return whether the version has seen the lead before, as it stands in a raw lead."""
    values = lead.values
    return {SEEN: bool(values.get(SEEN) or values.get(SEEN + version.view.suffix))}


def _plain(of: Compared, leads: Sequence[Region], box: Masks, telling: Masks) -> Masks | None:
    """Return leads with as few fields as it takes, besides those that tell. Raises OutOfSteps."""
    space = of.ground.space
    found = of.find(leads, box)
    if found is None:
        return None
    kept = list(box)
    for at, dimension in enumerate(space.dimensions):
        could_lack = dimension.kind == "value" and kept[at] & 1 and telling[at] == space.full[at]
        if could_lack and not found[at] & 1:
            tried = [*kept[:at], 1, *kept[at + 1 :]]
            plainer = of.find(leads, tuple(tried))
            if plainer is not None:
                kept, found = tried, plainer
    return found
