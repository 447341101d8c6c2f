"""Which laws are traced for coverage: few.

A law walks the same code hundreds of times, and slowly under a tracer; what it walks
through by chance is no measure of the tests either. Traced are those that alone hold a
module to what it must do: re-checks and solvers, people and time, differences, tests.
"""

from pathlib import Path

import pytest

TRACED = {"test_scale", "test_availability", "test_difference", "test_generated_tests"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.path.stem not in TRACED:
            item.add_marker(pytest.mark.no_cover)
