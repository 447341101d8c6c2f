"""Names looked up among those that a policy declares, and what is said of one that isn't there."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import attrs

from turnout.dsl import nodes
from turnout.dsl.findings import Finding, Label, Severity, error
from turnout.dsl.fixes import misspelt
from turnout.dsl.references import Reference, unquoted
from turnout.dsl.resolve.declarations import Declaration, Declarations, WrittenName
from turnout.dsl.source import Span
from turnout.dsl.types import AnyOf, Field, OneOf, PersonName, Value
from turnout.frozen import frozen


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that `word` most likely means, or None.

    >>> nearest("Enterprize", ["SMB", "Enterprise"])
    'Enterprise'
    >>> nearest("bne", ["ana", "ben"])  # letters that changed places
    'ben'
    """
    by_folded = {choice.casefold(): choice for choice in sorted(choices)}
    asked = word.casefold()
    near = get_close_matches(asked, by_folded, n=1, cutoff=0.7) or [
        choice for choice in by_folded if sorted(choice) == sorted(asked)
    ]
    return by_folded[near[0]] if near else None


def article(kind: str) -> str:
    """Return `kind` with its article.

    >>> article("owner"), article("team")
    ('an owner', 'a team')
    """
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


@frozen
class Scope:
    """What the readers of one policy share: the names it declares, and where they report to.

    findings, references: what was found so far; its order is that of reading and means
    nothing. owners: what the name of each of the references is of, as in `Declaration`.
    """

    declared: Declarations
    findings: list[Finding] = attrs.Factory(list[Finding])
    references: list[Reference] = attrs.Factory(list[Reference])
    owners: list[str] = attrs.Factory(list[str])

    def stands(self, kind: str, name: WrittenName, of: str = "") -> bool:
        """Return whether `name` declares what it names; report it where something else does.

        of: for a rule, its route.
        """
        taken = self.declared.taking(kind, name, of)
        if taken is not None:
            self._duplicate(kind, name, taken)
        return taken is None

    def _duplicate(self, kind: str, name: WrittenName, taken: Declaration) -> None:
        what = kind if kind == taken.kind else f"{taken.kind} and {kind}"
        self.findings.append(
            Finding(
                "duplicate-name",
                Severity.ERROR,
                name.span,
                f"the {what} `{taken.name}` is declared twice",
                text="declared again",
                labels=(Label(taken.by.span, "declared here first"),),
                help=("rename one of the two, or delete it",),
            )
        )

    def refer(self, kind: str, by: WrittenName, name: str = "", of: str = "") -> None:
        """Record that `by` names something. name: as it is declared, where it differs."""
        named = name or by.text
        declared = self.declared.of_kind(kind, of).get(named)
        found = None if declared is None else declared.at
        at = by.span if isinstance(by, nodes.Name) else unquoted(by.span)
        self.references.append(Reference(kind, named, at, found))
        self.owners.append(of)

    def refer_bare(self, name: nodes.Name) -> None:
        """Record a word that stands alone as a condition."""
        declared = self.declared.of_one_kind(name.text, ("field", "territory", "segment"))
        self.refer("condition" if declared is None else declared.kind, name)

    def refer_value(self, field: Field, by: nodes.Literal, value: Value | None) -> None:
        """Record that `by` is read as `value`, where that is one of a list or somebody's name."""
        if not isinstance(value, str):
            return
        if isinstance(field.type, OneOf | AnyOf):
            self.refer("value", by, value, field.name)
        elif isinstance(field.type, PersonName):
            self.refer("person", by, value)

    def knows(self, kind: str, name: nodes.Name, meant: Iterable[str] | None = None) -> bool:
        """Return whether a name of that kind is declared, and report it where it isn't.

        meant: the names that could stand there, where not all could.
        """
        self.refer(kind, name)
        declared = self.declared.of_kind(kind)
        if name.text in declared:
            return True
        self.unknown(kind, name, declared if meant is None else meant)
        return False

    def field(self, name: nodes.Name, fields: Mapping[str, Field]) -> Field | None:
        """Return the field of that name, None where it is reported: itself, or its type."""
        return fields.get(name.text) if self.knows("field", name) else None

    def near_field(self, name: nodes.Name) -> str | None:
        """Return the field that a misspelt name may mean."""
        return nearest(name.text, self.declared.of_kind("field"))

    def is_lost(self, name: WrittenName, fields: Mapping[str, Field]) -> bool:
        """Return whether a field of that name is declared, but not read; that is reported."""
        return name.text not in fields and name.text in self.declared.of_kind("field")

    def unknown(self, what: str, name: nodes.Name, choices: Iterable[str]) -> None:
        """Report that `name` is no `what`; silent where a syntax error may have eaten it."""
        if name.text in self.declared.given_up:
            return
        near = nearest(name.text, choices)
        other = self.declared.kind_of(name.text)
        if other is not None:
            advice = f"`{name.text}` is {article(other)}, not {article(what)}"
        else:
            advice = f"declare it, or name {article(what)} that is declared"
        message = f"there is no {what} `{name.text}`"
        self.report("unknown-name", name.span, message, help=advice, near=near)

    def report(  # noqa: PLR0913 - the parts of a finding, each by name
        self,
        name: str,
        span: Span,
        message: str,
        *,
        text: str = "",
        help: str = "",
        near: str | None = None,
    ) -> None:
        """Add an error. near: what may be meant by the word at `span`, instead of the help."""
        advice = help if near is None else f"did you mean `{near}`?"
        fixes = () if near is None else (misspelt(span, near),)
        self.findings.append(error(name, span, message, text=text, help=advice, fixes=fixes))

    def needs_identity(self, word: str, span: Span) -> None:
        """Report that `word` asks for earlier leads in a policy that tells none."""
        if not self.declared.has_identity:
            self.report(
                "no-identity",
                span,
                f"`{word}` asks for earlier leads, but the policy has no identity",
                text="nothing says which leads are the same",
                help="say it at the top of the policy, such as `identity email within 90 days`",
            )
