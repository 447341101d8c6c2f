"""What the laws draw from: schemas, conditions, policies and leads.

Policies are drawn as text, so that every law goes through the real grammar and the real
resolution. The constants are few and close to each other, because conditions that nearly
agree are the ones that a checker gets wrong.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from io import StringIO

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from turnout.dsl import types
from turnout.dsl.conditions import (
    PREVIOUS_OWNER,
    SEEN,
    Atom,
    Beside,
    Between,
    Contains,
    EndsWith,
    Has,
    HasWord,
    IsIn,
    LaterThan,
    Matches,
    OlderThan,
    StartsWith,
    WithinLast,
    WithinNext,
    atoms,
    fields_of,
)
from turnout.dsl.lookups import look_up, looked_up_fields
from turnout.dsl.policy import Block, Entry, Policy
from turnout.dsl.types import Value, Values
from turnout.dsl.values import read
from turnout.dsl.values.texts import normal_code, normal_text
from turnout.runtime.absences import AbsenceKind, PersonAbsence

PEOPLE = ("ana", "ben", "cleo")


@attrs.frozen
class Column:
    """A field as it is written.

    kind: which conditions fit it ("text", "domain", "ordered", "date", "listed", "any of",
    "boolean"). literals: what it is compared with.
    """

    name: str
    words: str
    kind: str
    literals: tuple[str, ...]
    is_required: bool = False

    @property
    def line(self) -> str:
        """The line of the lead schema."""
        return f"{self.name}: {self.words}{' required' if self.is_required else ''}"


@attrs.frozen
class Written:
    """A policy as text, and its tables by file name."""

    text: str
    tables: Mapping[str, str] = attrs.field(factory=dict[str, str])


COLUMNS = (
    Column("city", "text", "text", ('"Rome"', '"Ro"', '"new york"', '"o"', '"Straße"', '"a\\"b"')),
    Column("note", 'text missing when ["n/a"]', "text", ('"x"', '"xy"', '"y"', '"x y"')),
    Column("zip", "code", "text", ('"021"', '"02134"', '"02"', '"SW1"', '"4"')),
    Column("short", "code first 3", "text", ('"021"', '"022"', '"02"')),
    Column("mail", "email", "text", ('"ana@firm.example"', '"ben@firm.example"')),
    Column("place", "code 5 digits", "text", ('"02134"', '"02135"', '"10115"')),
    Column("mobile", "phone of DE", "text", ('"+49 30 123456"', '"030/123457"', '"+14155550100"')),
    Column("firm", "company-name", "text", ('"The Acme"', '"ACME Söhne"', '"o"', '"b"')),
    Column("site", "domain", "domain", ('"acme.co.uk"', '"www.firm.example"', '"gmail.com"')),
    Column("staff", "integer 0..", "ordered", ("0", "9", "10", "11", "1k")),
    Column("score", "integer 0..100", "ordered", ("0", "50", "51", "99", "100")),
    Column("ratio", "number", "ordered", ("-1", "0", "0.5", "1", "1.25")),
    Column("rate", "number 0..1", "ordered", ("0", "0.25", "0.5", "1")),
    Column("revenue", "money USD", "ordered", ("0", "1M", "1_000_000", "2.5M")),
    Column("consent", "boolean", "boolean", ("true", "false")),
    Column("bought", "date", "date", ("2026-01-01", "2026-01-02", "2026-03-01")),
    Column("joined", "date", "date", ("2025-12-31", "2026-01-01")),
    Column("country", "country", "listed", ("DE", "US", '"France"', "CA", "CHE")),
    Column("state", "subdivision", "listed", ('"US-CA"', '"US-NY"', '"CA-ON"', '"DE-BE"')),
    Column("language", "language", "listed", ("en", "de", "German", "fr")),
    Column("plan", 'one of [free, pro, "big one", any]', "listed", ("free", "pro", '"Big-One"')),
    Column("products", "any of [core, extra, none, more]", "any of", ("core", "extra", "more")),
    Column("owner", "person", "listed", PEOPLE),
    Column("creator", "person", "listed", PEOPLE),
)
"""Every type of field, with constants at and beside each other's edges."""

_ALIKE = (
    *({"staff", "score", "ratio", "rate", "size", "half"}, {"bought", "joined"}),
    *({"city", "note"}, {"owner", "creator"}),
)
"""Columns that can be compared with each other."""

_SLICED = {"note", "mail", "mobile", "site"}
"""Columns that conditions cut into parts; those of tiny policies have too few values."""

_PORTIONS = ("30%", "60%", "0.5%", "99.5%", "100%")
_MOST_EDGES = 12
PATTERNS = ('"^a"', '"o|x"', '"[0-9]+"', '"\\\\."')


# -- schemas and conditions --


@st.composite
def fields(
    draw: DrawFn, columns: Sequence[Column] = COLUMNS, least: int = 2, most: int = 6
) -> list[Column]:
    """Return some of `columns`, in drawn order, some of them required.

    Leaves out two country fields (`subdivision of`).
    """
    chosen = draw(st.permutations(columns))[: draw(st.integers(least, most))]
    return [
        attrs.evolve(column, is_required=draw(st.integers(0, 6)) == 0)  # one in seven
        for column in chosen
    ]


