"""Test cases in the form of DMN's conformance kit, as tests of the policy."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source
from turnout.dsl.wording import quoted
from turnout.importing.drafts import LEFT_OVER
from turnout.importing.foreign import ForeignError, ImportNote, Origin, unsaid_of
from turnout.importing.reports import Imported
from turnout.importing.typed_fields import free_name
from turnout.importing.xml_tree import Element, xml_tree


def with_tests(made: Imported, path: Path, targets: Mapping[str, str]) -> Imported:
    """Return an import whose policy has the test cases of a file. Raises ForeignError.

    targets: the output with who gets a lead, by decision.
    """
    root = xml_tree(path)
    if root.name != "testCases":
        raise ForeignError(
            f"{path}: the root element is {root.name}, not testCases", "name a file of test cases"
        )
    notes: list[ImportNote] = []
    tests = [*_tests(root, made, targets, path.name, notes)]
    text = formatted(Source("imported.route", "\n".join([made.draft.text, *tests, ""])))
    assert isinstance(text, str), text
    draft = attrs.evolve(made.draft, text=text)
    return attrs.evolve(made, draft=draft, notes=(*made.notes, *notes))


def _tests(
    root: Element,
    made: Imported,
    targets: Mapping[str, str],
    file: str,
    notes: list[ImportNote],
) -> Iterator[str]:
    names: set[str] = set()
    routes = {each.name: each for each in made.rules}
    for number, case in enumerate(root.all("testCase"), 1):
        case_name = case.attributes.get("id") or str(number)
        lead = [f"id: {quoted(str(number))}"]
        inputs: dict[str, str | None] = {}
        place = Origin(file, case.line, f"test case {case_name}")
        for node in case.all("inputNode"):
            inputs |= _values(node, node.attributes.get("name", ""))
        for name, value in inputs.items():
            field = made.draft.fields.get(name)
            if field is not None and value:
                lead.append(f"{field.name}: {quoted(value)}")
        for result in case.all("resultNode"):
            asked = result.attributes.get("name", "")
            expected = _expected(result, made, targets.get(asked, ""))
            if asked not in routes or expected is None:
                said = f"the result {asked} is none that the policy gives"
                notes.append(ImportNote(place, said, is_refused=True))
                continue
            if any(unsaid_of(entry.asks) for entry in routes[asked].entries):
                said = f"{asked} asks what only a field of its own says, and no test case has that"
                notes.append(ImportNote(place, said))
            route = f"route {free_name(asked, ())}\n" if len(routes) > 1 else ""
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


def _expected(result: Element, made: Imported, target: str) -> str | None:
    """Return whom a result names as the policy does, None for nobody that it knows."""
    expected = result.first("expected") or result.first("computed")
    if expected is None or result.attributes.get("errorResult") == "true":
        return None
    found = _values(expected, "")
    if "" not in found and f".{target}" not in found:
        return None
    value = found.get("") if "" in found else found[f".{target}"]
    return f"queue {LEFT_OVER}" if not value else made.draft.targets.get(value)
