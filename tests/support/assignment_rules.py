"""Assignment rules of Salesforce, drawn, and what they say of a lead by its documentation.

The evaluator is of the source format alone, and knows nothing of policies: blank values,
`not equal` where a value is blank, lists of values, filter logic, lists of several choices,
relative dates and formulas, each as the public documentation has it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from xml.sax.saxutils import escape

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

TODAY = date(2026, 3, 4)
HOT = ("Hot", "Warm", "Cold, very")
PRODUCTS = ("Core", "Mobile", "Ads")
TITLES = ("vp of sales", "CTO", "head, sales", "sales")
NUMBERS = ("0", "5", "50")
MOMENTS: Mapping[str, datetime] = {
    "3/14/2026 12:00 AM": datetime(2026, 3, 14),  # noqa: DTZ001 - as the firm's clock has it
    "2026-03-15": datetime(2026, 3, 15),  # noqa: DTZ001 - as the firm's clock has it
}
SEEN = ("2026-03-13 23:59", "2026-03-14 00:01", "2026-03-14 09:30", "2026-03-15 18:00")
AMOUNTS = ("EUR 50", "EUR 1,250.50")
DATES = ("2026-03-03", "2026-03-04", "2026-03-05", "2026-02-02", "2026-04-20")
RELATIVE: Mapping[str, tuple[int, int]] = {
    "TODAY": (0, 0),
    "YESTERDAY": (-1, -1),
    "TOMORROW": (1, 1),
    "LAST_N_DAYS:30": (-30, 0),
    "NEXT_N_DAYS:7": (1, 7),
    "N_DAYS_AGO:30": (-30, -30),
}
"""First and last day from today."""

Lead = Mapping[str, str]
Holds = Callable[[Lead], bool]


@attrs.frozen
class Asked:
    """Something asked as the source writes it, and whether it holds for a lead."""

    text: str
    holds: Holds = attrs.field(eq=False, repr=False)


@attrs.frozen
class Entry:
    """An entry as XML, and whether it takes a lead."""

    xml: str
    holds: Holds = attrs.field(eq=False, repr=False)


def some_leads(seed: int, many: int) -> list[Lead]:
    """Return leads by the names of the source; a blank value is the empty text."""
    pick = Random(seed)  # noqa: S311 - drawn again for the same seed
    return [
        {
            "Rating": pick.choice(("", *HOT)),
            "Products__c": ";".join(each for each in PRODUCTS if pick.random() < 0.5),
            "Title": pick.choice(("", *TITLES)),
            "NumberOfEmployees": pick.choice(("", *NUMBERS, "4", "51")),
            "Begins__c": pick.choice(("", *DATES)),
            "Flag__c": pick.choice(("true", "false")),
            "Seen__c": pick.choice(("", *SEEN)),
            "Budget__c": pick.choice(("", "49", "50", "1250.5", "2000")),
        }
        for _ in range(many)
    ]


def rule(entries: list[Entry]) -> str:
    """Return a file with one active rule."""
    inside = "".join(entry.xml for entry in entries)
    head = "<assignmentRule><fullName>R</fullName><active>true</active>"
    return f"<AssignmentRules>{head}{inside}</assignmentRule></AssignmentRules>"


@st.composite
def entries(draw: DrawFn) -> Entry:
    """Draw an entry: criteria together, criteria by filter logic, or a formula."""
    if draw(st.booleans()):
        formula = draw(formulas())
        return Entry(_entry(f"<formula>{escape(formula.text)}</formula>"), formula.holds)
    items = draw(st.lists(criteria(), max_size=3))
    inside = "".join(item.text for item in items)
    if not items or draw(st.booleans()):
        return Entry(_entry(inside), lambda lead: all(item.holds(lead) for item in items))
    logic = draw(_logic(items, 2))
    return Entry(_entry(f"<booleanFilter>{logic.text}</booleanFilter>{inside}"), logic.holds)


def _entry(inside: str) -> str:
    to = "<assignedTo>Q</assignedTo><assignedToType>Queue</assignedToType>"
    return f"<ruleEntry>{to}{inside}</ruleEntry>"


@st.composite
def _logic(draw: DrawFn, items: list[Asked], depth: int) -> Asked:
    if depth == 0 or draw(st.booleans()):
        at = draw(st.integers(0, len(items) - 1))
        return Asked(str(at + 1), items[at].holds)
    return _joined(draw, draw(st.lists(_logic(items, depth - 1), min_size=1, max_size=3)))


def _joined(draw: DrawFn, parts: list[Asked]) -> Asked:
    """Return parts joined by a word, or the first denied."""
    word = draw(st.sampled_from(["AND", "or", "NOT"]))
    if word == "NOT":
        return Asked(f"NOT ({parts[0].text})", lambda lead: not parts[0].holds(lead))
    every = all if word == "AND" else any
    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Asked(text, lambda lead: every(part.holds(lead) for part in parts))


@st.composite
def criteria(draw: DrawFn) -> Asked:
    """Draw one criterion."""
    field = draw(st.sampled_from(list(_OPERATIONS)))
    operation = draw(st.sampled_from(_OPERATIONS[field]))
    values = draw(_values(field, operation))
    written = ",".join(f'"{each}"' if "," in each else each for each in values)
    text = (
        f"<criteriaItems><field>Lead.{field}</field><operation>{operation}</operation>"
        f"<value>{escape(written)}</value></criteriaItems>"
    )
    return Asked(text, lambda lead: _criterion(field, operation, values, lead[field]))


_LINES = ("lessThan", "greaterThan", "lessOrEqual", "greaterOrEqual")
_OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "Rating": ("equals", "notEqual"),
    "Products__c": ("includes", "excludes"),
    "Title": ("equals", "notEqual", "contains", "notContain", "startsWith"),
    "NumberOfEmployees": ("equals", "notEqual", *_LINES),
    "Begins__c": ("equals", "notEqual", *_LINES),
    "Flag__c": ("equals", "notEqual"),
    "Seen__c": _LINES,
    "Budget__c": ("equals", "notEqual", *_LINES),
}


@st.composite
def _values(draw: DrawFn, field: str, operation: str) -> tuple[str, ...]:
    of = {
        "Rating": HOT,
        "Products__c": (*PRODUCTS, "Core;Ads"),
        "Title": (*TITLES, "o", "sal"),
        "NumberOfEmployees": NUMBERS,
        "Begins__c": (*DATES, *RELATIVE),
        "Flag__c": ("True", "False"),
        "Seen__c": tuple(MOMENTS),
        "Budget__c": AMOUNTS,
    }[field]
    least = 1 if field == "Flag__c" or operation in _LINES else 0
    most = 1 if field in {"Flag__c", "Begins__c"} or operation in _LINES else 3
    return tuple(draw(st.lists(st.sampled_from(of), min_size=least, max_size=most, unique=True)))


def _criterion(field: str, operation: str, values: tuple[str, ...], value: str) -> bool:
    denied = {"notEqual": "equals", "notContain": "contains", "excludes": "includes"}
    if operation in denied:
        return not _criterion(field, denied[operation], values, value)
    if not values:
        return not value
    if not value:
        return False
    return any(_one(field, operation, each, value) for each in values)


def _one(field: str, operation: str, asked: str, value: str) -> bool:
    """Return whether a value that isn't blank is as one that is asked for."""
    if operation == "includes":
        return set(asked.split(";")) <= set(value.split(";"))
    if field in {"NumberOfEmployees", "Begins__c", "Seen__c", "Budget__c"}:
        first, last, number = _line(field, asked, value)
        return {
            "equals": first <= number <= last,
            "lessThan": number < first,
            "lessOrEqual": number <= last,
            "greaterThan": number > last,
            "greaterOrEqual": number >= first,
        }[operation]
    one, other = asked.casefold(), value.casefold()
    return {"equals": one == other, "contains": one in other, "startsWith": other.startswith(one)}[
        operation
    ]


