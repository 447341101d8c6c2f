"""Leads of a log with what became of them, as suggestions ask for them."""

from collections.abc import Mapping
from typing import Any, Final

from turnout.dsl.targets import DRAWN
from turnout.frozen import define
from turnout.runtime.stores.anywhere import AnyStore

MOST_LEADS: Final = 200_000
"""Leads that are looked at: the latest ones of the period."""


@define(eq=False)
class LivedLead:
    """One lead: who it was given to first, by which rule, and what became of it.

    rule: "" where a fallback took it. team: "" where nobody was drawn. person: "" for none. at:
    microseconds since 1970. values: as they were logged. is_declined: rejected or returned.
    """

    rule: str
    team: str
    person: str
    at: int
    version: str
    values: Mapping[str, Any]
    is_won: bool = False
    is_declined: bool = False


def lived_leads(store: AnyStore, route: str, since: int, until: int) -> list[LivedLead]:
    """Return the leads of a route that arrived in a period, in order. Raises StateError."""
    found: dict[int, LivedLead] = {}
    lasts: dict[int, LivedLead] = {}
    after = 0
    with store.read() as snapshot:
        while rows := snapshot.log_rows(after):
            after = rows[-1].number
            for row in rows:
                if row.kind == "routed":
                    if row.route != route or row.at is None or not since <= row.at < until:
                        continue
                    kind, target, person = row.said.get("to", ("none", "", None))
                    lead = LivedLead(
                        row.said.get("rule") or "",
                        target if kind in DRAWN else "",
                        person or "",
                        row.at,
                        row.policy,
                        row.said.get("values", {}),
                    )
                    found[row.number] = lasts[row.number] = lead
                    if len(found) > MOST_LEADS:
                        del found[next(iter(found))]
                elif (known := lasts.pop(row.previous, None)) is not None:
                    lasts[row.number] = known
                    known.is_won |= row.kind == "converted"
                    known.is_declined |= row.kind in {"rejected", "returned"}
    return [*found.values()]
