"""Test cases in the form of DMN's conformance kit, as tests of the policy."""

from collections.abc import Iterator
from pathlib import Path

import attrs

from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source
from turnout.dsl.wording import quoted
from turnout.importing.drafts import LEFT_OVER
from turnout.importing.foreign import ForeignError, ImportNote, Origin
from turnout.importing.reports import Imported
from turnout.importing.typed_fields import free_name
from turnout.importing.xml_tree import Element, xml_tree


def with_tests(made: Imported, path: Path) -> Imported:
    """Return an import whose policy has the test cases of a file. Raises ForeignError."""
    root = xml_tree(path)
    if root.name != "testCases":
        raise ForeignError(
            f"{path}: the root element is {root.name}, not testCases", "name a file of test cases"
        )
    notes: list[ImportNote] = []
    tests = [*_tests(root, made, path.name, notes)]
    text = formatted(Source("imported.route", "\n".join([made.draft.text, *tests, ""])))
    assert isinstance(text, str), text
    draft = attrs.evolve(made.draft, text=text)
    return attrs.evolve(made, draft=draft, notes=(*made.notes, *notes))


def _tests(root: Element, made: Imported, file: str, notes: list[ImportNote]) -> Iterator[str]:
    names: set[str] = set()
    routes = {each.name: free_name(each.name, ()) for each in made.rules}
    for number, case in enumerate(root.all("testCase"), 1):
        case_name = case.attributes.get("id") or str(number)
        lead = [f"id: {quoted(str(number))}"]
        inputs: dict[str, str | None] = {}
        place = Origin(file, case.line, f"test case {case_name}")
        for node in case.all("inputNode"):
            inputs |= _values(node, node.attributes.get("name", ""))
        for name, value in inputs.items():
            field = made.draft.fields.get(name)
            if field is not None and value is not None:
                lead.append(f"{field.name}: {quoted(value)}")
        for result in case.all("resultNode"):
            asked = result.attributes.get("name", "")
            expected = _expected(result, made)
            if asked not in routes or expected is None:
                said = f"the result {asked} is none that the policy gives"
                notes.append(ImportNote(place, said, is_refused=True))
                continue
            route = f"route {routes[asked]}\n" if len(routes) > 1 else ""
            shown = quoted(f"{file}, case {case_name}")
            if shown in names:
                shown = quoted(f"{file}, case {case_name}, {asked}")
            names.add(shown)
            yield f"test {shown} {{\n{route}lead {{ {', '.join(lead)} }}\nexpect {expected}\n}}"


def _values(node: Element, name: str) -> dict[str, str | None]:
    """Return the values of an input by their names; those of its parts behind dots."""
    if components := [*node.all("component")]:
        found: dict[str, str | None] = {}
        for each in components:
            found |= _values(each, f"{name}.{each.attributes.get('name', '')}")
        return found
    value = node.first("value")
    is_nil = value is None or value.attributes.get("nil") == "true"
    return {name: None if value is None or is_nil else value.text.strip()}


def _expected(result: Element, made: Imported) -> str | None:
    expected = result.first("expected")
    value = None if expected is None else _values(expected, "").get("")
    if value is None:
        return None if expected is None else f"queue {LEFT_OVER}"
    return made.draft.targets.get(value)
