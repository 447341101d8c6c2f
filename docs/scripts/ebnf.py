"""Print the page of the grammar, made from the grammar that Turnout parses with.

    python docs/scripts/ebnf.py > docs/language/grammar.md

Lark's notation is close to EBNF already, so a rewrite word by word is enough: helper rules
lose their underscores, names of tree nodes go, and `[x]` becomes `x?`. The tests compare the
committed page with what this prints.
"""

import re
import sys
from pathlib import Path

LARK = Path(__file__).parents[2] / "grammar" / "route.lark"
WIDTH = 92

HEAD = """# The grammar

The whole syntax of `.route` files, in reading order. This page is made from the grammar that
Turnout parses with (`python docs/scripts/ebnf.py`), so the two can't differ. What the words
mean is on the [pages of the constructs](index.md).

| written | means |
| --- | --- |
| `"word"` | this word or sign, as it stands |
| `a b` | a, then b |
| `a \\| b` | a or b |
| `a?` | a, or nothing |
| `a*`, `a+` | a any number of times; at least once |
| `(a b)` | a and b together |
| `NAME` | a word of the last section |

Blanks, line breaks and comments may stand between any two words, and mean nothing. A keyword is
reserved only where it could stand. Where clauses may stand in any order, each may stand once
unless its page says otherwise.
"""

WORDS = {
    "FIELD": "a name before a colon, which no keyword is",
    "NAME": "a name or a value: `dach-ae`, `HighIntent`, `größe`, `国`, `DE`, `US-CA`",
    "LETTER": "a letter, digit or underscore of any script, or a mark that writes a vowel",
    "STRING": 'a text in double quotes; `\\"` and `\\\\` stand for a quote and a backslash',
    "HOURS": "hours of a day: `09:00-17:30`",
    "TIME": "a time of day: `10:00`",
    "DATE": "a day: `2026-12-24`",
    "NUMBER": "a number: `1000`, `1_000`, `0.5`, `5k`, `100M`, `2B`",
    "PERCENT": "a percentage: `92%`",
    "COMPARISON": "one of the four signs",
    "COMMENT": "from `#` to the end of the line",
    "BLANKS": "between words",
}
"""What each terminal is, in words."""

SECTION = re.compile(r"// -- (?P<title>.+?) -+$")
RULE = re.compile(r"(?P<name>_?[a-z][a-z_]*): (?P<body>.+)")
TERMINAL = re.compile(r"(?P<name>[A-Z]+)(?:\.\d+)?: (?P<body>.+)")
PIECE = re.compile(r'"(?:\\.|[^"\\])*"|->\s*[a-z_]+|[A-Za-z_]+|\S')


def page(grammar: str) -> str:
    """Return the page for a grammar in Lark's notation; KeyError for a terminal without words."""
    text = [HEAD, "## A file\n", "```ebnf"]
    words = ["", "| word | is | written |", "| --- | --- | --- |"]
    for line in joined(grammar):
        if section := SECTION.match(line):
            is_last = section["title"] == "words"
            text += ["```", "", f"## {section['title'].capitalize()}"]
            text += [] if is_last else ["", "```ebnf"]
        elif rule := RULE.match(line):
            text += production(plain(rule["name"]), rewritten(rule["body"]))
        elif terminal := TERMINAL.match(line):
            pattern = terminal["body"].replace("|", "\\|")
            words.append(f"| `{terminal['name']}` | {WORDS[terminal['name']]} | `{pattern}` |")
    return "\n".join([*text, *words]) + "\n"


def joined(grammar: str) -> list[str]:
    """Return the lines of a grammar, with alternatives on the line of their rule."""
    lines: list[str] = []
    for line in grammar.splitlines():
        if line.startswith(" "):
            lines[-1] = f"{lines[-1]} {line.strip()}"
        else:
            lines.append(line.rstrip())
    return lines


def plain(name: str) -> str:
    """Return the name of a rule without the underscores that only mean something to Lark."""
    return name.strip("_").replace("_", "-")


def rewritten(body: str) -> str:
    """Return the right side of a rule in EBNF."""
    pieces = [piece for piece in PIECE.findall(body) if not piece.startswith("->")]
    text = ""
    for piece in pieces:
        if piece in {"?", "*", "+"}:
            text = text.rstrip() + piece + " "
        elif piece in {"(", "["}:
            text += "("
        elif piece in {")", "]"}:
            text = text.rstrip() + (") " if piece == ")" else ")? ")
        else:
            is_rule = piece[0] in "_abcdefghijklmnopqrstuvwxyz"
            text += f"{plain(piece) if is_rule else piece} "
    # Brackets around one thing say nothing.
    return re.sub(r'(?<!")\(([\w-]+|"[^"]*")\)(?!")', r"\1", text).strip()


def production(name: str, body: str) -> list[str]:
    """Return the lines of one rule; none for a helper that is another rule under its name."""
    if name == body:
        return []
    line = f"{name} ::= {body}"
    if len(line) <= WIDTH:
        return [line]
    lines, rest = [], line
    indent = " " * (len(name) + 3)
    while len(rest) > WIDTH:
        breaks = [found.start() for found in re.finditer(" [|] ", rest[:WIDTH])]
        at = max(
            (at for at in breaks if at > len(indent) and is_balanced(rest[:at])),
            default=rest.rfind(" ", len(indent) + 2, WIDTH),
        )
        lines.append(rest[:at])
        rest = f"{indent}{rest[at:]}"
    return [*lines, rest]


def is_balanced(text: str) -> bool:
    """Whether every bracket that opens in `text` closes there."""
    return text.count("(") == text.count(")")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(page(LARK.read_text("utf-8")))
