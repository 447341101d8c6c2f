"""Parts of all leads: by a hash that others can compute, nested, and as large as they say."""

from datetime import date
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from tests.support.policies import resolved
from turnout.compiler.meaning.interpreter import holds
from turnout.dsl.conditions import Condition, InSlice
from turnout.dsl.values.slices import SLICES, slice_of
from turnout.dsl.wording import written

TEXTS = st.text(min_size=1, max_size=20)
NAMES = st.text(min_size=1, max_size=20)
IDS = [f"l-{number}" for number in range(20_000)]


def is_in(condition: Condition, text: str) -> bool:
    return holds(condition, {"id": text}, date(2026, 1, 1))


@given(NAMES, TEXTS)
def test_a_place_is_the_hash_that_the_documentation_says(name: str, text: str) -> None:
    digest = sha256(name.encode("utf-8") + b"\0" + text.encode("utf-8")).hexdigest()
    assert slice_of(name, text) == int(digest[:16], 16) * 1000 // 2**64


@given(NAMES, TEXTS, st.integers(1, SLICES), st.integers(1, SLICES))
def test_a_part_that_grows_keeps_whom_it_had(name: str, text: str, one: int, two: int) -> None:
    small, large = (InSlice("id", name, size) for size in sorted((one, two)))
    assert is_in(large, text) or not is_in(small, text)
    assert is_in(InSlice("id", name, SLICES), text)


def test_parts_are_as_large_as_they_say_and_names_fall_independently() -> None:
    for slices in (5, 100, 300, 700, 995):
        part = slices / SLICES
        count = sum(slice_of("pilot-2027", each) < slices for each in IDS)
        bound = 4.5 * (len(IDS) * part * (1 - part)) ** 0.5
        assert abs(count - len(IDS) * part) < bound
    both = sum(slice_of("pilot", each) < 500 and slice_of("other", each) < 500 for each in IDS)
    assert abs(both - len(IDS) / 4) < 4.5 * (len(IDS) * 3 / 16) ** 0.5


@given(NAMES, st.integers(1, SLICES))
def test_what_is_written_is_read_again(name: str, slices: int) -> None:
    if not name.strip() or not name.isprintable():
        return
    asked = InSlice("id", name, slices)
    text = written(asked, {})
    policy = resolved(
        f"lead {{ id: text id }} queue q\nroute r {{ rule a {{ when {text} to queue q }} }}"
    )
    assert policy.routes["r"].entries[0].condition == asked
