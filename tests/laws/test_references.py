"""Each use of a name is recorded, with its place, and leads to the declaration.

Held on every policy of the project that has no error, and on drawn ones: walking the whole
syntax tree, each word that stands where names stand is a declaration or a reference.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import attrs
import pytest
from hypothesis import given

from tests.support.policies import laid_down
from tests.support.strategies import Written, policies
from turnout.dsl import nodes
from turnout.dsl.files import Parsed, parse_files
from turnout.dsl.findings import Severity
from turnout.dsl.references import unquoted
from turnout.dsl.resolve import Resolution, resolve
from turnout.dsl.source import Span
from turnout.dsl.values.picklists import picklist_key
from turnout.project.roots import roots

ROOT = Path(__file__).parents[2]
POLICIES = sorted([*ROOT.glob("tests/cases/*/good/*.route"), *roots([ROOT / "examples"]).files])
"""What a policy includes is read with it."""

NO_NAMES = {
    ("Policy", "name"),
    ("Owned", "by"),
    ("FromTable", "column"),
    ("CellTarget", "column"),
    ("RowSla", "column"),
    ("RowValidity", "first"),
    ("RowValidity", "last"),
    ("Duration", "unit"),
    ("Weekdays", "first"),
    ("Weekdays", "last"),
    ("Cap", "per"),
    ("Holidays", "place"),
    ("Action", "kind"),
    ("Expect", "kind"),
    ("Reached", "kind"),
    ("Retain", "what"),
}
"""Words of the syntax tree that name nothing the policy declares."""

_WORDY = {"rejected", "sla", "due", "action", "duplicate", "repeated", "nobody"}
_QUOTING = {"fallback", "passed-over"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


def words(node: attrs.AttrsInstance) -> Iterator[Span]:
    """Yield the place of each word below `node` that stands where names stand."""
    for part in attrs.fields(type(node)):
        value: object = getattr(node, part.name)
        owner = type(node).__name__
        if (owner, part.name) in NO_NAMES or part.name in {"source", "span", "broken"}:
            continue
        for each in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
            if isinstance(each, nodes.Name) and _is_name(node, each):
                yield unquoted(each.span)
            elif attrs.has(type(each)) and not isinstance(each, nodes.Literal | nodes.Name):
                yield from words(cast("attrs.AttrsInstance", each))


def _is_name(node: object, word: nodes.Name) -> bool:
    match node:
        case nodes.TypeNode():
            return re.fullmatch("[A-Z]{2,3}", word.text) is None  # a currency, a country
        case nodes.AskedBy():
            return word.text not in {"territory", "segment"}
        case nodes.Action(kind=kind):
            return kind.text in {"start", "suppress"}
        case nodes.Expect(kind=kind, arguments=arguments):
            return kind.text not in _WORDY | _QUOTING and word is arguments[0]
        case _:
            return True


def held(parsed: Parsed, found: Resolution) -> None:
    """Hold a policy to the law."""
    declared = {each.at for names in found.declared.names.values() for each in names.values()}
    places = {reference.at for reference in found.references}
    for file in parsed.files:
        for place in words(file):
            assert place in declared | places, f"{place}: {place.text} is no reference"
    assert len(set(found.references)) == len(found.references)
    keys = [(each.at.source.name, each.at.start) for each in found.references]
    assert keys == sorted(keys)
    for reference in found.references:
        assert reference.declared in declared, f"{reference} leads nowhere"
        if reference.kind == "value":
            assert picklist_key(reference.at.text) == picklist_key(reference.name)
        elif reference.kind != "person":  # who may be spelled as in a lead
            assert reference.at.text == reference.name


@pytest.mark.parametrize("path", POLICIES, ids=name_of)
def test_every_name_in_a_policy_is_a_declaration_or_a_reference(path: Path) -> None:
    parsed = parse_files(path)
    found = resolve(parsed, path)
    if not any(each.severity is Severity.ERROR for each in (*parsed.findings, *found.findings)):
        held(parsed, found)


@given(policies())
def test_every_name_in_a_drawn_policy_is_a_declaration_or_a_reference(written: Written) -> None:
    with laid_down(written) as path:
        parsed = parse_files(path)
        held(parsed, resolve(parsed, path))
