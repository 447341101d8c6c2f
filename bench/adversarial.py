"""Policies made to hang the checker: each ends by its deadline, and within its memory.

    python bench/adversarial.py               # every family
    python bench/adversarial.py texts xor     # some, by name

Every family is one thing that a person, a generator or somebody with ill will can write
and that multiplies inside: each segment the exclusive-or of the one before, hundreds of
texts that may stand anywhere in a value, a list of ten thousand. `turnout check` runs on
each in a process of its own. Printed are the seconds on the wall, of the limit
(`DEADLINE` and a tenth, and what starting and reading take, as a run without any time
shows), and the memory, of `MEGABYTES`.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from time import monotonic

import attrs

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "scripts"))
sys.path.insert(0, str(Path(__file__).parent))

from chance import Chance
from policies import SEED, Made, sat, wide

DEADLINE, MEGABYTES = 5.0, 500

PATIENCE = 30.0
"""Seconds after which a process is ended; its row says -9."""

HEAD = "queue q\nqueue p\n"


def _route(rules: list[str], end: str = "fallback to queue q") -> str:
    named = (f"  rule r{at} {{ when {when} to queue p }}" for at, when in enumerate(rules))
    return "\n".join([HEAD, "route main {", *named, f"  {end}" if end else "", "}", ""])


def _text(at: int, chance: Chance) -> str:
    letters = "".join(chance.one("abcdefghij") for _ in range(5))
    return f"{letters}{at}"


# -- conditions that multiply --


def xor(size: int) -> Made:
    """Return segments that are each the exclusive-or of the one before and a field."""
    parts = ["lead {", *(f"  b{at}: boolean required" for at in range(size + 1)), "}"]
    parts.append("segment s0 = b0 is true")
    for at in range(1, size + 1):
        other = f"s{at - 1}"
        both = f"({other} and b{at} is false) or (not ({other}) and b{at} is true)"
        parts.append(f"segment s{at} = {both}")
    return Made("\n".join(parts) + "\n" + _route([f"s{size}", f"not (s{size})"], end=""))


def doubled(size: int) -> Made:
    """Return segments that each mention the one before twice, in an `or` of two fields."""
    parts = ["lead {", *(f"  n{at}: integer 0.." for at in range(size + 1)), "}"]
    parts.append("segment s0 = n0 > 3")
    for at in range(1, size + 1):
        other = f"s{at - 1}"
        parts.append(f"segment s{at} = ({other} or n{at} > 2) and ({other} or n{at} < 9)")
    return Made("\n".join(parts) + "\n" + _route([f"s{size}", f"s{size // 2}", "n0 > 1"], end=""))


def wide_or(size: int) -> Made:
    """Return one rule whose `or` has so many sides, over two fields each."""
    chance = Chance(SEED)
    sides = [
        f"(a is {chance.number(0, 9999)} and b is {chance.number(0, 9999)})" for _ in range(size)
    ]
    schema = "lead { a: integer 0.. b: integer 0.. }\n"
    return Made(schema + _route([" or ".join(sides), "a > 3 and b > 3"], end=""))


def product(size: int) -> Made:
    """Return one rule that is an `and` of so many `or`s over fields of their own."""
    schema = ["lead {", *(f"  f{at}: integer 0..9 required" for at in range(2 * size)), "}"]
    ands = [f"(f{2 * at} > 3 or f{2 * at + 1} < 5)" for at in range(size)]
    rules = [" and ".join(ands), " and ".join(reversed(ands[1:])), "f0 > 5"]
    return Made("\n".join(schema) + "\n" + _route(rules, end=""))


def nested(size: int) -> Made:
    """Return blocks within blocks, as deep as the language lets them be."""
    schema = ["lead {", *(f"  f{at}: integer 0..9" for at in range(size)), "}"]
    opened: list[str] = []
    for at in range(size):
        opened.append(f"within f{at} > 3 or f{(at + 1) % size} < 2 {{")
        opened.append(f"  rule x{at} {{ when f{at} is 4 to queue p }}")
    text = "\n".join([*schema, HEAD, "route main {", *opened, "}" * size, "}", ""])
    return Made(text)


def negated(size: int) -> Made:
    """Return `not (not (... ))` around an `or`, as deep as the language lets it be."""
    when = "a is 1 or b is 2"
    for at in range(size):
        when = f"not ({when}) or {'ab'[at % 2]} is {at}"
    return Made("lead { a: integer b: integer }\n" + _route([when, f"not ({when})"], end=""))


# -- texts --


def texts(size: int) -> Made:
    """Return a list of so many texts that may stand anywhere in a title."""
    chance = Chance(SEED)
    listed = ", ".join(f'"{_text(at, chance)}"' for at in range(size))
    return Made("lead { title: text }\n" + _route([f"title contains [{listed}]"], end=""))


def texts_apart(size: int) -> Made:
    """Return a rule for each of so many texts, every tenth text inside another."""
    chance = Chance(SEED)
    made = [_text(at, chance) for at in range(size)]
    rules = [f'title contains "{text if at % 10 else text[:3]}"' for at, text in enumerate(made)]
    return Made("lead { title: text mail: email }\n" + _route(rules, end=""))


def ends(size: int) -> Made:
    """Return rules for ends of an address, and prefixes of it."""
    chance = Chance(SEED)
    made = [_text(at, chance) for at in range(size)]
    rules = [
        f'mail ends with "{text}.example"' if at % 2 else f'mail starts with "{text}"'
        for at, text in enumerate(made)
    ]
    return Made("lead { mail: email }\n" + _route(rules, end=""))


def regexes(size: int) -> Made:
    """Return a rule for each of so many regular expressions."""
    chance = Chance(SEED)
    forms = ("^{}", "{}$", "({}|{}).*[0-9]+", "[a-f]+{}?", ".*{}.{{3}}")
    rules: list[str] = []
    for at in range(size):
        one, two = _text(at, chance), _text(at, chance)
        rules.append(f'title matches "{chance.one(forms).format(one, two)}"')
    return Made("lead { title: text }\n" + _route(rules, end=""))


def dense_regexes(size: int) -> Made:
    """Return expressions whose automata grow when they are taken together."""
    rules = [
        f'title matches "[ab]*a[ab]{{{at % 20 + 1}}}{"b" * (at // 20)}$"' for at in range(size)
    ]
    return Made("lead { title: text }\n" + _route(rules, end=""))


# -- sizes --


def values(size: int) -> Made:
    """Return lists of so many values, overlapping, and the rules around them."""
    rules = [
        "zip in [" + ", ".join(f'"{at * step:06d}"' for at in range(size)) + "]"
        for step in (1, 2, 3)
    ]
    return Made("lead { zip: code }\n" + _route([*rules, 'zip starts with "00"'], end=""))


def fields(size: int) -> Made:
    """Return so many fields, each asked by a rule of its own."""
    schema = ["lead {", *(f"  f{at}: integer" for at in range(size)), "}"]
    rules = [f"f{at} > {at} and f{(at + 7) % size} < 3" for at in range(size)]
    return Made("\n".join(schema) + "\n" + _route(rules, end=""))


def guarantees(size: int) -> Made:
    """Return so many guarantees over rules that each take a range of three numbers."""
    chance = Chance(SEED)
    rules = []
    for _ in range(60):
        sides = []
        for name in "abc":
            low = chance.number(0, 80)
            sides.append(f"{name} in {low}..{low + 20}")
        rules.append(" and ".join(sides))
    schema = "lead { a: integer 0..100 b: integer 0..100 c: integer 0..100 }\n"
    lines = []
    for at in range(size):
        when = f"a > {at % 97} and b < {at % 89} and c is not {at % 83}"
        lines.append(f"guarantee g{at} {{\n  when {when} never reaches queue p\n}}")
    return Made(schema + _route(rules) + "\n".join(lines) + "\n")


def references(size: int) -> Made:
    """Return so many segments, each an `or` of four earlier ones, and a rule for each."""
    parts = ["lead {", *(f"  f{at}: integer" for at in range(8)), "}"]
    parts += [f"segment s{at} = f{at} > {at}" for at in range(8)]
    for at in range(8, size):
        four = [f"s{at - back}" for back in (1, 3, 5, 8)]
        parts.append(f"segment s{at} = ({four[0]} or {four[1]}) and ({four[2]} or not {four[3]})")
    rules = [f"s{at}" for at in range(size - 1, 7, -1)]
    return Made("\n".join(parts) + "\n" + _route(rules, end=""))


def siblings(size: int) -> Made:
    """Return a family of so many territories that each overlap their neighbours."""
    members = [
        f"  t{at} = a in {at}..{at + 40} and b in {at % 7}..{at % 7 + 30}" for at in range(size)
    ]
    family = "\n".join(["segment all {", *members, "}"])
    schema = "lead { a: integer 0..9999 b: integer 0..99 }\n"
    return Made(schema + family + "\n" + _route(["t0"], end=""))


def chains(size: int) -> Made:
    """Return rules that each try so many people, one after the other."""
    people = [f"person p{at}" for at in range(size)]
    cut = [f"person p{at} else person p{(at + 1) % size}" for at in range(size)]
    rules = [
        f"  rule r{at} {{ when n is {at} to {' else '.join(cut[at:] + cut[:at])} }}"
        for at in range(30)
    ]
    text = ["lead { n: integer }", *people, HEAD, "route main {", *rules]
    return Made("\n".join([*text, "  fallback to queue q", "}", ""]))


def holidays(size: int) -> Made:
    """Return calendars with so many days off, and rules that ask them."""
    days = ", ".join(
        f"{2020 + at // 336}-{at // 28 % 12 + 1:02d}-{at % 28 + 1:02d}" for at in range(size)
    )
    kinds = [
        f'calendar c{at} {{\n  timezone "Europe/Berlin"\n  '
        f"open mon..fri {8 + at:02}:00-{9 + at:02}:30\n  closed {days}\n}}"
        for at in range(8)
    ]
    rules = [f"open c{at} and not open c{(at + 3) % 8} and n > {at}" for at in range(8)]
    return Made("lead { n: integer }\n" + "\n".join(kinds) + "\n" + _route(rules, end=""))


def lookups(size: int) -> Made:
    """Return a table of so many rows that gives a lead two fields, and rules over these."""
    rows = "domain,tier,area\n" + "".join(
        f"d{at}.example,{'abc'[at % 3]},z{at % 997}\n" for at in range(size)
    )
    schema = (
        "lead {\n  domain: domain\n"
        '  tier: one of [a, b, c] from "table.csv" by domain -> tier\n'
        '  area: text from "table.csv" by domain -> area\n}\n'
    )
    rules = [f"tier is {'abc'[at % 3]} and area is z{at}" for at in range(300)]
    return Made(schema + _route(rules, end=""), {"table.csv": rows})


def held(size: int) -> Made:
    """Return an `any of` field of so many values, and a rule for each pair of neighbours."""
    names = ", ".join(f"v{at}" for at in range(size))
    rules = [f"tags has v{at} and not (tags has v{(at + 1) % size})" for at in range(size)]
    return Made(f"lead {{ tags: any of [{names}] }}\n" + _route(rules, end=""))


FAMILIES: dict[str, tuple[Callable[[int], Made], int]] = {
    "xor": (xor, 40),
    "doubled": (doubled, 60),
    "sat": (sat, 150),
    "wide": (wide, 800),
    "or": (wide_or, 3_000),
    "product": (product, 40),
    "nested": (nested, 40),
    "negated": (negated, 40),
    "texts": (texts, 328),
    "texts-apart": (texts_apart, 300),
    "ends": (ends, 400),
    "regexes": (regexes, 150),
    "dense": (dense_regexes, 60),
    "values": (values, 10_000),
    "fields": (fields, 800),
    "guarantees": (guarantees, 1_000),
    "references": (references, 200),
    "siblings": (siblings, 400),
    "chains": (chains, 100),
    "holidays": (holidays, 2_000),
    "lookups": (lookups, 20_000),
    "held": (held, 150),
}
"""Every family, with the size at which it is tried."""


@attrs.frozen
class Ended:
    """How one check ended. megabytes: of memory at most. kinds: findings, by name."""

    seconds: float
    megabytes: int
    status: int
    kinds: Counter[str]


def ended(path: Path, deadline: float = DEADLINE) -> Ended:
    """Return how `turnout check` ends on a policy."""
    asked = [
        *(sys.executable, "-m", "turnout", "check", str(path)),
        *("--format", "compact", "--deadline", str(deadline)),
    ]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        start = monotonic()
        process = subprocess.Popen(asked, stdout=out, stderr=complaints)
        end = Timer(PATIENCE, process.kill)
        end.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = monotonic() - start
        end.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        found = re.findall(r"\[([a-z-]+)\]", out.read().decode())
        complaints.seek(0)
        if process.returncode not in {0, 1}:
            sys.stderr.write(complaints.read().decode()[-2000:])
    return Ended(seconds, used.ru_maxrss // 1024, process.returncode, Counter(found))


def main(argv: list[str]) -> None:
    """Print one line a family; the exit status is 1 where one breaks a limit."""
    is_within = True
    print(f"{'family':20} {'reading':>8} {'s':>6} {'of limit':>9} {'MB':>5} {'of limit':>9}")
    for name, (made, size) in FAMILIES.items():
        if argv and name not in argv:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = made(size).write(Path(folder))
            reading = ended(path, deadline=0).seconds
            end = ended(path)
        most = reading + DEADLINE * 1.1
        found = ", ".join(f"{count} {kind}" for kind, count in end.kinds.most_common(4))
        found = found if end.status in {0, 1} else f"ended with status {end.status}"
        is_within &= end.seconds <= most and end.megabytes <= MEGABYTES and end.status in {0, 1}
        print(
            f"{f'{name} {size:,}':20} {reading:8.2f} {end.seconds:6.2f} {end.seconds / most:9.2f} "
            f"{end.megabytes:5} {end.megabytes / MEGABYTES:9.2f}  {found}",
            flush=True,
        )
    sys.exit(0 if is_within else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
