"""The decision tables of a file of DMN as a policy: a table is a route, its output the target."""

import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from turnout.dsl.headers import column_key
from turnout.frozen import define, frozen
from turnout.importing.askable import StandIns, settled
from turnout.importing.dmn.conformance_tests import with_tests
from turnout.importing.dmn.unary_tests import UnaryTestError, feel_literal, unary_test
from turnout.importing.drafts import drafted
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Every,
    FieldKind,
    ForeignError,
    ForeignField,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
    RuleSet,
    Unsaid,
)
from turnout.importing.reports import Imported
from turnout.importing.sheets.sheet_columns import OWNERS
from turnout.importing.sheets.sheet_receivers import SheetReceiver
from turnout.importing.typed_fields import free_name
from turnout.importing.xml_tree import Element, xml_tree

_HITS = {"UNIQUE", "FIRST", "ANY"}
_KINDS: Mapping[str, FieldKind] = {"string": "text", "number": "number", "date": "date"}
_NAME = re.compile(r"[^\W\d]\w*(?:[. ]+\w+)*")
_LISTED = re.compile(r'\s*"(?:\\.|[^"\\])*"\s*(?:,\s*"(?:\\.|[^"\\])*"\s*)*')


@frozen
class _Input:
    """An input: how the policy calls it; None for the name where it is an expression."""

    name: str | None
    text: str


def imported(
    path: Path,
    *,
    to: str | None = None,
    receivers: SheetReceiver | None = None,
    tests: Path | None = None,
) -> Imported:
    """Return the policy of the decision tables of a file.

    to: the output with who gets a lead, where a table has several. receivers: what those are
    that are no address of e-mail. tests: a file of test cases. Raises ForeignError.
    """
    root = xml_tree(path)
    if root.name != "definitions":
        raise ForeignError(
            f"{path}: the root element is {root.name}, not definitions", "name a file of DMN"
        )
    reader = _Reader(path.name, root, to, receivers)
    sets: list[RuleSet] = []
    notes: list[ImportNote] = []
    for decision in root.all("decision"):
        table = decision.first("decisionTable")
        name = decision.attributes.get("name", "decision")
        place = Origin(path.name, decision.line, f"decision {name}")
        if table is None:
            said = "the decision has no decision table, and no policy has such"
            notes.append(ImportNote(place, said, is_refused=True))
            continue
        sets.append(reader.rule_set(table, name))
    for kind in ("businessKnowledgeModel", "decisionService"):
        for each in root.all(kind):
            place = Origin(path.name, each.line, each.attributes.get("name", kind))
            notes.append(ImportNote(place, f"a {kind} has no place in a policy", is_refused=True))
    if not sets:
        raise ForeignError(f"{path} has no decision table", "name a file of DMN that has one")
    chosen, fields = settled(sets, reader.fields)
    name = free_name(root.attributes.get("name") or path.stem, ())
    said = f"Made of the decision tables in {path.name} by `turnout import`."
    made = Imported(name, drafted(name, chosen, fields, said), chosen, (*notes, *reader.notes))
    return made if tests is None else with_tests(made, tests)


