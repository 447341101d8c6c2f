"""Maps of who gets the leads of which country and of which state of the US.

Both are tiles, one for each code of ISO 3166, all of one size: what counts is whether a country
is covered, not how large it is. A country's tile lies as near as there is room to where its
time zones lie, by the coordinates in the package tzdata; the states lie as they do in the
usual tile map of newsrooms. Tiles of one colour and one number are treated alike.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from statistics import median
from typing import TypeAlias

from htpy import Element, Node, h2, li, ol, section, span
from markupsafe import Markup

from turnout.compiler.questions.coverage import Cell, by_value
from turnout.dsl import types
from turnout.dsl.types import Value
from turnout.dsl.values.iso import rows
from turnout.rendering.report import counted
from turnout.rendering.site.definition_pages import cell_takers
from turnout.rendering.site.sentences import Teller
from turnout.rendering.site.shell import Shell
from turnout.rendering.site.subject import RouteSubject, SiteSubject

HERE = "map.html"
COLOURS = 9
"""Colours of groups; where there are more groups, colours come again, and numbers tell."""

_SIZE = 26
_COLUMNS, _ROWS = 44, 26
_NORTH, _SOUTH = 74.0, -50.0
MOST_CODES = 24
"""Codes of a group that are listed."""

_STATES = """
AK .. .. .. .. .. .. .. .. .. .. ME
.. .. .. .. .. .. .. .. .. .. VT NH
.. WA ID MT ND MN IL WI MI NY RI MA
.. OR NV WY SD IA IN OH PA NJ CT ..
.. CA UT CO NE MO KY WV VA MD DE ..
.. .. AZ NM KS AR TN NC SC DC .. ..
.. .. .. .. OK LA MS AL GA .. .. ..
HI .. .. .. TX .. .. .. .. FL .. ..
"""

# Two islands where nobody lives, and a code that ISO leaves to its users.
_WITHOUT_ZONE = {"BV": (-54.4, 3.4), "HM": (-53.1, 73.5), "XK": (42.7, 21.2)}

Spot: TypeAlias = tuple[int, int]
"""Column and row of a tile."""

_Groups: TypeAlias = Sequence[tuple[tuple[Value, ...], Cell]]


@cache
def country_tiles() -> Mapping[str, Spot]:
    """Return where each country's tile lies."""
    wanted: dict[str, tuple[float, float]] = {}
    for code, points in _coordinates().items():
        wanted[code] = _grid(*_middle(points))
    taken: dict[Spot, str] = {}
    # From the crowded middle outwards would move the small ones far: from the west, each goes
    # to the nearest place that is free.
    for code, (x, y) in sorted(wanted.items(), key=lambda each: (each[1], each[0])):
        free = ((c, r) for c in range(_COLUMNS) for r in range(_ROWS) if (c, r) not in taken)
        taken[min(free, key=lambda at: ((at[0] - x) ** 2 + (at[1] - y) ** 2, at))] = code
    return {code: place for place, code in taken.items()}


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return a place in the middle of some; those on both sides of the date line, too."""
    east = [longitude for _, longitude in points]
    if max(east) - min(east) > 180:
        east = [longitude % 360 for longitude in east]
    middle = median(east)
    return median(latitude for latitude, _ in points), middle - 360 if middle > 180 else middle


def _grid(latitude: float, longitude: float) -> tuple[float, float]:
    x = (longitude + 180) / 360 * (_COLUMNS - 1)
    y = (_NORTH - max(_SOUTH, min(_NORTH, latitude))) / (_NORTH - _SOUTH) * (_ROWS - 1)
    return x, y


def _coordinates() -> Mapping[str, list[tuple[float, float]]]:
    """Return the places of each country's time zones: degrees north and east."""
    text = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    found = {code: [place] for code, place in _WITHOUT_ZONE.items()}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, place, *_ = line.split("\t")
            found.setdefault(code, []).append(_degrees(place))
    return {code: points for code, points in found.items() if code in _names()}


def _degrees(place: str) -> tuple[float, float]:
    """Return latitude and longitude of ISO 6709, such as "+4230+00131" (minutes follow).

    >>> _degrees("+4230+00131")
    (42.5, 1.5166666666666666)
    """
    middle = max(place.rfind("+"), place.rfind("-"))
    pair: list[float] = []
    for part, digits in ((place[:middle], 3), (place[middle:], 4)):
        whole = float(part[1:digits]) + float(part[digits : digits + 2]) / 60
        pair.append(-whole if part[0] == "-" else whole)
    return pair[0], pair[1]


@cache
def _names() -> Mapping[str, str]:
    return {each["alpha_2"]: each.get("common_name", each["name"]) for each in rows("countries")}


@cache
def state_tiles() -> Mapping[str, Spot]:
    """Return where each state's tile lies, and that of the District of Columbia."""
    return {
        f"US-{code}": (column, row)
        for row, line in enumerate(_STATES.split("\n")[1:-1])
        for column, code in enumerate(line.split())
        if code != ".."
    }


@cache
def _state_names() -> Mapping[str, str]:
    entries = (each for each in rows("subdivisions") if each["code"] in state_tiles())
    return {each["code"]: each["name"] for each in entries}


