"""Engines that are installed for the test alone, with `--thorough`: of other versions, or large.

Each has an environment of its own, which finds what this one has. Where a package can't be had,
or there is no Java, the test is skipped and says so.
"""

import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from tests.project.test_examples import EXAMPLES, POLICIES
from tests.support import sparks
from turnout.cli import cli
from turnout.compiler.compiled import compile_policy
from turnout.compiler.plan.making import plan_of
from turnout.dsl.types import id_field
from turnout.warehouse.agreement import typed_cell, typed_column
from turnout.warehouse.drawn_leads import drawn_leads

ROOT = Path(__file__).parents[2]
AT = "2026-11-23T10:00+00:00"
LEADS = 30
CONNECT = ("grpcio", "grpcio-status", "googleapis-common-protos", "zstandard")
PROJECT = """name: routing
version: "1.0"
config-version: 2
profile: routing
flags: {send_anonymous_usage_stats: false}
"""
PROFILES = """routing:
  target: dev
  outputs: {dev: {type: duckdb, path: warehouse.duckdb, schema: main, threads: 2}}
"""


@pytest.fixture(autouse=True)
def _thorough(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("thorough"):
        pytest.skip("installs engines: --thorough")


def environment(folder: Path, *packages: str) -> Path:
    """Return the Python of an environment with packages, which finds what this one has, too."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    purelib = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    own = [each for each in sys.path if "site-packages" in each]
    paths = dict.fromkeys([sysconfig.get_path("purelib"), *own])
    (Path(purelib.strip()) / "tests.pth").write_text("\n".join(paths))
    pip(python, "install", *packages)
    return python


def pip(python: Path, *arguments: str) -> None:
    """Run pip, or skip the test where it finds no package."""
    done = subprocess.run(
        [python, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if "rror" in line] or ["?"]
        pytest.skip(f"{' '.join(arguments)}: {told[-1][:200]}")


def tested(python: Path, more: Mapping[str, str], *tests: str) -> str:
    """Run tests in an environment, and return what pytest says of them."""
    command = [str(python), "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *tests]
    variables = {**sparks.environment(), "PYSPARK_PYTHON": str(python), **more}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3_000:]
    return done.stdout


@pytest.mark.parametrize(
    ("version", "connect"), [("3.5", False), ("4", False), ("4", True)], ids=["3.5", "4", "connect"]
)
def test_each_spark_decides_as_columns_do(version: str, connect: bool, tmp_path: Path) -> None:
    """It runs as its archive is unpacked: a wheel of it would be packed and unpacked first."""
    sparks.check_java()
    python = environment(tmp_path / "own", "setuptools", "wheel", *(CONNECT if connect else ()))
    found = ("--no-deps", "--no-build-isolation", "--no-binary", "pyspark", f"pyspark=={version}.*")
    pip(python, "download", *found, "--dest", str(tmp_path))
    (archive,) = tmp_path.glob("pyspark-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    home = tmp_path / archive.name.removesuffix(".tar.gz")
    paths = [str(ROOT), str(home), *map(str, (home / "lib").glob("py4j-*.zip"))]
    more = {"SPARK_HOME": str(home / "deps"), "PYTHONPATH": ":".join(paths)}
    more |= {"TURNOUT_SPARK": "connect"} if connect else {}
    said = tested(python, more, "tests/turnout/test_spark.py")
    assert "passed" in said
    assert "skipped" not in said


@pytest.mark.parametrize("package", ["dask[dataframe]", "ray[data]"])
def test_the_guide_s_examples_run_on_other_engines(package: str, tmp_path: Path) -> None:
    python = environment(tmp_path / "own", package)
    engine = package.partition("[")[0]
    assert "1 passed" in tested(python, {}, "tests/turnout/test_engines.py", "-k", f"with_{engine}")


def test_dbt_builds_every_route_of_every_example(tmp_path: Path) -> None:
    """Models, seeds and tests of one project; each model says what the view does."""
    python = environment(tmp_path / "own", "dbt-core>=1.9,<1.11", "dbt-duckdb>=1.9,<1.11")
    project, warehouse = tmp_path / "project", str(tmp_path / "project" / "warehouse.duckdb")
    project.mkdir()
    (project / "dbt_project.yml").write_text(PROJECT)
    (project / "profiles.yml").write_text(PROFILES)
    views: list[str] = []
    with duckdb.connect(warehouse) as database:
        for example in POLICIES:
            views += exported(example, project, database)
    for step in ("build", "build"):  # again over what is there
        built = subprocess.run(
            [python.with_name("dbt"), "--quiet", step, "--profiles-dir", "."],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stdout[-3_000:]
    assert len(views) > 5
    with duckdb.connect(warehouse) as database:
        for view in views:
            model = database.sql(f"SELECT * FROM main.{view} ORDER BY lead").fetchall()  # noqa: S608 - of our own
            own = database.sql(f"SELECT * FROM own.{view} ORDER BY lead").fetchall()  # noqa: S608 - as above
            assert len(model) == LEADS
            assert model == own


def exported(example: str, project: Path, database: Any) -> list[str]:  # noqa: ANN401
    """Make a table of leads, the view of each route, and the same in the project of dbt."""
    policy = EXAMPLES / example / POLICIES[example]
    compiled, name = compile_policy(policy), example.replace("-", "_")
    fields, schema = compiled.policy.fields, f"of_{name}"
    key = id_field(fields)
    assert key is not None
    (first, *_) = compiled.policy.routes
    day = datetime.fromisoformat(AT).date()
    leads = drawn_leads(plan_of(compiled.program, first), fields, day, LEADS)
    rows = [{**lead, key.name: f"L-{at:03}"} for at, lead in enumerate(leads)]
    database.execute(f"CREATE SCHEMA IF NOT EXISTS own; CREATE SCHEMA {schema}")
    kinds = ", ".join(f'"{each.name}" {typed_column(each.type)}' for each in fields.values())
    database.execute(f"CREATE TABLE {schema}.leads ({kinds})")
    signs = ", ".join("?" * len(fields))
    database.executemany(
        f"INSERT INTO {schema}.leads VALUES ({signs})",  # noqa: S608 - of our own
        [[typed_cell(row.get(each)) for each in fields] for row in rows],
    )
    views: list[str] = []
    for route in compiled.policy.routes:
        view = f"routed_{name}_{route.replace('-', '_')}"
        asked = ["export", "sql", str(policy), "--route", route, "--dialect", "duckdb", "--at", AT]
        asked += ["--for-batch", "--from", f"{schema}.leads", "--view"]
        for more in ([view, "--dbt", str(project)], [f"own.{view}", "-o", str(project / "v.sql")]):
            found = CliRunner().invoke(cli, [*asked, *more])
            assert found.exit_code == 0, found.output
        database.execute((project / "v.sql").read_text("utf-8"))
        views.append(view)
    return views
