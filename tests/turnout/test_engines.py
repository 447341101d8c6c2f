"""The examples of the guide on engines are run, each where its engine is installed."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support import sparks

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/guides/engines.md"
FILES = dict(
    re.findall(
        r'^```\w+ title="([^"]+)"\n(.*?)^```$', GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
)
EXAMPLES = [name for name in FILES if name.endswith(".py")]


def test_there_is_an_example_for_each_engine() -> None:
    engines = ["spark", "polars", "duckdb", "duckdb_function", "dask", "ray"]
    assert [f"with_{each}.py" for each in engines] == EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_the_guide_says_of_an_engine_runs(example: str, tmp_path: Path) -> None:
    engine = example.removeprefix("with_").removesuffix(".py").partition("_")[0]
    if find_spec("pyspark" if engine == "spark" else engine) is None:
        pytest.skip(f"{engine} isn't installed")
    if engine == "spark":
        sparks.check()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    environment = {**sparks.environment(), "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}
    subprocess.run([sys.executable, example], cwd=tmp_path, env=environment, check=True)
