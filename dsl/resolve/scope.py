"""The names that a policy declares, by kind, and what is reported when one isn't there."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import attrs

from turnout.dsl import nodes
from turnout.dsl.findings import Finding, Label, Severity, error
from turnout.dsl.source import Span


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that `word` most likely means, or None.

    >>> nearest("Enterprize", ["SMB", "Enterprise"])
    'Enterprise'
    """
    by_folded = {choice.casefold(): choice for choice in sorted(choices)}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[near[0]] if near else None


def article(kind: str) -> str:
    """Return `kind` with its article.

    >>> article("owner"), article("team")
    ('an owner', 'a team')
    """
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


@attrs.define
class Scope:
    """Declared names by kind ("field", "team", ...), and the findings made on the way.

    given_up: words in text that a syntax error took; a name among them may be declared
    there, so nobody calls it unknown. broken_fields: fields whose type was reported.
    has_identity: something, sound or not, tells leads that were seen before; identities:
    the fields of those that are sound.
    """

    names: dict[str, dict[str, Span]] = attrs.Factory(dict[str, dict[str, Span]])
    findings: list[Finding] = attrs.Factory(list[Finding])
    given_up: set[str] = attrs.Factory(set[str])
    broken_fields: set[str] = attrs.Factory(set[str])
    has_identity: bool = False
    identities: tuple[tuple[str, ...], ...] = ()

    def declare(self, kind: str, name: nodes.Name, *others: str) -> bool:
        """Enter a name; report it and return False where it is taken.

        others: further kinds that share the same space of names.
        """
        for space in (kind, *others):
            taken = self.names.get(space, {}).get(name.text)
            if taken is not None:
                self._duplicate(kind, space, name, taken)
                return False
        self.names.setdefault(kind, {})[name.text] = name.span
        return True

    def _duplicate(self, kind: str, space: str, name: nodes.Name, taken: Span) -> None:
        what = kind if kind == space else f"{space} and {kind}"
        self.findings.append(
            Finding(
                "duplicate-name",
                Severity.ERROR,
                name.span,
                f"the {what} `{name.text}` is declared twice",
                text="declared again",
                labels=(Label(taken, "declared here first"),),
                help=("rename one of the two, or delete it",),
            )
        )

    def knows(self, kind: str, name: nodes.Name) -> bool:
        """Return whether a name of that kind is declared, and report it where it isn't."""
        declared = self.names.get(kind, {})
        if name.text in declared:
            return True
        self.unknown(kind, name, declared)
        return False

    def unknown(self, what: str, name: nodes.Name, choices: Mapping[str, object]) -> None:
        """Report that `name` is no `what`; silent where a syntax error may have eaten it."""
        if name.text in self.given_up:
            return
        near = nearest(name.text, choices)
        other = next((kind for kind, names in self.names.items() if name.text in names), None)
        if near is not None:
            advice = f"did you mean `{near}`?"
        elif other is not None:
            advice = f"`{name.text}` is {article(other)}, not {article(what)}"
        else:
            advice = f"declare it, or name {article(what)} that is declared"
        message = f"there is no {what} `{name.text}`"
        self.findings.append(error("unknown-name", name.span, message, help=advice))

    def report(
        self, name: str, span: Span, message: str, *, text: str = "", help: str = ""
    ) -> None:
        """Add an error."""
        self.findings.append(error(name, span, message, text=text, help=help))

    def needs_identity(self, word: str, span: Span) -> None:
        """Report that `word` asks for earlier leads in a policy that tells none."""
        if not self.has_identity:
            self.report(
                "no-identity",
                span,
                f"`{word}` asks for earlier leads, but the policy has no identity",
                text="nothing says which leads are the same",
                help="say it at the top of the policy, such as `identity email within 90 days`",
            )
