"""What makes the analysis fast changes no answer: boxes, index, cover, SAT, and rechecking."""

import re
from collections.abc import Iterable
from itertools import product
from time import monotonic

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.support.policies import attempted, compiled, errors, resolved
from tests.support.strategies import COLUMNS, Written, policies
from tests.support.z3_reference import Judge
from turnout.compiler.checks import QUICK, check
from turnout.compiler.checks.again import check_again, check_first
from turnout.compiler.leads import index
from turnout.compiler.leads import solver as sat
from turnout.compiler.leads.boxes import boxes, parts
from turnout.compiler.leads.budget import Budget, Meter, OutOfTexts
from turnout.compiler.leads.columns import swept
from turnout.compiler.leads.regions import Region, truth
from turnout.compiler.leads.search import uncovered, uncovered_by_most
from turnout.compiler.leads.space import Box
from turnout.compiler.masks import mask_of, members, set_of
from turnout.compiler.program import lower
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.dsl.policy import Block, Entry, Policy, Rule

STEPS = 500_000
BUDGET = Budget(STEPS)
JUDGED = {"unreachable-rule", "redundant-rule", "redundant-condition", "conflicting-overlap"}
SIZES = (3, 4, 5)
FULL = tuple((1 << size) - 1 for size in SIZES)


@st.composite
def a_box(draw: DrawFn) -> Box:
    """Return a box of the grid of `SIZES`, any of its sides left out."""
    sides: list[tuple[int, int]] = []
    for at, full in enumerate(FULL):
        if draw(st.booleans()):
            sides.append((at, draw(st.integers(1, full))))
    return tuple(sides)


def holds_point(box: Box, point: tuple[int, ...]) -> bool:
    return all(mask >> point[at] & 1 for at, mask in box)


@given(st.lists(a_box(), max_size=12), a_box())
def test_a_part_is_left_iff_counting_finds_a_point(covers: list[Box], sides: Box) -> None:
    start = list(FULL)
    for at, mask in sides:
        start[at] &= mask
    left = {
        point
        for point in product(*map(range, SIZES))
        if holds_point(sides, point) and not any(holds_point(cover, point) for cover in covers)
    }
    found = uncovered(tuple(start), covers, Meter(STEPS))
    assert (found is not None) == bool(left)
    if found is not None:
        assert set(product(*map(members, found))) <= left


@given(
    st.lists(a_box(), min_size=1, max_size=12), st.lists(a_box(), max_size=3), a_box(), st.data()
)
def test_boxes_asked_all_at_once_leave_what_counting_finds(
    covers: list[Box], also: list[Box], sides: Box, data: st.DataObject
) -> None:
    start = list(FULL)
    for at, mask in sides:
        start[at] &= mask
    by_side: dict[int, dict[int, int]] = {}
    for number, cover in enumerate(covers):
        for at, mask in cover:
            of = by_side.setdefault(at, {})
            of[mask] = of.get(mask, 0) | 1 << number
    columns = {
        at: swept(FULL[at], of.items(), (1 << len(covers)) - 1) for at, of in by_side.items()
    }
    alive = data.draw(st.integers(0, (1 << len(covers)) - 1))
    asked = [*(covers[number] for number in members(alive)), *also]
    left = {
        point
        for point in product(*map(range, SIZES))
        if holds_point(sides, point) and not any(holds_point(cover, point) for cover in asked)
    }
    found = uncovered_by_most(tuple(start), columns, alive, also, Meter(STEPS))
    assert (found is not None) == bool(left)
    if found is not None:
        assert set(product(*map(members, found))) <= left


@given(st.lists(a_box(), min_size=1, max_size=12))
def test_the_solver_agrees_with_counting(covers: list[Box]) -> None:
    pytest.importorskip("pysat", reason="python-sat comes with the extra `sat`")
    engine = sat.engine()
    assert engine is not None
    rows = {
        at: [
            mask_of(
                number
                for number, cover in enumerate(covers)
                if dict(cover).get(at, FULL[at]) >> class_ & 1
            )
            for class_ in range(size)
        ]
        for at, size in enumerate(SIZES)
    }
    left = {
        point
        for point in product(*map(range, SIZES))
        if not any(holds_point(cover, point) for cover in covers)
    }
    places = sat.places_outside(engine, range(len(covers)), rows, Meter(10**9))
    assert (places is not None) == bool(left)
    assert places is None or tuple(places[at] for at in range(len(SIZES))) in left