@st.composite
def conditions(
    draw: DrawFn,
    columns: Sequence[Column],
    names: Sequence[str] = (),
    *,
    depth: int = 2,
    patterns: bool = True,
    tables: bool = False,
) -> str:
    """Return a condition over `columns`, as text.

    names: territories and segments that it may use, or `duplicate`. patterns: with `ends
    with`, `contains` and `matches`. tables: with lists of values in `lists`. Leaves out
    `open` (see `people`), and `and` or `or` without parentheses around inner parts.
    """
    shape = draw(st.integers(0, 9)) if depth else 9
    if shape < 5:
        word = draw(st.sampled_from([" and ", " or "]))
        inner = _parts(tuple(columns), tuple(names), depth - 1, patterns, tables)
        parts = draw(st.lists(inner, min_size=2, max_size=3))
        return f"({word.join(parts)})"
    if shape < 7:
        inner = _parts(tuple(columns), tuple(names), depth - 1, patterns, tables)
        return f"not ({draw(inner)})"
    if names and draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(names))
    column = draw(st.sampled_from(columns))
    others = _alike(column, columns)
    if others and draw(st.integers(0, 3)) == 0:
        is_on_line = column.kind in {"ordered", "date"}
        signs = ("<", "<=", ">", ">=", "=", "!=") if is_on_line else ("=", "!=")
        return f"{column.name} {draw(st.sampled_from(signs))} {draw(st.sampled_from(others))}"
    if column.name in _SLICED and draw(st.integers(0, 5)) == 0:
        part, name = draw(st.sampled_from(_PORTIONS)), draw(st.sampled_from(("pilot", "b")))
        return f'{column.name} {draw(st.sampled_from(("in", "not in")))} first {part} of "{name}"'
    if tables and column.kind != "any of" and draw(st.integers(0, 9)) == 0:
        return f'{column.name} {draw(st.sampled_from(["in", "not in"]))} "{column.name}.csv"'
    return draw(_tests(column, patterns=patterns))


def _alike(column: Column, columns: Sequence[Column]) -> list[str]:
    """Return the names of the columns that can be compared with one."""
    alike = {name for names in _ALIKE if column.name in names for name in names}
    return [each.name for each in columns if each.name in alike and each.name != column.name]


@lru_cache(maxsize=64)
def _parts(
    columns: tuple[Column, ...], names: tuple[str, ...], depth: int, patterns: bool, tables: bool
) -> SearchStrategy[str]:
    """Return the strategy of parts, the same again: making a strategy costs more than a draw."""
    return conditions(columns, names, depth=depth, patterns=patterns, tables=tables)


@cache
@st.composite
def _tests(draw: DrawFn, column: Column, *, patterns: bool) -> str:
    name = column.name
    if draw(st.integers(0, 5)) == 0:
        return f"{name} is {draw(st.sampled_from(('missing', 'present')))}"
    one, several = _literals(column.literals)
    match column.kind:
        case "boolean":
            return f"{name}{draw(st.sampled_from(('', ' is true', ' is not true')))}"
        case "any of" if draw(st.booleans()):
            return f"{name} has {draw(one)}"
        case "any of":
            words = st.sampled_from(("has any", "has all", "has none"))
            return f"{name} {draw(words)} {draw(several)}"
        case "domain" if draw(st.booleans()):
            return f"{name} is {draw(st.sampled_from(('', 'not ')))}free-mail"
        case "text" | "domain" if draw(st.booleans()):
            parts = ["starts with", *(["ends with", "contains"] if patterns else [])]
            if patterns and column.words.startswith(("text", "email", "domain", "company")):
                parts.append("has word")
            if patterns and draw(st.integers(0, 3)) == 0:
                return f"{name} matches {draw(st.sampled_from(PATTERNS))}"
            asked = f"{name} {draw(st.sampled_from(parts))} {draw(st.one_of(one, several))}"
            return asked.replace('"The Acme"', '"Acme"')  # no firm's name starts with "The"
        case "ordered" | "date" if draw(st.booleans()):
            return draw(_spans(column))
        case _:
            word = draw(st.sampled_from(("is", "is not", "in", "not in")))
            return f"{name} {word} {draw(one if word.startswith('is') else several)}"


@cache
def _literals(literals: tuple[str, ...]) -> tuple[SearchStrategy[str], SearchStrategy[str]]:
    """Return strategies of one literal and of lists of them."""
    one = st.sampled_from(literals)
    return one, st.lists(one, min_size=1, max_size=3).map(lambda many: f"[{', '.join(many)}]")


@cache
@st.composite
def _spans(draw: DrawFn, column: Column) -> str:
    """Return a comparison, a range, or for dates an age."""
    place = st.integers(0, len(column.literals) - 1)
    low, high = (column.literals[at] for at in sorted([draw(place), draw(place)]))
    name = column.name
    shapes = [f"{name} {sign} {low}" for sign in ("<", "<=", ">", ">=")]
    shapes += [f"{name} {word} {low}..{high}" for word in ("in", "not in")]
    shapes += [f"{name} in {low}..", f"{name} not in ..{high}"]
    if column.kind == "date":
        days = draw(st.sampled_from(["0 days", "1 day", "30 days", "5 weeks"]))
        shapes += [f"{name} older than {days}", f"{name} within {days}"]
        shapes += [f"{name} later than {days}", f"{name} within next {days}"]
        shapes += [f"{name} is {word}" for word in ("past", "today", "future", "not past")]
    return draw(st.sampled_from(shapes))


# -- policies --


