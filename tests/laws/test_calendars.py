"""Open spans and working time, held to the clock on the wall and to counting minutes."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from turnout.dsl.calendars import Calendar, Opening
from turnout.dsl.opening_hours import next_closed
from turnout.dsl.source import Source, Span
from turnout.dsl.zones import zone
from turnout.runtime.working_time import after_working, is_open, next_open

NOWHERE = Span(Source("calendars.route", ""), 0, 0)
ZONES = """
UTC Europe/Berlin America/New_York Asia/Kolkata Australia/Lord_Howe Asia/Beirut
America/St_Johns Pacific/Apia Pacific/Chatham America/Havana
""".split()
# Days around which many of these zones change their clock.
EDGES = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 8), (3, 29), (4, 5), (10, 25), (11, 1))]
MINUTE = timedelta(minutes=1)


@st.composite
def openings(draw: st.DrawFn) -> tuple[Opening, ...]:
    blocks = st.tuples(st.integers(0, 6), st.integers(0, 95), st.integers(1, 96))
    drawn = draw(st.lists(blocks, max_size=8))
    return tuple(Opening(day, 15 * start, 15 * (start + length)) for day, start, length in drawn)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    starts = st.lists(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=2)
    closed = tuple((day, day + timedelta(days=draw(st.integers(0, 9)))) for day in draw(starts))
    zone_name = draw(st.sampled_from(ZONES))
    return Calendar("office", zone_name, draw(openings()), (), closed, NOWHERE)


def moments() -> st.SearchStrategy[datetime]:
    near = st.tuples(st.sampled_from(EDGES), st.integers(-2 * 1440, 2 * 1440))
    return near.map(lambda drawn: drawn[0] + timedelta(minutes=drawn[1]))


def is_open_on_the_wall(calendar: Calendar, moment: datetime) -> bool:
    """Ask the clock: the plain meaning of a calendar."""
    local = moment.astimezone(zone(calendar.timezone))
    today, minute = local.date(), local.hour * 60 + local.minute
    if any(first <= today <= last for first, last in calendar.closed):
        return False
    return any(
        (block.weekday == today.weekday() and block.start <= minute < block.end)
        or (block.weekday == (today.weekday() - 1) % 7 and minute + 1440 < block.end)
        for block in calendar.openings
    )


@given(calendars(), moments())
def test_a_calendar_is_open_when_the_clock_on_the_wall_says_so(
    calendar: Calendar, moment: datetime
) -> None:
    assert is_open(calendar, moment) == is_open_on_the_wall(calendar, moment)


@given(calendars(), moments(), st.integers(0, 600))
def test_working_time_is_the_open_minutes_counted(
    calendar: Calendar, moment: datetime, minutes: int
) -> None:
    due = after_working(calendar, moment, minutes * MINUTE)
    left, clock = minutes, moment
    while left and clock < moment + timedelta(days=14):
        left -= is_open_on_the_wall(calendar, clock)
        clock += MINUTE
    if left:
        assert due is None or due > clock
    else:
        assert due == clock


@given(calendars(), moments())
def test_nothing_is_open_before_the_next_opening(calendar: Calendar, moment: datetime) -> None:
    opening = next_open(calendar, moment)
    clock = moment
    while clock < moment + timedelta(days=8) and not is_open_on_the_wall(calendar, clock):
        clock += MINUTE
    if clock < moment + timedelta(days=8):
        assert opening == clock
    else:
        assert opening is None or opening >= clock


@given(calendars(), moments())
def test_nothing_is_closed_before_the_next_closing(calendar: Calendar, moment: datetime) -> None:
    closing = next_closed(calendar, moment)
    clock = moment
    while clock < moment + timedelta(days=8) and is_open_on_the_wall(calendar, clock):
        clock += MINUTE
    if clock < moment + timedelta(days=8):
        assert closing == clock
    else:
        assert closing is None or closing >= clock
