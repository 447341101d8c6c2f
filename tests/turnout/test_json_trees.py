"""JSON of strangers as a tree with lines."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.importing.foreign import ForeignError
from turnout.importing.json_tree import (
    JsonList,
    JsonMap,
    JsonNode,
    JsonScalar,
    json_file,
    json_tree,
)

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def plain(node: JsonNode) -> object:
    match node:
        case JsonScalar(text=text, kind="text"):
            return text
        case JsonScalar(text=text):
            return json.loads(text)
        case JsonList(parts=parts):
            return [plain(each) for each in parts]
        case JsonMap(parts=parts):
            return {key: plain(each) for key, each in parts.items()}


@settings(max_examples=60, deadline=None)
@given(ANY, st.sampled_from((None, 1)), st.booleans())
def test_it_says_what_the_text_says(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(json_tree(text, "x")) == json.loads(text)


def test_lines_are_those_of_keys_and_values() -> None:
    root = json_tree('\n{\n "a":\n 1, "b": [\n{"c": "\\n"}]\n}', "x")
    assert isinstance(root, JsonMap)
    assert (root.line, root.line_of("a"), root.line_of("b"), root.line_of("z")) == (2, 3, 4, 2)
    (inner,) = root.listed("b")
    assert (root.parts["a"].line, inner.line, root.said("a"), root.said("b")) == (4, 5, "1", "")


WRONG = {
    "{": "1: no JSON: it ends too early",
    "[1 2]": "1: no JSON: 2 stands where a comma is expected",
    "[1,]": "] stands where a value is expected",
    '{"a" 1}': "no colon behind a",
    "{1: 2}": "1 stands where a key is expected",
    '{"a": 1,\n"a": 2}': "2: no JSON: the key a stands twice",
    "[1] 2": "something stands behind its end",
    "01": "something stands behind its end",
    "NaN": "'NaN' is no value",
    '"\\q"': "has an escape that JSON doesn't have",
    '"a\nb"': "is no value",
    "[" * 101: "more than 100 levels",
    "}": "} stands where a value is expected",
}


@pytest.mark.parametrize("text", list(WRONG), ids=range(len(WRONG)))
def test_what_is_no_json_is_an_error_with_its_line(text: str) -> None:
    with pytest.raises(ForeignError) as caught:
        json_tree(text, "x")
    assert WRONG[text] in caught.value.message


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for data, message in (
        (b"\xff\xfe[\x00]\x00", "is not in UTF-8"),
        (b" " * 5_000_001, "at most 5,000,000 are read"),
    ):
        file.write_bytes(data)
        with pytest.raises(ForeignError) as caught:
            json_file(file)
        assert message in caught.value.message
    with pytest.raises(ForeignError, match="can't be read"):
        json_file(tmp_path / "b.json")
    file.write_bytes(b"\xef\xbb\xbf1" + b"0" * 5_000)
    assert json_file(file) == JsonScalar(1, "1" + "0" * 5_000, "number")
