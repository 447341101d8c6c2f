"""Whatever is edited, and in whichever file, what is found is what is found from scratch.

A policy with each thing in it that somebody edits is gone through in a drawn order: each edit is
one of a kind, made or taken back. Of what was found before the quick checks and the others carry
over what they can, so a fault in that would show as a finding too many, too few, or elsewhere.
"""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import cast

import pytest

from tests.laws.test_reading_again import places
from tests.support.office import MAIN, Kind, kinds, office
from turnout.compiler.checks.again import Checked
from turnout.compiler.compiled import compile_policy, read_policy
from turnout.compiler.leads.budget import USUAL
from turnout.compiler.recompiled import compile_again, rules_of
from turnout.dsl.files import Files
from turnout.dsl.rereading import RulesRead

FILES = office(areas=2, rows=12, accounts=9)
KINDS = tuple(kinds(FILES))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_of_edit_is_one_and_can_be_taken_back(kind: Kind) -> None:
    assert kind.applied(FILES) != FILES
    assert kind.undone(kind.applied(FILES)) == FILES


def test_what_is_found_after_edits_of_each_kind_is_what_is_found_from_scratch(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    is_thorough = bool(pytestconfig.getoption("thorough"))
    rounds = 40 if is_thorough else 1
    random = Random("kinds")  # noqa: S311 - the same edits each time
    held = _Held(tmp_path)
    held.after(FILES)
    texts = dict(FILES)
    for _ in range(rounds):
        order = random.sample(KINDS, len(KINDS)) + random.sample(KINDS, 10)
        for kind in order:
            made = kind.applied(texts)
            texts = kind.undone(texts) if made == texts else made
            held.after(texts)


class _Held:
    """Someone who edits, and holds what is found to what is found from scratch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rules = RulesRead(keeps=True)
        self.checked = cast("Checked | None", None)

    def after(self, texts: Mapping[str, str]) -> None:
        main = self.folder / MAIN
        files = Files({self.folder / name: text for name, text in texts.items()})
        read = read_policy(main, files=files, known=self.rules)
        self.rules = rules_of(read, self.rules)
        quick = compile_again(read, self.checked, {}, USUAL, is_quick=True)
        whole = compile_again(read, self.checked, {}, USUAL, is_quick=False, just=quick.just)
        self.checked = whole.checked
        fresh = compile_policy(main, files=files)
        assert whole.compiled.findings == fresh.findings
        assert list(places(whole.compiled.findings)) == list(places(fresh.findings))
        assert whole.compiled.policy == fresh.policy
        assert list(whole.compiled.references) == list(fresh.references)
