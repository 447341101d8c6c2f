"""A value of a measure in words."""

from datetime import datetime

from turnout.printable import visible
from turnout.reporting.lead_measures import told_length
from turnout.reporting.measure_tables import MeasureKind, MeasureValue

NOTHING = "-"


def told_value(value: MeasureValue, kind: MeasureKind) -> str:
    r"""Return a value as people read it.

    >>> told_value(0.12345, "share"), told_value(1_204, "count"), told_value(None, "share")
    ('12.3 %', '1,204', '-')
    >>> told_value(90, "length"), told_value(1.5, "number"), told_value("a\tb", "text")
    ('1 min 30 s', '1.5', 'a\\tb')
    """
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    match kind:
        case "share":
            return f"{100 * value:.1f} %"
        case "length":
            return told_length(value)
        case "number":
            return f"{value:,.3f}".rstrip("0").rstrip(".")
        case _:
            return f"{value:,}"


def plain_value(value: MeasureValue) -> str | int | float | None:
    """Return a value as programs read it: moments in ISO 8601, parts of one to 1e-6."""
    if isinstance(value, datetime):
        return value.isoformat()
    return round(value, 6) if isinstance(value, float) else value
