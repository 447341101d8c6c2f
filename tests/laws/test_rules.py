"""What is said of single rules (nobody would miss it, a part can go, ...), held to counting."""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.laws.test_difference import RULE
from tests.support.counting import Counted, claim, counted, does, goes_on, outcome, union
from tests.support.enumeration import Arrival, tiny_columns
from tests.support.strategies import Written as WrittenPolicy
from tests.support.strategies import conditions, policies
from turnout.compiler.questions.written import Written, written_conditions
from turnout.dsl.conditions import (
    NEVER,
    And,
    Atom,
    Condition,
    Has,
    LaterThan,
    Not,
    OlderThan,
    Or,
    Present,
    WithinLast,
    WithinNext,
    atoms,
)
from turnout.dsl.findings import Finding
from turnout.dsl.policy import TableRow
from turnout.dsl.types import country_field
from turnout.dsl.wording import is_list_of_texts, is_one_test, written

# -- rules that nobody would miss --


@claim
def test_a_rule_is_redundant_iff_it_has_leads_and_none_would_miss_it(of: Counted) -> None:
    held_to_redundancy(of)


def held_to_redundancy(of: Counted) -> None:
    """Assert that rules are called redundant iff they have leads and none would miss them.

    Of rules that let leads on it is said where one clause next asks the same of all of them.

    Of others it isn't where such a rule shares leads with them, if only that makes a difference.
    """
    found = {finding.span for finding in of.named("redundant-rule")}
    going_on = union(
        hit for clause, hit in zip(of.clauses, of.hits, strict=True) if goes_on(clause)
    )
    for at, (clause, reach) in enumerate(zip(of.clauses, of.reach, strict=True)):
        if not clause.is_rule:
            continue
        told = of.outcomes(of.without([clause.span]), reach)
        is_missed = any(outcome(before) != outcome(after) for before, after in told)
        is_redundant = bool(reach) and not is_missed
        assert (clause.span in found) <= is_redundant, clause.name
        if goes_on(clause):
            assert (clause.span in found) == asks_again_next(of, at), clause.name
        else:
            assert (clause.span in found) == is_redundant or going_on & reach, clause.name


@st.composite
def asking_again(draw: DrawFn) -> WrittenPolicy:
    """Return a tiny policy in which a rule lets its leads on right before one that asks alike."""
    columns = draw(tiny_columns())
    written = draw(policies(columns, patterns=False, rules=4, most=len(columns), handed=False))
    rules = [*RULE.finditer(written.text)]
    assume(rules)
    rule = draw(st.sampled_from(rules))
    asked, targets = f"({rule[3]})", rule[4].split(" else ")
    declared = [column for column in columns if f" {column.line}" in written.text]
    if declared and (word := draw(st.sampled_from(("", "and", "or")))):
        asked += f" {word} {draw(conditions(declared, depth=0, patterns=False))}"
    target = draw(st.sampled_from((targets[0], targets[0], targets[0], "person cleo")))
    again = f"rule again{rule[2]} {{ when {asked} to {target} else continue }}\n"
    text = f"{written.text[: rule.start()]}{again}{written.text[rule.start() :]}"
    return WrittenPolicy(text, written.tables)


@settings(max_examples=40)
@given(asking_again())
def test_a_rule_that_lets_leads_on_is_redundant_where_the_next_asks_alike(
    written: WrittenPolicy,
) -> None:
    held_to_redundancy(counted(written))


def asks_again_next(of: Counted, at: int) -> bool:
    """Return whether all leads that a rule lets on come to one clause next, which begins alike."""
    reach, (targets, terms, _) = of.reach[at], does(of.clauses[at])
    nexts = (by for by in range(at + 1, len(of.clauses)) if reach & of.hits[by])
    by = next(nexts, None) if reach else None
    if by is None or reach & ~of.hits[by]:
        return False
    its, its_terms, _ = does(of.clauses[by])
    return its[: len(targets)] == targets and its_terms == terms


@claim
def test_rules_named_beside_a_redundant_one_would_get_its_leads(of: Counted) -> None:
    for finding in of.named("redundant-rule"):
        at = of.at_place(finding.span)
        heirs = [
            later
            for later in range(at + 1, len(of.clauses))
            if of.reach[at] & of.hits[later] & ~union(of.hits[at + 1 : later])
        ]
        assert [of.at_place(label.span) for label in finding.labels] == heirs[:3]


# -- parts of a condition that can go --


