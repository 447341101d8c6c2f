"""What was made of a rule, taken over by the next version of its policy.

What a rule means depends on its own words and on what they name: fields, calendars,
territories, people. Where all of that is the same after an edit elsewhere, the rule is the
same, at another place, and so are the uses of names in it. Where only some names mean
something else, or are declared in one version alone, that holds for the rules that use none
of them. A rule about
which something was found is read again each time, and so is one that reads a table, whose
text may be another one then.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

import attrs

from turnout.dsl import nodes, policy
from turnout.dsl.calendars import Calendar
from turnout.dsl.changed_names import changed_names
from turnout.dsl.conditions import And, Atom, Condition, IsIn, Named, Not, Or, names_in
from turnout.dsl.policy import Definition
from turnout.dsl.references import Reference
from turnout.dsl.rereading import RulesRead
from turnout.dsl.resolve.declarations import Declarations
from turnout.dsl.source import Source, Span
from turnout.dsl.types import Field
from turnout.frozen import define, frozen

_OWN = ("rule", "test", "guarantee")
"""Kinds of names that no rule speaks of; of another rule's it only has to differ."""


@frozen
class RuleGround:
    """All that a rule may depend on beside its own words. names: those that are declared."""

    fields: Mapping[str, Field]
    calendars: Mapping[str, Calendar]
    identities: tuple[tuple[str, ...], ...]
    definitions: Mapping[str, Definition]
    zone: str
    names: Mapping[tuple[str, str], frozenset[str]]
    has_identity: bool

    @property
    def apart_from_names(self) -> object:
        """What every rule may depend on, whatever it names."""
        return self.identities, self.zone, self.has_identity


def _changed(old: RuleGround, new: RuleGround) -> Iterator[str]:
    """Yield what is declared in one of two versions alone, and what means something else."""
    yield from changed_names(old.definitions, new.definitions)
    for before, now in ((old.fields, new.fields), (old.calendars, new.calendars)):
        yield from (name for name in {*before, *now} if before.get(name) != now.get(name))
    for of in {*old.names, *new.names}:
        yield from old.names.get(of, frozenset()) ^ new.names.get(of, frozenset())


def names_of(declared: Declarations) -> dict[tuple[str, str], frozenset[str]]:
    """Return the names that rules may speak of, by kind and what they are of."""
    return {
        (kind, of): frozenset(names)
        for (kind, of), names in declared.names.items()
        if kind not in _OWN
    }


@frozen
class _Use:
    """A use of a name in a rule, by its place in the rule's text."""

    kind: str
    name: str
    of: str
    start: int
    end: int


@frozen
class _Made:
    """What was made of a rule.

    start: where its text began then. ground: of that version. names: all that it speaks of.
    """

    rule: policy.Rule
    start: int
    uses: tuple[_Use, ...]
    ground: RuleGround
    names: frozenset[str]


@define(eq=False)
class KeptRules:
    """What was made of rules that were read before, and of those that are read now.

    known: the rules that were read before. ground: of this version; the very one of the version
    before where it is the same. made: by where the rule starts, by the name of its source. taken:
    those that were taken over. before: the ground of the version before, where only some names
    differ, or what they mean: `changed`.
    """

    known: RulesRead
    ground: RuleGround
    before: RuleGround | None = None
    changed: frozenset[str] = frozenset()
    made: dict[str, dict[int, object]] = attrs.Factory(dict[str, dict[int, object]])
    taken: list[tuple[nodes.Rule, tuple[_Use, ...]]] = attrs.Factory(
        list[tuple[nodes.Rule, tuple[_Use, ...]]]
    )

    @classmethod
    def on(cls, known: RulesRead, ground: RuleGround) -> "KeptRules":
        """Return what rules that were read before have to give on the ground of this version."""
        before = known.ground
        if not isinstance(before, RuleGround):
            return cls(known, ground)
        if before == ground:
            return cls(known, before)
        if before.apart_from_names != ground.apart_from_names:
            return cls(known, ground)
        return cls(known, ground, before, frozenset(_changed(before, ground)))

    def rule(self, node: nodes.Rule) -> policy.Rule | None:
        """Return what a rule was made into, at its present place; None where it has to be read."""
        read = self.known.read_of(node)
        made = None if read is None else self._on_this_ground(read.made)
        if made is None:
            return None
        self.taken.append((node, made.uses))
        span = node.span
        self.made.setdefault(span.source.name, {})[span.start] = made
        return _moved(made.rule, span.source, span.start - made.start)

    def _on_this_ground(self, made: object) -> _Made | None:
        """Return what was made of a rule, if it is made of it now, too."""
        if not isinstance(made, _Made) or made.ground is self.ground:
            return made if isinstance(made, _Made) else None
        if made.ground is not self.before or not self.changed.isdisjoint(made.names):
            return None
        return _Made(made.rule, made.start, made.uses, self.ground, made.names)

    def keep(self, node: nodes.Rule, rule: policy.Rule, uses: list[tuple[Reference, str]]) -> None:
        """Keep what a rule was made into. uses: of names, each with what it is of."""
        if _reads_table(rule.condition):
            return
        span = node.span
        found = tuple(
            _Use(use.kind, use.name, of, use.at.start - span.start, use.at.end - span.start)
            for use, of in uses
        )
        apart = Source(span.source.name, span.text)  # the whole text isn't kept for its sake
        names = {each.name for each in found} | {each.name for each in names_in(rule.condition)}
        made = _Made(_moved(rule, apart, -span.start), 0, found, self.ground, frozenset(names))
        self.made.setdefault(span.source.name, {})[span.start] = made

    def references(self, declared: Declarations) -> Iterator[Reference]:
        """Yield the uses of names in the rules that were taken over."""
        for node, uses in self.taken:
            source, start = node.span.source, node.span.start
            for use in uses:
                found = declared.of_kind(use.kind, use.of).get(use.name)
                at = Span(source, start + use.start, start + use.end)
                yield Reference(use.kind, use.name, at, None if found is None else found.at)


def _reads_table(condition: Condition) -> bool:
    if isinstance(condition, Atom):
        return isinstance(condition, IsIn) and bool(condition.table)
    match condition:
        case And(parts) | Or(parts):
            return any(map(_reads_table, parts))
        case Not(part):
            return _reads_table(part)
        case Named():
            return False  # its table is read where it is declared
        case _:
            assert_never(condition)


def _moved(rule: policy.Rule, source: Source, by: int) -> policy.Rule:
    """Return a rule so many characters on in another source; its conditions are the same."""

    def at(span: Span) -> Span:
        return Span(source, span.start + by, span.end + by)

    sla, days, actions, offer = rule.sla, rule.validity, rule.actions, rule.offer
    if sla is not None:
        then = sla.then
        then = None if then is None else policy.Step(then.target, at(then.span))
        sla = attrs.evolve(sla, then=then, span=at(sla.span))
    if actions:
        actions = tuple(attrs.evolve(each, span=at(each.span)) for each in actions)
    return policy.Rule(
        rule.name,
        rule.condition,
        tuple([policy.Step(step.target, at(step.span)) for step in rule.chain]),
        at(rule.span),
        sla,
        actions,
        None if rule.whole is None else at(rule.whole),
        None if rule.when is None else at(rule.when),
        None,
        None if days is None else attrs.evolve(days, span=at(days.span)),
        rule.goes_on,
        None if rule.going_on is None else at(rule.going_on),
        offer if offer is None else attrs.evolve(offer, span=at(offer.span)),
    )
