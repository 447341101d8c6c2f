"""Edits that mend what checks find: a rule or block taken out, a condition or target written.

Offered only where the edit is sure to do away with the finding, and nobody has to be asked
for a name that isn't declared.
"""

from collections.abc import Iterator

from turnout.compiler.program import Clause, OuterBlock
from turnout.compiler.questions.analysis import Analysis
from turnout.dsl.findings import Fix
from turnout.dsl.fixes import inserted, without
from turnout.dsl.policy import Block, Entry, Policy, Rule

_INDENT = "  "


def rule_of(analysis: Analysis, clause: Clause) -> Rule | None:
    """Return a clause's rule as it is written; None for a fallback."""
    found = analysis.rules.get(clause.span.start, ())
    return next((rule for rule in found if rule.span == clause.span), None)


def without_rule(analysis: Analysis, clause: Clause) -> tuple[Fix, ...]:
    """Return the fix that takes out a clause's rule."""
    rule = rule_of(analysis, clause)
    if rule is None or rule.whole is None:
        return ()
    return (without(rule.whole, f"delete {clause.title}"),)


def without_block(analysis: Analysis, around: OuterBlock) -> tuple[Fix, ...]:
    """Return the fix that takes out a block with all that stands in it."""
    for entry in _entries(analysis.program.policy.routes[analysis.route.name].entries):
        if isinstance(entry, Block) and entry.span == around.span and entry.whole is not None:
            of = entry.handover
            what = "the block" if of is None else f"rule `{of.rule}`"
            return (without(entry.whole, f"delete {what}"),)
    return ()


def ending_in_queue(policy: Policy, clause: Clause) -> tuple[Fix, ...]:
    """Return the fix that ends a clause's own chain in the first queue that takes every lead."""
    queue = _queue(policy)
    own = clause.attempts[: clause.own_attempts]
    if queue is None or not own or clause.row is not None:  # a cell may hold only a name
        return ()
    text = f" else {queue}"
    return (inserted(own[-1].span.source, own[-1].span.end, text, f"end the chain in {queue}"),)


def with_fallback(analysis: Analysis) -> tuple[Fix, ...]:
    """Return the fix that ends the route in a fallback to the first queue that takes every lead."""
    policy = analysis.program.policy
    queue, whole = _queue(policy), policy.routes[analysis.route.name].whole
    if queue is None or whole is None or not whole.text.endswith("}"):
        return ()
    brace = whole.end - 1
    written = f"fallback to {queue}"
    before = whole.source.text[whole.start : brace]
    is_open = "\n" in before[len(before.rstrip(" \t")) - 1 :] or before.endswith("\n")
    if is_open:
        outer = before[len(before.rstrip(" \t")) :]
        text = f"{_INDENT}{written}\n{outer}"
    else:
        text = f"{written} " if before.endswith((" ", "{")) else f" {written} "
    return (inserted(whole.source, brace, text, f"add `{written}`"),)


def _queue(policy: Policy) -> str | None:
    """Return the first queue that takes every lead, as a target; None without one."""
    for outlet in policy.outlets.values():
        if outlet.kind == "queue" and not outlet.caps and outlet.hours is None:
            return f"queue {outlet.name}"
    return None


def _entries(entries: tuple[Entry, ...]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        if isinstance(entry, Block):
            yield from _entries(entry.entries)
