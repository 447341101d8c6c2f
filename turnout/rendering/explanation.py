"""Why one lead goes where it goes, for people and as data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import attrs

from turnout.dsl.lookups import LookupRow
from turnout.dsl.targets import BY_WORD, DRAWN, CurrentOwner
from turnout.dsl.wording import acted, all_of, quoted
from turnout.printable import visible
from turnout.rendering.screen import Ink, fill, hanging, paint, width
from turnout.runtime.decisions import Decision, PassedOver
from turnout.runtime.explain import Explanation, Refusal, TakingRow, Tried
from turnout.runtime.full_caps import by_target

FORMAT, VERSION = "turnout-explanation", 1

_WIDEST_NAME = 28
_LONGEST_CONDITION = 72
MOST_ROWS = 5
"""Rows of a table that were asked before and are told one by one."""
MOST_MEMBERS = 8
"""Members of a team whose reasons are told one by one."""


def explanation_data(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation in its documented JSON form, keys in a fixed order."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "decision": explanation.decision.as_dict(),
        "values": dict(explanation.values),
        "complaint": explanation.complaint,
        "tried": [_tried(tried) for tried in explanation.tried],
        "matched": list(explanation.matched),
        "row": None if explanation.row is None else attrs.asdict(explanation.row),
        "handed_by": [{"rule": e.rule, "route": e.route} for e in explanation.handed_by],
        "full": [attrs.asdict(each) for each in explanation.full],
        "expires": None if explanation.expires is None else explanation.expires.isoformat(),
    }


def _tried(tried: Tried) -> dict[str, Any]:
    passed = [{"target": each.target, "reason": each.reason} for each in tried.passed_on]
    return {**attrs.asdict(tried), "passed_on": passed}


def explanation_text(explanation: Explanation, screen: int, *, has_state: bool) -> Iterator[str]:
    """Yield lines of at most `screen` cells: where to, why, the lead, what turned it away.

    has_state: whether the turns are those of a state that lasts.
    """
    decision = explanation.decision
    yield from _bold(f"lead {decision.lead} goes to {goes_to(decision)}", screen)
    yield from _table(_reasons(explanation, has_state=has_state), screen)
    yield from _section("The lead, as the policy sees it", explanation.values.items(), screen)
    yield from _section("Found in tables by nearness", found_rows(decision), screen)
    yield from _section("What could not be used of it", _issues(decision), screen)
    turned_away = _turned_away(explanation.tried)
    yield from _section("Asked before, and what turned the lead away", turned_away, screen)


def found_rows(decision: Decision) -> list[tuple[str, str]]:
    """Return each value that was found by nearness, with what was compared.

    Such as ("account_owner", 'company "Muller Co" ~ accounts.csv line 17 "Mueller": 92 %').
    """
    return [(each.field, _compared(each)) for each in decision.looked_up]


def _compared(found: LookupRow) -> str:
    row = f"{found.table} line {found.line} {quoted(found.row)}"
    return f"{found.by} {quoted(found.value)} ~ {row}: {found.percent} %"


def goes_to(decision: Decision) -> str:
    """Return where the lead goes in a few words, such as "ana (round-robin dach-ae)"."""
    target = f"{decision.kind} {decision.target}".strip()
    if decision.kind == "none":
        return "nobody: every target was passed over"
    if decision.kind == CurrentOwner.kind.word:
        return "nobody new: it stays with its current owner"
    return f"{decision.assignee} ({target})" if decision.assignee else target


def arrives_at(decision: Decision) -> str:
    """Return who has the lead then, in a few words that need no knowledge of the language."""
    who, kind = decision.assignee, BY_WORD.get(decision.kind)
    if kind is None or kind.receiver == "nobody" or decision.kind == CurrentOwner.kind.word:
        return f"rejected: {decision.target}" if decision.kind == "reject" else goes_to(decision)
    if who is not None:
        return f"{who}, of team {decision.target}" if kind.receiver == "member" else who
    return f"mails {decision.target}" if decision.kind == "sequence" else goes_to(decision)


def _reasons(explanation: Explanation, *, has_state: bool) -> Iterator[tuple[str, str]]:
    decision = explanation.decision
    yield "route", decision.route
    yield "by", decision.by or decision.rule or "nothing"
    for handover in explanation.handed_by:
        yield "handed over", f"by rule {handover.rule}, to route {handover.route}"
    if explanation.row is not None:
        yield "row", _row(explanation.row)
    if explanation.complaint:
        yield "because", f"no rule was asked: {explanation.complaint}"
    else:
        parts = (_short(part) for part in explanation.matched)
        nothing = "no rule took it" if explanation.row is None else "the row asks nothing"
        yield "because", all_of(parts) or nothing
    if decision.duplicate_of is not None:
        yield "seen before", f"as lead {decision.duplicate_of}"
    if explanation.expires is not None:
        yield "offered until", f"{explanation.expires:%Y-%m-%d %H:%M} UTC; then the next one has it"
    if decision.due is not None:
        yield "due", f"{decision.due:%Y-%m-%d %H:%M} UTC"
    for action in decision.actions:
        yield "do", acted(action.kind, action.arguments)
    yield from _passed_over(explanation)
    if decision.repeated:
        yield "repeated", f"decided on {decision.at:%Y-%m-%d %H:%M} UTC; the decision stands"
    if decision.kind in DRAWN and not has_state:
        yield "turns", "as if nobody had a lead yet; with --state, as they stand"


def _passed_over(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield who was passed over and why, and which rule let the lead go on then."""
    let_on = [(each.clause, passed) for each in explanation.tried for passed in each.passed_on]
    rules = [clause for clause, _ in let_on]
    full = by_target(explanation.full)
    for at, passed in enumerate(explanation.decision.passed_over):
        of = f", of rule {rules[at]}, which lets it go on" if at < len(rules) else ""
        when = {
            **{name: f"at-cap: {told}" for name, told in full.get(passed.target, {}).items()},
            **explanation.memberships.get(passed.target, {}),
        }
        members = _of_members(passed, when)
        yield "passed over", f"{passed.target}: {passed.reason}{members}{of}"


