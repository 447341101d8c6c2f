"""What is told of each kind of mistake: the line as it was written, and as it should be.

Each wrong line stands in a policy that is right otherwise. It gets one finding, which shows
the right line, and the policy means what it means with the right line: nothing else of it
is lost or blamed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import attrs
import pytest

from tests.support.wrong_lines import wrong_lines
from turnout.compiler.compiled import compile_policy
from turnout.dsl import mistakes, nodes
from turnout.dsl.fixes import applied
from turnout.dsl.mistakes.met import Met, Mistake, Told
from turnout.dsl.parse import parse
from turnout.dsl.recovery import most_mended
from turnout.dsl.source import Source, Span

SCHEMA = """\
lead {
  id: text required
  country: country
  employees: integer 0..
  revenue: money USD
  source: one of [demo, pricing, "Trade Show"]
  created: date
}
person ana
person ben
team sales { ana, ben }
queue triage
partner acme
"""
WHEN = {  # a condition as it is written, and as it should be
    "country == DE": "country is DE",
    "country==DE": "country is DE",
    'country = "DE"': 'country is "DE"',
    'country != "DE"': 'country is not "DE"',
    "employees = 5": "employees is 5",
    "employees=5": "employees is 5",
    "country <> DE": "country is not DE",
    "country = [DE, AT]": "country in [DE, AT]",
    "country != [DE, AT]": "country not in [DE, AT]",
    "country: DE": "country is DE",
    "country equals DE": "country is DE",
    "country IS DE": "country is DE",
    "country is DE AND employees > 5": "country is DE and employees > 5",
    "country is DE && employees > 5": "country is DE and employees > 5",
    "country is DE || employees > 5": "country is DE or employees > 5",
    "country is DE OR employees > 5": "country is DE or employees > 5",
    "! country is DE": "not country is DE",
    "NOT country is DE": "not country is DE",
    "employees => 5": "employees >= 5",
    "employees ≥ 5": "employees >= 5",
    "employees =< 5": "employees <= 5",
    "employees between 100 and 1000": "employees in 100..1000",
    "employees BETWEEN 100 AND 1000": "employees in 100..1000",
    "country exists": "country is present",
    "source in [demo, Trade Show]": 'source in [demo, "Trade Show"]',
    "country in [DE AT CH]": "country in [DE, AT, CH]",
    "source is Trade Show": 'source is "Trade Show"',
    "source is “demo”": 'source is "demo"',
    "source is „demo“": 'source is "demo"',
    "source is «demo»": 'source is "demo"',
    "source is 'demo'": 'source is "demo"',
    "created > 31/12/2026": "created > 2026-12-31",
    "created > 12/31/2026": "created > 2026-12-31",
    "created > 31.12.2026": "created > 2026-12-31",
    "created > 2026/12/31": "created > 2026-12-31",
    "revenue > 1.000,50": "revenue > 1000.50",
    "revenue > 1,000.50": "revenue > 1000.50",
    "revenue > 1,000": "revenue > 1000",
    "revenue > 1,000,000": "revenue > 1000000",
    "revenue > 1'000'000": "revenue > 1000000",
    "revenue > 1 000 000": "revenue > 1000000",
    "revenue > $5000": "revenue > 5000",
    "revenue > 5000 €": "revenue > 5000",
    "revenue > 10K": "revenue > 10k",
    "revenue > 2m": "revenue > 2M",
    "revenue > 3bn": "revenue > 3B",
    "country in [DE, AT)": "country in [DE, AT]",
    "(country is DE or employees > 5]": "(country is DE or employees > 5)",
}
TO = {
    "to sales": "to round-robin sales",
    "to triage": "to queue triage",
    "to ana": "to person ana",
    "to acme": "to partner acme",
    "to round robin sales": "to round-robin sales",
    "to Round-Robin sales": "to round-robin sales",
    "to roundrobin sales": "to round-robin sales",
    "to least loaded sales": "to least-loaded sales",
    "to team sales": "to round-robin sales",
    "to user ana": "to person ana",
    'to queue "Triage"': "to queue triage",
    "TO queue triage": "to queue triage",
    "assign to queue triage": "to queue triage",
    "send queue triage": "to queue triage",
    "to queue triage;": "to queue triage",
    "to person ana otherwise queue triage": "to person ana else queue triage",
    "to queue triage sla 10 minutes, escalate to person ana": (
        "to queue triage sla 10 minutes, then person ana"
    ),
}
ENTRY = {
    'rule "Big deals" { to queue triage }': "rule big-deals { to queue triage }",
    "rule big deals { to queue triage }": "rule big-deals { to queue triage }",
    "RULE big { to queue triage }": "rule big { to queue triage }",
    "rulle big { to queue triage }": "rule big { to queue triage }",
}
FALLBACK = {
    "default to queue triage": "fallback to queue triage",
    "otherwise queue triage": "fallback to queue triage",
    "otherwise to queue triage": "fallback to queue triage",
    "fallback queue triage": "fallback to queue triage",
    "fallback to triage": "fallback to queue triage",
    "fallbak to queue triage": "fallback to queue triage",
}
TOP = {
    "user carl": "person carl",
    "// a comment": "# a comment",
    "-- a comment": "# a comment",
    'queue "Deal desk"': "queue deal-desk",
    "Queue later": "queue later",
    "segment Big: employees > 900": "segment Big = employees > 900",
    'import "parts.route"': 'include "parts.route"',
}
SCHEMA_LINES = {
    "request type: text": "request_type: text",
    "city = text": "city: text",
    "city text": "city: text",
    "city: text;": "city: text",
    "score: integer mandatory": "score: integer required",
}


RIGHT = {
    "when": "country is DE",
    "to": "to queue triage",
    "entry": "",
    "fallback": "fallback to queue triage",
    "top": "",
    "field": "",
}
"""A policy that is right, by the places at which a line of it can be written wrong."""


def policy(place: str, line: str) -> str:
    said = {**RIGHT, place: line}
    schema = SCHEMA.replace("}", f"  {said['field']}\n}}", 1)
    body = f"  rule a {{\n    when {said['when']}\n    {said['to']}\n  }}\n  {said['entry']}\n"
    return f"{schema}{said['top']}\nroute r {{\n{body}  {said['fallback']}\n}}\n"


TABLE = [
    pytest.param(place, wrong, right, id=wrong)
    for place, table in {
        "when": WHEN,
        "to": TO,
        "entry": ENTRY,
        "fallback": FALLBACK,
        "top": TOP,
        "field": SCHEMA_LINES,
    }.items()
    for wrong, right in table.items()
]


@pytest.mark.parametrize(("place", "wrong", "right"), TABLE)
def test_a_mistake_is_told_with_the_right_line_and_costs_nothing_else(
    place: str, wrong: str, right: str
) -> None:
    source = Source("p.route", policy(place, wrong))
    read, found = parse(source)
    assert [finding.name for finding in found] == ["syntax-error"]
    span = found[0].span
    assert span is not None
    assert wrong in source.line(span.line)
    assert any(right in help for help in found[0].help)
    for fix in found[0].fixes:
        assert not parse(Source("p.route", applied(fix)))[1]
    meant, none = parse(Source("p.route", policy(place, right)))
    assert not none
    assert not read.broken
    assert words_of(read) == words_of(meant)


def words_of(tree: object) -> object:
    """Return a tree as its classes and words, without places."""
    if isinstance(tree, tuple | list):
        return [words_of(each) for each in cast("Sequence[object]", tree)]
    if attrs.has(type(tree)) and not isinstance(tree, Span):
        made = cast("type[attrs.AttrsInstance]", type(tree))
        shown = {field.name: getattr(tree, field.name) for field in attrs.fields(made)}
        kept = {k: words_of(v) for k, v in shown.items() if not isinstance(v, Span | Source)}
        return type(tree).__name__, kept
    return tree


BLOCKS = {
    "a rule before the fallback": (
        "route r {\n  rule a { to queue triage\n  fallback to queue triage\n}\n",
        2,
        "`rule a {` is never closed",
    ),
    "a rule": (
        (
            "route r {\n  rule a {\n    to queue triage\n  rule b { to queue triage }\n"
            "  fallback to queue triage\n}\n"
        ),
        2,
        "`rule a {` is never closed",
    ),
    "a rule on one line": (
        (
            "route r {\n  rule a { to queue triage\n  rule b { to queue triage }\n"
            "  fallback to queue triage\n}\n"
        ),
        2,
        "`rule a {` is never closed",
    ),
    "a block in a block": (
        (
            "route r {\n  within country is DE {\n    rule a { to queue triage }\n"
            "  rule b { when employees > 5 to queue triage }\n  fallback to queue triage\n}\n"
        ),
        2,
        "`within country is DE {` is never closed",
    ),
    "the route": (
        "route r {\n  rule a { to queue triage }\n  fallback to queue triage\n",
        1,
        "`route r {` is never closed",
    ),
    "a list": (
        (
            "route r {\n  rule a { when country in [DE, AT\n    to queue triage }\n"
            "  fallback to queue triage\n}\n"
        ),
        2,
        "is never closed",
    ),
    "a list before a brace": (
        (
            "segment S = country in [DE, AT\nroute r {\n  rule a { when S to queue triage }\n"
            "  fallback to queue triage\n}\n"
        ),
        1,
        "is never closed",
    ),
    "two braces": (
        "route r {\n  rule a { to queue triage }}\n  fallback to queue triage\n}\n",
        2,
        "closes `route r {` too early",
    ),
    "one brace more": (
        "route r {\n  rule a { to queue triage }\n  fallback to queue triage\n}\n}\n",
        5,
        "`}` closes nothing",
    ),
    "a parenthesis for a brace": (
        "route r {\n  rule a { to queue triage )\n  fallback to queue triage\n}\n",
        2,
        "`)` doesn't close `{`",
    ),
    "one parenthesis more": (
        (
            "route r {\n  rule a { when (country is DE)) to queue triage }\n"
            "  fallback to queue triage\n}\n"
        ),
        2,
        "`)` closes nothing",
    ),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_bracket_that_does_not_pair_is_told_at_its_cause(name: str) -> None:
    text, line, message = BLOCKS[name]
    before = SCHEMA.count("\n")
    read, found = parse(Source("p.route", SCHEMA + text))
    assert len(found) == 1
    assert message in found[0].message
    assert found[0].span is not None
    assert found[0].span.line == before + line
    routes = [item for item in read.items if isinstance(item, nodes.Route)]
    assert len(routes) == 1
    assert any(isinstance(entry, nodes.Fallback) for entry in routes[0].entries)


def test_blanks_of_a_word_processor_are_told_once(tmp_path: Path) -> None:
    text = policy("when", "country is DE and employees > 5").replace("    ", "\u00a0\u00a0  ")
    read, found = parse(Source("p.route", text))
    assert len(found) == 1
    assert "U+00A0" in found[0].message
    assert "more below" in found[0].message
    assert not read.broken
    file = tmp_path / "p.route"
    file.write_text(text, encoding="utf-8")
    assert {each.name for each in compile_policy(file).findings} <= {
        "syntax-error",
        "unused-definition",
    }


def test_a_mistake_that_is_met_again_behind_another_is_told_once() -> None:
    text = """route trial {
  rule a {
    when usage >= 60 and id in first 20 of "call-the-small"
    to   round}-robin sellers
"""
    found = parse(Source("policy.route", text))[1]
    told = [(each.name, each.span, each.message) for each in found]
    assert len(told) == len(set(told))


def test_the_rest_of_the_file_is_checked_as_if_it_had_been_written_right(tmp_path: Path) -> None:
    file = tmp_path / "p.route"
    file.write_text(
        f"{SCHEMA}route r {{\n  rule a {{ when employees = 5 to queue triage }}\n"
        "  rule b { when employees is 5 to partner acme }\n  fallback to queue triage\n}\n"
    )
    found = {finding.name for finding in compile_policy(file).findings}
    assert {"syntax-error", "unreachable-rule"} <= found


@pytest.mark.parametrize(
    ("declared", "condition", "help"),
    [
        ("country: country", "country is blank", "country is missing"),
        ("country: country", "country is not empty", "country is present"),
        ("size: integer", "size is null", "size is missing"),
        ("kind: one of [a, b]", "kind is none", "kind is missing"),
        ("state: subdivision", "state is California", "`US-CA`"),
        ("state: subdivision", "state is Limburg", "`BE-VLI` or `NL-LI`"),
    ],
)
def test_a_literal_that_is_no_value_is_met_with_what_was_meant(
    tmp_path: Path, declared: str, condition: str, help: str
) -> None:
    file = tmp_path / "p.route"
    file.write_text(
        f"lead {{ id: text required {declared} }}\nqueue q\n"
        f"route r {{ rule a {{ when {condition} to queue q }} fallback to queue q }}\n"
    )
    said = [each for finding in compile_policy(file).findings for each in finding.help]
    assert any(help in each for each in said)


def test_a_file_in_utf_16_is_named_so(tmp_path: Path) -> None:
    file = tmp_path / "p.route"
    file.write_text(SCHEMA, encoding="utf-16")
    finding = compile_policy(file).findings[0]
    assert finding.name == "not-utf-8"
    assert "UTF-16" in finding.message


def test_every_kind_of_mistake_has_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    met: set[str] = set()

    def counting(kind: Mistake) -> Mistake:
        def asked(place: Met) -> Told | None:
            found = kind(place)
            if found is not None:
                met.add(kind.__name__)
            return found

        return asked

    names = {kind.__name__ for kind in mistakes.KINDS}
    kinds = tuple(counting(kind) for kind in mistakes.KINDS)
    monkeypatch.setattr(mistakes, "KINDS", kinds)
    for place, wrong, _ in (each.values for each in TABLE):
        parse(Source("p.route", policy(str(place), str(wrong))))
    for text, _, _ in BLOCKS.values():
        parse(Source("p.route", SCHEMA + text))
    for text in ("/* old */", "when  to"):
        parse(Source("p.route", policy("top" if "old" in text else "to", text)))
    parse(Source("p.route", policy("to", "to queue triage").replace("when country is DE", "when")))
    parse(Source("p.route", policy("top", "queue\u00a0later")))
    for text in ("team later", "rule later { to queue triage }", "team { ana }"):
        parse(Source("p.route", policy("top", text)))
    parse(Source("p.route", "lead (\n  id: text required\n)\n"))
    for line in wrong_lines():
        parse(Source("p.route", line.text))
    assert met == names


def test_a_file_full_of_mistakes_ends_soon() -> None:
    rule = "  rule a{} {{ when country == DE to queue triage }}\n"
    body = "".join(rule.format(number) for number in range(300))
    source = Source("p.route", f"{SCHEMA}route r {{\n{body}  fallback to queue triage\n}}\n")
    _, found = parse(source)
    assert 100 <= len(found) <= 201
    assert most_mended(len(source.text)) == 100
