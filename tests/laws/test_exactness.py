"""What the checks claim of all leads, against all leads of tiny policies, one by one."""

import re
from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.counting import ROUTE, Counted, claim, counted, does, goes_on, tiny, union
from tests.support.enumeration import TODAY
from tests.support.policies import compiled, errors, kept_legs, named
from tests.support.strategies import Written
from tests.support.witnesses import arrival, shown
from turnout.compiler.checks.coverage_gaps import MOST_GAPS
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.program import Clause, OuterBlock
from turnout.dsl.conditions import And, Condition, atoms
from turnout.dsl.source import Span
from turnout.dsl.targets import Accepting, PreviousOwner, Target, ToOwner, ToQueue
from turnout.dsl.wording import written
from turnout.runtime.leads import lead_reader

# -- what everything here is counted by --


@given(tiny())
def test_a_condition_holds_for_the_leads_that_the_interpreter_says(policy: Written) -> None:
    of = counted(policy)
    for clause, hit in zip(of.clauses, of.hits, strict=True):
        told = of.where(lambda lead: holds(clause.condition, lead.values, lead.today))  # noqa: B023 - called here
        assert hit == told, clause.title


@claim
def test_a_lead_goes_where_the_first_clause_that_holds_sends_it(of: Counted) -> None:
    for said, (_, leads) in zip(of.said, of.kinds, strict=True):
        for clause, first in zip(of.clauses, of.first, strict=True):
            if first & leads:
                assert not leads & ~first
                assert said.rule == (clause.name if clause.is_rule else None)
                assert said.attempts == tuple((a.target, a.by) for a in clause.attempts)
        assert leads & union(of.hits) or said.attempts == ()


@claim
def test_a_lead_goes_on_to_the_next_clause_that_holds(of: Counted) -> None:
    for said, (_, leads) in zip(of.said, of.kinds, strict=True):
        way = [clause for clause, reach in zip(of.clauses, of.reach, strict=True) if leads & reach]
        legs = [leg for leg in said.legs if leg.rule is not None or leg.attempts]
        # A rule behind which nobody comes may yet say that leads go on.
        names = [clause.name if clause.is_rule else None for clause in way]
        assert [leg.rule for leg in legs][: len(names)] == names
        told = [tuple((a.target, a.by) for a in clause.attempts) for clause in way]
        assert [leg.attempts for leg in legs][: len(told)] == told


# -- rules, blocks and conditions without leads --


def blocks(of: Counted) -> dict[OuterBlock, int]:
    """Return the first clause inside each block, outer blocks before inner ones."""
    found: dict[OuterBlock, int] = {}
    for at, clause in enumerate(of.clauses):
        for around in clause.around:
            found.setdefault(around, at)
    return found


def inside(of: Counted, block: OuterBlock) -> int:
    """Return the leads that a block describes, with those around it."""
    around = of.clauses[blocks(of)[block]].around
    return of.holding(*(each.condition for each in around[: around.index(block) + 1]))


def closed_blocks(of: Counted) -> set[Span]:
    """Return the outermost blocks into which no lead gets, by their written condition."""
    closed: set[Span] = set()
    for block, first in blocks(of).items():
        around = of.clauses[first].around
        is_silent = any(outer.span in closed for outer in around[: around.index(block)])
        if not is_silent and not inside(of, block) & ~union(of.kept[:first]):
            closed.add(block.span)
    return closed


def has_ended(clause: Clause) -> bool:
    """Return whether the days of a rule are over when leads begin to arrive."""
    last = None if clause.validity is None else clause.validity.last
    return last is not None and last < TODAY