@st.composite
def policies(
    draw: DrawFn,
    columns: Sequence[Column] = COLUMNS,
    *,
    patterns: bool = True,
    rules: int = 8,
    most: int = 6,
    seen: bool = True,
    looked_up: bool | None = None,
    handed: bool | None = None,
) -> Written:
    """Return a policy that has no error but those of its conditions (unreachable, gaps, ...).

    One file, one route, which may hand leads to a second one, `other` (unless `handed` is
    false). Territories nest twice, some from a table; segments stand alone
    and in families; blocks nest twice; some fields are looked up by others (unless
    `looked_up` is false; None is what `seen` is), and some leads were seen before (unless
    `seen` is false). Leaves out includes, people with limits, and promises.
    """
    schema = draw(fields(columns, 2, most))
    tables = {
        f"{c.name}.csv": table_text([c.name], [[cell] for cell in cells_of(c)[:2]]) for c in schema
    }
    has_lookups = seen if looked_up is None else looked_up
    found: Mapping[str, str] = (
        draw(_lookups(schema, tables, often=bool(looked_up))) if has_lookups else {}
    )
    parts = [f"lead {{ {' '.join(c.line + found.get(c.name, '') for c in schema)} }}"]
    if any(c.kind == "date" for c in schema) and draw(st.booleans()):
        parts.insert(0, f'timezone "{draw(st.sampled_from(_ZONES))}"')
    parts += [f"person {person}" for person in PEOPLE]
    parts += ["team near { ana, ben weight 2 }", "team far { cleo }"]
    parts += ["queue triage", "queue extra", "partner outside", "sequence later"]
    if draw(st.integers(0, 3)) == 0:
        logged = draw(st.lists(st.sampled_from(schema), min_size=1, max_size=3, unique=True))
        parts.append(f"log fields [{', '.join(c.name for c in logged)}] retain events 90 days")
    names: list[str] = []
    if seen and draw(st.integers(0, 2)) == 0:
        parts += [f"identity {draw(st.sampled_from(schema)).name} within 30 days"]
        parts += [f"identity {', '.join(c.name for c in schema[:2])} within 5 weeks"]
        names += ["duplicate"]
    for make in (_territories, _segments):
        if draw(st.booleans()):
            made, more = draw(make(schema, names[:1], patterns=patterns, tables=tables))
            parts.append(made)
            names += more
    counter = iter(range(1, rules + 1))
    body = draw(_entries(schema, names, [*counter], depth=2, patterns=patterns, tables=tables))
    fallback = draw(st.booleans())
    chains = _chains(schema, is_seen="duplicate" in names)
    end = f"fallback to {draw(chains)}" if fallback else ""
    if handed is None:
        handed = draw(st.integers(0, 3)) == 0
    if handed:
        condition = draw(conditions(schema, names, patterns=patterns, tables=True))
        hands = f"rule hands{draw(validities(schema))} {{ when {condition} to route other }}"
        body = f"{hands}\n{body}" if draw(st.booleans()) else f"{body}\n{hands}"
    parts.append(f"route inbound {{\n{body}\n{end} }}")
    if handed:
        numbers = [*range(rules + 1, rules + 4)]
        inner = draw(_entries(schema, names, numbers, depth=1, patterns=patterns, tables=tables))
        last = f"fallback to {draw(chains)}" if draw(st.booleans()) else ""
        parts.append(f"route other {{\n{inner}\n{last} }}")
    return Written("\n".join(parts), tables)


@st.composite
def _territories(
    draw: DrawFn,
    schema: Sequence[Column],
    seen: Sequence[str],
    *,
    patterns: bool,
    tables: dict[str, str],
) -> tuple[str, list[str]]:
    def condition() -> str:
        return draw(conditions(schema, seen, depth=1, patterns=patterns, tables=True))

    names = ["Here", "Near", "Far", "There"]
    first_of = draw(st.sampled_from(["", "first of "]))
    own = draw(st.sampled_from(["", "= "]))
    table = ""
    keyed = next((c for c in schema if c.name in {"zip", "city", "plan"}), None)
    if keyed is not None and draw(st.booleans()):
        rows = [f"{key},Area {n}" for n, key in enumerate(_keys(keyed), start=1)]
        tables["areas.csv"] = "\n".join([f"{keyed.name},area", *rows])
        table = f' from "areas.csv" by {keyed.name} -> area'
        names += [f"Area-{n}" for n in range(1, len(rows) + 1)]
    inner = f"territory Near = {condition()} territory Far = {condition()}{table}"
    text = f"territory Here {f'= {condition()} ' if own else ''}{first_of}{{ {inner} }}"
    return f"{text}\nterritory There = {condition()}", names


@st.composite
def _lookups(
    draw: DrawFn, schema: Sequence[Column], tables: dict[str, str], *, often: bool
) -> Mapping[str, str]:
    """Return what stands behind some fields, and add their tables.

    Each is looked up by one that stands before it in the schema, or each by one after it.
    """
    is_forward: bool = draw(st.booleans())
    order = list(schema) if is_forward else [*reversed(schema)]
    found: dict[str, str] = {}
    for at, column in enumerate(order):
        by = [key for key in order[:at] if key.kind != "any of"]
        if column.words == "subdivision" or not by or draw(st.integers(0, 1 if often else 3)):
            continue
        key = draw(st.sampled_from(by))
        cells = draw(st.permutations([*cells_of(column), ""]))
        rows = [list(row) for row in zip(cells_of(key)[:3], cells, strict=False)]
        name = f"{column.name}-by-{key.name}.csv"
        near = ""
        ties = [tie for tie in order[:at] if tie is not key and tie.kind != "any of"]
        if key.words == "company-name" and draw(st.booleans()):
            near = f" near {draw(st.sampled_from((70, 75, 92, 100)))}%"
            is_tied: bool = draw(st.booleans())
            if ties and is_tied:
                tie = draw(st.sampled_from(ties))
                near += f" then {tie.name}"
                rows = [[*row, said] for row, said in zip(rows, cells_of(tie) * 3, strict=False)]
        header = [key.name, "found", *([near.split()[-1]] if " then " in near else [])]
        tables[name] = table_text(header, rows)
        found[column.name] = f' from "{name}" by {key.name}{near} -> found'
    return found


def cells_of(column: Column) -> list[str]:
    """Return the literals of a column as cells of a table, no two the same value."""
    same = {"German", "1k", "1_000_000"}
    texts = [literal for literal in column.literals if literal not in same]
    return [text[1:-1].replace('\\"', '"') if text[0] == '"' else text for text in texts]


