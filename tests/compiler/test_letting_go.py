"""What nobody holds any more is gone: a policy that was edited leaves nothing behind.

An editor keeps one process for hours, and each edit makes a policy. If its values held each other
in a circle, they would stay until Python looks for circles, which takes longer than an answer.
"""

import gc
from pathlib import Path
from weakref import ref

import pytest

from tests.support.office import MAIN, kinds, office
from turnout.compiler.compiled import read_policy
from turnout.compiler.leads.budget import USUAL
from turnout.compiler.questions.per_condition import PerCondition
from turnout.compiler.recompiled import compile_again, rules_of
from turnout.dsl.conditions import And, Condition, Present
from turnout.dsl.files import Files
from turnout.dsl.policy import Policy
from turnout.dsl.rereading import RulesRead
from turnout.dsl.source import Source


def test_a_policy_is_gone_once_it_was_edited_without_looking_for_circles(tmp_path: Path) -> None:
    files = office(areas=2, rows=12, accounts=9)
    rules, checked = RulesRead(keeps=True), None
    main = tmp_path / MAIN
    gc.collect()
    others = _policies()
    gc.disable()
    try:
        for kind in [*kinds(files)][::3]:
            for texts in (kind.applied(files), files):
                at = Files({tmp_path / name: text for name, text in texts.items()})
                read = read_policy(main, files=at, known=rules)
                rules = rules_of(read, rules)
                quick = compile_again(read, checked, {}, USUAL, is_quick=True)
                found = compile_again(read, checked, {}, USUAL, is_quick=False, just=quick.just)
                checked = found.checked
                del read, quick, found
            assert _policies() == others + 1
    finally:
        gc.enable()


def _policies() -> int:
    return sum(type(each) is Policy for each in gc.get_objects())


def test_what_was_found_in_a_condition_is_kept_while_somebody_holds_it() -> None:
    known: PerCondition[str] = PerCondition()
    asked: list[str] = []

    def find(_: Condition) -> str:
        asked.append("once")
        return "found"

    condition = And((Present("country"), Present("product")))
    assert known.of(condition, find) == known.of(condition, find) == "found"
    assert asked == ["once"]


def test_what_was_found_in_a_condition_goes_with_it() -> None:
    known: PerCondition[Source] = PerCondition()
    condition = And((Present("country"), Present("product")))
    found = ref(known.of(condition, lambda _: Source("found", "")))
    assert found() is not None
    del condition
    assert found() is None


@pytest.mark.parametrize("condition", [Present("country"), And((Present("country"),))])
def test_a_condition_that_takes_the_place_of_another_is_asked_anew(condition: Condition) -> None:
    known: PerCondition[int] = PerCondition()
    for number in range(100):
        fresh = And((Present("country"), condition))
        assert known.of(fresh, lambda _, number=number: number) == number  # type: ignore[misc]
