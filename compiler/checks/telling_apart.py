"""Find schemas that can't tell leads apart, and identities by which strangers are the same."""

from collections.abc import Iterator

from turnout.compiler.program import Program
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Label
from turnout.dsl.policy import Policy
from turnout.dsl.types import Code, Field, FieldType, SalesforceId, Text, id_field

NO_LEAD_ID = warning(
    "no-lead-id", "The lead schema names no field as the lead's id.", needs_whole=True
)
UNGUARDED_IDENTITY = warning(
    "unguarded-identity",
    "An identity asks a field that takes any text, and no placeholders are declared for it.",
)


def check_identities(program: Program) -> Iterator[Finding]:
    """Yield a `no-lead-id` for a schema without an id, an `unguarded-identity` for each field.

    Silent for a policy without routes, which others include, and without a schema.
    """
    policy = program.policy
    if not policy.routes or not policy.fields:
        return
    if id_field(policy.fields) is None:
        yield _no_id(policy)
    asked: dict[str, None] = {}
    for identity in policy.identities:
        asked |= dict.fromkeys(identity.fields)
    for name in asked:
        field = policy.fields[name]
        if takes_anything(field.type) and not field.placeholders:
            yield _unguarded(policy, field)


def takes_anything(kind: FieldType) -> bool:
    """Return whether whatever somebody types into a form is a value of the type."""
    return isinstance(kind, Text | Code) and not isinstance(kind, SalesforceId)


def _no_id(policy: Policy) -> Finding:
    first = next(iter(policy.fields.values()))
    return NO_LEAD_ID.finding(
        first.span,
        "the schema names no field as the lead's id",
        text="no field is called `id`, none is marked `id`",
        help=(
            "mark the field that tells a lead from all others, such as `lead_id: text id`",
            "without one, the same lead sent twice is routed twice",
        ),
    )


def _unguarded(policy: Policy, field: Field) -> Finding:
    example = f'{field.name}: {field.type.word} missing when ["none", "12345"]'
    labels = tuple(
        Label(identity.span, "leads with the same text here are one")
        for identity in policy.identities
        if field.name in identity.fields
    )
    return UNGUARDED_IDENTITY.finding(
        field.span,
        f"`{field.name}` tells who was seen before, and declares no placeholders",
        text="whoever types the same into the form is the same person",
        labels=labels,
        help=(f"list what people type here who don't want to say, such as `{example}`",),
    )
