"""`turnout import twilio`, as its users meet it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.importing.twilio.task_expressions import ExpressionError, expression_asks

WORKFLOW: dict[str, object] = {
    "task_routing": {
        "filters": [
            {
                "filter_friendly_name": "Gold tickets",
                "expression": "customer_value == 'Gold' AND (skills HAS 'es' OR size >= 5.1)",
                "targets": [
                    {"queue": "WQ1", "priority": "5", "timeout": 30},
                    {"queue": "WQ2"},
                ],
            },
            {"expression": "a == b", "targets": [{"queue": "WQ2"}]},
            {"expression": "kind IN ['x', \"y\"]", "targets": []},
        ],
        "default_filter": {"queue": "WQ0"},
    }
}


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", "twilio", *arguments])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("flow.json").write_text(json.dumps(WORKFLOW, indent=1))


def said(result: Result) -> str:
    return " ".join(result.output.split())


def test_filters_are_rules_and_the_default_filter_is_the_fallback() -> None:
    result = turnout("flow.json", "-o", "out")
    assert result.exit_code == 0, result.output
    text = Path("out/flow.route").read_text()
    assert "# Gold tickets\n" in text
    assert 'when customer_value is "Gold" and (skills has es or size >= 5.1)' in text
    assert "fallback to queue wq0\n" in text


def test_what_no_policy_says_is_told_with_its_place() -> None:
    told = said(turnout("flow.json", "-o", "out"))
    assert "flow.json:7 (filter 1): priority 5: no policy has it" in told
    assert "(filter 1): timeout 30: no policy has it" in told
    assert "(filter 1): the queue WQ2, to which a task goes on, isn't carried over" in told
    assert "(filter 2): no policy compares a with this; a field of its own" in told
    assert "(filter 3): no queue is named; one of its own has these tasks" in told


REFUSED = {
    "no JSON": ("{", "flow.json is no JSON"),
    "nothing": ("", "flow.json is no JSON"),
    "no workflow": ('{"a": 1}', "no `task_routing` with `filters`"),
    "a list": ("[]", "no `task_routing` with `filters`"),
    "something deep": ("[" * 200_000, "flow.json is"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_such_file_is_refused_with_the_cause(name: str) -> None:
    text, message = REFUSED[name]
    Path("flow.json").write_text(text)
    result = turnout("flow.json", "-o", "out")
    assert result.exit_code == 2, result.output
    assert message in said(result)
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "a ==", "a == b", "a HAS b", "a IN [b]", "1 < 2", "a[0] == 1", "(" * 99),
        *("a" * 20_000, "a IN [null]", "a HAS ['x', 'y']", "a ~ 'x'"),
    ],
    ids=range(13),
)
def test_an_expression_that_no_policy_asks_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        expression_asks(text)
