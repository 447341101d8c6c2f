"""Trees of routes of Alertmanager, and who has an alert, from its documentation alone."""

import json
import re
from collections.abc import Mapping

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

LABELS = ("severity", "team")
_VALUES = ("page", "web", "web-eu", "x y")
_PATTERNS = (
    *(
        "page|web",
        "web.*",
        ".*e.*",
        ".+",
        ".*",
        "(?:page|x y)",
        "|page",
        "^web$",
        ".*eu",
        "^web|x y$",
    ),
    *("(page|web)(-eu)?", "[^w].*", "p.ge", "(web|x y|nothing)(-eu|)", "(?:pa)?(ge)?", r"\\w{3,4}"),
)

Labels = Mapping[str, str]


@attrs.frozen
class Matcher:
    """A matcher: label, sign and value."""

    label: str
    sign: str
    value: str

    def holds(self, labels: Labels) -> bool:
        """Return whether it takes an alert."""
        given = labels.get(self.label, "")
        if "~" in self.sign:
            fits = re.fullmatch(f"(?:{self.value})", given) is not None
        else:
            fits = given == self.value
        return fits != self.sign.startswith("!")


@attrs.frozen
class RouteNode:
    """A route. receiver: "" for that of the route around it."""

    matchers: tuple[Matcher, ...]
    receiver: str
    routes: tuple["RouteNode", ...]

    def receiver_of(self, labels: Labels, around: str = "") -> str | None:
        """Return who has an alert, None where the route doesn't take it."""
        if not all(each.holds(labels) for each in self.matchers):
            return None
        own = self.receiver or around
        inner = (each.receiver_of(labels, own) for each in self.routes)
        return next((each for each in inner if each is not None), own)

    def data(self) -> dict[str, object]:
        """Return the route as it is written; each kind of matcher in its own way."""
        found: dict[str, object] = {"receiver": self.receiver} if self.receiver else {}
        listed = [f"{each.label}{each.sign}{json.dumps(each.value)}" for each in self.matchers]
        old = {"=": "match", "=~": "match_re"}
        if len(self.matchers) == 1 and self.matchers[0].sign in old:
            (only,) = self.matchers
            found[old[only.sign]] = {only.label: only.value}
        elif listed:
            found["matchers"] = listed
        if self.routes:
            found["routes"] = [each.data() for each in self.routes]
        return found


@st.composite
def _matchers(draw: DrawFn) -> Matcher:
    sign = draw(st.sampled_from(("=", "!=", "=~", "!~")))
    values = _PATTERNS if "~" in sign else (*_VALUES, "")
    return Matcher(draw(st.sampled_from(LABELS)), sign, draw(st.sampled_from(values)))


@st.composite
def _routes(draw: DrawFn, depth: int) -> RouteNode:
    inner = draw(st.lists(_routes(depth - 1), max_size=2)) if depth else []
    matchers = draw(st.lists(_matchers(), min_size=1, max_size=2))
    return RouteNode(tuple(matchers), draw(st.sampled_from(("", "a", "b", "c"))), tuple(inner))


@st.composite
def route_trees(draw: DrawFn) -> RouteNode:
    """Draw a tree."""
    return RouteNode((), "default", tuple(draw(st.lists(_routes(2), max_size=3))))


ALERTS: st.SearchStrategy[Labels] = st.fixed_dictionaries(
    {}, optional={str(label): st.sampled_from([*_VALUES, "other"]).map(str) for label in LABELS}
)
