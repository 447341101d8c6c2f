"""What stands in the cells of a state's tables: texts, moments and JSON.

SQLite holds UTF-8, and a lead's data may have half of a surrogate pair. JSON with one is ASCII,
and an id that has no UTF-8 stands as JSON, too.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from turnout.runtime.dealing import DealtLags
from turnout.runtime.draw import Turns
from turnout.runtime.said_texts import is_encodable
from turnout.runtime.stores import microseconds
from turnout.runtime.stores.failures import damaged
from turnout.runtime.stores.sums import Stored, cells_sum

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JSON = json.JSONEncoder(separators=(",", ":"))
_QUICK = msgspec.json.Encoder()


def summed(cells: tuple[Stored, ...]) -> tuple[Stored, ...]:
    """Return the cells of a row with their checksum behind them."""
    return (*cells, cells_sum(cells))


def instant(at: datetime) -> int:
    """Return a moment in microseconds since 1970, UTC."""
    return microseconds(at)


def moment(instant: int | None) -> datetime | None:
    """Return the moment that `instant` stored."""
    return None if instant is None else _EPOCH + timedelta(microseconds=instant)


def json_cell(value: object) -> str:
    """Return JSON; in ASCII where it has half of a surrogate pair, which is kept so."""
    try:
        return _QUICK.encode(value).decode()
    except (UnicodeEncodeError, OverflowError):
        return json_ascii(value)


def json_ascii(value: object) -> str:
    """Return JSON in ASCII."""
    return _JSON.encode(value)


def lags_cell(turns: Turns) -> str:
    """Return a team's lags by member as JSON; of a large one no mapping is made for it.

    >>> lags_cell(Turns(2, {"ana": 1, "ben": -1}))
    '{"ana":1,"ben":-1}'
    """
    lags = turns.lag
    if isinstance(lags, DealtLags):
        return _form(lags.deal.names) % tuple(lags.told())
    return _form(tuple(lags)) % tuple(lags.values())


@lru_cache(maxsize=64)
def _form(names: tuple[str, ...]) -> str:
    """Return JSON of members with a place for the number of each."""
    said = (encode_basestring_ascii(name).replace("%", "%%") for name in names)
    return f"{{{','.join(f'{name}:%d' for name in said)}}}"


def json_read(text: str | bytes) -> Any:  # noqa: ANN401 - whatever it holds
    """Return what JSON holds. Raises ValueError or RecursionError."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):  # of half of a surrogate pair, too
        return json.loads(text)


def decoded(path: Path, text: str, decode: Callable[[Any], T]) -> T:
    """Return what is made of a cell of JSON. Raises StateError where it isn't what was written."""
    try:
        return decode(json_read(text))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise damaged(path, f"{text[:40]!r} is not what was written") from error


def stored(lead: str) -> str:
    """Return the id as a TEXT that SQLite can hold, a different one for each id.

    Half a surrogate pair has no UTF-8; an id with one is kept as JSON, behind a prefix.
    """
    if lead.isascii() and lead[:5] != "json:":
        return lead
    if lead.startswith("json:") or not is_encodable(lead):
        return f"json:{json.dumps(lead)}"
    return lead


def loaded(stored: str) -> str:
    """Return the id that `stored` stored."""
    return str(json.loads(stored.removeprefix("json:"))) if stored.startswith("json:") else stored
