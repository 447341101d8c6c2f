"""What an editor can have the server do, through the protocol."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.editor import Editor, Json, editor

POLICY = """lead {
  id:      text required
  country: country
  size:    integer 0..9
}
segment Large first of {
  Huge = size > 7
  Big  = size > 4
}
queue inbox
queue vips
route main {
  rule large  { when Large.Huge to queue vips }
  rule german { when country is DE to queue inbox }
  fallback to queue inbox
}
route other { fallback to queue inbox }
test "large" {
  route main
  lead { id: "1" country: DE size: 9 }
  expect rule large
}
test "wrong" {
  route main
  lead { id: "2" country: DE size: 1 }
  expect rule large
}
"""


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("orders")
    (folder / "turnout.toml").write_text('sample = "leads.csv"\n')
    (folder / "leads.csv").write_text("id,country,size\n1,Germany,9\n2,DE,2\n3,FR,2\n")
    with editor(folder) as one:
        one.open(folder / "a.route", POLICY.replace("Large.Huge", "Huge"))
        yield one


@pytest.fixture
def uri(lone: Editor) -> str:
    return next(iter(lone.versions))


def ordered(lone: Editor, order: str, said: object) -> Json:
    params = {"command": f"turnout.server.{order}", "arguments": [said]}
    return lone.answer(lone.send("workspace/executeCommand", params))


def done(lone: Editor, order: str, uri: str, **said: object) -> Any:  # noqa: ANN401 - JSON
    answer = ordered(lone, order, {"uri": uri, **said})
    assert "result" in answer, answer
    return answer["result"]


def test_tests_are_run_all_or_one(lone: Editor, uri: str) -> None:
    found = done(lone, "runTests", uri)
    assert [(each["name"], each["passed"]) for each in found["tests"]] == [
        ("large", True),
        ("wrong", False),
    ]
    (failure,) = found["tests"][1]["failures"]
    assert failure["message"] == "not so: rule `german` takes it"
    assert failure["range"]["start"]["line"] == 25
    assert "rule german" in found["tests"][1]["explanation"]
    assert found["text"].startswith("2 tests, 1 failed")
    one = done(lone, "runTests", uri, name="large")
    assert [each["name"] for each in one["tests"]] == ["large"]
    assert one["text"] == "large: passes"


def test_a_rule_says_what_it_receives(lone: Editor, uri: str) -> None:
    found = done(lone, "showRule", uri, rule="german")
    assert found["text"].split("\n")[:2] == [
        "rule `german` asks for country is DE",
        "before it, some of them go to `large`",
    ]
    assert found["svg"].startswith("<svg")
    assert found["at"]["range"]["start"] == {"line": 13, "character": 7}


def test_a_sample_tells_what_a_rule_takes(lone: Editor, uri: str) -> None:
    found = done(lone, "sampleLeads", uri, rule="german")
    assert found["text"] == "rule `german` takes 1 of 3 leads of leads.csv"
    assert found["leads"] == [{"id": "2", "values": {"id": "2", "country": "DE", "size": 2}}]


def test_a_diagram_leads_to_the_lines(lone: Editor, uri: str) -> None:
    found = done(lone, "diagram", uri)
    assert f'{uri}#L13"' in found["svg"]
    assert found["routes"] == ["main", "other"]
    assert found["isFit"] is True
    assert "other" in done(lone, "diagram", uri, route="other")["title"]


def test_a_lead_is_tried(lone: Editor, uri: str) -> None:
    lead = {"id": "7", "country": "Germany", "size": "3"}
    found = done(lone, "tryLead", uri, lead=lead, at="2026-03-02T09:00:00Z")
    assert found["explanation"]["decision"]["rule"] == "german"
    assert found["at"]["range"]["start"]["line"] == 13
    assert found["title"] == "lead 7 goes to queue inbox"
    assert "queue inbox" in found["text"]
    assert "\x1b" not in found["text"]


def test_what_cannot_be_done_is_told(lone: Editor, uri: str) -> None:
    refused: list[tuple[str, object, str]] = [
        ("runTests", {"uri": uri, "name": "none"}, "there is no test none"),
        ("showRule", {"uri": uri, "rule": "none"}, "route main has no rule none"),
        ("showRule", {"uri": uri, "rule": 3}, "`rule` has to be a text"),
        ("diagram", {"uri": uri, "route": "none"}, "it has main, other"),
        ("diagram", {"uri": uri, "focus": "none"}, "has no part none"),
        ("diagram", {"uri": uri, "theme": "pink"}, "auto, light or dark"),
        ("tryLead", {"uri": uri}, "`lead` has to be an object"),
        ("tryLead", {"uri": uri, "lead": {}, "at": "noon"}, "has to be a moment"),
        ("tryLead", {"uri": uri, "lead": {}, "at": "2026-03-02T09:00:00"}, "time zone"),
        ("diagram", {"uri": "file:///nowhere.route"}, "no policy that is open"),
        ("diagram", {}, "takes one object"),
        ("diagram", "x", "takes one object"),
    ]
    for order, said, why in refused:
        answer = ordered(lone, order, said)
        assert why in answer["error"]["message"], (order, said)


def test_lenses_name_orders_that_the_server_knows(lone: Editor, uri: str) -> None:
    lenses = lone.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
    known = lone.capabilities["executeCommandProvider"]["commands"]
    titles = [each["command"]["title"] for each in lenses]
    assert titles[:2] == ["passes", "fails: 1 of what it expects is not so"]
    assert "1 of 3 leads of leads.csv" in titles
    for lens in lenses:
        assert lens["command"]["command"] in known
        (said,) = lens["command"]["arguments"]
        answer = ordered(lone, lens["command"]["command"].removeprefix("turnout.server."), said)
        assert "result" in answer
    shown = [each["message"] for each in lone.messages]
    assert len(shown) == len(lenses)
    lone.messages.clear()


def test_hints_say_what_is_left(lone: Editor, uri: str) -> None:
    everything = {"start": {"line": 0, "character": 0}, "end": {"line": 16, "character": 0}}
    params = {"textDocument": {"uri": uri}, "range": everything}
    hints = lone.ask("textDocument/inlayHint", params)
    said = [each["label"] for each in hints]
    assert said[0] == "without Huge"
    assert said[1].startswith("after `large`: ")
