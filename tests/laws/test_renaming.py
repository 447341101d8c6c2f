"""A name that is renamed where it is declared and wherever it is used means the same.

Held on every policy of the project without an error, and on drawn ones: all their names
are renamed at once, the texts laid over the files, and what is read then is what was read
before but for the names. Left out is what the policy's own text doesn't decide: a name
that stands in a table, too, or as a word in free text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from hypothesis import given

from tests.laws.test_references import POLICIES, name_of
from tests.support.policies import laid_down
from tests.support.strategies import Written, policies
from turnout import grammar
from turnout.dsl.files import Files, Parsed, parse_files
from turnout.dsl.findings import Severity
from turnout.dsl.resolve import Resolution, resolve
from turnout.dsl.source import Source, Span
from turnout.dsl.values.free_mail import FREE_MAIL
from turnout.dsl.values.picklists import picklist_key

_PIECE = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*')
_QUOTING = re.compile(r"\b(?:fallback|passed-over)\s*\Z")
PROVIDERS = {word for name in FREE_MAIL for word in name.split(".")}
"""Words that stand in every policy that asks for free mail, such as `r7` of `r7.com`."""

_TABLE = re.compile(r'"([^"\n]+\.csv)"')


@cache
def _keywords() -> frozenset[str]:
    text = Path(grammar.__file__).with_name("route.lark").read_text(encoding="utf-8")
    return frozenset(re.findall(r'"([a-z-]+)"', text))


def renamed(parsed: Parsed, found: Resolution) -> dict[str, str]:
    """Return the names that can be renamed, each with another one."""
    places = _places(found)
    elsewhere = {name for file in parsed.files for name in _elsewhere(file.source, places)}
    tables = picklist_key("\n".join(_tables(parsed)))
    able = [
        name
        for name in sorted(places)
        if name not in _keywords() | {"id"} | PROVIDERS
        and picklist_key(name) not in tables
        and all(span.text == name for span in places[name])
        and name not in elsewhere
    ]
    return {name: f"zz{number}" for number, name in enumerate(able)}


def _places(found: Resolution) -> dict[str, set[Span]]:
    """Return where each name is declared and used."""
    places: dict[str, set[Span]] = {}
    for names in found.declared.names.values():
        for each in names.values():
            places.setdefault(each.name, set()).add(each.at)
    for use in found.references:
        places.setdefault(use.name, set()).add(use.at)
    return places


def _tables(parsed: Parsed) -> Iterator[str]:
    for file in parsed.files:
        for path in _TABLE.findall(file.source.text):
            yield Path(file.source.name).parent.joinpath(path).read_text(encoding="utf-8")


def _elsewhere(source: Source, places: Mapping[str, set[Span]]) -> Iterator[str]:
    """Yield the names that are words of the text where they name nothing."""
    text = source.text
    pieces = list(_PIECE.finditer(text))
    for word in re.findall(r"[\w-]+", " ".join(piece[0] for piece in pieces)):
        if not word.islower() and word.casefold() in places:
            yield word.casefold()  # what a text is read as is in lower case
    free = [each.span() for each in pieces if not _QUOTING.search(text, 0, each.start())]
    for found in _tokens(tuple(places)).finditer(text):
        if Span(source, *found.span()) in places[found[0]]:
            continue
        start = found.start()
        around = next((span[0] for span in free if span[0] <= start < span[1]), None)
        in_quoting = around is None and any(each.start() < start < each.end() for each in pieces)
        if not in_quoting and (around is None or text[around] != "#"):
            yield found[0]


def overlaid(parsed: Parsed, found: Resolution, names: Mapping[str, str]) -> Files:
    """Return the files with the names renamed."""
    texts = {file.source.name: file.source.text for file in parsed.files}
    edits = {
        (at, names[name]) for name, spans in _places(found).items() for at in spans if name in names
    }
    for at, name in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
        text = texts[at.source.name]
        texts[at.source.name] = text[: at.start] + name + text[at.end :]
    return Files({Path(name): text for name, text in texts.items()})


@attrs.frozen
class _Renaming:
    """What a policy is once its names are others."""

    names: Mapping[str, str]

    def text(self, text: str) -> str:
        """Return a text in which each name is another."""
        return self._pattern.sub(lambda found: self.names[found[0]], text)

    @property
    def _pattern(self) -> re.Pattern[str]:
        return _tokens(tuple(self.names))

    def of(self, value: object) -> Any:  # noqa: ANN401 - of the kind of `value`
        """Return a value of a policy with its names renamed, in every text that it holds."""
        if isinstance(value, str):
            return self.text(value)
        kind = cast("type[Any]", type(value))
        if isinstance(value, Mapping):
            entries = cast("Mapping[object, object]", value).items()
            return {self.of(key): self.of(each) for key, each in entries}
        if isinstance(value, tuple | list | frozenset):
            return kind(map(self.of, cast("Iterable[object]", value)))
        if attrs.has(kind) and not isinstance(value, Span):
            parts = [part for part in attrs.fields(kind) if part.init]
            return kind(**{part.alias: self.of(getattr(value, part.name)) for part in parts})
        return value


@cache
def _tokens(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![\w-])"
    )


def read(path: Path) -> tuple[Parsed, Resolution, dict[str, str]]:
    """Return a policy, and the names of it that can be renamed, each with another one."""
    parsed = parse_files(path)
    found = resolve(parsed, path)
    return parsed, found, renamed(parsed, found)


def held(path: Path) -> None:
    """Hold a policy to the law, if nothing is wrong in it."""
    parsed, found, names = read(path)
    before = [*parsed.findings, *found.findings]
    if any(each.severity is Severity.ERROR for each in before):
        return
    whole = {name: name for name in _places(found)} | names  # one may be a part of another
    again = parse_files(path, overlaid(parsed, found, names))
    other = resolve(again, path)
    after = [*again.findings, *other.findings]
    assert Counter(each.name for each in after) == Counter(each.name for each in before), after
    assert _shape(other) == _shape(found)
    assert attrs.evolve(other.policy, name="") == attrs.evolve(
        _Renaming(whole).of(found.policy), name=""
    )


def _shape(found: Resolution) -> list[tuple[str, list[int]]]:
    """Return of each use of a name its kind, and which of the declarations it leads to."""
    order: dict[Span | None, list[int]] = {}
    declared = [each for names in found.declared.names.values() for each in names.values()]
    for at, each in enumerate(declared):
        order.setdefault(each.at, []).append(at)
    return [(use.kind, order.get(use.declared, [])) for use in found.references]


@pytest.mark.parametrize("path", POLICIES, ids=name_of)
def test_renaming_by_references_changes_only_names(path: Path) -> None:
    held(path)


def test_nearly_all_names_of_the_examples_can_be_renamed() -> None:
    """Else the law would hold for want of cases."""
    examples = [path for path in POLICIES if "examples" in path.parts]
    assert sum(len(names) for _, _, names in map(read, examples)) > 200


@given(policies())
def test_renaming_in_drawn_policies_changes_only_names(written: Written) -> None:
    with laid_down(written) as path:
        held(path)
