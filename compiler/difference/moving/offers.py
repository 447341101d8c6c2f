"""What a raw lead is offered by a policy, as the reference interpreter has it."""

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from turnout.compiler.meaning.interpreter import match
from turnout.dsl.conditions import SEEN
from turnout.dsl.policy import Policy
from turnout.dsl.targets import Target, said
from turnout.dsl.types import Value
from turnout.dsl.values.raw_leads import values_reader

Offer: TypeAlias = tuple[Target, tuple[Value | None, ...]]
"""A target that is tried for a lead, with the values of the fields that it reads."""


def offered_by(
    policy: Policy, route: str, raw: Mapping[str, object], clock: date
) -> tuple[Offer, ...]:
    """Return the targets that are tried for a raw lead, in order, with what each reads of it."""
    values = {**values_reader(policy.fields)(raw).values, SEEN: raw.get(SEEN) is True}
    targets = (target for target, _ in match(policy, route, values, clock).every_attempt)
    return tuple((target, tuple(map(values.get, said(target).reads))) for target in targets)