@given(st.lists(st.integers(0, 300), max_size=40))
def test_a_set_of_numbers_has_them_as_its_members(numbers: list[int]) -> None:
    assert set_of(numbers) == mask_of(numbers)
    assert members(set_of(numbers)) == sorted(set(numbers))


@given(policies(patterns=False))
def test_a_regions_boxes_hold_the_same_points(written: Written) -> None:
    policy = resolved(written)
    for route in policy.routes:
        analysis = analyse(lower(policy), route, BUDGET)
        full = analysis.space.full
        for region in analysis.taken:
            found, split = boxes(region, full), parts(region, full)
            if found is None or split is None:
                continue
            for at, classes in enumerate(full):
                for class_ in members(classes)[:8]:
                    point = [mask & -mask for mask in full]
                    point[at] = 1 << class_
                    inside = truth(region, point) is True
                    where = tuple(map(int.bit_length, point))
                    spot = tuple(bit - 1 for bit in where)
                    assert inside == any(holds_point(box, spot) for box in found)
                    assert inside == (
                        any(holds_point(box, spot) for box in split.boxes)
                        and not any(holds_point(box, spot) for box in split.without)
                    )


@given(policies())
def test_the_index_finds_every_clause_that_shares_a_lead(written: Written) -> None:
    policy = resolved(written)
    for route in policy.routes:
        analysis = analyse(lower(policy), route, BUDGET)
        for at, one in enumerate(analysis.taken):
            met = set(analysis.meeting(at))
            for by in range(at):
                if _is_met(analysis, [one, analysis.taken[by]]):
                    assert by in met


