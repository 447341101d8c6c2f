"""Regular expressions, matched in time linear in the text.

A policy is untrusted text, so its patterns run on RE2 (Cox, "Regular Expression Matching
Can Be Simple And Fast", 2007), never on a backtracking engine. RE2 comes with the extra
`turnout[regex]`; a policy that uses `matches` can't be checked or run without it.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from turnout.frozen import frozen

MAX_PATTERN = 1_000


@frozen
class PatternProblem:
    """Why a pattern can't be used: a finding's name, message and help."""

    name: str
    message: str
    help: str


def pattern_problem(pattern: str) -> PatternProblem | None:
    """Return what is wrong with `pattern`, None where nothing is."""
    if len(pattern) > MAX_PATTERN:
        message = f"the pattern is longer than {MAX_PATTERN} characters"
        return PatternProblem("too-large", message, "split it into several conditions")
    try:
        searcher(pattern)
    except ModuleNotFoundError:
        return PatternProblem(
            "missing-extra",
            "`matches` needs the RE2 library, which is not installed",
            "install it with `pip install 'turnout[regex]'`",
        )
    except ValueError as problem:
        return PatternProblem("syntax-error", f"this is not a pattern: {problem}", "see RE2 syntax")
    return None


class _Options(Protocol):
    case_sensitive: bool
    log_errors: bool
    max_mem: int


class _Compiled(Protocol):
    def search(self, text: str, /) -> object | None: ...


class _Engine(Protocol):
    """The parts of the module `re2` that are used here; it is not annotated itself."""

    error: type[Exception]

    def Options(self) -> _Options: ...  # noqa: N802 - re2's own name

    def compile(self, pattern: str, options: _Options, /) -> _Compiled: ...


def _engine() -> _Engine:
    # An extra, wanted only by policies with patterns, so it is imported when first needed.
    return cast("_Engine", import_module("re2"))


@lru_cache(maxsize=1024)
def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether `pattern` is found in a normalised text.

    Case is not told apart. Raises ValueError for a pattern that RE2 can't read and
    ModuleNotFoundError without the extra.
    """
    re2 = _engine()
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 8 << 20
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as problem:
        reason = problem.args[0] if problem.args else "it can't be read"
        raise ValueError(_text(reason)) from problem
    return lambda text: compiled.search(text) is not None


def _text(reason: object) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return re.sub(r"\s+", " ", text)