@claim
def test_a_rule_is_unreachable_iff_no_lead_reaches_it(of: Counted) -> None:
    assert not of.named("undecided")
    closed = closed_blocks(of)
    assert {finding.span for finding in of.named("unreachable-block")} == closed
    expected: dict[Span, str] = {}
    ended: list[Span] = []
    for at, clause in enumerate(of.clauses):
        is_silent = any(around.span in closed for around in clause.around)
        if clause.is_rule and not of.reach[at] and not is_silent:
            if has_ended(clause):
                ended.append(clause.validity.span if clause.validity else clause.span)
                continue
            expected[clause.span] = "unreachable-rule" if of.hits[at] else "impossible-condition"
    found = of.of_rules("unreachable-rule", "impossible-condition")
    assert {finding.span: finding.name for finding in found} == expected
    assert [finding.span for finding in of.named("ended-validity")] == ended


@claim
def test_blockers_together_cover_the_rule_and_each_is_needed(of: Counted) -> None:
    wanted = {finding.span: finding for finding in of.named("unreachable-rule")}
    described = [(finding, of.hits[of.at_place(span)]) for span, finding in wanted.items()]
    spans = {block.span: inside(of, block) for block in blocks(of)}
    closed = [(finding, finding.span) for finding in of.named("unreachable-block")]
    described += [(finding, spans[span]) for finding, span in closed if span is not None]
    for finding, leads in described:
        blockers = [of.at_place(label.span) for label in finding.labels]
        assert bool(blockers) == bool(leads)
        assert blockers == sorted(blockers)
        assert not leads & ~union(of.hits[by] for by in blockers)
        for by in blockers:
            assert leads & ~union(of.hits[other] for other in blockers if other != by)
    for finding in wanted.values():
        at = of.at_place(finding.span)
        assert all(of.at_place(label.span) < at for label in finding.labels)


@claim
def test_parts_that_contradict_hold_for_no_lead_and_each_is_needed(of: Counted) -> None:
    for finding in of.of_rules("impossible-condition"):
        clause = of.clauses[of.at_place(finding.span)]
        named_parts = re.findall(r"`(.*?)`", finding.text)
        by_text = {written(part, of.policy.fields): part for part in joined(clause.condition)}
        parts = [by_text[text] for text in named_parts]
        assert not of.holding(*parts)
        for part in parts:
            assert of.holding(*(other for other in parts if other is not part))


def joined(condition: Condition) -> list[Condition]:
    """Return the parts that `and` joins outermost."""
    if isinstance(condition, And):
        return [inner for part in condition.parts for inner in joined(part)]
    return [condition]


@claim
def test_an_unreachable_rule_is_to_be_moved_iff_that_serves_it_and_starves_no_rule(
    of: Counted,
) -> None:
    for finding in of.named("unreachable-rule"):
        at = of.at_place(finding.span)
        blockers = [of.at_place(label.span) for label in finding.labels]
        first, clause = blockers[0], of.clauses[at]
        own = of.hits[at]
        moved = [
            reach & ~of.kept[at] if first <= by < at else reach for by, reach in enumerate(of.reach)
        ]
        starves = any(
            reach and not left and other.is_rule
            for other, reach, left in zip(of.clauses, of.reach, moved, strict=True)
        )
        is_served = own & ~union(of.kept[:first])
        differs = any(does(of.clauses[by]) != does(clause) for by in blockers)
        is_same_block = clause.around == of.clauses[first].around
        (advice,) = finding.help
        if differs and is_same_block and is_served and not starves:
            assert advice == f"move it above {of.clauses[first].title}, or delete it"
        else:
            assert advice == "delete it: no lead would notice"


@claim
def test_an_unreachable_rule_loses_nothing_iff_its_blockers_do_what_it_would(
    of: Counted,
) -> None:
    for finding in of.named("unreachable-rule"):
        own = does(of.clauses[of.at_place(finding.span)])
        others = [does(of.clauses[of.at_place(label.span)]) for label in finding.labels]
        is_same = all(other == own for other in others)
        assert ("they are sent to the same place" in " ".join(finding.notes)) == is_same


