"""A local Spark for tests, on two cores: one for all tests of a process.

It is PySpark with Java 17 or later; what needs it is skipped where one of them is missing.
"""

import os
import shutil
import subprocess
import sys
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]


@cache
def session() -> Any:  # noqa: ANN401 - PySpark has types of its own
    """Return the session of this process.

    With TURNOUT_SPARK=connect it is one of Spark Connect, with a server of its own.
    """
    connect = os.environ.get("TURNOUT_SPARK") == "connect"
    check()
    if connect and find_spec("grpc") is None:
        pytest.skip("no Spark Connect: pip install 'pyspark[connect]'")
    os.environ |= environment()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the versions of its own libraries
        from pyspark.sql import SparkSession  # noqa: PLC0415 - only where it is needed

        builder: Any = SparkSession.builder
        builder = builder.remote("local[2]") if connect else builder.master("local[2]")
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        return builder.getOrCreate()


_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than what tests run
    "spark.sql.session.timeZone": "America/New_York",  # not the machine's, nor a policy's
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def check() -> None:
    """Skip a test that needs Spark, where it can't run."""
    if find_spec("pyspark") is None:
        pytest.skip("no Spark: pip install pyspark")
    check_java()


def check_java() -> None:
    """Skip a test that needs Java, where there is none."""
    if shutil.which("java") is None or not _has_java():
        pytest.skip("no Java, on which Spark runs")


def environment() -> dict[str, str]:
    """Return the environment of processes whose workers find what this one finds."""
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": os.pathsep.join(paths)}
    return {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", **own}


def _has_java() -> bool:
    return subprocess.run(["java", "-version"], capture_output=True, check=False).returncode == 0  # noqa: S607 - whichever there is
