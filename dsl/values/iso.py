"""The tables of ISO 639, 3166 and 4217, as the package pycountry holds them.

Beside ISO's own: Kosovo, which the EU, CLDR and banks code XK (one of the codes that ISO leaves
to its users), and the three "states" of the US postal service for its armed forces.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

_STANDARDS = {
    "countries": "3166-1",
    "subdivisions": "3166-2",
    "languages": "639-3",
    "currencies": "4217",
}

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
    """Return the entries of one table, each with the keys that it has; a list of one's own."""
    return [*_entries(table)]


@cache
def _entries(table: str) -> tuple[Mapping[str, str], ...]:
    # pycountry's own objects take ten times as long to make as the files that they are made of,
    # and importing it half as long as checking a policy.
    spec = find_spec("pycountry")
    assert spec is not None  # it is installed with Turnout
    assert spec.origin is not None
    path = Path(spec.origin).with_name("databases") / f"iso{_STANDARDS[table]}.json"
    (entries,) = json.loads(path.read_text("utf-8")).values()
    if table == "subdivisions":
        entries = [entry | {"country_code": entry["code"][:2]} for entry in entries]
    return (*entries, *_BESIDE.get(table, ()))