def table_text(header: list[str], rows: list[list[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def _keys(column: Column) -> list[str]:
    return [literal for literal in column.literals if literal not in {'"a\\"b"', '"Big-One"'}][:3]


@st.composite
def _segments(
    draw: DrawFn,
    schema: Sequence[Column],
    seen: Sequence[str],
    *,
    patterns: bool,
    tables: dict[str, str],
) -> tuple[str, list[str]]:
    del tables
    names = ["Big", "Mid", "Hot"]
    one = conditions(schema, seen, depth=1, patterns=patterns, tables=True)
    big, mid, hot = (draw(one) for _ in names)
    first_of = draw(st.sampled_from(["", "first of "]))
    family = f"segment size {first_of}{{ Big = {big} Mid = {mid} }}"
    return f"{family}\nsegment Hot = {hot}", names


@st.composite
def _entries(
    draw: DrawFn,
    schema: Sequence[Column],
    names: Sequence[str],
    numbers: list[int],
    *,
    depth: int,
    patterns: bool,
    tables: dict[str, str],
) -> str:
    """Return rules, named by the numbers that are left, tables of rules, and blocks of them."""
    parts: list[str] = []
    condition = conditions(schema, names, patterns=patterns, tables=True)
    chains = _chains(schema, is_seen="duplicate" in names)
    for _ in range(draw(st.integers(1, 4))):
        if not numbers:
            break
        if depth and draw(st.integers(0, 3)) == 0:
            inner = _entries(
                schema, names, numbers, depth=depth - 1, patterns=patterns, tables=tables
            )
            end = f"fallback to {draw(chains)}" if draw(st.booleans()) else ""
            parts.append(f"within {draw(condition)} {{\n{draw(inner)}\n{end} }}")
        elif draw(st.integers(0, 5)) == 0:
            made = draw(rule_tables(schema, names, numbers, patterns=patterns))
            tables[made.file] = made.table
            parts.append(made.head)
        else:
            number = numbers.pop(0)
            rule = f"rule r{number}{draw(validities(schema))}"
            chain = f"{draw(chains)}{draw(GOING_ON)}"
            parts.append(f"{rule} {{ when {draw(condition)} to {chain} }}")
    return "\n".join(parts)


GOING_ON = st.sampled_from(["", "", "", " else continue"])
"""How the chain of a rule ends."""

ENDS = ("2025-12-31", "2026-01-01", "2026-01-15", "2026-02-01")
"""Days from which, or until which, rules count."""


@st.composite
def validities(draw: DrawFn, schema: Sequence[Column]) -> str:
    """Return the days on which a rule counts, "" for all of them.

    Leaves out tiny policies with a date, whose values, ages and days share one clock.
    """
    if any(column.name == "seen" for column in schema) or draw(st.integers(0, 5)):
        return ""
    first, last = sorted(draw(st.lists(st.sampled_from(ENDS), min_size=2, max_size=2)))
    shapes = [f" from {first}", f" until {last}", f" from {first} until {last}"]
    return draw(st.sampled_from(shapes))


@attrs.frozen
class WrittenTable:
    """A table of rules: its head in the policy, its file, and the same rules as written ones."""

    head: str
    file: str
    table: str
    rules: str


@st.composite
def rule_tables(
    draw: DrawFn,
    schema: Sequence[Column],
    names: Sequence[str],
    numbers: list[int],
    *,
    patterns: bool,
    blank: bool = True,
    promises: bool = False,
) -> WrittenTable:
    """Return a table of one to three rules, named by the numbers that are left.

    blank: with rows that ask nothing, for which nothing can be written. promises: with SLAs.
    """
    columns = draw(st.lists(st.sampled_from(schema), min_size=1, max_size=3, unique=True))
    places = [name for name in names if name in {"Here", "Near", "Far", "There"}]
    chains = _chains(schema, is_seen="duplicate" in names)
    header = [*(column.name for column in columns), *(["territory"] if places else [])]
    rows: list[list[str]] = []
    rules: list[str] = []
    first, end = numbers[0], draw(GOING_ON)
    for number in [numbers.pop(0) for _ in range(draw(st.integers(1, min(3, len(numbers)))))]:
        asked = [draw(_cells(column, patterns=patterns)) for column in columns]
        if places:
            place = draw(st.sampled_from(["", *places]))
            asked.append((place, place))
        if not blank and not any(cell for cell, _ in asked):
            asked[0] = ("present", f"{columns[0].name} is present")
        chain, due = draw(chains), draw(st.sampled_from(["", "2 hours"] if promises else [""]))
        days = draw(validities(schema))
        ends = dict(zip(["", *days.split()], [*days.split(), ""], strict=True))
        last_cells = [ends.get("from", ""), ends.get("until", "")]
        rows.append([f"r{number}", *(cell for cell, _ in asked), chain, due, *last_cells])
        when = " and ".join(condition for _, condition in asked if condition)
        sla = f"sla {due}" if due else ""
        rules.append(f"rule r{number}{days} {{ when {when} to {chain}{end} {sla} }}")
    by = f"{', '.join(header)} from column begins until column ends"
    head = f'rules from "t{first}.csv" by {by} {{ to column target{end} sla column sla }}'
    table = table_text(["name", *header, "target", "sla", "begins", "ends"], rows)
    return WrittenTable(head, f"t{first}.csv", table, "\n".join(rules))


@st.composite
def _cells(draw: DrawFn, column: Column, *, patterns: bool) -> tuple[str, str]:
    """Return a cell of a column that asks a field, and the condition that it stands for."""
    name = column.name
    match draw(st.integers(0, 4)):
        case 0:
            return "", ""
        case 1 | 2:
            condition = draw(_tests(column, patterns=patterns))
            cell = condition.removeprefix(name).strip() or "yes"
            if draw(st.integers(0, 3)) or cell.startswith(("yes", "in ")):
                return cell, condition
            return f"not {cell}", f"not {condition}"
        case _:
            values = draw(st.lists(st.sampled_from(column.literals), min_size=1, max_size=3))
            listed = f"[{', '.join(values)}]"
            is_one, is_not = len(values) == 1, draw(st.booleans())
            cell = draw(st.sampled_from([", ", "; ", "|"])).join(values)
            if column.kind == "any of":
                test = f"has {'none' if is_not else 'any'} {listed}"
            elif is_one:
                test = f"is {'not ' if is_not else ''}{values[0]}"
            else:
                test = f"{'not ' if is_not else ''}in {listed}"
            return f"{'not ' if is_not else ''}{cell}", f"{name} {test}"


@st.composite
def _chains(draw: DrawFn, schema: Sequence[Column], *, is_seen: bool = False) -> str:
    targets = ["queue triage", "queue extra", "round-robin near", "least-loaded far"]
    targets += ["person ana", "partner outside", "sequence later", "current-owner"]
    targets += ['reject "spam"']
    if any(column.name == "owner" for column in schema):
        targets += ["owner owner"] * 3
    if is_seen:
        targets += ["previous-owner"] * 3
    return " else ".join(draw(st.lists(st.sampled_from(targets), min_size=1, max_size=2)))


# -- people and time --

CALENDARS = """
calendar berlin { timezone "Europe/Berlin" open mon..fri 09:00-12:00 13:00-17:30 closed 2026-03-27 }
calendar nights { timezone "Europe/Berlin" open mon..sun 22:00-06:00 }
calendar kolkata { timezone "Asia/Kolkata" open mon..sat 09:30-18:00 holidays IN }
calendar york { timezone "America/New_York" open sat..sun 00:00-24:00, mon 00:00-03:00 }
"""
_HOURS = ("berlin", "nights", "kolkata", "york")
_ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York")
_PERIODS = ("day", "week", "month", "24 hours", "90 minutes", "3 days")
PEOPLE_SCHEMA = """lead { id: text  language: language  owner: person  urgent: boolean
  products: any of [core, extra, more]  score: integer }"""


@st.composite
def people(draw: DrawFn, *, promised: bool = True) -> str:
    """Return a policy of people with limits of every kind, teams, a partner, and a route `r`.

    The route ends in a queue, so that every lead has somewhere to go. promised: its rules offer
    their leads for a time, and have SLAs in steps. Leaves out files.
    """
    return "\n".join([*draw(_staff()), draw(_life(promised=promised))])


@st.composite
def changed_people(draw: DrawFn) -> tuple[str, str]:
    """Return two versions of a policy of `people`: of other limits, members and backups."""
    life = draw(_life(often=True))
    is_free = draw(st.booleans())
    one, other = draw(_staff(is_free=is_free)), draw(_staff(is_free=is_free))
    return "\n".join([*one, life]), "\n".join([*other, life])


@st.composite
def changed_lives(draw: DrawFn) -> tuple[str, str]:
    """Return two versions of a policy of few people and rules, in which much comes of each deed.

    Nearly every lead is one rule's, whose offers, steps, reasons and credits are drawn anew in the
    second version, as are limits and backups. Few have hours, so that somebody can take a lead.
    """
    return draw(_lively()), draw(_lively())


@st.composite
def _lively(draw: DrawFn) -> str:
    parts = [PEOPLE_SCHEMA, CALENDARS, "queue triage", "sequence afterwards"]
    parts.append("identity language within 3 days")
    parts.append("log fields [language] hashed [owner] retain events 400 days")
    parts.append(f"queue night by score {draw(st.sampled_from(('', 'until free')))}")
    parts.append(f"queue backlog {draw(st.sampled_from(('', 'by score', 'until free')))}")
    hours = st.sampled_from(("", "", "", "hours berlin", "hours nights"))
    caps = st.sampled_from(("", "", "", "cap 1 open", "cap 2 open", "cap 2 per day"))
    for at, name in enumerate(PEOPLE):
        later = PEOPLE[at + 1 : at + 2] or ("",)
        backup = draw(st.sampled_from(("", *(f"backup {each}" for each in later if each))))
        away = draw(st.sampled_from(("", "", "inactive"))) if backup else ""
        parts.append(f"person {name} {{ {draw(hours)} {draw(caps)} {backup} {away} }}")
    for team in ("near", "far"):
        chosen = draw(st.lists(st.sampled_from(PEOPLE), min_size=2, unique=True))
        parts.append(f"team {team} {draw(caps)} {{ {', '.join(chosen)} }}")
    parts.append("partner p { cap 2 open }")
    for kind, reasons in (("reject", ("bad-fit", "full")), ("return", ("spam", "no-show"))):
        some = draw(st.sampled_from(("", *reasons, ", ".join(reasons))))
        credit = f"credit [{some}]" if some else ""
        parts.append(f"{kind} reasons [{', '.join(reasons)}] {credit}")
    targets = st.sampled_from(
        (
            *("round-robin near", "round-robin near", "round-robin far", "least-loaded near"),
            *("person ana", "previous-owner else round-robin near", "owner owner"),
        )
    )
    ends = st.sampled_from(("", " else queue night", " else queue backlog", " else person ben"))
    rules = [
        f"rule r{at} {{ when {when} to {draw(targets)}{draw(ends)} {draw(promises())} }}"
        for at, when in enumerate(("duplicate", "language is present"))
    ]
    first = draw(st.sampled_from(("", "", rules[0])))
    # A state keeps of a lead what its policy asks later: each version asks for all of it.
    named = "previous-owner else owner owner"
    matched = "round-robin far matching language else round-robin far matching products"
    last = draw(st.permutations([named, matched, "person cleo"]))
    parts.append(
        f"route r {{ {first} {rules[1]} fallback to {' else '.join(last)} else queue triage }}"
    )
    return "\n".join(parts)


@st.composite
def _staff(draw: DrawFn, *, is_free: bool = False) -> list[str]:
    """Return who there is: people, teams and a partner, with their limits.

    is_free: of people only hours and backups.
    """
    parts = [PEOPLE_SCHEMA, CALENDARS, "queue triage"]
    for at, name in enumerate(PEOPLE):
        later = PEOPLE[at + 1 :]  # so that none is their own in the end
        backup = draw(st.sampled_from(["", "", *(f"backup {each}" for each in later)]))
        limits = _maybe(draw, "hours", _HOURS[::2]) if is_free else draw(_limits())
        parts.append(f"person {name} {{ {limits} {backup} }}")
    for team in ("near", "far"):
        limits = "" if is_free else f"{_maybe(draw, 'hours', _HOURS)} {draw(_caps(2, 9))}"
        chosen = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True))
        weights = st.sampled_from(["", "weight 2", "weight 0.5", "weight 0"])
        members = [
            f"{name} {draw(weights)} {draw(_caps(1, 4))} {draw(_memberships())}" for name in chosen
        ]
        parts.append(f"team {team} {limits} {{ {', '.join(members)} }}")
    zone = _maybe(draw, "timezone", [f'"{name}"' for name in _ZONES])
    parts.append(f"partner p {{ {_maybe(draw, 'hours', _HOURS)} {zone} {draw(_caps(1, 3))} }}")
    return parts


@st.composite
def _life(draw: DrawFn, *, promised: bool = True, often: bool = False) -> str:
    """Return a route of people, and what else a policy says of the life of its leads.

    often: always with two rules, and with reasons for which a turn is given back.
    """
    parts = ["identity language, urgent within 3 days identity owner within 90 minutes"]
    parts.append("log fields [language] hashed [owner] retain events 400 days")
    parts.append(f"queue night {draw(st.sampled_from(['', 'by score', 'until free']))}")
    parts.append(
        f"queue backlog {draw(st.sampled_from(['', 'by score until free', 'until free']))}"
    )
    parts.append("sequence afterwards")
    if often or draw(st.booleans()):
        rejects, returns = (
            draw(st.sampled_from(("", f"credit [{named}]"))) for named in ("full", "spam, no-show")
        )
        parts.append(f"reject reasons [bad-fit, full] {rejects}")
        parts.append(f"return reasons [spam, no-show] {returns}")
    conditions_ = [
        "duplicate",
        "urgent",
        "language is de",
        "language is present",
        "open berlin",
        "not open kolkata and not urgent",
    ]
    ends = st.sampled_from(["", "", " else queue night", " else queue backlog"])
    rules = [
        f"rule r{number} {{ when {draw(st.sampled_from(conditions_))} "
        f"to {draw(available())}{draw(ends)} {draw(promises()) if promised else ''} }}"
        for number in range(2 if often else draw(st.sampled_from((0, 1, 1, 2, 2))))
    ]
    parts.append(
        f"route r {{ {' '.join(rules)} fallback to {draw(available())} else queue triage }}"
    )
    return "\n".join(parts)


TIMES = ("10 minutes", "25 minutes", "90 minutes", "5 hours", "1 day", "2 days")
"""When steps of an SLA are up, each later than the one before."""


@st.composite
def promises(draw: DrawFn) -> str:
    """Return the `offer` and the `sla` of a rule of people, "" for none of them."""
    offer = ""
    if draw(st.booleans()):
        offer = f"offer {draw(st.sampled_from(TIMES[:4]))}{draw(st.sampled_from(['', ' wall']))}"
    if draw(st.integers(0, 2)) == 0:
        return offer
    places = ["queue night", "queue backlog", "queue triage", "sequence afterwards"]
    thens = st.one_of(
        available().map(lambda chain: chain.split(" else ")[0]), st.sampled_from(places)
    )
    times = sorted(
        draw(st.lists(st.sampled_from(range(len(TIMES))), min_size=1, max_size=3, unique=True))
    )
    words = [draw(st.sampled_from(("alert", "reassign", "alert", "reassign"))) for _ in times]
    if draw(st.booleans()):
        words[-1] = f"then {draw(thens)}"
    wall = draw(st.sampled_from(["", "", " wall"]))
    wall += draw(st.sampled_from(["", " from acceptance"])) if offer else ""
    if draw(st.integers(0, 9)) == 0:
        return f"{offer} sla {TIMES[times[0]]}{wall}"
    steps = [f"{TIMES[time]}{wall if not at else ''} {words[at]}" for at, time in enumerate(times)]
    away = draw(st.sampled_from(["", "", "", ", away", ", away 90 minutes", ", away 3 days"]))
    return f"{offer} sla {', '.join(steps)}{away if words != ['alert'] * len(words) else ''}"


@st.composite
def _memberships(draw: DrawFn) -> str:
    """Return the days on which somebody is in a team, "" for all of them."""
    days = ["from 2026-03-28", "until 2026-03-27", "from 2026-03-28 until 2026-10-24"]
    return draw(st.sampled_from(["", "", "", *days]))


@st.composite
def _limits(draw: DrawFn) -> str:
    """Return a person's clauses."""
    parts = [_maybe(draw, "hours", _HOURS)]
    parts.append(_maybe(draw, "timezone", [f'"{name}"' for name in _ZONES]))
    parts.append(draw(_caps(1, 4)))
    away = ["2026-03-28", "2026-03-29..2026-03-31", "..2026-03-27", "2026-04-02.."]
    parts.append(_maybe(draw, "away", away))
    parts.append(_maybe(draw, "languages", ["[de]", "[en, de]", "[fr]"]))
    parts.append(_maybe(draw, "serves products", ["[core]", "[core, extra]", "[more]"]))
    return " ".join([*parts, "inactive" if draw(st.integers(0, 9)) == 0 else ""])


def _maybe(draw: DrawFn, word: str, choices: Sequence[str]) -> str:
    return f"{word} {draw(st.sampled_from(choices))}" if draw(st.integers(0, 2)) == 0 else ""


@st.composite
def _caps(draw: DrawFn, least: int, most: int) -> str:
    if draw(st.booleans()):
        return ""
    number, kind = draw(st.integers(least, most)), draw(st.integers(0, 4))
    timed = f"cap {number} per {draw(st.sampled_from(_PERIODS))}"
    if kind == 0:
        return f"cap {draw(st.integers(least, most))} open {timed}"
    return f"cap {number} open" if kind == 1 else timed


@st.composite
def available(draw: DrawFn) -> str:
    """Return a chain of targets that can be unavailable."""
    teams = [
        f"{kind} {team}" for kind in ("round-robin", "least-loaded") for team in ("near", "far")
    ]
    matched = [f"{team} matching {field}" for team in teams for field in ("language", "products")]
    named = ["person ana", "owner owner"]
    targets = [*teams, *matched, *named, *named, "previous-owner", "partner p"]
    one = st.tuples(st.sampled_from(targets), st.sampled_from(["", "", " anytime"])).map("".join)
    return " else ".join(draw(st.lists(one, min_size=1, max_size=3)))


@st.composite
def absences(draw: DrawFn) -> tuple[PersonAbsence, ...]:
    """Return who is away or paused, by what is said, in the days of `histories`."""
    start = datetime(2026, 3, 27, 6, tzinfo=UTC)
    found: list[PersonAbsence] = []
    for _ in range(draw(st.integers(0, 3))):
        kind: AbsenceKind = draw(st.sampled_from(("away", "paused")))
        since = start + timedelta(hours=draw(st.integers(0, 72)))
        hours = draw(st.sampled_from((None, 1, 12, 60)))
        until = None if hours is None else since + timedelta(hours=hours)
        team = draw(st.sampled_from(("", "near", "far"))) if kind == "paused" else ""
        found.append(PersonAbsence(kind, draw(st.sampled_from(PEOPLE)), since, until, team))
    return tuple(found)


@st.composite
def histories(draw: DrawFn, most: int = 25) -> list[tuple[dict[str, object], datetime]]:
    """Return raw leads and the moments at which they arrive, around a change of the clock.

    The clock mostly goes on, by seconds to days; now and then it goes back.
    """
    moment = draw(st.sampled_from(_STARTS))
    arrivals: list[tuple[dict[str, object], datetime]] = []
    for number in range(draw(st.integers(1, most))):
        step = draw(st.sampled_from([0, 0, 0, 0, 1, 30, 60, 90, 240, 720, 1440, 4000, -700]))
        moment += timedelta(minutes=step)
        lead: dict[str, object] = {"id": str(number)}
        for name, choices in _RAW.items():
            if draw(st.integers(0, 2)):
                lead[name] = draw(st.sampled_from(choices))
        arrivals.append((lead, moment))
    return arrivals


_STARTS = (
    datetime(2026, 3, 27, 8, tzinfo=UTC),
    datetime(2026, 3, 28, 22, 30, tzinfo=UTC),  # Europe puts its clock forward at 01:00
    datetime(2026, 10, 24, 22, 30, tzinfo=UTC),  # and back
    datetime(2028, 2, 28, 18, 15, tzinfo=UTC),
    datetime(2026, 12, 31, 18, tzinfo=UTC),
)
_RAW: Mapping[str, Sequence[object]] = {
    "language": ["de", "en", "fr"],
    "owner": PEOPLE,
    "urgent": [True, False],
    "products": [["core"], ["core", "extra"], ["more"]],
    "score": [1, 2, 3],
}


# -- leads --


@st.composite
def leads(draw: DrawFn, policy: Policy, *, complete: bool = True) -> tuple[dict[str, Value], date]:
    """Return a lead's normalised values and the day on which it arrives.

    Half of the values lie at the edges of the policy's conditions. A subdivision comes
    with its country, and what a table has for a lead isn't missing. In a policy that tells
    duplicates the lead may be one, and somebody may have had the earlier one. complete:
    required fields are never missing. Leaves out values that no reader of leads would make
    (text in capitals, an empty list).
    """
    usual = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 2)]
    today = draw(st.sampled_from([*usual, *days_told_apart(policy)]))
    found = list(policy_atoms(policy))
    values: dict[str, Value] = {}
    for name, field in policy.fields.items():
        if draw(st.integers(0, 3)) == 0 and not (complete and field.required):
            continue
        own = [atom for atom in found if atom.field == name]
        beside = [values[other] for other in _compared_with(name, found) if other in values]
        beside = [made for value in beside for made in _beside(value)]
        fitting = [made for value in beside if (made := _normal(field.type, value)) is not None]
        near = list(dict.fromkeys([*edges(field, own, today), *fitting]))
        plain = _plain(field.type)
        source = plain if not near else st.one_of(st.sampled_from(near), plain)
        values[name] = draw(source)
    look_up(looked_up_fields(policy.fields), values)
    for name, field in policy.fields.items():
        if name in values and isinstance(field.type, types.Subdivision):
            values[field.type.country or ""] = str(values[name])[:2]
    values.pop("", None)
    look_up(looked_up_fields(policy.fields), values)
    if policy.identities:
        values[SEEN] = can_be_seen(policy, values) and draw(st.booleans())
        if values[SEEN] and draw(st.booleans()):
            values[PREVIOUS_OWNER] = draw(st.sampled_from(PEOPLE))
    return values, today


