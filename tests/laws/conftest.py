"""What is traced of the laws for coverage: the first examples of each.

A law walks the same code again and again, and slowly under a tracer: what its first
examples leave out the others show by chance, which is no measure of the tests. What a law
walks without drawing is not traced: it is long, and other tests walk that code, too.
"""

from collections.abc import Callable, Generator
from functools import wraps
from pathlib import Path
from typing import Any, cast

import pytest
from coverage import Coverage

TRACED = 5
"""How many examples of a law are traced."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not _is_drawn(item):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    tracer = Coverage.current()
    if tracer is None or not _is_drawn(item):
        return (yield)
    law: Any = cast("Any", item).obj.hypothesis
    whole: Callable[..., None] = law.inner_test
    begun = 0

    @wraps(whole)
    def counted(*args: object, **named: object) -> None:
        nonlocal begun
        begun += 1
        if begun == TRACED + 1:
            tracer.stop()
        whole(*args, **named)

    law.inner_test = counted
    try:
        return (yield)
    finally:
        law.inner_test = whole
        if begun > TRACED:
            tracer.start()


def _is_drawn(item: pytest.Item) -> bool:
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
