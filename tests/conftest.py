"""How hard the laws are tried: 50 examples each by default, 10,000 with `--thorough`.

The default is derandomized, so that a change that breaks a law fails at once and for
everyone; it is shown as it was drawn, since making it small takes minutes. The thorough
run looks for new examples each time, and makes them small. `--fast` leaves the laws out,
and what else takes long. `--walked` says what the tests leave out of the stages. `--rewrite`
writes the expected output of `tests/cases` anew; its difference is read before it is committed.
"""

import gc
import os
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, settings

from tests.support.docstrings import DocumentedExamples
from tests.support.lanes import FastLane, turn

THOROUGH = 10_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough", action="store_true", help=f"try each law on {THOROUGH:,} new examples"
    )
    parser.addoption("--examples", type=int, metavar="N", help="with --thorough: on N instead")
    parser.addoption(
        "--fast", action="store_true", help="leave out what takes long: tests/support/lanes.py"
    )
    parser.addoption(
        "--walked", type=float, metavar="N", help="fail where less than N % of the stages is walked"
    )
    parser.addoption(
        "--rewrite", action="store_true", help="rewrite what tests/cases and docs/checks expect"
    )


_CACHE = TemporaryDirectory(prefix="turnout-tests-", ignore_cleanup_errors=True)
"""The cache of the commands that tests run: nobody's own, and empty at the beginning."""


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until all tests are collected, below
    os.environ["XDG_CACHE_HOME"] = _CACHE.name
    if not config.getoption("thorough"):
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "tests", max_examples=50, deadline=None, derandomize=True, phases=phases
        )
    else:
        count = config.getoption("examples") or THOROUGH
        settings.register_profile("tests", max_examples=count, deadline=None, derandomize=False)
    settings.load_profile("tests")
    config.pluginmanager.register(DocumentedExamples(), "documented-examples")
    if (least := config.getoption("walked")) is not None:
        from tests.support.walked import Walked  # noqa: PLC0415 - it is seldom asked for

        config.pluginmanager.register(Walked(least), "walked")
    if config.getoption("fast"):
        config.pluginmanager.register(FastLane(), "fast-lane")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long, so that at the end no core waits for another's long test."""
    items.sort(key=lambda item: turn(item.nodeid))


def pytest_collection_finish() -> None:
    """Look for circles of garbage seldom, and never in what was imported: a fifth of the time.

    A policy is many small values without a circle, and Python's own thresholds have it look
    through all of them again and again while they are made. While tests are collected, nothing
    that is made is garbage.
    """
    gc.enable()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
