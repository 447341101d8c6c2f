"""Offers, reasons for which leads come back, and queues: read and looked up."""

from collections.abc import Iterable, Mapping

from turnout.dsl import nodes
from turnout.dsl.acceptance import ANY, Reasons, TimedOffer
from turnout.dsl.finding_kinds import MISPLACED_CONTINUE
from turnout.dsl.findings import Label
from turnout.dsl.resolve.promises import only, period
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.types import Field, Integer, Money, Number

MAX_REASON = 100
MOST_REASONS = 100


def offer(what: str, written: Iterable[nodes.OfferClause], scope: Scope) -> TimedOffer | None:
    """Return in which time leads of a rule, or of a table's rows, are to be accepted."""
    node = only(what, "offer", written, scope)
    if node is None:
        return None
    within = period(node.within, scope)
    return None if within is None else TimedOffer(within, node.wall, node.span)


def complain_of_going_on(node: nodes.Rule | nodes.RuleTable, scope: Scope) -> None:
    """Report offers of leads that go on to the next rules: nobody would know whose they are."""
    steps = [step for chain in node.chains for step in chain.targets]
    for end in [step for step in steps if step.kind == nodes.CONTINUE and node.offers]:
        scope.findings.append(
            MISPLACED_CONTINUE.finding(
                end.span,
                "a rule that offers its leads can't end in `continue`",
                text="who declines had the lead for a while; the next rules are asked at once",
                help=("name who has it then, such as `else queue ...`, or leave `offer` out",),
                labels=(Label(node.offers[0].span, "offered here"),),
            )
        )


def reasons(of: str, written: Iterable[nodes.ReasonsClause], scope: Scope) -> Reasons:
    """Return why leads can be given back. of: "reject" or "return"."""
    mine = [node for node in written if node.of == of]
    for again in mine[1:]:
        scope.report("duplicate-clause", again.span, f"the policy has two lists of `{of} reasons`")
    if not mine:
        return ANY
    node = mine[0]
    if not node.named:
        advice = f"name one, such as `{of} reasons [duplicate]`, or leave the list out: any will do"
        scope.report("unknown-value", node.span, f"`{of} reasons` names no reason", help=advice)
        return ANY
    named: dict[str, None] = {}
    for each in node.named:
        text = each.text.strip()
        if not text or len(text) > MAX_REASON or not text.isprintable():
            message = f"a reason is a text of 1 to {MAX_REASON} characters on one line"
            scope.report("unknown-value", each.span, message)
        elif Reasons(tuple(named) or ("",)).meant(text) is not None:
            scope.report("duplicate-name", each.span, f"the reason `{text}` is named twice")
        elif len(named) == MOST_REASONS:
            message = f"`{of} reasons` names more than {MOST_REASONS}"
            scope.report("unknown-value", each.span, message, help="keep those that are told apart")
        else:
            named[text] = None
    return Reasons(tuple(named), _credited(node, tuple(named), scope))


def _credited(node: nodes.ReasonsClause, named: tuple[str, ...], scope: Scope) -> frozenset[str]:
    if node.credited is None:
        return frozenset(named) if node.of == "return" else frozenset()
    found: set[str] = set()
    for each in node.credited:
        meant = Reasons(named or ("",)).meant(each.text)
        if meant is None:
            message = f"`{each.text}` is none of the `{node.of} reasons`"
            advice = f"they are {', '.join(named)}" if named else "name it before `credit`"
            near = nearest(each.text, named)
            scope.report("unknown-name", each.span, message, help=advice, near=near)
        else:
            found.add(meant)
    return frozenset(found)


def rank(
    clauses: Iterable[object], fields: Mapping[str, Field], what: str, scope: Scope
) -> str | None:
    """Return the field by which the leads of a queue are in order, the highest first."""
    node = only(what, "by", (c for c in clauses if isinstance(c, nodes.Ranked)), scope)
    field = None if node is None else scope.field(node.field, fields)
    if node is None or field is None:
        return None
    if not isinstance(field.type, Integer | Number | Money):
        message = f"the leads of {what} can't be in order of `{field.name}`"
        advice = "name a field that is a number: an integer, a number or money"
        scope.report("unknown-value", node.field.span, message, help=advice)
        return None
    return field.name
