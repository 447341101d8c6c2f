"""The protocol's values that answers are made of, and what of a request's values is read.

They are those of the Language Server Protocol 3.17 that are used here, in its own words, and
no more: a library with all of them takes longer to import than a policy takes to check. They
become JSON as they are (`plain`), names in the protocol's spelling and without what is None.
What an editor sends stays JSON, of which the readers below take what they need.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, cast

import attrs

from turnout.frozen import frozen

Message: TypeAlias = dict[str, Any]

INVALID_PARAMS = -32602


class RefusalError(Exception):
    """A request can't be answered, for a reason that its author can see to. code: JSON-RPC's."""

    def __init__(self, reason: str, code: int = INVALID_PARAMS) -> None:
        """Refuse for a reason."""
        super().__init__(reason)
        self.reason: str = reason
        self.code: int = code


# -- places --


@frozen
class Position:
    """A place in a text. line: from 0. character: from 0, in code units."""

    line: int
    character: int


@frozen
class TextRange:
    """A piece of a text, up to its end."""

    start: Position
    end: Position


@frozen
class Location:
    """A piece of a document."""

    uri: str
    range: TextRange


@frozen
class TextEdit:
    """What is to stand in the place of a piece of a text."""

    range: TextRange
    new_text: str


@frozen
class WorkspaceEdit:
    """Edits of several documents, by URI."""

    changes: Mapping[str, Sequence[TextEdit]]


# -- findings, and what can be done about them --


class DiagnosticSeverity(IntEnum):
    """How much a finding matters."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3


UNNECESSARY = 1
"""The tag of a finding whose text does nothing."""


@frozen
class CodeDescription:
    """Where a finding's page is."""

    href: str


@frozen
class DiagnosticRelatedInformation:
    """A place that has to do with a finding."""

    location: Location
    message: str


@frozen
class Diagnostic:
    """A finding."""

    range: TextRange
    message: str
    severity: DiagnosticSeverity
    code: str | None = None
    code_description: CodeDescription | None = None
    source: str | None = None
    related_information: Sequence[DiagnosticRelatedInformation] | None = None
    tags: Sequence[int] | None = None


@frozen
class CodeAction:
    """What can be done with a click.

    data: what tells which it is, where its edit is made once it is chosen.
    """

    title: str
    kind: str
    diagnostics: Sequence[Diagnostic]
    edit: WorkspaceEdit | None
    is_preferred: bool | None = None
    data: Message | None = None


@frozen
class TitledOrder:
    """What a click has the server do."""

    title: str
    command: str
    arguments: Sequence[Any]


@frozen
class CodeLens:
    """A line above a line, which can be clicked."""

    range: TextRange
    command: TitledOrder


@frozen
class InlayHint:
    """Words beside a line that don't stand in the text."""

    position: Position
    label: str
    padding_left: bool


# -- names --


class SymbolKind(IntEnum):
    """What a name in an outline is shown as."""

    FILE = 1
    MODULE = 2
    NAMESPACE = 3
    CLASS = 5
    METHOD = 6
    FIELD = 8
    ENUM = 10
    INTERFACE = 11
    FUNCTION = 12
    VARIABLE = 13
    ARRAY = 18
    OBJECT = 19
    KEY = 20
    STRUCT = 23
    EVENT = 24


@frozen
class DocumentSymbol:
    """A name in an outline, with those inside."""

    name: str
    kind: SymbolKind
    range: TextRange
    selection_range: TextRange
    detail: str
    children: "Sequence[DocumentSymbol] | None" = None


@frozen
class WorkspaceSymbol:
    """A name in any of the files."""

    location: Location
    name: str
    kind: SymbolKind


@frozen
class DocumentHighlight:
    """A use of the name that the cursor is on."""

    range: TextRange


@frozen
class MarkupContent:
    """Markdown."""

    value: str
    kind: str = "markdown"


@frozen
class Hover:
    """What is shown of a name."""

    contents: MarkupContent
    range: TextRange


# -- what is offered while somebody types --


