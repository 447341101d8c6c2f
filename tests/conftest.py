"""How hard the laws are tried: 50 examples each by default, 10,000 with `--thorough`.

The default is derandomized, so that a change that breaks a law fails at once and for
everyone; the thorough run looks for new examples each time.
"""

import pytest
from hypothesis import settings

settings.register_profile("default", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=10_000, deadline=None, derandomize=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="try each law on 10,000 examples")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("thorough") else "default")
