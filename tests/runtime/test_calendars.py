"""Open hours and working time, at the edges that go wrong: clock changes, nights, leap days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from turnout.dsl.calendars import Calendar, Opening
from turnout.dsl.opening_hours import next_closed
from turnout.dsl.source import Source, Span
from turnout.dsl.zones import zone, zone_names
from turnout.runtime.working_time import after_working, is_open, next_open

NOWHERE = Span(Source("calendars.route", ""), 0, 0)
WEEK = range(7)
WORKDAYS = range(5)


def calendar(
    timezone: str,
    *blocks: tuple[range, str],
    holidays: tuple[str, ...] = (),
    closed: tuple[tuple[date, date], ...] = (),
) -> Calendar:
    """Return a calendar with blocks such as (WORKDAYS, "09:00-17:30")."""
    openings: list[Opening] = []
    for days, hours in blocks:
        start, end = (
            int(hour) * 60 + int(minute)
            for hour, minute in (time.split(":") for time in hours.split("-"))
        )
        length = end - start if end > start else end - start + 1440
        openings.extend(Opening(day, start, start + length) for day in days)
    return Calendar("office", timezone, tuple(openings), holidays, closed, NOWHERE)


def at(text: str, timezone: str = "UTC", fold: int = 0) -> datetime:
    """Return a moment by the clock of a time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone(timezone), fold=fold)


BERLIN = calendar("Europe/Berlin", (WORKDAYS, "09:00-17:30"))
NIGHTS = calendar("Europe/Berlin", (WEEK, "22:00-06:00"))
ALWAYS = calendar("Europe/Berlin", (WEEK, "00:00-24:00"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23 09:00", True),
        ("2026-11-23 08:59:59.999999", False),
        ("2026-11-23 17:29:59.999999", True),
        ("2026-11-23 17:30", False),
        ("2026-11-22 12:00", False),
    ],
)
def test_a_block_has_its_start_and_not_its_end(moment: str, expected: bool) -> None:
    assert is_open(BERLIN, at(moment, "Europe/Berlin")) is expected


def test_hours_are_those_of_the_calendar_and_not_of_the_asker() -> None:
    assert is_open(BERLIN, at("2026-11-23 13:30", "Asia/Kolkata"))
    assert not is_open(BERLIN, at("2026-11-23 13:29", "Asia/Kolkata"))


def test_a_zone_of_half_hours_is_exact() -> None:
    india = calendar("Asia/Kolkata", (WORKDAYS, "09:30-18:00"))
    assert not is_open(india, at("2026-11-23 03:59"))
    assert is_open(india, at("2026-11-23 04:00"))
    assert is_open(india, at("2026-11-23 12:29"))
    assert not is_open(india, at("2026-11-23 12:30"))


def test_two_blocks_a_day_leave_lunch_out() -> None:
    office = calendar("Europe/Madrid", (WORKDAYS, "09:00-14:00"), (WORKDAYS, "16:00-19:00"))
    assert next_open(office, at("2026-11-23 14:00", "Europe/Madrid")) == at(
        "2026-11-23 16:00", "Europe/Madrid"
    )


def test_a_night_block_belongs_to_the_evening_on_which_it_begins() -> None:
    friday_night = calendar("Europe/Berlin", (range(4, 5), "22:00-06:00"))
    assert is_open(friday_night, at("2026-11-28 05:59", "Europe/Berlin"))
    assert not is_open(friday_night, at("2026-11-28 22:30", "Europe/Berlin"))
    assert not is_open(friday_night, at("2026-11-27 05:59", "Europe/Berlin"))


def test_a_closed_day_is_closed_from_midnight_to_midnight() -> None:
    day = date(2026, 12, 24)
    nights = calendar("Europe/Berlin", (WEEK, "22:00-06:00"), closed=((day, day),))
    assert is_open(nights, at("2026-12-23 23:59", "Europe/Berlin"))
    assert not is_open(nights, at("2026-12-24 00:00", "Europe/Berlin"))
    assert not is_open(nights, at("2026-12-24 23:59", "Europe/Berlin"))
    # The block of the 24th is cut at midnight, and the rest of it is worked.
    assert is_open(nights, at("2026-12-25 00:00", "Europe/Berlin"))


def test_public_holidays_are_closed_where_they_are_kept() -> None:
    bavaria = calendar("Europe/Berlin", (WORKDAYS, "09:00-17:00"), holidays=("DE-BY",))
    germany = calendar("Europe/Berlin", (WORKDAYS, "09:00-17:00"), holidays=("DE",))
    epiphany, new_year = (at(f"2026-01-{day} 12:00", "Europe/Berlin") for day in ("06", "01"))
    assert not is_open(bavaria, epiphany)
    assert is_open(germany, epiphany)
    assert not is_open(germany, new_year)


