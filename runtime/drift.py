"""The leads of a log, routed again by another policy, or by the same one as it is today.

A lead can be replayed where the log has values of it. What the policy asks and the log never had
counts as missing, and is named. Each lead comes at the moment at which it was routed, in the order
of the log, and into an empty state: whom a team draws differs for that alone, so rules and
targets are compared, and not people.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeAlias

from turnout.dsl.types import id_field
from turnout.frozen import attribute, frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.events import Event
from turnout.runtime.router import Router
from turnout.runtime.stores.tombstones import is_tombstone

MOST_EXAMPLES = 5

_Place: TypeAlias = tuple[str, str]
"""The rule that took a lead, or the fallback, and who got it, in words."""


@frozen
class DriftLeads:
    """Leads that would go elsewhere in the same way. examples: ids of the first ones."""

    before: _Place
    after: _Place
    leads: int
    examples: tuple[str, ...]


@frozen
class Drift:
    """What became of the leads of a log. The most first in `drifted`.

    routed: how many the log has. replayed: of these how many have values; same: how many of those
    would go where they went. erased: of which nothing is known any more. valueless: of which
    nothing was logged. unknown: fields that the policy asks and the log never had. hashed: of
    them those that the log has hashed.
    """

    routed: int = 0
    replayed: int = 0
    same: int = 0
    erased: int = 0
    valueless: int = 0
    unknown: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    drifted: tuple[DriftLeads, ...] = attribute(factory=tuple[DriftLeads, ...])


def drift(events: Iterable[Event], router: Router, asked: Iterable[str]) -> Drift:
    """Return what a router, without a state, does with the leads of a log.

    events: those of kind `routed`, in order. asked: the fields that its route asks.
    """
    name = id_field(router.compiled.policy.fields)
    counts = Counter[str]()
    moved = Counter[tuple[_Place, _Place]]()
    examples: dict[tuple[_Place, _Place], list[str]] = {}
    seen: set[str] = set()
    hashed: set[str] = set()
    for event in events:
        counts["routed"] += 1
        hashed.update(event.logged.hashed)
        if is_tombstone(event.lead):
            counts["erased"] += 1
        if not event.logged.values or event.decision is None or event.at is None:
            counts["valueless"] += not is_tombstone(event.lead)
            continue
        counts["replayed"] += 1
        seen.update(event.logged.values)
        raw: dict[str, Any] = dict(event.logged.values)
        if name is not None:
            raw[name.name] = event.lead
        pair = _place(event.decision), _place(router.route(raw, at=event.at))
        if pair[0] == pair[1]:
            counts["same"] += 1
            continue
        moved[pair] += 1
        some = examples.setdefault(pair, [])
        if len(some) < MOST_EXAMPLES:
            some.append(event.lead)
    id_name = "" if name is None else name.name
    unknown = tuple(sorted({*asked} - seen - {id_name}))
    return Drift(
        counts["routed"],
        counts["replayed"],
        counts["same"],
        counts["erased"],
        counts["valueless"],
        unknown,
        tuple(each for each in unknown if each in hashed),
        tuple(
            DriftLeads(*pair, leads, tuple(examples[pair]))
            for pair, leads in sorted(moved.items(), key=lambda each: (-each[1], each[0]))
        ),
    )


def _place(decision: Decision) -> _Place:
    rule = decision.named_by if decision.rule is None else f"rule {decision.rule}"
    target = "nobody" if decision.kind == "none" else f"{decision.kind} {decision.target}"
    return rule, target
