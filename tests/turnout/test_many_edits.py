"""Many edits at once are the same as one after the other."""

from hypothesis import given
from hypothesis import strategies as st

from turnout.lsp.open_texts import Document, Documents
from turnout.lsp.positions import UTF16
from turnout.lsp.shapes import Message

TEXTS = st.text(st.sampled_from("ab\n\r\t😀e\u0301,"), max_size=12)


def place(line: int, character: int) -> Message:
    return {"line": line, "character": character}


def change(text: str, start: Message, end: Message, is_all: bool) -> Message:
    return {"text": text} if is_all else {"text": text, "range": {"start": start, "end": end}}


PLACES = st.builds(place, st.integers(0, 6), st.integers(0, 6))
CHANGES = st.lists(st.builds(change, TEXTS, PLACES, PLACES, st.booleans()), max_size=6)


def opened(text: str) -> Document:
    return Documents().put("file:///a.csv", text, 1)


@given(TEXTS, CHANGES, st.booleans())
def test_edits_at_once_are_those_edits_in_a_row(
    text: str, changes: list[Message], is_upwards: bool
) -> None:
    if is_upwards:  # as editors send what they do in many places
        changes = sorted(changes, key=lambda each: str(each.get("range")), reverse=True)
    together = opened(text).edited(changes, 2, UTF16).text
    alone = opened(text)
    for each in changes:
        alone = alone.edited([each], 2, UTF16)
    assert together == alone.text


def test_a_name_in_thousands_of_cells_is_edited_at_once() -> None:
    """Counting the lines anew for each of the edits would take a quarter of an hour."""
    rows = 20_000
    document = opened("code,area\n" + "00501,Beyond\n" * rows)
    changes: list[Message] = [
        {
            "text": "Yonder",
            "range": {
                "start": {"line": line, "character": 6},
                "end": {"line": line, "character": 12},
            },
        }
        for line in range(rows, 0, -1)
    ]
    after = document.edited(changes, 2, UTF16).text
    assert after == document.text.replace("Beyond", "Yonder")
