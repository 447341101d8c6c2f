"""Time the difference of two versions of a large policy.

    python bench/diff.py [RULES [EDITS [boundary]]]

The policy is territory x segment x product with exceptions on top, always the same one;
the edits are those that people make: another target, a rule taken away, a condition
narrowed or widened, a rule put in, a rule moved; with `boundary` as the third argument
also a segment's boundary, by which a third of the rules lose leads. Printed are the seconds
of the processor for the difference, beside those for reading both versions, and the
sentences for each edit, which a boundary has one of for each rule.
"""

import gc
import re
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "scripts"))

from chance import Chance

from turnout.compiler.difference import difference
from turnout.compiler.program import Program, lower
from turnout.dsl.files import parse_files
from turnout.dsl.rereading import RulesRead
from turnout.dsl.resolve import resolve

SEED = 7
RULES, EDITS = 5_000, 6
MOST_SECONDS, MOST_SENTENCES = 3.0, 1.5
BOUNDARY = "employees in 100..999", "employees in 100..899"
COUNTRIES = "DE AT CH FR GB IE ES PT IT NL BE SE NO DK FI PL CZ US CA MX BR JP KR IN AU".split()
SIZES = ("Enterprise", "MidMarket", "Small")
PRODUCTS = ("core", "analytics", "platform", "data")
SOURCES = ("demo", "pricing", "trial", "webinar", "content", "event")
TEAMS = 12
RULE = re.compile(r"rule (?P<name>\S+) \{ when (?P<when>.+) to (?P<to>.+) \}\n")

SCHEMA = f"""\
lead {{
  id: text required
  domain: text
  country: country
  postal_code: code
  employees: integer 0..
  revenue: money USD
  product: one of [{", ".join(PRODUCTS)}]
  source: one of [{", ".join(SOURCES)}]
  score: integer 0..100
  consent: boolean
}}
segment size first of {{
  Enterprise = employees >= 1000 or revenue >= 100M
  MidMarket  = employees in 100..999
  Small      = employees < 100
}}
queue triage
"""


def policy(rules: int, chance: Chance) -> str:
    """Return a policy of about so many rules, a rule a line."""
    exceptions = rules // 10
    areas = max(1, (rules - exceptions) // (len(SIZES) * len(PRODUCTS)))
    parts, names = areas // len(COUNTRIES) + 1, list[str]()
    text = [SCHEMA, *(f"person p{n}\nteam team-{n} {{ p{n} }}\n" for n in range(TEAMS))]
    for code, part in list(product(COUNTRIES, range(parts)))[:areas]:
        bounds = range(100 * part // parts, 100 * (part + 1) // parts)
        prefixes = ", ".join(f'"{number:02d}"' for number in bounds)
        names.append(f"{code}-{part}")
        starts = f"postal_code starts with [{prefixes}]"
        text.append(f"territory {names[-1]} = country is {code} and {starts}\n")
    text.append("route inbound {\nrule no-consent { when consent is false to queue triage }\n")
    for number in range(exceptions):
        when = f'domain is "a{number}.example"'
        if number % 3:
            area, source = chance.one(names), chance.one(SOURCES)
            when = f"{area} and source is {source} and score >= {chance.number(60, 95)}"
        text.append(f"rule exception-{number} {{ when {when} to {target(chance)} }}\n")
    for area, size, bought in product(names, SIZES, PRODUCTS):
        when = f"{area} and {size} and product is {bought}"
        name = f"{area}-{size}-{bought}".lower()
        text.append(f"rule {name} {{ when {when} to {target(chance)} }}\n")
    return "".join([*text, "fallback to queue triage\n}\n"])


def target(chance: Chance) -> str:
    """Return the targets of a rule."""
    return f"round-robin team-{chance.number(0, TEAMS - 1)} else queue triage"


def edited(text: str, edits: int, chance: Chance) -> str:
    """Return the policy after so many edits, each of another rule."""
    found = list(RULE.finditer(text))
    chosen = [chance.number(1, len(found) - 1) for _ in range(edits)]
    for at, rule in enumerate(found[number] for number in chosen):
        line, when = rule[0], rule["when"]
        match at % 6:
            case 0:
                new = line.replace(rule["to"], "queue triage")
            case 1:
                new = ""
            case 2:
                new = line.replace(when, f"{when} and score >= 50")
            case 3:
                new = line.replace(when, when.rpartition(" and ")[0] or when)
            case 4:
                new = f"rule new-{at} {{ when {when} and source is demo to queue triage }}\n{line}"
            case _:
                new = ""
                other = found[chance.number(1, len(found) - 1)][0]
                text = text.replace(other, other + line.replace(rule["name"], f"moved-{at}"))
        text = text.replace(line, new, 1)
    return text


def program(text: str, path: Path, known: RulesRead) -> Program:
    """Return a policy, read as the command does. known: rules of the other version."""
    path.write_text(text, encoding="utf-8")
    return lower(resolve(parse_files(path, known=known), path).policy)


def main(argv: list[str]) -> None:
    """Print how long the difference takes, and how many sentences it needs."""
    gc.set_threshold(100_000, 20, 20)  # as the command line has it
    rules = int(argv[0]) if argv else RULES
    edits = int(argv[1]) if len(argv) > 1 else EDITS
    chance = Chance(SEED)
    old_text = policy(rules, chance)
    has_boundary = argv[2:] == ["boundary"]
    new_text = edited(old_text, edits - has_boundary, chance)
    if has_boundary:
        new_text = new_text.replace(*BOUNDARY)
    with TemporaryDirectory() as folder:
        start = process_time()
        known = RulesRead()
        old, new = (
            program(text, Path(folder, f"{name}.route"), known)
            for name, text in (("old", old_text), ("new", new_text))
        )
        reading = process_time() - start
    start = process_time()
    found = difference(old, new)
    seconds = process_time() - start
    undecided = sum(len(route.undecided) for route in found.routes)
    shown = sum(shift.witness is not None for shift in found.shifts)
    each = len(found.shifts) / edits
    print(f"{len(RULE.findall(old_text)):,} rules, {edits} edits")
    print(f"reading both    {reading:6.2f} s")
    print(
        f"difference      {seconds:6.2f} s   {seconds / reading:.2f} of reading, "
        f"at most {MOST_SECONDS:.0f} s"
    )
    print(f"sentences       {each:6.2f} an edit, at most {MOST_SENTENCES}; {undecided} undecided")
    print(f"with a lead     {shown} of {len(found.shifts)}")
    is_within = seconds <= MOST_SECONDS and (has_boundary or each <= MOST_SENTENCES)
    is_within = is_within and not undecided
    sys.exit(0 if is_within else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
