"""Decision tables of DMN, and what they decide, from the specification of FEEL alone.

A unary test is drawn as what it means beside its text. Null equals null only, and what compares
with null is neither true nor false, which `not` leaves so.
"""

from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

Value = str | int | bool | None
Truth = bool | None
"""Three-valued: None is FEEL's null."""


@attrs.frozen
class UnaryTest:
    """A test as it is written, and what it says of a value."""

    text: str
    says: Callable[[Value], Truth]


@attrs.frozen
class DecisionRule:
    """A rule: its tests in the order of the inputs, and its output."""

    tests: tuple[UnaryTest, ...]
    output: str


@attrs.frozen
class DecisionTable:
    """A table with its hit policy; default: the output where no rule holds, or None."""

    hits: str
    rules: tuple[DecisionRule, ...]
    default: str | None

    def xml(self) -> str:
        """Return the table as a file of DMN."""
        inputs = "".join(
            f'<input><inputExpression typeRef="{kind}">'
            f"<text>{name}</text></inputExpression></input>"
            for name, kind in INPUTS.items()
        )
        default = (
            f'<defaultOutputEntry><text>"{self.default}"</text></defaultOutputEntry>'
            if self.default
            else ""
        )
        rules = "".join(
            "<rule>"
            + "".join(
                f"<inputEntry><text>{escape(test.text)}</text></inputEntry>" for test in rule.tests
            )
            + f'<outputEntry><text>"{rule.output}"</text></outputEntry></rule>'
            for rule in self.rules
        )
        return (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="drawn">'
            f'<decision name="assign"><decisionTable hitPolicy="{self.hits}">{inputs}'
            f'<output name="queue"><outputValues><text>"b", "a"</text></outputValues>{default}'
            f"</output>{rules}</decisionTable></decision>"
            "</definitions>"
        )

    def decide(self, lead: Mapping[str, Value]) -> str | None:
        """Return the output for a lead, None for none. Raises ValueError where rules disagree."""
        hits = [
            rule.output
            for rule in self.rules
            if all(
                test.says(lead.get(name)) is True
                for name, test in zip(INPUTS, rule.tests, strict=True)
            )
        ]
        if self.hits == "PRIORITY":
            hits.sort(key=PRIORITIES.index)
        elif self.hits != "FIRST" and len(set(hits)) > 1:
            raise ValueError(hits)
        return hits[0] if hits else self.default


INPUTS = {"country": "string", "staff": "number", "partner": "boolean", "since": "date"}
PRIORITIES = ("b", "a")
_DAYS = ("2026-01-01", "2026-06-30")
_COUNTRIES = ("de", "us", "new land")
_EDGES = (5, 10, 50)


def _one_of(parts: Sequence[UnaryTest]) -> Callable[[Value], Truth]:
    def says(value: Value) -> Truth:
        said = [part.says(value) for part in parts]
        return True if True in said else None if None in said else False

    return says


@st.composite
def _text(draw: DrawFn) -> UnaryTest:
    value = draw(st.sampled_from((*_COUNTRIES, None)))

    def known(holds: Callable[[str], bool]) -> Callable[[Value], Truth]:
        return lambda given: holds(given) if isinstance(given, str) else None

    return draw(
        st.sampled_from(
            (
                UnaryTest("null" if value is None else f'"{value}"', lambda given: given == value),
                UnaryTest('contains(?, "e")', known(lambda given: "e" in given)),
                UnaryTest('starts with(?,"new")', known(lambda given: given.startswith("new"))),
                UnaryTest('ends with( ? , "s")', known(lambda given: given.endswith("s"))),
            )
        )
    )


@st.composite
def _day(draw: DrawFn) -> UnaryTest:
    day = draw(st.sampled_from(_DAYS))
    first, last = _DAYS

    def known(holds: Callable[[str], bool]) -> Callable[[Value], Truth]:
        return lambda given: holds(given) if isinstance(given, str) else None

    return draw(
        st.sampled_from(
            (
                UnaryTest(f'date("{day}")', lambda given: given == day),
                UnaryTest(f'? >= @"{day}"', known(lambda given: given >= day)),
                UnaryTest(
                    f'[@"{first}"..date("{last}")[ /* days */',
                    known(lambda given: first <= given < last),
                ),
            )
        )
    )


@st.composite
def _number(draw: DrawFn) -> UnaryTest:
    low, high = sorted(draw(st.lists(st.sampled_from(_EDGES), min_size=2, max_size=2)))

    def known(holds: Callable[[int], bool]) -> Callable[[Value], Truth]:
        return lambda value: holds(value) if isinstance(value, int) else None

    return draw(
        st.sampled_from(
            (
                UnaryTest(str(low), lambda value: value == low),
                UnaryTest(f"< {low}", known(lambda value: value < low)),
                UnaryTest(f">={low}", known(lambda value: value >= low)),
                UnaryTest(f"[{low}..{high}]", known(lambda value: low <= value <= high)),
                UnaryTest(f"({low} .. {high})", known(lambda value: low < value < high)),
                UnaryTest(f"]{low}..{high}[", known(lambda value: low < value < high)),
                UnaryTest(f"[{low}..{high})", known(lambda value: low <= value < high)),
            )
        )
    )


@st.composite
def _truth(draw: DrawFn) -> UnaryTest:
    value = draw(st.booleans())
    return UnaryTest(str(value).lower(), lambda given: given is value)


@st.composite
def _unary_tests(draw: DrawFn, one: st.SearchStrategy[UnaryTest]) -> UnaryTest:
    parts = draw(st.lists(one, min_size=0, max_size=3))
    if not parts:
        return UnaryTest(draw(st.sampled_from(("-", ""))), lambda _: True)
    listed, says = ", ".join(part.text for part in parts), _one_of(parts)
    if draw(st.booleans()):
        return UnaryTest(listed, says)

    def denies(value: Value) -> Truth:
        said = says(value)
        return None if said is None else not said

    return UnaryTest(f"not({listed})", denies)


@st.composite
def decision_tables(draw: DrawFn) -> DecisionTable:
    """Draw a table."""
    kinds = (_text(), _number(), _truth(), _day())
    rules = tuple(
        DecisionRule(
            tuple(draw(_unary_tests(kind)) for kind in kinds), draw(st.sampled_from(("a", "b")))
        )
        for _ in range(draw(st.integers(1, 5)))
    )
    hits = draw(st.sampled_from(("FIRST", "UNIQUE", "ANY", "PRIORITY")))
    return DecisionTable(hits, rules, draw(st.sampled_from((None, "rest"))))


DMN_LEADS: st.SearchStrategy[Mapping[str, Value]] = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from((*_COUNTRIES, "fr")),
        "staff": st.sampled_from([edge + by for edge in _EDGES for by in (-1, 0, 1)]),
        "partner": st.booleans(),
        "since": st.sampled_from((*_DAYS, "2025-12-31", "2026-03-01")),
    },
)
