"""Which ids came before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.trials.seen_keys import SeenKeys, are_among, hashes, read_hashes

KEYS = st.lists(st.lists(st.text(max_size=2), max_size=6), max_size=6)


@settings(max_examples=20)
@given(KEYS)
def test_a_key_is_new_once(chunks: list[list[str]]) -> None:
    seen, known = SeenKeys(), set[str]()
    for chunk in chunks:
        found = seen.new(read_hashes(hashes(chunk).tobytes())).tolist()
        wanted: list[bool] = []
        for key in chunk:
            wanted.append(key not in known)
            known.add(key)
        assert found == wanted


def test_hashes_that_begin_alike_are_told_apart() -> None:
    one = hashes(["a"]).copy()
    other = one.copy()
    other[0, 1] += 1
    assert are_among(one, one).tolist() == [True]
    assert are_among(one, other).tolist() == [False]
