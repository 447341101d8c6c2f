"""A policy of many files, with each thing in it that somebody edits, and one edit of each kind.

Its people, teams and calendars, its territories, its tests and guarantees stand in files of their
own; rules are written and stand in a table; tables list accounts with their owners, and domains
that are refused. It comes in any size, so that laws have a small one and what is timed a large one.
"""

from collections.abc import Iterator, Mapping
from itertools import product

import attrs

MAIN = "policy.route"
COUNTRIES = ("DE", "AT", "CH", "FR", "IT", "ES", "NL", "BE")
SIZES = ("Enterprise", "MidMarket", "Small", "Micro")
PRODUCTS = ("core", "analytics", "platform", "data", "support")
INDUSTRIES = ("software", "finance", "retail", "healthcare")
SOURCES = ("demo", "pricing", "trial", "webinar", "content", "chat", "event", "partner")
TIERS = ("gold", "silver", "bronze")
TEAMS = 6

_HEAD = f"""\
include "people.route"
include "areas.route"
include "tests.route"

lead {{
  id:            text required
  domain:        text
  country:       country
  postal_code:   code
  employees:     integer 0..
  industry:      one of [{", ".join(INDUSTRIES)}]
  product:       one of [{", ".join(PRODUCTS)}]
  source:        one of [{", ".join(SOURCES)}]
  score:         integer 0..100
  consent:       boolean
  region_lead:   person from "accounts.csv" by domain -> owner
  tier:          one of [{", ".join(TIERS)}] from "accounts.csv" by domain -> tier
}}

segment size first of {{
  Enterprise = employees >= 1000
  MidMarket  = employees in 100..999
  Small      = employees in 20..99
  Micro      = employees < 20
}}
segment Hot = source in [demo, pricing] and score >= 80

queue triage
queue compliance

route inbound {{
  rule no-consent {{
    when consent is false
    to   queue compliance
  }}
  rule refused {{
    when domain in "blocked.csv"
    to   queue compliance
  }}
  rule gold {{
    when tier is gold and region_lead is present
    to   owner region_lead else round-robin team-1 else queue triage
    sla  30 minutes alert, 2 hours reassign, 1 day then queue triage
  }}
  rule early {{
    when open office and Hot and score >= 99
    to   round-robin team-2 else queue triage
    sla  4 hours, then queue triage
  }}
  rule listed {{
    when domain in ["a.example", "b.example", "c.example"] and score >= 50
    to   round-robin team-3 else queue triage
  }}
"""

_TABLE = """\
  rules from "matrix.csv" by industry, product, source, score {
    to   round-robin column team
    else queue triage
    sla  column reply
  }
"""

_CALENDAR = """\
calendar office {
  timezone "Europe/Berlin"
  open     mon..fri 09:00-17:30
  closed   2026-12-25..2026-12-28, 2027-01-01
}
"""

_PROMISED = """\
guarantee no-call-without-consent {
  when consent is false
  never reaches team team-1, team team-2
}
"""


