"""When a lead is due: the calendar of whoever has it, both edges of daylight saving included."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.policies import resolved
from turnout.dsl.policy import Policy, Sla
from turnout.dsl.promises import Period
from turnout.dsl.source import Source, Span
from turnout.runtime.decisions import TargetKind
from turnout.runtime.due import due
from turnout.runtime.moves import Holder
from turnout.runtime.working_time import is_open

POLICY = """\
lead { id: text required }
calendar office {
  timezone "Europe/Berlin"
  open     mon..thu 09:00-12:00 13:00-17:30, fri 09:00-15:00
  closed   2026-12-24..2027-01-01
}
calendar kolkata { timezone "Asia/Kolkata" open mon..fri 09:30-18:00 }
calendar nights { timezone "Europe/Berlin" open mon..sun 22:00-06:00 }
person ana { hours office }
person ravi { hours kolkata }
person nina { hours nights }
calendar feasts { timezone "Europe/Berlin" open mon..fri 09:00-17:30 holidays DE }
person otto { hours feasts }
person free
team sales { ana, ravi, nina, otto, free }
partner firm { hours office }
queue triage
route inbound {
  rule all { when id is present to partner firm else round-robin sales else queue triage }
  fallback to queue triage
}
"""
HERE = Span(Source("", ""), 0, 0)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return resolved(POLICY)


def sla(text: str) -> Sla:
    amount, unit, *wall = text.split()
    return Sla(Period(int(amount), unit.rstrip("s")), bool(wall), None, HERE)


def berlin(text: str, offset: int = 1) -> datetime:
    """Return a moment of Berlin's clock, an hour ahead of UTC in winter."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=offset)


ANA, FREE = Holder("round-robin", "sales", "ana"), Holder("round-robin", "sales", "free")


@pytest.mark.parametrize(
    ("written", "at", "wanted"),
    [
        ("10 minutes", "2026-11-23 10:00", "2026-11-23 10:10"),
        ("2 hours", "2026-11-23 11:00", "2026-11-23 14:00"),  # an hour of lunch between
        ("1 hour", "2026-11-23 17:00", "2026-11-24 09:30"),
        ("1 hour", "2026-11-21 20:00", "2026-11-23 10:00"),  # Saturday
        ("1 hour", "2026-12-23 17:00", "2027-01-04 09:30"),  # closed over Christmas
        ("1 hour wall", "2026-11-21 20:00", "2026-11-21 21:00"),
        ("1 day", "2026-11-23 10:15", "2026-11-24 10:15"),
        ("1 day", "2026-11-20 10:00", "2026-11-23 10:00"),  # Friday to Monday
        ("1 day", "2026-11-19 16:00", "2026-11-23 09:00"),  # Friday at four is closed
        ("2 days", "2026-11-21 12:00", "2026-11-25 09:00"),  # counts from Monday at nine
        ("1 day wall", "2026-11-20 10:00", "2026-11-21 10:00"),
        ("1 week", "2026-11-23 10:00", "2026-11-30 10:00"),
        ("1 week", "2026-12-17 10:00", "2027-01-04 09:00"),
    ],
)
def test_an_sla_runs_while_its_assignee_works(
    policy: Policy, written: str, at: str, wanted: str
) -> None:
    assert due(policy, sla(written), ANA, berlin(at)) == berlin(wanted)


def test_a_day_is_a_day_of_the_clock_when_daylight_saving_begins_or_ends(policy: Policy) -> None:
    friday, monday = berlin("2026-03-27 10:00"), berlin("2026-03-30 10:00", 2)
    assert due(policy, sla("1 day"), ANA, friday) == monday
    friday, monday = berlin("2026-10-23 10:00", 2), berlin("2026-10-26 10:00")
    assert due(policy, sla("1 day"), ANA, friday) == monday


@pytest.mark.parametrize(
    ("written", "at", "wanted"),
    [
        # The night from 22:00 to 06:00 has seven hours in spring, and nine in autumn.
        ("7 hours", "2026-03-28T21:00Z", "2026-03-29T04:00Z"),
        ("8 hours", "2026-03-28T21:00Z", "2026-03-29T21:00Z"),
        ("9 hours", "2026-10-24T20:00Z", "2026-10-25T05:00Z"),
        ("10 hours", "2026-10-24T20:00Z", "2026-10-25T22:00Z"),
        ("3 hours wall", "2026-10-24T20:00Z", "2026-10-24T23:00Z"),
    ],
)
def test_hours_of_a_night_are_as_long_as_they_last_when_the_clock_is_changed(
    policy: Policy, written: str, at: str, wanted: str
) -> None:
    nina = Holder("round-robin", "sales", "nina")
    moments = [datetime.fromisoformat(each) for each in (at, wanted)]
    assert due(policy, sla(written), nina, moments[0]) == moments[1]


@pytest.mark.parametrize(
    ("written", "at", "wanted"),
    [
        ("1 hour", "2026-04-30 17:00", "2026-05-04 09:30"),  # the first of May is a Friday
        ("1 day", "2026-04-30 10:00", "2026-05-04 10:00"),
        ("2 hours", "2026-04-02 17:00", "2026-04-07 10:30"),  # Good Friday and Easter Monday
    ],
)
def test_no_time_runs_on_a_public_holiday(
    policy: Policy, written: str, at: str, wanted: str
) -> None:
    otto = Holder("round-robin", "sales", "otto")
    assert due(policy, sla(written), otto, berlin(at, 2)) == berlin(wanted, 2)


def test_half_hour_zones_and_nights_count_by_their_own_clock(policy: Policy) -> None:
    at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # 17:30 in Kolkata
    ravi, nina = (Holder("round-robin", "sales", name) for name in ("ravi", "nina"))
    assert due(policy, sla("1 hour"), ravi, at) == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert due(policy, sla("1 hour"), nina, at) == datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    assert due(policy, sla("1 day"), nina, at) == datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("holder", "wanted"),
    [
        (FREE, "2026-11-21 21:00"),
        (Holder("queue", "triage", None), "2026-11-21 21:00"),
        (Holder("partner", "firm", None), "2026-11-23 10:00"),
        (Holder("owner", "account_owner", "ana"), "2026-11-23 10:00"),
        (Holder("owner", "account_owner", "gone"), "2026-11-21 21:00"),
    ],
)
def test_who_has_no_hours_has_the_clock_on_the_wall(
    policy: Policy, holder: Holder, wanted: str
) -> None:
    assert due(policy, sla("1 hour"), holder, berlin("2026-11-21 20:00")) == berlin(wanted)


@pytest.mark.parametrize("kind", ["sequence", "reject", "none"])
def test_nothing_is_due_where_nobody_is_to_work_on_it(policy: Policy, kind: TargetKind) -> None:
    assert due(policy, sla("1 hour"), Holder(kind, "x", None), berlin("2026-11-23 10:00")) is None


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds the zone
    days=st.integers(1, 30),
    name=st.sampled_from(["ana", "ravi", "nina"]),
)
def test_days_end_in_open_hours_and_more_days_never_end_earlier(
    at: datetime, days: int, name: str
) -> None:
    policy = resolved(POLICY)
    holder = Holder("person", name, name)
    calendar = policy.calendars[policy.people[name].hours or ""]
    ends = [due(policy, sla(f"{count} days"), holder, at) for count in (days, days + 1)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert at < ends[0] <= ends[1]
    assert is_open(calendar, ends[0])
