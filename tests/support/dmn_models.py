"""Files of DMN for tests: a model with decisions, a table of rules, test cases."""

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

RISKS = '<inputValues><text>"High", "Low", "Medium"</text></inputValues>'
"""The allowed values of an input called risk."""


def model(table: str, beside: str = "", version: str = "20191111/MODEL/") -> str:
    """Return a file with one decision, D. table: its logic. beside: before it."""
    return (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/{version}" name="m">{beside}'
        f'<decision name="D">{table}</decision></definitions>'
    )


def table(
    hits: str,
    inputs: Mapping[str, str],
    outputs: Sequence[str],
    rules: Iterable[tuple[str, ...]],
) -> str:
    """Return a table. inputs: types by name. rules: the tests, then the outputs of each."""
    asked = "".join(
        f"<input><inputExpression typeRef='{kind}'><text>{escape(name)}</text></inputExpression>"
        f"{RISKS if name == 'risk' else ''}</input>"
        for name, kind in inputs.items()
    )
    rows = "".join(
        "<rule>"
        + "".join(
            f"<{tag}><text>{escape(text)}</text></{tag}>"
            for at, text in enumerate(cells)
            for tag in ["inputEntry" if at < len(inputs) else "outputEntry"]
        )
        + "</rule>"
        for cells in rules
    )
    return f"<decisionTable hitPolicy='{hits}'>{asked}{''.join(outputs)}{rows}</decisionTable>"
