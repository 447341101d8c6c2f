"""The page of the grammar is that of the grammar.

`python docs/scripts/ebnf.py > docs/language/grammar.md` writes it anew.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "grammar").is_dir(), reason="not a checkout")
PAGE = ROOT / "docs" / "language" / "grammar.md"


def test_page_is_what_the_script_makes_of_the_grammar() -> None:
    command = [sys.executable, str(ROOT / "docs" / "scripts" / "ebnf.py")]
    assert subprocess.run(command, check=True, capture_output=True).stdout == PAGE.read_bytes()


def test_every_rule_that_is_used_is_written_down() -> None:
    blocks = "\n".join(re.findall(r"```ebnf\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
    written = set(re.findall(r"^([a-z-]+) ::=", blocks, re.MULTILINE))
    used = set(re.findall(r"[a-z][a-z-]*", re.sub(r'"[^"]*"', "", blocks)))
    assert used - written == set()


def test_every_keyword_of_the_grammar_is_on_the_page() -> None:
    grammar = (ROOT / "grammar" / "route.lark").read_text("utf-8")
    syntax = "\n".join(line for line in grammar.splitlines() if not line.startswith("//"))
    page = PAGE.read_text("utf-8")
    keywords = set(re.findall(r'"[a-z][a-z-]*"', syntax))
    assert len(keywords) > 60
    assert {keyword for keyword in keywords if keyword not in page} == set()
