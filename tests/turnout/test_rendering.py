import json
import unicodedata
from textwrap import dedent

import attrs
import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.findings import findings
from turnout.dsl.findings import Finding, Label, Severity, Witness
from turnout.dsl.source import Source, Span
from turnout.printable import visible
from turnout.rendering.formats import FORMATS, format_of
from turnout.rendering.pretty import block
from turnout.rendering.report import Report
from turnout.rendering.screen import width

INBOUND = Source(
    "inbound.route",
    "\n" * 47
    + dedent("""\
        rule dach-enterprise {
          when DACH and employees >= 1000
          to   round-robin dach-ae
        }

        rule old { to queue triage }
        rule emea-mid {
          when country in [DE, AT, CH] and employees < 1000 and employees > 5000
        }
        """)
    + "\n" * 4
    + "rule dach-analytics {\n  when DACH\n}\n",
)
PEOPLE = Source("people.route", "person ana\nperson ana\n")


def at(source: Source, text: str) -> Span:
    """Return the first place of `text`."""
    start = source.text.index(text)
    return Span(source, start, start + len(text))


def found(
    span: Span | None, text: str = "", *labels: Label, witness: Witness | None = None
) -> Finding:
    """Return a finding of no particular meaning."""
    return Finding(
        "a-name", Severity.ERROR, span, "a message", text=text, labels=labels, witness=witness
    )


def shown(finding: Finding, screen: int = 80) -> str:
    """Return the finding as it is read, without colours."""
    return click.unstyle("\n".join(block(finding, screen))) + "\n"


def test_a_finding_shows_its_line_then_its_causes_then_help() -> None:
    finding = Finding(
        "unreachable-rule",
        Severity.ERROR,
        at(INBOUND, "dach-analytics"),
        "rule `dach-analytics` can never match",
        text="every lead it describes is taken earlier",
        labels=(
            Label(at(INBOUND, "dach-enterprise"), "takes those with employees >= 1000"),
            Label(at(INBOUND, "emea-mid"), "takes the rest"),
        ),
        help=("move it above `dach-enterprise`, or delete it",),
    )
    assert shown(finding) == dedent("""\
        error[unreachable-rule]: rule `dach-analytics` can never match
          --> inbound.route:61:6
           |
        61 | rule dach-analytics {
           |      ^^^^^^^^^^^^^^ every lead it describes is taken earlier
           |
        48 | rule dach-enterprise {
           |      --------------- takes those with employees >= 1000
        54 | rule emea-mid {
           |      -------- takes the rest
           = help: move it above `dach-enterprise`, or delete it
        """)


def test_labels_on_one_line_hang_from_their_spans() -> None:
    finding = found(
        at(INBOUND, "country in [DE, AT, CH] and employees < 1000 and employees > 5000"),
        "no lead meets all of this",
        Label(at(INBOUND, "employees < 1000"), "below 1000"),
        Label(at(INBOUND, "employees > 5000"), "above 5000"),
    )
    assert shown(finding) == dedent("""\
        error[a-name]: a message
          --> inbound.route:55:8
           |
        55 |   when country in [DE, AT, CH] and employees < 1000 and employees > 5000
           |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^----------------^^^^^----------------
           |        |                           |                    |
           |        |                           |                    above 5000
           |        |                           below 1000
           |        no lead meets all of this
        """)


def test_places_in_other_files_come_under_their_names() -> None:
    finding = found(
        at(INBOUND, "dach-ae"),
        "a team",
        Label(Span(PEOPLE, 18, 21), "a person"),
        Label(Span(PEOPLE, 7, 10), "and here"),
    )
    assert shown(finding) == dedent("""\
        error[a-name]: a message
          --> inbound.route:50:20
           |
        50 |   to   round-robin dach-ae
           |                    ^^^^^^^ a team
           |
          ::: people.route:1:8
           |
         1 | person ana
           |        --- and here
         2 | person ana
           |        --- a person
        """)


def test_a_span_of_several_lines_is_marked_on_its_first() -> None:
    source = Source("a.route", "x rule a {   \n  to queue q\n}\n")
    assert shown(found(at(source, "rule a {   \n  to queue q\n}"), "this rule")) == dedent("""\
        error[a-name]: a message
         --> a.route:1:3
          |
        1 | x rule a {
          |   ^^^^^^^^ this rule
        """)


@pytest.mark.parametrize("text", ["", "rule", "rule\n", "\n\n"])
def test_the_end_of_a_file_can_be_marked(text: str) -> None:
    source = Source("a.route", text)
    assert " ^ here" in shown(found(Span(source, len(text), len(text)), "here"))


def test_wide_combining_and_tab_characters_are_marked_where_they_stand() -> None:
    text = '\tqueue "見込み客" e\u0301t\u0065\u0301 then'
    marked = [
        shown(found(at(Source("a.route", text), part))).splitlines()
        for part in ("queue", "見込み", "e\u0301t", "then")
    ]
    assert [lines[3] for lines in marked] == [f"1 | {text.replace(chr(9), '    ')}"] * 4
    assert [lines[4] for lines in marked] == [
        "  |     ^^^^^",
        "  |            ^^^^^^",
        "  |                      ^^",
        "  |                          ^^^^",
    ]