def _compared_with(name: str, found: Sequence[Atom]) -> list[str]:
    """Return the fields that conditions compare a field with."""
    pairs = [fields_of(atom) for atom in found if isinstance(atom, Beside)]
    return [other for pair in pairs if name in pair for other in pair if other != name]


def can_be_seen(policy: Policy, values: Values) -> bool:
    """Return whether a lead has every field of some identity."""
    return any(set(identity.fields) <= values.keys() for identity in policy.identities)


def policy_atoms(policy: Policy) -> list[Atom]:
    """Return the atoms of every rule and block, repeats included."""

    def of(entries: Sequence[Entry]) -> list[Atom]:
        found: list[Atom] = []
        for entry in entries:
            found += atoms(entry.condition)
            if isinstance(entry, Block):
                found += of(entry.entries)
        return found

    return [atom for route in policy.routes.values() for atom in of(route.entries)]


def days_told_apart(policy: Policy) -> list[date]:
    """Return the days at and beside the ends of those on which rules count, in order."""
    found: set[date] = set()
    pending = [entry for route in policy.routes.values() for entry in route.entries]
    while pending:
        entry = pending.pop()
        if isinstance(entry, Block):
            pending.extend(entry.entries)
        elif entry.validity is not None:
            ends = (entry.validity.first, entry.validity.last)
            found.update(day for end in ends if end is not None for day in _days_beside(end))
    return sorted(found)


