"""Make the jobs of this example, as the web form, the call centre and resellers send them.

    python examples/scripts/home_services.py > examples/home-services/leads.jsonl

Names and streets are invented, ZIP codes are real. The same seed gives the same bytes on
every machine.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chance import Chance

TODAY = date(2026, 11, 23)
SEED = 228
NAMES = (
    "Alma Reyes|Bo Sandberg|Carmen Díaz|Dwayne Foster|Ella Nowak|Frank O'Hara|Gwen Stone|Hiro Abe|"
    "Irma Blum|Jack Tran|Kate Muñoz|Liam Burke|Mona Haas|Ned Pruitt|Opal Grant|Pia Schröder"
).split("|")
# job: how often, and what people write about it
JOBS = {
    "heating": (26, "furnace makes a noise|radiators stay cold|yearly check|new thermostat"),
    "cooling": (14, "AC blows warm air|condenser is loud|Quote for a heat pump"),
    "plumbing": (24, "kitchen tap drips|toilet runs|two new bathrooms|pipe burst in the wall!"),
    "drains": (14, "shower drains slowly|grease trap is full|SEWAGE in the basement"),
    "water-heater": (12, "lukewarm water|pilot light goes out|20 years old, time for a new one"),
    "electrical": (20, "outlet is dead|panel upgrade|sparks from the breaker box"),
    "ev-charger": (12, "charger in the garage|two chargers for our vans"),
    "roofing": (4, "shingles came off|flat roof leaks"),
    "pest-control": (4, "ants in the kitchen|something lives in the attic"),
    "invoice": (4, "paid twice|wrong name on the invoice"),
}
ALARMS = (
    "I smell gas in the hallway",
    "carbon monoxide alarm went off",
    "no heat since last night, baby in the house",
    "basement is FLOODED",
    "the street smells of gas",
)
BRANCHES = {"Boston": 9, "Philadelphia": 12, "Charlotte": 7, "Atlanta": 9, "Tampa": 9, "Chicago": 9}
BRANCHES |= {"Minneapolis": 9, "Dallas": 8, "Houston": 7, "Denver": 10, "Phoenix": 6, "Seattle": 9}
BRANCHES |= {"Beyond": 9}
MOUNTAINS = ("804", "816")
URGENCIES = {"emergency": 12, "today": 22, "this-week": 40, "flexible": 26}
HOMES = {"house": 60, "condo": 26, "apartment": 14, "mobile-home": 6}
BUILDINGS = {"office": 10, "restaurant": 10, "warehouse": 6}
CREWS = {
    "Boston": "aoife|dmitri|joao",
    "Philadelphia": "andre|bridget|Calvin",
    "Charlotte": "faith|Gordon",
    "Atlanta": "hazel|isaiah.bell@brightpipe.example",
    "Tampa": "lourdes.vega@brightpipe.example|kelvin",
    "Chicago": "magda|nate|Percy",
    "Minneapolis": "quincy|ruth",
    "Dallas": "santos|TAMMY",
    "Houston": "wanda|xavier",
    "Denver": "yvette|zeke",
    "Phoenix": "alma|brock",
    "Seattle": "Dalia|cedar.whitfield@brightpipe.example",
}


def document(number: int) -> str:
    """As many leads as asked for, and among them the lines that are none."""
    chance = Chance(SEED)
    codes = codes_by_branch()
    leads = [lead(chance, codes, at) for at in range(1, number + 1)]
    for at in range(44, len(leads), 59):
        leads[at] |= {"id": leads[at - 20]["id"]}  # one id, two jobs
    lines = [json.dumps(fields, ensure_ascii=False) for fields in leads]
    for at, odd in zip(range(25, len(lines), 31), ODD_LINES, strict=False):
        lines.insert(at, odd)
    return "".join(f"{line}\n" for line in lines)


ODD_LINES = (
    "",
    '{"id": "J-20999", "postal_code": "0211',  # the connection broke
    '"please call me back"',
    "[]",
    '{"postal_code": "33602", "job": "plumbing"}',  # no id
    "null",
)


def codes_by_branch() -> dict[str, list[str]]:
    """The ZIP codes of each branch."""
    codes: dict[str, list[str]] = defaultdict(list)
    with (Path(__file__).parents[1] / "home-services" / "zip-branches.csv").open(
        encoding="utf-8", newline=""
    ) as table:
        for row in csv.DictReader(table):
            codes[row["branch"]].append(row["postal_code"])
    return codes


# -- one lead --


def lead(chance: Chance, codes: Mapping[str, Sequence[str]], number: int) -> dict[str, Any]:
    """The fields of one lead; what the customer left out is absent or null."""
    job = chance.weighted({name: share for name, (share, _) in JOBS.items()})
    urgency = chance.weighted(URGENCIES)
    details = chance.word(JOBS[job][1])
    if urgency == "emergency" and chance.happens(0.4):
        details = chance.one(ALARMS)
    branch = chance.weighted(BRANCHES)
    near = codes[branch]
    if branch == "Denver" and chance.happens(0.6):
        near = [code for code in near if code.startswith(MOUNTAINS)]
    hour, minute = chance.number(0, 9), chance.number(0, 59)
    fields: dict[str, Any] = {
        "id": f"J-{20_000 + number}",
        "submitted_at": f"{TODAY.isoformat()}T{hour:02}:{minute:02}:00Z",
        "contact": {"name": chance.one(NAMES), "phone": f"555-01{chance.number(0, 99):02}"},
        "postal_code": written_code(chance, chance.one(near)),
        "job": respelled(chance, job),
        "urgency": respelled(chance, urgency),
        "details": details,
    }
    return fields | building(chance) | history(chance, branch)


def building(chance: Chance) -> dict[str, Any]:
    """What stands there, and whose it is."""
    if chance.happens(0.24):
        kind = chance.weighted(BUILDINGS)
        feet = chance.number(1_200, 60_000)
    else:
        kind = chance.weighted(HOMES)
        feet = chance.number(500, 4_000)
    fields: dict[str, Any] = {"property": respelled(chance, kind)}
    if chance.happens(0.6):
        fields["square_feet"] = chance.one(
            (feet, f"{feet:,}", f"{feet} sq ft", str(feet), "unknown")
        )
    if kind in HOMES:
        fields["owns_home"] = chance.one(
            (True, True, True, True, True, True, "yes", "Y", 1, False, "no", None)
        )
    return fields


def history(chance: Chance, branch: str) -> dict[str, Any]:
    """What we know of them already."""
    fields: dict[str, Any] = {"may_contact": chance.one((True,) * 30 + ("yes", "no", None, ""))}
    if chance.happens(0.3):
        fields["plan"] = chance.one(("basic", "Basic", "complete", "COMPLETE", "none"))
        fields["technician"] = chance.word(f"{CREWS.get(branch, 'any')}|old Bob|any")
    if chance.happens(0.4):
        at = TODAY - timedelta(days=chance.number(100, 9_000))
        fields["installed"] = chance.one(
            (
                at.isoformat(),
                f"{at:%m/%d/%Y}",
                f"{at:%B} {at.day}, {at.year}",
                str(at.year),
                "unknown",
            )
        )
    return fields


# -- how people and programs write things --


def written_code(chance: Chance, code: str) -> str | int | float | None:
    """A ZIP code, as a text or as what spreadsheets make of it."""
    if chance.happens(0.7):
        return code
    return chance.one(
        (
            f"{code}-{chance.number(1, 9999):04}",
            f"{code}-{chance.number(1, 9999):04}",
            f"{code}{chance.number(1, 9999):04}",
            f" {code} ",
            int(code),
            int(code),
            float(code),
            f"ZIP {code}",
            "M5V 2T6",
            "99999",
            "unknown",
            "",
            None,
        )
    )


def respelled(chance: Chance, value: str) -> str | None:
    """A value of a list in some other spelling, now and then none."""
    if chance.happens(0.75):
        return value
    return chance.one(
        (value.title(), value.upper(), value.replace("-", " "), f" {value}", "n/a", None)
    )


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(document(240))
