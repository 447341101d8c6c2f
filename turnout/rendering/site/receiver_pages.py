"""Pages of those who get leads: teams, people, queues, partners and sequences."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from htpy import Node, dd, div, dl, dt, h2, li, p, section, table, tbody, td, th, thead, tr, ul

from turnout.dsl.calendars import Calendar, DayRange
from turnout.dsl.policy import Cap, Member, Outlet, Person, Team
from turnout.dsl.values import show
from turnout.dsl.wording import lasting
from turnout.rendering.coverage import percent
from turnout.rendering.site.addresses import page_of
from turnout.rendering.site.clause_pages import source
from turnout.rendering.site.definition_pages import MOST_LISTED
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell
from turnout.rendering.site.subject import Sender

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def team_page(shell: Shell, team: Team) -> tuple[str, bytes]:
    """Return the page of a team."""
    here = page_of("team", team.name)
    tell = shell.teller(here)
    rows: list[tuple[str, Node]] = [
        ("Takes leads in", team.hours and _hours(tell, team.hours)),
        ("At most", _capped(team.caps)),
        ("Answered for by", team.steward and told(team.steward)),
    ]
    content = [facts(rows), _members(tell, team), senders(tell, "team", team.name)]
    page = shell.page(here, f"Team {team.name}", content, source(tell, team.span), lead=_size(team))
    return here, page


def _size(team: Team) -> str:
    drawn = sum(member.weight > 0 for member in team.members)
    return f"{drawn} of {len(team.members)} members are given leads." if drawn else "Nobody yet."


def _members(tell: Teller, team: Team) -> Node:
    has_days = any(member.validity is not None for member in team.members)
    total = sum((member.weight for member in team.members), Fraction(0))
    lines = (
        tr[
            td[tell.receiver("person", member.person)],
            td(".number")[percent(member.weight / total) if total else "0 %"],
            td[_capped((*member.caps, *_person(tell, member.person).caps)) or "no limit"],
            td[_hours(tell, _person(tell, member.person).hours)],
            has_days and td[_membership(member)],
        ]
        for member in team.members
    )
    return section[
        h2["Its members"],
        div(".scroll")[
            table[
                thead[
                    tr[
                        th["Person"],
                        th(".number")["Share"],
                        th["At most"],
                        th["Works"],
                        has_days and th["In the team"],
                    ]
                ],
                tbody[list(lines)],
            ]
        ],
    ]


def _membership(member: Member) -> str:
    days = member.validity
    return "always" if days is None else lasting(days.first, days.last)


def _person(tell: Teller, name: str) -> Person:
    return tell.subject.policy.people[name]


def person_page(shell: Shell, person: Person) -> tuple[str, bytes]:
    """Return the page of a person."""
    here = page_of("person", person.name)
    tell = shell.teller(here)
    policy = shell.subject.policy
    teams = [
        team for team in policy.teams.values() if any(m.person == person.name for m in team.members)
    ]
    serves: Iterator[Node] = (
        [
            told(f"{name}: "),
            ", ".join(show(policy.fields[name], v) for v in sorted(values, key=str)),
        ]
        for name, values in person.serves.items()
        if name in policy.fields
    )
    rows: list[tuple[str, Node]] = [
        ("E-mail", person.email and told(person.email)),
        ("Works", _hours(tell, person.hours)),
        ("At most", _capped(person.caps)),
        ("Away", _away(person.away)),
        ("Backup while away", person.backup and tell.receiver("person", person.backup)),
        ("Serves", [li[each] for each in serves] or None),
        ("Member of", _teams(tell, teams)),
        ("Status", person.is_inactive and "given no new leads; known as the owner of past ones"),
    ]
    content = [
        facts(rows),
        senders(tell, "person", person.name),
        (senders(tell, "team", team.name, f"Through team {team.name}") for team in teams),
        source(tell, person.span),
    ]
    return here, shell.page(here, person.name, content, lead="A person who is given leads.")


def _teams(tell: Teller, teams: Sequence[Team]) -> Node:
    if not teams:
        return None
    return [[", " if at else "", tell.receiver("team", t.name)] for at, t in enumerate(teams)]


def outlet_page(shell: Shell, outlet: Outlet) -> tuple[str, bytes]:
    """Return the page of a queue, partner or sequence."""
    here = page_of(outlet.kind, outlet.name)
    tell = shell.teller(here)
    rows: list[tuple[str, Node]] = [
        ("E-mail", outlet.email and told(outlet.email)),
        ("Takes leads in", outlet.hours and _hours(tell, outlet.hours)),
        ("At most", _capped(outlet.caps)),
        ("Answered for by", outlet.steward and told(outlet.steward)),
    ]
    content = [facts(rows), senders(tell, outlet.kind, outlet.name), source(tell, outlet.span)]
    what = {
        "queue": "A list that people work off.",
        "partner": "A firm that sells for us.",
        "sequence": "Mails that go out by themselves.",
    }
    title = f"{outlet.kind.capitalize()} {outlet.name}"
    return here, shell.page(here, title, content, lead=what[outlet.kind])


def facts(rows: Sequence[tuple[str, Node]]) -> Node:
    """Return terms and what they are, those without left out."""
    kept = [(term, said) for term, said in rows if said]
    return dl(".facts")[[(dt[term], dd[said]) for term, said in kept]] if kept else None


def senders(tell: Teller, kind: str, name: str, title: str = "Which rules send here") -> Node:
    """Return the rules that send to somebody, first those that try them first."""
    found = tell.subject.senders.get((kind, name), ())
    if not found:
        return kind != "person" and section[h2[title], p(".note")["No rule does."]]
    order = sorted(found, key=lambda sender: sender.step)
    more = len(order) - MOST_LISTED
    return section[
        h2[title],
        ul[(_sender(tell, sender) for sender in order[:MOST_LISTED])],
        more > 0 and p(".note")[f"And {more:,} more."],
    ]


def _sender(tell: Teller, sender: Sender) -> Node:
    def line() -> Node:
        return li[
            tell.clause(sender.route, sender.at),
            " takes ",
            tell.takes(sender.clause) if sender.clause.is_rule else "what is left",
            "" if not sender.step else f", and comes here as choice {sender.step + 1}",
        ]

    return tell.once(line, "sender", sender.route, sender.at, sender.step)


# -- hours and limits --


def _hours(tell: Teller, name: str | None) -> Node:
    if name is None:
        return "round the clock"
    calendar = tell.subject.policy.calendars.get(name)
    return told(name) if calendar is None else [told(name), f" ({opening_hours(calendar)})"]


def opening_hours(calendar: Calendar) -> str:
    """Return a calendar in words, such as "Monday to Friday 09:00-18:00, Europe/Berlin"."""
    by_hours: dict[tuple[int, int], list[int]] = {}
    for each in calendar.openings:
        by_hours.setdefault((each.start, each.end), []).append(each.weekday)
    said = [
        f"{_days(days)} {_clock(start)}-{_clock(end)}" for (start, end), days in by_hours.items()
    ]
    closed = f"; closed {_away(calendar.closed)}" if calendar.closed else ""
    holidays = f"; public holidays of {', '.join(calendar.holidays)}" if calendar.holidays else ""
    return f"{', '.join(said)}, {calendar.timezone}{holidays}{closed}"


def _days(numbers: Sequence[int]) -> str:
    days = sorted(set(numbers))
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{_DAYS[days[0]]} to {_DAYS[days[-1]]}"
    return ", ".join(_DAYS[day] for day in days)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _away(ranges: Sequence[DayRange]) -> str:
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in ranges)


def _capped(caps: Sequence[Cap]) -> str:
    return " and ".join(_leads(cap) for cap in caps)


def _leads(cap: Cap) -> str:
    leads = f"{cap.most:,} open leads" if cap.per is None else f"{cap.most:,} leads"
    return leads if cap.per is None else f"{leads} {_per(cap.per)}"


def _per(per: str | timedelta) -> str:
    if isinstance(per, str):
        return f"a {per}"
    hours = per.total_seconds() / 3600
    return f"in any {hours / 24:g} days" if hours % 24 == 0 else f"in any {hours:g} hours"
