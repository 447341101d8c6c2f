"""Who asks, and what they may: by the scopes of a token, or as a person for themselves."""

from typing import Final, Literal, TypeAlias, get_args

from turnout.frozen import frozen
from turnout.serving.problems import ProblemError

TokenScope: TypeAlias = Literal["route", "read", "act", "admin"]
"""What a token lets its bearer do; see `MAY`."""

SCOPES: Final[tuple[TokenScope, ...]] = get_args(TokenScope)

MAY: Final = {
    "route": "have leads decided, and tried",
    "read": "read leads, events, queues, absences, the report, the policy, the metrics, and why",
    "act": "act for any person: what they do with their leads, claims, absences",
    "admin": "all of this, and have the policy's files read again",
}
"""What each scope lets its bearer do, in words."""


@frozen
class Caller:
    """Who asks.

    name: for the log, such as "token crm"; "" for whoever is on this machine, where there are
    no tokens. scopes: what they may. person: whose they are, None where they are nobody's; a
    person may read their own leads and act for themselves, whatever the scopes.
    """

    name: str
    scopes: frozenset[TokenScope] = frozenset()
    person: str | None = None

    def may(self, scope: TokenScope) -> bool:
        """Return whether a scope is the caller's."""
        return scope in self.scopes or "admin" in self.scopes

    def check(self, scope: TokenScope) -> None:
        """Raise ProblemError where the caller lacks a scope."""
        if not self.may(scope):
            raise not_yours(f"{self.name or 'this caller'} lacks the scope `{scope}`")

    def acting_for(self, person: str) -> str:
        """Return for whom the caller acts: who is named, else themselves. Raises ProblemError."""
        if self.may("act"):
            return person or self.person or self.name
        if self.person is None:
            raise not_yours(f"{self.name or 'this caller'} lacks the scope `act`")
        if person and person != self.person:
            raise not_yours(f"{self.person} can't act for {person}")
        return self.person


ANYBODY: Final = Caller("", frozenset(SCOPES))
"""Whoever is on this machine, where there are no tokens."""


def not_yours(detail: str) -> ProblemError:
    """Return the problem of somebody who may not do what they ask."""
    return ProblemError("not-yours", detail)
