"""`to route NAME`: a rule hands its leads to another route of the policy.

What a rule hands over is decided by the other route's rules, and then by its fallback, as if
these stood in a block in the rule's place. So that is what becomes of it here: every later
pass reads a block with the other route's entries, and is exact about them without knowing of
handovers. First each such rule is an empty block; once all routes are read they are filled,
those first that hand nothing over. What is in a circle stays empty, and isn't sound.
"""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from turnout.dsl import nodes
from turnout.dsl.finding_kinds import MISPLACED_ROUTE, ROUTE_CYCLE
from turnout.dsl.findings import Label
from turnout.dsl.policy import Block, Entry, Handover, Route, Rule
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.source import Span

MOST_HANDED = 20_000
"""Rules that a route is handed in all, those of tables included."""

MOST_HANDOVERS = 8
"""Handovers one after the other."""


def handover(node: nodes.Rule, scope: Scope) -> Handover | None:
    """Return to which route a rule hands its leads, None where it doesn't, or that is reported.

    What a rule that hands over can't have beside it is reported.
    """
    to = handed_to(node)
    if to is None or not isinstance(to.argument, nodes.Name):
        return None
    for clauses, word in ((node.slas, "sla"), (node.offers, "offer"), (node.actions, "do")):
        for clause in clauses:
            _complain(
                clause.span,
                f"a rule that hands its leads over has no `{word}`",
                f"the rules of route `{to.argument.text}` have their own",
                f"write it in the rules of route `{to.argument.text}`, or leave it out",
                scope,
            )
    if not scope.knows("route", to.argument):
        return None
    return Handover(node.name.text, to.argument.text, to.span)


def handed_to(node: nodes.Rule) -> nodes.Target | None:
    """Return the step that hands a rule's leads to a route, where that is all of its chain."""
    steps = [step for chain in node.chains for step in chain.targets]
    return steps[0] if len(steps) == 1 and steps[0].kind == nodes.ROUTE else None


def complain(span: Span, of: str, scope: Scope) -> None:
    """Report a `route NAME` that stands where it can't.

    of: what it stands in: "head" (of a rule's chain), "rule", "cell", "fallback" or "sla".
    """
    _complain(span, *_SAID[of], scope)


def _complain(span: Span, message: str, text: str, advice: str, scope: Scope) -> None:
    scope.findings.append(MISPLACED_ROUTE.finding(span, message, text=text, help=(advice,)))


_SAID = {
    "head": (
        "`to route` is all of a rule's chain",
        "somebody is named after it",
        "leave out what follows: whom nobody there can take goes to the nearest fallback here",
    ),
    "rule": (
        "`to route` is all of a rule's chain",
        "somebody is asked before it",
        "write a rule with `to TARGET else continue`, and one below it with `to route NAME`",
    ),
    "cell": (
        "a row of a table can't hand its leads to another route",
        "not in a table of rules",
        "write a rule with `to route NAME` beside the table",
    ),
    "fallback": (
        "a fallback can't hand leads to another route",
        "whoever is left has no other rule to meet",
        "write a last rule with `to route NAME` for the leads that you mean, and keep a fallback",
    ),
    "sla": (
        "a lead whose time is over can't be handed to another route",
        "it has met its rule",
        "name a target, such as `then queue ...`",
    ),
}


