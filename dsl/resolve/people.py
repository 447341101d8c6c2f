"""People, teams and partners: who can be given leads, when, and how many.

A person's days (`away`, caps by the calendar) are counted in their own time zone: the one
that is written, else that of their hours, else UTC. A team's are counted in that of the
team's hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import TypeAlias, TypeVar

import attrs

from turnout.dsl import nodes, policy, types
from turnout.dsl.calendars import Calendar
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.resolve.calendars import days, timezone
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.promises import steward_among
from turnout.dsl.resolve.schema import number
from turnout.dsl.resolve.scope import Scope, article, nearest
from turnout.dsl.resolve.validities import validity
from turnout.dsl.types import Field, Value

MAX_CAP = 1_000_000_000
PERIODS = ("day", "week", "month")
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_SHORTEST = timedelta(minutes=1)
_LONGEST = timedelta(days=3_660)

Clauses: TypeAlias = Sequence[
    nodes.PersonClause
    | nodes.Owned
    | nodes.Weight
    | nodes.Validity
    | nodes.Ranked
    | nodes.UntilFree
]
_Clause = TypeVar("_Clause")


class PeopleReader:
    """Reads people, teams and partners against a schema and calendars."""

    def __init__(
        self,
        fields: Mapping[str, Field],
        calendars: Mapping[str, Calendar],
        zone: str,
        scope: Scope,
    ) -> None:
        """Read with what is declared, reporting to `scope`. zone: of the policy's days."""
        self._zone = zone
        self._fields = fields
        self._calendars = calendars
        self._scope = scope

    def reporting_to(self, scope: Scope) -> "PeopleReader":
        """Return the same reader with another scope."""
        return PeopleReader(self._fields, self._calendars, self._zone, scope)

    def person(self, node: nodes.Person) -> policy.Person | None:
        """Return the person, None where the name is taken."""
        what = f"`{node.name.text}`"
        clauses = node.clauses
        address = self._one(nodes.Address, clauses, f"{what} has two addresses")
        hours = self._hours(clauses, what)
        clock = self._clock(clauses, hours, what)
        read = policy.Person(
            node.name.text,
            address.email.text if address else None,
            node.name.span,
            hours,
            clock,
            self.caps(clauses, clock),
            days([c.days for c in clauses if isinstance(c, nodes.Away)], self._scope),
            self._serves(clauses),
            any(isinstance(c, nodes.Inactive) for c in clauses),
            self._backup(node),
        )
        return read if self._scope.stands("person", node.name) else None

    def team(
        self,
        node: nodes.Team,
        members: Sequence[policy.Member],
        people: Mapping[str, policy.Person],
    ) -> policy.Team | None:
        """Return the team, None where the name is taken.

        members: those of its roster file; those that are written come after them.
        """
        what = f"the team `{node.name.text}`"
        hours = self._hours(node.clauses, what)
        caps = self.caps(node.clauses, self._clock((), hours, what))
        if not self._scope.stands("team", node.name):
            return None
        found: dict[str, policy.Member] = {}
        for member in members:
            if member.person in found:
                name = nodes.Name(member.person, member.span)
                self._twice(node.name.text, name, found[member.person])
            found.setdefault(member.person, member)
        for written in node.members:
            also = self.member(written, people)
            if also.person in found:
                self._twice(node.name.text, written.name, found[also.person])
            found.setdefault(also.person, also)
        name = node.name
        steward = steward_among(node.clauses, self._scope)
        return policy.Team(name.text, tuple(found.values()), name.span, steward, hours, caps)

    def member(self, node: nodes.Member, people: Mapping[str, policy.Person]) -> policy.Member:
        """Return the person's place in a team.

        Somebody unknown stays in it, so that nobody calls the team empty.
        """
        weight = self._weight(node)
        known = people.get(node.name.text)
        caps = self.caps(node.clauses, known.timezone if known else "UTC")
        self._scope.knows("person", node.name)
        days = [each for each in node.clauses if isinstance(each, nodes.Validity)]
        for again in days[1:]:
            advice = "write them once, as `from 2027-01-01 until 2027-03-31`"
            message = f"the days of `{node.name.text}` are written twice"
            self._scope.report("duplicate-clause", again.span, message, help=advice)
        read = validity(days[0] if days else None, self._zone, self._scope)
        return policy.Member(node.name.text, weight, node.name.span, caps, read.validity)

    def outlet(self, node: nodes.Outlet, steward: str | None) -> policy.Outlet | None:
        """Return the queue, partner or sequence, None where the name is taken."""
        what = f"the {node.kind} `{node.name.text}`"
        address = self._one(nodes.Address, node.clauses, f"{what} has two addresses")
        hours = self._hours(node.clauses, what)
        caps = self.caps(node.clauses, self._clock(node.clauses, hours, what))
        if not self._scope.stands(node.kind, node.name):
            return None
        email = address.email.text if address else None
        name = node.name
        return policy.Outlet(node.kind, name.text, name.span, steward, email, hours, caps)

    def caps(self, clauses: Clauses, clock: str) -> tuple[policy.Cap, ...]:
        """Return the caps among `clauses`, counted by the clock of a time zone."""
        read = (self._cap(clause, clock) for clause in clauses if isinstance(clause, nodes.Cap))
        return tuple(cap for cap in read if cap is not None)

    def _cap(self, node: nodes.Cap, clock: str) -> policy.Cap | None:
        most = number(node.number)
        per = None if node.per is None else self._period(node.per)
        if most is None or most != int(most) or not 0 <= most <= MAX_CAP:
            message = f"`{node.number.text}` is not a number of leads"
            self._scope.report(
                "unknown-value", node.number.span, message, help="write a whole number"
            )
            return None
        if most == 0:
            self._scope.findings.append(
                Finding(
                    "never-available",
                    Severity.WARNING,
                    node.span,
                    "a cap of 0 keeps every lead away",
                    help=("say `inactive`, or give a weight of 0, if that is meant",),
                )
            )
        if node.per is None:
            return policy.Cap(int(most), None, "UTC")
        return None if per is None else policy.Cap(int(most), per, clock)

    def _period(self, per: nodes.Name | nodes.Duration) -> str | timedelta | None:
        if isinstance(per, nodes.Name):
            if per.text in PERIODS:
                return per.text
            near = nearest(per.text, PERIODS)
            advice = "write day, week, month, or `24 hours`"
            if per.text == "open":
                advice = "leads that are open at once are capped without `per`: `cap 20 open`"
            message = f"`{per.text}` is not a period"
            self._scope.report("unknown-value", per.span, message, help=advice, near=near)
            return None
        length = number(per.number)
        unit = _UNITS.get(per.unit.text.removesuffix("s"))
        if length is None or unit is None or not _SHORTEST / unit <= length <= _LONGEST / unit:
            self._scope.report(
                "unknown-value",
                per.span,
                "a rolling period is a number of minutes, hours, days or weeks, at most ten years",
                help="write `24 hours`; for months by the calendar write `per month`",
            )
            return None
        return unit * float(length)

    def _backup(self, node: nodes.Person) -> str | None:
        clause = self._one(nodes.Backup, node.clauses, f"`{node.name.text}` has two backups")
        others = [name for name in self._scope.declared.of_kind("person") if name != node.name.text]
        if clause is None or not self._scope.knows("person", clause.person, meant=others):
            return None
        if clause.person.text == node.name.text:
            message = f"`{node.name.text}` can't be their own backup"
            advice = "name somebody who is there while they are away"
            self._scope.report("backup-cycle", clause.person.span, message, help=advice)
            return None
        return clause.person.text

    def _hours(self, clauses: Clauses, what: str) -> str | None:
        clause = self._one(nodes.Hours, clauses, f"{what} has hours twice")
        if clause is None or not self._scope.knows("calendar", clause.calendar):
            return None
        return clause.calendar.text if clause.calendar.text in self._calendars else None

    def _clock(self, clauses: Clauses, hours: str | None, what: str) -> str:
        clause = self._one(nodes.Timezone, clauses, f"{what} has two time zones")
        written = None if clause is None else timezone(clause, self._scope)
        return written or (self._calendars[hours].timezone if hours else "UTC")

    def _one(self, kind: type[_Clause], clauses: Clauses, complaint: str) -> _Clause | None:
        found = [clause for clause in clauses if isinstance(clause, kind)]
        for again in found[1:]:
            span = again.email.span if isinstance(again, nodes.Address) else again.span
            self._scope.report("duplicate-clause", span, complaint)
        return found[0] if found else None

    # -- what a person serves --

    def _serves(self, clauses: Clauses) -> dict[str, frozenset[Value]]:
        serves: dict[str, frozenset[Value]] = {}
        for clause in clauses:
            match clause:
                case nodes.Languages(values):
                    spoken = Field("languages", types.Language())
                    read = self._values(spoken, values)
                    for name, field in self._fields.items():
                        if isinstance(field.type, types.Language):
                            serves[name] = serves.get(name, frozenset()) | read
                case nodes.Serves(name, values):
                    field_named = self._served(name)
                    if field_named is not None:
                        read = self._values(field_named, values)
                        serves[name.text] = serves.get(name.text, frozenset()) | read
                case _:
                    pass
        return serves

    def _served(self, name: nodes.Name) -> Field | None:
        field = self._scope.field(name, self._fields)
        if field is None:
            return None
        if not is_served(field):
            message = f"nobody can serve `{name.text}`, {article(field.type.word)} field"
            advice = "serve a picklist, country, subdivision, language, code, text or boolean"
            self._scope.report("type-mismatch", name.span, message, help=advice)
            return None
        return field

    def _values(self, field: Field, literals: Iterable[nodes.Literal]) -> frozenset[Value]:
        values: set[Value] = set()
        for literal in literals:
            value, reason = read_literal(field, literal.text)
            self._scope.refer_value(field, literal, value)
            if value is None:
                message = f"`{literal.text}` is not a value of `{field.name}`"
                self._scope.report("unknown-value", literal.span, message, text=reason)
            else:
                values.update(value if isinstance(value, frozenset) else {value})
        return frozenset(values)

    # -- members --

    def _weight(self, member: nodes.Member) -> Fraction:
        weight = self._one(nodes.Weight, member.clauses, "the member has two weights")
        if weight is None:
            return Fraction(1)
        written = weight.number
        value = number(written)
        if value is None or value < 0 or value > 1_000_000 or len(written.text) > 12:
            message = f"`{written.text}` is not a weight"
            self._scope.report("unknown-value", written.span, message, help="write 0, 1, 2, or 0.5")
            return Fraction(1)
        return Fraction(value)

    def _twice(self, team: str, member: nodes.Name, earlier: policy.Member) -> None:
        self._scope.findings.append(
            Finding(
                "duplicate-name",
                Severity.ERROR,
                member.span,
                f"`{member.text}` is in the team `{team}` twice",
                labels=(Label(earlier.span, "already here"),),
                help=("give a larger share with `weight 2`",),
            )
        )


def without_circles(people: Mapping[str, policy.Person], scope: Scope) -> dict[str, policy.Person]:
    """Return people none of whom is, in the end, their own backup; a circle is reported once."""
    found = dict(people)
    for name in people:
        way = [name]
        while (after := found[way[-1]].backup) in found and after not in way:
            way.append(after)
        if after is None or after not in way:
            continue
        circle = way[way.index(after) :]
        message = f"`{circle[0]}` is their own backup in the end"
        text, advice = " → ".join([*circle, circle[0]]), "take one of them out of the circle"
        at = found[circle[0]].span
        scope.report("backup-cycle", at, message, text=text, help=advice)
        found |= {each: attrs.evolve(found[each], backup=None) for each in circle}
    return found


def is_served(field: Field) -> bool:
    """Return whether people can be matched by the field: it has values to list."""
    if field.type.shape in types.ON_A_LINE:
        return False
    return not isinstance(field.type, types.Email | types.Phone | types.PersonName)
