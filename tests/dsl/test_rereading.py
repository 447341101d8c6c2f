"""Rules that another text has, too, are taken over from it: the same nodes, at their own places."""

from collections.abc import Iterator
from typing import cast

import attrs
import pytest

from turnout.dsl.parse import parse
from turnout.dsl.rereading import RulesRead
from turnout.dsl.source import Source, Span

OLD = """lead { id: text required country: country size: integer 0.. name: text }
queue q
person ana
territory DACH = country in [DE, AT, CH]
territory South = country in [IT, ES, PT, GR, MT, CY, AL, BA, HR, ME, MK, RS, SI]
  and name starts with ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
route r owned by ana {
  rule first { when country is FR and not (size in 1..9 or size is missing) to queue q }
  within DACH {
    rule inner {
      when name in ["a } b", "ü"] and size >= 5  # a comment }
      to person ana else queue q
      sla 4 hours, then queue q
      do notify ana
    }
    rule other { when name is present to queue q }
    fallback to queue q
  }
  rule last { when size < 5 to queue q }
  fallback to queue q
}
"""
EDITS = {
    "the same": ("", ""),
    "moved down": ("queue q\n", "queue q\nqueue a-new-one\n"),
    "moved up": ("person ana\n", ""),
    "another condition": ("size < 5", "size < 6"),
    "another name": ("rule first {", "rule premier {"),
    "another blank": ("rule first {", "rule  first {"),
    "a rule is gone": ("    rule other { when name is present to queue q }\n", ""),
    "a rule twice": ("  fallback to queue q\n}", "  rule last { when size < 5 to queue q }\n}"),
    "longer than before": ("rule last { when size < 5 to queue q }", "rule last { when size < 5 }"),
    "a longer territory": ('"j"]\n', '"j"]\n  or size > 3\n'),
    "a shorter one": ("and name starts with", "# and name starts with"),
    "not closed": (
        "rule last { when size < 5 to queue q }",
        "rule last { when size < 5 to queue q",
    ),
    "in another block": ("  within DACH {\n", "  within DACH {\n  within country is DE {\n"),
    "no rule can stand there": ("queue q\n", "queue q\nrule last { when size < 5 to queue q }\n"),
    "a guarantee by rule": ("queue q\n", "queue q\nguarantee when size < 5 always by rule last\n"),
    "commented out": ("  rule last", "  # rule last"),
    "a word behind a rule": ("  rule last {", "  r those\n  to queue q\n  rule last {"),
    "a word cut in two": ("    fallback to queue q", "    fall\n# a comment\nback to queue q"),
    "a word behind a territory": ("route r owned", "x y\nroute r owned"),
    "a territory that goes on": ("size in 1..9", "size in 1..8"),
}


def places(value: object) -> Iterator[Span]:
    """Yield every place in a tree, in order."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for each in cast("tuple[object, ...]", value):
            yield from places(each)
    elif attrs.has(type(value)) and not isinstance(value, Source):
        for name in getattr(type(value), "__match_args__", ()):
            yield from places(getattr(value, name))


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_taken_over_is_what_would_be_read(edit: str) -> None:
    old, new = EDITS[edit]
    assert old in OLD
    known = RulesRead()
    parse(Source("old.route", OLD), known)
    source = Source("new.route", OLD.replace(old, new, 1))

    fresh, findings = parse(source)
    again, findings_again = parse(source, known)

    assert again == fresh
    assert findings_again == findings
    where = [(place.source.name, place.start, place.end) for place in places(fresh)]
    assert [(place.source.name, place.start, place.end) for place in places(again)] == where
    assert {name for name, _, _ in where} == {"new.route"}


def test_a_rule_that_is_known_is_not_read_again() -> None:
    known = RulesRead()
    parse(Source("old.route", OLD), known)
    source = Source("new.route", f"\n{OLD}")

    found = known.at(source, source.text.index("rule inner"))

    assert found is not None
    assert found.name.text == "inner"
    assert found.name.span.text == "inner"
    assert found.span.text == source.text[found.span.start : found.span.end]
    assert known.at(source, source.text.index("queue q")) is None


def test_rules_that_begin_alike_are_few() -> None:
    rules = "".join(f"  rule x {{ when size < {at} to queue q }}\n" for at in range(100))
    text = f"lead {{ size: integer }}\nqueue q\nroute r {{\n{rules}  fallback to queue q\n}}\n"
    known = RulesRead()
    parse(Source("old.route", text), known)
    source = Source("new.route", text)

    taken = [known.at(source, text.index(f"rule x {{ when size < {at} ")) for at in (0, 99)]

    assert [rule is None for rule in taken] == [False, True]
    assert parse(source, known) == parse(source)