def _line(field: str, asked: str, value: str) -> tuple[float, float, float]:
    if field == "NumberOfEmployees":
        return int(asked), int(asked), int(value)
    if field == "Budget__c":
        amount = float(asked.removeprefix("EUR ").replace(",", ""))
        return amount, amount, float(value)
    if field == "Seen__c":
        since = MOMENTS[asked].timestamp()
        return since, since, datetime.fromisoformat(value).timestamp()
    if asked in RELATIVE:
        first, last = (TODAY + timedelta(days=each) for each in RELATIVE[asked])
    else:
        first = last = date.fromisoformat(asked)
    return first.toordinal(), last.toordinal(), date.fromisoformat(value).toordinal()


def formulas() -> SearchStrategy[Asked]:
    """Draw formulas whose texts are as leads write them, since capitals count there."""
    return st.recursive(_plain_formulas(), _larger_formulas, max_leaves=5)


@st.composite
def _larger_formulas(draw: DrawFn, inner: SearchStrategy[Asked]) -> Asked:
    parts = draw(st.lists(inner, min_size=1, max_size=3))
    word = draw(st.sampled_from(["AND", "Or", "NOT", "&&", "||", "!"]))
    if word in {"NOT", "!"}:
        return Asked(f"{word}({parts[0].text})", lambda lead: not parts[0].holds(lead))
    every = all if word in {"AND", "&&"} else any
    if word.isalpha():
        text = f"{word}( {', '.join(part.text for part in parts)} )"
    else:
        text = f" {word} ".join(f"({part.text})" for part in parts)
    return Asked(text, lambda lead: every(part.holds(lead) for part in parts))