def _row(row: TakingRow) -> str:
    cells = [f"{heading} {cell}" for heading, cell in row.cells.items() if cell]
    return f"{row.table} line {row.line}: {', '.join(cells)}"


def _of_members(passed: PassedOver, when: Mapping[str, str]) -> str:
    """Return the reasons of a team's members, where there is more to them than the team's.

    when: of those who are not in it then, when they are; of those at a cap, how full it is.
    """
    if not passed.members:
        return "".join(f" ({told.removeprefix('at-cap: ')})" for told in when.values())
    if not when and all(reason == passed.reason for _, reason in passed.members):
        return ""
    members = passed.members[:MOST_MEMBERS]
    said = [f"{name} {when.get(name, reason)}" for name, reason in members]
    more = len(passed.members) - len(said)
    return f" ({', '.join(said)}{f', {more} more' if more > 0 else ''})"


def _issues(decision: Decision) -> list[tuple[str, str]]:
    return [
        (issue.field or "the lead", f"{issue.reason} ({issue.raw})" if issue.raw else issue.reason)
        for issue in decision.issues
    ]


def _turned_away(tried: Iterable[Tried]) -> Iterator[tuple[str, str]]:
    """Yield the first clause of each run that the same thing refused, and what that was.

    Of a table's many rows the first are told, and how many there are more.
    """
    for table, rows in groupby(tried, key=lambda each: each.table):
        told = list(rows)
        most = MOST_ROWS if table and len(told) > MOST_ROWS + 1 else len(told)
        yield from _refused(told[:most])
        if more := len(told) - most:
            yield table, f"{more:,} more rows, each of which asks something else"


def _refused(tried: Iterable[Tried]) -> Iterator[tuple[str, str]]:
    for refused, run in groupby(tried, key=_why_not):
        first, *others = [each.clause for each in run]
        reason = refused
        if len(others) > 1:
            reason += f"; the same for {len(others)} more, {others[0]} to {others[-1]}"
        elif others:
            reason += f"; the same for {others[0]}"
        yield first, reason


def _why_not(tried: Tried) -> str:
    if tried.refusals:
        return why_refused(tried.refusals)
    said = ", ".join(f"{each.target}: {each.reason}" for each in tried.passed_on)
    return (
        f"nothing: it took the lead, and let it go on since nobody was free{said and f' ({said})'}"
    )


def why_refused(refusals: Sequence[Refusal]) -> str:
    """Return such as "DACH: country in [AT, CH, DE], but country is JP".

    A long definition says less than its name: "not EMEA, because country is JP".
    """
    said: list[str] = []
    for inside, group in groupby(refusals, key=lambda each: each.inside):
        causes = list(group)
        conditions = "; ".join(each.condition for each in causes)
        values = {field: value for each in causes for field, value in each.values.items()}
        shown = ", ".join(f"{field} is {value}" for field, value in values.items())
        if inside and len(conditions) > _LONGEST_CONDITION:
            said.append(f"not {inside[0]}, because {shown}")
        else:
            names = "".join(f"{name}: " for name in inside)
            said.append(f"{names}{_short(conditions)}, but {shown}")
    return "; ".join(said)


def _short(condition: str) -> str:
    is_long = len(condition) > _LONGEST_CONDITION
    return f"{condition[: _LONGEST_CONDITION - 4]} ..." if is_long else condition


def _section(title: str, rows: Iterable[tuple[str, str]], screen: int) -> Iterator[str]:
    pairs = list(rows)
    if pairs:
        yield ""
        yield paint(title, Ink.STRONG)
        yield from _table(pairs, screen)


def _table(rows: Iterable[tuple[str, str]], screen: int) -> Iterator[str]:
    """Yield rows of a name and a text, the texts aligned; a name that repeats is shown once."""
    pairs = [(visible(name), visible(text)) for name, text in rows]
    column = min(max((width(name) for name, _ in pairs), default=0), _WIDEST_NAME)
    last = ""
    for name, text in pairs:
        shown = "" if name == last else name
        last = name
        if width(shown) > column:
            yield f"  {paint(shown, Ink.NOTE)}"
            shown = ""
        first = f"  {paint(shown, Ink.NOTE)}{' ' * (column - width(shown))}  "
        yield from hanging(first, text.split(" "), screen)


def _bold(text: str, screen: int) -> list[str]:
    return [paint(line, Ink.STRONG) for line in fill(visible(text).split(" "), screen)]
