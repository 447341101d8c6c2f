"""When loops are compiled, and what is done where they can't be."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numba
import pyarrow as pa
import pytest

import turnout
from turnout.runtime.columns import jit
from turnout.runtime.columns.jit import FEWEST_LEADS, FEWEST_WITH_NUMBA, loaded, worthwhile

POLICY = """
lead { id: text id required  staff: integer 0.. }
route inbound {
  rule large { when staff >= 100 to queue triage }
  fallback to queue other
}
queue triage
queue other
"""


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a process that has decided nothing."""
    monkeypatch.setattr(jit, "_counted", type(jit._counted)())  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def test_loops_are_compiled_once_that_pays() -> None:
    assert worthwhile(FEWEST_WITH_NUMBA - 1) is None
    assert worthwhile(1) is not None
    assert worthwhile(1) is worthwhile(1)


def test_to_load_numba_too_takes_more_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numba")
    assert worthwhile(FEWEST_LEADS - 1) is None
    monkeypatch.setitem(sys.modules, "numba", numba)
    assert worthwhile(1) is not None


def test_without_a_way_to_compile_leads_are_decided_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert loaded() is None
    monkeypatch.setattr(jit, "FEWEST_WITH_NUMBA", 0)
    table = pa.table({"id": ["L-1", "L-2"], "staff": ["12", "900"]})
    with turnout.loads(POLICY) as router:
        assert router.decide_batch(table)["rule"].to_pylist() == [None, "large"]


def test_without_the_extra_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr("turnout.runtime.columns.jit.find_spec", nothing)
    assert loaded() is None
    assert worthwhile(FEWEST_LEADS) is None


SMALL = dedent(f"""\
    import sys
    import pyarrow as pa
    import turnout
    with turnout.loads({POLICY!r}) as router:
        router.decide_batch(pa.table({{"id": ["L-1"], "staff": ["12"]}}))
    sys.exit("numba" in sys.modules)
    """)


def test_a_small_table_does_not_pay_for_loops() -> None:
    assert subprocess.run([sys.executable, "-c", SMALL], check=False).returncode == 0


@pytest.mark.parametrize("kept", ["damaged", "nowhere"])
def test_what_numba_keeps_may_be_lost(kept: str, tmp_path: Path) -> None:
    code = dedent("""\
        from turnout.runtime.columns.jit import loaded
        from turnout.runtime.columns.text_codes import TextCodes
        import pyarrow as pa
        print(TextCodes(loaded()).code(pa.array(["a", "b", "a"]))[0].tolist())
        """)
    folder = tmp_path / "kept"
    surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(folder), "NUMBA_OPT": "0"}
    if kept == "nowhere":
        folder.write_text("a file, where a folder would be")
    for _ in range(2):
        ran = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env=surroundings
        )
        assert ran.stdout.split() == b"[0, 1, 0]".split()
        assert not ran.stderr
        for each in folder.rglob("*.nb?"):
            each.write_bytes(b"not what was kept")
