"""What `difference` says of two versions, against all leads of tiny ones, one by one."""

import re
from datetime import date
from importlib import import_module

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.differences import (
    attempted,
    compared,
    decided,
    is_as_told,
    moves_of,
)
from tests.enumeration import TODAY, Arrival, tiny_columns
from tests.enumeration import every_lead as leads_of
from tests.strategies import Column, Written, conditions, policies
from turnout.compiler.difference.rows import offered
from turnout.dsl.policy import Policy
from turnout.dsl.types import Subdivision

NAMES = re.compile(r"(?<![\w\"-])(Here|Near|Far|There|Big|Mid|Hot)(?![\w\"-])")
RULE = re.compile(r"^rule (\S+) \{ when (.+) to (.+) \}$", re.MULTILINE)


@st.composite
def edited(draw: DrawFn) -> tuple[Written, Written]:
    """Return two versions of a tiny policy: the second is the first after one to three edits.

    A rule is deleted, moved, sent elsewhere, given another condition or name, or the
    last fallback changes. One pair in four are two policies with nothing in common but
    their columns.
    """
    columns = draw(tiny_columns())
    old = draw(policies(columns, patterns=False, rules=6, most=len(columns), seen=False))
    if draw(st.integers(0, 3)) == 0:
        return old, draw(policies(columns, patterns=False, rules=6, most=len(columns), seen=False))
    text = old.text
    for _ in range(draw(st.integers(1, 3))):
        text = draw(_edits(text, columns))
    return old, Written(text, old.tables)


@st.composite
def _edits(draw: DrawFn, text: str, columns: tuple[Column, ...]) -> str:
    rules = list(RULE.finditer(text))
    edit = draw(st.integers(0, 5))
    if edit == 5 or not rules:
        ends = ["queue triage", "queue extra", "person ana else queue extra"]
        return re.sub(r"fallback to .+ \}", f"fallback to {draw(st.sampled_from(ends))} }}", text)
    rule = draw(st.sampled_from(rules))
    line, (name, condition, chain) = rule[0], rule.groups()
    known = [column for column in columns if re.search(rf"\b{column.name}:", text)]
    match edit:
        case 0 if len(rules) > 1:
            return text.replace(f"{line}\n", "", 1) if f"{line}\n" in text else text
        case 1 if len(rules) > 1:
            other = draw(st.sampled_from(rules))
            swapped = text.replace(line, "\0").replace(other[0], line)
            return swapped.replace("\0", other[0])
        case 2:
            chain = draw(st.sampled_from(["queue extra", "person ben else partner outside"]))
        case 3:
            condition = draw(conditions(known, patterns=False))
        case _:
            name = f"{name}x"
    return text.replace(line, f"rule {name} {{ when {condition} to {chain} }}")


def every_lead(old: Policy, new: Policy) -> list[Arrival]:
    """Return every lead of two versions, in values that both know; required ones may lack."""
    fields = {
        name: attrs.evolve(field, required=False)
        for name, field in {**old.fields, **new.fields}.items()
    }
    return leads_of(attrs.evolve(new, fields=fields))


@given(edited())
def test_exactly_the_leads_whose_decision_changes_are_told(pair: tuple[Written, Written]) -> None:
    versions = compared(*pair)
    assert not versions.route.undecided
    for lead in every_lead(versions.old, versions.new):
        before = decided(versions.old, lead.values, lead.today)
        after = decided(versions.new, lead.values, lead.today)
        told = moves_of(versions, lead.values, lead.today)
        assert bool(told) == (before != after), (lead, before, after)
        for move in told:
            assert is_as_told(move, before, after), (lead, move)


@given(edited())
def test_a_clause_told_in_one_line_tells_exactly_its_moved_leads(
    pair: tuple[Written, Written],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("turnout.compiler.difference.moves"), "MOST_SENTENCES", 0)
        versions = compared(*pair)
    clauses = [move.clause for move in versions.route.moves if not move.is_passed_on]
    versions_of = {(move.clause, move.is_old) for move in versions.route.moves}
    assert len(clauses) <= len(versions_of)
    for lead in every_lead(versions.old, versions.new):
        before = decided(versions.old, lead.values, lead.today)
        after = decided(versions.new, lead.values, lead.today)
        told = moves_of(versions, lead.values, lead.today)
        assert bool(told) == (before != after), (lead, before, after)
        assert all(is_as_told(move, before, after) for move in told)


@given(edited())
def test_the_way_back_moves_the_same_leads(pair: tuple[Written, Written]) -> None:
    there, back = compared(*pair), compared(*pair[::-1])
    assert there.difference.is_same == back.difference.is_same
    for lead in every_lead(there.old, there.new):
        told = moves_of(there, lead.values, lead.today)
        again = moves_of(back, lead.values, lead.today)
        assert bool(told) == bool(again)
        before = decided(there.new, lead.values, lead.today)
        after = decided(there.old, lead.values, lead.today)
        assert all(is_as_told(move, before, after) for move in again)


def links(policy: Policy) -> dict[str, str | None]:
    """Return the country field of each subdivision."""
    return {
        name: field.type.country
        for name, field in policy.fields.items()
        if isinstance(field.type, Subdivision)
    }


@given(edited())
def test_every_move_has_a_lead_that_both_versions_treat_as_told(
    pair: tuple[Written, Written],
) -> None:
    versions = compared(*pair)
    for move in versions.route.moves:
        if move.witness is None:
            # Said to be possible only: the versions take a state's country from other fields.
            assert links(versions.old) != links(versions.new), move
            continue
        arrives = re.search(r"arriving on (\S+)", move.witness.note)
        today = date.fromisoformat(arrives[1].rstrip(",")) if arrives else TODAY
        before, after = (
            offered(attempted(policy, "inbound", move.witness.fields, today))
            for policy in (versions.old, versions.new)
        )
        assert is_as_told(move, before, after)


@given(policies(patterns=True, seen=False))
def test_a_policy_differs_from_itself_in_nothing(written: Written) -> None:
    versions = compared(written, written)
    assert versions.difference.is_same
    assert not versions.difference.changes
    assert not versions.route.renamed


@given(policies(patterns=True, seen=False))
def test_names_and_layout_change_nothing(written: Written) -> None:
    text = NAMES.sub(r"\g<0>-new", written.text)
    text = re.sub(r"\brule (r\d)\b", r"rule \1-new", text).replace("{ ", "{\n  # why\n  ")
    versions = compared(written, Written(text, written.tables))
    assert versions.difference.is_same
    assert not any(change.is_felt for change in versions.difference.changes)
    names = re.findall(r"\brule (r\d)\b", written.text)
    assert {old for old, _ in versions.route.renamed} <= set(names)
