"""`import turnout`, as a program uses it."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

import turnout
from tests.support.command_line import INBOUND, PEOPLE
from tests.support.pickled import pickled
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.source import Source, Span

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPAN = Span(Source("inbound.route", "one\ntwo"), 4, 7)
FINDING = Finding("unknown-name", Severity.ERROR, SPAN, "there is no `two`", help=("add it",))
LEAD = {"id": "1", "country": "Germany", "employees": "5,000"}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Return a policy of two files."""
    (tmp_path / "people.route").write_text(PEOPLE)
    (tmp_path / "inbound.route").write_text(INBOUND)
    return tmp_path / "inbound.route"


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(getattr(turnout, name) is not None for name in turnout.__all__)
    assert dir(turnout) == sorted(turnout.__all__)
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        _ = turnout.laod  # pyright: ignore[reportAttributeAccessIssue]


def test_a_lead_is_routed_once_and_the_next_one_goes_to_the_next(policy: Path) -> None:
    with turnout.load(policy) as router:
        first = router.route(LEAD, at=AT)
        assert (first.rule, first.kind, first.assignee) == ("large", "round-robin", "ana")
        assert router.route(LEAD).repeated
        others = [router.route({**LEAD, "id": str(n)}, at=AT).assignee for n in (2, 3)]
        assert sorted([first.assignee, *others], key=str) == ["ana", "ana", "ben"]


def test_a_state_file_outlives_the_router(policy: Path, tmp_path: Path) -> None:
    for is_repeated in (False, True):
        with turnout.load(policy, state=tmp_path / "state.db") as router:
            assert router.route(LEAD, at=AT).repeated is is_repeated
        router.close()


def test_explaining_draws_nothing(policy: Path) -> None:
    with turnout.load(policy) as router:
        said = router.explain(LEAD, at=AT)
        assert said.matched == ("DACH", "employees >= 1000")
        assert router.explain({**LEAD, "id": "2"}, at=AT).decision.assignee == "ana"
        assert not router.route(LEAD, at=AT).repeated


def test_a_lead_is_closed_once(policy: Path) -> None:
    with turnout.load(policy) as router:
        assert router.close_lead("1") is False
        router.route(LEAD, at=AT)
        assert [router.close_lead("1"), router.close_lead("1")] == [True, False]


def test_a_policy_with_errors_is_not_loaded(policy: Path) -> None:
    (policy.parent / "people.route").write_text(PEOPLE.replace("queue triage", ""))
    with pytest.raises(
        turnout.PolicyError, match=r"inbound.route:\d+: there is no queue `triage`"
    ) as raised:
        turnout.load(policy)
    assert {finding.name for finding in raised.value.findings} == {"unknown-name"}


@pytest.mark.parametrize(
    ("text", "route", "said"),
    [
        ("queue a", None, "has no route"),
        ("queue a route r { fallback to queue a }", "s", "no route `s`; it has r"),
        (
            "queue a route r { fallback to queue a } route s { fallback to queue a }",
            None,
            "several routes: r, s; name one",
        ),
    ],
)
def test_the_route_is_named_where_there_is_a_choice(
    policy: Path, text: str, route: str | None, said: str
) -> None:
    policy.write_text(text)
    with pytest.raises(turnout.PolicyError, match=r"inbound\.route: the policy has") as raised:
        turnout.load(policy, route=route)
    assert said in f"{raised.value}; {raised.value.help}"


@pytest.mark.parametrize(
    "error",
    [
        turnout.Error("no", "do this"),
        turnout.ClosedError("no", "do this"),
        turnout.ConfigurationError("no", "do this"),
        turnout.LeadsError("no", "do this"),
        turnout.PolicyError("no", "do this", (FINDING,)),
        turnout.StateError("no", "do this"),
        turnout.UnroutedError(("L-1", "row 7")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_pickling(error: turnout.Error) -> None:
    found = pickled(error)
    assert isinstance(error, turnout.Error)
    assert (type(found), str(found), found.help) == (type(error), error.message, error.help)
    assert vars(found) == vars(error)


def test_every_public_error_is_told_by_one_base() -> None:
    raised = [getattr(turnout, name) for name in turnout.__all__ if name.endswith("Error")]
    assert all(issubclass(each, turnout.Error) for each in raised)


def test_an_error_comes_back_from_another_process(policy: Path) -> None:
    policy.write_text(INBOUND.replace("queue triage", "queue elsewhere"))
    with ProcessPoolExecutor(1) as pool:
        found = pool.submit(turnout.load, policy).exception(timeout=60)
    assert isinstance(found, turnout.PolicyError)
    place = found.findings[0].span
    assert place is not None
    assert str(found).startswith(f"{policy}:{place.line}: ")


def test_a_clock_needs_a_time_zone(policy: Path) -> None:
    with turnout.load(policy) as router, pytest.raises(ValueError, match="needs a time zone"):
        router.route(LEAD, at=datetime(2026, 3, 2))  # noqa: DTZ001 - that is the point


def test_a_state_that_is_no_state_is_refused(policy: Path, tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("my notes" * 100)
    with pytest.raises(turnout.StateError):
        turnout.load(policy, state=tmp_path / "state.db")


def test_an_editor_asks_of_unsaved_texts_what_is_used_where(policy: Path) -> None:
    text = policy.read_text(encoding="utf-8").replace("rule large", "rule huge")
    compiled = turnout.compile_policy(policy, files=turnout.Files({policy: text}))
    assert compiled.is_fit
    assert compiled.declared is not None
    assert "huge" in compiled.declared.of_kind("rule", "inbound")
    uses = [each for each in compiled.references if (each.kind, each.name) == ("team", "sales")]
    assert uses
    for use in uses:
        assert use.declared is not None
        assert (use.at.text, use.declared.text) == ("sales", "sales")
        assert use.declared.source.name.endswith("people.route")