@claim
def test_a_condition_is_shortened_iff_a_part_can_go_and_then_as_far_as_possible(
    of: Counted,
) -> None:
    fields = of.policy.fields
    found = {finding.span: finding for finding in of.named("redundant-condition")}
    for place in written_conditions(of.route):
        own = of.holding(*place.outer, place.condition)
        if not own:
            assert place.span not in found
            continue
        short = place.condition
        while (shorter := shortened(of, place, short, own)) is not None:
            short = shorter
        row = of.clauses[place.at].row if place.word == "when" else None
        if row is not None and reads_its_country(of, place.condition):
            continue  # the country's cell is needed to read the state's
        assert (place.span in found) == (short is not place.condition)
        if place.span in found and row is not None:
            check_emptied(of, place, row, own, found[place.span])
        elif place.span in found:
            assert found[place.span].help == (f"write `{place.word} {written(short, fields)}`",)


def reads_its_country(of: Counted, condition: Condition) -> bool:
    asked = {atom.field for atom in atoms(condition)}
    return any(
        country_field(of.policy.fields[name].type) in asked
        for name in asked
        if name in of.policy.fields
    )


def check_emptied(of: Counted, place: Written, row: TableRow, own: int, finding: Finding) -> None:
    """Assert that the row describes the same leads when the cells that are told are empty."""
    (said,) = finding.help
    if not said.startswith("leave "):
        assert said == "ask less in the row"
        return
    idle = set(said.split("`")[1::2])
    left = [asks for at, asks in row.asked if row.table.columns[at] not in idle]
    assert len(left) < len(row.asked)
    assert of.holding(*place.outer, And(tuple(left))) == own


def shortened(of: Counted, place: Written, condition: Condition, own: int) -> Condition | None:
    """Return the first shorter condition that describes the same leads, None if there is none."""
    for shorter in without_a_part(of, condition):
        if of.holding(*place.outer, shorter) == own:
            return shorter
    return None


def without_a_part(of: Counted, condition: Condition) -> Iterator[Condition]:
    """Yield the condition without each of the parts that `and` and `or` join, the last first.

    `country is missing or not DACH` is not tried without `country is missing`, which shows
    that missing is meant.
    """
    fields = of.policy.fields
    if is_one_test(condition, fields) and not is_list_of_texts(condition, fields):
        return
    match condition:
        case Not(inner):
            for shorter in without_a_part(of, inner):
                yield Not(shorter)
        case And(parts) | Or(parts):
            joined = type(condition)
            for at in reversed(range(len(parts))):
                before, part, after = parts[:at], parts[at], parts[at + 1 :]
                rest = (*before, *after)
                is_meant = lacks(part) and any(isinstance(p, Not) and not lacks(p) for p in rest)
                if rest and not is_meant:
                    yield rest[0] if len(rest) == 1 else joined(rest)
                for shorter in without_a_part(of, part):
                    yield joined((*before, shorter, *after))
        case _:
            pass


def lacks(condition: Condition) -> bool:
    """Return whether a condition only says that fields are missing."""
    if isinstance(condition, And):
        return bool(condition.parts) and all(map(lacks, condition.parts))
    return isinstance(condition, Not) and isinstance(condition.part, Present)


# -- negations that let in what is missing --


@attrs.frozen
class Negation:
    """A `not` as it is written in a condition. fields: those that it asks and a lead may lack."""

    part: Not
    fields: tuple[str, ...]


def negations(of: Counted, condition: Condition) -> Iterator[Negation]:
    """Yield each `not` outside of another that asks for what a lead may lack."""
    fields = of.policy.fields
    match condition:
        case And(parts) | Or(parts) if not is_one_test(condition, fields):
            for part in parts:
                yield from negations(of, part)
        case Not(inner):
            asked = {atom.field for atom in atoms(inner) if not isinstance(atom, Present)}
            lacked = [name for name in fields if name in asked and not fields[name].required]
            if lacked:
                yield Negation(condition, tuple(lacked))
        case _:
            pass


@claim
def test_a_negation_is_pointed_out_iff_leads_come_in_for_lack_of_its_fields(
    of: Counted,
) -> None:
    expected: list[tuple[Written, Negation, int]] = []
    for place in written_conditions(of.route):
        for negation in negations(of, place.condition):
            lacking = of.every & ~union(of.having(field) for field in negation.fields)
            got = of.holding(*place.outer, place.condition) & ~union(of.kept[: place.at])
            otherwise = of.holding(replaced(place.condition, negation.part, NEVER))
            if let_in := got & lacking & ~otherwise:
                expected.append((place, negation, let_in))
    found = of.named("negation-matches-missing")
    expected.sort(key=lambda each: (each[0].span.source.name, each[0].span.start))
    for finding, (place, negation, let_in) in zip(found, expected, strict=True):
        text = written(negation.part, of.policy.fields)
        assert (finding.span, finding.message.split("`")[1]) == (place.span, text)
        assert finding.witness is not None
        assert finding.witness.confirmed
        check_advice(of, place, negation, let_in, finding)


