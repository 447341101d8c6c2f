"""What is proposed beside a finding's own fixes: to close a gap, to move a rule, to declare a name.

These change decisions, or guess at what was meant, so that nobody but the author can choose
them: the checker itself applies none.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from turnout.compiler.questions.reach import Verdict
from turnout.dsl import nodes
from turnout.dsl.findings import Finding, Fix
from turnout.dsl.fixes import inserted, without
from turnout.dsl.names import is_name
from turnout.dsl.policy import Entry, Policy, Rule
from turnout.dsl.source import Source, Span
from turnout.dsl.wording import quoted
from turnout.lsp.declaring import outline, part_at
from turnout.lsp.following import Insight
from turnout.lsp.receiving import analysis_of
from turnout.lsp.uses import declarations_of

MOST_TITLE = 80

MOST_WRITTEN = 400
"""Characters of a condition up to which a rule is proposed for it."""


def proposals(known: Insight, finding: Finding) -> Iterator[Fix]:
    """Yield what can be proposed about a finding that has a place."""
    match finding.name:
        case "coverage-gap":
            yield from _closing(known, finding)
        case "unreachable-rule":
            yield from _moving(known, finding)
        case "unknown-name":
            yield from _declaring(known, finding)
        case "unused-definition":
            yield from _deleting(known, finding)
        case _:
            return


# -- a rule for a gap --


def _closing(known: Insight, finding: Finding) -> Iterator[Fix]:
    """Yield the rule that takes exactly the leads of a gap, for the first queue."""
    policy = known.read.resolution.policy
    queue = _queue(policy)
    if not finding.leads or len(finding.leads) > MOST_WRITTEN or queue is None:
        return
    for route in policy.routes.values():
        whole = route.whole
        if route.span != finding.span or whole is None or not whole.text.endswith("}"):
            continue
        names = {name for (kind, _), found in _names(known) for name in found if kind == "rule"}
        rule = _free("gap", names)
        text = f"rule {rule} {{ when {finding.leads} to queue {queue} }}"
        brace = whole.end - 1
        before = whole.source.text[whole.start : brace]
        outer = before[len(before.rstrip(" \t")) :]
        is_own_line = before.rstrip(" \t").endswith("\n")
        put = f"  {text}\n{outer}" if is_own_line else f"\n  {text}\n"
        shown = finding.leads if len(finding.leads) <= MOST_TITLE else "these leads"
        yield inserted(whole.source, brace, put, f"add rule `{rule}` for `{shown}`")


def _names(known: Insight) -> Iterator[tuple[tuple[str, str], Mapping[str, object]]]:
    yield from known.read.resolution.declared.names.items()


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _queue(policy: Policy) -> str | None:
    """Return the first queue that takes every lead."""
    outlets = policy.outlets.values()
    found = (e.name for e in outlets if e.kind == "queue" and not e.caps and e.hours is None)
    return next(found, None)


# -- a rule that comes too late --


def _moving(known: Insight, finding: Finding) -> Iterator[Fix]:
    """Yield the edit that moves a rule above those that take all its leads."""
    checked = known.checked
    for name, route in known.read.resolution.policy.routes.items():
        if checked is None or analysis_of(known, name) is None:
            return
        clauses = known.read.program.routes[name].clauses
        for clause, found in zip(clauses, checked.routes[name].verdicts, strict=True):
            if clause.span != finding.span or not isinstance(found, Verdict):
                continue
            if not found.can_move or not found.by:
                continue
            first = clauses[found.by[0]]
            if first.around != clause.around or first.row or clause.row or clause.handed_by:
                continue
            rules = {rule.span: rule for rule in _rules(route.entries)}
            one, two = rules.get(first.span), rules.get(clause.span)
            if one is None or two is None or one.whole is None or two.whole is None:
                continue
            fix = _moved(one.whole, two.whole, f"move {clause.title} above {first.title}")
            if fix is not None:
                yield fix


def _moved(above: Span, rule: Span, title: str) -> Fix | None:
    """Return the edit that moves a rule up; None where one of the two has no lines of its own."""
    source = rule.source
    if above.source.name != source.name or above.start > rule.start:
        return None
    to, (start, end) = _lines(above), _lines(rule)
    if not all(map(_is_alone, (above, rule))):
        return None
    text = source.text
    block = text[start:end] if text[start:end].endswith("\n") else f"{text[start:end]}\n"
    return Fix(title, Span(source, to[0], end), f"{block}{text[to[0] : start]}")


def _lines(span: Span) -> tuple[int, int]:
    """Return where the lines of a rule begin and end, those of the comments above it included."""
    source, line = span.source, span.line
    while line > 1 and source.line(line - 1).lstrip().startswith("#"):
        line -= 1
    newline = source.text.find("\n", span.end)
    return source.line_starts[line - 1], len(source.text) if newline < 0 else newline + 1


def _is_alone(span: Span) -> bool:
    """Return whether nothing but a rule, and perhaps a comment behind it, stands on its lines."""
    source = span.source
    before = source.text[source.line_starts[span.line - 1] : span.start]
    behind = source.text[span.end : _lines(span)[1]].strip()
    return not before.strip() and (not behind or behind.startswith("#"))


def _rules(entries: tuple[Entry, ...]) -> Iterator[Rule]:
    for entry in entries:
        if isinstance(entry, Rule):
            yield entry
        elif entry.handover is None:
            yield from _rules(entry.entries)


# -- a name that nothing uses --


def _deleting(known: Insight, finding: Finding) -> Iterator[Fix]:
    """Yield the edit that takes out a declaration that no word of the policy names.

    A segment of a family is left: its leads would be nobody's.
    """
    at, policy = finding.span, known.read.resolution.policy
    named = {each.declared for each in known.read.resolution.references}
    shared = [each for each in policy.families if each.kind == "segment" and each.name]
    of_families = {each.name for family in shared for each in family.members}
    file = next((f for f in known.read.files if at and f.source.name == at.source.name), None)
    part = part_at(outline(file), at) if file is not None and at is not None else None
    if part is None or part.at != at or part.at in named or part.name in of_families:
        return
    if part.inside and part.kind != "territory":
        return
    source, end = part.whole.source, part.whole.end
    if part.kind == "field" and (comma := _COMMA.match(source.text, end)):
        end = comma.end()
    whole = Span(source, part.whole.start, end)
    yield without(whole, f"delete {part.kind} `{part.name}`")


_COMMA = re.compile(r"[ \t]*,")


# -- a name that nothing declares --


def _declaring(known: Insight, finding: Finding) -> Iterator[Fix]:
    here = finding.span
    references = known.read.resolution.references
    use = next((each for each in references if each.at == here and each.declared is None), None)
    if here is None or use is None or not is_name(here.text):
        return
    name, policy = here.text, known.read.resolution.policy
    if use.kind == "field":
        yield from _in_lead(known, name, _asked_as(here))
        return
    for kind in ("segment", "territory") if use.kind == "condition" else (use.kind,):
        written = _DECLARED.get(kind)
        text = None if written is None else written(name, policy)
        if text is not None:
            yield from _beside_others(known, kind, name, text)


def _of_all(name: str, policy: Policy) -> str | None:
    """Return a condition to begin with, of a field that a lead may lack."""
    fields = (
        f"{name} = {each.name} is present" for each in policy.fields.values() if _is_open(each)
    )
    return next(fields, None)


def _is_open(field: object) -> bool:
    return not getattr(field, "required", True)


def _team(name: str, policy: Policy) -> str | None:
    person = next(iter(policy.people), None)
    return None if person is None else f"team {name} {{ {person} }}"


def _segment(name: str, policy: Policy) -> str | None:
    found = _of_all(name, policy)
    return None if found is None else f"segment {found}"


def _territory(name: str, policy: Policy) -> str | None:
    found = _of_all(name, policy)
    return None if found is None else f"territory {found}"


def _route(name: str, policy: Policy) -> str | None:
    queue = _queue(policy)
    return None if queue is None else f"route {name} {{\n  fallback to queue {queue}\n}}"


def _calendar(name: str, policy: Policy) -> str:
    zone = quoted(policy.timezone)
    return f"calendar {name} {{\n  timezone {zone}\n  open mon..fri 09:00-17:00\n}}"


_DECLARED: Mapping[str, Callable[[str, Policy], str | None]] = {
    "calendar": _calendar,
    "partner": lambda name, _: f"partner {name}",
    "person": lambda name, _: f"person {name}",
    "queue": lambda name, _: f"queue {name}",
    "route": _route,
    "segment": _segment,
    "sequence": lambda name, _: f"sequence {name}",
    "team": _team,
    "territory": _territory,
}
"""What is written for a name of a kind, the least that declares it."""


def _beside_others(known: Insight, kind: str, name: str, declared: str) -> Iterator[Fix]:
    title = f"declare {kind} `{name}`"
    last = [each.at for each in declarations_of(known) if each.kind == kind]
    for file in reversed(known.read.files):
        same = [part for part in outline(file) if part.kind == kind and part.at in last]
        if same:
            at, gap = _behind(file.source, same[-1].whole.end)
            yield inserted(file.source, at, f"{gap}{declared}\n", title)
            return
    main = known.read.files[-1]
    route = next((part for part in outline(main) if part.kind == "route"), None)
    if route is not None:
        start = main.source.line_starts[route.whole.line - 1]
        yield inserted(main.source, start, f"{declared}\n", title)


def _behind(source: Source, end: int) -> tuple[int, str]:
    """Return where the next line begins, and what has to stand before it."""
    newline = source.text.find("\n", end)
    return (len(source.text), "\n") if newline < 0 else (newline + 1, "")


_ASKED = (
    (re.compile(r"\s*(?:[<>]=?|=|in|is)\s*(?:\.\.)?\d{4}-\d\d-\d\d"), "date"),
    (re.compile(r"\s*(?:[<>]=?|=|is|in|not\s+in)\s*\[?(?:\.\.)?\d+\.\d"), "number"),
    (re.compile(r"\s*(?:[<>]=?|(?:=|is|in|not\s+in)\s*\[?(?:\.\.)?\d)"), "integer"),
    (re.compile(r"\s*(?:=|is)\s+(?:not\s+)?(?:true|false|yes|no)\b"), "boolean"),
)
"""What follows a field that is no text, and what it is then."""

_NAMED = (
    (re.compile(r"\bowner\s+\Z"), "person"),
    (re.compile(r"\bsubdivision\s+of\s+\Z"), "country"),
    (re.compile(r"\bqueue\s[^{}\n]*\bby\s+\Z"), "integer"),
)
"""What stands before one."""


def _asked_as(use: Span) -> str:
    """Return the type that a field has, by what is asked of it; `text` tells the least."""
    text = use.source.text
    line = text[use.source.line_starts[use.line - 1] : use.start]
    named = next((kind for before, kind in _NAMED if before.search(line)), None)
    if named is not None:
        return named
    return next((kind for asked, kind in _ASKED if asked.match(text, use.end)), "text")


def _in_lead(known: Insight, name: str, kind: str) -> Iterator[Fix]:
    for file in known.read.files:
        for item in file.items:
            if isinstance(item, nodes.LeadSchema) and item.fields:
                last = item.fields[-1].span
                line = file.source.line(last.line)
                indent = line[: len(line) - len(line.lstrip())] or "  "
                text = f"\n{indent}{name}: {kind}"
                yield inserted(file.source, last.end, text, f"declare field `{name}` as {kind}")
                return