class CompletionItemKind(IntEnum):
    """What an offered word is shown as."""

    FUNCTION = 3
    FIELD = 5
    VARIABLE = 6
    CLASS = 7
    MODULE = 9
    VALUE = 12
    KEYWORD = 14
    ENUM_MEMBER = 20
    EVENT = 23


@frozen
class CompletionItem:
    """A word that is offered. sort_text: by which it stands among the others."""

    label: str
    kind: CompletionItemKind
    detail: str | None
    sort_text: str
    text_edit: TextEdit


@frozen
class ParameterInformation:
    """A part of a signature, by where it begins and ends in its label."""

    label: tuple[int, int]


@frozen
class SignatureInformation:
    """How an action is written."""

    label: str
    parameters: Sequence[ParameterInformation]
    active_parameter: int


@frozen
class SignatureHelp:
    """How the action at the cursor is written, and which part of it stands there."""

    signatures: Sequence[SignatureInformation]
    active_signature: int
    active_parameter: int


# -- files --


@frozen
class FoldingRange:
    """Lines that can be folded, from 0."""

    start_line: int
    end_line: int
    kind: str | None = None


@frozen
class DocumentLink:
    """A piece of text that leads to a file."""

    range: TextRange
    target: str


# -- as JSON --


def written(message: object) -> bytes:
    """Return a message as JSON, whatever of the above stands in it."""
    return json.dumps(message, default=plain, separators=(",", ":")).encode()


def plain(value: object) -> Message:
    """Return one of the values above as JSON has it; what stands in it stays as it is."""
    kind: type = type(value)
    names, parts = _spelt(cast("Any", kind))
    found = zip(names, parts(value), strict=True)
    return {name: part for name, part in found if part is not None}


@cache
def _spelt(kind: type) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    """Return how the protocol spells the parts of a value, and what gets them."""
    names = [each.name for each in attrs.fields(cast("Any", kind))]
    get = attrgetter(*names)
    spelt = tuple(_camel(name) for name in names)
    return spelt, (get if len(names) > 1 else lambda value: (get(value),))


def _camel(name: str) -> str:
    """Return a name as the protocol spells it.

    >>> _camel("related_information")
    'relatedInformation'
    """
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


# -- what an editor sends --


def uri_in(params: Message) -> str:
    """Return which document a request is about. Raises RefusalError, as those below do."""
    return text_at(object_at(params, "textDocument"), "uri")


def position_in(params: Message) -> Position:
    """Return which place a request is about."""
    return _position(object_at(params, "position"))


def range_in(params: Message) -> TextRange:
    """Return which piece of text a request is about."""
    found = object_at(params, "range")
    return TextRange(_position(object_at(found, "start")), _position(object_at(found, "end")))


def _position(found: Message) -> Position:
    return Position(number_at(found, "line"), number_at(found, "character"))


def object_at(params: Message, key: str) -> Message:
    """Return an object of a request."""
    found = params.get(key)
    if not isinstance(found, dict):
        raise RefusalError(f"`{key}` has to be an object")
    return cast("Message", found)


def objects_at(params: Message, key: str) -> list[Message]:
    """Return a list of objects of a request; none where it isn't there."""
    found: object = params.get(key)
    if found is None:
        return []
    listed = cast("list[object]", found) if isinstance(found, list) else [None]
    if not all(isinstance(each, dict) for each in listed):
        raise RefusalError(f"`{key}` has to be a list of objects")
    return cast("list[Message]", found)


def text_at(params: Message, key: str) -> str:
    """Return a text of a request."""
    found = params.get(key)
    if not isinstance(found, str):
        raise RefusalError(f"`{key}` has to be a text")
    return found


def number_at(params: Message, key: str) -> int:
    """Return a whole number of a request, not below 0."""
    found = params.get(key)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise RefusalError(f"`{key}` has to be a whole number from 0 on")
    return found


def within(params: Message, *keys: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what stands at a path of objects, None where nothing does."""
    found: object = params
    for key in keys:
        if not isinstance(found, dict):
            return None
        found = cast("dict[object, object]", found).get(key)
    return found
