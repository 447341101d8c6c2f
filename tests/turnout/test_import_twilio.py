"""`turnout import twilio`, as its users meet it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.importing.reports import ImportReport
from turnout.importing.twilio.task_expressions import ExpressionError, expression_asks
from turnout.importing.twilio.workflows import imported

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
    assert "flow.json:10 (filter 1): priority 5: no policy has it" in told
    assert "(filter 1): timeout 30: no policy has it" in told
    assert "(filter 1): the queue WQ2, to which a task goes on, isn't carried over" in told
    assert "(filter 2): no policy compares a with this; a field of its own" in told
    assert "(filter 3): no queue is named; one of its own has these tasks" in told


REFUSED = {
    "no JSON": ("{", "flow.json:1: no JSON: it ends too early"),
    "nothing": ("", "flow.json:1: no JSON: it ends too early"),
    "no workflow": ('{"a": 1}', "no `task_routing` with `filters`"),
    "a list": ("[]", "no `task_routing` with `filters`"),
    "something deep": ("[" * 200_000, "more than 100 levels"),
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
        *(
            "worker.x == 1",
            "taskrouter.dayOfWeek == 'Mon'",
            "a" * 20_000,
            "a IN [null]",
            "a HAS ['x', 'y']",
            "a ~ 'x'",
        ),
    ],
    ids=range(15),
)
def test_an_expression_that_no_policy_asks_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        expression_asks(text)


RICH = """{
 "task_routing": {
  "filters": [
   {
    "filter_friendly_name": "Known", "oddity": 1,
    "expression": "task.kind == 'x'",
    "targets": [
     {"task_queue_sid": "WQ1", "known_worker_sid": "task.w", "order_by": "worker.level DESC",
      "expression": "worker.id IN task.ids", "skip_if": "1==1", "surprise": 2},
     {"timeout": 15}
    ]
   },
   {"expression": "worker.level > 1", "targets": 5}
  ],
  "default_filter": {"queue": "WQ0", "priority": 1},
  "extra": []
 },
 "more": {}
}"""


def test_every_key_is_translated_or_told() -> None:
    Path("flow.json").write_text(RICH)
    made = imported(Path("flow.json"))
    notes = ImportReport(made, (), is_fit=True).notes
    text = " | ".join(f"{note.place.line} {note.word} {note.message}" for note in notes)
    for each in (
        "5 refused oddity 1: no policy has it",
        "8 refused known_worker_sid task.w: no policy has it",
        "8 refused order_by worker.level DESC: no policy has it",
        "9 refused expression worker.id IN task.ids: no policy has it",
        "9 refused skip_if 1==1: no policy has it",
        "9 refused surprise is nothing that TaskRouter's targets have",
        "10 refused the queue WQ1, to which a task goes on, isn't carried over",
        "10 refused timeout 15: no policy has it",
        "13 changed no policy asks worker.level, which is none of the task's attributes",
        "13 refused what its targets are can't be read",
        "15 refused priority 1: no policy has it",
        "16 refused extra: no policy has it",
    ):
        assert each in text, each
    assert 'when kind is "x"' in made.draft.text


def test_resources_of_the_api_are_workflows_too() -> None:
    configuration = json.dumps(WORKFLOW)
    one = {"friendly_name": "Calls", "configuration": configuration, "task_reservation_timeout": 9}
    two = {"friendly_name": "Chats", "configuration": WORKFLOW, "sid": "WW1"}
    Path("flow.json").write_text(json.dumps({"workflows": [one, two], "meta": {}}))
    told = said(turnout("flow.json", "-o", "out"))
    assert "(workflow): task_reservation_timeout 9: no policy has it" in told
    text = Path("out/flow.route").read_text()
    assert "route calls {" in text
    assert "route chats {" in text


def test_tasks_that_no_filter_takes_are_told_where_they_have_no_queue() -> None:
    Path("flow.json").write_text('{"task_routing": {"filters": [{"expression": ""}]}}')
    told = said(turnout("flow.json", "-o", "out"))
    assert "no default filter names a queue: tasks that no filter takes have none" in told
    assert "there is no expression; a field of its own" in told