def _days_beside(day: date) -> list[date]:
    return [day + timedelta(days=by) for by in (-1, 0, 1)]


def edges(field: types.Field, own: Sequence[Atom], today: date) -> list[Value]:
    """Return values at and beside the constants of the field's atoms."""
    found: list[Value] = []
    for atom in own:
        match atom:
            case IsIn(_, listed):
                some = sorted(listed, key=str)[:_MOST_EDGES]
                found += [value for constant in some for value in _beside(constant)]
            case Between(_, low, high):
                found += [value for end in (low, high) if end is not None for value in _beside(end)]
            case StartsWith(_, text) | EndsWith(_, text) | Contains(_, text):
                found += [text, f"{text}x", f"x{text}", f"x{text}x", text[:-1], text[1:]]
            case HasWord(_, text):
                found += [text, f"{text}x", f"x{text}", f"x {text}-x", f"x{text} {text}"]
            case Has(_, chosen):
                assert isinstance(field.type, types.AnyOf)
                others = [other for other in field.type.values if other != chosen]
                found += [frozenset({chosen}), frozenset(others), frozenset({chosen, others[0]})]
            case OlderThan(_, days) | WithinLast(_, days):
                found += [today - timedelta(days=days + more) for more in (-1, 0, 1)]
            case LaterThan(_, days) | WithinNext(_, days):
                found += [today + timedelta(days=days + more) for more in (-1, 0, 1)]
            case Matches():
                found += ["abc", "o", "1"]
            case _:
                pass
    return [value for made in found if (value := _normal(field.type, made)) is not None]