def test_a_night_in_which_the_clock_is_put_forward_is_an_hour_shorter() -> None:
    start = at("2026-03-28 22:00", "Europe/Berlin")
    assert after_working(NIGHTS, start, timedelta(hours=7)) == at(
        "2026-03-29 06:00", "Europe/Berlin"
    )


def test_a_night_in_which_the_clock_is_put_back_is_an_hour_longer() -> None:
    start = at("2026-10-24 22:00", "Europe/Berlin")
    assert after_working(NIGHTS, start, timedelta(hours=9)) == at(
        "2026-10-25 06:00", "Europe/Berlin"
    )


def test_an_hour_that_is_skipped_is_open_for_nobody() -> None:
    early = calendar("Europe/Berlin", (WEEK, "02:00-03:00"))
    before = at("2026-03-28 03:00", "Europe/Berlin")
    assert next_open(early, before) == at("2026-03-30 02:00", "Europe/Berlin")


def test_an_hour_that_is_repeated_is_open_twice() -> None:
    early = calendar("Europe/Berlin", (WEEK, "02:30-03:00"))
    first, again = (at("2026-10-25 02:45", "Europe/Berlin", fold) for fold in (0, 1))
    between = at("2026-10-25 02:15", "Europe/Berlin", fold=1)
    assert is_open(early, first)
    assert is_open(early, again)
    assert not is_open(early, between)
    assert again.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)


def test_a_day_that_begins_at_one_o_clock_has_no_hour_before() -> None:
    # Beirut puts its clock forward at midnight.
    beirut = calendar("Asia/Beirut", (WEEK, "00:00-02:00"))
    assert next_open(beirut, at("2026-03-28 12:00", "Asia/Beirut")) == at(
        "2026-03-29 01:00", "Asia/Beirut"
    )


def test_a_date_that_a_zone_skipped_is_worked_by_nobody() -> None:
    # Samoa went from the 29th to the 31st of December 2011.
    samoa = calendar("Pacific/Apia", (WEEK, "09:00-17:00"))
    assert next_open(samoa, at("2011-12-29 17:00", "Pacific/Apia")) == at(
        "2011-12-31 09:00", "Pacific/Apia"
    )


def test_a_leap_day_is_a_day() -> None:
    assert is_open(BERLIN, at("2028-02-29 10:00", "Europe/Berlin"))
    assert next_open(BERLIN, at("2028-02-28 17:30", "Europe/Berlin")) == at(
        "2028-02-29 09:00", "Europe/Berlin"
    )


def test_working_time_goes_on_where_the_office_opens_again() -> None:
    friday = at("2026-11-27 16:30", "Europe/Berlin")
    assert after_working(BERLIN, friday, timedelta(hours=2)) == at(
        "2026-11-30 10:00", "Europe/Berlin"
    )


def test_working_time_that_ends_with_the_day_is_over_then_and_not_next_morning() -> None:
    friday = at("2026-11-27 16:30", "Europe/Berlin")
    assert after_working(BERLIN, friday, timedelta(hours=1)) == at(
        "2026-11-27 17:30", "Europe/Berlin"
    )


def test_working_time_begins_when_the_office_opens() -> None:
    sunday = at("2026-11-29 12:00", "Europe/Berlin")
    assert after_working(BERLIN, sunday, timedelta(minutes=10)) == at(
        "2026-11-30 09:10", "Europe/Berlin"
    )


def test_no_duration_has_passed_at_once() -> None:
    sunday = at("2026-11-29 12:00", "Europe/Berlin")
    assert after_working(BERLIN, sunday, timedelta(0)) == sunday


def test_a_calendar_that_never_opens_again_says_so() -> None:
    gone = calendar("UTC", (WEEK, "09:00-17:00"), closed=((date(2026, 1, 1), date.max),))
    assert next_open(gone, at("2026-06-01 12:00")) is None
    assert after_working(gone, at("2026-06-01 12:00"), timedelta(minutes=1)) is None
    assert next_open(calendar("UTC"), at("2026-06-01 12:00")) is None


def test_a_calendar_that_never_closes_says_so() -> None:
    assert next_closed(ALWAYS, at("2026-06-01 12:00")) is None
    assert next_closed(BERLIN, at("2026-11-23 12:00", "Europe/Berlin")) == at(
        "2026-11-23 17:30", "Europe/Berlin"
    )


@pytest.mark.parametrize("moment", ["0001-01-01 00:00", "9999-12-31 23:59"])
def test_the_ends_of_the_era_are_closed(moment: str) -> None:
    assert not is_open(ALWAYS, at(moment))
    assert after_working(ALWAYS, at("9999-12-31 23:59"), timedelta(hours=1)) is None


def test_zones_come_from_the_tzdata_package() -> None:
    assert "Europe/Berlin" in zone_names()
    with pytest.raises(KeyError):
        zone("../../../etc/passwd")
