"""One word for each thing: the glossary and the code are held to each other.

A class that stands at the top of a stage is a thing of the field, and made of words of the
glossary; deeper rooms are about how it is done. A word of the glossary's last column, which
says what a thing is not called, is nowhere in a public name: it means something else there,
or it is a mistake.
"""

import re
import runpy
from functools import cache

import pytest

from tests.support.sources import ROOT, STAGES, Public, is_checkout, public, syntax, words

pytestmark = pytest.mark.skipif(not is_checkout(), reason="not a checkout")

AS_WRITTEN = {
    "compiler/candidates.py": "who may stand behind a target, while it is asked",
    "compiler/classes.py": "how a domain is cut into classes",
    "dsl/bundles.py": "the files of a policy that don't lie in a folder",
    "dsl/headers.py": "columns of a file, and the fields that they are bound to",
    "dsl/build.py": "how syntax nodes are made",
    "dsl/conditions.py": "named as the language writes them: `present`, `older than`",
    "dsl/lexing.py": "how text is cut into tokens",
    "dsl/nodes.py": "syntax, named as the language writes it",
    "dsl/apart.py": "parts of a policy that are read apart from it",
    "dsl/pushdown.py": "how words are read by the tables",
    "dsl/reductions.py": "how text becomes syntax nodes",
    "dsl/sheets.py": "where the cells of a table stand",
    "dsl/source.py": "text and places in it",
    "dsl/types.py": "the types of fields, named as the language writes them",
    "grammar/lalr.py": "the tables of the parser",
}
"""Modules at the top of a stage whose classes are no things of the field, and what they are."""

NO_WORDS = {
    "ClosedError": "raised where a router is used after its end",
    "End": "of a chain of targets",
    "NotedFiles": "files, and the note of which were read",
    "Said": "of a kind of target: how it is written",
    "Shapes": "what each record of a file brings",
    "Unbound": "a field without a column",
    "AlwaysByRule": "a claim as the language writes it",
    "AlwaysReaches": "a claim as the language writes it",
    "NeverReaches": "a claim as the language writes it",
    "NeverRejects": "a claim as the language writes it",
    "SlaAtMost": "a claim as the language writes it",
    "Reached": "what a claim names",
    "Arrival": "what a test says of when its lead comes",
    "Compiled": "a policy with all that is made of it",
    "Definition": "a territory or segment: a named condition",
    "Doing": "an action with the values that it was given",
    "Fault": "why a file can't be read",
    "NotAllowedError": "raised where a lead doesn't stand as it would have to",
    "Deal": "the draws of a team among the same people",
    "DealtLags": "lags of a deal",
    "DealtMembers": "a roster as a deal needs it",
    "DrawnLags": "lags after a draw",
    "Gauge": "how many leads a cap has room for",
    "Attendance": "who of a team is there",
    "Foreseer": "tells what leads will need of a state",
    "Files": "the disk, and an overlay",
    "OuterBlock": "a block as the clauses inside see it",
    "Parsed": "the files of a policy as they were read",
    "Recompiled": "a policy after an edit",
    "Repaired": "a policy after its fixes",
    "Unchecked": "a policy before it is checked",
    "RulesRead": "rules as another text had them",
    "RuleRead": "one of them",
    "MovedRule": "one of them, where it stands now",
    "ConditionRead": "a condition of many values as another text had it",
    "MovedCondition": "it, where it stands now",
    "FindingKind": "of findings: what the catalogue says of all that have one name",
    "Kind": "of targets: what holds of all that are of one kind",
    "PassedOver": "a target that did not take the lead, and the refusal",
    "PatternProblem": "what RE2 says of a pattern",
    "PolicyError": "raised where a policy is not fit to route leads",
    "Preparer": "what makes a lead ready for the engine",
    "Refused": "a target that did not take the lead, and the refusal",
    "TakingRow": "the row of a table that took a lead, for explanations",
    "TestCase": "a test; pytest would take a class `Test` for one of its own",
    "Tried": "a rule that was asked, for explanations",
    "UnroutedError": "raised where a lead has no decision to be moved from",
    "Escalator": "what moves leads whose SLA was missed",
    "Sought": "events that are asked for",
    "Watch": "a lead whose SLA runs",
}
"""Classes of the field that are made of other words, each with what it is."""

MEANT_OTHERWISE = {
    "error": "the gravest severity, and what Python raises",
    "item": "of a list in a policy's text",
    "match": "the clause that the interpreter finds, and `matches` of the language",
    "warning": "the severity below it",
    "zone": "a time zone",
}
"""Words that mean one other thing, wherever they are."""

