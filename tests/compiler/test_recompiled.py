"""A policy compiled after each edit has the findings that it has from scratch."""

from pathlib import Path
from random import Random

import pytest

from turnout.compiler.checks import QUICK
from turnout.compiler.checks.again import Checked
from turnout.compiler.compiled import Unchecked, compile_policy, read_policy
from turnout.compiler.leads.budget import USUAL, Stopped, stoppable
from turnout.compiler.program import Clause
from turnout.compiler.recompiled import compile_again, rules_of
from turnout.dsl.conditions import Condition, names_in
from turnout.dsl.files import Files
from turnout.dsl.rereading import RulesRead
from turnout.dsl.wording import written


def clauses(read: Unchecked) -> tuple[Clause, ...]:
    return read.program.routes["inbound"].clauses


def meant(condition: Condition) -> list[str]:
    """Return what the names in a condition stand for, and those in that."""
    found = [f"{each.name}: {each.meaning!r}" for each in names_in(condition)]
    return found + [more for each in names_in(condition) for more in meant(each.meaning)]


def worded(read: Unchecked) -> list[list[str]]:
    """Return, for each clause, the words of what the cells of its row ask."""
    fields = read.program.policy.fields
    rows = [clause.row for clause in clauses(read)]
    return [[written(each, fields) for _, each in row.asked] if row else [] for row in rows]


MAIN = Path(__file__).parents[2] / "examples/saas-inbound/inbound.route"


def edits(text: str, random: Random) -> str:
    """Return a text with some of it deleted, doubled or typed."""
    start = random.randrange(len(text))
    end = min(len(text), start + random.choice([0, 1, 5, 40]))
    put = random.choice(["", "x", " and ", "}", '"', text[end : end + 80], "\n  "])
    return text[:start] + put + text[end:]


def test_after_each_edit_all_checks_find_what_they_find_from_scratch() -> None:
    random = Random(13)  # noqa: S311 - the same edits each time
    original = text = MAIN.read_text("utf-8")
    rules: RulesRead | None = None
    checked: Checked | None = None
    quick_kinds = {kind.name for each in QUICK for kind in each.kinds}
    for number in range(10):
        read = read_policy(MAIN, files=Files({MAIN: text}), known=rules)
        rules = rules_of(read, rules)
        quick = compile_again(read, checked, {}, USUAL, is_quick=True)
        whole = compile_again(read, checked, {}, USUAL, is_quick=False)
        checked = whole.checked
        fresh = compile_policy(MAIN, files=Files({MAIN: text}))
        assert whole.compiled.findings == fresh.findings
        assert whole.compiled.policy_hash == fresh.policy_hash
        of_checks = {each for each in quick.compiled.findings if each.name in quick_kinds}
        assert of_checks <= set(fresh.findings)
        text = edits(text, random) if number % 2 else original


def test_whoever_has_no_use_for_the_answer_stops_the_checks() -> None:
    read = read_policy(MAIN)
    with stoppable(lambda: True), pytest.raises(Stopped):
        compile_again(read, None, {}, USUAL, is_quick=False)
    assert compile_again(read, None, {}, USUAL, is_quick=False).compiled.is_fit


DECLARED = """\
lead { plan: one of [free, paid]  seats: integer 0.. }
queue one
calendar office { timezone "UTC"  open mon..fri 09:00-17:00 }
segment Large = seats > 99
route inbound {
  rule plan  { when plan is free to queue one }
  rule large { when Large to queue one }
  rule open  { when open office and seats > 9 to queue one }
  rule seats { when seats > 9 to queue one }
  fallback to queue one
}
"""


@pytest.mark.parametrize(
    ("old", "new", "taken_over"),
    [
        ("queue one\ncal", "queue one\nqueue two\ncal", 4),
        ("queue one\ncal", "cal", 0),
        ("paid]", "paid, trial]", 3),
        ("paid]", "paid]  phone: text", 4),
        ("seats: integer", "seats: number", 2),
        ("17:00", "18:00", 3),
        ("> 99", "> 98", 3),
        ("segment Large", "segment Small = seats < 3\nsegment Large", 4),
        ("segment Large", "segment office = seats < 3\nsegment Large", 3),
    ],
)
def test_only_rules_that_name_what_is_declared_otherwise_are_read_anew(
    tmp_path: Path, old: str, new: str, taken_over: int
) -> None:
    main = tmp_path / "a.route"
    rules = RulesRead(keeps=True)
    for text in (DECLARED, DECLARED.replace(old, new), DECLARED):
        read = read_policy(main, files=Files({main: text}), known=rules)
        kept = read.resolution.kept
        assert kept is not None
        if text != DECLARED:
            assert len(kept.taken) == taken_over
        fresh = read_policy(main, files=Files({main: text}))
        assert read.program.policy == fresh.program.policy
        assert list(read.resolution.references) == list(fresh.resolution.references)
        rules = rules_of(read, rules)


