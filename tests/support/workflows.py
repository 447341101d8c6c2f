"""Workflows of TaskRouter, and which queue has a task, from its documentation alone."""

from collections.abc import Callable, Mapping, Sequence

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

Task = Mapping[str, object]


@attrs.frozen
class Expression:
    """An expression as it is written, and whether it holds for a task."""

    text: str
    holds: Callable[[Task], bool]


@attrs.frozen
class Filter:
    """A filter and its queue."""

    expression: Expression
    queue: str


_KINDS = ("demo", "ticket", "old ticket")
_SKILLS = ("spanish", "billing")
_SIZES = (5, 10)


@st.composite
def _compared(draw: DrawFn) -> Expression:
    value, quote = draw(st.sampled_from(_KINDS)), draw(st.sampled_from("'\""))
    text = f"{quote}{value}{quote}"
    size, skill = draw(st.sampled_from(_SIZES)), draw(st.sampled_from(_SKILLS))

    def sized(holds: Callable[[int], bool]) -> Callable[[Task], bool]:
        return lambda task: isinstance(given := task.get("size"), int) and holds(given)

    return draw(
        st.sampled_from(
            (
                Expression(f"kind == {text}", lambda task: task.get("kind") == value),
                Expression(f"{text} != kind", lambda task: task.get("kind") != value),
                Expression(
                    f"kind IN [{text}, 'demo']", lambda task: task.get("kind") in {value, "demo"}
                ),
                Expression(f"kind not in [{text}]", lambda task: task.get("kind") != value),
                Expression(
                    "kind CONTAINS 'ticket'", lambda task: "ticket" in str(task.get("kind", ""))
                ),
                Expression(f"size > {size}", sized(lambda given: given > size)),
                Expression(f"{size} >= size", sized(lambda given: given <= size)),
                Expression(f"size == {size}", lambda task: task.get("size") == size),
                Expression(
                    f"skills HAS '{skill}'",
                    lambda task: isinstance(had := task.get("skills"), list) and skill in had,
                ),
                Expression(f"task.kind == {text}", lambda task: task.get("kind") == value),
                Expression("NOT kind == null", lambda task: "kind" in task),
                Expression("kind != null", lambda task: "kind" in task),
                Expression(
                    f"skills NOT HAS '{skill}'",
                    lambda task: not (isinstance(had := task.get("skills"), list) and skill in had),
                ),
                Expression(f"size != {size}", lambda task: task.get("size") != size),
                Expression(
                    f"owner.level >= {size}",
                    lambda task: isinstance(had := task.get("owner.level"), int) and had >= size,
                ),
                Expression("0 == 1", lambda _: False),
                Expression("kind == null", lambda task: "kind" not in task),
                Expression("1 == 1", lambda _: True),
            )
        )
    )


def _joined(word: str, parts: Sequence[Expression]) -> Expression:
    text = f" {word} ".join(f"({part.text})" for part in parts)
    is_both = word.upper() == "AND"

    def holds(task: Task) -> bool:
        said = [part.holds(task) for part in parts]
        return all(said) if is_both else any(said)

    return Expression(text, holds)


@st.composite
def _expressions(draw: DrawFn, depth: int) -> Expression:
    if not depth or draw(st.booleans()):
        return draw(_compared())
    parts = draw(st.lists(_expressions(depth - 1), min_size=1, max_size=3))
    if len(parts) == 1:
        (only,) = parts
        return Expression(f"NOT ({only.text})", lambda task: not only.holds(task))
    if len(parts) == 3 and draw(st.booleans()):
        first, second, third = parts  # AND binds closer than OR
        text = f"({first.text}) OR ({second.text}) and ({third.text})"
        return Expression(
            text, lambda task: first.holds(task) or (second.holds(task) and third.holds(task))
        )
    return _joined(draw(st.sampled_from(("AND", "OR"))), parts)


@st.composite
def workflows(draw: DrawFn) -> tuple[Filter, ...]:
    """Draw the filters of a workflow."""
    found = draw(st.lists(_expressions(2), min_size=1, max_size=4))
    return tuple(Filter(each, f"WQ{number}") for number, each in enumerate(found))


def configuration(filters: Sequence[Filter]) -> dict[str, object]:
    """Return the workflow as it is written, with a default filter."""
    listed = [
        {"expression": each.expression.text, "targets": [{"queue": each.queue}]} for each in filters
    ]
    return {"task_routing": {"filters": listed, "default_filter": {"queue": "WQ"}}}


def queue_of(filters: Sequence[Filter], task: Task) -> str:
    """Return the queue that has a task."""
    return next((each.queue for each in filters if each.expression.holds(task)), "WQ")


TASKS: st.SearchStrategy[Task] = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from((*_KINDS, "other")),
        "size": st.sampled_from((4, 5, 6, 10, 11)),
        "owner.level": st.sampled_from((4, 5, 10)),
        "skills": st.lists(st.sampled_from(_SKILLS), min_size=1, unique=True),
    },
)
