"""The ways in which chunks of leads are decided: without loops, by Python's, by compiled ones."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache, wraps
from threading import Lock
from types import SimpleNamespace

import numpy as np
import pytest

from turnout.runtime.columns.jit import ChooseKernels, Kernels, compiled_kernels


def _wrapping(loop: Callable[..., int]) -> Callable[..., int]:
    """Return a loop in which numbers of 64 bits go round, as they do once it is compiled."""

    @wraps(loop)
    def run(*arguments: object) -> int:
        with np.errstate(over="ignore"):
            return loop(*arguments)

    return run


IN_PYTHON = Kernels(
    code_short_texts=_wrapping(Kernels().code_short_texts),
    code_long_texts=_wrapping(Kernels().code_long_texts),
)
"""The loops, run by Python."""


@cache
def compiled_loops() -> Kernels:
    """Return the compiled loops. Raises AssertionError where they can't be had."""
    found = compiled_kernels()
    assert found is not None, "the extra `jit` is one of those that tests need"
    return found


WAYS: tuple[ChooseKernels, ...] = (
    lambda _leads: None,
    lambda _leads: IN_PYTHON,
    lambda _leads: compiled_loops(),
)
"""Each as a table of leads is told it."""


@contextmanager
def every_chunk_by(kernels: Kernels | None) -> Generator[None]:
    """Decide chunks by these loops, however small they are, unless a test says by which."""
    made = SimpleNamespace(leads=0, is_loaded=True, kernels=kernels, turn=Lock())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("turnout.runtime.columns.jit._counted", made)
        yield
