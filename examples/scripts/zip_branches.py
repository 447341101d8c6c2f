"""Make zip-branches.csv: every ZIP code of the United States, with its branch.

    pip install zipcodes
    python examples/scripts/zip_branches.py > examples/home-services/zip-branches.csv

A ZIP code belongs to the nearest branch by great-circle distance if a van can be there
within an hour and a half, and to `Beyond` otherwise. Codes without a place on the ground
(military post, a few unique ones) have no row.
"""

import csv
import sys
from math import asin, cos, radians, sin, sqrt

import zipcodes

EARTH_MILES = 3958.8
REACH_MILES = 90
BRANCHES = {
    "Boston": "02118",
    "Philadelphia": "19107",
    "Charlotte": "28202",
    "Atlanta": "30309",
    "Tampa": "33602",
    "Chicago": "60607",
    "Minneapolis": "55401",
    "Dallas": "75201",
    "Houston": "77002",
    "Denver": "80202",
    "Phoenix": "85003",
    "Seattle": "98104",
}

Place = tuple[float, float]
"""Latitude and longitude, in radians."""


def main() -> None:
    """Write the table."""
    places = {
        entry["zip_code"]: (radians(float(entry["lat"])), radians(float(entry["long"])))
        for entry in zipcodes.list_all()
        if entry["lat"] and float(entry["lat"]) and entry["zip_code_type"] != "MILITARY"
    }
    branches = {name: places[code] for name, code in BRANCHES.items()}
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("postal_code", "branch"))
    table.writerows((code, branch_of(places[code], branches)) for code in sorted(places))


def branch_of(place: Place, branches: dict[str, Place]) -> str:
    """The nearest branch within reach, else `Beyond`."""
    miles, nearest = min((distance(place, branch), name) for name, branch in branches.items())
    return nearest if miles <= REACH_MILES else "Beyond"


def distance(one: Place, other: Place) -> float:
    """Miles along the great circle, by the haversine formula."""
    (north, east), (other_north, other_east) = one, other
    half = sin((other_north - north) / 2) ** 2
    half += cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    return 2 * EARTH_MILES * asin(sqrt(half))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    main()
