"""Which rows of a file have an id that came before."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.trials import repeated_ids
from turnout.trials.repeated_ids import Hashes, LeadRows, RepeatedRows, find_repeated, hashes

KEYS = st.lists(st.lists(st.none() | st.text(max_size=2), max_size=6), max_size=6)


def with_ids(chunks: Sequence[Sequence[str | None]]) -> Iterator[tuple[LeadRows, Hashes]]:
    begun = 0
    for chunk in chunks:
        rows = [begun + at for at, key in enumerate(chunk) if key is not None]
        yield np.array(rows, np.int64), hashes([key for key in chunk if key is not None])
        begun += len(chunk)


def repeats(chunks: Sequence[Sequence[str | None]]) -> list[bool]:
    known, found = set[str](), list[bool]()
    for key in (key for chunk in chunks for key in chunk):
        found.append(key in known)
        known |= {key} if key is not None else set()
    return found


def found_in(folder: Path, chunks: Sequence[Sequence[str | None]], size: int) -> list[bool]:
    """Return what is found, asked so many rows at a time."""
    find_repeated(folder / "found", with_ids(chunks))
    rows = RepeatedRows(folder / "found")
    total = sum(map(len, chunks))
    asked = [rows.among(at, min(size, total - at)).tolist() for at in range(0, total, size)]
    assert {each.name[:6] for each in (folder / "found").iterdir()} <= {"again-"}
    return [each for part in asked for each in part]


@pytest.mark.parametrize(("rows", "at_once"), [(1 << 20, 1 << 19), (3, 4), (1, 8)])
@settings(max_examples=12)
@given(chunks=KEYS, size=st.integers(1, 9))
def test_a_row_repeats_an_id_where_one_before_it_has_it(
    rows: int, at_once: int, chunks: list[list[str | None]], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(repeated_ids, "_ROWS", rows)
        patch.setattr(repeated_ids, "_AT_ONCE", at_once)
        assert found_in(Path(folder), chunks, size) == repeats(chunks)


def test_files_that_are_too_large_for_the_memory_are_dealt_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeated_ids, "_AT_ONCE", 8)
    chunks = [[str(number * number % 1_999) for number in range(at, at + 300)] for at in (0, 300)]
    assert found_in(tmp_path, chunks, 1_000) == repeats(chunks)


def test_hashes_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    one = hashes(["a"]).copy()
    other = one.copy()
    other[0, 1] += 1
    chunks = [(np.array([at]), each) for at, each in enumerate([one, other, one])]
    find_repeated(tmp_path / "found", chunks)
    assert RepeatedRows(tmp_path / "found").among(0, 3).tolist() == [False, False, True]


def test_a_search_that_was_stopped_is_made_anew(tmp_path: Path) -> None:
    def stopping() -> Iterator[tuple[LeadRows, Hashes]]:
        yield from with_ids([["a", "a"]])
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        find_repeated(tmp_path / "found", stopping())
    assert not (tmp_path / "found").exists()
    assert found_in(tmp_path, [["a"], ["b", "a"]], 3) == [False, False, True]
