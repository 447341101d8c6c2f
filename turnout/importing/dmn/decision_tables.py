"""A decision table as rules: its rules in their order, its inputs fields, an output the target.

Where several rules hold, the first decides in a policy; in a table with priorities the one whose
output stands first among its values, so its rules are put in that order. Other outputs become tags.
"""

import re
from collections.abc import Mapping

import attrs

from turnout.dsl.headers import column_key
from turnout.errors import Error
from turnout.frozen import define, frozen
from turnout.importing.askable import StandIns
from turnout.importing.dmn.asked_types import AskedTypes
from turnout.importing.dmn.unary_tests import UnaryTestError, feel_literal, unary_test
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Every,
    ForeignField,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
    RuleSet,
    Unsaid,
)
from turnout.importing.sheets.sheet_columns import OWNERS
from turnout.importing.sheets.sheet_receivers import SheetReceiver
from turnout.importing.xml_tree import Element

_HITS: Mapping[str, str] = {"U": "UNIQUE", "A": "ANY", "F": "FIRST", "P": "PRIORITY"}
_KNOWN = {"input", "output", "rule", "annotation", "extensionElements", "description"}
_OF_INPUTS = {"inputExpression", "inputValues", "extensionElements", "description"}
_OF_OUTPUTS = {"outputValues", "defaultOutputEntry", "extensionElements", "description"}
_OF_RULES = {"inputEntry", "outputEntry", "annotationEntry", "description", "extensionElements"}
_LONGEST_TAG = 1_000


class RefusedTableError(Error):
    """A table that no policy can say."""

    def __init__(self, line: int, entry: str, message: str, advice: str) -> None:
        super().__init__(message, advice)
        self.line = line
        self.entry = entry


@frozen
class _Input:
    """An input. name: how the policy calls it; None where it is an expression. why: the cause."""

    name: str | None
    text: str
    why: str = ""


@frozen
class _Output:
    """An output. priorities: its values, the first the best; none where it has no such list."""

    name: str
    element: Element
    priorities: tuple[str | None, ...]


