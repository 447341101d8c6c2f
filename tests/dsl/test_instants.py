"""Moments of a file of leads, as people and machines write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from turnout.dsl.types import Date
from turnout.dsl.values.instants import moment
from turnout.dsl.values.reading import Unread

BERLIN = Date(zone="Europe/Berlin")
MOMENTS = (
    ("2026-11-23T10:15:30.000+0100", "2026-11-23T09:15"),
    ("2026-11-23T10:15:30Z", "2026-11-23T10:15"),
    ("20261123T101500Z", "2026-11-23T10:15"),
    ("23.11.2026 10:15", "2026-11-23T09:15"),
    ("23.07.2026 10:15", "2026-07-23T08:15"),
    ("11/23/2026 10:15 PM", "2026-11-23T21:15"),
    ("11/23/2026 12:05 AM", "2026-11-22T23:05"),
    ("Mon, 23 Nov 2026 10:15:00 GMT", "2026-11-23T10:15"),
    ("2026-11-23 10:15 UTC-05:30", "2026-11-23T15:45"),
    ("2026-11-23", "2026-11-22T23:00"),
    (date(2026, 7, 1), "2026-06-30T22:00"),
    (datetime(2026, 11, 23, 10, 15), "2026-11-23T09:15"),  # noqa: DTZ001 - as a workbook has it
    (datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=-5))), "2026-11-23T15:00"),
)


@pytest.mark.parametrize(("raw", "utc"), MOMENTS, ids=[str(raw) for raw, _ in MOMENTS])
def test_a_moment_is_read_in_utc(raw: object, utc: str) -> None:
    assert moment(BERLIN)(raw) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [None, "", 5, "soon", "03/04/2026 10:00", "31.02.2026", "0001-01-01", "9999-12-31T23:59-10:00"],
)
def test_what_is_no_moment_says_why(raw: object) -> None:
    assert isinstance(moment(BERLIN)(raw), Unread)


def test_a_field_says_the_order_and_what_a_number_counts() -> None:
    assert moment(Date("day"))("03/04/2026 10:00") == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert moment(Date("month"))("03/04/2026 10:00") == datetime(2026, 3, 4, 10, tzinfo=UTC)
    seconds = moment(Date(numbers="epoch seconds"))
    assert seconds(1_795_428_900) == datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
    assert seconds("1795428900") == seconds(1_795_428_900.0)
    assert moment(Date(numbers="epoch milliseconds"))(1_795_428_900_000) == seconds(1_795_428_900)
    sheet = moment(Date(numbers="sheet days", zone="Europe/Berlin"))
    assert sheet(46349.5) == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert isinstance(seconds(7), Unread)
    assert isinstance(seconds(10**14), Unread)
    assert seconds("20261123") == datetime(2026, 11, 23, tzinfo=UTC)
