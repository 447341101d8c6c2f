"""Places of a lead that the two versions hold together in different ways.

Where only one version reads a subdivision with a country, each of them is what arrives,
and whether the two agree is a question of its own: a yes/no field beside them, since there
are far too many countries to try each. For the countries that some condition mentions the
answer follows; all others are alike, so that any two of them show what all would do.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, permutations

from turnout.compiler.leads.universe import country_of, universe
from turnout.dsl import types
from turnout.dsl.conditions import And, Atom, Condition, IsIn, Not, Present
from turnout.dsl.types import Field, Value
from turnout.frozen import frozen


@frozen
class Agreement:
    """Whether two places that arrive lie in one country; never where one of them doesn't.

    one, two: the shared fields; `two` is a subdivision.
    """

    one: str
    two: str

    @property
    def name(self) -> str:
        """The field under which the answer stands; no lead's field has a name with a blank."""
        return f"{self.two} fits {self.one}"

    @property
    def fact(self) -> IsIn:
        """The question, asked of the answer."""
        return IsIn(self.name, frozenset({True}))

    @property
    def field(self) -> Field:
        """The field of the answer, which is always there."""
        return Field(self.name, types.Boolean(), required=True)

    def answer(self, values: Mapping[str, Value]) -> bool:
        """Return whether the places of a lead agree."""
        places = [values[name] for name in (self.one, self.two) if name in values]
        return len(places) == 2 and len({*map(country_of, places)}) == 1


def subdivisions(name: str, countries: Collection[Value]) -> IsIn:
    """Return the question whether a subdivision lies in one of these countries."""
    inside = (each for each in universe(types.Subdivision()) if country_of(each) in countries)
    return IsIn(name, frozenset(inside))


def mentioned(agreements: Iterable[Agreement], atoms: Iterable[Atom]) -> frozenset[str]:
    """Return the countries that conditions tell from others in the fields of `agreements`."""
    names = {name for each in agreements for name in (each.one, each.two)}
    return frozenset(
        country_of(value)
        for atom in atoms
        if isinstance(atom, IsIn) and atom.field in names
        for value in atom.values
    )


def never(
    agreements: Sequence[Agreement], fields: Mapping[str, Field], known: Collection[str]
) -> Iterator[Condition]:
    """Yield what holds for no lead; `known` are the countries told from others."""
    for each in agreements:
        for name in (each.one, each.two):
            yield And((each.fact, Not(Present(name))))
        for code in sorted(known):
            one, two = (_lies_in(fields[name], code) for name in (each.one, each.two))
            yield And((one, two, Not(each.fact)))
            yield And((each.fact, one, Not(two)))
            yield And((each.fact, two, Not(one)))
    for some in combinations(agreements, 3):
        if len({name for each in some for name in (each.one, each.two)}) == 3:
            for first, second, third in permutations(some):
                if some.index(first) < some.index(second):
                    yield And((first.fact, second.fact, Not(third.fact)))


def _lies_in(field: Field, code: str) -> IsIn:
    if isinstance(field.type, types.Subdivision):
        return subdivisions(field.name, {code})
    return IsIn(field.name, frozenset({code}))


def placed(
    values: Mapping[str, Value], agreements: Iterable[Agreement], known: Collection[str]
) -> dict[str, Value]:
    """Return a lead's values with its places in one country or several, as they agree.

    known: the countries that are told from others; the places of all others are free.
    """
    found = dict(values)
    free = iter(_roomy(known))
    groups: list[set[str]] = []
    for each in agreements:
        pair = {each.one, each.two}
        apart = [{name} for name in sorted(pair) if name in found]
        groups += [pair] if found[each.name] else apart
    groups = [group for group in groups if country_of(found[min(group)]) not in known]
    while groups:
        group = groups.pop()
        touching = [other for other in groups if group & other]
        if touching:
            groups = [other for other in groups if not group & other]
            groups.append(group.union(*touching))
            continue
        code, inside = next(free)
        for name in group:
            found[name] = inside if "-" in str(found[name]) else code
    return found


def _roomy(known: Collection[str]) -> Iterator[tuple[Value, Value]]:
    """Yield countries that nobody mentions, each with its first subdivision."""
    seen: set[str] = set()
    for value in universe(types.Subdivision()):
        code = country_of(value)
        if code not in known and code not in seen:
            seen.add(code)
            yield code, value
