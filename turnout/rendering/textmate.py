"""Policies in colour where TextMate grammars are read: VS Code, GitHub's Linguist and others.

The keywords are those of the grammar file, and the rules those of the Pygments lexer, so
that a policy looks alike everywhere. What is made stands in `editors/vscode/syntaxes`, and a
test holds it to this module:

    python -m turnout.rendering.textmate editors/vscode/syntaxes/turnout.tmLanguage.json
"""

import json
import sys
from pathlib import Path
from typing import Any

from turnout.rendering.highlighting import BEFORE_NAMES, KEYWORDS, OPERATORS

_NAME = r"[^\W\d]\w*(?:-\w+)*"
_END = r"(?![\w-])"


def textmate() -> dict[str, Any]:
    """Return the grammar as TextMate has it, as JSON's values."""
    keyword = f"(?:{'|'.join(sorted(KEYWORDS))}){_END}"
    strings = {
        "name": "string.quoted.double.turnout",
        "begin": '"',
        "end": '"|$',
        "patterns": [{"name": "constant.character.escape.turnout", "match": r"\\."}],
    }
    comment = {"name": "comment.line.number-sign.turnout", "match": "#.*$"}
    number = r"-?\d[\d_]*(?:\.\d+)?[kMB%]?(?!\w)"
    moments = r"\d{4}-\d{2}-\d{2}(?!\w)|\d{1,2}:\d{2}(?:-\d{1,2}:\d{2})?"
    values = {
        "begin": r"\[",
        "end": r"\]",
        "patterns": [
            comment,
            strings,
            {"name": "constant.numeric.turnout", "match": r"-?\d[\w.:-]*"},
            {"name": "constant.other.value.turnout", "match": _NAME},
        ],
    }
    naming = {
        "match": rf"(?<![\w-])({'|'.join(BEFORE_NAMES)}){_END}\s+(?!{keyword})({_NAME})",
        "captures": {
            "1": {"name": "keyword.control.turnout"},
            "2": {"name": "entity.name.function.turnout"},
        },
    }
    field = {
        "match": rf"({_NAME})(?=\s*:)",
        "captures": {"1": {"name": "variable.other.property.turnout"}},
    }
    joined = "|".join(OPERATORS)
    return {
        "name": "Turnout policy",
        "scopeName": "source.turnout",
        "fileTypes": ["route"],
        "patterns": [
            comment,
            strings,
            {"name": "constant.numeric.turnout", "match": f"{moments}|{number}"},
            {"name": "keyword.operator.turnout", "match": r"->|\.\.|<=|>=|!=|<|>|="},
            values,
            field,
            naming,
            {"name": "keyword.operator.word.turnout", "match": rf"(?<![\w-])(?:{joined}){_END}"},
            {"name": "keyword.control.turnout", "match": rf"(?<![\w-]){keyword}"},
            {"match": _NAME},
        ],
    }


def text() -> str:
    """Return the grammar as the text of its file."""
    return json.dumps(textmate(), indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), "utf-8")
