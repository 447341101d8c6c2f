"""Numbers and dates as people in some country write them."""

import re

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes.met import Met, Told, corrected, replaced

_DATE = re.compile(
    r"(?<![\w-])(?<!\w\.)(?P<wrong>(\d{1,4})(?P<sep>[/.-])(\d{1,2})(?P=sep)(\d{1,4}))(?![\w/-])"
)
_GROUPED = re.compile(
    r"(?<![\w.,])(?P<wrong>-?[$€£¥]?\d{1,3}(?P<group>[.,'’ \u00a0\u202f])\d{3}"
    r"(?:(?P=group)\d{3})*(?P<rest>[.,]\d+)?)(?![\w])"
)
_DECIMAL = re.compile(r"(?<![\w.,])(?P<wrong>-?\d+,\d{1,2})(?!\d|\s*[,\d\]])")
_SIZED = re.compile(r"(?<![\w.])(?P<wrong>(?P<number>\d+(?:\.\d+)?)(?P<unit>[A-Za-z]{1,8}))\b")
_SIGNED = re.compile(
    r"(?P<wrong>[$€£¥]\s*(?P<after>\d[\d_.]*[kMB]?)|(?P<before>\d[\d_.]*)\s*[%€£¥])"
)
_UNITS = {
    "k": ("k", "tsd", "thousand"),
    "M": ("m", "mn", "mio", "mil", "mill", "million", "millions"),
    "B": ("b", "bn", "mrd", "billion", "billions"),
}


def other_date(met: Met) -> Told | None:
    """A date that doesn't begin with its year."""
    found = met.around(_DATE)
    if found is None or met.accepted.isdisjoint({"DATE", "and", ",", "..", "do", "}"}):
        return None
    one, two, three = (int(found[at]) for at in (2, 4, 5))
    if len(found[2]) == 4:
        readings = [(one, two, three)]
    elif len(found[5]) != 4:
        return None
    elif found["sep"] == ".":
        readings = [(three, two, one)]
    else:
        readings = [(three, one, two), (three, two, one)]
    written = [
        f"{y:04}-{m:02}-{d:02}" for y, m, d in dict.fromkeys(readings) if m <= 12 and d <= 31
    ]
    if not written:
        return None
    message = "a date is written year, month, day"
    start, end = found.span("wrong")
    if len(written) == 1:
        return replaced(met, start, end, written[0], message)
    lines = [corrected(met.text, start, end, each) for each in written]
    advice = (f"write `{lines[0]}`", f"or `{lines[1]}`, whichever is meant")
    repair = (Repair(start, end, written[0]),)
    return Told(
        start,
        end,
        message,
        "the 4th of March or the 3rd of April?"
        if (written == ["2026-03-04", "2026-04-03"])
        else "day or month first?",
        advice,
        repair,
    )


def grouped_number(met: Met) -> Told | None:
    """A number with its thousands set apart, or with a decimal comma."""
    found = met.around(_GROUPED)
    if found is not None:
        rest = found["rest"] or ""
        if rest and rest[0] == found["group"]:
            return None
        whole = found["wrong"][: len(found["wrong"]) - len(rest)]
        by = re.sub(r"[^\d-]", "", whole) + rest.replace(",", ".")
        message = "a number has a decimal point at most, and nothing between its thousands"
        return replaced(met, *found.span("wrong"), by, message)
    found = met.around(_DECIMAL)
    if found is None or {",", "]"} <= met.accepted:
        return None
    by = found["wrong"].replace(",", ".")
    return replaced(met, *found.span("wrong"), by, "a number has a decimal point")


def other_unit(met: Met) -> Told | None:
    """Thousands and millions in other letters, currency signs, percentages."""
    found = met.around(_SIZED)
    if found is not None and "NUMBER" in met.accepted:
        for letter, others in _UNITS.items():
            if found["unit"].lower() in others:
                by = f"{found['number']}{letter}"
                message = "thousands, millions and billions are `k`, `M` and `B`"
                return replaced(met, *found.span("wrong"), by, message)
    found = met.around(_SIGNED)
    if found is None:
        return None
    by = found["after"] or found["before"]
    return replaced(met, *found.span("wrong"), by, "a number stands without a sign or unit")
