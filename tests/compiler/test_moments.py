"""What is claimed of moments is claimed of those that come: one timeline for all that asks."""

from datetime import UTC, datetime

import pytest

from tests.support.policies import compiled
from turnout.dsl.findings import Finding

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
HEAD = """\
lead { id: text required  plan: one of [p, q]  owner: person }
calendar day { timezone "UTC" open mon..sun 08:00-16:00 }
calendar night { timezone "UTC" open mon..sun 16:00-08:00 }
calendar early { timezone "UTC" open mon..fri 06:00-10:00 }
calendar around { timezone "UTC" open mon..sun 16:00-08:00 closed ..2025-12-31 }
calendar always { timezone "Europe/Berlin" open mon..sun 00:00-24:00 }
calendar over { timezone "UTC" open mon..fri 09:00-17:00 closed 2026-01-01.. }
queue triage
queue other
sequence nurture
partner firm
partner closed-firm { hours over }
identity plan within 30 days
person owl { hours night }
person lark { hours day }
person ann
person gone { inactive }
person off { away 2020-01-01.. }
person off-in-hours { hours day away 2020-01-01.. }
person was-off { away 2020-12-24..2020-12-31 }
person soon-off { away 2026-12-24..2026-12-31 }
person later-off { away 2027-01-01..2027-01-07 }
person capped { cap 3 per day }
team owls { owl }
team anns { ann }
team both { ann, owl }
team resting { off, off-in-hours }
"""


def found(text: str, *, kinds: str = "", at: datetime = NOW) -> list[Finding]:
    """Return what is found in a policy, but that parts of it are unused."""
    quiet = {"unused-definition", "unguarded-identity", "conflicting-overlap"}
    findings = compiled(HEAD + text, at=at).findings
    wanted = kinds.split()
    return [
        each for each in findings if each.name not in quiet and (not wanted or each.name in wanted)
    ]


def names(text: str, at: datetime = NOW) -> list[str]:
    return [each.name for each in found(text, at=at)]


def route(*entries: str, fallback: str = "fallback to queue triage") -> str:
    return f"route inbound {{ {' '.join(entries)} {fallback} }}"


def rule(when: str, to: str, *, sla: str = "", name: str = "r") -> str:
    return f"rule {name} {{ when {when} to {to} {sla and 'sla ' + sla} }}"


# -- what is open at once --


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("open day and open night", ["impossible-condition"]),
        ("not open day and not open night", ["impossible-condition"]),
        ("not open always", ["impossible-condition"]),
        ("open over", ["impossible-condition"]),
        ("open early and not open day and not open night", ["impossible-condition"]),
        ("open early and open night", []),
        ("open early and not open day", []),
    ],
)
def test_a_condition_holds_only_at_moments_that_come(when: str, expected: list[str]) -> None:
    assert names(route(rule(when, "queue other"))) == expected


@pytest.mark.parametrize(
    "rules",
    [
        [rule("open always", "queue other")],
        [rule("open day", "queue other"), rule("open night", "queue triage", name="s")],
        [rule("not open day", "queue other"), rule("not open night", "queue triage", name="s")],
    ],
)
def test_calendars_that_together_last_round_the_clock_leave_no_gap(rules: list[str]) -> None:
    assert [
        each.name for each in found(route(*rules, fallback=""), kinds="coverage-gap undecided")
    ] == []


def test_a_gap_in_time_is_certain_and_shown_at_its_moment() -> None:
    text = route(
        rule("open day", "queue other"), rule("open early", "queue triage", name="s"), fallback=""
    )
    (gap,) = found(text, kinds="coverage-gap")
    assert gap.witness is not None
    assert gap.witness.confirmed
    assert gap.witness.note.startswith("arriving at 2026-11-30 00:00 UTC")


def test_a_rule_that_no_moment_reaches_is_told() -> None:
    rules = [rule("open day", "queue other"), rule("open night", "queue other", name="s")]
    assert "unreachable-rule" in names(route(*rules, rule("plan is p", "queue triage", name="t")))
    within = f"within open day {{ {rule('open night', 'queue other')} }}"
    assert "impossible-condition" in names(route(within)) or "unreachable-block" in names(
        route(within)
    )


# -- who is there --


@pytest.mark.parametrize(
    ("when", "to", "expected"),
    [
        ("not open day", "person owl", []),
        ("open day", "person owl", ["dead-end"]),
        ("id is present", "person owl else person lark", []),
        ("not open night", "person owl else person lark", []),
        ("id is present", "round-robin owls else person lark", []),
        ("open early", "person owl", ["dead-end"]),
        ("id is present", "person was-off", []),
        ("id is present", "person soon-off", ["dead-end"]),
        ("id is present", "person soon-off else person later-off", []),
        ("id is present", "person later-off else person capped", ["dead-end"]),
        ("not open day", "person off else person owl", ["never-available"]),
    ],
)
def test_a_chain_is_a_dead_end_only_at_moments_that_come(
    when: str, to: str, expected: list[str]
) -> None:
    rest = rule("id is present", "queue other", name="rest")
    text = route(rule(when, to), rest, fallback="")
    assert [each.name for each in found(text, kinds="dead-end never-available")] == expected


