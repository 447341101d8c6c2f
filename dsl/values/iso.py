"""The tables of ISO 639, 3166 and 4217, as pycountry holds them.

Beside ISO's own: Kosovo, which the EU, CLDR and banks code XK (one of the codes that ISO leaves
to its users), and the three "states" of the US postal service for its armed forces.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, cast

_BESIDE: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "countries": ({"alpha_2": "XK", "alpha_3": "XKX", "name": "Kosovo"},),
    "subdivisions": tuple(
        {"code": code, "country_code": "US", "name": name, "type": "Armed forces"}
        for code, name in (
            ("US-AA", "Armed Forces Americas"),
            ("US-AE", "Armed Forces Europe"),
            ("US-AP", "Armed Forces Pacific"),
        )
    ),
}


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
    return [*(dict(entry) for entry in entries), *_BESIDE.get(table, ())]
