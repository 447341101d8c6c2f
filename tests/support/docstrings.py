"""Examples in docstrings are looked for where there are some: in one module of seven.

Pytest would import each module for it, and ask all that stands in it for its docstring, in
every process: a fifth of what it takes to collect the tests.
"""

from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule


class DocumentedExamples:
    """A plugin that leaves out the examples of a module that has none."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        found = yield
        if file_path.suffix != ".py" or b">>>" in file_path.read_bytes():
            return found
        return [each for each in found if not isinstance(each, DoctestModule)]
