"""What is told of a name under the pointer: what it is, as it is written, and how it is used.

A policy is somebody's text, and an editor renders what it is told as Markdown. So whatever
comes from the policy stands in fenced blocks, where nothing is a link or a picture.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from turnout.dsl.policy import Member, Policy
from turnout.dsl.wording import lasting, typed, written
from turnout.lsp.declaring import outline, part_at
from turnout.lsp.diagnostics import path_of_source
from turnout.lsp.following import Insight
from turnout.lsp.present import present
from turnout.lsp.receiving import analysis_of, first_choice, receiving, said_share
from turnout.lsp.uses import Use, uses
from turnout.printable import visible
from turnout.rendering.report import counted

MOST_LINES = 14
"""Lines of a declaration that are shown; longer ones are cut."""

_GIVEN = ("team", "person", "queue", "partner")

_FENCE = re.compile(r"`{3,}")


def told(answers: Mapping[Path, Insight], use: Use) -> str | None:
    """Return what is told of a name as Markdown, None where it is declared nowhere."""
    if use.declared is None:
        return None
    found = uses(answers, use)
    number = sum(each.at != use.declared for each in found)
    lines = [f"**{use.kind}**", _fenced(list(_declaration(use)))]
    policy = use.known.read.resolution.policy
    meaning = _meaning(policy, use)
    if meaning:
        lines += ["means", _fenced([meaning])]
    lines += [_fenced(said)] if (said := list(_leads(use))) else []
    there = present(policy, use.kind, use.name)
    lines += [_fenced([there])] if there else []
    used = f"used in {counted(number, 'place')}" if number else "used nowhere"
    return "\n\n".join([*lines, used])


def _declaration(use: Use) -> Iterator[str]:
    """Yield the lines of the declaration, those of the comment above it first."""
    assert use.declared is not None  # only what is declared is told of
    source = use.declared.source
    files = use.known.read.files
    file = next((file for file in files if file.source.name == source.name), None)
    part = part_at(outline(file), use.declared) if file is not None else None
    first = part.whole.line if part else use.declared.line
    last = source.place(part.whole.end)[0] if part else first
    above = first
    while above > 1 and source.line(above - 1).lstrip().startswith("#"):
        above -= 1
    lines = [source.line(number) for number in range(above, last + 1)]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    shown = [visible(line[indent:].replace("\t", "  ")) for line in lines]
    if path_of_source(source).suffix != ".route":
        shown = [f"{path_of_source(source).name}: {line}" for line in shown[:1]]
    yield from shown if len(shown) <= MOST_LINES else [*shown[: MOST_LINES - 1], "..."]


def _meaning(policy: Policy, use: Use) -> str:
    """Return what the declaration comes to where that isn't what is written there, or ""."""
    match use.kind:
        case "field" if use.name in policy.fields:
            return f"{use.name}: {typed(policy.fields[use.name].type)}"
        case "territory" | "segment" if use.name in policy.definitions:
            definition = policy.definitions[use.name]
            if definition.own == definition.meaning:
                return ""
            return written(definition.meaning, policy.fields)
        case "person" if use.name in policy.people:
            teams = [
                f"team {team.name}"
                for team in policy.teams.values()
                if any(member.person == use.name for member in team.members)
            ]
            return ", ".join(teams)
        case "team" if use.name in policy.teams:
            members = policy.teams[use.name].members
            return ", ".join(map(_member, members))
        case _:
            return ""


def _leads(use: Use) -> Iterator[str]:
    """Yield which leads a rule gets, or how many go to whom the name names."""
    for name, route in use.known.read.program.routes.items():
        analysis = analysis_of(use.known, name)
        if analysis is None:
            return
        if use.kind == "rule":
            found = (
                at
                for at, clause in enumerate(route.clauses)
                if clause.is_rule and clause.span == use.declared and not clause.handed_by
            )
            for at in found:
                yield from receiving(analysis, at).lines
        elif use.kind in _GIVEN and (share := first_choice(analysis, use.kind, use.name)):
            yield f"first choice for {said_share(share)} of the leads of route {name}"


def _member(member: Member) -> str:
    days = member.validity
    said = "" if days is None else f" {lasting(days.first, days.last)}"
    return f"{member.person} weight {member.weight}{said}"


def _fenced(lines: Sequence[str]) -> str:
    text = "\n".join(visible(line) for line in lines)
    if len(text) > 4_000:
        text = f"{text[:4_000]}..."
    longest = max((len(found[0]) for found in _FENCE.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}turnout\n{text}\n{fence}"