def test_a_long_line_is_cut_around_its_spans() -> None:
    text = f"in [{', '.join(f'v{number:03}' for number in range(200))}] and SMB"
    source = Source("a.route", text)
    finding = found(at(source, "v100"), "unknown value", Label(at(source, "SMB"), "a segment"))
    assert shown(finding) == dedent("""\
        error[a-name]: a message
         --> a.route:1:605
          |
        1 | ...6, v097, v098, v099, v100, v101, v102, v103, v104, v105, v106, v107, v...
          |                         ^^^^ unknown value
        1 | ...197, v198, v199] and SMB
          |                         --- a segment
        """)


def test_a_label_too_long_for_its_line_is_wrapped() -> None:
    text = "it is never reached because the rules before it take all leads there are"
    assert shown(found(at(INBOUND, "old"), text)) == dedent("""\
        error[a-name]: a message
          --> inbound.route:53:6
           |
        53 | rule old { to queue triage }
           |      ^^^ it is never reached because the rules before it take all leads
           |          there are
        """)


def test_a_label_without_room_beside_its_mark_hangs_below() -> None:
    text = "no number is both below 1000 and above 5000"
    assert shown(found(at(INBOUND, "> 5000"), text)) == dedent("""\
        error[a-name]: a message
          --> inbound.route:55:67
           |
        55 |   when country in [DE, AT, CH] and employees < 1000 and employees > 5000
           |                                                                   ^^^^^^
           |                                                                   |
           |                                                        no number is both
           |                                                        below 1000 and above
           |                                                        5000
        """)


def test_a_witness_breaks_between_fields() -> None:
    fields = {
        "country": "DE",
        "company": "Acme, Inc.",
        "products": ["core", "platform"],
        "consent": True,
        "employees": 5000,
        "source": None,
    }
    finding = found(at(INBOUND, "old"), witness=Witness(fields, note="takes the fallback"))
    assert shown(finding).splitlines()[5:] == [
        '   = witness: country DE, company "Acme, Inc.", products [core, platform],',
        "              consent true, employees 5000, source missing (takes the fallback)",
    ]


def test_a_witness_that_was_not_confirmed_is_worded_possibly() -> None:
    finding = found(at(INBOUND, "old"), witness=Witness({}, confirmed=False))
    assert shown(finding).splitlines()[5:] == ["   = possibly: a lead with no fields"]


def test_a_finding_without_a_place_still_has_its_help() -> None:
    finding = attrs.evolve(found(None), help=("did you mean `inbound.route`?",))
    assert shown(finding) == dedent("""\
        error[a-name]: a message
          = help: did you mean `inbound.route`?
        """)


def test_the_summary_counts_by_severity() -> None:
    severities = [Severity.ERROR, Severity.NOTE, Severity.ERROR, Severity.WARNING]
    findings = tuple(attrs.evolve(found(None), severity=each) for each in severities)
    assert Report(findings, ("a", "b", "c")).summary == "2 errors, 1 warning, 1 note in 3 files"
    assert Report((), ("a",)).summary == "no findings in 1 file"


def test_compact_is_one_line_for_each_finding() -> None:
    report = Report(
        (found(at(INBOUND, "old")), attrs.evolve(found(None), message="two\nlines")), ()
    )
    assert list(format_of("compact")(report, 80)) == [
        "inbound.route:53:6: error[a-name]: a message",
        "error[a-name]: two\\nlines",
    ]


def test_json_holds_everything_in_a_fixed_order() -> None:
    again = Label(Span(PEOPLE, 18, 21), "again")
    finding = found(at(PEOPLE, "ana"), "a person", again, witness=Witness({"country": "DE"}))
    finding = attrs.evolve(finding, notes=("a note",), help=("a help",))
    (text,) = format_of("json")(Report((finding,), ("people.route",)), 80)

    def place(line: int, column: int, offset: int) -> dict[str, int]:
        return {"line": line, "column": column, "offset": offset}

    expected = {
        "format": "turnout-findings",
        "version": 1,
        "summary": {"errors": 1, "warnings": 0, "notes": 0, "allowed": 0},
        "files": ["people.route"],
        "findings": [
            {
                "name": "a-name",
                "severity": "error",
                "message": "a message",
                "span": {
                    "file": "people.route",
                    "start": place(1, 8, 7),
                    "end": place(1, 11, 10),
                },
                "text": "a person",
                "labels": [
                    {
                        "span": {
                            "file": "people.route",
                            "start": place(2, 8, 18),
                            "end": place(2, 11, 21),
                        },
                        "text": "again",
                    }
                ],
                "witness": {"fields": {"country": "DE"}, "confirmed": True, "note": ""},
                "leads": None,
                "notes": ["a note"],
                "help": ["a help"],
                "fixes": [],
            }
        ],
        "allowed": [],
    }
    assert text == json.dumps(expected, indent=2)


@given(findings(), st.integers(40, 120))
def test_no_line_is_wider_than_the_screen_nor_acts_on_it(finding: Finding, screen: int) -> None:
    for line in shown(finding, screen).splitlines():
        assert line.isprintable()
        assert width(line) <= screen


@given(findings(), st.sampled_from(sorted(FORMATS)))
def test_no_format_prints_what_a_terminal_acts_on(finding: Finding, name: str) -> None:
    for text in format_of(name)(Report((finding,), (visible("b\x1b"),)), 80):
        assert click.unstyle(text).replace("\n", "").isprintable()


@given(st.text())
def test_what_is_visible_has_no_control_characters(text: str) -> None:
    assert not {unicodedata.category(each) for each in visible(text)} & {"Cc", "Cf", "Cs"}
