"""Fairness: what each member of a team was given by turns, beside what they were entitled to.

A draw says how many leads whoever was drawn was owed before it and after it. So what they were
entitled to from one of their draws to another follows from what they were given and those two
numbers, whoever was away meanwhile.
"""

from collections.abc import Iterator

from turnout.frozen import define
from turnout.reporting.asked import AskedReport
from turnout.reporting.fact_index import ReportIndex
from turnout.reporting.measure_tables import (
    MeasureColumn,
    MeasureTable,
    MeasureValue,
    part,
    share,
    text,
)


@define(eq=False)
class _Member:
    """What is known of a member. furthest: the most leads that they were ever off."""

    first: float
    last: float = 0.0
    given: int = 0
    furthest: float = 0.0


@define(eq=False)
class _Drawn:
    """What is known of a team. size: its most members; least: the fewest that could be drawn."""

    begun_level: bool
    size: int = 0
    least: int = 1 << 30


def fairness_table(index: ReportIndex, asked: AskedReport) -> MeasureTable:
    """Return what members of teams were given by turns, and how far off they were."""
    facts = index.facts
    facts.draws.read(index.connection)
    teams: dict[tuple[int, int], _Drawn] = {}
    members: dict[tuple[int, int, int], _Member] = {}
    for route, team, person, before, after, available, of, given in _draws(index, asked, teams):
        drawn = teams[route, team]
        drawn.size = max(drawn.size, of)
        if of:
            drawn.least = min(drawn.least, available)
        member = members.get((route, team, person))
        if member is None:
            member = _Member(0.0 if drawn.begun_level else before)
            members[route, team, person] = member
        member.given += given
        member.last = after
        member.furthest = max(member.furthest, abs(before), abs(after))
    facts.draws.clear()
    wholes: dict[tuple[int, int], int] = {}
    for (route, team, _), member in members.items():
        wholes[route, team] = wholes.get((route, team), 0) + member.given
    rows: list[tuple[MeasureValue, ...]] = []
    for (route, team, person), member in members.items():
        drawn = teams[route, team]
        rows.append(
            (
                facts.texts[team],
                facts.texts[person],
                member.given,
                part(member.given, wholes[route, team]),
                round(member.given + member.last - member.first, 3),
                round(member.furthest, 3),
                proven_bound(drawn.size, is_steady=drawn.least == drawn.size),
            )
        )
    heads = (
        text("team", "Team"),
        text("person", "Person"),
        MeasureColumn("given", "Given"),
        share("share", "Share"),
        MeasureColumn("entitled", "Entitled", "number"),
        MeasureColumn("furthest", "Furthest off", "number"),
        MeasureColumn("bound", "Bound", "number"),
    )
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    return MeasureTable("fairness", "Fairness", heads, tuple(rows))


def _draws(
    index: ReportIndex, asked: AskedReport, teams: dict[tuple[int, int], _Drawn]
) -> Iterator[tuple[int, int, int, float, float, int, int, int]]:
    """Yield the draws of the period. Teams are noted with their first draw of all."""
    draws = index.facts.draws
    first, last = asked.bounds
    route_asked = None if asked.route is None else index.facts.texts.number(asked.route)
    names = "at", "route", "team", "person", "before", "after", "available", "of", "given"
    for at, route, team, *rest in zip(*(draws[name] for name in names), strict=True):
        if (route, team) not in teams:
            # Where it began from a level start, so did everybody's entitlement.
            teams[route, team] = _Drawn(at >= first and not rest[1])
        if first <= at < last and route_asked in {None, route}:
            person, before, after, available, of, given = rest
            yield route, team, person, before, after, available, of, given


def proven_bound(members: int, *, is_steady: bool) -> float | None:
    """Return how far nobody of a team can be from what they are entitled to; see `draw`.

    members: how many the team had at most, 0 where that isn't known. is_steady: all of them could
    be drawn each time.

    >>> proven_bound(3, is_steady=True), proven_bound(3, is_steady=False)
    (0.75, 1.5)
    """
    if members < 1:
        return None
    if members == 1:
        return 0.0
    return 1 - 1 / (2 * members - 2) if is_steady else members - 1.5