def check_advice(
    of: Counted, place: Written, negation: Negation, let_in: int, finding: Finding
) -> None:
    """Assert that one way to write the negation drops just those leads, and the other none."""
    there = tuple(Present(field) for field in negation.fields)
    missing = tuple(Not(present) for present in there)
    known = And((there[0] if len(there) == 1 else Or(there), negation.part))
    open_ = Or((missing[0] if len(missing) == 1 else And(missing), negation.part))
    lacking = of.every & ~union(of.having(field) for field in negation.fields)
    whole = of.holding(place.condition)
    narrowed = of.holding(replaced(place.condition, negation.part, known))
    assert not narrowed & let_in
    assert narrowed & ~lacking == whole & ~lacking
    can_stay = not lacking & ~of.holding(negation.part)
    if place.word == "when" and of.clauses[place.at].row is not None:
        assert all(f"`{name}`" in finding.help[0] for name in negation.fields)
        return
    assert len(finding.help) == (2 if can_stay else 1)
    if can_stay:
        assert of.holding(replaced(place.condition, negation.part, open_)) == whole
        assert finding.help[1] == f"to keep them, say so: `({written(open_, of.policy.fields)})`"


def replaced(condition: Condition, old: Condition, new: Condition) -> Condition:
    if condition is old:
        return new
    match condition:
        case And(parts):
            return And(tuple(replaced(part, old, new) for part in parts))
        case Or(parts):
            return Or(tuple(replaced(part, old, new) for part in parts))
        case Not(part):
            return Not(replaced(part, old, new))
        case _:
            return condition


# -- siblings that disagree --


@claim
def test_siblings_conflict_iff_their_order_decides_where_shared_leads_go(of: Counted) -> None:
    found = {f.span: [label.span for label in f.labels] for f in of.named("conflicting-overlap")}
    for at, clause in enumerate(of.clauses):
        earlier = [by for by in range(at) if is_conflict(of, by, at)]
        told = [of.at_place(span) for span in found.pop(clause.span, [])]
        possibly = [by for by in earlier if is_alike(of, by, at) is not False]
        surely = [by for by in possibly if is_alike(of, by, at)]
        assert len(told) <= 3
        assert set(told) <= set(possibly)
        assert told == sorted(told)
        assert set(surely) <= set(told) or (len(told) == 3 and max(told) < surely[-1])
    assert not found


def is_conflict(of: Counted, earlier: int, later: int) -> bool:
    """Return whether a rule takes leads that a later one of its block would send elsewhere.

    Neither contains the other, and the later rule has leads of its own.
    """
    one, two = of.clauses[earlier], of.clauses[later]
    if not (one.is_rule and two.is_rule and one.around == two.around and of.reach[later]):
        return False
    if goes_on(one):
        return False
    between = union(of.kept[by] for by in range(later) if by != earlier)
    hits, others = of.hits[earlier], of.hits[later]
    is_apart = hits & ~others and others & ~hits
    return bool(is_apart and hits & others & ~between) and does(one) != does(two)


def is_alike(of: Counted, earlier: int, later: int) -> bool | None:
    """Return whether two rules ask the same of a lead.

    None where that depends on whether what changes nothing counts as asked: a range that
    holds every value, or both halves of a field.
    """
    one, two = of.clauses[earlier].own, of.clauses[later].own
    asked, also = set(map(question, atoms(one))), set(map(question, atoms(two)))
    needed, also_needed = matters(of, one), matters(of, two)
    if not (needed <= also and also_needed <= asked):
        return False
    return True if asked == needed == also == also_needed else None


Question: TypeAlias = tuple[str, Atom | None]
"""What atoms may ask of a field: its value or, with an atom, what that one alone asks."""


def question(atom: Atom) -> Question:
    match atom:
        case Has():
            return atom.field, atom
        case OlderThan() | WithinLast() | WithinNext() | LaterThan():
            return atom.field, OlderThan(atom.field, 0)  # any age
        case _:
            return atom.field, None


def answer(asked: Question, lead: Arrival) -> object:
    match asked:
        case (field, Has(_, wanted)):
            held = lead.values.get(field, frozenset())
            return isinstance(held, frozenset) and wanted in held
        case (field, OlderThan()):
            day = lead.values.get(field)
            return (lead.today - day).days if isinstance(day, date) else None
        case (field, _):
            return lead.values.get(field)


def matters(of: Counted, condition: Condition) -> set[Question]:
    """Return the questions whose answer alone can decide whether a condition holds."""
    asked = dict.fromkeys(map(question, atoms(condition)))
    hit = of.holding(condition)
    answers = [
        ([answer(each, lead) for each in asked], bool(hit >> number & 1))
        for number, lead in enumerate(of.leads)
    ]
    found = set[Question]()
    for at, each in enumerate(asked):
        ways: dict[tuple[object, ...], set[bool]] = {}
        for told, holds in answers:
            ways.setdefault((*told[:at], *told[at + 1 :]), set()).add(holds)
        if any(len(way) == 2 for way in ways.values()):
            found.add(each)
    return found
