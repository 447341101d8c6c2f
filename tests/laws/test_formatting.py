"""The canonical form means what the file meant, keeps its comments, and is its own form."""

import re

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.support.strategies import Written, policies
from turnout.dsl.formatting import formatted
from turnout.dsl.formatting.page import WIDTH
from turnout.dsl.parse import parse
from turnout.dsl.source import Source

WORDS = re.compile(r'"(?:\\.|[^"\\\n])*"|->|\.\.|[<>!]=|[<>=]|[\w-]+(?:\.\d\w*)?%?|\S')
EVERYTHING = """
include "people.route"
calendar berlin { timezone "Europe/Berlin" open mon..fri 09:00-12:00 13:00-17:30, sat 10:00-14:00
  holidays DE-BY, US closed 2026-12-24..2027-01-01, 2026-05-01 }
person ana { email "ana@acme.example" hours berlin languages [de, en] cap 8 per day
  away 2026-12-20 }
people from "people.csv"
team near owned by ops cap 50 per week { ana weight 2 cap 3 per 24 hours, ben, }
team far from "far.csv"
queue triage owned by "@acme/ops" partner outside { cap 5 per month } sequence later
identity email, phone within 90 days
lead { firm: company-name of note or title, owner: person required from "b.csv" by site -> owner
  from "b.csv" by firm near 92% then country, site -> "Account Owner" }
segment size first of { Big = staff >= 1k, Small = not (staff >= 1k) } segment Hot = score > 80
territory Here = country in [DE, AT] owned by here {
  territory A = country is DE from "a.csv" by zip -> area }
route inbound owned by ops {
  rule one { when Hot and (Big or open berlin) or duplicate and domain in "named.csv"
    to previous-owner anytime else round-robin near matching language else queue triage
    sla 10 minutes wall, then queue triage
    do task "Call back", notify slack "#deals", suppress later }
  rule two { when Big to queue triage }
  within Here owned by here { fallback to owner account_owner else reject "no one" }
  fallback to queue triage }
guarantee g { when Hot never reaches team far, queue later always by rule one
  sla at most 4 hours never rejects }
test "one" { lead { id: "1", products: [core, extra], staff: 5000 }
  at 2026-11-23 10:00 "Europe/Berlin" away ana at-cap ben
  expect rule one expect not team far }
"""


@st.composite
def untidy(draw: DrawFn, text: str) -> str:
    """Return the same words with other space and comments between them."""
    gaps = st.sampled_from(
        [" ", "  ", "\n", "\n\n", "\n\n\n", " # why\n", "\n# what\n", "\n\n  # x\n\n"]
    )
    parts: list[str] = []
    end = 0
    for found in WORDS.finditer(text):
        had_space = found.start() > end or end == 0
        parts.append(draw(gaps) if had_space and draw(st.integers(0, 3)) == 0 else " " * had_space)
        parts.append(found[0])
        end = found.end()
    return "".join(parts)


@st.composite
def files(draw: DrawFn) -> str:
    """Return a file of any construct, laid out anyhow."""
    text = draw(policies()).text if draw(st.booleans()) else EVERYTHING
    return draw(untidy(text))


def canonical(text: str) -> str:
    result = formatted(Source("a.route", text))
    assert isinstance(result, str), (result, text)
    return result


@given(files())
def test_the_canonical_form_parses_to_the_same_tree(text: str) -> None:
    before, faults = parse(Source("a.route", text))
    assert not faults
    assert parse(Source("a.route", canonical(text))) == (before, ())


@given(files())
def test_the_canonical_form_is_its_own(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


@given(files())
def test_comments_stay_in_order(text: str) -> None:
    assert re.findall("# (?:why|what|x)$", canonical(text), re.MULTILINE) == re.findall(
        "# (?:why|what|x)$", text, re.MULTILINE
    )


@given(files())
def test_lines_are_tidy(text: str) -> None:
    canon = canonical(text)
    assert canon.endswith("\n")
    assert not canon.startswith("\n")
    assert "\n\n\n" not in canon
    for line in canon.splitlines():
        assert line == line.rstrip()
        assert len(line) <= WIDTH or "#" in line or '"' in line, line


@given(policies(), st.sampled_from(["  ", "\t", " \t "]))
def test_the_space_between_words_makes_no_difference(written: Written, gap: str) -> None:
    words = WORDS.findall(written.text)
    assert canonical(gap.join(words)) == canonical(" ".join(words))


@given(files(), st.integers(0), st.sampled_from([0, 10, 200]))
def test_a_part_is_laid_out_without_the_rest(text: str, start: int, length: int) -> None:
    start %= len(text) + 1
    within = start, min(len(text), start + length)
    part = formatted(Source("a.route", text), within)
    assert isinstance(part, str), (part, text)
    assert canonical(part) == canonical(text)
    assert formatted(Source("a.route", text), (0, len(text))) == canonical(text)