def test_absence_counts_from_the_clock_of_the_check_on() -> None:
    text = route(rule("id is present", "person soon-off"), fallback="")
    (finding,) = found(text, kinds="dead-end")
    assert finding.witness is not None
    assert "arriving at 2026-12-24 00:00 UTC" in finding.witness.note
    after = datetime(2027, 1, 1, tzinfo=UTC)
    assert [each.name for each in found(text, kinds="dead-end", at=after)] == []


def test_a_dead_end_is_shown_at_a_moment_at_which_it_is_one() -> None:
    text = route(rule("id is present", "person owl"), fallback="")
    (finding,) = found(text, kinds="dead-end")
    assert finding.witness is not None
    assert "arriving at 2026-11-30 08:00 UTC" in finding.witness.note


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("person off", "`off` is away for good"),
        ("person off-in-hours", "`off-in-hours` is away whenever `day` is open"),
        ("round-robin resting", "nobody in `resting` is ever there"),
        ("partner closed-firm", "`over`, by which `closed-firm` works, is never open"),
        ("person gone", "`gone` is inactive"),
    ],
)
@pytest.mark.parametrize("place", ["to", "then", "fallback"])
def test_a_target_that_nobody_ever_stands_behind_never_takes_a_lead(
    to: str, reason: str, place: str
) -> None:
    chain = f"{to} else queue triage" if place == "to" else "queue other"
    sla = f"1 hour, then {to}" if place == "then" else ""
    last = (
        f"fallback to {to} else queue triage" if place == "fallback" else "fallback to queue triage"
    )
    (finding,) = found(route(rule("plan is p", chain, sla=sla), fallback=last))
    assert finding.name == "never-available"
    assert finding.text == reason


@pytest.mark.parametrize("to", ["owner owner", "previous-owner"])
def test_an_owner_never_takes_a_lead_where_nobody_is_left(to: str) -> None:
    people = "person ana { inactive }\nperson ben { away 2020-01-01.. }\n"
    head = "lead { id: text required  plan: one of [p, q]  owner: person }\n"
    head += "identity plan within 9 days\n"
    text = head + people + "queue triage\n" + route(rule("plan is p", f"{to} else queue triage"))
    findings = compiled(text, at=NOW).findings
    assert "never-available" in [each.name for each in findings]
    somebody = text.replace("2020-01-01..", "2020-01-01..2020-02-01")
    assert "never-available" not in [each.name for each in compiled(somebody, at=NOW).findings]


# -- guarantees, at the moment of the decision and after a missed SLA --


def refuted(text: str, claim: str, when: str = "") -> bool:
    guarantee = f"guarantee g {{ {when} {claim} }}"
    kinds = [each.name for each in found(text + guarantee, kinds="refuted-guarantee undecided")]
    assert "undecided" not in kinds
    return bool(kinds)


@pytest.mark.parametrize(
    ("when", "to", "claim", "expected"),
    [
        ("open day", "person owl", "never reaches person owl", False),
        ("not open day", "person owl", "never reaches person owl", True),
        ("open day", "person owl anytime", "never reaches person owl", True),
        ("id is present", "person lark else person owl", "never reaches person owl", True),
        ("id is present", "person owl else person owl anytime", "never reaches person owl", True),
        # Closed for her, she is there at any hour: but only in the day.
        ("open night", "person lark else person lark anytime", "never reaches person lark", True),
        ("open day", "person lark else person lark anytime", "never reaches team owls", False),
    ],
)
def test_a_guarantee_speaks_of_moments_that_come(
    when: str,
    to: str,
    claim: str,
    expected: bool,
) -> None:
    assert refuted(route(rule(when, to)), claim) is expected


