"""SLAs, actions, owners and guarantees as they are written: what is read, what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.policies import attempted, compiled, named, resolved
from turnout.compiler.questions.stewards import parts_with_stewards, stewards_of
from turnout.dsl.policy import Rule, Sla, Step
from turnout.dsl.promises import Action, NeverReaches, Period, Reached, SlaAtMost
from turnout.dsl.source import Source, Span
from turnout.dsl.targets import ToQueue
from turnout.runtime.decisions import Doing
from turnout.runtime.router import Router

HERE = Span(Source("", ""), 0, 0)  # spans take no part in comparisons
HEAD = """\
lead { id: text required  country: country  owner: person }
territory EMEA owned by emea-ops {
  territory DACH = country in [DE, AT, CH]
  territory UKI = country in [GB, IE] owned by "@acme/uki"
}
person ana
person ben
team sales owned by sales-lead { ana, ben }
queue triage owned by ops
queue managers
sequence welcome
sequence offer
"""


def route(clauses: str, *, more: str = "", target: str = "round-robin sales") -> str:
    """Return a policy whose one rule has these clauses besides `when` and `to`."""
    return (
        f"{HEAD}route inbound owned by revops {{\n"
        f"  rule dach {{ when DACH to {target} {clauses} }}\n"
        f"  fallback to queue triage\n}}\n{more}"
    )


def complaints(text: str) -> list[str]:
    """Return what is reported of a policy, as "name: message"."""
    return [f"{finding.name}: {finding.message}" for finding in attempted(text)[1]]


def rule(text: str) -> Rule:
    (found,) = resolved(text).routes["inbound"].entries
    assert isinstance(found, Rule)
    return found


# -- SLAs --


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("sla 10 minutes", Sla(Period(10, "minute"), wall=False, then=None, span=HERE)),
        ("sla 1 hour wall", Sla(Period(1, "hour"), wall=True, then=None, span=HERE)),
        (
            "sla 2 days, then queue managers",
            Sla(Period(2, "day"), wall=False, then=Step(ToQueue("managers"), HERE), span=HERE),
        ),
    ],
)
def test_an_sla_is_a_period_a_clock_and_a_target(written: str, wanted: Sla) -> None:
    assert rule(route(written)).sla == wanted


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("sla 10 minuts", "unknown-value: `minuts` is no unit of time"),
        ("sla 0 minutes", "unknown-value: `0 minutes` is not a time to answer in"),
        ("sla 0.5 hours", "unknown-value: `0.5 hours` is not a time to answer in"),
        ("sla 53 weeks", "unknown-value: `53 weeks` is not a time to answer in"),
        ("sla 1 hour sla 2 hours", "duplicate-clause: the rule `dach` has more than one `sla`"),
        ("sla 1 hour, then queue manager", "unknown-name: there is no queue `manager`"),
    ],
)
def test_an_sla_that_cannot_be_kept_is_refused(written: str, complaint: str) -> None:
    assert complaints(route(written)) == [complaint]


NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("target", "due"),
    [
        ("round-robin sales", NINE + timedelta(minutes=10)),
        ("queue triage", NINE + timedelta(minutes=10)),
        ("sequence welcome", None),
        ('reject "spam"', None),
    ],
)
def test_a_decision_is_due_where_somebody_is_to_work_on_the_lead(
    target: str, due: datetime | None
) -> None:
    made = compiled(route("sla 10 minutes", target=target))
    with Router(made) as router:
        assert router.route({"id": "1", "country": "DE"}, at=NINE).due == due
        assert router.route({"id": "2", "country": "US"}, at=NINE).due is None


# -- actions --


def test_actions_stand_on_the_decision_in_the_order_in_which_they_are_written() -> None:
    clauses = 'do task "Call back", notify slack "#dach" do start welcome, tag "hot"'
    assert rule(route(clauses)).actions == (
        Action("task", ("Call back",), HERE),
        Action("notify", ("slack", "#dach"), HERE),
        Action("start", ("welcome",), HERE),
        Action("tag", ("hot",), HERE),
    )
    with Router(compiled(route(clauses))) as router:
        decision = router.route({"id": "1", "country": "DE"}, at=NINE)
        assert decision.actions[:2] == (
            Doing("task", ("Call back",)),
            Doing("notify", ("slack", "#dach")),
        )
        assert router.route({"id": "2", "country": "US"}, at=NINE).actions == ()


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('do taks "x"', "unknown-name: there is no action `taks`"),
        ('do notify "#dach"', "unknown-value: `notify` takes a name and a text"),
        ('do task "a" "b"', "unknown-value: `task` takes a text"),
        ("do task call", "unknown-value: `task` takes a text here"),
        ('do task " "', "unknown-value: the text of `task` has 1 to 1,000 characters"),
        ("do start welcom", "unknown-name: there is no sequence `welcom`"),
        ('do suppress "offer"', "unknown-value: `suppress` takes a sequence here"),
        ("do start triage", "unknown-name: there is no sequence `triage`"),
    ],
)
def test_an_action_that_nobody_could_carry_out_is_refused(written: str, complaint: str) -> None:
    assert complaints(route(written)) == [complaint]


# -- owners --


def test_a_part_without_an_owner_has_that_of_the_nearest_around_it() -> None:
    text = route("").replace(
        "  fallback",
        "  within UKI owned by uki {\n    rule irish { when country is IE to queue triage }\n"
        "    within country is GB { rule british { when GB-always to queue triage } }\n"
        "  }\n  fallback",
    )
    text = text.replace("GB-always", "owner is missing")
    found = {
        (part.kind, part.name): part.steward for part in parts_with_stewards(compiled(text).program)
    }
    assert found == {
        ("territory", "EMEA"): "emea-ops",
        ("territory", "DACH"): "emea-ops",
        ("territory", "UKI"): "@acme/uki",
        ("team", "sales"): "sales-lead",
        ("queue", "triage"): "ops",
        ("queue", "managers"): None,
        ("sequence", "welcome"): None,
        ("sequence", "offer"): None,
        ("route", "inbound"): "revops",
        ("rule", "dach"): "revops",
        ("within", "UKI"): "uki",
        ("rule", "irish"): "uki",
        ("within", "country is GB"): "uki",
        ("rule", "british"): "uki",
        ("fallback", "route inbound"): "revops",
    }


def test_leads_of_a_rule_are_answered_for_by_block_territories_and_targets() -> None:
    made = compiled(route(""))
    first, fallback = made.program.routes["inbound"].clauses
    assert stewards_of(made.policy, first) == ("revops", "emea-ops", "sales-lead")
    assert stewards_of(made.policy, fallback) == ("revops", "ops")


@pytest.mark.parametrize("owner", ['""', '" "', f'"{"x" * 201}"'])
def test_an_owner_has_a_name_of_reasonable_length(owner: str) -> None:
    text = route("").replace("owned by revops", f"owned by {owner}")
    assert complaints(text) == [
        "unknown-value: an owner is a name or a text of 1 to 200 characters on one line"
    ]


# -- guarantees as written --


def test_a_guarantee_is_a_condition_routes_and_claims() -> None:
    text = "guarantee g owned by ceo { when DACH never reaches queue managers sla at most 1 day }"
    guarantee = resolved(route("", more=text)).guarantees["g"]
    assert guarantee.steward == "ceo"
    assert guarantee.routes == ("inbound",)
    assert guarantee.claims == (
        NeverReaches((Reached("queue", "managers", HERE),), HERE),
        SlaAtMost(Period(1, "day"), wall=False, span=HERE),
    )


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("when DACH", "incomplete-guarantee: the guarantee `g` claims nothing"),
        ("never reaches tema sales", "unknown-name: a guarantee can't speak of `tema`"),
        ("never reaches team sale", "unknown-name: there is no team `sale`"),
        ("never reaches team", "unknown-value: `team` needs a name"),
        ("never reaches previous-owner ana", "unknown-value: `previous-owner` takes no name"),
        ("always reaches owner country", "unknown-name: there is no person field `country`"),
        ("always by rule dahc", "unknown-name: there is no rule `dahc`"),
        ("sla at most 4 ours", "unknown-value: `ours` is no unit of time"),
        ("route outbound never rejects", "unknown-name: there is no route `outbound`"),
        (
            "when DACH when UKI never rejects",
            "duplicate-clause: the guarantee `g` has more than one `when`",
        ),
    ],
)
def test_a_guarantee_that_says_nothing_checkable_is_refused(body: str, complaint: str) -> None:
    assert complaints(route("", more=f"guarantee g {{ {body} }}")) == [complaint]


def test_what_an_sla_an_action_or_a_guarantee_speaks_of_is_used() -> None:
    clauses = "sla 1 hour, then queue managers do start welcome"
    more = "guarantee g { never reaches sequence offer, owner owner }"
    assert not named(compiled(route(clauses, more=more)).findings, "unused-definition")
    unused = named(compiled(route("")).findings, "unused-definition")
    assert len(unused) == 3 + 1  # managers, welcome, offer, and the field `owner`
