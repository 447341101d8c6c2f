"""The command line loads no pandas, which Arrow would do; a program goes on to have it."""

import subprocess
import sys

import pytest

pytest.importorskip("pyarrow")

PROBE = """
import sys
import turnout.cli
{begin}
import pyarrow as pa
pa.scalar(1)
print("pandas" in sys.modules, end=" ")
try:
    import pandas
    print("found")
except ModuleNotFoundError:
    print("left out")
"""
BEGIN = "turnout.cli.cli = lambda: None; turnout.cli.main()"


def told(begin: str) -> str:
    command = [sys.executable, "-c", PROBE.format(begin=begin)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_command_line_has_arrow_look_for_no_pandas() -> None:
    assert told(BEGIN) == "False left out"


def test_who_imports_the_command_line_has_pandas_as_before() -> None:
    pytest.importorskip("pandas")
    assert told("").endswith("found")