EXCEPTIONS = {
    "CommandGroup": "of commands, as Click has it",
    "Entry": "a rule, block or fallback, of which a route is a list",
    "EntryNode": "see `Entry`, as syntax",
    "Group": "of a document that is laid out, as in Wadler's prettier printer",
    "PatternProblem": "what RE2 says of a pattern",
    "ProblemError": "of a request, as RFC 9457 has problem details",
    "ProblemKind": "see `ProblemError`",
    "Result": "what settling a chain comes to, before it is a decision",
    "Scope": "of names, as compilers have it",
    "TestCase": "a test; pytest would take a class `Test` for one of its own",
    "Service": "a policy that is served over HTTP",
    "ServiceCounters": "see `Service`",
    "TestResult": "of a test",
    "TokenScope": "what a token lets its bearer do, as OAuth has it",
    "flow": "of records through a command",
    "known_places": "countries and regions that have holidays",
    "pattern_problem": "see `PatternProblem`",
    "place_names": "countries and regions",
    "problem_data": "see `ProblemError`",
    "problem_response": "see `ProblemError`",
    "problems": "see `ProblemError`",
    "places": "countries and regions",
    "places_outside": "of a solver's clause",
    "result_line": "of a test",
    "sample": "of leads, from a file",
    "samples": "of a region, to be asked first",
    "scope": "of names, as compilers have it",
    "sections": "of a report",
    "service": "see `Service`",
}
"""Public names with a word of the last column, each with what it means there."""


@cache
def glossary() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that are used, and those that are not: small, without hyphens."""
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| (\*\*.+?) \|.*\| (.*?) \|$", page, re.MULTILINE)
    used = {word for row, _ in rows for word in re.findall(r"\*\*(.+?)\*\*", row)}
    refused = {word for _, row in rows for word in row.split(", ") if word}
    return frozenset(map(_plain, used)), frozenset(map(_plain, refused))


def _plain(word: str) -> str:
    return word.lower().replace("-", " ")


def things() -> list[Public]:
    """Return the public classes at the top of a stage, but for those `AS_WRITTEN`."""
    return [
        each
        for each in public()
        if each.kind == "class" and each.at not in AS_WRITTEN
        if each.at.count("/") == 1 and each.at.partition("/")[0] in STAGES
    ]


def is_made_of_words(name: str) -> bool:
    """Return whether each word of a name is one of the glossary, or a part of one.

    `To` may stand before the target, and a word may stand for many.
    """
    known = {part for word in glossary()[0] for part in word.split()}
    return all(
        word in known or word.removesuffix("s") in known or f"{word}s" in known
        for word in words(name)
        if word != "to"
    )


def refused_words(name: str) -> set[str]:
    """Return the words of the last column that a name holds, but for those `MEANT_OTHERWISE`."""
    used, refused = glossary()
    said = " ".join(words(name))
    # What is the word for one thing may be listed as what another is not called.
    return {
        word
        for word in refused - used - MEANT_OTHERWISE.keys()
        if re.search(rf"\b{word}(e?s)?\b", said)
    }


def test_a_class_of_the_field_is_made_of_words_of_the_glossary() -> None:
    assert len(things()) > 40
    missing = [each for each in things() if not is_made_of_words(each.name)]
    assert [each for each in missing if each.name not in NO_WORDS] == []


def test_no_public_name_holds_a_word_that_the_glossary_refuses() -> None:
    found = [(each, refused_words(each.name)) for each in public() if each.name not in EXCEPTIONS]
    assert [(each, refused) for each, refused in found if refused] == []


def test_every_exception_is_needed() -> None:
    names = {each.name for each in things()}
    assert [name for name in NO_WORDS if name not in names or is_made_of_words(name)] == []
    names = {each.name for each in public()}
    assert [name for name in EXCEPTIONS if name not in names or not refused_words(name)] == []
    assert [at for at in AS_WRITTEN if not (ROOT / at).is_file()] == []
    assert MEANT_OTHERWISE.keys() - glossary()[1] == set()


def test_no_two_types_have_one_name_but_as_written_and_as_meant() -> None:
    assert runpy.run_path(str(ROOT / "bench" / "rooms.py"))["classes"](syntax) == {}


def test_no_word_of_the_glossary_stands_for_two_things() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    bold = [_plain(word) for word in re.findall(r"^\| (.+?) \|", page, re.MULTILINE)]
    said = [word for row in bold for word in re.findall(r"\*\*(.+?)\*\*", row)]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("prospect_of", {"prospect"}),
        ("Pool", {"pool"}),
        ("DeadRules", {"dead"}),
        ("match_keys", {"match key"}),
        ("leadership", set[str]()),
        ("Issue", set[str]()),
    ],
)
def test_which_words_of_a_name_are_refused(name: str, refused: set[str]) -> None:
    assert refused_words(name) == refused
