"""Which inputs a file of DMN knows, and of which types they are.

A type is one of FEEL's, or one of the file's own definitions, whose parts stand behind dots.
"""

import re
from collections.abc import Iterator, Mapping

from turnout.frozen import frozen
from turnout.importing.dmn.unary_tests import feel_literal
from turnout.importing.foreign import FieldKind
from turnout.importing.xml_tree import Element

# A boolean is told by its use: unlike a box of a form, it may be null.
_KINDS: Mapping[str, FieldKind] = {
    **dict.fromkeys(("string", "String"), "text"),
    **dict.fromkeys(("number", "Number", "double", "float", "decimal"), "number"),
    **dict.fromkeys(("integer", "long", "int"), "integer"),
    **dict.fromkeys(("date", "Date"), "date"),
}
_NAME = re.compile(r"[^\W\d]\w*(?:[. ]+\w+)*")
_WORDS = frozenset(
    "and or in between if then else for return some every satisfies instance of function external"
    " not true false null".split()
)
_QUOTED = r'"(?:\\.|[^"\\])*"'
_LISTED = re.compile(rf"\s*{_QUOTED}\s*(?:,\s*{_QUOTED}\s*)*")
DEEPEST = 10


@frozen
class AskedTypes:
    """The definitions of a file by name; what its inputs and decisions are called."""

    definitions: Mapping[str, Element]
    inputs: frozenset[str]
    decisions: frozenset[str]

    @classmethod
    def of(cls, root: Element) -> "AskedTypes":
        """Return those of a file."""
        definitions = {each.attributes.get("name", ""): each for each in root.all("itemDefinition")}
        variables: dict[str, str] = {}
        for each in root.all("inputData"):
            variable = each.first("variable")
            kind = "" if variable is None else variable.attributes.get("typeRef", "")
            variables[each.attributes.get("name", "")] = kind
        inputs = {
            name
            for each, kind in variables.items()
            for name in _parts(each, kind, definitions, DEEPEST)
        }
        decisions = {each.attributes.get("name", "") for each in root.all("decision")}
        return cls(definitions, frozenset(inputs), frozenset(decisions))

    def is_name(self, text: str) -> bool:
        """Return whether an input's expression is a name, and nothing to be reckoned."""
        if text in self.inputs or text in self.decisions:
            return True
        return _NAME.fullmatch(text) is not None and not (_WORDS & {*text.split()})

    def is_collection(self, kind: str) -> bool:
        """Return whether a type is a list."""
        found = self.definitions.get(kind.rpartition(":")[2])
        return found is not None and found.attributes.get("isCollection") == "true"

    def kind(self, name: str, values: str) -> tuple[FieldKind | None, tuple[str, ...], str]:
        """Return the type of that name, its values, and those that no type of a field has.

        values: allowed values of an input, which go before those of its type.
        """
        plain = name.rpartition(":")[2]
        for _ in range(DEEPEST):
            found = self.definitions.get(plain)
            if found is None:
                break
            plain = found.said("typeRef").rpartition(":")[2]
            for tag in ("allowedValues", "typeConstraint"):
                allowed = found.first(tag)
                values = values or ("" if allowed is None else allowed.said("text"))
        if plain.casefold() in {"string", ""} and _LISTED.fullmatch(values):
            listed = [feel_literal(each) for each in re.findall(_QUOTED, values)]
            return "one of", tuple(each for each in listed if each is not None), ""
        return _KINDS.get(plain), (), "" if values.strip() in {"", "-"} else values


def _parts(name: str, kind: str, definitions: Mapping[str, Element], depth: int) -> Iterator[str]:
    """Yield what an input of a type is called, and each of its parts."""
    yield name
    found = definitions.get(kind.rpartition(":")[2])
    for each in () if found is None or not depth else found.all("itemComponent"):
        inner = f"{name}.{each.attributes.get('name', '')}"
        yield from _parts(inner, each.said("typeRef"), definitions, depth - 1)
