"""The days on which rules, rows and members count, as they are written."""

from datetime import date

import pytest

from tests.support.policies import attempted, resolved
from tests.support.strategies import Written
from turnout.dsl.formatting import formatted
from turnout.dsl.policy import Rule
from turnout.dsl.source import Source

HEAD = """timezone "Asia/Kolkata"
lead { id: text required  country: country }
person ana person ben
queue here queue there
"""


def rules(entries: str, tables: dict[str, str] | None = None) -> list[Rule]:
    text = f"{HEAD} route r {{ {entries} fallback to queue there }}"
    policy = resolved(Written(text, tables or {}))
    return [entry for entry in policy.routes["r"].entries if isinstance(entry, Rule)]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("from 2027-01-01 until 2027-03-31", date(2027, 1, 1), date(2027, 3, 31)),
        ("from 2027-01-01", date(2027, 1, 1), None),
        ("until 2027-03-31", None, date(2027, 3, 31)),
        ("from 2027-01-01 until 2027-01-01", date(2027, 1, 1), date(2027, 1, 1)),
        ("from 0001-01-01 until 9999-12-31", date.min, date.max),
    ],
)
def test_a_validity_has_two_ends_either_left_out(
    written: str, first: date | None, last: date | None
) -> None:
    (rule,) = rules(f"rule a {written} {{ when country is DE to queue here }}")
    days = rule.validity
    assert days is not None
    assert (days.first, days.last, days.zone) == (first, last, "Asia/Kolkata")
    assert days.span.text == written


def test_the_words_of_a_validity_are_names_elsewhere() -> None:
    text = """lead { id: text required  until: date  from: text }
    queue until queue from
    route r { rule until until 2027-01-01 { when until > 2026-01-01 to queue until }
      rule from from 2027-01-01 { when from is "x" to queue from } fallback to queue from }"""
    names = [entry.name for entry in resolved(text).routes["r"].entries if isinstance(entry, Rule)]
    assert names == ["until", "from"]


@pytest.mark.parametrize(
    ("head", "ends"),
    [
        (
            "from column begins until column ends",
            [("2027-01-01", "2027-03-31"), ("", ""), ("", "")],
        ),
        ('from column "begins"', [("2027-01-01", ""), ("", ""), ("", "")]),
        ("until column ends", [("", "2027-03-31"), ("", ""), ("", "")]),
        ("from 2026-12-01 until column ends", [("2026-12-01", "2027-03-31"), ("2026-12-01", "")]),
        ("from 2026-12-01 until 2027-12-01", [("2026-12-01", "2027-12-01")] * 3),
        ("", [("", "")] * 3),
    ],
)
def test_rows_have_days_of_their_own_or_those_of_the_head(
    head: str, ends: list[tuple[str, str]]
) -> None:
    table = "country,begins,ends\nDE,2027-01-01,2027-03-31\nAT,,\nCH, ,\n"
    made = rules(f'rules from "m.csv" by country {head} {{ to queue here }}', {"m.csv": table})
    days = [
        (None, None) if r.validity is None else (r.validity.first, r.validity.last) for r in made
    ]
    found = [tuple("" if day is None else day.isoformat() for day in each) for each in days]
    assert found[: len(ends)] == ends


@pytest.mark.parametrize(
    ("cell", "said", "fix"),
    [
        ("01.04.2027", "`01.04.2027` is not a day", "2027-04-01"),
        ("2027-4-1", "`2027-4-1` is not a day", "2027-04-01"),
        ("4/13/2027", "`4/13/2027` is not a day", "2027-04-13"),
        ("3/4/2027", "`3/4/2027` is not a day", None),
        ("April 2027", "`April 2027` is not a day", None),
        ("2027-02-29", "`2027-02-29` is not a day: February 2027 has 28 days", "2027-02-28"),
        ("2027-00-10", "`2027-00-10` is not a day: there is no month 0", None),
        ("0000-01-01", "`0000-01-01` is not a day: there is no year 0", None),
        ("-", "`-` is not a day", None),
    ],
)
def test_a_cell_that_is_no_day_is_told_with_what_is_meant(
    cell: str, said: str, fix: str | None
) -> None:
    entry = 'rules from "m.csv" by country from column begins { to queue here }'
    text = f"{HEAD} route r {{ {entry} fallback to queue there }}"
    (found,) = attempted(Written(text, {"m.csv": f"country,begins\nDE,{cell}\n"}))[1]
    assert (found.name, found.message) == ("table-value", said)
    assert [each.replacement for each in found.fixes] == ([] if fix is None else [fix])
    assert found.help


def test_dates_of_a_head_that_end_before_they_begin_are_told_once() -> None:
    entry = 'rules from "m.csv" by country from 2027-02-01 until 2027-01-01 { to queue here }'
    text = f"{HEAD} route r {{ {entry} fallback to queue there }}"
    found = attempted(Written(text, {"m.csv": "country\nDE\nAT\nCH\n"}))[1]
    assert [each.name for each in found] == ["empty-validity"]


def test_a_column_of_days_that_is_not_there_is_told() -> None:
    entry = 'rules from "m.csv" by country from column begin { to queue here }'
    text = f"{HEAD} route r {{ {entry} fallback to queue there }}"
    found = attempted(Written(text, {"m.csv": "country,begins\nDE,2027-01-01\n"}))[1]
    assert any("begin" in each.message for each in found)


def test_days_stay_on_the_line_of_the_rule_that_they_are_of() -> None:
    text = (
        "route r {\n  rule a   from 2027-01-01\n until 2027-03-31 "
        "{ when country is DE to queue here }\n"
        "  rule b until 2027-03-31 { when country is AT  to queue here }\n"
        "  rule long { when country is CH  to queue here }\n}\n"
        "team t { ana   until 2027-03-31 , ben weight 2   from 2027-04-01 }\n"
    )
    assert formatted(Source("p.route", text)) == (
        "route r {\n  rule a from 2027-01-01 until 2027-03-31 {\n    when country is DE\n"
        "    to   queue here\n  }\n"
        "  rule b until 2027-03-31 { when country is AT  to queue here }\n"
        "  rule long               { when country is CH  to queue here }\n}\n"
        "team t { ana until 2027-03-31, ben weight 2 from 2027-04-01 }\n"
    )
