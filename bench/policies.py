"""Policies of any size, always the same ones, to time the checker with.

    python bench/policies.py realistic 5000 FOLDER

writes FOLDER/policy.route and its tables, so that what is timed is the real way of a
policy from text to findings. The kinds:

realistic    territory x segment x product, exceptions on top, a few faults planted
territories  a table of areas with three rules each
matrix       a table of rules: territory x size x product x source, one rule a row
written      the rules of `matrix`, written
zips         every ZIP code of the United States in one table, exceptions by prefix around it
wide         random ranges over eight numbers: every rule meets most of the others
sat          random 3-SAT, one rule for each clause: hard on purpose, for any method
"""

import csv
import io
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import attrs

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "scripts"))

from chance import Chance

SEED = 4


@attrs.frozen
class Made:
    """A policy: its text, and its tables by file name."""

    text: str
    tables: dict[str, str] = attrs.Factory(dict[str, str])

    def write(self, folder: Path) -> Path:
        """Write it into `folder` and return the path of its main file."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            (folder / name).write_text(table, encoding="utf-8")
        main = folder / "policy.route"
        main.write_text(self.text, encoding="utf-8")
        return main


# -- realistic --

COUNTRIES = (
    "DE AT CH GB IE FR BE NL LU ES PT IT GR SE NO DK FI IS PL CZ SK HU RO BG HR SI EE LV LT US "
    "CA MX BR AR CL CO PE JP KR CN TW HK SG MY TH VN ID PH IN PK AU NZ ZA NG KE EG MA IL AE SA"
).split()
SIZES = ("Enterprise", "MidMarket", "Small", "Micro")
PRODUCTS = ("core", "analytics", "platform", "data", "support")
INDUSTRIES = ("software", "finance", "healthcare", "manufacturing", "retail", "other")
SOURCES = ("demo", "pricing", "trial", "webinar", "content", "chat", "event", "partner")
TEAMS = 12

_SCHEMA = f"""\
lead {{
  id:            text required
  domain:        text
  country:       country
  postal_code:   code
  employees:     integer 0..
  revenue:       money USD
  industry:      one of [{", ".join(INDUSTRIES)}]
  product:       one of [{", ".join(PRODUCTS)}]
  source:        one of [{", ".join(SOURCES)}]
  score:         integer 0..100
  language:      language
  status:        one of [prospect, trial, customer, churned]
  consent:       boolean
  account_owner: person
}}

segment size first of {{
  Enterprise = employees >= 1000 or revenue >= 100M
  MidMarket  = employees in 100..999
  Small      = employees in 20..99
  Micro      = employees < 20
}}
segment Hot = source in [demo, pricing] and score >= 80