SHEETED = """\
lead { plan: one of [free, paid]  seats: integer 0..  country: country  state: subdivision }
queue one
territory north = country in [DE, SE]
segment size first of { Large = seats > 99  Small = seats > 9 }
segment Hot = plan is paid
route inbound {
  rules from "rows.csv" by plan, segment "Size", territory "Where", Hot, country, state {
    to queue one
  }
  fallback to queue one
}
"""
ROWS = """\
plan,Size,Where,Hot,country,state
free,Large,,,,
free,,north,yes,,
,Small,not north,,US,
,not Small,,no,,US-CA
paid,,,,Germany,
,Large,north,,,
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("> 99", "> 98"),
        ("[DE, SE]", "[DE]"),
        ("= plan is paid", "= plan is free"),
        ("paid]", "paid, trial]"),
        ("country: country", "country: text"),
        ("queue one", "queue one  queue two"),
        ("segment Hot", "segment Cold = seats < 3  segment Hot"),
        ("size first of { Large = seats > 99 ", "Large = seats > 99  segment size first of {"),
        (", state {", " {"),
        ("free,Large", "paid,Large"),
        ("Germany", "DE"),
        ("US-CA", "California"),
        ("not Small", "not Large, Small"),
    ],
)
def test_rows_ask_what_they_ask_of_a_policy_that_is_read_for_the_first_time(
    tmp_path: Path, old: str, new: str
) -> None:
    assert old in SHEETED + ROWS
    assert_read_as_new(
        tmp_path,
        (SHEETED, ROWS),
        (SHEETED.replace(old, new), ROWS.replace(old, new)),
        (SHEETED.replace("queue one", "queue one  # here", 1), ROWS),
        (SHEETED, f"{ROWS}free,,,,France,\n"),
        (SHEETED, ROWS),
    )


NARROW = """\
lead { plan: one of [free, paid]  seats: integer 0.. }
queue one
segment Large = seats > 99
segment Hot = plan is paid
route inbound {
  rules from "rows.csv" by Hot "Asked" { to queue one }
  fallback to queue one
}
"""


def test_rows_of_one_column_ask_what_it_means_now(tmp_path: Path) -> None:
    rows = "Asked\nyes\n"
    assert_read_as_new(
        tmp_path,
        (NARROW, rows),
        (NARROW.replace("by Hot", "by Large"), rows),
        (NARROW, rows),
        (NARROW.replace("is paid", "is free"), rows),
        (NARROW.replace("by Hot", "by plan"), "Asked\nfree\n"),
    )


def assert_read_as_new(folder: Path, *versions: tuple[str, str]) -> None:
    """Assert that each version, a policy and its table, is read as if it was the first one."""
    main, table = folder / "a.route", folder / "rows.csv"
    rules = RulesRead(keeps=True)
    for policy, rows in versions:
        files = {main: policy, table: rows}
        read = read_policy(main, files=Files(files), known=rules)
        fresh = read_policy(main, files=Files(files))
        assert read.program.policy == fresh.program.policy
        assert read.found == fresh.found
        assert worded(read) == worded(fresh)
        for one, two in zip(clauses(read), clauses(fresh), strict=True):
            assert one.condition == two.condition
            assert meant(one.condition) == meant(two.condition)
        rules = rules_of(read, rules)


def test_the_condition_of_a_row_is_the_very_one_of_before(tmp_path: Path) -> None:
    main, table = tmp_path / "a.route", tmp_path / "rows.csv"
    files = {main: SHEETED, table: ROWS}
    rules = RulesRead(keeps=True)
    read = read_policy(main, files=Files(files), known=rules)
    rules = rules_of(read, rules)
    more = {main: f"# here\n{SHEETED}", table: f"{ROWS}free,,,,FR,\n"}
    again = read_policy(main, files=Files(more), known=rules)
    pairs = zip(clauses(read), clauses(again), strict=False)
    kept = [one.condition is two.condition for one, two in pairs]
    assert kept == [*[True] * 6, False]
