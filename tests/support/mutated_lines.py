"""Wrong lines in other surroundings: what is told of them must still be at their line.

A mutant of a wrong file has the same mistake; what stands around it is otherwise: other
indentation, blank lines and comments before, other names, other values, the declarations in
another order, the wrong line in another block or rule, or behind a second copy of its own.
`python -m tests.support.mutated_lines 5000` measures how many of so many mutants are told at
the line of the cause, and lists the worst.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Callable

import attrs

from tests.support.wrong_lines import WRONG_BLOCKS, WrongLine, wrong_lines
from turnout.dsl.parse import parse
from turnout.dsl.source import Source

SENTINEL = "\x00"
_TEXTS = re.compile(r'"[^"\n]*"|#[^\n]*')
_NAMES = {
    "ana": ["zoe", "maria-luisa", "x1"],
    "ben": ["yann", "bo_b"],
    "sales": ["emea-ae", "dach_team", "ops"],
    "triage": ["unassigned", "review-queue"],
    "Big": ["Enterprise", "Large"],
    "EMEA": ["Europe", "Region_1"],
    "inbound": ["main", "website-leads"],
    "employees": ["headcount", "company_size"],
    "country": ["land", "billing_country"],
}
_VALUES = {"1000": ["250", "2_000", "5k"], "90": ["30", "14"], "DE": ["FR", "US", "GB"]}
_KEYWORDS = {"country", "ben"}
"""Names that are words of the language, too, or parts of others: only renamed as whole fields."""


@attrs.frozen
class Mutant:
    """A file with one mistake. kind: what is otherwise. line: that of the mistake, from 1."""

    kind: str
    wrong: WrongLine
    text: str
    line: int


def mutant(wrong: WrongLine, draw: random.Random) -> Mutant:
    """Return one mutant of a wrong line."""
    said = wrong.wrong
    said = said.replace("§", SENTINEL) if "§" in said else f"{SENTINEL}{said}"
    marked = WrongLine(wrong.place, said, wrong.right).text
    kind = draw.choice(sorted(_KINDS))
    text = _KINDS[kind](marked, draw)
    at = text.index(SENTINEL)
    return Mutant(kind, wrong, text.replace(SENTINEL, ""), text.count("\n", 0, at) + 1)


def is_told_at_its_line(made: Mutant) -> bool:
    """Return whether the first syntax error of a mutant begins at the line of its mistake."""
    _, found = parse(Source("p.route", made.text))
    spans = [each.span for each in found if each.span is not None]
    if not spans:
        return False
    start = spans[0].start
    at = len(made.text[:start].rstrip()) if made.text[start].isspace() else start
    return made.text.count("\n", 0, at) + 1 == made.line


def _indented(text: str, draw: random.Random) -> str:
    by = draw.choice(["    ", "\t", " ", ""])
    return "\n".join(
        by * ((len(line) - len(line.lstrip(" "))) // 2) + line.lstrip(" ")
        for line in text.split("\n")
    )


def _spread(text: str, draw: random.Random) -> str:
    lines = list[str]()
    for line in text.split("\n"):
        if draw.random() < 0.3:
            more = ["", "# what follows } { was agreed on", "   ", "# rule old { to queue x }"]
            lines += draw.sample(more, draw.randint(1, 2))
        lines.append(line + draw.choice(["", "", "", "  # said by ops", "   "]))
    return "\n".join(lines)


def _renamed(text: str, draw: random.Random) -> str:
    for name, others in _NAMES.items():
        other = draw.choice(others)
        if name in _KEYWORDS:
            text = re.sub(rf"(?<![\w:-]){name}(?![\w-])(?! *$)(?=:| (?:is|in|not))", other, text)
        else:
            text = re.sub(rf"(?<![\w-]){name}(?![\w@-])", other, text)
    return text


def _other_values(text: str, draw: random.Random) -> str:
    for value, others in _VALUES.items():
        text = re.sub(rf"(?<![\w.,-]){value}(?![\w.,-])", draw.choice(others), text)
    return text


def _shuffled(text: str, draw: random.Random) -> str:
    parts = re.split(r"\n(?=[^\s})\]])", text.rstrip("\n"))
    draw.shuffle(parts)
    return "\n".join(parts) + "\n"


def _on_crlf(text: str, draw: random.Random) -> str:  # noqa: ARG001 - as the others
    return text.replace("\n", "\r\n")


def _longer(text: str, draw: random.Random) -> str:
    more = "".join(f"queue later-{number}\n" for number in range(draw.randint(1, 40)))
    rules = "".join(
        f"  rule more-{number} {{\n    when employees is {number}\n    to queue triage\n  }}\n"
        for number in range(draw.randint(1, 10))
    )
    return more + text.replace("route inbound {\n", f"route inbound {{\n{rules}", 1)


def _in_a_block(text: str, draw: random.Random) -> str:
    """Put the rules of the route one block deeper."""
    found = re.search(r"(?ms)^(route inbound \{\n)(.*?)^\}", text)
    if found is None:
        return _longer(text, draw)
    inner = "\n".join(f"  {line}" if line else line for line in found[2].rstrip("\n").split("\n"))
    block = f"{found[1]}  within notes is present {{\n{inner}\n  }}\n  fallback to queue triage\n}}"
    return text[: found.start()] + block + text[found.end() :]


def _on_one_line(text: str, draw: random.Random) -> str:
    """Write the rule of the mistake on one line."""
    at = text.index(SENTINEL)
    start = text.rfind("  rule one {", 0, at)
    end = text.find("\n  }", at)
    if start < 0 or end < 0 or text[start:end].count("\n") > 2:
        return _spread(text, draw)
    inner = " ".join(text[start : end + 4].split())
    return f"{text[:start]}  {inner}{text[end + 4 :]}"


_KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "indented": _indented,
    "spread": _spread,
    "renamed": _renamed,
    "other values": _other_values,
    "shuffled": _shuffled,
    "line ends of Windows": _on_crlf,
    "longer": _longer,
    "in a block": _in_a_block,
    "on one line": _on_one_line,
}


def measured(number: int, seed: int) -> tuple[int, list[Mutant]]:
    """Return how many of so many mutants are told at their line, and those that aren't."""
    draw = random.Random(seed)  # noqa: S311 - for tests
    lines = [*wrong_lines(), *(WrongLine("route", block, "") for block in WRONG_BLOCKS)]
    missed = list[Mutant]()
    for _ in range(number):
        made = mutant(draw.choice(lines), draw)
        if not is_told_at_its_line(made):
            missed.append(made)
    return number - len(missed), missed


def main() -> None:
    """Print the share of mutants that are told at their line, and the worst."""
    number, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    told, missed = measured(number, seed)
    sys.stdout.write(f"{told} of {number} told at their line: {100 * told / number:.1f} %\n")
    for kind, count in Counter(each.kind for each in missed).most_common():
        sys.stdout.write(f"  {count:4} {kind}\n")
    for wrong, count in Counter(each.wrong.wrong for each in missed).most_common(40):
        sys.stdout.write(f"  {count:4} {wrong}\n")


if __name__ == "__main__":
    main()