def _beside(constant: Value) -> list[Value]:
    match constant:
        case bool():
            return [constant, not constant]
        case int() | Decimal():
            return [constant, constant - 1, constant + 1, Decimal(constant) + Decimal("0.1")]
        case date():
            return [*_days_beside(constant)]
        case str():
            return [constant, f"{constant}x"]
        case _:
            return []


def _normal(kind: types.FieldType, made: Value) -> Value | None:
    """Return `made` as the type's values are, None where it is none."""
    match kind, made:
        case types.Text(), str():
            return _readable(kind, normal_text(made))
        case types.Code(first), str():
            return _readable(kind, normal_code(made, first))
        case types.Phone() | types.Domain(), str():
            return _readable(kind, made)
        case types.Email(), str():
            return made if "@" in made[1:-1] else f"{made}@firm.example"
        case types.Integer(low, high), int() | Decimal():
            whole = int(made)
            return None if whole < (low or 0) or (high is not None and whole > high) else whole
        case types.Number(low, high), int() | Decimal():
            number = Decimal(made)
            return (
                None
                if (low is not None and number < low) or (high is not None and number > high)
                else number
            )
        case types.Money(), int() | Decimal():
            return Decimal(made)
        case types.OneOf(values), str():
            return made if made in values else None
        case types.Country() | types.Subdivision() | types.Language() | types.PersonName(), str():
            return None if made.endswith("x") else made
        case _:
            return made if made != frozenset() else None