class Filling:
    """Fills the blocks of rules that hand over with the entries of the other route.

    lost: the routes that are in a circle, too large, or lead to one that is.
    """

    def __init__(self, routes: Mapping[str, Route], scope: Scope) -> None:
        """Order the routes so that each comes after those that it hands leads to."""
        self._routes = routes
        self._scope = scope
        self.lost: set[str] = set()
        self._next = {name: _targets(route, routes) for name, route in routes.items()}
        self.order: list[str] = self._ordered()
        self._complain_of_circles()
        self._bounded()

    def handed_to(self, name: str) -> frozenset[str]:
        """Return the routes to which a route hands leads itself."""
        return frozenset(each.route for each in self._next[name])

    def _ordered(self) -> list[str]:
        waiting = {name: {each.route for each in found} for name, found in self._next.items()}
        callers: dict[str, list[str]] = {}
        for name, found in waiting.items():
            for other in found:
                callers.setdefault(other, []).append(name)
        ready = [name for name, found in waiting.items() if not found]
        for name in ready:
            for caller in callers.get(name, ()):
                waiting[caller].discard(name)
                if not waiting[caller]:
                    ready.append(caller)
        return ready

    def _complain_of_circles(self) -> None:
        pending = [name for name in self._routes if name not in set(self.order)]
        self.lost.update(pending)
        told: set[str] = set()
        for start in pending:
            way: dict[str, Handover] = {}
            at = start
            while at not in way and at not in told:
                way[at] = next(each for each in self._next[at] if each.route in self.lost)
                at = way[at].route
            if at not in told:
                names = [*way]
                self._complain_of(names[names.index(at) :], way)
            told.update(way)

    def _complain_of(self, circle: list[str], way: Mapping[str, Handover]) -> None:
        first, *others = (way[name] for name in circle)
        self._scope.findings.append(
            ROUTE_CYCLE.finding(
                first.span,
                f"route `{circle[0]}` hands its leads to itself",
                text=" → ".join([*circle, circle[0]]),
                labels=tuple(Label(each.span, "which hands them on") for each in others),
                help=("name a target in one of these rules, or a route that hands nothing back",),
            )
        )

    def _bounded(self) -> None:
        """Report the handovers with which a route gets too large; leave them empty."""
        sizes: dict[str, int] = {}
        depths: dict[str, int] = {}
        for name in self.order:
            sizes[name], depths[name] = _size(self._routes[name].entries), 0
            handed = 0
            for each in self._next[name]:
                handed += sizes[each.route]
                depths[name] = max(depths[name], depths[each.route] + 1)
                if each.route in self.lost:
                    self.lost.add(name)
                elif handed > MOST_HANDED:
                    self._too_large(name, each, f"{handed:,} rules are handed to it, and")
                elif depths[name] > MOST_HANDOVERS:
                    self._too_large(name, each, "its leads are handed on too often:")
                if name in self.lost:
                    break
            sizes[name] += handed

    def _too_large(self, name: str, by: Handover, why: str) -> None:
        self.lost.add(name)
        most = f"{MOST_HANDED:,} rules" if "rules" in why else f"{MOST_HANDOVERS} routes in a row"
        message = f"route `{name}` gets too large: {why} {most} is the most"
        advice = "hand over to fewer routes, or write a target here"
        self._scope.report("too-large", by.span, message, help=advice)

    def filled(self, routes: Mapping[str, Route]) -> dict[str, Route]:
        """Return these routes, which may be narrower, each with the entries that it is handed."""
        found = dict(routes)
        for name in self.order:
            if name not in self.lost and name in found and self._next[name]:
                route = found[name]
                entries = tuple(_filled(route.entries, found))
                found[name] = attrs.evolve(route, entries=entries)
        return found


def _targets(route: Route, routes: Mapping[str, Route]) -> tuple[Handover, ...]:
    return tuple(each for each in handovers(route.entries) if each.route in routes)


def handovers(entries: Iterable[Entry]) -> Iterator[Handover]:
    """Yield the handovers among entries, those that were filled in included, in order."""
    for entry in entries:
        if isinstance(entry, Block):
            if entry.handover is not None:
                yield entry.handover
            yield from handovers(entry.entries)


def _size(entries: Iterable[Entry]) -> int:
    return sum(1 if isinstance(each, Rule) else 1 + _size(each.entries) for each in entries)


def _filled(entries: Iterable[Entry], routes: Mapping[str, Route]) -> Iterator[Entry]:
    for entry in entries:
        if isinstance(entry, Rule):
            yield entry
        elif entry.handover is None:
            yield attrs.evolve(entry, entries=tuple(_filled(entry.entries, routes)))
        elif entry.handover.route in routes:
            of = routes[entry.handover.route]
            yield attrs.evolve(
                entry,
                entries=tuple(_led_to(entry.handover.rule, of.entries)),
                fallback=of.fallback,
                fallback_span=of.fallback_span,
                steward=of.steward,
            )


def _led_to(by: str, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries of another route with the name of the rule that leads to them."""
    for entry in entries:
        if isinstance(entry, Rule):
            yield attrs.evolve(entry, name=f"{by}/{entry.name}")
            continue
        of = entry.handover
        named = None if of is None else attrs.evolve(of, rule=f"{by}/{of.rule}")
        inside = tuple(_led_to(by, entry.entries))
        yield attrs.evolve(entry, entries=inside, handover=named)


def named_by_rules(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the names of rules, and of those that hand leads over, in order."""
    for entry in entries:
        if isinstance(entry, Rule):
            yield entry.name
        else:
            if entry.handover is not None:
                yield entry.handover.rule
            yield from named_by_rules(entry.entries)
