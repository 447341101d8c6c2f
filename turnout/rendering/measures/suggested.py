"""Suggestions, for people and for programs: evidence, patch, exact difference, effect."""

from collections.abc import Iterator
from typing import Any

from turnout.printable import visible
from turnout.rendering.difference.data import difference_data
from turnout.rendering.difference.sections import Comparison
from turnout.rendering.difference.text import text
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, hanging, paint
from turnout.reporting.suggesting.suggestions import Suggested, Suggestion

_TITLES = {
    "declined": "have somebody look at its leads first",
    "conversions": "another time for its leads, by what they convert",
    "weights": "weights by what members convert",
    "boundary": "tell leads apart elsewhere",
    "unused": "take it out: it took no lead",
}


def suggested_lines(found: Suggested, policy: str, screen: int) -> Iterator[str]:
    """Yield suggestions in lines of at most `screen` cells; only patches may be wider."""
    looked = f"{counted(found.leads, 'lead')} of route {found.route} looked at"
    told = f"{looked}, {counted(found.tests, 'test')} made"
    yield from hanging(
        "", f"{told}: {counted(len(found.suggestions), 'suggestion')}".split(), screen
    )
    for number, each in enumerate(found.suggestions, 1):
        yield ""
        title = f"{each.subject}: {_TITLES[each.kind]}"
        yield from hanging(f"{number}. ", paint(visible(title), Ink.STRONG).split(" "), screen)
        for sentence in (*each.evidence, *_sure(each)):
            yield from hanging("   ", visible(sentence).split(" "), screen)
        yield from _effect(each, screen)
        yield ""
        yield from (f"   {visible(line)}".rstrip() for line in each.patch.splitlines())
        yield ""
        *blocks, _verdict = text(_comparison(each, policy), screen - 3)
        for block in blocks:
            yield from (f"   {line}".rstrip() for line in block.splitlines() if line)
    for unwritten in found.unwritten:
        yield ""
        title = f"{unwritten.subject}: {_TITLES[unwritten.kind]}"
        yield from hanging("-  ", paint(visible(title), Ink.STRONG).split(" "), screen)
        for sentence in (*unwritten.evidence, f"there is no patch: {unwritten.why}"):
            yield from hanging("   ", visible(sentence).split(" "), screen)
    if found.suggestions:
        yield ""
        note = "nothing is applied: read a patch, test it, and have it reviewed as any change"
        yield from hanging("", paint(note, Ink.HELP).split(" "), screen)


def _sure(suggestion: Suggestion) -> Iterator[str]:
    if suggestion.chance is not None:
        yield f"by chance alone: {told_chance(suggestion.chance)}, corrected for all tests"


def told_chance(chance: float) -> str:
    """Return a chance in words.

    >>> told_chance(0.0213), told_chance(1e-9)
    ('2.1 %', 'less than 0.01 %')
    """
    return "less than 0.01 %" if chance < 0.0001 else f"{100 * chance:.2g} %"


def _effect(suggestion: Suggestion, screen: int) -> Iterator[str]:
    effect = suggestion.effect
    said = "no values of last month's leads were logged, so nothing is known of its effect"
    if effect.leads:
        leads = counted(effect.leads, "lead")
        said = f"of last month's {leads} {effect.moved:,} would be decided otherwise"
    yield from hanging("   ", said.split(" "), screen)


def _comparison(suggestion: Suggestion, policy: str) -> Comparison:
    name = f"{policy} as suggested"
    effect = suggestion.effect if suggestion.effect.leads else None
    return Comparison(policy, name, suggestion.found, effect, (), "any", ())


def suggested_data(found: Suggested, policy: str) -> dict[str, Any]:
    """Return suggestions in the documented JSON form, keys in a fixed order."""
    return {
        "route": found.route,
        "leads": found.leads,
        "tests": found.tests,
        "level": found.level,
        "suggestions": [
            {
                "kind": each.kind,
                "subject": each.subject,
                "evidence": [*each.evidence],
                "chance": each.chance,
                "patch": each.patch,
                "diff": difference_data(_comparison(each, policy)),
            }
            for each in found.suggestions
        ],
        "unwritten": [
            {
                "kind": each.kind,
                "subject": each.subject,
                "evidence": [*each.evidence],
                "why": each.why,
            }
            for each in found.unwritten
        ],
    }
