"""A policy's parts in sentences, for people who never open its file.

Conditions stand as the policy says them, with a link wherever they name a territory or a
segment. Whatever text comes from a policy is made visible (`turnout/printable.py`) and kept
apart from the direction of what stands around it; htpy escapes it.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final, assert_never

from htpy import Element, Node, a, bdi, code, fragment, li, ol, ul
from markupsafe import Markup

from turnout.compiler.picture.speech import asked, phrase
from turnout.compiler.program import Clause
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.conditions import Condition
from turnout.dsl.policy import Sla
from turnout.dsl.promises import (
    AlwaysByRule,
    AlwaysReaches,
    Claim,
    NeverReaches,
    NeverRejects,
    Reached,
    SlaAtMost,
)
from turnout.dsl.targets import Target
from turnout.dsl.wording import acted, conjuncts, written_part
from turnout.frozen import frozen
from turnout.printable import visible
from turnout.rendering.site.addresses import link, page_of
from turnout.rendering.site.subject import SiteSubject, names_in, receiver


def told(text: str) -> Element:
    """Return a text of the policy, as it is, in a direction of its own."""
    return bdi[visible(text)]


_SLA_DEEDS: Final = {"alert": "there is an alert", "reassign": "the next one has it"}


@frozen(eq=False)
class Teller:
    """Says things of one policy on one page. here: that page's path.

    known: what was said on pages of the same depth, where all links are the same. Thousands of
    pages say the same of a few hundred rules; written out once, that is most of their time.
    """

    subject: SiteSubject
    here: str
    known: dict[tuple[Hashable, ...], Markup]

    def once(self, say: Callable[[], Node], *about: Hashable) -> Markup:
        """Return what `say` returns, written out. about: what tells it apart."""
        found = self.known.get(about)
        if found is None:
            found = self.known[about] = fragment[say()].__html__()
        return found

    def to(self, page: str, text: str) -> Element:
        """Return a link to another page of the site."""
        return a(href=link(self.here, page))[told(text)]

    def clause(self, route: str, at: int) -> Node:
        """Return a clause's name, linked."""
        return self.once(lambda: self._clause(route, at), "clause", route, at)

    def _clause(self, route: str, at: int) -> Node:
        clause = self.subject.program.routes[route].clauses[at]
        return self.to(self.subject.pages[route, at], clause.name)

    def named(self, name: str) -> Node:
        """Return a territory or segment, linked where there is one of that name."""
        page = self.subject.named.get(name)
        if page is None:
            return told(name)
        return self.once(lambda: self.to(page, name), "named", name)

    def receiver(self, kind: str, name: str) -> Node:
        """Return who gets leads, linked where the policy has a page for them."""
        if (kind, name) not in self.subject.receivers:
            return told(name)
        return self.once(lambda: self.to(page_of(kind, name), name), "receiver", kind, name)

    def takes(self, clause: Clause) -> Node:
        """Return a clause's own condition as the policy says it, and on which days it counts."""
        said = asked(clause.asked, self.subject.policy.fields) if clause.validity else None
        # By its identity: as a key, a clause would be hashed whole.
        return self.once(lambda: self.condition(clause.own, said), "takes", id(clause))

    def condition(self, condition: Condition, text: str | None = None) -> Node:
        """Return a condition as the policy says it, its territories and segments linked."""
        fields = self.subject.policy.fields
        whole = asked([condition], fields) if text is None else text
        names = [name for name in dict.fromkeys(names_in(condition)) if name in self.subject.named]
        if not names:
            return code[told(whole)]
        longest = sorted(names, key=lambda name: (-len(name), name))
        either = "|".join(map(re.escape, longest))
        pieces = re.split(rf"(?<![\w-])({either})(?![\w-])", whole)
        return code[
            (self.named(piece) if at % 2 else told(piece) for at, piece in enumerate(pieces))
        ]

    def conditions(self, condition: Condition) -> Node:
        """Return what must hold, one line for each part that `and` joins."""
        fields = self.subject.policy.fields
        parts = conjuncts(condition, fields)
        if len(parts) < 2:
            return ul(".conditions")[li[self.condition(condition)]]
        lines = (self.condition(part, written_part(part, fields)) for part in parts)
        return ul(".conditions")[(li[line] for line in lines)]

    def target(self, target: Target) -> Node:
        """Return where a target sends, in the picture's words, linked."""
        before, name, after = phrase(target)
        named = self.receiver(receiver(target)[0], name) if name else ""
        return [visible(before), named, visible(after)]

    def chain(self, clause: Clause) -> Element:
        """Return the targets of a clause in the order in which they are tried."""
        lines: list[Node] = []
        for step, attempt in enumerate(clause.attempts):
            by = "" if step < clause.own_attempts else f" (by the {attempt.by})"
            lines.append([self.target(attempt.target), told(by) if by else ""])
        if clause.lets_on:
            lines.append("else it goes on to the next rules")
        return ol(".chain")[(li[line] for line in lines)]

    def first(self, clause: Clause) -> Node:
        """Return the first target of a clause."""
        if not clause.attempts:
            return "no target"
        target = clause.attempts[0].target
        return self.once(lambda: self.target(target), "first", id(clause))

    def offer(self, offer: TimedOffer) -> Node:
        """Return in which time a lead is to be accepted, and what becomes of it otherwise."""
        by = "by the clock on the wall" if offer.wall else "in working hours"
        return f"To be accepted within {offer.period}, {by}; otherwise the next one has it"

    def promise(self, sla: Sla) -> Node:
        """Return by when a lead is to be touched, and what becomes of it otherwise."""
        by = "by the clock on the wall" if sla.wall else "in working hours"
        start = ", counted from when it is accepted" if sla.from_acceptance else ""
        whole: list[Node] = [f"To be touched within {sla.period}, {by}{start}"]
        if not sla.written_steps:
            if sla.then is not None:
                whole += ["; otherwise it goes to ", self.target(sla.then.target)]
            return whole
        whole.append("; otherwise ")
        for number, step in enumerate(sla.steps):
            whole.append(", " if number else "")
            if step.word == "then" and sla.then is not None:
                whole += ["it goes to ", self.target(sla.then.target)]
            else:
                whole.append(_SLA_DEEDS[step.word])
            whole.append(f" after {step.period}")
        return whole

    def actions(self, clause: Clause) -> Iterator[Node]:
        """Yield what else is done with a clause's leads."""
        for action in clause.actions:
            yield code[told(acted(action.kind, action.arguments))]

    def claim(self, claim: Claim) -> Node:
        """Return what a guarantee claims of its leads."""
        match claim:
            case AlwaysReaches(targets):
                return ["always reaches ", self._either(targets)]
            case NeverReaches(targets):
                return ["never reaches ", self._either(targets)]
            case AlwaysByRule(rules):
                return ["is always taken by rule ", told(" or ".join(rules))]
            case SlaAtMost(period, wall):
                by = ", by the clock on the wall" if wall else ""
                return f"is always to be touched within {period}{by}"
            case NeverRejects():
                return "is never rejected"
            case _:
                assert_never(claim)

    def _either(self, targets: Sequence[Reached]) -> Node:
        found: list[Node] = []
        for at, each in enumerate(targets):
            found += [" or " if at else "", f"{each.kind} ", self.receiver(each.kind, each.name)]
        return found