@claim
def test_deleting_an_unreachable_rule_changes_no_decision(of: Counted) -> None:
    found = of.of_rules("unreachable-rule", "impossible-condition")
    if found:
        shorter = of.without(finding.span for finding in found)
        told = of.outcomes(shorter, of.every)
        assert all(kept_legs(after) == kept_legs(before) for before, after in told)


# -- leads that nobody takes --


@claim
def test_a_gap_is_reported_iff_some_lead_falls_through(of: Counted) -> None:
    gaps = of.named("coverage-gap")
    assert bool(gaps) == bool(of.through)
    read = lead_reader(of.policy.fields)
    for finding in gaps[:MOST_GAPS]:
        assert finding.witness is not None, finding.message
        assert finding.witness.confirmed
        lead = read(finding.witness.fields, None)
        assert not lead.issues
        assert lead.complaint is None
        said = match(of.policy, ROUTE, shown(finding, lead), arrival(finding)).legs[-1]
        assert said.rule is None
        assert not said.attempts


@claim
def test_a_dead_end_is_reported_iff_some_lead_ends_with_nobody(of: Counted) -> None:
    expected: set[Span] = set()
    had = 0  # the leads that those before are sure to have
    for clause, hit in zip(of.clauses, of.hits, strict=True):
        targets = [attempt.target for attempt in clause.attempts]
        owners = [target.field for target in targets if isinstance(target, ToOwner)]
        passed = hit & ~had & ~union(of.having(owner) for owner in owners)
        if any(not isinstance(target, ToOwner | PreviousOwner) for target in targets):
            passed = 0  # the other targets of these policies take every lead
        if passed and not goes_on(clause):
            expected.add(clause.span)
        had |= hit & ~passed if goes_on(clause) else hit
    found = of.named("dead-end")
    assert {finding.span for finding in found} == expected
    read = lead_reader(of.policy.fields)
    for finding in found:
        assert finding.witness is not None
        values = shown(finding, read(finding.witness.fields, None))
        said = match(of.policy, ROUTE, values, arrival(finding))
        clause = of.clauses[of.at_place(finding.span)]
        attempts = tuple((each.target, each.by) for each in clause.attempts)
        assert said.legs[-1].attempts == attempts
        assert all(
            isinstance(target, PreviousOwner)
            or (isinstance(target, ToOwner) and target.field not in values)
            for target, _ in said.every_attempt
        )


@claim
def test_a_target_is_unreachable_iff_one_before_it_in_its_chain_takes_every_lead(
    of: Counted,
) -> None:
    """But for the fallback of the route after a queue that can have missed a lead's SLA."""
    expected: list[Span] = []
    for number, clause in enumerate(of.clauses):
        own = clause.attempts[: clause.own_attempts]
        is_last = number == len(of.clauses) - 1 and not clause.is_rule and not clause.around
        for at, attempt in enumerate(own):
            before = [e.target for e in own[:at]]
            takes_all = [e for e in before if isinstance(e, Accepting)]
            if takes_all and not (is_last and takes_all[0] in late(of)):
                expected.append(attempt.span)
        if clause.going_on and not goes_on(clause):
            expected.append(clause.going_on)
    # The rows of a table share what is written for all: it is told if none of them can do it.
    shared = {c.going_on for c in of.clauses if c.row is not None and goes_on(c)}
    expected = [span for span in dict.fromkeys(expected) if span not in shared]
    assert [finding.span for finding in of.named("unreachable-target")] == sorted(
        expected, key=lambda span: (span.source.name, span.start)
    )


def late(of: Counted) -> set[Target]:
    """Return the queues that can have leads whose SLA moves them on."""
    found: set[Target] = set()
    for clause in of.clauses:
        if clause.sla is None or clause.sla.then is None:
            continue
        found.add(clause.sla.then.target)
        for attempt in clause.attempts:
            found.add(attempt.target)
            if isinstance(attempt.target, Accepting):
                break
    return {target for target in found if isinstance(target, ToQueue)}


# -- families --


