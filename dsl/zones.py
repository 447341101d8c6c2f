"""Time zones by their IANA name, from the `tzdata` wheel and never from the machine.

`zoneinfo` alone would read the zone files of whatever machine it runs on, and two machines
with files of different years would decide the same lead differently.
"""

from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pkgutil import get_data
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return the name of every time zone."""
    return frozenset(_file("zones").decode().split())


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the time zone of that name. Raises KeyError where there is none.

    >>> zone("Asia/Kolkata").key
    'Asia/Kolkata'
    """
    if name not in zone_names():  # a name from a policy is a path only once it is known
        raise KeyError(name)
    return ZoneInfo.from_file(BytesIO(_file(f"zoneinfo/{name}")), key=name)


def _file(name: str) -> bytes:
    found = get_data("tzdata", name)
    assert found is not None  # it is installed with Turnout
    return found


def local_date(moment: datetime, name: str) -> date:
    """Return the date by the clock of a time zone; in the era's first and last hours, of UTC.

    >>> from datetime import UTC
    >>> local_date(datetime(2026, 11, 23, 20, tzinfo=UTC), "Asia/Kolkata").isoformat()
    '2026-11-24'
    """
    try:
        return moment.astimezone(zone(name)).date()
    except OverflowError:
        return moment.date()
