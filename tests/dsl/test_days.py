"""Whose day it is: equal moments decide alike, by the time zone that the policy names."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from turnout import load
from turnout.compiler.compiled import compile_policy
from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values import Unread, read

TOKYO = "Asia/Tokyo"
POLICY = """{zone}
lead {{ id: text required  created: date }}
queue fresh
queue old
route inbound {{
  rule fresh {{ when created within 7 days to queue fresh }}
  fallback to queue old
}}
"""


def target(folder: Path, created: object, at: str, zone: str = "") -> str:
    path = folder / "inbound.route"
    path.write_text(POLICY.format(zone=f'timezone "{zone}"' if zone else ""), "utf-8")
    moment = datetime.fromisoformat(at)
    return load(path).route({"id": "1", "created": created}, at=moment).target


@pytest.mark.parametrize("zone", ["", TOKYO, "America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "created",
    [
        "2026-03-05T01:00:00+09:00",
        "2026-03-04T16:00:00Z",
        "2026-03-04 08:00 -0800",
        "20260304T160000Z",
        datetime(2026, 3, 4, 16, tzinfo=UTC),
        datetime(2026, 3, 5, 1, tzinfo=timezone(timedelta(hours=9))),
        datetime(2026, 3, 5, 1, tzinfo=ZoneInfo(TOKYO)),
    ],
)
def test_equal_moments_decide_alike(tmp_path: Path, zone: str, created: object) -> None:
    assert target(tmp_path, created, "2026-03-04T20:00:00+00:00", zone) == "fresh"


def test_today_is_that_of_the_policys_time_zone(tmp_path: Path) -> None:
    at = "2026-03-04T20:00:00+00:00"  # 5 March in Tokyo, 4 March in UTC
    assert target(tmp_path, "2026-03-05", at, TOKYO) == "fresh"
    assert target(tmp_path, "2026-03-05", at) == "old"
    assert target(tmp_path, "2026-02-26", at, TOKYO) == "fresh"
    assert target(tmp_path, "2026-02-25", at, TOKYO) == "old"
    assert target(tmp_path, "2026-02-25", at) == "fresh"


@pytest.mark.parametrize(
    ("raw", "zone", "expected"),
    [
        ("2026-01-31T23:30:00Z", "UTC", date(2026, 1, 31)),
        ("2026-01-31T23:30:00Z", TOKYO, date(2026, 2, 1)),
        ("2026-01-31T23:30:00", TOKYO, date(2026, 1, 31)),
        ("2026-02-01T00:30:00+09:00", "UTC", date(2026, 1, 31)),
        ("1/31/2026 11:30 PM -0500", "UTC", date(2026, 2, 1)),
        ("1/31/2026 12:30 AM +0000", "UTC", date(2026, 1, 31)),
        ("2026-01-31T24:00:00Z", "UTC", date(2026, 2, 1)),
        ("0001-01-01T00:00:00+14:00", "UTC", date(1, 1, 1)),
        ("9999-12-31T23:00:00-05:00", "UTC", date(9999, 12, 31)),
    ],
)
def test_a_moment_is_a_day_in_the_policys_time_zone(raw: str, zone: str, expected: date) -> None:
    assert read(Field("field", types.Date(zone=zone)), raw) == expected


def test_numbers_that_count_since_1970_are_moments() -> None:
    field = Field("field", types.Date(numbers="epoch seconds", zone=TOKYO))
    assert read(field, "1767225600") == date(2026, 1, 1)
    assert read(field, 1767225600 + 15 * 3600) == date(2026, 1, 2)
    sheet = Field("field", types.Date(numbers="sheet days", zone=TOKYO))
    assert read(sheet, 46023.9) == date(2026, 1, 1)


def test_a_zone_whose_code_fails_moves_nothing() -> None:
    class Broken(tzinfo):
        def utcoffset(self, _moment: datetime | None) -> timedelta:
            raise RuntimeError

        def dst(self, _moment: datetime | None) -> timedelta:
            raise RuntimeError

        def tzname(self, _moment: datetime | None) -> str:
            raise RuntimeError

    raw = datetime(2026, 1, 31, 23, tzinfo=Broken())
    assert read(Field("field", types.Date()), raw) == date(2026, 1, 31)


def test_a_witness_arrives_on_a_day_of_the_policys_time_zone(tmp_path: Path) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(
        f"""timezone "{TOKYO}"
        calendar office {{ timezone "America/Los_Angeles" open mon..fri 08:00-20:00 }}
        lead {{ id: text required  created: date }}
        queue fresh
        route inbound {{
          rule fresh {{ when created is 2026-03-05 and created within 3 days and open office
                        to queue fresh }}
          rule old   {{ when created is missing or created is not 2026-03-05 or not open office
                        to queue fresh }}
        }}""",
        "utf-8",
    )
    (finding,) = [f for f in compile_policy(path).findings if f.name == "coverage-gap"]
    assert finding.witness is not None
    assert finding.witness.confirmed


def test_a_policy_has_one_time_zone_and_one_that_there_is(tmp_path: Path) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY.format(zone='timezone "Asia/Tokio"'), "utf-8")
    assert [finding.name for finding in compile_policy(path).findings] == ["unknown-zone"]
    path.write_text(POLICY.format(zone='timezone "UTC" timezone "Asia/Tokyo"'), "utf-8")
    assert [finding.name for finding in compile_policy(path).findings] == ["duplicate-clause"]


@pytest.mark.parametrize(
    "written",
    [
        "Wed, 04 Mar 2026 10:00:00 GMT",
        "Wed Mar 04 2026 10:00:00 GMT+0100 (Central European Standard Time)",
        "Wednesday, March 4, 2026",
        "4. März 2026",
        "4 mars 2026",
        "4 de marzo de 2026",
    ],
)
def test_a_day_is_read_as_mails_programs_and_other_languages_write_it(written: str) -> None:
    assert read(Field("day", types.Date()), written) == date(2026, 3, 4)


@pytest.mark.parametrize("unit", ["epoch seconds", "epoch milliseconds"])
@pytest.mark.parametrize("count", ["20260304", 20260304, 0, -1])
def test_a_count_of_another_unit_is_no_day_of_1970(unit: str, count: object) -> None:
    found = read(Field("day", types.Date("", unit)), count)
    assert isinstance(found, Unread) or found == date(2026, 3, 4)


def test_seconds_are_no_milliseconds() -> None:
    milliseconds = Field("day", types.Date("", "epoch milliseconds"))
    assert isinstance(read(milliseconds, 1767225600), Unread)
    assert isinstance(read(Field("day", types.Date("", "epoch seconds")), 1767225600000), Unread)
    assert read(milliseconds, 1767225600000) == date(2026, 1, 1)