@claim
def test_siblings_overlap_iff_some_lead_is_in_both(of: Counted) -> None:
    expected = {
        (one.name, two.name)
        for family in of.policy.families
        for one, two in combinations(family.members, 2)
        if not family.disjoint and of.holding(one.meaning, two.meaning)
    }
    read = lead_reader(of.policy.fields)
    found = of.named("overlapping-territories", "overlapping-segments")
    told = [tuple(re.findall("`(.*?)`", finding.message)) for finding in found]
    assert sorted(told) == sorted(expected)
    for finding, names in zip(found, told, strict=True):
        assert finding.witness is not None
        values = shown(finding, read(finding.witness.fields, None))
        meanings = [of.policy.definitions[name].meaning for name in names]
        assert all(holds(meaning, values, arrival(finding)) for meaning in meanings)


@claim
def test_a_segment_family_leaves_values_out_iff_some_lead_has_them(of: Counted) -> None:
    expected: set[Span] = set()
    for family in of.policy.families:
        if family.kind == "segment":
            left = of.every
            for member in family.members:
                left &= ~of.holding(member.meaning)
                asked = {atom.field for atom in atoms(member.meaning)}
                for field in asked & of.policy.fields.keys():
                    left &= of.having(field)
            if left:
                expected.add(family.span)
    assert {finding.span for finding in of.named("uncovered-segment")} == expected


@claim
def test_findings_are_the_only_errors_of_a_drawn_policy(of: Counted) -> None:
    exact = {"unreachable-rule", "impossible-condition", "unreachable-block", "coverage-gap"}
    found = {finding.name for finding in errors(of.compiled.findings)}
    assert found <= {*exact, "dead-end", "refuted-guarantee"}


# -- what is analysed without knowing all of it --


@given(tiny(patterns=True))
def test_with_free_patterns_what_is_called_unreachable_still_is(policy: Written) -> None:
    of = counted(policy)
    for finding in of.of_rules("unreachable-rule", "impossible-condition"):
        assert not of.reach[of.at_place(finding.span)]
    assert of.named("coverage-gap") or not of.through
    for finding in of.named("coverage-gap"):
        if finding.witness is not None and finding.witness.confirmed:
            lead = lead_reader(of.policy.fields)(finding.witness.fields, None)
            said = match(of.policy, ROUTE, shown(finding, lead), arrival(finding))
            assert said.legs[-1].rule is None


ASKED = re.compile(
    r"(?<=[ (])[a-z_]+(?= (?:is|in|not in|has|starts|ends|contains|matches|<|>|within|older) )"
)


@given(tiny(patterns=True), st.data())
def test_what_is_found_beside_a_fault_is_true_however_it_is_mended(
    written: Written, data: st.DataObject
) -> None:
    head, route = written.text.split("\nguarantee")[0].split("route inbound")
    names = {"not", "column"}
    places = [place for place in ASKED.finditer(route) if place[0] not in names]
    assume(places)
    place = data.draw(st.sampled_from(places))
    faulty = route[: place.start()] + "ghost" + route[place.end() :]
    found = compiled(Written(f"{head}route inbound{faulty}", written.tables)).findings
    assert [finding.span.text for finding in named(found, "unknown-name") if finding.span] == [
        "ghost"
    ]
    of = counted(written)  # mended in one of the ways that there are
    idle = {
        clause.span.start for clause, reach in zip(of.clauses, of.reach, strict=True) if not reach
    }
    end = len(f"{head}route inbound") + place.end()
    for finding in named(found, "unreachable-rule", "impossible-condition"):
        assert finding.span is not None
        longer = len("ghost") - len(place[0]) if finding.span.start >= end else 0
        assert finding.span.start - longer in idle
    read = lead_reader(of.policy.fields)
    for finding in named(found, "coverage-gap"):
        assert finding.witness is not None
        values = shown(finding, read(finding.witness.fields, None))
        assert not match(of.policy, ROUTE, values, arrival(finding)).legs[-1].attempts
