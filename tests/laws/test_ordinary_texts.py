"""Laws of ordinary texts: what Arrow and compiled loops tell is what their readers say."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.loops import WAYS
from tests.support.policies import resolved
from turnout.compiler.plan.asking import questions
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.headers import Headers
from turnout.dsl.values.emails import RESERVED
from turnout.dsl.values.placeholders import CERTAIN, LIKELY
from turnout.runtime.columns.bonds import Bond, BondRead, OrdinaryRead, ToldValues
from turnout.runtime.columns.chunks import chunked
from turnout.runtime.columns.jit import ChooseKernels, Kernels

POLICY = resolved("""
lead {
  id: text id required
  mail: email missing when ["none@firm.example"]
  code: text missing when ["a1"] from column "code"
}
queue triage
route inbound {
  rule ours { when mail ends with ["@firm.example", ".edu"] to queue triage }
  rule known { when mail is present to queue triage }
  fallback to queue triage
}
""")
PLAN = plan_of(lower(POLICY), "inbound")
USUAL = {"id": [f"L-{at}" for at in range(9)], "mail": [f"a{at}@b-c.example" for at in range(9)]}
SIGNS = "aZ09_-.@+ '\"=\u00e9\u0130\u212a\0\n"
TEXTS = {
    "id": st.one_of(
        st.text(SIGNS, max_size=5),
        st.from_regex(r"[A-Za-z][0-9A-Za-z_-]{0,4}[0-9]", fullmatch=True),
        st.from_regex(r"0{0,3}[0-9]{0,3}", fullmatch=True),
        st.sampled_from([*sorted(CERTAIN), "L" * 63 + "1", "L" * 64 + "1", "1e5", "L-1\n"]),
    ),
    "mail": st.one_of(
        st.text(SIGNS, max_size=8),
        st.builds(
            "{}@{}.{}".format,
            st.text("aB9_+-.", min_size=1, max_size=4),
            st.text("aB9-._", min_size=1, max_size=4),
            st.sampled_from(["de", "EDU", "example", "c", "x1", *sorted(RESERVED)]),
        ),
        st.sampled_from(
            ["None@Firm.Example", "x@FIRM.example", "a@b.example\n", "n/a", "a--b@c.example"]
        ),
        st.sampled_from(sorted(LIKELY)),
    ),
}


def bond(name: str) -> Bond:
    binding = Headers(POLICY.fields).binding((name,))
    asked = [each for (field, _, _), each in questions(PLAN).items() if field == name]
    return Bond(frozenset([name]), POLICY.fields, binding, asked, date(2026, 1, 1))


@settings(max_examples=40)
@given(st.data(), st.sampled_from(("id", "mail")), st.booleans(), st.sampled_from(WAYS))
def test_an_ordinary_text_is_what_its_reader_says(
    data: st.DataObject, name: str, listed: bool, choose: ChooseKernels
) -> None:
    drawn = data.draw(st.lists(st.none() | TEXTS[name], max_size=9))
    texts = data.draw(st.permutations([*USUAL[name], *drawn]))
    found = read(name, texts, listed=listed, kernels=choose(len(texts)))
    assert isinstance(found, OrdinaryRead)
    slow = bond(name)
    told = [slow._told((text,)) for text in texts]  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    assert [found.at(place) for place in range(len(texts))] == told
    apart = BondRead(np.arange(len(told)), ToldValues(told))
    assert found.said().tolist() == apart.said().tolist()
    shared = [found.told[int(code)] for code in found.codes]
    assert found.ids().to_pylist() == [each.id for each in told]
    assert [each.boxes for each in shared] == [each.boxes for each in told]
    assert [each.issues for each in shared] == [each.issues for each in told]


def read(
    name: str, texts: list[str | None], *, listed: bool, kernels: Kernels | None = None
) -> BondRead:
    table = {name: texts} if listed else pa.table({name: pa.array(texts, pa.string())})
    (chunk,) = chunked(table)
    return bond(name).read(chunk, kernels)


@pytest.mark.parametrize("name", ["id", "mail"])
def test_columns_of_anything_else_are_read_as_ever(name: str) -> None:
    for texts in (["?", "!"], [None], [1, "L-1", "L-2"]):
        (chunk,) = chunked({name: texts})
        assert not isinstance(bond(name).read(chunk), OrdinaryRead)
    (chunk,) = chunked(pa.table({name: pa.array([1, 2])}))
    assert not isinstance(bond(name).read(chunk), OrdinaryRead)