queue triage
queue compliance
"""


def realistic(rules: int) -> Made:
    """Return a policy of about so many rules, as sales operations would write it."""
    chance = Chance(SEED)
    exceptions = rules // 10
    areas = _areas(max(1, (rules - exceptions) // (len(SIZES) * len(PRODUCTS))))
    names = [name for name, _ in areas]
    holes = {(chance.one(names), chance.one(PRODUCTS)) for _ in range(4)}
    parts = [_SCHEMA]
    for team in range(TEAMS):
        members = [f"p{team}-{number}" for number in range(3)]
        parts.extend(f"person {member}" for member in members)
        parts.append(f"team team-{team} {{ {', '.join(members)} weight 2 }}")
    parts.extend(f"territory {name} = {condition}" for name, condition in areas)
    parts.append("\nroute inbound {")
    parts.extend(_exceptions(chance, names, exceptions))
    for name, size, bought in product(names, SIZES, PRODUCTS):
        if (name, bought) not in holes:
            when = f"{name} and {size} and product is {bought}"
            parts.append(_rule(f"{name}-{size}-{bought}".lower(), when, chance))
    parts.extend(_faults(chance, names, max(2, rules // 500)))
    return Made("\n".join([*parts, "}", ""]))


def _areas(count: int) -> list[tuple[str, str]]:
    """Return so many territories: countries, and parts of countries by postcode."""
    if count <= len(COUNTRIES):
        return [(code, f"country is {code}") for code in COUNTRIES[:count]]
    each, more = divmod(count, len(COUNTRIES))
    found: list[tuple[str, str]] = []
    for at, code in enumerate(COUNTRIES):
        parts = each + (at < more)
        width = 100 / parts
        for part in range(parts):
            digits = range(round(part * width), round((part + 1) * width))
            prefixes = ", ".join(f'"{number:02d}"' for number in digits)
            condition = f"country is {code} and postal_code starts with [{prefixes}]"
            found.append((f"{code}-{part}", condition))
    return found


def _rule(name: str, when: str, chance: Chance) -> str:
    team = chance.number(0, TEAMS - 1)
    target = f"round-robin team-{team} else queue triage"
    return f"  rule {name} {{\n    when {when}\n    to   {target}\n  }}"


def _exceptions(chance: Chance, areas: list[str], count: int) -> Iterator[str]:
    yield "  rule no-consent {\n    when consent is false\n    to   queue compliance\n  }"
    owned = "when status is customer and account_owner is present"
    yield f"  rule existing {{\n    {owned}\n    to   owner account_owner else queue triage\n  }}"
    for number in range(count - 2):
        yield _rule(f"exception-{number}", _exception(chance, areas, number), chance)


def _exception(chance: Chance, areas: list[str], number: int) -> str:
    area = chance.one(areas)
    match chance.number(0, 9):
        case 0 | 1 | 2 | 3:
            return f'domain in ["a{number}.example", "b{number}.example"]'
        case 4 | 5 | 6:
            return (
                f"{area} and source is {chance.one(SOURCES)} and score >= {chance.number(60, 95)}"
            )
        case 7 | 8:
            low = chance.number(1, 80)
            industry = chance.one(INDUSTRIES)
            return f"{area} and industry is {industry} and revenue in {low}M..{low + 20}M"
        case _:
            language = chance.word("de|fr|es|pt|ja")
            return (
                f"Hot and product is {chance.one(PRODUCTS)} and language is {language} and {area}"
            )


def _faults(chance: Chance, areas: list[str], count: int) -> Iterator[str]:
    """Return rules that come too late, taken by one earlier rule or by several."""
    for number in range(count):
        area, size, bought = chance.one(areas), chance.one(SIZES), chance.one(PRODUCTS)
        when = f"{area} and {size} and product is {bought} and industry is other"
        yield _rule(f"late-{number}", when, chance)
        several = f"{area} and product is {bought} and employees >= {chance.number(1, 90)}"
        yield _rule(f"late-{number}-several", several, chance)


# -- a table of rules, and the same rules written --


def matrix(rules: int) -> Made:
    """Return a policy whose rules are the rows of one table: territory, size, product, source."""
    parts, rows = _grid(rules)
    header = "name,territory,size,product,source,team,reply"
    lines = [
        f'{name},{area},{size},{bought},"{", ".join(sources)}",{team},{reply}'
        for name, area, size, bought, sources, team, reply in rows
    ]
    head = """  rules from "matrix.csv" by territory, size, product, source {
    to   round-robin column team
    else queue triage
    sla  column reply
  }"""
    text = "\n".join([*parts, head, "  fallback to queue triage", "}", ""])
    return Made(text, {"matrix.csv": "\n".join([header, *lines, ""])})


def written(rules: int) -> Made:
    """Return the policy of `matrix` with its rows as written rules."""
    parts, rows = _grid(rules)
    for name, area, size, bought, sources, team, reply in rows:
        more = f" and source in [{', '.join(sources)}]" if sources else ""
        parts.append(
            f"""  rule {name} {{
    when {area} and {size} and product is {bought}{more}
    to   round-robin {team}
    else queue triage
    sla  {reply}
  }}"""
        )
    return Made("\n".join([*parts, "  fallback to queue triage", "}", ""]))


_Cells = tuple[str, str, str, str, tuple[str, ...], str, str]


def _grid(rules: int) -> tuple[list[str], list[_Cells]]:
    """Return all above the rules, and the cells of each: half of them for two sources, on top."""
    chance = Chance(SEED)
    areas = _areas(max(1, rules // (2 * len(SIZES) * len(PRODUCTS))))
    parts = [_SCHEMA]
    parts.extend(f"person p{team}\nteam team-{team} {{ p{team} }}" for team in range(TEAMS))
    parts.extend(f"territory {name} = {condition}" for name, condition in areas)
    parts.append("\nroute inbound {")
    rows: list[_Cells] = []
    for at, (place, size, bought) in enumerate(product(areas, SIZES, PRODUCTS)):
        name = f"{place[0]}-{size}-{bought}".lower()
        hot = (SOURCES[at % 4], SOURCES[4 + at % 4])
        for suffix, sources in (("-hot", hot), ("", ())):
            team, hours = chance.number(0, TEAMS - 1), chance.number(1, 47)
            cells = (f"{name}{suffix}", place[0], size, bought, sources)
            rows.append((*cells, f"team-{team}", f"{hours} hours"))
    return parts, rows


# -- territories --

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def territories(rules: int) -> Made:
    """Return three rules for each area of a table; short names, so that one file holds them."""
    areas = [_short(number) for number in range(rules // 3)]
    table = "postal_code,area\n" + "".join(
        f"{number:06d},a{name}\n" for number, name in enumerate(areas)
    )
    parts = [
        "lead { postal_code: code employees: integer 0.. source: one of [demo, chat] }",
        'territory All { from "areas.csv" by postal_code -> area }',
        "segment L=employees >= 1000\nsegment M=employees in 100..999\nsegment S=employees < 100",
        "queue q",
        "route inbound {",
    ]
    for name, (letter, size) in product(areas, zip("lms", "LMS", strict=True)):
        parts.append(f"rule {letter}{name}{{when a{name} and {size} to queue q}}")
    return Made("\n".join([*parts, "}", ""]), {"areas.csv": table})


def _short(number: int) -> str:
    text = ""
    while number or not text:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


# -- ZIP codes --


def zips(exceptions: int) -> Made:
    """Return a rule for each area of the ZIP table, with exceptions by prefix before and after."""
    import zipcodes  # noqa: PLC0415 - takes a second, and only this policy needs it

    rows: list[dict[str, str]] = zipcodes.list_all()
    codes = sorted({row["zip_code"]: row["state"] for row in rows}.items())
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["zip", "area"])
    table.writerows((code, f"{state}-{code[:2]}") for code, state in codes)
    areas = list(dict.fromkeys(f"{state}-{code[:2]}" for code, state in codes))
    chance = Chance(SEED)
    parts = [
        "lead { zip: code first 5 job: one of [repair, new, advice] score: integer 0..100 }",
        'territory USA {\n  from "zips.csv" by zip -> area\n}',
        "queue triage\nqueue local",
        "route jobs {",
    ]
    for at in range(exceptions):
        code = chance.one(codes)[0]
        prefix = code[: chance.number(3, 5)]
        job = chance.word("repair|new|advice")
        parts.append(
            f'  rule before-{at} {{\n    when zip starts with "{prefix}" and job is {job} and '
            f"score >= {chance.number(10, 90)}\n    to   queue local\n  }}"
        )
    parts.extend(
        f"  rule {area.lower()} {{\n    when {area}\n    to   queue triage\n  }}" for area in areas
    )
    for at in range(exceptions):
        prefix = chance.one(codes)[0][: chance.number(2, 4)]
        parts.append(
            f'  rule after-{at} {{\n    when zip starts with "{prefix}"\n    to   queue local\n  }}'
        )
    return Made("\n".join([*parts, "}", ""]), {"zips.csv": stream.getvalue()})


# -- hard ones --


def wide(rules: int) -> Made:
    """Return rules that each ask for a wide range of all of eight numbers."""
    chance = Chance(SEED)
    fields = [f"n{number}" for number in range(8)]
    schema = "\n".join(f"  {field}: integer 0..999 required" for field in fields)
    parts = [f"lead {{\n{schema}\n}}", "queue q", "route inbound {"]
    for number in range(rules):
        sides: list[str] = []
        for field in fields:
            width = chance.number(400, 950)
            low = chance.number(0, 999 - width)
            sides.append(f"{field} in {low}..{low + width}")
        parts.append(f"  rule r{number} {{\n    when {' and '.join(sides)}\n    to   queue q\n  }}")
    return Made("\n".join([*parts, "}", ""]))


def sat(variables: int) -> Made:
    """Return random 3-SAT at its hardest ratio; a gap is an assignment that satisfies it."""
    chance = Chance(SEED)
    fields = [f"x{number}" for number in range(variables)]
    schema = "\n".join(f"  {field}: boolean required" for field in fields)
    parts = [f"lead {{\n{schema}\n}}", "queue q", "route inbound {"]
    for number in range(round(variables * 4.26)):
        chosen: dict[str, bool] = {}
        while len(chosen) < 3:
            chosen.setdefault(chance.one(fields), chance.happens(0.5))
        sides = " and ".join(f"{name} is {str(value).lower()}" for name, value in chosen.items())
        parts.append(f"  rule r{number} {{\n    when {sides}\n    to   queue q\n  }}")
    return Made("\n".join([*parts, "}", ""]))


KINDS: dict[str, Callable[[int], Made]] = {
    "realistic": realistic,
    "matrix": matrix,
    "written": written,
    "territories": territories,
    "zips": zips,
    "wide": wide,
    "sat": sat,
}


def main(argv: list[str]) -> None:
    """Write a policy of the kind and size asked for."""
    if len(argv) != 3 or argv[0] not in KINDS or not argv[1].isdigit():
        sys.exit(f"usage: python bench/policies.py {'|'.join(KINDS)} NUMBER FOLDER")
    path = KINDS[argv[0]](int(argv[1])).write(Path(argv[2]))
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
