"""Find a written `not (...)` that lets in leads because they lack a field.

A comparison with a missing field is false, so its plain negation holds there: `not DACH`
takes leads without a country. That may be meant, and is easily overlooked. It is pointed
out where the rule gets such leads, and only where the lead lacks every field that the
negated part asks: a lead whose source is known not to be hot is "not hot" whether or not
its score is known.
"""

from collections.abc import Iterator, Mapping

from turnout.compiler.checks.asking_cells import cell_of
from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks
from turnout.compiler.leads.widening import region_of
from turnout.compiler.masks import Mask
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.meeting import followed, meeting_box
from turnout.compiler.questions.per_condition import PerCondition
from turnout.compiler.questions.written import Written, written_conditions
from turnout.dsl.conditions import NEVER, And, Condition, IsIn, Not, Or, Present, atoms, fields_of
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding
from turnout.dsl.types import Boolean, Field
from turnout.dsl.wording import is_one_test, written
from turnout.frozen import frozen

NEGATION_MATCHES_MISSING = warning(
    "negation-matches-missing", "A `not (...)` lets in leads because they lack a field."
)


@frozen
class WideNegation:
    """A `not` that leads may satisfy for lack of a field.

    fields: those that it asks and a lead may lack, in schema order. without: the whole
    condition if the negation never held.
    """

    part: Not
    fields: tuple[str, ...]
    without: Condition

    @property
    def known(self) -> Condition:
        """The negation for leads that have one of the fields."""
        there = tuple(Present(field) for field in self.fields)
        return And((there[0] if len(there) == 1 else Or(there), self.part))

    @property
    def open(self) -> Condition:
        """The negation, saying itself that the fields may be missing.

        The same leads only where the negation holds for all that lack the fields; it may
        not where the negated part asks other fields, too.
        """
        lacking = tuple(Not(Present(field)) for field in self.fields)
        return Or((lacking[0] if len(lacking) == 1 else And(lacking), self.part))


def check_negations(analysis: Analysis) -> Iterator[Finding]:
    """Yield a `negation-matches-missing` for each `not` that gives leads for lack of a field."""
    known = _NEGATIONS.on(dict(analysis.program.policy.fields))
    for place in written_conditions(analysis.route):
        for negation in known.of(place.condition, lambda each: tuple(negations(analysis, each))):
            try:
                found = _lacking(analysis, place, negation)
            except OutOfSteps as stopped:
                clause = analysis.route.clauses[place.at]
                yield undecided(clause, "takes leads for lack of a field", analysis.budget, stopped)
                continue
            if found is not None:
                yield _finding(analysis, negation, place, found)


_NEGATIONS: PerCondition[tuple[WideNegation, ...]] = PerCondition()


def negations(analysis: Analysis, condition: Condition) -> Iterator[WideNegation]:
    """Yield the negations written in `condition` that speak of fields a lead may lack."""
    fields = analysis.program.policy.fields
    for part, without in _written(condition, analysis):
        told = (atom for atom in atoms(part) if not isinstance(atom, Present))
        asked = {name for atom in told for name in fields_of(atom)}
        lacked = tuple(name for name in fields if name in asked and not fields[name].required)
        if lacked:
            yield WideNegation(part, lacked, without)


def _written(condition: Condition, analysis: Analysis) -> Iterator[tuple[Not, Condition]]:
    """Yield each `not` outside of another, with the condition in which it never holds."""
    if isinstance(condition, Not):
        yield condition, NEVER
    if is_one_test(condition, analysis.program.policy.fields):
        return
    if isinstance(condition, And | Or):
        for at, part in enumerate(condition.parts):
            for inner, without in _written(part, analysis):
                parts = (*condition.parts[:at], without, *condition.parts[at + 1 :])
                yield inner, type(condition)(parts)


def _lacking(analysis: Analysis, place: Written, negation: WideNegation) -> Masks | None:
    """Return leads that get to a condition and satisfy it only for lack of fields.

    Raises OutOfSteps.
    """
    box = _without_fields(analysis, negation)
    if not all(box):
        return None
    region = analysis.regions.region
    wanted = [region(condition) for condition in (*place.outer, place.condition)]
    wanted += [region(negation.without, holds=False), region_of(analysis.space, box)]
    for at, mask in analysis.regions.both(wanted).box:
        box[at] &= mask
    before = [other for other in meeting_box(analysis, box) if other < place.at]
    return analysis.find(wanted, outside=before)


def _without_fields(analysis: Analysis, negation: WideNegation) -> list[Mask]:
    """Return the box of leads that lack every field of the negation."""
    box = list(analysis.space.full)
    for at, dimension in enumerate(analysis.space.dimensions):
        if dimension.kind == "value" and dimension.field.name in negation.fields:
            box[at] &= 1
    return box


def _can_stay_open(analysis: Analysis, negation: WideNegation) -> bool:
    """Return whether the negation is known to hold for every lead that lacks the fields."""
    lacking = region_of(analysis.space, _without_fields(analysis, negation))
    try:
        return analysis.find([lacking, analysis.regions.region(negation.part.part)]) is None
    except OutOfSteps:
        return False


def _finding(analysis: Analysis, negation: WideNegation, place: Written, found: Masks) -> Finding:
    fields = analysis.program.policy.fields
    names = [f"`{name}`" for name in negation.fields]
    lacking = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    witness = followed(analysis, found)
    also = "also holds" if witness is not None and witness.confirmed else "possibly holds"
    said = f"`{written(negation.part, fields)}` of {place.title}"
    row = analysis.route.clauses[place.at].row if place.word == "when" else None
    cell = None if row is None else cell_of(row, [negation.part])
    advice = tuple(_advice(analysis, negation))
    if row is not None:
        asked = " or ".join(names)
        advice = (f"to leave them out, write `present` in a column that asks {asked}",)
    return NEGATION_MATCHES_MISSING.finding(
        place.span if cell is None else cell.place,
        f"{said} {also} for leads without {lacking}",
        text="takes leads for what they lack",
        witness=witness,
        help=advice,
    )


def _advice(analysis: Analysis, negation: WideNegation) -> Iterator[str]:
    """Yield how to leave such leads out, and how to keep them if that can be said in short."""
    fields = analysis.program.policy.fields
    yield f"to leave them out, write `{written(_known(negation, fields), fields)}` there"
    if _can_stay_open(analysis, negation):
        yield f"to keep them, say so: `({written(negation.open, fields)})`"


def _known(negation: WideNegation, fields: Mapping[str, Field]) -> Condition:
    """Return the negation for leads that have a field, a boolean's in its own words."""
    asked = negation.part.part
    if isinstance(asked, IsIn) and isinstance(fields[asked.field].type, Boolean):
        return IsIn(asked.field, frozenset({True, False}) - asked.values)
    return negation.known
