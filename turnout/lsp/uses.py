"""Where a name is declared and used, over all the policies that are open.

A name is known by the word that declares it: files that several policies share have the
same word in each of them, and every use counts once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from turnout.dsl.files import Files
from turnout.dsl.references import Reference
from turnout.dsl.resolve.declarations import Declaration
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen
from turnout.lsp.diagnostics import path_of_source
from turnout.lsp.following import Insight
from turnout.lsp.table_uses import table_uses


@frozen
class Use:
    """A word that names something. declared: where that is declared, None for nowhere.

    known: the policy in which it does.
    """

    known: Insight
    kind: str
    name: str
    at: Span
    declared: Span | None


def use_at(answers: Mapping[Path, Insight], path: Path, offset: int) -> Use | None:
    """Return the name at an offset of a file, or just before it; None where there is none.

    Where one word stands for several things, such as a territory of a table, it is the one
    that is declared.
    """
    found = [
        each
        for known in answers.values()
        for each in _of(known, lambda at, _: at.start <= offset <= at.end)
        if path_of_source(each.at.source) == path
    ]
    return min(
        found, key=lambda each: (each.declared is None, each.at.start != offset), default=None
    )


def uses(answers: Mapping[Path, Insight], of: Use, files: Files | None = None) -> tuple[Use, ...]:
    """Return every use of a name in file and place, each once; its declaration is one.

    files: from which the policies' tables are read; None for their own words alone.
    """
    found: dict[tuple[str, int], Use] = {}
    for known in answers.values():
        in_policy = _of(known, lambda at, name: name == of.name or at == of.declared)
        for each in (*in_policy, *(in_tables(known, files) if files else ())):
            if each.declared == of.declared and (each.kind, each.name) == (of.kind, of.name):
                found.setdefault((each.at.source.name, each.at.start), each)
    return tuple(sorted(found.values(), key=lambda use: (use.at.source.name, use.at.start)))


def use_in_table(
    answers: Mapping[Path, Insight], path: Path, offset: int, files: Files
) -> Use | None:
    """Return the name at an offset of a table, None where there is none."""
    for known in answers.values():
        for each in in_tables(known, files) if path in known.read.read else ():
            is_there = each.at.start <= offset <= each.at.end
            if is_there and path_of_source(each.at.source) == path:
                return each
    return None


def in_tables(known: Insight, files: Files) -> Iterator[Use]:
    """Yield the uses of names in the tables of a policy."""
    declared = known.read.resolution.declared
    for each in table_uses(known, files):
        by = declared.of_kind(each.kind, each.of).get(each.name)
        if by is not None:
            yield Use(known, each.kind, each.name, each.at, by.at)


def declaration(of: Use, files: Files) -> Span | None:
    """Return where a name is declared: of one that a table has, its cell, if it is found.

    files: from which the policy's tables are read.
    """
    at = of.declared
    if at is None or of.name in {at.text, at.text.strip('"')}:
        return at
    cells = [
        each.at
        for each in in_tables(of.known, files)
        if (each.kind, each.name, each.declared) == (of.kind, of.name, at)
    ]
    # A person is named by several tables, and declared by the one that the policy names there.
    own = (cell for cell in cells if cell.source.name.endswith(at.text.strip('"')))
    return next(own, next(iter(cells), at))


def uses_in(known: Insight, source: Source) -> Iterator[Use]:
    """Yield the uses of names in one file of a policy."""
    return _of(known, lambda at, _: at.source.name == source.name)


def declarations_of(known: Insight) -> Iterator[Declaration]:
    """Yield everything that a policy declares."""
    for names in known.read.resolution.declared.names.values():
        yield from names.values()


def _of(known: Insight, is_wanted: Callable[[Span, str], bool]) -> Iterator[Use]:
    """Yield the uses of a policy of which the place and the name are wanted."""
    references: Iterable[Reference] = known.read.resolution.references
    for use in references:
        if is_wanted(use.at, use.name):
            yield Use(known, use.kind, use.name, use.at, use.declared)
    for each in declarations_of(known):
        if is_wanted(each.at, each.name):
            yield Use(known, each.kind, each.name, each.at, each.at)
