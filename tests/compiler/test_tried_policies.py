"""A policy that is not fit to run may be tried, if all that is wrong tells of its leads."""

from pathlib import Path

from turnout.compiler.compiled import compile_policy

POLICY = """lead { id: text id, size: integer }
queue a
route r {
  rule first { when size > 5 to queue a }
  rule never { when size > 9 to queue a }
  fallback to queue a
}
"""


def test_a_rule_that_no_lead_comes_to_lets_a_policy_be_tried(tmp_path: Path) -> None:
    main = tmp_path / "p.route"
    main.write_text(POLICY)
    compiled = compile_policy(main)
    assert not compiled.is_fit
    assert compiled.can_be_tried
    tried = compiled.as_tried()
    assert tried.is_fit
    assert tried.program is compiled.program


def test_a_name_that_is_not_declared_does_not(tmp_path: Path) -> None:
    main = tmp_path / "p.route"
    main.write_text(POLICY.replace("queue a\n", "", 1))
    compiled = compile_policy(main)
    assert not compiled.can_be_tried
    assert not compiled.as_tried().can_be_tried


def test_a_file_that_is_not_there_is_a_finding_of_no_place(tmp_path: Path) -> None:
    compiled = compile_policy(tmp_path / "none.route")
    assert [each.span for each in compiled.findings] == [None]
    assert not compiled.can_be_tried