@define
class _Reader:
    """Reads tables. fields: of all their inputs, by name. notes: of no rule."""

    file: str
    root: Element
    to: str | None
    receivers: SheetReceiver | None
    fields: dict[str, ForeignField] = attrs.Factory(dict[str, ForeignField])
    stand_ins: StandIns = attrs.Factory(lambda: StandIns("test"))
    notes: list[ImportNote] = attrs.Factory(list[ImportNote])

    def rule_set(self, table: Element, decision: str) -> RuleSet:
        """Return the rules of a table."""
        hits = table.attributes.get("hitPolicy", "UNIQUE").upper().replace("_", " ")
        place = Origin(self.file, table.line, f"decision {decision}")
        if hits not in _HITS:
            raise ForeignError(
                f"{place}: the hit policy {hits.lower()} gives several answers or sorts them, and "
                "a lead goes to one",
                "tables with the hit policies unique, first and any are read",
            )
        inputs = [self._input(each) for each in table.all("input")]
        outputs = [*table.all("output")]
        at = self._target(outputs, place)
        self.notes += [
            ImportNote(
                attrs.evolve(place, line=output.line),
                f"the output {_named(output)} isn't carried over: a policy says who gets a lead",
                is_refused=True,
            )
            for number, output in enumerate(outputs)
            if number != at
        ]
        entries = [
            self._entry(rule, inputs, at, decision, number)
            for number, rule in enumerate(table.all("rule"), 1)
        ]
        if default := outputs[at].first("defaultOutputEntry"):
            where = Origin(self.file, default.line, f"decision {decision}, default output")
            entries.append(self._answer(where, ALWAYS, default.said("text"), []))
        return RuleSet(decision, place, is_active=True, entries=tuple(entries))

    def _target(self, outputs: list[Element], place: Origin) -> int:
        """Return which output says who gets a lead."""
        names = [_named(each) for each in outputs]
        if self.to is not None:
            found = [at for at, each in enumerate(names) if column_key(each) == column_key(self.to)]
        elif len(outputs) == 1:
            return 0
        else:
            ranked = (
                [at for at, each in enumerate(names) if column_key(each) in rank] for rank in OWNERS
            )
            found = next((each for each in ranked if each), list[int]())
        if len(found) != 1:
            listed = ", ".join(names) or "none"
            raise ForeignError(
                f"{place}: it isn't clear which output says who gets a lead: {listed}",
                "name one with --to OUTPUT",
            )
        return found[0]

    def _input(self, element: Element) -> _Input:
        expression = element.first("inputExpression")
        text = "" if expression is None else expression.said("text")
        kind = "" if expression is None else expression.attributes.get("typeRef", "")
        if not _NAME.fullmatch(text):
            return _Input(None, text or element.attributes.get("label", "an input"))
        allowed = element.first("inputValues")
        values = "" if allowed is None else allowed.said("text")
        if text not in self.fields:
            label = element.attributes.get("label", "")
            columns = tuple(dict.fromkeys(each for each in (text, label) if each))
            self.fields[text] = ForeignField(text, columns, *self._kind(kind, values))
        return _Input(text, text)

    def _kind(self, name: str, values: str) -> tuple[FieldKind | None, tuple[str, ...]]:
        """Return a type, by its own name or that of the file's definition, and its values."""
        plain = name.rpartition(":")[2]
        for each in self.root.all("itemDefinition"):
            if each.attributes.get("name") == name:
                plain = each.said("typeRef").rpartition(":")[2]
                allowed = each.first("allowedValues")
                values = values or ("" if allowed is None else allowed.said("text"))
        if plain == "string" and _LISTED.fullmatch(values):
            listed = [feel_literal(each) for each in re.findall(r'"(?:\\.|[^"\\])*"', values)]
            return "one of", tuple(each for each in listed if each is not None)
        return _KINDS.get(plain), ()

    def _entry(
        self, rule: Element, inputs: list[_Input], at: int, decision: str, number: int
    ) -> ForeignRule:
        place = Origin(self.file, rule.line, f"decision {decision}, rule {number}")
        notes: list[ImportNote] = []
        tests = [each.said("text") for each in rule.all("inputEntry")]
        parts = [
            self._asks(each, text, place, notes) for each, text in zip(inputs, tests, strict=False)
        ]
        asked = tuple(each for each in parts if each != ALWAYS)
        answers = [each.said("text") for each in rule.all("outputEntry")]
        asks = asked[0] if len(asked) == 1 else Every(asked)
        entry = self._answer(place, asks, answers[at] if at < len(answers) else "", notes)
        comments = [each.said("text") for each in rule.all("annotationEntry")]
        comments.append(rule.said("description"))
        return attrs.evolve(entry, comment="\n".join(each for each in comments if each))

    def _asks(self, of: _Input, text: str, place: Origin, notes: list[ImportNote]) -> Asked:
        try:
            if of.name is not None:
                return unary_test(of.name, text)
            if unary_test("", text) == ALWAYS:
                return ALWAYS
            cause = f"no policy reckons {of.text!r}"
        except UnaryTestError as failure:
            cause = f"{of.text}: {failure.message}"
        notes.append(ImportNote(place, f"{cause}; a field of its own says whether it holds"))
        said = f"{of.text}: {text}"
        return Unsaid(self.stand_ins.field(said), said)

    def _answer(
        self, place: Origin, asks: Asked, text: str, notes: list[ImportNote]
    ) -> ForeignRule:
        try:
            name = feel_literal(text)
        except UnaryTestError as failure:
            said = f"the output: {failure.message}; a queue of its own has these leads"
            notes.append(ImportNote(place, said))
            name = ""
        if name is None:
            notes.append(ImportNote(place, "nobody is named; a queue of its own has these leads"))
        return ForeignRule(place, asks, self._receiver(name or ""), (), tuple(notes))

    def _receiver(self, name: str) -> Receiver:
        if "@" in name and self.receivers in {None, "person"}:
            return Receiver("person", name, name)
        return Receiver(self.receivers or "queue", name) if name else Receiver("queue")


def _named(output: Element) -> str:
    return output.attributes.get("name") or output.attributes.get("label") or "output"