@define
class DecisionReader:
    """Reads tables. fields: of all their inputs, by name. notes: of no rule.

    targets: the name of the output with who gets a lead, by decision.
    """

    file: str
    types: AskedTypes
    to: str | None
    receivers: SheetReceiver | None
    fields: dict[str, ForeignField] = attrs.Factory(dict[str, ForeignField])
    stand_ins: StandIns = attrs.Factory(lambda: StandIns("test"))
    notes: list[ImportNote] = attrs.Factory(list[ImportNote])
    targets: dict[str, str] = attrs.Factory(dict[str, str])

    def rule_set(self, table: Element, decision: str) -> RuleSet:
        """Return the rules of a table. Raises RefusedTableError."""
        place = Origin(self.file, table.line, f"decision {decision}")
        hits = table.attributes.get("hitPolicy", "UNIQUE").upper().replace("_", " ")
        hits = _HITS.get(hits, hits)
        if hits not in _HITS.values():
            raise self._refused(
                place,
                f"the hit policy {hits.lower()} gives several answers, and a lead goes to one",
                "tables with the hit policies unique, first, any and priority are read",
            )
        self._tell_unknown(table, _KNOWN, place)
        inputs = [self._input(each, place) for each in table.all("input")]
        outputs = [self._output(each, place) for each in table.all("output")]
        at = self._target(outputs, place)
        self.targets[decision] = outputs[at].name
        entries = [
            self._entry(rule, inputs, outputs, at, self._place(rule, decision, number))
            for number, rule in enumerate(table.all("rule"), 1)
        ]
        if hits == "PRIORITY":
            entries = self._by_priority(entries, [*table.all("rule")], outputs, place)
        if default := outputs[at].element.first("defaultOutputEntry"):
            where = Origin(self.file, default.line, f"decision {decision}, default output")
            entries.append(self._default(where, default.said("text"), outputs, at))
        return RuleSet(decision, place, is_active=True, entries=tuple(entries))

    def _place(self, rule: Element, decision: str, number: int) -> Origin:
        return Origin(self.file, rule.line, f"decision {decision}, rule {number}")

    def _refused(self, place: Origin, message: str, advice: str) -> RefusedTableError:
        return RefusedTableError(place.line, place.entry, message, advice)

    def _tell_unknown(self, element: Element, known: set[str], place: Origin) -> None:
        for each in element.children:
            if each.name not in known:
                at = attrs.evolve(place, line=each.line)
                said = f"a {each.name} in a {element.name} isn't carried over"
                self.notes.append(ImportNote(at, said, is_refused=True))

    def _output(self, element: Element, place: Origin) -> _Output:
        self._tell_unknown(element, _OF_OUTPUTS, place)
        values = element.first("outputValues")
        found = re.findall(
            r'"(?:\\.|[^"\\])*"|[^,\s][^,]*', "" if values is None else values.said("text")
        )
        try:
            priorities = tuple(feel_literal(each) for each in found)
        except UnaryTestError:
            priorities = ()
        name = element.attributes.get("name") or element.attributes.get("label") or "output"
        return _Output(name, element, priorities)

    def _target(self, outputs: list[_Output], place: Origin) -> int:
        """Return which output says who gets a lead."""
        names = [each.name for each in outputs]
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
            raise self._refused(
                place,
                f"it isn't clear which output says who gets a lead: {listed}",
                "name one with --to OUTPUT",
            )
        return found[0]

    def _input(self, element: Element, place: Origin) -> _Input:
        self._tell_unknown(element, _OF_INPUTS, place)
        at = attrs.evolve(place, line=element.line)
        expression = element.first("inputExpression")
        text = "" if expression is None else " ".join(expression.said("text").split())
        kind = "" if expression is None else expression.attributes.get("typeRef", "")
        text = text or element.attributes.get("inputVariable", "")
        label = element.attributes.get("label", "")
        if (why := _language(expression)) or not self.types.is_name(text):
            shown = text or label or "an input"
            return _Input(None, shown, why or f"no policy reckons {shown!r}")
        if self.types.is_collection(kind):
            return _Input(None, text, f"{text} is a list")
        if text in self.types.decisions:
            said = f"{text} is what another decision gives: fill a column of that name"
            self.notes.append(ImportNote(at, said))
        allowed = element.first("inputValues")
        values = "" if allowed is None else allowed.said("text")
        known, listed, left = self.types.kind(kind, values)
        if left:
            said = f"the allowed values {left[:100]} of {text} aren't carried over"
            self.notes.append(ImportNote(at, said, is_refused=True))
        if text not in self.fields:
            columns = tuple(dict.fromkeys(each for each in (text, label) if each))
            self.fields[text] = ForeignField(text, columns, known, listed)
        return _Input(text, text)

    def _entry(
        self,
        rule: Element,
        inputs: list[_Input],
        outputs: list[_Output],
        at: int,
        place: Origin,
    ) -> ForeignRule:
        self._tell_unknown(rule, _OF_RULES, place)
        notes: list[ImportNote] = []
        tests = [*rule.all("inputEntry")]
        answers = [*rule.all("outputEntry")]
        if len(tests) != len(inputs) or len(answers) != len(outputs):
            raise self._refused(
                place,
                f"{len(tests)} tests and {len(answers)} outputs for {len(inputs)} and "
                f"{len(outputs)} columns",
                "mend the table",
            )
        parts = [
            self._asks(each, test, place, notes) for each, test in zip(inputs, tests, strict=True)
        ]
        asked = tuple(each for each in parts if each != ALWAYS)
        asks = asked[0] if len(asked) == 1 else Every(asked)
        entry = self._answer(place, asks, answers[at].said("text"), notes)
        tags = tuple(
            tag
            for number, (each, answer) in enumerate(zip(outputs, answers, strict=True))
            if number != at and (tag := self._tag(each, answer, place, notes))
        )
        comments = [each.said("text") for each in rule.all("annotationEntry")]
        comments.append(rule.said("description"))
        comment = "\n".join(each for each in comments if each)
        return attrs.evolve(entry, comment=comment, tags=tags, notes=tuple(notes))

    def _default(self, place: Origin, text: str, outputs: list[_Output], at: int) -> ForeignRule:
        """Return what a table says where no rule holds."""
        notes: list[ImportNote] = []
        tags = tuple(
            tag
            for number, each in enumerate(outputs)
            if number != at
            and (default := each.element.first("defaultOutputEntry"))
            and (tag := self._tag(each, default, place, notes))
        )
        return attrs.evolve(self._answer(place, ALWAYS, text, notes), tags=tags)

    def _tag(self, output: _Output, answer: Element, place: Origin, notes: list[ImportNote]) -> str:
        """Return what a rule says of an output beside the target, "" for nothing."""
        try:
            value = feel_literal(answer.said("text"))
        except UnaryTestError as failure:
            said = f"the output {output.name}: {failure.message}; it isn't carried over"
            notes.append(ImportNote(place, said, is_refused=True))
            return ""
        tag = " ".join(f"{output.name}: {value}".split())
        return "" if value is None else tag[:_LONGEST_TAG]

    def _asks(self, of: _Input, entry: Element, place: Origin, notes: list[ImportNote]) -> Asked:
        text = entry.said("text")
        why = of.why or _language(entry)
        try:
            if of.name is not None and not why:
                return unary_test(of.name, text)
            if unary_test("", text) == ALWAYS:
                return ALWAYS
        except UnaryTestError as failure:
            why = why or f"{of.text}: {failure.message}"
        notes.append(ImportNote(place, f"{why}; a field of its own says whether it holds"))
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

    def _by_priority(
        self,
        entries: list[ForeignRule],
        rules: list[Element],
        outputs: list[_Output],
        place: Origin,
    ) -> list[ForeignRule]:
        """Return rules in the order of their outputs among the values of each output."""
        ranked: list[tuple[tuple[int, ...], ForeignRule]] = []
        for entry, rule in zip(entries, rules, strict=True):
            rank: list[int] = []
            for output, answer in zip(outputs, rule.all("outputEntry"), strict=True):
                if not output.priorities:
                    continue
                try:
                    rank.append(output.priorities.index(feel_literal(answer.said("text"))))
                except (UnaryTestError, ValueError):
                    shown = answer.said("text")[:100]
                    said = f"the output {shown} has no place among the values of {output.name}"
                    raise self._refused(place, said, "list it among the output's values") from None
            ranked.append((tuple(rank), entry))
        if not any(rank for rank, _ in ranked):
            said = "a table with priorities has no list of the values of its output"
            raise self._refused(place, said, "list them, the first the best")
        ordered = [entry for _, entry in sorted(ranked, key=lambda each: each[0])]
        if ordered != entries:
            said = "the rules stand in the order of their priorities"
            self.notes.append(ImportNote(place, said))
        return ordered


def _language(element: Element | None) -> str:
    """Return why what an element says isn't read, "" where it is FEEL."""
    said = "" if element is None else element.attributes.get("expressionLanguage", "")
    if not said or "feel" in said.casefold():
        return ""
    return f"it is written in {said[:60]}, not in FEEL"