# -- the page --


def has_map(subject: SiteSubject) -> bool:
    """Return whether some route asks for countries or states."""
    return any(
        dimension.kind == "value"
        and isinstance(dimension.field.type, types.Country | types.Subdivision)
        for route in subject.routes.values()
        for dimension in route.analysis.space.dimensions
    )


def map_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of the maps."""
    tell = shell.teller(HERE)
    content = [
        part
        for route in shell.subject.routes.values()
        for part in (*_world(tell, route), *_states(tell, route))
    ]
    lead = "Each tile is a country or state; those of one number go to the same rules."
    return HERE, shell.page(HERE, "Map", content, lead=lead)


def _world(tell: Teller, route: RouteSubject) -> Iterator[Node]:
    for name, field in tell.subject.policy.fields.items():
        if isinstance(field.type, types.Country):
            groups = by_value(route.analysis, name)
            if groups:
                yield _map(tell, route, f"Countries, by {name}", groups, country_tiles(), _names())


def _states(tell: Teller, route: RouteSubject) -> Iterator[Node]:
    for name, field in tell.subject.policy.fields.items():
        if not isinstance(field.type, types.Subdivision):
            continue
        groups = [
            (tuple(v for v in values if v in state_tiles()), cell)
            for values, cell in by_value(route.analysis, name)
        ]
        kept = [(values, cell) for values, cell in groups if values]
        if len(kept) > 1:
            yield _map(
                tell, route, f"States of the US, by {name}", kept, state_tiles(), _state_names()
            )


def _map(  # noqa: PLR0913, PLR0917
    tell: Teller,
    route: RouteSubject,
    title: str,
    groups: _Groups,
    places: Mapping[str, Spot],
    names: Mapping[str, str],
) -> Node:
    # The widest group is what no rule tells apart: it comes last, in the palest colour.
    order = sorted(groups, key=lambda group: (len(group[0]), str(group[0][:1])))
    numbers = {str(value): at for at, (values, _) in enumerate(order) for value in values}
    seen = Counter(at for _, cell in groups for at in cell.clauses)
    suffix = "" if len(tell.subject.routes) == 1 else f" (route {route.route.name})"
    return section[
        h2[title, suffix],
        _tiles(title, numbers, len(order), places, names),
        ol(".groups")[
            (
                li[
                    span(class_=f"key group-{_colour(at, len(order))}")[f"{at + 1}"],
                    " ",
                    _codes(values, names),
                    ": ",
                    _takers(tell, route, cell, seen),
                ]
                for at, (values, cell) in enumerate(order)
            )
        ],
    ]


def _colour(at: int, groups: int) -> int:
    return COLOURS if at == groups - 1 else at % COLOURS


def _codes(values: Sequence[Value], names: Mapping[str, str]) -> str:
    codes = sorted(str(value) for value in values)
    if len(codes) > MOST_CODES:
        return f"{counted(len(codes), 'other')}"
    return ", ".join(names.get(code, code) if len(codes) <= 6 else code for code in codes)


def _takers(tell: Teller, route: RouteSubject, cell: Cell, seen: Counter[int]) -> Node:
    """Return who gets the leads of some tiles; first what is said of few others."""
    if not cell.clauses:
        return "no lead can be there"
    return cell_takers(tell, route.coverage.route, cell, seen, most=4)


def _tiles(
    title: str,
    numbers: Mapping[str, int],
    groups: int,
    places: Mapping[str, Spot],
    names: Mapping[str, str],
) -> Element:
    """Return the tiles as SVG: text stays text, and each tells its name."""
    kept = {code: place for code, place in places.items() if code in numbers}
    wide = max(column for column, _ in kept.values()) + 1
    high = max(row for _, row in kept.values()) + 1
    top = min(row for _, row in kept.values())
    tiles = "".join(
        _tile(code, (place[0], place[1] - top), numbers[code], groups, names)
        for code, place in sorted(kept.items())
    )
    size = f"0 0 {wide * _SIZE} {(high - top) * _SIZE}"
    from htpy import div  # noqa: PLC0415

    return div(".scroll.map", tabindex="0", role="region", aria_label=title)[
        Markup(  # noqa: S704 - of codes of ISO 3166, numbers and escaped names
            f'<svg viewBox="{size}" role="img" aria-label="{Markup.escape(title)}">{tiles}</svg>'
        )
    ]


def _tile(code: str, place: Spot, number: int, groups: int, names: Mapping[str, str]) -> str:
    x, y = place[0] * _SIZE, place[1] * _SIZE
    name = Markup.escape(names.get(code, code))
    half = _SIZE // 2
    return (
        f'<g class="tile group-{_colour(number, groups)}"><title>{name}: {number + 1}</title>'
        f'<rect x="{x + 1}" y="{y + 1}" width="{_SIZE - 2}" height="{_SIZE - 2}" rx="3"/>'
        f'<text x="{x + half}" y="{y + half}">{code.removeprefix("US-")}</text>'
        f'<text class="number" x="{x + half}" y="{y + _SIZE - 4}">{number + 1}</text></g>'
    )
