"""A policy compiled after each edit has the findings that it has from scratch."""

from pathlib import Path
from random import Random

import pytest

from turnout.compiler.checks import QUICK
from turnout.compiler.checks.again import Checked
from turnout.compiler.compiled import compile_policy, read_policy
from turnout.compiler.leads.budget import USUAL, Stopped, stoppable
from turnout.compiler.recompiled import compile_again, rules_of
from turnout.dsl.files import Files
from turnout.dsl.rereading import RulesRead

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