@given(policies())
def test_rules_asked_all_at_once_leave_leads_where_one_by_one_they_do(written: Written) -> None:
    policy = resolved(written)
    for route in policy.routes:
        analysis = analyse(lower(policy), route, BUDGET)
        wanted = [*analysis.taken, analysis.left(0)] if analysis.taken else []
        one_by_one = [_is_left(analysis, wanted, at) for at in range(len(analysis.taken) + 1)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(index, "FEW_BOXES", 0)
            patch.setattr(index, "MOST_OF", 1_000)
            at_once = [_is_left(analysis, wanted, at) for at in range(len(analysis.taken) + 1)]
        for some, others in zip(at_once, one_by_one, strict=True):
            for one, two in zip(some, others, strict=True):
                assert one == two or None in {one, two}


@given(policies())
def test_sides_looked_up_by_class_change_no_finding(written: Written) -> None:
    program = lower(resolved(written))
    found = check(program, budget=BUDGET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "FEW_CLASSES", 0)
        assert check(program, budget=BUDGET) == found


def _is_left(analysis: Analysis, wanted: list[Region], before: int) -> list[bool | None]:
    return [_is_met(analysis, [each], range(before)) for each in wanted]


def _is_met(analysis: Analysis, wanted: list[Region], outside: Iterable[int] = ()) -> bool | None:
    """Return whether some lead is in all regions; None where its texts are left open."""
    try:
        return analysis.find(wanted, outside=outside) is not None
    except OutOfTexts:
        return None


@given(policies())
def test_past_the_deadline_each_rule_is_named_at_most_once_and_none_is_judged(
    written: Written,
) -> None:
    program = lower(resolved(written))
    found = check(program, budget=Budget(deadline=monotonic() - 1))
    assert not {finding.name for finding in found} & JUDGED
    open_ = [finding.span for finding in found if finding.name == "undecided"]
    rules = [clause.span for route in program.routes.values() for clause in route.clauses]
    assert all(open_.count(span) == 1 for span in open_ if span in rules)
    assert {c.span for r in program.routes.values() for c in r.clauses if c.is_rule} <= set(open_)


@st.composite
def edited(draw: DrawFn) -> tuple[Policy, Policy, Policy]:
    """Return a policy, and what it becomes by two edits.

    Each time, a rule is deleted, doubled, moved or rewritten, or a territory or segment is
    made to mean something else.
    """
    written = draw(policies())
    policy = resolved(written)
    found, text = [policy], written.text
    for _ in range(2):
        again = draw(_named_otherwise(text)) if draw(st.booleans()) else text
        other, findings = attempted(Written(again, written.tables))
        if again != text and not errors(findings):
            found.append(other)
            text = again
            continue
        name, route = next(iter(found[-1].routes.items()))
        entries = draw(_edited(route.entries))
        routes = {**found[-1].routes, name: attrs.evolve(route, entries=entries)}
        found.append(attrs.evolve(found[-1], routes=routes))
    return found[0], found[1], found[2]


_NAMED = re.compile(r"\b(?:Big|Mid|Hot|Near|Far|There) = (.+?)(?= Mid =| territory | from | }|\n)")


@st.composite
def _named_otherwise(draw: DrawFn, text: str) -> str:
    """Return the text of a policy in which one territory or segment means something else."""
    found = list(_NAMED.finditer(text))
    if not found:
        return text
    one, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
    own, (start, end) = one[1], one.span(1)
    ways = (other[1], f"not ({own})", f"({own}) and ({other[1]})", f"({own}) or ({other[1]})")
    return f"{text[:start]}{draw(st.sampled_from(ways))}{text[end:]}"


@st.composite
def _edited(draw: DrawFn, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    if not entries:
        return entries
    at = draw(st.integers(0, len(entries) - 1))
    entry, before, after = entries[at], entries[:at], entries[at + 1 :]
    if isinstance(entry, Block) and draw(st.booleans()):
        inner = attrs.evolve(entry, entries=draw(_edited(entry.entries)))
        return (*before, inner, *after)
    other = draw(st.sampled_from(entries))
    match draw(st.integers(0, 4)):
        case 4 if isinstance(entry, Rule) and isinstance(other, Rule):
            return (*before, attrs.evolve(entry, chain=other.chain), *after)
        case 0:
            return before + after
        case 1:
            return (*before, entry, entry, *after)
        case 2:
            return (*after, entry, *before)
        case _:
            return (*before, attrs.evolve(entry, condition=other.condition), *after)


@given(edited())
def test_checking_again_finds_what_checking_from_scratch_finds(
    versions: tuple[Policy, Policy, Policy],
) -> None:
    first, *others = (lower(policy) for policy in versions)
    checked = check_first(first, budget=BUDGET)
    from_scratch = [check(version, budget=BUDGET) for version in (first, *others)]
    assert checked.findings == from_scratch[0]
    for version, found in zip((*others, first), (*from_scratch[1:], from_scratch[0]), strict=True):
        checked = check_again(checked, version)
        assert checked.findings == found


@given(edited())
def test_a_quick_look_again_finds_what_the_quick_checks_find_from_scratch(
    versions: tuple[Policy, Policy, Policy],
) -> None:
    before, after, _ = (lower(policy) for policy in versions)
    first = check_first(before, budget=BUDGET)
    quick = check_again(first, after, is_quick=True)
    from_scratch = check(after, budget=BUDGET, checks=QUICK)
    assert quick.findings == from_scratch
    # An author who pauses after typing gets the rest.
    whole = check_again(quick, after)
    assert whole.findings == check(after, budget=BUDGET)


PLAIN = tuple(column for column in COLUMNS if column.name in {"staff", "score", "consent", "plan"})


BESIDE = ({"staff", "score", "ratio", "rate", "plan"}, {"bought", "joined", "staff", "score"})


@st.composite
def judged(draw: DrawFn) -> Written:
    """Return a policy whose fields z3 can judge, and are compared with each other."""
    names = draw(st.sampled_from([{column.name for column in PLAIN}, *BESIDE]))
    columns = tuple(column for column in COLUMNS if column.name in names)
    return draw(policies(columns, patterns=False, rules=6, most=len(columns), seen=False))


@given(judged())
def test_z3_finds_the_same_rules_unreachable_and_the_same_routes_covered(
    written: Written,
) -> None:
    pytest.importorskip("z3", reason="z3-solver comes with the extra `dev`")
    made = compiled(written)
    for route in made.program.routes.values():
        analysis = analyse(made.program, route.name, BUDGET)
        judge = Judge(made.policy.fields, made.program.first)
        ours = [
            at
            for at, region in enumerate(analysis.taken)
            if analysis.find([region], outside=range(at)) is None
        ]
        assert ours == judge.unreached(route)
        gap = analysis.find([], outside=range(len(route.clauses)))
        assert (gap is not None) == judge.has_gap(route)
