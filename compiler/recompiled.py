"""A policy compiled after each edit of its text, for as long as somebody works on it.

Two answers follow an edit: that of the quick checks, which come at each pause of typing,
and that of all checks, which is what `compile_policy` finds. What the last check of the
whole knows is carried over into both, as `checks.again` does it, and so are the rules of
the text; where a part of the policy can't be read, it is checked anew, and not by the quick
checks.
"""

import attrs

from turnout.compiler.checks.again import Checked, check_again, check_first
from turnout.compiler.compiled import Compiled, Unchecked, checked_anew, settled
from turnout.compiler.leads.budget import Budget
from turnout.compiler.verdict import Severities
from turnout.dsl.rereading import RulesRead, TableValues
from turnout.frozen import frozen


@frozen
class Recompiled:
    """A policy after an edit. checked: what the next check goes on from, None for nothing.

    is_quick: whether only the quick checks have been run. just: what they leave to the check of
    the whole that follows, of the same text.
    """

    compiled: Compiled
    checked: Checked | None
    is_quick: bool
    just: Checked | None = None


def compile_again(  # noqa: PLR0913 - what is known already, each by name
    read: Unchecked,
    before: Checked | None,
    severities: Severities,
    budget: Budget,
    *,
    is_quick: bool,
    just: Checked | None = None,
) -> Recompiled:
    """Return an edited policy with its findings.

    before: of an earlier state of it, from the last `Recompiled` that was not quick. just: of
    this state, from its quick one. What is found by all checks is what `compile_policy` finds.
    Raises Stopped where it is called in the block of `stoppable`.
    """
    if len(read.sound) < len(read.program.routes):
        # In the middle of a word a part is unknown: all would be asked anew for each letter.
        found = () if is_quick else checked_anew(read, budget)
        return Recompiled(settled(read, found, severities), before, is_quick)
    if before is None:
        checked = check_first(read.program, budget, is_quick=is_quick, just=just)
    else:
        going_on = attrs.evolve(before, budget=budget)
        checked = check_again(going_on, read.program, is_quick=is_quick, just=just)
    compiled = settled(read, checked.findings, severities)
    if is_quick:
        return Recompiled(compiled, before, is_quick, checked)
    return Recompiled(compiled, checked, is_quick)


def rules_of(read: Unchecked, earlier: RulesRead | None) -> RulesRead:
    """Return the rules of a policy's text, which needn't be read again after the next edit.

    earlier: those that stay known while there are syntax errors.
    """
    if read.found and earlier is not None:
        return earlier
    kept = read.resolution.kept
    tables = TableValues() if earlier is None else earlier.tables.next()
    known = RulesRead(keeps=True, ground=None if kept is None else kept.ground, tables=tables)
    for file in () if read.found else read.files:
        known.add(file, None if kept is None else kept.made.get(file.source.name))
    return known