@attrs.frozen
class Kind:
    """A kind of edit of one file: `old`, where it first stands, is `new` then."""

    name: str
    file: str
    old: str
    new: str

    def applied(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return the texts after it, the same ones where it finds nothing to edit."""
        return {**texts, self.file: texts[self.file].replace(self.old, self.new, 1)}

    def undone(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return the texts without it, the same ones where it isn't there."""
        return {**texts, self.file: texts[self.file].replace(self.new, self.old, 1)}


def office(areas: int, rows: int, accounts: int) -> dict[str, str]:
    """Return the files by name. areas: each has 20 rules."""
    names = [f"{COUNTRIES[at % len(COUNTRIES)]}-{at // len(COUNTRIES)}" for at in range(areas)]
    rules = [_rule(at, *each) for at, each in enumerate(product(names, SIZES, PRODUCTS))]
    half = len(rules) // 2
    each = -(-areas // len(COUNTRIES))
    return {
        MAIN: "".join([_HEAD, *rules[:half], _TABLE, *rules[half:], "}\n"]),
        "people.route": "".join([_CALENDAR, *_people()]),
        "areas.route": "".join(_area(name, each) for name in names),
        "tests.route": "".join([_PROMISED, *map(_test, range(min(40, accounts // 3)))]),
        "more.route": "segment Late = score < 3 or source is event\n",
        "matrix.csv": "".join(["name,industry,product,source,score,team,reply\n", *_matrix(rows)]),
        "accounts.csv": "".join(["domain,owner,tier\n", *map(_account, range(accounts))]),
        "blocked.csv": "".join(["domain\n", *(f"spam{at}.example\n" for at in range(accounts))]),
    }


def _area(name: str, each: int) -> str:
    country, _, part = name.partition("-")
    low, high = 100 * int(part) // each, 100 * (int(part) + 1) // each
    digits = ", ".join(f'"{at:02d}"' for at in range(low, high))
    return f"territory {name} = country is {country} and postal_code starts with [{digits}]\n"


def _rule(at: int, area: str, size: str, bought: str) -> str:
    when = f"{area} and {size} and product is {bought}"
    target = f"round-robin team-{at % TEAMS} else queue triage"
    name = f"{area}-{size}-{bought}".lower()
    return f"  rule {name} {{\n    when {when}\n    to   {target}\n  }}\n"


def _people() -> Iterator[str]:
    for team in range(TEAMS):
        yield f"person p{team}-0 {{ hours office  cap 20 per day }}\n"
        yield f"person p{team}-1 {{ hours office  backup p{team}-2 }}\n"
        yield f"person p{team}-2\n"
        yield f"team team-{team} {{ p{team}-0, p{team}-1, p{team}-2 weight 2 }}\n"


def _test(at: int) -> str:
    lead = f'id: "L-{at}", domain: "c{3 * at}.example", consent: true'
    return f'test "account {at}" {{\n  lead {{ {lead} }}\n  expect rule gold\n}}\n'


def _matrix(rows: int) -> Iterator[str]:
    for at in range(rows):
        industry, bought = INDUSTRIES[at % 4], PRODUCTS[at // 4 % 5]
        source, low = SOURCES[at // 20 % 8], 20 * (at // 160)
        asked = f"{industry},{bought},{source},{low}..{low + 19}"
        yield f"row-{at},{asked},team-{at % TEAMS},{at % 9 + 1} hours\n"


def _account(at: int) -> str:
    return f"c{at}.example,p{at % TEAMS}-{at % 3},{TIERS[at % 3]}\n"


def kinds(files: Mapping[str, str]) -> Iterator[Kind]:
    """Yield an edit of each kind, most of them in the middle of their file."""
    rows, areas = files["matrix.csv"].splitlines(), files["areas.route"].splitlines()
    row, area = rows[len(rows) // 2], areas[len(areas) // 2]
    account = files["accounts.csv"].splitlines()[len(files["accounts.csv"].splitlines()) // 2]
    rules = files[MAIN].split("  rule ")
    above, rule = (f"  rule {each}" for each in rules[3 * len(rules) // 4 :][:2])
    asked = rule.split("when ")[1].split("\n")[0]
    added = rule.replace("rule ", "rule new-", 1).replace(asked, f"{asked} and score > 90")
    test = 'test "account 1"'
    new_test = 'test "no" {\n  lead { id: "N", consent: false }\n  expect rule no-consent\n}\n'
    yield Kind("a comment", MAIN, rule, f"  # a comment\n{rule}")
    yield Kind("a narrower rule", MAIN, asked, f"{asked} and score >= 7")
    yield Kind("a rule added", MAIN, rule, added + rule)
    yield Kind("a rule deleted", MAIN, above + rule, above)
    yield Kind("another target", MAIN, rule, rule.replace("to   ", "to   queue compliance else "))
    yield Kind("a value of a rule's list", MAIN, '"b.example", ', '"b.example", "x.example", ')
    yield Kind("an SLA step", MAIN, "2 hours reassign", "3 hours reassign")
    yield Kind("a segment of few rules", MAIN, "score >= 80", "score >= 81")
    yield Kind("a segment of most rules", MAIN, "employees in 20..99", "employees in 21..99")
    yield Kind("a field's list: a value added", MAIN, "event, partner]", "event, partner, fair]")
    yield Kind("a field added", MAIN, "  score: ", "  phone:         text\n  score: ")
    yield Kind("a queue added", MAIN, "queue compliance\n", "queue compliance\nqueue later\n")
    yield Kind("an include added", MAIN, "\n\nlead", '\ninclude "more.route"\n\nlead')
    yield Kind("a team's member", "people.route", "team-3 { p3-0", "team-3 { p4-0, p3-0")
    yield Kind("a member's weight", "people.route", "p3-2 weight 2", "p3-2 weight 3")
    yield Kind("a person's backup", "people.route", "backup p3-2", "backup p3-0")
    yield Kind(
        "a person's absence",
        "people.route",
        "person p3-2\n",
        "person p3-2 { away 2026-12-01..2026-12-08 }\n",
    )
    yield Kind("a person added", "people.route", "person p3-0 ", "person new-one\nperson p3-0 ")
    yield Kind("a calendar's hours", "people.route", "09:00-17:30", "09:00-17:00")
    yield Kind("a calendar's holiday", "people.route", "2027-01-01", "2027-01-01, 2027-01-02")
    yield Kind("a territory, in an included file", "areas.route", area, f'{area[:-1]}, "x"]')
    yield Kind("a test", "tests.route", '"L-1"', '"L-one"')
    yield Kind("a test added", "tests.route", test, new_test + test)
    yield Kind("a guarantee", "tests.route", "team team-2", "team team-3")
    yield Kind(
        "a row of a table: its reply",
        "matrix.csv",
        f"{row}\n",
        f"{row.rpartition(',')[0]},11 hours\n",
    )
    other = row.replace("..", "..1", 1) if row.count("..1") == 0 else row.replace("..1", "..2", 1)
    yield Kind("a row of a table: what it asks", "matrix.csv", f"{row}\n", f"{other}\n")
    yield Kind("a row of a table added", "matrix.csv", f"{row}\n", f"{row}\nnew-{row}\n")
    lost = account.rpartition(",")[0]
    yield Kind("a lookup: a value", "accounts.csv", f"{account}\n", f"{lost},\n")
    yield Kind("a lookup: a row added", "accounts.csv", f"{account}\n", f"{account}\nn{account}\n")
    yield Kind("a list in a table: a value", "blocked.csv", "spam1.", "spam-new.example\nspam1.")
