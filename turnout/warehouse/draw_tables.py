"""Draws by turns as a join: who is drawn for the n-th lead of a team.

While the same people are available, a team's turns come back to where they were after as many
draws as its weights add up to. So the draws are one round that is repeated: a table has it, and a
lead's place in its team's order of arrival says which row. Availability is that of one moment.
Caps and loads are left out: they hang on what was given before, lead by lead.

What a lead itself decides, such as `matching`, can't stand in a table. A team that could be drawn
from in such a way is named, and nothing is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import assert_never

import attrs
from sqlglot import exp

from turnout.compiler.plan.value import Answer, Plan, PlannedAttempt
from turnout.dsl.policy import Policy
from turnout.dsl.targets import (
    Accepting,
    LeastLoaded,
    PreviousOwner,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
)
from turnout.dsl.wording import worded
from turnout.frozen import attribute, frozen
from turnout.runtime.availability import Availability, Refused
from turnout.runtime.draw import LEVEL, draws
from turnout.runtime.memberships import rosters
from turnout.runtime.stores import TargetState
from turnout.runtime.stores.memory import MemoryStore
from turnout.warehouse.asked_tables import SeedTable, statements
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    Sql,
    as_,
    column,
    equal,
    number,
    relation,
)
from turnout.warehouse.view import CannotSayError, printed

LONGEST_ROUND = 100_000
"""Draws of a round that is written; weights of many decimals have longer ones."""


@frozen
class TeamDraws:
    """What teams draw while the same people are available.

    clauses: the team from which each clause draws, by the clause's number; the last number is
    that of leads that no clause takes. rounds: the people that each team draws, in turn.
    """

    clauses: Mapping[int, str]
    rounds: Mapping[str, tuple[str, ...]] = attribute(repr=False)


def team_draws(policy: Policy, plan: Plan, at: datetime) -> TeamDraws:
    """Return what teams draw with availability as at a moment, from level turns.

    Raises CannotSayError for teams of which that hangs on the leads.
    """
    answers = [*plan.answers, Answer("", is_rule=False, attempts=plan.last)]
    with MemoryStore().begin() as state:
        walk = _Walk(without_caps(policy), at, state)
        for number_, answer in enumerate(answers):
            walk.clause(number_, answer)
    walk.refuse()
    rounds = {team: _round(policy, team, who, at) for team, who in sorted(walk.available.items())}
    return TeamDraws(walk.clauses, rounds)


def _round(policy: Policy, team: str, who: frozenset[str], at: datetime) -> tuple[str, ...]:
    roster = rosters(policy.teams[team])(at)
    whole = sum(roster.weights[place] for place in roster.sharing(who))
    if whole > LONGEST_ROUND:
        raise CannotSayError(
            f"a round of team {team} has {whole} draws", "give its members simpler weights"
        )
    return tuple(draws(LEVEL, roster, who, whole)[0])


def without_caps(policy: Policy) -> Policy:
    """Return a policy in which nobody has a cap: what the draws are those of."""
    people = {name: attrs.evolve(each, caps=()) for name, each in policy.people.items()}
    teams = {
        name: attrs.evolve(
            each,
            caps=(),
            members=tuple(attrs.evolve(member, caps=()) for member in each.members),
        )
        for name, each in policy.teams.items()
    }
    outlets = {name: attrs.evolve(each, caps=()) for name, each in policy.outlets.items()}
    return attrs.evolve(policy, people=people, teams=teams, outlets=outlets)


class _Walk:
    """Walks down the chains of targets, as far as they are the same for every lead."""

    def __init__(self, policy: Policy, at: datetime, state: TargetState) -> None:
        self._availability = Availability(policy)
        self._at = at
        self._state = state
        self.clauses: dict[int, str] = {}
        self.available: dict[str, frozenset[str]] = {}
        self._unclear: dict[str, None] = {}
        self._begun: list[str] = []

    def clause(self, number_: int, answer: Answer) -> None:
        """Find from which team a clause draws, if it does."""
        if answer.offer is not None:
            self._unclear[f"{answer.title} offers its leads, which may be declined"] = None
        for place, attempt in enumerate(answer.attempts):
            rest = answer.attempts[place:]
            match self._taken(attempt.target):
                case True:
                    return
                case None:
                    self._leave(rest, answer)
                    return
                case frozenset() as who:
                    self._drawn(number_, attempt, who)
                    return
                case False:
                    continue
        if answer.goes_on:
            self._unclear[f"{answer.title} lets its leads go on to other clauses"] = None

    def _taken(self, target: Target) -> bool | frozenset[str] | None:
        """Return whether a target takes leads, and who can be drawn; None where leads differ."""
        if isinstance(target, Accepting):
            return True
        match target:
            case RoundRobin(matching=()):
                ask = self._availability.members(target)
                found = ask({}, self._at, self._state, frozenset())
                return False if isinstance(found, Refused) else found
            case LeastLoaded(matching=()):
                ask = self._availability.members(target)
                found = ask({}, self._at, self._state, frozenset())
                return not isinstance(found, Refused)
            case ToPerson(name, anytime):
                taker = self._availability.taker(name, self._at, self._state, anytime=anytime)
                return not isinstance(taker, Refused)
            case ToPartner():
                return self._availability.partner(target, self._at, self._state) is None
            case RoundRobin() | LeastLoaded() | ToOwner() | PreviousOwner():
                return None
            case _:
                assert_never(target)

    def _drawn(self, number_: int, attempt: PlannedAttempt, who: frozenset[str]) -> None:
        assert isinstance(attempt.target, RoundRobin)
        team = attempt.target.team
        if self.available.setdefault(team, who) != who:
            self._unclear[f"team {team} is drawn from among different people"] = None
        self.clauses[number_] = team

    def _leave(self, rest: Sequence[PlannedAttempt], answer: Answer) -> None:
        """Name what can draw behind a target that takes some leads."""
        behind = [each.target for each in rest if isinstance(each.target, RoundRobin)]
        for target in behind:
            self._unclear[f"{worded(target)} of {answer.title}: its leads decide"] = None
        if answer.goes_on:
            self._unclear[f"{answer.title} lets leads go on to other clauses"] = None

    def refuse(self) -> None:
        """Raise CannotSayError for what hangs on the leads."""
        if self._unclear:
            raise CannotSayError(
                f"no table can say the draws: {'; '.join(self._unclear)}",
                "simulate them in order with `turnout simulate`",
            )


# -- as SQL --


def draw_tables(told: TeamDraws, name: str) -> tuple[SeedTable, ...]:
    """Return the tables: the team of each clause, the length of rounds, and who is drawn."""
    teams: list[tuple[int, str]] = sorted(told.clauses.items())
    lengths = [(team, len(people)) for team, people in told.rounds.items()]
    turns = [
        (team, turn, person)
        for team, people in told.rounds.items()
        for turn, person in enumerate(people)
    ]
    return (
        SeedTable(f"{name}_teams", ("clause_number", "team"), ("BIGINT", "TEXT"), tuple(teams)),
        SeedTable(f"{name}_rounds", ("team", "draws"), ("TEXT", "BIGINT"), tuple(lengths)),
        SeedTable(
            f"{name}_turns", ("team", "turn", "person"), ("TEXT", "BIGINT", "TEXT"), tuple(turns)
        ),
    )


def draws_query(view: str, dialect: Dialect) -> Sql:
    """Return who is drawn for each lead of a view whose leads have an order of arrival."""

    def of(table: str, name: str) -> Sql:
        return column(name, dialect, table)

    order = exp.Order(
        expressions=[
            exp.Ordered(this=of("r", each), nulls_first=True) for each in ("arrived", "lead")
        ]
    )
    place = exp.Window(this=exp.RowNumber(), partition_by=[of("t", "team")], order=order)
    queue = (
        exp.select(
            as_(of("r", "lead"), "lead", dialect),
            as_(of("t", "team"), "team", dialect),
            as_(place, "place", dialect),
        )
        .from_(relation(view, dialect, "r"))
        .join(
            relation(f"{view}_teams", dialect, "t"),
            on=equal(of("t", "clause_number"), of("r", "clause_number")),
            copy=False,
        )
    )
    turn = exp.Mod(
        this=exp.Paren(this=exp.Sub(this=of("q", "place"), expression=number(1))),
        expression=of("n", "draws"),
    )
    found: Sql = (
        exp.select(
            *(as_(of("q", each), each, dialect) for each in ("lead", "team", "place")),
            as_(of("p", "person"), "person", dialect),
        )
        .from_(exp.Subquery(this=queue, alias=exp.TableAlias(this=exp.to_identifier("q"))))
        .join(
            relation(f"{view}_rounds", dialect, "n"),
            on=equal(of("n", "team"), of("q", "team")),
            copy=False,
        )
        .join(
            relation(f"{view}_turns", dialect, "p"),
            on=exp.and_(equal(of("p", "team"), of("q", "team")), equal(of("p", "turn"), turn)),
            copy=False,
        )
    )
    return found


def draws_script(told: TeamDraws, view: str, dialect: Dialect) -> list[str]:
    """Return the statements that make the tables of draws, and the view of who is drawn."""
    name = relation(f"{view}_draws", dialect)
    gone = exp.Drop(tables=[name.copy()], kind="VIEW", exists=True)
    tables: Iterable[str] = (
        each for table in draw_tables(told, view) for each in statements(table, dialect)
    )
    made = exp.Create(this=name, kind="VIEW", expression=draws_query(view, dialect))
    return [printed(gone, dialect), *tables, printed(made, dialect)]
