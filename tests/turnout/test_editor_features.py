"""What an editor can ask of the server about a text, held on the examples."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.support.editor import Editor, Json, editor

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/*.route"))
FIXED = sorted((ROOT / "tests/cases").glob("*/bad/*.route"))[3::29]
"""Some of the wrong files."""

POLICY = """# Who buys.
lead {
  id:      text required
  country: country
  size:    integer 1..
}
territory Alps {
  territory South = country is IT
  territory North = country in [CH, AT]
}
queue inbox  # 😀
person ana
team sales { ana }
route main {
  rule north { when North and size > 3 to round-robin sales else queue inbox }
  # Comments
  # of two lines.
  rule south { when South to queue inbx }
  fallback to queue inbox
}
test "big" {
  lead { id: "1" country: CH size: 9 }
  expect rule north
}
"""


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with editor(tmp_path_factory.mktemp("features")) as one:
        yield one


@pytest.fixture
def uri(lone: Editor, tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "a.route"
    path.write_text(POLICY, "utf-8")
    yield (found := lone.open(path))
    lone.close(found)


def at(word: str, text: str = POLICY, *, last: bool = False) -> Json:
    """Return the place of a word in a text without wide letters before it on its line."""
    offset = text.rindex(word) if last else text.index(word)
    line = text.count("\n", 0, offset)
    return {"line": line, "character": offset - (text.rfind("\n", 0, offset) + 1)}


def asked(lone: Editor, method: str, uri: str, **more: object) -> object:
    return lone.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, **more})


def several(lone: Editor, method: str, uri: str, **more: object) -> list[Json]:
    return cast("list[Json]", asked(lone, method, uri, **more))


def single(lone: Editor, method: str, uri: str, **more: object) -> Json:
    return cast("Json", asked(lone, method, uri, **more))


def edited(text: str, edits: list[Json]) -> str:
    """Return a text without wide letters after edits, as the protocol defines them."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def offset(place: Json) -> int:
        line, character = int(place["line"]), int(place["character"])
        return starts[line] + character

    for edit in sorted(edits, key=lambda each: offset(each["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text


def test_hover_tells_what_a_name_is_and_where_it_is_used(lone: Editor, uri: str) -> None:
    found = single(lone, "hover", uri, position=at("North and"))
    said = found["contents"]["value"]
    assert said.startswith("**territory**")
    assert "territory North = country in [CH, AT]" in said
    assert "used in 1 place" in said
    assert "which leads" in single(lone, "hover", uri, position=at("when"))["contents"]["value"]
    assert asked(lone, "hover", uri, position=at("# Who")) is None


def test_what_a_policy_says_is_no_markup(lone: Editor, uri: str) -> None:
    lone.edit(uri, POLICY.replace("# Who buys.", "# ```\n# ![](http://example.com/x.png)"))
    lone.edit(uri, POLICY.replace("queue inbox  #", "# ``` ![](x)\nqueue inbox  #"))
    place = {"line": 11, "character": 7}
    found = single(lone, "hover", uri, position=place)
    assert "````turnout\n# ``` ![](x)\n" in found["contents"]["value"]


def test_definition_and_references_lead_to_each_other(lone: Editor, uri: str) -> None:
    found = single(lone, "definition", uri, position=at("sales else"))
    assert found["range"]["start"] == at("sales {")
    context = {"includeDeclaration": True}
    uses = several(lone, "references", uri, position=at("inbox"), context=context)
    assert [each["range"]["start"]["line"] for each in uses] == [10, 14, 18]
    marked = several(lone, "documentHighlight", uri, position=at("inbox }"))
    assert len(marked) == 3


def test_a_name_is_renamed_and_back_to_the_same_text(lone: Editor, uri: str) -> None:
    lone.settled(uri)
    for name, new in (("North", "Norden"), ("sales", "closers"), ("size", "staff")):
        there = single(lone, "rename", uri, position=at(name), newName=new)
        text = edited(POLICY, there["changes"][uri])
        assert text.count(new) == POLICY.count(name)
        lone.edit(uri, text)
        back = single(lone, "rename", uri, position=at(new, text), newName=name)
        assert edited(text, back["changes"][uri]) == POLICY
        lone.edit(uri, POLICY)


@pytest.mark.parametrize(
    ("name", "new", "why"),
    [
        ("North", "South", "declared twice"),
        ("North", "two words", ""),
        ("id:", "key", "of its own"),
        ("inbox", 'x"', ""),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    lone: Editor, uri: str, name: str, new: str, why: str
) -> None:
    params = {"textDocument": {"uri": uri}, "position": at(name), "newName": new}
    answer = lone.answer(lone.send("textDocument/rename", params))
    assert why in answer["error"]["message"]


def test_fixes_declarations_and_allowances_are_offered(lone: Editor, uri: str) -> None:
    place = {"start": at("inbx"), "end": at("inbx")}
    context: Json = {"diagnostics": []}
    found = several(lone, "codeAction", uri, range=place, context=context)
    titles = [each["title"] for each in found]
    assert titles[:2] == ["write `inbox`", "declare queue `inbx`"]
    for action in found[:2]:
        assert action["diagnostics"][0]["code"] == "unknown-name"
        lone.edit(uri, edited(POLICY, action["edit"]["changes"][uri]))
        assert "unknown-name" not in {each["code"] for each in lone.settled(uri)}
        lone.edit(uri, POLICY)


@pytest.mark.parametrize("path", FIXED, ids=lambda path: path.stem)
def test_a_fix_makes_its_finding_go(lone: Editor, path: Path) -> None:
    text = path.read_text("utf-8")
    uri = lone.open(path)
    for finding in lone.settled(uri):
        context = {"diagnostics": [finding]}
        found = several(lone, "codeAction", uri, range=finding["range"], context=context)
        for action in found:
            (of,) = action["diagnostics"]
            changes = action["edit"]["changes"]
            is_fix = not action["title"].startswith(("allow ", "make a test "))
            if not is_fix or of != finding or uri not in changes:
                continue
            lone.edit(uri, edited(text, changes[uri]))
            left = [(each["code"], each["message"]) for each in lone.settled(uri)]
            had = [each for each in left if each == (finding["code"], finding["message"])]
            assert had == [], action["title"]
            lone.edit(uri, text)
            lone.settled(uri)
    lone.close(uri)


def test_an_allowance_waits_for_its_reason(lone: Editor, uri: str) -> None:
    text = POLICY.replace("inbx", "inbox").replace("when South to", "when South and South to")
    lone.edit(uri, text)
    found = lone.settled(uri)
    finding = next(each for each in found if each["severity"] != 1)
    context: Json = {"diagnostics": []}
    offered = several(lone, "codeAction", uri, range=finding["range"], context=context)
    allow = next(each for each in offered if each["title"].startswith("allow "))
    allowed = edited(text, allow["edit"]["changes"][uri])
    lone.edit(uri, allowed)
    assert "allowance-without-reason" in {each["code"] for each in lone.settled(uri)}
    code = finding["code"]
    lone.edit(uri, allowed.replace(f"# allow {code}: ", f"# allow {code}: until spring"))
    assert code not in {each["code"] for each in lone.settled(uri)}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_has_an_outline_folds_links_and_its_form(lone: Editor, path: Path) -> None:
    uri = lone.open(path)
    symbols = several(lone, "documentSymbol", uri)
    for each in nested(symbols):
        assert contains(each["range"], each["selectionRange"]), each["name"]
    folds = several(lone, "foldingRange", uri)
    assert all(each["startLine"] < each["endLine"] for each in folds)
    assert asked(lone, "formatting", uri, options={"tabSize": 2, "insertSpaces": True}) == []
    named = several(lone, "documentLink", uri)
    for link in named:
        assert Path(link["target"].removeprefix("file://")).is_file()
    lone.close(uri)


def nested(symbols: list[Json]) -> Iterator[Json]:
    for each in symbols:
        yield each
        inside: list[Json] = each.get("children") or []
        assert all(contains(each["range"], inner["range"]) for inner in inside)
        yield from nested(inside)


def contains(outer: Json, inner: Json) -> bool:
    def place(one: Json) -> tuple[int, int]:
        return one["line"], one["character"]

    starts = place(outer["start"]) <= place(inner["start"])
    return starts and place(inner["end"]) <= place(outer["end"])


def test_names_of_all_files_are_searched(lone: Editor, uri: str) -> None:
    lone.settled(uri)
    found = lone.ask("workspace/symbol", {"query": "NORTH"})
    assert [each["name"] for each in found] == ["North", "north"]


def test_a_part_of_a_file_is_formatted(lone: Editor, uri: str) -> None:
    text = POLICY.replace("person ana", "person   ana").replace("team sales {", "team  sales {")
    lone.edit(uri, text)
    options: Json = {"tabSize": 2, "insertSpaces": True}
    place = {"start": at("person"), "end": at("person")}
    edits = several(lone, "rangeFormatting", uri, range=place, options=options)
    after = edited(text, edits)
    assert "person ana\n" in after
    assert after.count("\n  rule north {") == 1
    edits = several(lone, "formatting", uri, options=options)
    lone.edit(uri, whole := edited(text, edits))
    assert asked(lone, "formatting", uri, options=options) == []
    assert "team sales" in whole


def test_words_are_coloured_by_what_they_are(lone: Editor, uri: str) -> None:
    found = single(lone, "semanticTokens/full", uri)
    legend: list[str] = lone.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"]
    line = column = 0
    seen: dict[tuple[str, str], int] = {}
    numbers: list[int] = found["data"]
    for at in range(0, len(numbers), 5):
        down, right, length, kind, is_declared = numbers[at : at + 5]
        line, column = line + down, right + (0 if down else column)
        word = POLICY.split("\n")[line][column : column + length]
        seen[word, legend[kind]] = seen.get((word, legend[kind]), 0) + is_declared
    assert seen["route", "keyword"] == 0
    assert seen["North", "class"] == 1
    assert seen["sales", "enum"] == 1
    assert seen["size", "property"] == 1
    assert seen["3", "number"] == 0
    assert seen['"1"', "string"] == 0


def test_tests_are_run_beside_their_text(lone: Editor, uri: str) -> None:
    fit = POLICY.replace("inbx", "inbox").replace("  expect rule north", "  expect rule south")
    fit = fit.replace("rule south { when South", "rule south { when South and size < 5")
    fit = fit.replace("queue inbox }\n  fallback", "person ana }\n  fallback")
    lone.edit(uri, fit)
    lenses = several(lone, "codeLens", uri)
    assert [each["command"]["title"] for each in lenses] == [
        "fails: 1 of what it expects is not so",
        "show its way",
        "show its way",
    ]
    everything = {"start": at("# Who"), "end": {"line": 99, "character": 0}}
    hints = several(lone, "inlayHint", uri, range=everything)
    assert [each["label"] for each in hints] == ["not so: rule `north` takes it"]
    lone.edit(uri, fit.replace("expect rule south", "expect rule north"))
    lenses = several(lone, "codeLens", uri)
    assert lenses[0]["command"]["title"] == "passes"


def test_a_witness_becomes_a_test_that_passes(lone: Editor, uri: str) -> None:
    gap = POLICY.replace("inbx", "inbox").replace("  fallback to queue inbox\n", "")
    lone.edit(uri, gap)
    found = next(each for each in lone.settled(uri) if each["code"] == "coverage-gap")
    context: Json = {"diagnostics": [found]}
    offered = several(lone, "codeAction", uri, range=found["range"], context=context)
    action = next(each for each in offered if each["title"] == "make a test of the witness")
    text = edited(gap, action["edit"]["changes"][uri])
    assert text.startswith(gap)
    assert text.removeprefix(gap).count("expect nobody") == 1
    lone.edit(uri, text)
    assert "incomplete-test" not in {each["code"] for each in lone.settled(uri)}


def titles(lone: Editor, uri: str, finding: Json) -> dict[str, Json]:
    context: Json = {"diagnostics": [finding]}
    found = several(lone, "codeAction", uri, range=finding["range"], context=context)
    return {each["title"]: each for each in found}


def test_a_gap_is_closed_by_a_rule(lone: Editor, uri: str) -> None:
    gap = POLICY.replace("inbx", "inbox").replace("  fallback to queue inbox\n", "")
    lone.edit(uri, gap)
    gaps = [each for each in lone.settled(uri) if each["code"] == "coverage-gap"]
    offered = titles(lone, uri, gaps[0])
    assert "add `fallback to queue inbox`" in offered
    action = offered["add rule `gap` for `country is present and not Alps or country is missing`"]
    lone.edit(uri, closed := edited(gap, action["edit"]["changes"][uri]))
    left = lone.settled(uri)
    assert gaps[0]["message"] not in {each["message"] for each in left}
    assert {each["message"] for each in left if each["severity"] == 1} == {gaps[1]["message"]}
    assert "  rule gap { when " in closed


def test_a_rule_is_moved_above_its_blocker(lone: Editor, uri: str) -> None:
    late = POLICY.replace("inbx", "inbox").replace(
        "  fallback to queue inbox\n",
        "  # The largest.\n  rule late { when North and size > 8 to person ana }  # soon\n"
        "  fallback to queue inbox\n",
    )
    lone.edit(uri, late)
    found = next(each for each in lone.settled(uri) if each["code"] == "unreachable-rule")
    offered = titles(lone, uri, found)
    action = offered["move rule `late` above rule `north`"]
    lone.edit(uri, moved := edited(late, action["edit"]["changes"][uri]))
    assert "unreachable-rule" not in {each["code"] for each in lone.settled(uri)}
    assert moved.index("# The largest.") < moved.index("}  # soon") < moved.index("rule north")
    assert sorted(moved) == sorted(late)


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("round-robin sales", "round-robin closers", "declare team `closers`"),
        ("when North and", "when Large and", "declare segment `Large`"),
        ("when North and", "when Large and", "declare territory `Large`"),
        ("person ana\nteam", "person ana { hours office }\nteam", "declare calendar `office`"),
        ("to queue inbx", "to route renewals", "declare route `renewals`"),
        ("to queue inbx", "to partner acme", "declare partner `acme`"),
        ("size > 3", "staff is present", "declare field `staff` as text"),
        ("size > 3", "staff > 3", "declare field `staff` as integer"),
    ],
)
def test_an_unknown_name_is_declared(
    lone: Editor, uri: str, old: str, new: str, title: str
) -> None:
    lone.edit(uri, text := POLICY.replace(old, new).replace("inbx", "inbox"))
    before = lone.settled(uri)
    found = next(each for each in before if each["code"] == "unknown-name")
    action = titles(lone, uri, found)[title]
    lone.edit(uri, edited(text, action["edit"]["changes"][uri]))
    codes = [each["code"] for each in lone.settled(uri) if each["severity"] == 1]
    # With a second route, a test has to say which one it is about.
    assert codes == (["incomplete-test"] if "route renewals" in new else [])


def test_hover_says_what_a_rule_gets_and_who_is_there(lone: Editor, uri: str) -> None:
    lone.edit(uri, POLICY.replace("inbx", "inbox"))
    lone.settled(uri)
    rule = single(lone, "hover", uri, position=at("north {"))["contents"]["value"]
    assert "rule `north` asks for" in rule
    assert "no rule before it takes any of them" in rule
    assert "% of the leads" in rule
    team = single(lone, "hover", uri, position=at("sales else"))["contents"]["value"]
    assert "at work now: ana" in team
    assert "first choice for" in team


def test_an_action_says_what_it_takes(lone: Editor, uri: str) -> None:
    text = POLICY.replace("else queue inbox }", 'else queue inbox do notify slack "#x" }')
    lone.edit(uri, text)
    found = single(lone, "signatureHelp", uri, position=at('"#x"', text))
    (signature,) = found["signatures"]
    assert signature["label"] == 'notify slack "#emea-deals"'
    assert found["activeParameter"] == 1
    low, high = signature["parameters"][1]["label"]
    assert signature["label"][low:high] == '"#emea-deals"'
    assert asked(lone, "signatureHelp", uri, position=at("North and", text)) is None
