"""Comments that allow a finding, and severities from a configuration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.policies import compiled
from turnout.compiler.compiled import Compiled
from turnout.compiler.verdict import can_be_allowed, graded
from turnout.compiler.verdict.allowances import MOST, allowances
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source

TOP = "lead { id: text required  country: country }\nqueue triage\nqueue late\n"
ROUTE = """\
route inbound {
  rule germany { when country is DE to queue triage }
  rule berlin { when country is DE to queue late }BEHIND
  fallback to queue triage
}
"""


def policy(above: str = "", behind: str = "") -> Compiled:
    """Return a policy with an unreachable rule and comments above and behind it."""
    text = ROUTE.replace("BEHIND", f"  {behind}" if behind else "")
    return compiled(TOP + text.replace("  rule berlin", f"{above}  rule berlin"))


def names(result: Compiled) -> list[str]:
    """Return the names of the findings that stand."""
    return [finding.name for finding in result.findings]


def read(text: str) -> list[tuple[str, str, int]]:
    """Return name, reason and line of each allowance of a text."""
    found = allowances(Source("a.route", text))
    return [(each.name, each.reason, each.line) for each in found]


@pytest.mark.parametrize(
    ("above", "behind"),
    [
        ("", "# allow unreachable-rule: on leave"),
        ("  # allow unreachable-rule: on leave\n", ""),
        ("\t#allow   unreachable-rule:on leave  \n\n  # prose\n", ""),
        ("# allow unreachable-rule: on leave\n", "# allow nothing else"),
    ],
)
def test_a_finding_is_allowed_on_its_line_and_from_above(above: str, behind: str) -> None:
    result = policy(above, behind)
    assert names(result) == []
    (allowed,) = result.allowed
    assert (allowed.finding.name, allowed.reason) == ("unreachable-rule", "on leave")
    assert result.is_fit


def test_several_findings_of_one_line_are_allowed_by_several_comments() -> None:
    text = (
        "queue a\nqueue b # allow unused-definition: x\n# allow unused-definition: for two\n"
        "team none {}  # allow never-available: nobody yet\nroute r { fallback to queue a }\n"
    )
    result = compiled(text)
    assert names(result) == []
    assert sorted(each.finding.name for each in result.allowed) == [
        "never-available",
        "unused-definition",
        "unused-definition",
    ]


def test_behind_a_closing_brace_a_comment_speaks_of_the_line_that_it_closes() -> None:
    text = """rule a { # allow dead-end: 1
      when x is "}" # allow dead-end: 2
      to queue b } # allow dead-end: 3
    } # allow dead-end: 4
    rule c { to queue d } # allow dead-end: 5"""
    assert [(reason, line) for _, reason, line in read(text)] == [
        ("1", 1),
        ("2", 2),
        ("3", 1),
        ("4", 4),
        ("5", 5),
    ]


def test_formatting_keeps_every_allowance() -> None:
    name = "x" * 60
    long = f'country is DE and id is not "{name}"'
    rule = f"rule berlin {{ when {long} to queue late }}  # allow unreachable-rule: on leave"
    text = TOP + ROUTE.replace("rule berlin { when country is DE to queue late }BEHIND", rule)
    broken = formatted(Source("a.route", text))
    assert isinstance(broken, str)
    assert "\n  }  # allow" in broken
    for written in (text, broken):
        assert names(compiled(written)) == []


def test_a_comment_covers_no_other_line() -> None:
    result = compiled(
        TOP + "# allow unreachable-rule: one line off\n" + ROUTE.replace("BEHIND", "")
    )
    assert names(result) == ["unused-allowance", "unreachable-rule"]


def test_an_allowance_without_a_reason_does_not_count() -> None:
    for comment in ("# allow unreachable-rule", "# allow unreachable-rule:  "):
        result = policy(behind=comment)
        assert names(result) == ["unreachable-rule", "allowance-without-reason"]
        assert not result.is_fit


@pytest.mark.parametrize(
    ("comment", "message", "help"),
    [
        (
            "# allow unreachble-rule: x",
            "there is no finding `unreachble-rule`",
            "`unreachable-rule`",
        ),
        ("# allow some-thing-else: x", "there is no finding `some-thing-else`", "delete"),
        ("# allow coverage-gap: x", "`coverage-gap` can't be allowed", "repair"),
        ("# allow unknown-name: x", "`unknown-name` can't be allowed", "repair"),
        ("# allow unused-allowance: x", "`unused-allowance` can't be allowed", "repair"),
    ],
)
def test_what_cannot_be_allowed_is_said(comment: str, message: str, help: str) -> None:
    found = [each for each in policy(behind=comment).findings if each.name == "void-allowance"]
    assert [each.message for each in found] == [message]
    assert help in found[0].help[0]


def test_firm_findings_stand_whatever_is_written() -> None:
    result = compiled(TOP + "route inbound {\n} # allow coverage-gap: x\n# allow coverage-gap: x\n")
    assert "coverage-gap" in names(result)
    assert not result.is_fit


def test_nothing_is_called_unused_where_something_could_not_be_looked_for() -> None:
    comment = "# allow never-available: soon"
    assert names(policy(behind=comment)) == ["unreachable-rule", "unused-allowance"]
    broken = compiled(f"queue triage {comment}\nroute inbound {{ fallback to queue triaje }}\n")
    assert not [name for name in names(broken) if name.startswith("unused-")]


def test_prose_is_no_allowance() -> None:
    assert (
        read(
            "# allow everyone from EMEA\n# allow list: the firms below\n# we allow undecided: no\n"
            '# allowed unreachable-rule: x\nperson a { email "# allow dead-end: x" }\n'
            "# allow leftovers\n# allow\n"
        )
        == []
    )


def test_a_comment_on_the_last_line_speaks_of_its_own_end() -> None:
    assert read("queue a\n# allow undecided: x") == [("undecided", "x", 2)]
    assert read("# allow undecided: x\n# allow dead-end: y\n\nqueue a") == [
        ("undecided", "x", 4),
        ("dead-end", "y", 4),
    ]


def test_many_comments_take_no_time_and_the_last_of_them_no_effect() -> None:
    many = "".join(f"# allow dead-end{number}: x\n" for number in range(150_000))
    assert len(read(many)) == MOST
    assert {line for _, _, line in read("# allow undecided: x\n" * MOST + "queue a\n")} == {1_001}


@given(st.text(st.sampled_from(list('#" \n\\allow:dead-end{}x')), max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    for each in allowances(Source("a.route", text)):
        assert each.span.text.startswith("#")
        assert 1 <= each.line <= text.count("\n") + 1


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_firm_finding_keeps_its_severity(name: str) -> None:
    finding = Finding(name, CATALOGUE[name].severity, None, "")
    for severity in (*Severity, None):
        left = list(graded([finding], {name: severity}))
        if CATALOGUE[name].is_firm:
            assert left == [finding]
            assert not can_be_allowed(name)
        else:
            assert [each.severity for each in left] == ([] if severity is None else [severity])
