"""The fast lane leaves out what its list says, and lets nothing slow in."""

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.support.docstrings import DocumentedExamples
from tests.support.lanes import APART, FastLane, is_apart

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", APART)
def test_what_the_list_names_is_there(name: str) -> None:
    path, _, test = name.partition("::")
    assert (ROOT / path).exists()
    if test:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert test in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_a_name_takes_what_is_below_it_and_nothing_that_only_starts_like_it() -> None:
    assert is_apart("tests/laws/test_regions.py::test_a[x]")
    assert is_apart("tests/turnout/test_commands.py::test_piped_output_has_no_colours[run]")
    assert not is_apart("tests/turnout/test_commands.py::test_piped_output_has_no_colours_either")
    assert not is_apart("tests/lawsuits/test_a.py::test_a")


def test_what_is_apart_is_left_out_and_what_takes_too_long_fails(
    pytester: pytest.Pytester,
) -> None:
    (pytester.mkdir("tests") / "laws").mkdir()
    pytester.path.joinpath("tests/laws/test_law.py").write_text("def test_law(): assert False\n")
    pytester.makepyfile(
        """
        import time
        import pytest
        from hypothesis import given, strategies

        @given(strategies.booleans())
        def test_drawing(_): assert False

        @pytest.mark.parametrize("store", ["postgres", "postgres_not"])
        def test_keeping(store): assert store != "postgres"

        @pytest.fixture
        def slow():
            while time.process_time() < began + 0.9: pass

        began = time.process_time()

        def test_waiting(): time.sleep(0.7)
        def test_working(slow): pass

        @pytest.mark.parametrize("case", range(4))
        def test_of_cases(case):
            end = time.process_time() + 0.25
            while time.process_time() < end: pass
        """
    )
    made: Any = pytester
    result = made.inline_run("-p", "no:cacheprovider", plugins=[FastLane(most=0.6)])
    passed, skipped, failed = result.listoutcomes()
    names = [[report.nodeid.partition("::")[2] for report in each] for each in (passed, failed)]
    assert names[0].pop(0) == "test_keeping[postgres_not]"
    assert names[0] == ["test_waiting", "test_of_cases[0]", "test_of_cases[1]"]
    assert skipped == []
    assert names[1] == ["test_working", "test_of_cases[2]", "test_of_cases[3]"]
    assert "make it quicker" in str(failed[0].longrepr)


def test_only_a_module_with_examples_is_asked_for_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        shown="""
        def two():
            '''
            >>> two()
            2
            '''
            return 2
        """,
        silent="raise RuntimeError('imported for nothing')",
        test_of_its_own="def test_it(): pass",
    )
    made: Any = pytester
    options = ("--doctest-modules", "-p", "no:cacheprovider")
    result = made.inline_run(*options, plugins=[DocumentedExamples()])
    passed, _, failed = result.listoutcomes()
    assert [report.nodeid for report in passed] == [
        "shown.py::shown.two",
        "test_of_its_own.py::test_it",
    ]
    assert failed == []
