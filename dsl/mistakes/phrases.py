"""Phrases of other notations: SQL, spreadsheets, formulas, programs, YAML and everyday speech.

A phrase is a pattern, looked for on the line where the parser stops and on the one before,
with what is written for it here. More than one may be found; whoever asks tries each, and
takes the first that brings the parser on. `tests/support/wrong_lines.txt` has an example of
each.
"""

import re
from collections.abc import Iterator

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes.met import Met, Told, corrected
from turnout.dsl.mistakes.phrase import Phrase
from turnout.dsl.mistakes.phrases_of_claims import CLAIMS
from turnout.dsl.mistakes.phrases_of_conditions import CONDITIONS
from turnout.dsl.mistakes.phrases_of_dates import DATES
from turnout.dsl.mistakes.phrases_of_days import DAYS
from turnout.dsl.mistakes.phrases_of_fields import FIELDS
from turnout.dsl.mistakes.phrases_of_going_on import GOING_ON
from turnout.dsl.mistakes.phrases_of_handing_over import HANDING_OVER
from turnout.dsl.mistakes.phrases_of_logs import LOGS
from turnout.dsl.mistakes.phrases_of_moments import MOMENTS
from turnout.dsl.mistakes.phrases_of_names import NAMES
from turnout.dsl.mistakes.phrases_of_nearness import NEARNESS
from turnout.dsl.mistakes.phrases_of_rules import RULES
from turnout.dsl.mistakes.phrases_of_slices import SLICES
from turnout.dsl.mistakes.phrases_of_tables import TABLES
from turnout.dsl.mistakes.phrases_of_teams import TEAMS

_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*')

PHRASES: tuple[Phrase, ...] = (
    *LOGS,
    *NEARNESS,
    *SLICES,
    *DATES,
    *DAYS,
    *GOING_ON,
    *HANDING_OVER,
    *TABLES,
    *MOMENTS,
    *TEAMS,
    *FIELDS,
    *NAMES,
    *CONDITIONS,
    *RULES,
    *CLAIMS,
)


def phrased(met: Met) -> Iterator[Told]:
    """Yield what each phrase tells that is found where the parser stopped."""
    for phrase in PHRASES:
        for found in _around(met, phrase.compiled):
            if phrase.by is None:
                yield Told(*found.span("wrong"), phrase.message, settles=True)
                continue
            by = found.expand(phrase.by) if isinstance(phrase.by, str) else phrase.by(found)
            if by is not None and by != found["wrong"]:
                yield _told(met, phrase, *found.span("wrong"), by)


def _around(met: Met, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the matches that hold the place, or end just before it.

    The first word of a line may have been taken for the end of the line before.
    """
    first, last = met.line
    if len(met.before.split()) < 2:
        first = met.text.rfind("\n", 0, len(met.text[:first].rstrip())) + 1
    lines = _COMMENT.sub(_blanks, met.text[first:last])
    text = f"{met.text[:first]}{lines}{met.text[last:]}"
    for found in pattern.finditer(text, first, last):
        start, end = found.span("wrong")
        between = met.text[end : met.start]
        if start <= met.start and len(between.split()) <= between.count("\n"):
            yield found


def _blanks(found: re.Match[str]) -> str:
    """Return blanks in the place of a comment, and a text as it is."""
    return " " * len(found[0]) if found[0].startswith("#") else found[0]


def _told(met: Met, phrase: Phrase, start: int, end: int, by: str) -> Told:
    by, end = _between_blanks(met.text, start, end, by)
    if by[:1].isalnum() and met.text[start - 1 : start].isalnum():
        by = f" {by}"
    blanks = len(met.text[start:]) - len(met.text[start:].lstrip())
    at = start + blanks  # read at a word, never at a blank
    repair = Repair(at, max(at, end), "" if by.startswith("#") else by)
    if not phrase.is_meant:
        return Told(at, max(end, at + 1), phrase.message, repairs=(repair,))
    advice = f"write `{corrected(met.text, start, end, by)}`"
    edit = Repair(start, end, by)
    shown = (start, start + 1) if start == end else (min(at, end - 1), end)
    return Told(*shown, phrase.message, "", (advice,), (repair,), edit)


def _between_blanks(text: str, start: int, end: int, by: str) -> tuple[str, int]:
    """Return a replacement and its end so that no two blanks stand where one is enough."""
    if text[start - 1 : start].isspace():
        by = by.lstrip(" ")
        if not by and text[end : end + 1] == " ":
            end += 1
    return (by.rstrip(" ") if by and text[end : end + 1].isspace() else by), end
