"""The days on which something counts, as they are written elsewhere."""

import re
from calendar import monthrange
from datetime import date, timedelta

from turnout.dsl.mistakes.phrase import Phrase

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = (
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}(?![\d-])|\d{4}(?![\d-])"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\s+\d{{4}}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|{_MONTH}\s+\d{{4}}"
)
_WORDS = {
    "from": r"(?:from|since|starting(?:\s+(?:on|from))?|starts?(?:\s+on)?"
    r"|begin(?:ning|s)?(?:\s+on)?|joins?(?:\s+on)?|effective(?:\s+from)?|as\s+of|between)\b",
    "until": r"(?:until|till?|to|through|thru|ending(?:\s+on)?|ends?(?:\s+on)?"
    r"|leaves?(?:\s+on)?|expires?(?:\s+on)?|up\s+to|and(?!\s+(?:until|from)))\b|-|–|—|\.\.\.?",
    "after": r"after\b",
    "before": r"before\b",
    "on": r"(?:only\s+)?on\b",
}
_TOKENS = re.compile(
    rf"\s*(?:(?P<day>{_DAY})|(?P<time>[T\s]\d{{2}}:\d{{2}}\S*)|"
    + "|".join(rf"(?P<{word}>(?:{pattern}))" for word, pattern in _WORDS.items())
    + r"|(?P<noise>and\b|valid\b|active\b|in\b|is\b|[:=,()\[\]\"']))",
    re.IGNORECASE,
)
_ANY = (
    r"(?:valid|active|from|since|start\w*|begin\w*|joins?|effective|as\s+of|between|after|on|only"
    r"|until|till?|through|thru|end\w*|leaves?|expires?|up\s+to|before|to|in|[(\[]"
    r"|(?=\d{4}-|\d{1,2}\.\d))"
)
"""What the days of something may begin with."""

DATED = "a day is a date, such as `from 2027-04-01`: a policy means the same whenever it is read"
MESSAGE = "days are written `from 2027-01-01 until 2027-03-31`, either end left out"

DAYS: tuple[Phrase, ...] = (
    Phrase(
        rf"\brule\s+(?!(?:from|until)\s+<DATE>)<NAME>(?P<wrong>\s*{_ANY}[^{{}}\n]*?)(?=\s*\{{)",
        lambda found: _canonical(found["wrong"]),
        MESSAGE,
    ),
    Phrase(
        r"\brule\s+<NAME>(?P<wrong>\s*\{\s*(?P<v>(?:valid|from|until|since|till)\b[^{}\n]*?))"
        r"(?=\s+(?:when|to|sla|do)\b)",
        lambda found: _joined(_canonical(found["v"]), " {"),
        "the days stand before the brace",
    ),
    Phrase(
        rf"[{{,]\s*<NAME>(?:\s+(?:weight|cap)\s[^,{{}}\n]*?)?(?P<wrong>\s*(?!weight\b|cap\b){_ANY}[^,{{}}\n]*?)"
        r"(?=\s*[,}\n])",
        lambda found: _canonical(found["wrong"]),
        MESSAGE,
    ),
    Phrase(
        r"[{,]\s*<NAME>[^,{}\n]*?(?P<wrong>\b(?:from|until)\s+(?!column\b)<NAME>(?:\s+<NAME>)*)(?=\s*[,}\n])",
        "",
        DATED,
        is_meant=False,
    ),
    Phrase(
        r"(?P<wrong>\b(?:valid\s+)?(?:(?:from|until)\s+<DATE>\s*)+)",
        "",
        "the days stand behind the rule's name: `rule NAME from 2027-01-01 { ... }`",
        is_meant=False,
    ),
    Phrase(
        r"\brule(?P<wrong>)(?=\s+(?:from|until)\s+<DATE>)",
        " new-rule",
        "a rule has a name",
        is_meant=False,
    ),
    Phrase(
        r"\brule\s+<NAME>[^{}\n]*?(?P<wrong>\b(?:from|until)\s+<NAME>(?:\s+<NAME>)*)(?=\s*\{)",
        "",
        DATED,
        is_meant=False,
    ),
    Phrase(
        r"\brules\s+from\s+\"[^\"\n]*\"\s+by\s+[^{}\n]*?\b(?:from|until)\s+(?P<wrong>)(?!column\b)"
        r"(?=<NAME>|\")",
        "column ",
        "the days of each row are those in `column HEADING`",
    ),
)


def _canonical(written: str) -> str | None:
    """Return a validity in the language's words, None where it isn't one.

    >>> _canonical("(valid from 1 April 2027 to 30.06.2027)")
    ' from 2027-04-01 until 2027-06-30'
    >>> _canonical("before 2027-04-01"), _canonical("until 2027"), _canonical("for ever")
    (' until 2027-03-31', ' until 2027-12-31', None)
    """
    at, word = 0, ""
    ends: dict[str, date] = {}
    text = written.rstrip()
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None or found.end() == at:
            return None
        at = found.end()
        kind = found.lastgroup or ""
        if kind == "day":
            word = word or ("until" if "from" in ends else "from")
            if not _end(found["day"], word, ends):
                return None
            word = ""
        elif kind not in {"noise", "time"}:
            word = kind
    if word or not ends or ends.get("from", date.min) > ends.get("until", date.max):
        return None
    return "".join(f" {each} {ends[each]}" for each in ("from", "until") if each in ends)


def _end(written: str, word: str, ends: dict[str, date]) -> bool:
    """Enter the end that a word and a day say; return whether they say one."""
    span = _days(written)
    if span is None:
        return False
    first, last = span
    try:
        said = {
            "from": {"from": first},
            "until": {"until": last},
            "after": {"from": last + timedelta(days=1)},
            "before": {"until": first - timedelta(days=1)},
            "on": {"from": first, "until": last},
        }[word]
    except OverflowError:
        return False
    if said.keys() & ends.keys():
        return False
    ends.update(said)
    return True


def _days(written: str) -> tuple[date, date] | None:
    """Return the first and the last day of a date, a month or a year."""
    month = re.search("|".join(_MONTHS), written, re.IGNORECASE)
    numbers = [int(each) for each in re.findall(r"\d+", written)]
    if month is not None:
        numbers = [*numbers[-1:], _MONTHS.index(month[0].lower()) + 1, *numbers[:-1]]
    elif "." in written:
        numbers = numbers[::-1]
    try:
        if len(numbers) == 1:
            return date(numbers[0], 1, 1), date(numbers[0], 12, 31)
        if len(numbers) == 2:
            year, number = numbers
            return date(year, number, 1), date(year, number, monthrange(year, number)[1])
        return date(*numbers), date(*numbers)
    except ValueError:
        return None


def _joined(days: str | None, rest: str) -> str | None:
    return None if days is None else days + rest