@st.composite
def _plain_formulas(draw: DrawFn) -> Asked:
    rating = draw(st.sampled_from(("", *HOT)))
    title, product = draw(st.sampled_from(TITLES)), draw(st.sampled_from(PRODUCTS))
    number, field = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(list(_OPERATIONS)[:5]))
    back = draw(st.sampled_from((0, 1, 29, 30)))
    day = TODAY - timedelta(days=back)

    def count(lead: Lead) -> int | None:
        return int(lead["NumberOfEmployees"]) if lead["NumberOfEmployees"] else None

    def begins(lead: Lead) -> date | None:
        return date.fromisoformat(lead["Begins__c"]) if lead["Begins__c"] else None

    return draw(
        st.sampled_from(
            [
                Asked(f'ISPICKVAL(Rating, "{rating}")', lambda lead: lead["Rating"] == rating),
                Asked(f'TEXT(Rating) <> "{HOT[0]}"', lambda lead: lead["Rating"] != HOT[0]),
                Asked(f"ISBLANK({field})", lambda lead: not lead[field]),
                Asked(f'CONTAINS(Title, "{title}")', lambda lead: title in lead["Title"]),
                Asked(f'BEGINS(Title, "{title}")', lambda lead: lead["Title"].startswith(title)),
                Asked(f'Title == "{title}"', lambda lead: lead["Title"] == title),
                Asked(f'Title != "{title}"', lambda lead: lead["Title"] != title),
                Asked(
                    f'INCLUDES(Products__c, "{product}")',
                    lambda lead: product in lead["Products__c"].split(";"),
                ),
                Asked(
                    f"NumberOfEmployees >= {number}",
                    lambda lead: (many := count(lead)) is not None and many >= int(number),
                ),
                Asked(
                    f"TODAY() - {back} > Begins__c",
                    lambda lead: (on := begins(lead)) is not None and on < day,
                ),
                Asked(
                    f'CASE(Rating, "{HOT[0]}", 1, "{HOT[1]}", 2, 3) <> {len(product) % 4}',
                    lambda lead: {HOT[0]: 1, HOT[1]: 2}.get(lead["Rating"], 3) != len(product) % 4,
                ),
                Asked(
                    f'IF(ISBLANK({field}), Flag__c, Title = "{title}")',
                    lambda lead: (
                        lead["Title"] == title if lead[field] else lead["Flag__c"] == "true"
                    ),
                ),
                Asked("LEN(Title) > 0", lambda lead: bool(lead["Title"])),
                Asked(
                    f'LEFT(Title, 2) = "{title[:2]}"', lambda lead: lead["Title"][:2] == title[:2]
                ),
                Asked("Flag__c /* a box */", lambda lead: lead["Flag__c"] == "true"),
                Asked("Flag__c = FALSE", lambda lead: lead["Flag__c"] == "false"),
                Asked("TRUE", lambda _: True),
            ]
        )
    )
