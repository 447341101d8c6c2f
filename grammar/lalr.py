"""The LALR(1) tables of the grammar, as data.

Lark makes them of `route.lark`; that takes longer than checking a policy, so what it made
stands beside the grammar, in `lalr.json`, and is read instead. The file says of which
grammar it was made: where the two differ, as while the grammar is being worked on, Lark
makes them anew, so that what is read is never out of date. After a change of the grammar

    python -m turnout.grammar.lalr

writes the file; a test holds that it was run. States are numbered in the order in which a
walk from the first one meets them, so that one grammar makes one file, with whatever
version of Lark. Most policies come to a quarter of the states, so that a row of the table
stays a text until somebody asks for it.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from turnout import grammar
from turnout.frozen import frozen

END = "$END"
"""The terminal behind the last word of a text."""

_FILE = "lalr.json"


@frozen(eq=False)
class Production:
    """One way to write a rule of the grammar.

    origin: the rule. name: what is built of it; where it begins with `_`, its parts go into
    the rule around it. symbols: terminals in capitals, rules in small letters. dropped: for
    each symbol, whether it only marks a place. absent: how many optional symbols are left
    out before each symbol, and at the end.
    """

    origin: str
    name: str
    symbols: tuple[str, ...]
    dropped: tuple[bool, ...]
    absent: tuple[int, ...]


class Rows(dict[int, dict[str, int]]):
    """What to do in each state at each symbol; a row is read when it is first asked for."""

    def __init__(self, written: list[str]) -> None:
        """Read rows of which each is `SYMBOL NUMBER SYMBOL NUMBER ...`."""
        super().__init__()
        self._written = written

    def __missing__(self, state: int) -> dict[str, int]:
        """Read the row of a state."""
        parts = self._written[state].split()
        row = self[state] = dict(zip(parts[::2], map(int, parts[1::2]), strict=True))
        return row


@frozen(eq=False)
class Tables:
    """What drives the parser.

    patterns: the regular expression of each terminal that has one, in the order in which
    they are tried. fixed: the text of every other terminal. rows: for each state what to do
    at a symbol: go to the state of that number, or where it is negative, complete the
    production `~number`. State 0 is the first one; in `end` the whole text is read.
    """

    patterns: Mapping[str, str]
    fixed: Mapping[str, str]
    rows: Rows
    end: int
    _productions: list[list[Any]]

    def production(self, number: int) -> Production:
        """Return a production by its number."""
        origin, name, symbols, dropped, absent = self._productions[number]
        return Production(origin, name, tuple(symbols), tuple(dropped), tuple(absent))


@cache
def tables() -> Tables:
    """Return the tables of the grammar."""
    text = grammar.text()
    data = json.loads(grammar.beside(_FILE))
    if data["grammar"] != _digest(text):
        data = made(text)
    return Tables(
        data["patterns"], data["fixed"], Rows(data["rows"]), data["end"], data["productions"]
    )


def is_current() -> bool:
    """Return whether the tables that stand beside the grammar are made of it."""
    return bool(json.loads(grammar.beside(_FILE))["grammar"] == _digest(grammar.text()))


def made(text: str) -> dict[str, Any]:
    """Return what Lark makes of a grammar, as data. Raises Lark's errors of grammars."""
    from lark import Lark  # noqa: PLC0415 - only where the grammar is worked on
    from lark.lexer import PatternStr  # noqa: PLC0415
    from lark.parsers.lalr_analysis import Shift  # noqa: PLC0415

    lark: Any = Lark(text, parser="lalr", start="file")
    table: Any = lark.parser.parser._parse_table  # noqa: SLF001 - held by a test
    numbers, rules = _numbered(table.states, table.start_states["file"], Shift), list(lark.rules)
    order = {rule: at for at, rule in enumerate(rules)}
    rows: list[str] = []
    for state in numbers:
        row = table.states[state].items()
        written = {
            symbol: numbers[to] if action is Shift else ~order[to] for symbol, (action, to) in row
        }
        rows.append(" ".join(f"{symbol} {written[symbol]}" for symbol in sorted(written)))
    terminals = sorted(lark.terminals, key=lambda each: (-each.priority, each.name))
    fixed = {each.name: each.pattern for each in terminals if isinstance(each.pattern, PatternStr)}
    return {
        "grammar": _digest(text),
        "patterns": {
            each.name: each.pattern.to_regexp()
            for each in terminals
            if each.name not in fixed and each.name not in lark.ignore_tokens
        },
        "fixed": {name: pattern.value for name, pattern in fixed.items()},
        "end": numbers[table.end_states["file"]],
        "productions": [_written(rule) for rule in rules],
        "rows": rows,
    }


def _numbered(states: Any, first: Any, shift: object) -> dict[Any, int]:  # noqa: ANN401 - Lark's own
    """Return the number of each state, in the order of a walk from the first one."""
    found = {first: 0}
    waiting = [first]
    for state in waiting:  # which grows
        for _, (action, to) in sorted(states[state].items(), key=lambda each: each[0]):
            if action is shift and to not in found:
                found[to] = len(found)
                waiting.append(to)
    return found


def _written(rule: Any) -> list[Any]:  # noqa: ANN401 - Lark's own
    """Return a production as data."""
    absent = [0] * (len(rule.expansion) + 1)
    at = 0
    for is_absent in rule.options.empty_indices:
        if is_absent:
            absent[at] += 1
        else:
            at += 1
    return [
        str(rule.origin.name),
        str(rule.alias or rule.origin.name),
        [str(symbol.name) for symbol in rule.expansion],
        [symbol.is_term and symbol.filter_out for symbol in rule.expansion],
        absent,
    ]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


_SHORT = {"grammar", "patterns", "fixed", "end"}
"""What stands on one line each; of the others each item does."""


def written(data: dict[str, Any]) -> str:
    """Return `lalr.json` for what was made."""
    lines = [
        f" {json.dumps(key)}: {json.dumps(value) if key in _SHORT else _lines(value)}"
        for key, value in data.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(values: list[Any]) -> str:
    return "[\n" + ",\n".join(f"  {json.dumps(value)}" for value in values) + "\n ]"


if __name__ == "__main__":
    Path(__file__).with_name(_FILE).write_text(written(made(grammar.text())), encoding="utf-8")
