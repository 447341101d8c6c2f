"""Public holidays of a country or subdivision, from the package `holidays`.

It comes with the extra `turnout[holidays]`, since it is large and only some policies ask
for it; such a policy can't be checked or run without it.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast


class _Package(Protocol):
    """The parts of the module `holidays` that are used here."""

    def list_supported_countries(self) -> Mapping[str, list[str]]: ...

    def country_holidays(
        self, country: str, subdiv: str | None = ..., years: int | None = ...
    ) -> Mapping[date, str]: ...


def _package() -> _Package:
    # An extra that takes a tenth of a second to import, so only when first needed.
    return cast("_Package", import_module("holidays"))


@lru_cache(maxsize=1)
def known_places() -> frozenset[str]:
    """Return the places whose holidays are known: ISO codes such as `DE` and `DE-BY`.

    Raises ModuleNotFoundError without the extra.
    """
    countries = _package().list_supported_countries()
    parts = {f"{country}-{part}" for country, all_of in countries.items() for part in all_of}
    return frozenset(parts | countries.keys())


@lru_cache(maxsize=4096)
def public_holidays(place: str, year: int) -> frozenset[date]:
    """Return the public holidays of a known place in a year."""
    country, _, part = place.partition("-")
    return frozenset(_package().country_holidays(country, subdiv=part or None, years=year))
