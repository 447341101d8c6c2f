"""The life of an assignment: offers, claims, reasons, and queues that wait for somebody."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

import turnout
from turnout.compiler.compiled import compile_policy
from turnout.dsl.bundles import of_texts
from turnout.rendering.explanation import explanation_data, explanation_text
from turnout.runtime.events import Event
from turnout.runtime.fit import UnroutedError
from turnout.runtime.lives import Deed, LeadStanding, NotAllowedError
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole
from turnout.runtime.stores.server.locations import whereabouts

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday, ten o'clock in Berlin
NIGHT = datetime(2026, 11, 23, 22, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEXT = """
policy life
reject reasons [bad-fit, duplicate] credit [duplicate]
return reasons [no-show, spam]
lead { id: text required  country: country  score: integer 0..100  language: language }
calendar berlin { timezone "Europe/Berlin" open mon..fri 09:00-17:30 }
person ana { hours berlin email "ana@acme.example" languages [de] }
person ben { hours berlin languages [de, fr] }
person cleo { cap 1 per day }
person dora { inactive }
team sales { ana, ben }
queue night by score until free
queue triage
partner acme
route inbound {
  rule german {
    when country is DE
    to round-robin sales
    else queue night
    offer 15 minutes
    sla 4 hours, then queue triage
  }
  rule french { when country is FR to round-robin sales matching language else queue night }
  rule partner { when country is IT to partner acme }
  rule late {
    when country is PT
    to round-robin sales
    sla 1 hour, then queue night
  }
  rule quick { when country is ES to least-loaded sales anytime else queue triage }
  rule asked {
    when country is AT
    to person cleo
    else person ana anytime
    offer 1 hour wall
  }
  fallback to queue triage
}
"""


@pytest.fixture(scope="module")
def compiled() -> object:
    files = of_texts("life.route", TEXT, {})
    return compile_policy(files.main, files=files)


@pytest.fixture(params=["memory", "sqlite"])
def router(request: pytest.FixtureRequest, compiled: object, tmp_path: Path) -> Iterator[Router]:
    state = tmp_path / "s.db" if request.param == "sqlite" else None
    with Router(compiled, state=state) as router:  # type: ignore[arg-type]
        yield router
    if state is not None:
        checked_whole(whereabouts(state))


def route(router: Router, lead: str, country: str = "DE", at: datetime = AT, **more: object) -> str:
    decision = router.route({"id": lead, "country": country, **more}, at=at)
    return decision.assignee or f"{decision.kind} {decision.target}"


def kinds(router: Router, lead: str) -> list[str]:
    return [event.kind for event in router.history(lead)]


def refused(
    router: Router, deed: Deed, lead: str, by: str = "", reason: str = ""
) -> NotAllowedError:
    with pytest.raises(NotAllowedError) as caught:
        router.do(deed, lead, by=by, reason=reason)
    return caught.value


def test_a_lead_that_is_not_accepted_in_time_goes_to_the_next_one(router: Router) -> None:
    assert route(router, "1") == "ana"
    assert router.escalate(at=AT + 14 * MINUTE) == ()
    (move,) = router.escalate(at=AT + 15 * MINUTE)
    assert (move.before.assignee, move.after.assignee) == ("ana", "ben")
    assert move.reason == "not accepted in time"
    (move,) = router.escalate(at=AT + 30 * MINUTE)
    assert (move.before.assignee, move.after.name) == ("ben", "queue night")
    events = router.history("1")
    assert [each.kind for each in events] == ["routed", "offered", "moved", "offered", "moved"]
    assert [each.until for each in events if each.kind == "offered"] == [
        AT + 15 * MINUTE,
        AT + 30 * MINUTE,
    ]
    decision = events[-1].decision
    assert decision is not None
    assert [(each.target, each.reason) for each in decision.passed_over] == [
        ("round-robin sales", "declined")
    ]
    assert router.escalate(at=AT + 60 * MINUTE) == ()  # both declined it


def test_who_declined_a_lead_is_told_from_who_missed_it() -> None:
    text = TEXT.replace(
        "sla 4 hours, then queue triage", "sla 1 hour reassign, 2 hours then person ben anytime"
    )
    with turnout.loads(text) as router:
        route(router, "1")
        router.reject("1", "bad-fit", by="ana", at=AT)
        router.accept("1", by="ben", at=AT)
        (missed,) = router.escalate(at=AT + 60 * MINUTE)
        assert missed.after.name == "queue night"
        told = router.history("1")[-1].decision
        assert told is not None
        (sales,) = told.passed_over
        assert sales.reason == "declined"
        assert dict(sales.members) == {"ana": "declined", "ben": "missed-sla"}


def test_an_explanation_says_until_when_a_lead_is_offered(router: Router) -> None:
    offered = router.explain({"id": "1", "country": "DE"}, at=AT)
    assert offered.expires == AT + 15 * MINUTE
    assert explanation_data(offered)["expires"] == "2026-11-23T09:15:00+00:00"
    assert any("offered until" in line for line in explanation_text(offered, 80, has_state=True))
    assert router.explain({"id": "2", "country": "FR"}, at=AT).expires is None
    route(router, "1")
    assert router.explain({"id": "1", "country": "DE"}, at=AT + MINUTE).expires == offered.expires
    router.accept("1", by="ana", at=AT + MINUTE)
    assert router.explain({"id": "1", "country": "DE"}, at=AT + MINUTE).expires is None


def test_whoever_accepts_a_lead_keeps_it_until_its_sla_is_missed(router: Router) -> None:
    route(router, "1")
    found = router.accept("1", by="ana@acme.example", at=AT + 20 * MINUTE)
    assert (found.status, found.expires, found.due) == ("accepted", None, AT + 240 * MINUTE)
    assert router.history("1")[-1].actor == "ana"
    assert router.escalate(at=AT + 60 * MINUTE) == ()
    (move,) = router.escalate(at=AT + 240 * MINUTE)
    assert move.after.name == "queue triage"


def test_a_rejection_for_a_reason_that_is_credited_gives_the_turn_back(router: Router) -> None:
    for number, reason in enumerate(("bad fit", "duplicate")):
        before = dict(router.lags()["sales"])
        lead = str(number)
        first = route(router, lead)
        found = router.reject(lead, reason, by=first, at=AT + MINUTE)
        assert found.holder.assignee == {"ana": "ben", "ben": "ana"}[first]
        assert (found.status, found.expires) == ("offered", AT + 16 * MINUTE)
        after = router.lags()["sales"]
        assert sum(after.values()) == 0
        rejected = next(each for each in router.history(lead) if each.kind == "rejected")
        assert rejected.reason == ("bad-fit", "duplicate")[number]
        assert (rejected.draw is not None) == (number == 1)
        if rejected.draw is not None:
            gained = Fraction(*rejected.draw.after) - Fraction(*rejected.draw.before)
            assert gained == Fraction(1, 2)  # a lead, but for their share of it
            change = {name: after[name] - before[name] for name in before}
            other = found.holder.assignee
            assert other is not None
            assert change[other] <= 0  # as if only the other had been drawn


def test_a_returned_lead_is_closed_and_gives_the_turn_back(router: Router) -> None:
    first = route(router, "1")
    router.accept("1", by=first, at=AT)
    opened = router.lags()["sales"]
    assert set(opened.values()) == {Fraction(1, 2), Fraction(-1, 2)}
    assert router.return_lead("1", "no show", by=first, at=AT).status == "returned"
    assert set(router.lags()["sales"].values()) == {Fraction(0)}
    assert kinds(router, "1")[-2:] == ["accepted", "returned"]
    assert refused(router, "contacted", "1").message == "lead 1 is returned already"
    assert route(router, "2") == first  # as if the first one had never been


def test_who_does_what_with_which_lead_is_checked(router: Router) -> None:
    route(router, "1")
    route(router, "2", "BE")
    route(router, "3", "IT")
    assert str(refused(router, "accept", "1", "ben")) == "lead 1 is ana's, not ben's"
    assert refused(router, "accept", "1", "ben").help.endswith("`--by ana`")
    assert refused(router, "accept", "2").help == "claim it: `turnout claim`"
    unknown = refused(router, "reject", "1", "ana", "too far")
    assert str(unknown) == "`too far` is no reason for rejecting a lead"
    assert unknown.help == "the policy names bad-fit, duplicate"
    assert str(refused(router, "reject", "1", "ana")) == "rejecting a lead needs a reason"
    assert "reject it" in refused(router, "return", "1", reason="spam").help
    assert router.accept("3", by="acme").status == "accepted"
    assert str(refused(router, "accept", "3", "acme")) == "lead 3 is accepted already"
    assert "release it" in refused(router, "reject", "3", "acme", "bad-fit").help
    with pytest.raises(UnroutedError):
        router.accept("nobody's")
    assert kinds(router, "1") == ["routed", "offered"]  # nothing of it is in the log


@pytest.mark.parametrize(
    ("queue", "by", "message", "help_"),
    [
        ("nihgt", "ana", "there is no queue nihgt", "did you mean night?"),
        ("night", "an", "there is no person an", "did you mean ana?"),
        ("night", "", "nobody is named who claims it", "the policy has ana, ben, cleo, dora"),
        ("night", "dora", "dora is inactive", "whoever is inactive is given no leads"),
    ],
)
def test_a_claim_is_by_a_person_out_of_a_queue(
    router: Router, queue: str, by: str, message: str, help_: str
) -> None:
    with pytest.raises(NotAllowedError) as caught:
        router.claim(queue, by)
    assert (caught.value.message, caught.value.help) == (message, help_)


def test_a_queue_is_claimed_by_rank_then_by_age_and_within_caps(router: Router) -> None:
    assert router.claim("night", "ana", at=NIGHT) is None
    for lead, score in (("1", None), ("2", 20), ("3", 90), ("4", 90)):
        assert route(router, lead, at=NIGHT, score=score) == "queue night"
    first = router.claim("night", "cleo", at=NIGHT)
    assert first is not None
    assert (first.lead, first.status, first.holder.name) == ("3", "accepted", "person cleo")
    with pytest.raises(NotAllowedError, match="cleo is at their cap"):
        router.claim("night", "cleo", at=NIGHT)
    rest = [router.claim("night", "ana", at=NIGHT) for _ in range(4)]
    assert [each and each.lead for each in rest] == ["4", "2", "1", None]
    assert set(router.lags()["sales"].values()) == {Fraction(0)}  # a claim takes no turn
    back = router.release("4", by="ana", at=NIGHT)
    assert (back.status, back.holder.name) == ("queued", "queue night")
    said = [each.decision.by for each in router.history("4") if each.decision is not None]
    assert said[-1] == "release into queue night"
    again = router.claim("night", "ben", at=NIGHT)
    assert again is not None
    assert again.lead == "4"


def test_the_backlog_of_a_night_is_dealt_out_when_the_shift_opens(router: Router) -> None:
    for lead, score in (("1", 10), ("2", 30), ("3", 20)):
        assert route(router, lead, at=NIGHT, score=score) == "queue night"
    assert route(router, "f", "FR", at=NIGHT, language="fr", score=5) == "queue night"
    assert route(router, "x", "FR", at=NIGHT, language="it", score=50) == "queue night"
    assert router.escalate(at=MORNING - MINUTE) == ()  # nothing is due while they wait
    moves = router.escalate(at=MORNING)
    assert [each.lead for each in moves] == ["2", "3", "1", "f"]
    assert [each.after.assignee for each in moves] == ["ana", "ben", "ana", "ben"]
    assert kinds(router, "2") == ["routed", "moved", "offered"]
    assert kinds(router, "f") == ["routed", "moved"]
    decision = router.history("2")[1].decision
    assert decision is not None
    assert (decision.by, decision.due) == ("rule german", MORNING + 240 * MINUTE)
    assert router.escalate(at=MORNING) == ()


def test_a_lead_that_its_sla_brought_to_a_waiting_queue_is_dealt_out(router: Router) -> None:
    assert route(router, "1", "PT", NIGHT - 7 * 60 * MINUTE) == "ana"
    (missed,) = router.escalate(at=NIGHT)
    assert (missed.after.name, missed.reason) == ("queue night", "sla missed")
    (dealt,) = router.escalate(at=MORNING)
    assert (dealt.after.name, dealt.reason) == ("person ben", "somebody is free")
    assert router.history("1")[-1].decision.due == MORNING + 60 * MINUTE  # type: ignore[union-attr]
    (missed,) = router.escalate(at=MORNING + 60 * MINUTE)
    assert missed.after.name == "queue night"
    assert router.escalate(at=MORNING + 120 * MINUTE) == (), "whoever missed it isn't asked again"


def test_whoever_releases_a_lead_that_they_claimed_is_not_dealt_it_and_may_claim_it(
    router: Router,
) -> None:
    assert route(router, "1", at=NIGHT) == "queue night"
    router.claim("night", "ana", at=NIGHT)
    router.release("1", by="ana", at=NIGHT)
    (dealt,) = router.escalate(at=MORNING)
    assert dealt.after.name == "person ben"
    router.release("1", by="ben", at=MORNING)
    assert router.escalate(at=MORNING) == ()
    claimed = router.claim("night", "ana", at=MORNING)
    assert (claimed and claimed.lead) == "1"


def test_a_lead_that_everybody_gave_back_waits_for_somebody_else(router: Router) -> None:
    assert route(router, "1") == "ana"
    router.reject("1", "bad-fit", by="ana", at=AT)
    standing = router.reject("1", "bad-fit", by="ben", at=AT)
    assert standing.holder.name == "queue night"
    assert router.escalate(at=AT) == router.escalate(at=MORNING) == ()
    claimed = router.claim("night", "cleo", at=MORNING)
    assert (claimed and claimed.lead) == "1"


def test_a_lead_that_is_routed_anew_into_a_waiting_queue_is_dealt_to_whoever_missed_it(
    router: Router,
) -> None:
    assert route(router, "1", "PT", NIGHT - 7 * 60 * MINUTE) == "ana"
    router.escalate(at=NIGHT)
    router.pause("ben", at=NIGHT)
    assert router.escalate(at=MORNING) == ()
    decision = router.reroute({"id": "1", "country": "DE"}, "asked", at=NIGHT)
    assert decision.target == "night"
    (dealt,) = router.escalate(at=MORNING)
    assert dealt.after.name == "person ana"


def test_a_lead_that_is_done_with_is_not_dealt_out(router: Router) -> None:
    for lead in "123":
        assert route(router, lead, at=NIGHT) == "queue night"
    router.close_lead("1", at=NIGHT)
    router.claim("night", "ana", at=NIGHT)
    router.return_lead("2", "spam", by="ana", at=NIGHT)
    assert [each.lead for each in router.escalate(at=MORNING)] == ["3"]


def test_a_lead_says_when_it_must_be_touched_where_no_sla_moves_it_too() -> None:
    with turnout.loads(TEXT.replace(", then queue triage", "")) as router:
        route(router, "1")
        current = router.current("1")
        assert current is not None
        assert current.due == AT + 240 * MINUTE
        assert router.accept("1", at=AT).due == current.due
        assert router.contacted("1", at=AT).due is None


def test_open_leads_are_those_that_somebody_has_now(router: Router) -> None:
    """`least-loaded` asks them, so it says how many they are."""
    for lead in "123":
        route(router, lead, "ES")  # ana, ben, ana
    assert route(router, "4", "ES") == "ben"
    router.close_lead("1")
    router.return_lead("3", "spam")
    assert [route(router, lead, "ES") for lead in "56"] == ["ana", "ana"]
    router.reject("2", "bad-fit", by="ben")  # anybody but ben: ana has it
    assert route(router, "7", "ES") == "ben"


def test_a_lead_that_everybody_declines_is_left_with_the_last_or_with_nobody(
    router: Router,
) -> None:
    assert route(router, "1", "AT") == "cleo"
    assert [each.after.name for each in router.escalate(at=AT + 60 * MINUTE)] == ["person ana"]
    found = router.reject("1", "bad-fit", by="ana", at=AT + 61 * MINUTE)
    assert (found.holder.name, found.status) == ("queue triage", "queued")
    claimed = router.claim("triage", "ben", at=AT + 62 * MINUTE)
    assert claimed is not None
    assert router.release("1", at=AT + 63 * MINUTE).holder.name == "queue triage"
    assert refused(router, "release", "1").help == "nobody was given it"


def test_nobody_has_a_lead_that_even_the_fallback_does_not_take() -> None:
    text = """
    policy last
    lead { id: text required }
    person ana
    route inbound { rule all { when id is present to person ana offer 1 hour wall }
      fallback to person ana }
    """
    files = of_texts("last.route", text, {})
    compiled = compile_policy(files.main, files=files)
    assert "dead-end" in {each.name for each in compiled.findings}


def test_a_lead_is_contacted_and_converts_whatever_came_before(router: Router) -> None:
    route(router, "1")
    assert router.contacted("1", by="eva", at=AT).status == "contacted"
    assert router.escalate(at=AT + 900 * MINUTE) == ()
    again = refused(router, "contacted", "1")
    assert (again.is_done, str(again)) == (True, "lead 1 is contacted already")
    assert router.converted("1", by="ana", reason="won", at=AT).status == "converted"
    assert refused(router, "close", "1").is_done
    assert kinds(router, "1") == ["routed", "offered", "contacted", "converted"]
    event = router.history("1")[-1]
    assert (event.actor, event.reason, event.at) == ("ana", "won", AT)


def test_a_standing_is_json_and_an_error_survives_pickling() -> None:
    import pickle  # noqa: PLC0415 - of this alone

    error = NotAllowedError("no", "so", is_done=True)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (copy.message, copy.help, copy.is_done) == ("no", "so", True)


def test_what_a_standing_says(router: Router) -> None:
    route(router, "1")
    found: LeadStanding = router.reject("1", "bad-fit", by="ana", at=AT)
    said = json.loads(json.dumps(found.as_dict()))
    assert list(said) == ["lead", "deed", "status", "holder", "due", "expires", "move"]
    assert (said["status"], said["move"]["after"]["assignee"]) == ("offered", "ben")
    events: tuple[Event, ...] = router.history("1")
    assert events[-1].as_dict()["until"] == (AT + 15 * MINUTE).isoformat()


def test_a_state_that_is_opened_again_goes_on(compiled: object, tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with closing(Router(compiled, state=path)) as router:  # type: ignore[arg-type]
        route(router, "1")
        route(router, "2", at=NIGHT)
    with closing(Router(compiled, state=path)) as router:  # type: ignore[arg-type]
        assert refused(router, "accept", "1", "ben")
        assert [each.lead for each in router.escalate(at=MORNING)] == ["1", "2"]
    checked_whole(whereabouts(path))


def test_an_offer_runs_out_under_a_policy_that_offers_nothing_any_more(tmp_path: Path) -> None:
    state = tmp_path / "s.db"
    with turnout.loads(TEXT, state=state) as router:
        assert route(router, "1") == "ana"
    later = TEXT.replace("offer 15 minutes", "").replace("offer 1 hour wall", "")
    with turnout.loads(later, state=state) as router:
        (move,) = router.escalate(at=AT + 15 * MINUTE)
        assert (move.before.assignee, move.after.assignee) == ("ana", "ben")
        assert move.reason == "not accepted in time"
        now = router.current("1")
        assert now is not None
        assert now.status == "assigned"


def test_whoever_accepts_a_lead_that_was_missed_before_has_the_time_of_the_next_step() -> None:
    text = TEXT.replace(
        "sla 4 hours, then queue triage",
        "sla 10 minutes from acceptance reassign, 1 hour then queue triage",
    )
    with turnout.loads(text) as router:
        assert route(router, "1") == "ana"
        assert router.accept("1", by="ana", at=AT).due == AT + 10 * MINUTE
        (move,) = router.escalate(at=AT + 10 * MINUTE)
        assert move.after.assignee == "ben"
        assert router.accept("1", by="ben", at=AT + 12 * MINUTE).due == AT + 72 * MINUTE


def test_whom_the_fallback_names_is_not_asked_though_the_rule_offers_its_leads() -> None:
    text = TEXT.replace("  fallback to queue triage", "  fallback to person ben anytime")
    with turnout.loads(text) as router:
        assert route(router, "1", "AT") == "cleo"
        assert router.reject("1", "bad-fit", by="cleo", at=AT).status == "offered"
        passed = router.reject("1", "bad-fit", by="ana", at=AT)
        assert (passed.holder.assignee, passed.status, passed.expires) == ("ben", "assigned", None)


def test_a_queue_in_order_of_a_number_tells_fractions_apart_whatever_else_is_said() -> None:
    text = """policy q lead { id: text required  size: number } person ana
    queue q by size route r { fallback to queue q }"""
    with turnout.loads(text) as router:
        for lead, size in (("low", 0.25), ("without", None), ("high", 0.5), ("below", -3)):
            router.route({"id": lead} | ({} if size is None else {"size": size}), at=AT)
        claimed = [router.claim("q", "ana", at=AT) for _ in range(4)]
        assert [each and each.lead for each in claimed] == ["high", "low", "below", "without"]
