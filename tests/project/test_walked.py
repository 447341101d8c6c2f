"""What the tests walk is measured as Python's own tracer would, and too little fails."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from tests.support.walked import Probes, Walked

pytest_plugins = ["pytester"]

SAMPLE = """\
from functools import cache, cached_property
from typing import assert_never

class Kept:
    def __init__(self, of):
        self.of = of

    @property
    def first(self):
        if self.of:
            return self.of[0]
        return None

    @cached_property
    def last(self):
        return [each for each in self.of if each][-1]

def said(what):
    match what:
        case int() if what > 2:
            return "many"
        case int() | float():
            return "a number"
        case str():
            return (
                "a text of "
                f"{len(what)}"
            )
        case other:
            assert_never(other)

@cache
def counted(most):
    found = 0
    for at in range(most):
        if at == 3:
            continue
        while found < at:
            found += 1
    else:
        found += 100
    return found

def tried(what):
    try:
        yield int(what)
    except ValueError:
        yield "no number"
    finally:
        yield "done"
"""


def walk(module: Any) -> None:  # noqa: ANN401 - a module that is made here
    for _ in range(3):
        assert module.Kept([1, 2]).first + module.Kept([1, 2]).last == 3
        assert [module.said(each) for each in (3, "ab")] == ["many", "a text of 2"]
        assert module.counted(6) == 105
        assert list(module.tried("5")) == [5, "done"]


def imported(tmp_path: Path, name: str, *finders: Probes) -> tuple[ModuleType, Path]:
    """Return a module with the sample, in a package of its own, and its file."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    file = tmp_path / name / "sample.py"
    file.write_text(SAMPLE)
    sys.path.insert(0, str(tmp_path))
    sys.meta_path[:0] = finders
    try:
        return import_module(f"{name}.sample"), file
    finally:
        sys.path.remove(str(tmp_path))
        for each in finders:
            sys.meta_path.remove(each)


def traced(file: Path, run: Callable[[], None]) -> set[int]:
    """Return the lines of a file that Python's tracer sees."""
    lines: set[int] = set()

    def trace(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - as Python has it
        if frame.f_code.co_filename != str(file):
            return None
        if event == "line":
            lines.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("thinned", [False, True])
def test_the_lines_are_those_that_the_tracer_sees(tmp_path: Path, *, thinned: bool) -> None:
    found = list[ModuleType]()
    name = f"traced{thinned}"
    expected = traced(
        tmp_path / name / "sample.py", lambda: found.append(imported(tmp_path, name)[0])
    )
    expected |= traced(tmp_path / name / "sample.py", lambda: walk(found[0]))
    probes = Probes(f"probed{thinned}", [tmp_path])
    module, file = imported(tmp_path, f"probed{thinned}", probes)
    walk(module)
    if thinned:
        probes.thin()
        walk(module)
    (seen,) = [each for path, each in probes.seen()["files"].items() if path == str(file)]
    assert set(seen["executed_lines"]) == expected
    # Of `first` the second way, of `said` a number, of `tried` what is no number.
    lines = SAMPLE.splitlines()
    left = [lines[int(number) - 1].strip() for number in seen["missing_lines"]]
    assert left == [
        "return None",
        'return "a number"',
        "case other:",
        "except ValueError:",
        'yield "no number"',
    ]
    assert [lines[int(at) - 1].strip() for at, _ in seen["missing_branches"]] == [
        "if self.of:",
        "match what:",
    ]


@pytest.mark.parametrize(("least", "status"), [(50, 0), (90, 1)])
def test_too_little_fails(pytester: pytest.Pytester, least: int, status: int) -> None:
    package = f"walkable{least}"
    pytester.mkpydir(package)
    pytester.path.joinpath(package, "sample.py").write_text(
        "def half(of):\n    if of:\n        return 1\n    return 0\n"
    )
    pytester.makepyfile(
        f"from {package}.sample import half\ndef test_half(): assert half(True) == 1\n"
    )
    before = [each for each in sys.meta_path if isinstance(each, Probes)]  # of these tests
    walked = Walked(least, package, [pytester.path / package])
    inner: Any = pytester  # the type of its plugins is unknown
    result = inner.inline_run("-p", "no:cacheprovider", plugins=[walked])
    assert result.ret == status
    assert [each for each in sys.meta_path if isinstance(each, Probes)] == before
