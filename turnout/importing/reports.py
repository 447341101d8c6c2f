"""How the entries of a source came over, and what the checker finds in them, at their place."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Literal, TypeAlias

from attrs import evolve

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.files import Files
from turnout.dsl.findings import Finding
from turnout.frozen import frozen
from turnout.importing.drafts import Drafted
from turnout.importing.foreign import ForeignRule, ImportNote, Origin, RuleSet
from turnout.importing.witnessed_entries import tests_of_rules

RuleFate: TypeAlias = Literal["as it is", "changed", "refused in part"]
"""How an entry came over, as it is told."""


@frozen
class Imported:
    """A policy made of foreign rules. notes: what belongs to no entry.

    is_tested: each entry is to have a test.
    """

    name: str
    draft: Drafted
    rules: tuple[RuleSet, ...]
    notes: tuple[ImportNote, ...] = ()
    is_tested: bool = False

    @property
    def entries(self) -> tuple[ForeignRule, ...]:
        """Every entry, in order."""
        return tuple(entry for each in self.rules for entry in each.entries)


@frozen
class SourceFinding:
    """What the checker finds, at the place of the source; None where it is of no entry."""

    finding: Finding
    place: Origin | None


@frozen
class ImportedRule:
    """What became of an entry. rule: "" where it is the fallback of its route.

    notes, findings: those at its place.
    """

    place: Origin
    route: str
    rule: str
    notes: tuple[ImportNote, ...]
    findings: tuple[SourceFinding, ...]

    @property
    def how(self) -> RuleFate:
        """How it came over."""
        if any(note.is_refused for note in self.notes):
            return "refused in part"
        return "changed" if any(note.kind != "read" for note in self.notes) else "as it is"


@frozen
class ImportReport:
    """What became of a source. is_fit: the policy has no error."""

    imported: Imported
    findings: tuple[SourceFinding, ...]
    is_fit: bool

    @property
    def notes(self) -> tuple[ImportNote, ...]:
        """Everything that is to be said of entries, in order."""
        of_entries = (note for entry in self.imported.entries for note in entry.notes)
        return (*self.imported.notes, *of_entries)

    @property
    def entries(self) -> tuple[ImportedRule, ...]:
        """Every entry in order, with what is to be said of it."""
        draft = self.imported.draft
        became = {place: (route, "") for route, place in draft.fallbacks.items()}
        for (route, rule), place in draft.rules.items():
            became.setdefault(place, (route, rule))
        notes: dict[Origin, list[ImportNote]] = {}
        for note in self.notes:
            notes.setdefault(note.place, []).append(note)
        findings: dict[Origin | None, list[SourceFinding]] = {}
        for found in self.findings:
            findings.setdefault(found.place, []).append(found)
        return tuple(
            ImportedRule(
                place,
                *became.get(place, ("", "")),
                tuple(notes.get(place, ())),
                tuple(findings.get(place, ())),
            )
            for place in (entry.place for entry in self.imported.entries)
        )

    @property
    def elsewhere(self) -> tuple[ImportNote, ...]:
        """What is to be said of no entry."""
        places = {entry.place for entry in self.imported.entries}
        return tuple(note for note in self.notes if note.place not in places)

    @property
    def plain(self) -> int:
        """How many entries came over without a word."""
        return sum(entry.how == "as it is" for entry in self.entries)


def report(imported: Imported, file: str) -> ImportReport:
    """Return what the checker says of a policy that was just made. file: what it will be called."""
    path = Path(file).absolute()
    draft = imported.draft
    beside = {path.parent / name: text for name, text in draft.files.items()}
    compiled = compile_policy(path, files=Files({path: draft.text, **beside}))
    if imported.is_tested:
        imported = _tested(imported, compiled)
    lines = _rule_lines(draft)
    found = tuple(
        SourceFinding(each, _place(each, draft, lines)) for each in sorted_findings(compiled)
    )
    return ImportReport(imported, found, compiled.is_fit)


def _tested(imported: Imported, compiled: Compiled) -> Imported:
    """Return a policy with a test for each entry, and a note where the time ended before."""
    made = tests_of_rules(compiled)
    text = "\n".join((imported.draft.text, *made.tests))
    tested = evolve(imported, draft=evolve(imported.draft, text=text))
    if not made.unmade:
        return tested
    message = (
        f"no time was left to make tests of {made.unmade:,} of its rules; "
        "`turnout test --generate` makes them"
    )
    note = ImportNote(imported.rules[0].place, message, is_refused=True)
    return evolve(tested, notes=(*imported.notes, note))


def sorted_findings(compiled: Compiled) -> list[Finding]:
    """Return the findings in the order of the file."""
    return sorted(compiled.findings, key=lambda each: each.span.line if each.span else 0)


def _rule_lines(draft: Drafted) -> Mapping[int, Origin]:
    """Return for each line of the policy that stands in a rule the place of its entry."""
    return dict(_lines_with_places(draft))


def _lines_with_places(draft: Drafted) -> Iterator[tuple[int, Origin]]:
    route, place = "", None
    for number, line in enumerate(draft.text.splitlines(), 1):
        words = line.split()
        if words[:1] == ["route"]:
            route, place = words[1], None
        elif words[:1] == ["rule"]:
            place = draft.rules.get((route, words[1]))
        elif words[:1] == ["fallback"]:
            place = None
        if place is not None:
            yield number, place


def _place(finding: Finding, draft: Drafted, lines: Mapping[int, Origin]) -> Origin | None:
    span = finding.span
    if span is None:
        return None
    name = PurePath(span.source.name).name
    return draft.rows.get((name, span.line)) if name in draft.files else lines.get(span.line)
