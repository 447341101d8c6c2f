"""The tables of ISO 639, 3166 and 4217, as pycountry holds them."""

from collections.abc import Iterable, Mapping
from typing import Literal, cast


def rows(
    table: Literal["countries", "subdivisions", "languages", "currencies"],
) -> list[Mapping[str, str]]:
    """Return the entries of one table, each with the keys that it has.

    Meant for building look-ups: the list is made anew with each call.
    """
    # Imported here because pycountry takes tens of milliseconds to load, and a policy
    # without places and languages never needs it.
    import pycountry  # noqa: PLC0415

    entries = cast("Iterable[Iterable[tuple[str, str]]]", getattr(pycountry, table))
    return [dict(entry) for entry in entries]