def _readable(kind: types.FieldType, made: str) -> str | None:
    """Return a text that a lead can have there, None where it counts as missing."""
    return made if made and read(types.Field("field", kind), made) == made else None


def _plain(kind: types.FieldType) -> SearchStrategy[Value]:
    texts = st.text("abxy12. ", min_size=1, max_size=4)
    match kind:
        case types.Text():
            return texts.map(normal_text).filter(lambda text: _readable(kind, text) is not None)
        case types.Code(_, int(digits)):
            return st.text("0123", min_size=digits, max_size=digits)
        case types.Code(first):
            made = texts.map(lambda text: normal_code(text, first))
            return made.filter(lambda code: _readable(kind, code) is not None)
        case types.Email():
            return st.sampled_from(["ana@firm.example", "x@gmail.com", "1@o.example"])
        case types.Phone():
            return st.sampled_from(["+4930123456", "+14155550100", "+442079460000"])
        case types.Domain():
            return st.sampled_from(["firm.example", "acme.co.uk", "gmail.com"])
        case types.Integer(low, high):
            return st.integers(low or 0, 2_000 if high is None else high)
        case types.Number(low, high):
            ends = (Decimal(0) if low is None else low, Decimal(5) if high is None else high)
            return st.decimals(*ends, places=2, allow_nan=False)
        case types.Money():
            return st.integers(0, 4_000_000).map(Decimal)
        case types.Boolean():
            return st.booleans()
        case types.Date():
            return st.dates(date(2025, 12, 1), date(2026, 4, 30))
        case types.OneOf(values):
            return st.sampled_from(values)
        case types.AnyOf(values):
            return st.frozensets(st.sampled_from(values), min_size=1)
        case types.Country():
            return st.sampled_from(["DE", "US", "CA", "FR", "AQ", "CH"])
        case types.Subdivision():
            return st.sampled_from(["US-CA", "US-TX", "CA-ON", "CA-QC", "DE-BE", "FR-75C"])
        case types.Language():
            return st.sampled_from(["en", "de", "fr", "it"])
        case types.PersonName():
            return st.sampled_from(PEOPLE)
