"""How far a day is from today, behind and ahead: each test, its words, and what is impossible."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from turnout import load
from turnout.compiler.compiled import compile_policy
from turnout.compiler.leads.partitions import HIGHEST, LOWEST
from turnout.compiler.meaning.interpreter import holds as oracle
from turnout.compiler.words.describe import age_in_words
from turnout.dsl.conditions import LaterThan, OlderThan, WithinLast, WithinNext, holds

TODAY = date(2026, 11, 30)
POLICY = """
lead {{ id: text id required  renews: date }}
queue yes
queue no
route inbound {{
  rule asked {{ when {condition} to queue yes }}
  fallback to queue no
}}
"""


def ages(folder: Path, condition: str) -> list[int | None]:
    """Return for which of these days ahead the condition holds; None stands for no date."""
    path = folder / "inbound.route"
    path.write_text(POLICY.format(condition=condition), "utf-8")
    router = load(path)
    return [
        ahead
        for number, ahead in enumerate((None, -8, -7, -1, 0, 1, 7, 8))
        if router.route(
            {
                "id": str(number),
                "renews": None if ahead is None else str(TODAY + timedelta(days=ahead)),
            },
            at=datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC),
        ).target
        == "yes"
    ]


@pytest.mark.parametrize(
    ("condition", "ahead"),
    [
        ("renews within 7 days", [-7, -1, 0]),
        ("renews within next 7 days", [0, 1, 7]),
        ("renews within next 1 week", [0, 1, 7]),
        ("renews older than 7 days", [-8]),
        ("renews later than 7 days", [8]),
        ("renews later than 0 days", [1, 7, 8]),
        ("renews is past", [-8, -7, -1]),
        ("renews is today", [0]),
        ("renews is future", [1, 7, 8]),
        ("renews is not past", [0, 1, 7, 8]),
        ("renews is not future", [-8, -7, -1, 0]),
        ("not renews is past", [None, 0, 1, 7, 8]),
        ("renews within next 7 days and renews within 7 days", [0]),
    ],
)
def test_which_days_a_condition_takes(tmp_path: Path, condition: str, ahead: list[int]) -> None:
    assert ages(tmp_path, condition) == ahead


@pytest.mark.parametrize("days", [0, 1, 60])
@pytest.mark.parametrize("kind", [OlderThan, WithinLast, WithinNext, LaterThan])
def test_the_quick_answer_is_the_interpreters(
    kind: type[OlderThan | WithinLast | WithinNext | LaterThan], days: int
) -> None:
    atom = kind("renews", days)
    for ahead in range(-62, 63):
        day = TODAY + timedelta(days=ahead)
        assert holds(atom, day, TODAY) is oracle(atom, {"renews": day}, TODAY)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1, HIGHEST, "d in the past"),
        (8, HIGHEST, "d older than 7 days"),
        (0, HIGHEST, "d today or earlier"),
        (-5, HIGHEST, "d at most 5 days ahead"),
        (LOWEST, 0, "d in the future"),
        (LOWEST, -7, "d later than 7 days"),
        (LOWEST, 1, "d today or later"),
        (LOWEST, 8, "d at most 7 days ago"),
        (0, 1, "d today"),
        (0, 8, "d within 7 days"),
        (-7, 1, "d within next 7 days"),
        (3, 8, "d 3 to 7 days ago"),
        (-7, -2, "d 3 to 7 days ahead"),
        (-7, 4, "d from 3 days ago to 7 days ahead"),
    ],
)
def test_ages_are_said_as_people_say_them(low: int, high: int, said: str) -> None:
    assert age_in_words("d", low, high) == said


@pytest.mark.parametrize(
    ("condition", "finding"),
    [
        ("renews is past and renews within next 7 days", "impossible-condition"),
        ("renews later than 7 days and renews within next 7 days", "impossible-condition"),
        ("renews older than 7 days and renews is past", "redundant-condition"),
        ("renews is future and renews later than 3 days", "redundant-condition"),
    ],
)
def test_what_cannot_be_or_says_too_much_is_found(
    tmp_path: Path, condition: str, finding: str
) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY.format(condition=condition), "utf-8")
    assert finding in {found.name for found in compile_policy(path).findings}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("renews within next 2 months", "a span of dates is a whole number of days or weeks"),
        ("renews is tomorrow", "`tomorrow` is not a value of `renews`"),
    ],
)
def test_what_is_no_span_and_no_day_is_said(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY.format(condition=written), "utf-8")
    assert any(said in found.message for found in compile_policy(path).findings)
