"""What of the language a warehouse's SQL says, construct by construct, as the guide has it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

import pytest
import sqlglot

from tests.laws.test_columns import one_by_one
from tests.support.command_line import turnout
from tests.support.policies import compiled
from tests.support.sources import ROOT
from tests.support.strategies import Written
from turnout.compiler.compiled import Compiled
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.plan.decide import answer, day, decider, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.compiler.tree import follow
from turnout.compiler.tree.grow import decision_tree
from turnout.dsl.conditions import SEEN
from turnout.dsl.types import Values
from turnout.grammar import text
from turnout.runtime.columns.table_decider import TableDecider
from turnout.runtime.leads import lead_reader
from turnout.warehouse.constructs import (
    BACK_ENDS,
    CONSTRUCTS,
    NOTES,
    ConstructSupport,
    Support,
)
from turnout.warehouse.dialects import DIALECTS, Dialect
from turnout.warehouse.draw_tables import team_draws
from turnout.warehouse.raw_view import columns_by_field
from turnout.warehouse.view import CannotSayError, ViewWanted, printed, view_of

AT = datetime(2026, 3, 27, 10, 30, tzinfo=UTC)
GUIDE = ROOT / "docs" / "guides" / "warehouse.md"
FIELDS = {
    "owner": "person",
    "title": "text",
    "country": "country",
    "staff": "integer 0..",
    "seats": "integer 0..",
    "joined": "date",
    "kinds": "any of [a, b]",
}
"""Fields of a policy whose rules name them."""

REST = """
calendar london { timezone "Europe/London" open mon..fri 09:00-17:00 }
person ana { backup ben }
person ben
team near { ana, ben weight 2 }
queue triage
queue night
partner outside
sequence letters
territory Near = country in [DE, AT]
segment Large = staff >= 1000
"""
RULE = "rule x { when %s to round-robin near else queue triage }"
TO = "rule x { when staff < 9 to %s }"

# Each row of the guide: the words of the grammar, and a policy's fields, rules, or both.
Row = tuple[str, str, str]
ROWS: Mapping[str, Row] = {
    "a segment or territory": ("bare", "", RULE % "Near and not Large"),
    "`is`, `in`, `is missing`": (
        "is_ is_not is_missing is_present in_ not_in or_ and_ not_",
        "",
        RULE % "country is DE or (title is missing or country not in [AT, CH] and owner is ana)",
    ),
    '`in "table.csv"`': ("in_table not_in_table", "", RULE % 'country in "table.csv"'),
    "`<`, `in 1..9`, of numbers and days": (
        "compare closed_range range_from range_to",
        "",
        RULE % "staff < 5 or staff in 7..9 or joined >= 2026-01-01",
    ),
    "two fields compared": (
        "compare_field same_as other_than",
        "",
        RULE % "staff < seats or staff = seats",
    ),
    "`starts with`, `ends with`, `contains`": (
        "starts_with ends_with contains",
        "",
        RULE % 'title starts with "vp" or title ends with "cto" or title contains "head"',
    ),
    "`has word`": ("has_word", "", RULE % 'title has word "vp"'),
    "`matches`": ("matches", "", RULE % 'title matches "^vp"'),
    "`has`, `has any`, `has all`": (
        "has has_any has_all has_none",
        "",
        RULE % "kinds has a or kinds has any [a, b]",
    ),
    '`in first 10% of "name"`': (
        "in_slice not_in_slice",
        "",
        RULE % 'title in first 10% of "trial"',
    ),
    "`within 7 days`, `older than`, `later than`": (
        "older_than within_last within_next later_than",
        "",
        RULE % "joined within 7 days or joined older than 90 days",
    ),
    "`open` of a calendar": ("open_", "", RULE % "open london"),
    "`duplicate`": ("duplicate", "", RULE % "duplicate"),
    "a rule that counts on some days": (
        "_validity",
        "",
        "rule x from 2026-03-01 until 2026-04-01 { when staff < 9 to queue night }",
    ),
    "`rules from` a table": (
        "rule_table",
        "",
        'rules from "rules.csv" by country { to queue column queue }',
    ),
    "`within`, with its fallback": (
        "within fallback",
        "",
        "within Near { rule x { when Large to queue night } fallback to queue triage }",
    ),
    "`round-robin`": ("to_round_robin", "", TO % "round-robin near else queue triage"),
    "`matching`": ("matching", "", TO % "round-robin near matching kinds else queue triage"),
    "`least-loaded`": ("to_least_loaded", "", TO % "least-loaded near else queue triage"),
    "`person`, with a backup": ("to_person", "", TO % "person ana else queue triage"),
    "`queue`, `partner`, `sequence`, `reject`": (
        "to_queue to_partner to_sequence to_reject",
        "",
        TO % "partner outside else queue triage",
    ),
    "`owner`, `previous-owner` before `round-robin`": (
        "to_owner to_previous_owner",
        "",
        TO % "owner owner else round-robin near else queue triage",
    ),
    "`current-owner`": ("to_current_owner", "", TO % "current-owner"),
    "`to route`": ("to_route", "", TO % "route other"),
    "`else continue`": ("going_on", "", TO % "person ana else continue"),
    "`sla` with its steps": (
        "sla sla_step sla_alert sla_reassign sla_then sla_absence wall",
        "",
        """rule x { when staff < 9 to round-robin near else queue triage
           sla 10 minutes alert, 20 minutes reassign, 1 hour then queue night }""",
    ),
    "`offer`, `from acceptance`": (
        "offer from_acceptance",
        "",
        """rule x { when staff < 9 to round-robin near else queue triage
           offer 5 minutes sla 30 minutes from acceptance }""",
    ),
    "`do`": (
        "do action",
        "",
        'rule x { when staff < 9 to queue night do tag "small" }',
    ),
    "texts, `code`, `email`, `language`": (
        "text code email language",
        "mail: email  zip: code first 5  tongue: language",
        RULE % 'mail is present and zip starts with "20" and tongue is de',
    ),
    "numbers, `money`, `boolean`, `date`": (
        "integer number money boolean date",
        "rate: number  budget: money EUR  consent: boolean",
        RULE % "rate > 1 and budget >= 10k and consent is true",
    ),
    "`country`, `subdivision`, `one of`, `person`": (
        "country subdivision one_of any_of person_name",
        "plan: one of [free, paid]  state: subdivision",
        RULE % "plan is paid and state is US-NY",
    ),
    "`money` of another field's currency": (
        "told_by",
        "currency: text  budget: money EUR of currency",
        RULE % "budget >= 10k",
    ),
    "`phone`, `domain`": (
        "phone domain",
        "tel: phone  web: domain",
        RULE % 'tel is present or web is "acme.example"',
    ),
    "`company-name`, `salesforce-id`": (
        "company_name salesforce_id",
        "firm: company-name  account: salesforce-id",
        RULE % 'firm is "Acme" or account is present',
    ),
    "`missing when`, `required`": (
        "placeholders required is_id columns",
        'plan: text missing when ["none"] required',
        RULE % "plan is present",
    ),
    "a field from a table": (
        "lookup",
        'region: text from "table.csv" by country -> "region"',
        RULE % 'region is "south"',
    ),
    "a field from a table by a near name": (
        "nearness",
        'firm: company-name  region: text from "firms.csv" by firm near 80% -> "region"',
        RULE % 'region is "south"',
    ),
}
TABLES = {
    "table.csv": "country,region\nDE,south\nAT,east\n",
    "firms.csv": "firm,region\nAcme Tools,south\n",
    "rules.csv": "country,queue\nDE,triage\nAT,night\n",
}


def policy(row: str) -> Compiled:
    _, fields, rules = ROWS[row]
    other = (
        "route other { rule y { when Large to queue night } fallback to queue triage }"
        if "route other" in rules
        else ""
    )
    seen = "identity title within 90 days" if "duplicate" in rules else ""
    rest = f"{REST} {seen} {other} route inbound {{ {rules} fallback to queue triage }}"
    own = [f"{name}: {kind}" for name, kind in FIELDS.items() if name in rest + fields]
    main = f"lead {{ id: text required {' '.join(own)} {fields} }} {rest}"
    tables = {name: text for name, text in TABLES.items() if name in main}
    return compiled(Written(main, tables), at=AT)


def wanted(plan: Plan, made: Compiled, *, is_at: bool, is_raw: bool) -> ViewWanted:
    known = {name: value is True for name, value in facts(plan, AT).items()} if is_at else {}
    raw = columns_by_field(made.policy.fields, None) if is_raw else None
    return ViewWanted(today=AT.date(), facts=known, raw=raw)


def dialects(made: Compiled, *, is_at: bool, is_raw: bool) -> list[str]:
    """Return the dialects that say a policy."""
    plan = plan_of(made.program, "inbound")
    asked = wanted(plan, made, is_at=is_at, is_raw=is_raw)

    def say(dialect: Dialect) -> None:
        view = view_of(plan, made.policy.fields, dialect, asked)
        if not is_raw:
            assert sqlglot.parse(printed(view.query, dialect), read=dialect.name)

    return [name for name, each in DIALECTS.items() if is_said(partial(say, each))]


def is_said(how: Callable[[], object]) -> bool:
    try:
        how()
    except CannotSayError as refused:
        assert len(str(refused)) > len("can't say everything: ")  # noqa: PT017 - what by name
        return False
    return True


def cell(made: Compiled, *, is_raw: bool) -> str:
    """Return what the guide says of a construct."""
    now = dialects(made, is_at=True, is_raw=is_raw)
    clock = plan_of(made.program, "inbound").calendars
    if clock and now and not dialects(made, is_at=False, is_raw=is_raw):
        return "`--at`"
    if now and now != list(DIALECTS):
        assert NOTES["RE2"].endswith(f": {', '.join(now)}")
        return "RE2"
    return "yes" if now else "no"


def draws(made: Compiled) -> str:
    plan = plan_of(made.program, "inbound")
    return "yes" if is_said(partial(team_draws, made.policy, plan, AT)) else "no"


def written() -> Mapping[str, tuple[str, ...]]:
    """Return the rows of the guide's table, the head of its columns first."""
    guide = GUIDE.read_text(encoding="utf-8")
    table = guide[guide.index("| construct |") :].split("\n\n")[0]
    lines = [line for line in table.splitlines() if not line.startswith("| ---")]
    cells = [[each.strip() for each in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {first: tuple(rest) for first, *rest in cells}


LEADS = (
    {"id": "1", "title": "VP of heads", "country": "Germany", "staff": "7", "seats": "7"},
    {"id": "2", "title": "Head of sales", "country": "AT", "staff": "2000", "owner": "ana"},
    {
        "id": "3",
        "country": "FR",
        "staff": "3",
        "seats": "9",
        "kinds": "b; a",
        "joined": "2026-03-25",
    },
    {
        "id": "4",
        "country": "DE",
        "joined": "2020-01-01",
        "web": "acme.example",
        "tel": "+4930901820",
    },
    {"id": "5", "mail": "kim@acme.example", "zip": "20095", "tongue": "German", "firm": "ACME"},
    {"id": "6", "rate": "1.5", "budget": "20000", "consent": "yes", "currency": "EUR"},
    {"id": "7", "plan": "Paid", "state": "New York", "country": "US", "firm": "Acme Tools"},
    {"id": "8", "title": "VP of heads", "country": "Atlantis", "staff": "few", "plan": "none"},
)

TERMINAL = 80
"""The width of a terminal that nobody has made wider."""

ALIKE = ("`duplicate`", '`in first 10% of "name"`', "`open` of a calendar")
"""What all of these leads have, or none."""


def batch(made: Compiled) -> str:
    """Return whether columns say it, which no state has; what they say is what rows say."""
    plan = plan_of(made.program, "inbound")
    names = list(dict.fromkeys(name for lead in LEADS for name in lead))
    rows = [{name: lead.get(name) for name in names} for lead in LEADS]
    columns = {name: [row[name] for row in rows] for name in names}
    found = TableDecider(made.policy.fields, plan, AT)(columns).to_pylist()
    assert found == one_by_one(made.policy, plan, rows, AT)
    read, decide, today = lead_reader(made.policy.fields), decider(plan), day(plan, AT)
    known = [{**read(row, None).values, **facts(plan, AT)} for row in rows]
    seen, unseen = ([decide({**each, SEEN: is_}, today) for each in known] for is_ in (True, False))
    return "yes" if seen == unseen else "no"


def test_the_guide_and_the_command_show_what_the_code_says() -> None:
    said = {"construct": BACK_ENDS, **{each.name: each.cells for each in CONSTRUCTS}}
    assert written() == said
    assert NOTES["RE2"] in " ".join(GUIDE.read_text(encoding="utf-8").split())
    told = turnout("export", "constructs").stdout
    table, notes = (
        [re.split(r" {2,}", line) for line in part.splitlines()] for part in told.split("\n\n")
    )
    assert {first: tuple(rest) for first, *rest in table} == said
    assert dict(notes) == NOTES
    assert max(map(len, told.splitlines())) <= TERMINAL


def test_each_word_of_the_table_but_yes_and_no_has_a_note() -> None:
    assert set(NOTES) == {*BACK_ENDS, *(each.value for each in Support)} - {"yes", "no"}


def test_each_construct_is_tried() -> None:
    assert [each.name for each in CONSTRUCTS] == list(ROWS)


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda each: each.name)
def test_the_back_ends_say_of_a_construct_what_the_list_says(construct: ConstructSupport) -> None:
    made = policy(construct.name)
    said = (cell(made, is_raw=False), cell(made, is_raw=True), draws(made), batch(made))
    assert construct.cells == said


@pytest.mark.parametrize("row", ROWS)
def test_plan_and_tree_say_every_construct(row: str) -> None:
    """As the interpreter has it, of leads of which some have what is asked."""
    made = policy(row)
    plan, tree = plan_of(made.program, "inbound"), decision_tree(made.program, "inbound")
    read, decide = lead_reader(made.policy.fields), decider(plan)
    taken: set[int | None] = set()
    for raw in LEADS:
        values: Values = {**read(raw, None).values, SEEN: False}
        said = match(made.policy, "inbound", values, AT).rule
        known = {**values, **facts(plan, AT)}
        number = decide(known, day(plan, AT))
        assert answer(plan, number).rule == said
        if set(plan.required) <= set(values):  # the tree is not asked of others
            leaf = follow(tree, partial(holds, values=values, clock=AT))
            assert leaf is not None
            assert (leaf.clause.name if leaf.clause.is_rule else None) == said
        taken.add(number)
    assert len(taken) > 1 or row in ALIKE


def test_each_construct_of_a_lead_or_a_rule_has_a_row() -> None:
    """Whoever adds to the grammar says which back end says it."""
    grammar = re.sub(r"//.*", "", text())
    asked = ("_atom", "_target", "_type", "rule", "field", "sla_step", "_sla_deed")
    found: set[str] = set()
    for name in asked:
        body = re.search(rf"^{name}:((?:.|\n(?=\s))*)", grammar, re.MULTILINE)
        assert body is not None, name
        found |= set(re.findall(r"\b[a-z_]+\b", re.sub(r'"[^"]*"', "", body[1])))
    known = {word for words, _, _ in ROWS.values() for word in words.split()}
    assert found - known <= {
        "_condition",
        "_type",
        "when",
        "chain",
        "duration",
        "_target",
        "_sla_deed",
    }