@pytest.mark.parametrize(
    ("to", "then", "fallback", "claim", "expected"),
    [
        # A sequence and a rejection end it.
        ("queue other", "sequence nurture", "person ann", "never reaches person ann", False),
        ("queue other", 'reject "late"', "queue triage", "never reaches queue triage", False),
        ("queue other", 'reject "late"', "queue triage", "never rejects", True),
        ("queue other", "queue triage", "person ann", "never reaches person ann", True),
        ("queue other", "person owl", "person ann", "never reaches person ann", True),
        # Whoever missed it is left out: the only one of a team, a place, and of the fallback,
        # too. Ann may be away at first, so that somebody else has missed it.
        ("person ann", "round-robin anns", "queue triage", "never reaches team anns", True),
        ("person ann", "round-robin anns", 'reject "no"', "never reaches team anns", False),
        ("person ann", "round-robin both", "queue triage", "never reaches team both", True),
        ("queue other", "round-robin anns", "round-robin anns", "never reaches team owls", False),
        (
            "person ann",
            "queue other",
            'round-robin anns else reject "no"',
            "never reaches team anns",
            False,
        ),
        (
            "queue triage",
            "person owl",
            "queue triage else person ann",
            "never reaches person ann",
            True,
        ),
        (
            "queue other",
            "person owl",
            "queue triage else person ann",
            "never reaches person ann",
            False,
        ),
        # Everybody else in the fallback's team was asked first, and only late.
        (
            "queue other",
            "round-robin both",
            "round-robin anns else queue triage",
            "never reaches team anns",
            False,
        ),
        (
            "queue other",
            "round-robin owls",
            "person owl anytime else queue triage",
            "never reaches person ann",
            False,
        ),
    ],
)
def test_a_missed_sla_goes_as_the_runtime_does(
    to: str,
    then: str,
    fallback: str,
    claim: str,
    expected: bool,
) -> None:
    text = route(
        rule("plan is p", to, sla=f"1 hour, then {then}"), fallback=f"fallback to {fallback}"
    )
    assert refuted(text, claim, "when plan is p") is expected


def test_after_five_moves_the_fallback_draws_even_from_a_team_that_was_asked() -> None:
    people = "".join(f"person p{number}\n" for number in range(7))

    def text(size: int) -> str:
        wide = ", ".join(f"p{number}" for number in range(size))
        team = f"team wide {{ {wide} }} team few {{ p0 }}\n"
        last = "fallback to round-robin few else queue triage"
        late = rule("plan is p", "queue other", sla="1 hour, then round-robin wide")
        return people + team + route(late, fallback=last)

    assert refuted(text(6), "never reaches team few", "when plan is p")
    assert not refuted(text(5), "never reaches team few", "when plan is p")


# -- rows that are no leads --


@pytest.mark.parametrize(
    ("fallback", "expected"),
    [
        ("", True),
        ("fallback to person capped", True),
        ("fallback to person owl", True),
        ("fallback to owner owner", True),
        ("fallback to person ann", False),
        ("fallback to person owl else person lark", False),
        ("fallback to person capped else queue triage", False),
    ],
)
def test_a_row_without_a_required_field_is_told_where_nobody_has_it(
    fallback: str, expected: bool
) -> None:
    text = route(rule("id is present", "queue other"), fallback=fallback)
    told = [each.name for each in found(text, kinds="lost-row dead-end coverage-gap")]
    assert told == ["lost-row"] * expected
    optional = (HEAD + text).replace("id: text required", "id: text")
    assert "lost-row" not in [each.name for each in compiled(optional, at=NOW).findings]


def test_a_row_is_not_told_of_where_leads_are_lost_in_the_same_way() -> None:
    text = route(rule("plan is p", "queue other"), fallback="fallback to person capped")
    assert names(text) == ["dead-end"]
    assert "lost-row" not in names(route(rule("plan is p", "queue other"), fallback=""))


def test_what_comes_after_a_queue_in_the_fallback_is_for_leads_that_the_queue_missed() -> None:
    last = "fallback to queue triage else person ann"
    late = rule("plan is p", "queue triage", sla="1 hour, then person ann")
    assert names(route(late, fallback=last)) == []
    assert "unreachable-target" in names(route(rule("plan is p", "queue triage"), fallback=last))
    other = rule("plan is p", "queue other", sla="1 hour, then person ann")
    assert "unreachable-target" in names(route(other, fallback=last))


def test_a_refutation_is_shown_while_the_one_who_has_the_lead_works() -> None:
    chain = "person owl else round-robin anns"
    text = route(rule("plan is p", chain), fallback="fallback to owner owner")
    text += "guarantee g { never reaches person owl  always reaches person ann, person owl }"
    for finding in found(text, kinds="refuted-guarantee"):
        assert "possibly" not in finding.message
        assert finding.witness is not None
        assert finding.witness.confirmed


def test_nothing_is_due_for_somebody_whose_hours_never_come() -> None:
    def text(sla: str) -> str:
        last = 'fallback to reject "no"'
        return route(
            rule("plan is p", "partner closed-firm anytime", sla=f"1 hour {sla}, then queue other"),
            fallback=last,
        )

    assert not refuted(text(""), "never reaches queue other", "when plan is p")
    assert refuted(text("wall"), "never reaches queue other", "when plan is p")
