"""People, teams and partners: from source to decision, with a clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import attempted, compiled, errors, named
from tests.support.strategies import Written
from turnout.runtime.decisions import Decision
from turnout.runtime.router import Router

LEAD = """lead { id: text  country: country  language: language  owner: person
  plan: one of [free, pro, big]  products: any of [core, extra, more] }
"""
CALENDARS = """
calendar berlin { timezone "Europe/Berlin"  open mon..fri 09:00-17:30 }
calendar kolkata { timezone "Asia/Kolkata"  open mon..fri 09:30-18:00 }
calendar nights { timezone "Europe/Berlin"  open mon..sun 22:00-06:00 }
"""
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # a Monday; 12:00 in Berlin
NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)


def policy(declared: str, chain: str, **tables: str) -> Written:
    """Return a policy of one rule that sends every lead down a chain, then to a queue."""
    route = f"route r {{ rule all {{ when not id is missing to {chain} }} fallback to queue q }}"
    text = f"{LEAD}{CALENDARS}{declared}\nqueue q\n{route}"
    return Written(text, {f"{name}.csv": content for name, content in tables.items()})


def decided(
    written: Written | str,
    moments: Sequence[datetime],
    lead: Mapping[str, object] | None = None,
) -> list[Decision]:
    """Return the decisions for leads that differ only in their id, one a moment."""
    found = compiled(written)
    assert not errors(found.findings), [finding.message for finding in found.findings]
    with closing(Router(found)) as router:
        return [
            router.route({"id": str(number), **(lead or {})}, at=moment)
            for number, moment in enumerate(moments)
        ]


def takers(decisions: Sequence[Decision]) -> list[str]:
    """Return who has each lead: a person, or the target."""
    return [decision.assignee or f"{decision.kind} {decision.target}" for decision in decisions]


def reasons(decision: Decision) -> list[str]:
    return [passed.reason for passed in decision.passed_over]


# -- hours and absence --


@pytest.mark.parametrize(
    ("people", "chain", "reason"),
    [
        ("person ana { hours nights }", "person ana", "off-hours"),
        ("person ana { away 2026-11-23 }", "person ana", "away"),
        ("person ana { inactive }", "person ana", "inactive"),
        ("person ana { cap 0 per day }", "person ana", "at-cap"),
        ("person ana { inactive } team t { ana }", "round-robin t", "inactive"),
        ("person ana team t hours nights { ana }", "round-robin t", "off-hours"),
        ("person ana team t cap 0 per day { ana }", "least-loaded t", "at-cap"),
        ("person ana team t { ana cap 0 per day }", "round-robin t", "at-cap"),
        ("person ana team t { ana }", "round-robin t matching language", "no-match"),
        ("partner p { hours nights }", "partner p", "off-hours"),
        ("partner p { cap 0 per week }", "partner p", "at-cap"),
        ("", "owner owner", "no-owner"),
    ],
)
def test_a_target_that_can_not_take_the_lead_says_why(people: str, chain: str, reason: str) -> None:
    (decision,) = decided(policy(people, chain), [NOON])
    assert takers([decision]) == ["queue q"]
    assert reasons(decision) == [reason]


@pytest.mark.parametrize("chain", ["person ana", "round-robin t", "least-loaded t", "owner owner"])
def test_anytime_asks_no_hours(chain: str) -> None:
    people = "person ana { hours nights } team t hours nights { ana }"
    lead = {"owner": "ana"}
    assert takers(decided(policy(people, chain), [NOON], lead)) == ["queue q"]
    assert takers(decided(policy(people, f"{chain} anytime"), [NOON], lead)) == ["ana"]


def test_anytime_still_asks_for_absence_and_caps() -> None:
    away = "person ana { hours nights away 2026-11-23 }"
    full = "person ana { hours nights cap 0 per day }"
    (one,) = decided(policy(away, "person ana anytime"), [NOON])
    (two,) = decided(policy(full, "person ana anytime"), [NOON])
    assert reasons(one) + reasons(two) == ["away", "at-cap"]


def test_a_day_away_is_a_day_by_the_person_s_clock() -> None:
    people = 'person ana { timezone "Asia/Kolkata" away 2026-11-23 }'
    start = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # midnight in Kolkata
    moments = [start - timedelta(minutes=1), start, start + timedelta(hours=24)]
    assert takers(decided(policy(people, "person ana"), moments)) == ["ana", "queue q", "ana"]


def test_a_person_s_hours_and_the_team_s_both_count() -> None:
    people = "person ana { hours kolkata } team t hours berlin { ana }"
    # Berlin opens at 08:00 UTC; Kolkata closes at 12:30 UTC.
    hours = [7, 8, 12, 13]
    moments = [datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in hours]
    found = takers(decided(policy(people, "round-robin t"), moments))
    assert found == ["queue q", "ana", "ana", "queue q"]


def test_a_team_is_passed_over_for_the_reason_of_whoever_came_closest() -> None:
    people = """
    person ana { inactive }
    person ben { away 2026-11-23 }
    person cleo { hours nights }
    team t { ana, ben, cleo }
    """
    (decision,) = decided(policy(people, "round-robin t"), [NOON])
    assert reasons(decision) == ["off-hours"]
    assert decision.passed_over[0].members == (
        ("ana", "inactive"),
        ("ben", "away"),
        ("cleo", "off-hours"),
    )


def test_every_step_of_the_chain_and_the_fallback_has_its_reason() -> None:
    people = """
    person ana { hours nights }
    person ben { away 2026-11-23 }
    team t { ana }
    partner p { cap 1 per day }
    """
    chain = "round-robin t else person ben else partner p"
    first, second = decided(policy(people, chain), [NOON, NOON])
    assert takers([first, second]) == ["partner p", "queue q"]
    assert [(passed.target, passed.reason) for passed in second.passed_over] == [
        ("round-robin t", "off-hours"),
        ("person ben", "away"),
        ("partner p", "at-cap"),
    ]


# -- matching --


def test_only_members_who_list_the_lead_s_value_are_drawn() -> None:
    people = """
    person ana { languages [de, en] } person ben { languages [fr] } person cleo
    team t { ana, ben, cleo }
    """
    written = policy(people, "round-robin t matching language")
    assert takers(decided(written, [NOON] * 2, {"language": "German"})) == ["ana", "ana"]
    assert takers(decided(written, [NOON], {"language": "fr"})) == ["ben"]
    assert takers(decided(written, [NOON], {"language": "it"})) == ["queue q"]
    assert takers(decided(written, [NOON])) == ["queue q"]


def test_whoever_serves_several_values_serves_a_lead_of_all_of_them() -> None:
    people = """
    person ana { serves products [core] } person ben { serves products [core, extra] }
    team t { ana, ben }
    """
    written = policy(people, "round-robin t matching products")
    assert takers(decided(written, [NOON] * 2, {"products": ["core"]})) == ["ana", "ben"]
    assert takers(decided(written, [NOON], {"products": ["core", "extra"]})) == ["ben"]
    assert takers(decided(written, [NOON], {"products": ["core", "more"]})) == ["queue q"]


def test_two_matchings_are_both_asked() -> None:
    people = """
    person ana { languages [de] serves plan [pro] }
    person ben { languages [de] serves plan [free] }
    team t { ana, ben }
    """
    written = policy(people, "round-robin t matching language matching plan")
    assert takers(decided(written, [NOON], {"language": "de", "plan": "free"})) == ["ben"]


# -- caps --


def test_a_cap_by_the_day_starts_anew_at_the_person_s_midnight() -> None:
    people = 'person ana { timezone "Asia/Kolkata" cap 1 per day }'
    start = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    moments = [start - timedelta(minutes=1), start, start + timedelta(hours=23)]
    assert takers(decided(policy(people, "person ana"), moments)) == ["ana", "ana", "queue q"]


@pytest.mark.parametrize(
    ("per", "last", "first"),
    [
        ("week", "2026-11-29T23:59", "2026-11-30T00:00"),
        ("month", "2028-02-29T23:59", "2028-03-01T00:00"),
        ("month", "2026-12-31T23:59", "2027-01-01T00:00"),
    ],
)
def test_a_cap_by_week_or_month_goes_by_the_calendar(per: str, last: str, first: str) -> None:
    last_moment, first_moment = (
        datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (last, first)
    )
    moments = [last_moment, last_moment, first_moment, first_moment]
    people = f"person ana {{ cap 1 per {per} }}"
    found = takers(decided(policy(people, "person ana"), moments))
    assert found == ["ana", "queue q", "ana", "queue q"]


def test_a_day_on_which_the_clock_is_put_back_has_25_hours() -> None:
    people = 'person ana { timezone "Europe/Berlin" cap 1 per day }'
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight in Berlin
    moments = [start, start + timedelta(hours=24, minutes=59), start + timedelta(hours=25)]
    assert takers(decided(policy(people, "person ana"), moments)) == ["ana", "queue q", "ana"]


def test_a_rolling_cap_counts_back_from_now() -> None:
    people = "person ana { cap 1 per 24 hours }"
    day = timedelta(hours=24)
    moments = [NOON, NOON + day - timedelta(microseconds=1), NOON + day]
    assert takers(decided(policy(people, "person ana"), moments)) == ["ana", "queue q", "ana"]


def test_caps_stack_and_the_narrowest_holds() -> None:
    people = """
    person ana { cap 3 per day }
    person ben
    team small { ana cap 1 per day }
    team large cap 4 per day { ana, ben }
    """
    moments = [NOON] * 7
    chain = "round-robin small else round-robin large"
    found = decided(policy(people, chain), moments)
    # Ana: one through the small team, two through the large one; that one ends at four.
    assert Counter(takers(found)) == {"ana": 3, "ben": 2, "queue q": 2}


def test_a_lead_that_comes_again_counts_once() -> None:
    found = compiled(policy("person ana { cap 2 per day }", "person ana"))
    with closing(Router(found)) as router:
        for _ in range(3):
            assert router.route({"id": "same"}, at=NOON).assignee == "ana"
        assert router.route({"id": "other"}, at=NOON).assignee == "ana"
        assert router.route({"id": "third"}, at=NOON).assignee is None


def test_an_owner_s_leads_count_towards_caps_and_not_towards_turns() -> None:
    people = "person ana { cap 2 per day } person ben team t { ana, ben }"
    found = compiled(policy(people, "owner owner else round-robin t"))
    with closing(Router(found)) as router:
        assert router.route({"id": "1", "owner": "ana"}, at=NOON).assignee == "ana"
        assert router.route({"id": "2"}, at=NOON).assignee == "ana", "it is still her turn"
        assert router.route({"id": "3"}, at=NOON).assignee == "ben"
        assert router.route({"id": "4"}, at=NOON).assignee == "ben", "she is at her cap"


def test_counts_live_in_the_state_file(tmp_path: Path) -> None:
    found = compiled(policy("person ana { cap 2 per day }", "person ana"))
    taken: list[str | None] = []
    for number in range(3):
        with closing(Router(found, state=tmp_path / "leads.state")) as router:
            taken.append(router.route({"id": str(number)}, at=NOON).assignee)
    assert taken == ["ana", "ana", None]


# -- conditions about the clock --


def test_a_condition_asks_whether_a_calendar_is_open() -> None:
    text = f"""{LEAD}{CALENDARS} queue day queue dark
    route r {{
      rule d {{ when open berlin and id is present to queue day }}
      fallback to queue dark
    }}
    """
    assert takers(decided(text, [NOON, NIGHT])) == ["queue day", "queue dark"]


def test_a_gap_of_the_clock_is_shown_at_a_moment() -> None:
    text = f"""{LEAD}{CALENDARS} queue day
    route r {{ rule d {{ when open berlin to queue day }} }}
    """
    (gap,) = named(compiled(text).findings, "coverage-gap")
    assert gap.message == "leads with berlin closed get no target"
    assert gap.witness is not None
    assert gap.witness.note == "arriving at 2026-01-01 00:00 UTC, no rule matches"


def test_open_and_not_open_take_every_lead() -> None:
    text = f"""{LEAD}{CALENDARS} queue day queue dark
    route r {{
      rule d {{ when open berlin to queue day }}
      rule n {{ when not open berlin to queue dark }}
      rule never {{ when open berlin and country is DE to queue day }}
    }}
    """
    found = compiled(text).findings
    assert [finding.name for finding in errors(found)] == ["unreachable-rule"]


# -- working time --


@pytest.mark.parametrize(
    ("people", "chain", "sla", "due"),
    [
        # Friday 16:30 in Berlin, which closes at 17:30 and opens on Monday at 09:00.
        ("person ana { hours berlin }", "person ana", "2 hours", "2026-11-30T09:00"),
        ("person ana { hours berlin }", "person ana", "2 hours wall", "2026-11-27T17:30"),
        ("person ana team t hours berlin { ana }", "round-robin t", "2 hours", "2026-11-30T09:00"),
        ("person ana", "person ana", "2 hours", "2026-11-27T17:30"),
        ("partner p { hours berlin }", "partner p", "2 hours", "2026-11-30T09:00"),
        ("person ana { hours nights }", "person ana anytime", "1 hour", "2026-11-27T22:00"),
    ],
)
def test_an_sla_is_counted_while_the_assignee_works(
    people: str, chain: str, sla: str, due: str
) -> None:
    written = policy(people, chain)
    text = written.text.replace("} fallback", f" sla {sla} }} fallback")
    friday = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    (decision,) = decided(text, [friday])
    assert decision.due == datetime.fromisoformat(due).replace(tzinfo=UTC)


# -- files --


def test_people_and_rosters_come_from_files() -> None:
    people = 'people from "people.csv"\nteam t from "roster.csv"\nteam u from "own.csv"'
    written = policy(
        people,
        "round-robin t else round-robin u",
        people="name,email,hours,languages,away,plan\nDora Müller,d@acme.example,berlin,de;fr,"
        "2026-12-24..2026-12-31,pro\neve,,,,,\n",
        roster="person,weight,cap\nDora-Muller,2,8 per day; 20 per week\neve,0.5,\n",
        own="name,email,weight,inactive\nfay,f@acme.example,1,yes\n",
    )
    found, findings = attempted(written)
    assert not findings
    dora = found.people["Dora-Muller"]
    assert dora.hours == "berlin"
    assert dora.timezone == "Europe/Berlin"
    assert dora.serves == {"language": frozenset({"de", "fr"}), "plan": frozenset({"pro"})}
    assert found.people["fay"].is_inactive
    assert [member.weight for member in found.teams["t"].members] == [2, 0.5]
    assert [(cap.most, cap.per) for cap in found.teams["t"].members[0].caps] == [
        (8, "day"),
        (20, "week"),
    ]
    (owned,) = decided(
        Written(written.text.replace("to round-robin t", "to owner owner"), written.tables),
        [NOON],
        {"owner": "dora müller"},
    )
    assert owned.assignee == "Dora-Muller"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("name,hours\nana,rome\n", "`p.csv` line 2: there is no calendar `rome`"),
        ("name,away\nana,soon\n", "`p.csv` line 2: `soon` is not a day"),
        ("name,timezone\nana,Mars/Base\n", "`p.csv` line 2: there is no time zone `Mars/Base`"),
        ("name,cap\nana,many\n", "`p.csv` line 2: `many` is not a cap; write `8 per day`"),
        ("name\nana\nana\n", "`p.csv` line 3: the person `ana` is declared twice"),
        ("name,wieght\nana,2\n", "`p.csv` has a column `wieght` that says nothing of people"),
        ("email\na@acme.example\n", "`p.csv` needs one column `name`, and each column once"),
        ("name\n 12 \n", "`p.csv` line 2: `12` is no name for a person"),
        ("name,inactive\nana,perhaps\n", "`p.csv` line 2: `perhaps` does not say whether"),
    ],
)
def test_a_fault_in_a_file_names_its_line(table: str, message: str) -> None:
    written = policy('people from "p.csv"\nperson zoe', "person zoe", p=table)
    _, findings = attempted(written)
    (finding,) = findings
    assert finding.message.startswith(message)


def test_a_roster_says_which_member_stands_in_it_twice_or_is_unknown() -> None:
    people = 'person ana\nteam t from "t.csv"'
    _, twice = attempted(policy(people, "round-robin t", t="person\nana\nana\n"))
    _, unknown = attempted(policy(people, "round-robin t", t="person\nanna\n"))
    assert [f.message for f in twice] == ["`ana` is in the team `t` twice"]
    assert [f.message for f in unknown] == ["`t.csv` line 2: there is no person `anna`"]


# -- what the checker says --


def never_available(people: str, chain: str) -> list[str]:
    """Return what is said of the targets of `chain`."""
    text = f"""{LEAD}{CALENDARS}
    calendar days {{ timezone "Europe/Berlin"  open mon..sun 06:00-22:00 }}
    {people} queue q
    route r {{ rule all {{ when id is present to {chain} }} fallback to queue q }}
    """
    found = named(compiled(text).findings, "never-available")
    return [f"{finding.message} ({finding.text})" for finding in found]


@pytest.mark.parametrize(
    ("people", "chain", "reason"),
    [
        ("person ana { inactive }", "person ana", "`ana` is inactive"),
        ("person ana { inactive } team t { ana }", "round-robin t", "everybody in `t` is inactive"),
        (
            "person ana team t { ana }",
            "round-robin t matching plan",
            "nobody in `t` says which `plan` they serve",
        ),
        (
            "person ana { hours nights } team t hours berlin { ana }",
            "round-robin t",
            "nobody works while `t` does, by `berlin`",
        ),
        (
            "person ana person b { hours nights serves plan [pro] } team t hours berlin { ana, b }",
            "round-robin t matching plan",
            "nobody who says which `plan` they serve works while `t` does, by `berlin`",
        ),
    ],
)
def test_a_target_that_never_takes_a_lead_is_reported(people: str, chain: str, reason: str) -> None:
    (found,) = never_available(people, chain)
    assert found == f"`{chain}` never takes a lead ({reason})"


def dead_ends(people: str, chain: str) -> list[str]:
    """Return what is said of the targets of a route that ends in `chain` and no queue."""
    text = f"""{LEAD}{CALENDARS}
    calendar days {{ timezone "Europe/Berlin"  open mon..sun 06:00-22:00 }}
    {people}
    route r {{ fallback to {chain} }}
    """
    ends = named(compiled(text).findings, "dead-end")
    return [label.text for finding in ends for label in finding.labels]


@pytest.mark.parametrize(
    ("people", "chain", "reasons"),
    [
        ("person ana { hours berlin }", "person ana", ["`ana` works by `berlin`"]),
        ("person ana { away 2026-11-23 }", "person ana", ["`ana` is away at times"]),
        ("person ana { cap 9 per day }", "person ana", ["`ana` has a cap"]),
        ("person ana team t cap 9 per day { ana }", "round-robin t", ["the team `t` has a cap"]),
        (
            "person ana { languages [de] } team t { ana }",
            "round-robin t matching language",
            ["only those who serve its language"],
        ),
        (
            "person ana person ben { inactive }",
            "owner owner",
            ["`owner` may be missing, `ben` is inactive"],
        ),
        ("partner p { hours berlin }", "partner p", ["`p` works by `berlin`"]),
    ],
)
def test_a_chain_of_targets_that_can_all_pass_a_lead_on_is_a_dead_end(
    people: str, chain: str, reasons: list[str]
) -> None:
    assert dead_ends(people, chain) == [f"can pass the lead on: {reason}" for reason in reasons]


@pytest.mark.parametrize(
    ("people", "chain"),
    [
        ("person ana", "person ana"),
        ("person ana { hours berlin }", "person ana anytime"),
        ("person ana { cap 9 per day } person ben team t { ana, ben }", "round-robin t"),
        # One of the two is at work at any time.
        (
            "person ana { hours days } person ben { hours nights } team t { ana, ben }",
            "round-robin t",
        ),
        ("person ana { hours days } person ben { hours nights }", "person ana else person ben"),
    ],
)
def test_somebody_who_is_always_there_makes_no_dead_end(people: str, chain: str) -> None:
    assert dead_ends(people, chain) == []


CORE = "products has core and not products has any [extra, more]"

MATCHING = """
person pia { serves plan [pro] hours days }
person pam { serves plan [pro] hours nights }
person flo { serves plan [free] hours days }
person core { serves products [core] }
person both { serves plan [free] serves products [core, extra] }
person gone { serves plan [pro] away 2026-11-23 }
person lax  { serves plan [pro] }
team t  { pia, pam, flo }  team u { core }  team v { both }  team w { gone }
team x hours days { lax }  team y { pam, lax cap 9 per day }
"""


@pytest.mark.parametrize(
    ("condition", "chain", "is_lost"),
    [
        ("plan is pro", "round-robin x matching plan anytime", False),
        ("plan is pro", "least-loaded x matching plan anytime", False),
        ("plan in [pro, big]", "round-robin x matching plan anytime", True),
        ("plan is not pro", "round-robin x matching plan anytime", True),
        # A lead without a plan is served by nobody.
        ("not plan in [free, big]", "round-robin x matching plan anytime", True),
        ("plan is pro", "round-robin x matching plan", True),
        ("plan is pro and open days", "round-robin x matching plan", False),
        ("plan is pro", "round-robin w matching plan", True),
        ("plan is pro", "round-robin w matching plan else person lax", False),
        ("plan is pro", "round-robin y matching plan", True),
        # By day one of those who serve the plan, by night the other.
        ("plan is pro", "round-robin t matching plan", False),
        ("plan in [pro, free]", "round-robin t matching plan", True),
        ("plan is free and open days", "round-robin t matching plan", False),
        ("plan is pro or (plan is free and open days)", "round-robin t matching plan", False),
        ("plan is free and open nights", "round-robin t matching plan", True),
        ("plan is free and not open nights", "round-robin t matching plan", False),
        # What the rule asks of the clock tells of hours of another name.
        ("not open nights", "person pia", False),
        ("open berlin", "person pia", False),
        ("open nights", "person pia", True),
        ("not open berlin", "person pia", True),
        # All that the lead has must be served, of each field that is matched.
        ("products has core", "round-robin u matching products", True),
        (CORE, "round-robin u matching products", False),
        ("products has core and not products has more", "round-robin v matching products", False),
        ("plan is free", "round-robin v matching plan matching products", True),
        (CORE, "round-robin v matching plan matching products", True),
        (
            f"plan is free and {CORE}",
            "round-robin v matching plan matching products",
            False,
        ),
        ("plan is pro", "owner owner else round-robin x matching plan anytime", False),
        ("plan is big", "owner owner else round-robin x matching plan anytime", True),
        # An owner works by day, and who is there by night has hours of their own.
        ("owner is pia and open days", "owner owner", False),
        ("owner is pia and not open days", "owner owner", True),
        ("owner is pia", "owner owner else person pam", False),
        ("owner in [pia, gone]", "owner owner else person pam", True),
        ("plan in [pro, free]", "round-robin x matching plan anytime else person flo", True),
        ("plan in [pro, free]", "round-robin x matching plan anytime else person both", False),
    ],
)
def test_what_nobody_is_sure_to_take_is_a_dead_end_and_nothing_else(
    condition: str, chain: str, is_lost: bool
) -> None:
    text = f"""{LEAD}{CALENDARS}
    calendar days {{ timezone "Europe/Berlin"  open mon..sun 06:00-22:00 }}
    {MATCHING} queue q
    route r {{
      rule matched {{ when {condition} to {chain} }}
      rule others {{ when not ({condition}) to queue q }}
    }}
    """
    found = compiled(text).findings
    assert {finding.name for finding in errors(found)} == ({"dead-end"} if is_lost else set())


def test_whose_leads_a_rule_above_takes_needs_nobody_who_serves_them() -> None:
    text = """
    lead { id: text required  plan: one of [p, q] }
    person ana { serves plan [p] }
    team near { ana }
    queue triage
    route inbound {
      rule above { when plan is q to queue triage }
      rule r { when plan is present to round-robin near matching plan }
      rule none { when plan is missing to queue triage }
    }
    """
    assert not errors(compiled(text).findings)
    (end,) = named(compiled(text.replace("is q to", "is p to")).findings, "dead-end")
    assert end.witness is not None
    assert end.witness.fields["plan"] == "q"


def test_hours_that_the_condition_asks_for_make_no_dead_end() -> None:
    text = f"""{LEAD}{CALENDARS} person ana {{ hours berlin }} queue q
    route r {{
      rule day {{ when open berlin to person ana }}
      rule night {{ when not open berlin to queue q }}
    }}
    """
    assert not errors(compiled(text).findings)


@pytest.mark.parametrize(
    ("declared", "name", "message"),
    [
        ('timezone "Europe/Berln" open mon 09:00-17:00', "unknown-zone", "there is no time zone"),
        ("open mon 09:00-17:00", "incomplete-calendar", "the calendar `c` has no time zone"),
        ('timezone "UTC"', "incomplete-calendar", "the calendar `c` is never open"),
        ('timezone "UTC" open mon..sun 09:00-09:00', "unknown-value", "the block `09:00-09:00`"),
        ('timezone "UTC" open mon 09:00-24:30', "unknown-value", "`09:00-24:30` is not a block"),
        ('timezone "UTC" open monday 09:00-17:00', "unknown-value", "`monday` is not a day of the"),
        (
            'timezone "UTC" open mon 09:00-13:00 12:00-17:00',
            "overlapping-hours",
            "two blocks share time on mon",
        ),
        # The night of Sunday leads into Monday.
        (
            'timezone "UTC" open sun 22:00-06:00, mon 05:00-09:00',
            "overlapping-hours",
            "two blocks share time on mon",
        ),
        (
            'timezone "UTC" open mon 09:00-17:00 holidays Atlantis',
            "unknown-place",
            "no public holidays are known for `Atlantis`",
        ),
        (
            'timezone "UTC" open mon 09:00-17:00 closed 2027-01-01..2026-12-24',
            "unknown-value",
            "the range is empty",
        ),
        (
            'timezone "UTC" open mon 09:00-17:00 closed 2026-02-30',
            "unknown-value",
            "`2026-02-30` is not a day",
        ),
    ],
)
def test_a_calendar_says_what_is_wrong_with_it(declared: str, name: str, message: str) -> None:
    _, findings = attempted(f"calendar c {{ {declared} }}")
    (finding,) = findings
    assert finding.name == name
    assert finding.message.startswith(message)


@pytest.mark.parametrize(
    ("cap", "message"),
    [
        ("cap 2.5 per day", "`2.5` is not a number of leads"),
        ("cap -1 per day", "`-1` is not a number of leads"),
        ("cap 2 per year", "`year` is not a period"),
        ("cap 2 per 3 months", "a rolling period is a number of"),
        ("cap 2 per 0 hours", "a rolling period is a number of"),
        ("cap 2 per 5000 weeks", "a rolling period is a number of"),
    ],
)
def test_a_cap_says_what_is_wrong_with_it(cap: str, message: str) -> None:
    _, findings = attempted(f"person ana {{ {cap} }}")
    (finding,) = findings
    assert finding.message.startswith(message)


def test_a_cap_of_nothing_is_pointed_out() -> None:
    _, findings = attempted("person ana { cap 0 per day }")
    assert [f.message for f in findings] == ["a cap of 0 keeps every lead away"]


def test_a_rosters_email_is_the_persons_also_where_leads_have_one() -> None:
    text = (
        "lead { id: text required  email: email  name: text }\n"
        'team sales from "sales.csv"\nroute inbound { fallback to round-robin sales anytime\n'
        "  else queue triage }\nqueue triage\n"
    )
    sales = "name,email,weight\nkim,kim@firm.example,1\n"
    policy, findings = attempted(Written(text, {"sales.csv": sales}))
    assert not findings
    assert (policy.people["kim"].email, policy.people["kim"].serves) == ("kim@firm.example", {})
