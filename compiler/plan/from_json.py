"""A plan from its JSON, the reverse of `writing`, for JSON that anybody may have written.

Whatever is not exactly a plan is refused: another format or version, a value that isn't
what it must be, a number that points nowhere, an order that isn't kept, and anything of
which the hash says that it was changed since. Sizes are bounded by what stands there, so
that a small file can't ask for much.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from itertools import chain, pairwise
from operator import lt
from typing import cast, get_args

from turnout.compiler.classes import (
    Classes,
    Days,
    Dense,
    Listed,
    Sliced,
    Standings,
    Texts,
    There,
    Whole,
    YesNo,
    YesNoTest,
)
from turnout.compiler.masks import Mask
from turnout.compiler.plan.shape import Json, PlanError, parsed, without_collecting
from turnout.compiler.plan.value import (
    Answer,
    CarriedPolicy,
    ClauseBox,
    Column,
    Part,
    Plan,
    PlannedAttempt,
    Sides,
)
from turnout.compiler.plan.writing import (
    FORMAT,
    HASH,
    VERSION,
    hash_of,
    is_as_written,
    named,
)
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.calendars import Calendar, Opening
from turnout.dsl.conditions import Contains, EndsWith, Has, HasWord, Matches
from turnout.dsl.patterns import pattern_problem
from turnout.dsl.policy import Identity, Sla, SlaAbsence, SlaStep, Step
from turnout.dsl.promises import MINUTES, Action, ActionKind, Period, SlaWord
from turnout.dsl.public_holidays import known_places
from turnout.dsl.source import NOWHERE
from turnout.dsl.targets import BY_WORD, Said, Target, made
from turnout.dsl.types import Value
from turnout.dsl.values.slices import SLICES
from turnout.dsl.zones import zone_names

MOST_SECONDS = 10**13
"""The longest that a lead is remembered, about what a clock can count."""

MOST_CHARACTERS_OF_A_NUMBER = 200


def loads(text: str | bytes) -> Plan:
    """Return the plan that `dumps` wrote.

    Raises PlanError where the text is none, was damaged, or is one of a later version.
    """
    return loads_carrying(text)[0]


def loads_carrying(text: str | bytes) -> tuple[Plan, CarriedPolicy | None]:
    """Return the plan, and what it carries of its policy, None where it carries nothing.

    Raises PlanError as `loads`.
    """
    with without_collecting():
        return _plan(parsed(text), text)


def _plan(whole: Json, text: str | bytes) -> tuple[Plan, CarriedPolicy | None]:
    _check_format(whole)
    of = whole.keys(
        *(
            "format",
            "version",
            "policy",
            "route",
            "policy_hash",
            "timezone",
            "required",
            "columns",
            "sides",
        ),
        *("parts", "boxes", "answers", "clauses", "last", "calendars", "identities"),
        *("policy_values", HASH),
    )
    content = cast("dict[str, object]", whole.value)
    if not is_as_written(text) and of[HASH].text() != hash_of(
        {name: each for name, each in content.items() if name != HASH}
    ):
        raise PlanError("the plan is damaged: it isn't what its hash says", "write it anew")
    columns = tuple(map(_column, of["columns"].items()))
    sides = [_side(each, columns) for each in of["sides"].items()]
    parts = tuple(_part(each, at, sides) for at, each in enumerate(of["parts"].items()))
    answers = _answers(of["clauses"], [*map(_answer, of["answers"].items())])
    plan = Plan(
        policy=of["policy"].text(),
        route=of["route"].text(),
        policy_hash=of["policy_hash"].text(),
        timezone=_zone(of["timezone"]),
        required=of["required"].texts(),
        columns=columns,
        answers=answers,
        boxes=_boxes(of["boxes"], len(answers), len(parts), sides),
        parts=parts,
        last=tuple(map(_attempt, of["last"].items())),
        calendars=tuple(map(_calendar, of["calendars"].items())),
        identities=tuple(map(_identity, of["identities"].items())),
    )
    values = of["policy_values"]
    return plan, None if values.value is None else _carried(values)


def _carried(of: Json) -> CarriedPolicy:
    found = of.keys("files", "shape", "policy", "clauses")
    pairs = [each.items(2) for each in found["files"].items()]
    files = tuple((name.text(), digest.text()) for name, digest in pairs)
    return CarriedPolicy(
        files, found["shape"].text(), found["policy"].text(), found["clauses"].text()
    )


def _check_format(whole: Json) -> None:
    value = whole.value
    content = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    if content.get("format") != FORMAT:
        raise PlanError("this is no plan: its `format` is another", "give a plan of Turnout")
    version = content.get("version")
    if type(version) is int and version > 0 and version != VERSION:
        message = f"the plan has version {str(version)[:20]}; this Turnout reads {VERSION}"
        later = "bring Turnout up to date, or " if version > VERSION else ""
        raise PlanError(message, f"{later}write the plan anew")
    if type(version) is not int or version != VERSION:
        raise PlanError("the plan is damaged: its `version` is none", "write it anew")


# -- sides, parts, boxes --


def _side(of: Json, columns: Sequence[Column]) -> tuple[int, Mask]:
    at, runs = of.items(2)
    number = at.whole(0, len(columns) - 1)
    size, mask, after = columns[number].classes.size, 0, 0
    for run in runs.items():
        low, high = run.items(2)
        first = low.whole(after, size - 1)
        last = high.whole(first, size - 1)
        mask |= (1 << last + 1) - (1 << first)
        after = last + 2  # neighbours are one run
    if not mask:
        runs.refuse("holds no class")
    return number, mask


def _sides(of: Json, known: Sequence[tuple[int, Mask]]) -> Sides:
    found = tuple(known[number] for number in of.wholes(0, len(known) - 1))
    if not _ascends([at for at, _ in found]):
        of.refuse("does not keep the order of the columns")
    return found


def _part(of: Json, number: int, sides: Sequence[tuple[int, Mask]]) -> Part:
    part = of.keys("sides", "eithers")
    eithers = tuple(each.wholes(0, number - 1) for each in part["eithers"].items())
    return Part(_sides(part["sides"], sides), eithers)


def _boxes(
    of: Json, clauses: int, parts: int, sides: Sequence[tuple[int, Mask]]
) -> tuple[ClauseBox, ...]:
    if (found := _boxes_at_once(of, clauses, parts, sides)) is not None:
        return found
    boxes: list[ClauseBox] = []
    least = 0
    for each in of.items():
        clause, own, part = each.items(3)
        least = clause.whole(least, clauses - 1)
        number = None if part.value is None else part.whole(0, parts - 1)
        boxes.append(ClauseBox(least, _sides(own, sides), number))
    return tuple(boxes)


def _boxes_at_once(
    of: Json, clauses: int, parts: int, sides: Sequence[tuple[int, Mask]]
) -> tuple[ClauseBox, ...] | None:
    """Return the boxes, checked column by column; None where one is wrong, whichever it is."""
    rows = of.rows(3)
    if not rows:
        return None
    numbers, owns, others = zip(*rows, strict=True)
    pieces = [*map(tuple, cast("tuple[list[int], ...]", owns))] if _are(list, owns) else []
    if not pieces or not _are(int, numbers) or not _are(int, chain.from_iterable(pieces)):
        return None
    asked = [each for each in others if each is not None]
    is_sound = (
        (numbers[0] >= 0 and numbers[-1] < clauses and [*numbers] == sorted(numbers))
        and (not asked or (_are(int, asked) and min(asked) >= 0 and max(asked) < parts))
        and min(chain.from_iterable(pieces), default=0) >= 0
        and max(chain.from_iterable(pieces), default=-1) < len(sides)
    )
    if not is_sound:
        return None
    columns = [at for at, _ in sides]
    known: dict[tuple[int, ...], Sides] = {}
    for each in pieces:
        if each not in known:
            places = [columns[number] for number in each]
            if not all(map(lt, places, places[1:])):
                return None
            known[each] = tuple([sides[number] for number in each])
    return tuple(map(ClauseBox, numbers, map(known.__getitem__, pieces), others))


def _are(kind: type, values: Iterable[object]) -> bool:
    return set(map(type, values)) <= {kind}


# -- columns --


def _column(of: Json) -> Column:
    value = of.value
    kind = cast("dict[str, object]", value).get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _KEYS:
        of.refuse("is of no kind that is known")
    found = of.keys("field", "is_age", "kind", "size", *_KEYS[kind])
    field = found["field"].text()
    is_age = found["is_age"].truth()
    if is_age and kind in {"standing", "slice"}:
        found["is_age"].refuse(f"is no question of a {kind}")
    return Column(field, _classes(kind, field, found), is_age)


_KEYS = {
    "list": ("values", "classes", "other"),
    "presence": (),
    "slice": ("of", "cuts"),
    "standing": ("than", "is_ordered"),
    "test": ("test", "text"),
    "whole": ("cuts", "classes"),
    "days": ("cuts", "classes"),
    "decimal": ("cuts", "classes"),
    "text": ("literals", "classes", "prefixes", "inside", "other"),
}


def _classes(kind: str, field: str, of: Mapping[str, Json]) -> Classes:
    size = of["size"].whole(1)
    match kind:
        case "presence":
            return There(of["size"].whole(1, 2))
        case "test":
            of["size"].whole(2, 2)
            return YesNo(_test(field, of["test"], of["text"]))
        case "slice":
            slices = of["cuts"].wholes(1, SLICES - 1)
            if not _ascends(slices):
                of["cuts"].refuse("are not in order, each once")
            of["size"].whole(len(slices) + 2, len(slices) + 2)
            return Sliced(of["of"].text(), slices)
        case "standing":
            of["size"].whole(4, 4)
            if of["than"].text() == field:
                of["than"].refuse("names the field itself")
            return Standings(of["than"].text(), of["is_ordered"].truth())
        case "list":
            values = tuple(map(_listed, of["values"].items()))
            if len(set(values)) < len(values):
                of["values"].refuse("has a value twice")
            numbers = _numbers(of, "classes", len(values))
            _check_size(of, len(values) + 2)
            return Listed(size, numbers, values, of["other"].whole(0, size - 1))
        case "whole":
            cuts = tuple(each.whole() for each in of["cuts"].items())
            return Whole(size, _pieces(of, cuts), cuts)
        case "days":
            days = tuple(each.day() for each in of["cuts"].items())
            return Days(size, _pieces(of, days), days)
        case "decimal":
            sides = tuple(map(_cut, of["cuts"].items()))
            return Dense(size, _pieces(of, sides), sides)
        case _:
            return _texts(of, size)


def _texts(of: Mapping[str, Json], size: int) -> Texts:
    literals, prefixes = of["literals"].texts(), of["prefixes"].texts()
    for name, texts in (("literals", literals), ("prefixes", prefixes)):
        if not _ascends(texts) or "" in texts:
            of[name].refuse("are not in order, each once")
    numbers = _numbers(of, "classes", len(literals))
    inside = _numbers(of, "inside", len(prefixes))
    _check_size(of, len(literals) + len(prefixes) + 2)
    return Texts(size, numbers, literals, prefixes, inside, of["other"].whole(1, size - 1))


def _pieces(of: Mapping[str, Json], cuts: Sequence[object]) -> tuple[int, ...]:
    if not _ascends(cuts):
        of["cuts"].refuse("are not in order, each once")
    _check_size(of, len(cuts) + 2)
    return _numbers(of, "classes", len(cuts) + 1)


def _numbers(of: Mapping[str, Json], name: str, count: int) -> tuple[int, ...]:
    of[name].items(count)
    return of[name].wholes(1, of["size"].whole() - 1)


def _check_size(of: Mapping[str, Json], most: int) -> None:
    """Refuse more classes than there are things to have them: a table is made of each."""
    of["size"].whole(1, most)


def _ascends(found: Sequence[object]) -> bool:
    return all(one < two for one, two in pairwise(found))  # type: ignore[operator]


def _listed(of: Json) -> Value:
    return of.value if isinstance(of.value, bool) else of.text()


def _cut(of: Json) -> tuple[Decimal, int]:
    number, side = of.items(2)
    text = number.text()
    try:
        found = Decimal(text) if len(text) <= MOST_CHARACTERS_OF_A_NUMBER else Decimal("nan")
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or str(found) != text:
        number.refuse("is not a number")
    return found, side.whole(0, 1)


def _test(field: str, word: Json, text: Json) -> YesNoTest:
    match word.one_of(("has", "ends with", "contains", "has word", "matches")):
        case "has":
            return Has(field, text.text())
        case "ends with":
            return EndsWith(field, text.text())
        case "contains":
            return Contains(field, text.text())
        case "has word":
            return HasWord(field, text.text())
        case _:
            problem = pattern_problem(text.text())
            if problem is not None:
                raise PlanError(f"the plan can't be carried out: {problem.message}", problem.help)
            return Matches(field, text.text())


# -- what clauses say --


def _answers(of: Json, known: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return what each clause says. known: the same without names."""
    rows = of.rows(2)
    names, numbers = zip(*rows, strict=True) if rows else ((), ())
    is_sound = _are(str, names) and _are(int, numbers)
    if not is_sound or not (0 <= min(numbers, default=0) <= max(numbers, default=-1) < len(known)):
        pairs = [each.items(2) for each in of.items()]
        names = tuple(name.text() for name, _ in pairs)
        numbers = tuple(number.whole(0, len(known) - 1) for _, number in pairs)
    return tuple([_named(known[number], name) for name, number in zip(names, numbers, strict=True)])


def _named(said: Answer, name: str) -> Answer:
    own = named(name, is_rule=said.is_rule)
    attempts = tuple(
        [each if each.by else PlannedAttempt(each.target, own) for each in said.attempts]
    )
    of = said.sla, said.actions, said.steward, said.goes_on, said.offer
    return Answer(name, said.is_rule, attempts, *of)


def _answer(of: Json) -> Answer:
    found = of.keys("is_rule", "attempts", "sla", "actions", "steward", "goes_on", "offer")
    steward = found["steward"]
    return Answer(
        "",
        found["is_rule"].truth(),
        tuple(_attempt(each, is_own=True) for each in found["attempts"].items()),
        None if found["sla"].value is None else _sla(found["sla"]),
        tuple(map(_action, found["actions"].items())),
        None if steward.value is None else steward.text(),
        found["goes_on"].truth(),
        None if found["offer"].value is None else _offer(found["offer"]),
    )


def _attempt(of: Json, *, is_own: bool = False) -> PlannedAttempt:
    """Return an attempt. is_own: of a clause, whose own are tried by null, and by "" here."""
    found = of.keys("kind", "name", "matching", "anytime", "by")
    by = found["by"]
    if is_own and by.value == "":
        by.refuse("names nobody")
    return PlannedAttempt(_target(of, found), "" if is_own and by.value is None else by.text())


def _target(of: Json, found: Mapping[str, Json]) -> Target:
    what = Said(found["name"].text(), found["matching"].texts(), found["anytime"].truth())
    target = made(found["kind"].one_of(BY_WORD), what)
    if not _says(target, what):
        of.refuse("says what no such target can")
    return target


def _says(target: Target, what: Said) -> bool:
    """Return whether a target says all of it: a queue has no hours that are not asked."""
    fields = getattr(target, "matching", ()), getattr(target, "anytime", False)
    return fields == (what.matching, what.anytime)


def _sla(of: Json) -> Sla:
    found = of.keys("amount", "unit", "wall", "then", "absence", "steps", "from_acceptance")
    then, step = found["then"], None
    if then.value is not None:
        target = _target(then, then.keys("kind", "name", "matching", "anytime"))
        step = Step(target, NOWHERE)
    absence = None
    if found["absence"].value is not None:
        lasts = found["absence"].keys("period")["period"]
        absence = SlaAbsence(None if lasts.value is None else _period(lasts.keys("amount", "unit")))
    steps = tuple(_sla_step(each) for each in found["steps"].items())
    if steps and (steps[-1].word == "then") != (step is not None):
        found["steps"].refuse("has another end than `then`")
    is_later = found["from_acceptance"].truth()
    return Sla(_period(found), found["wall"].truth(), step, NOWHERE, absence, steps, is_later)


def _sla_step(of: Json) -> SlaStep:
    found = of.keys("amount", "unit", "word")
    return SlaStep(_period(found), cast("SlaWord", found["word"].one_of(get_args(SlaWord))))


def _period(found: Mapping[str, Json]) -> Period:
    return Period(found["amount"].whole(0, 10**9), found["unit"].one_of(MINUTES))


def _offer(of: Json) -> TimedOffer:
    found = of.keys("amount", "unit", "wall")
    period = Period(found["amount"].whole(0, 10**9), found["unit"].one_of(MINUTES))
    return TimedOffer(period, found["wall"].truth(), NOWHERE)


def _action(of: Json) -> Action:
    found = of.keys("kind", "arguments")
    kind = cast("ActionKind", found["kind"].one_of(get_args(ActionKind)))
    return Action(kind, found["arguments"].texts(), NOWHERE)


def _calendar(of: Json) -> Calendar:
    found = of.keys("name", "timezone", "open", "holidays", "closed")
    closed = (each.items(2) for each in found["closed"].items())
    return Calendar(
        found["name"].text(),
        _zone(found["timezone"]),
        tuple(map(_opening, found["open"].items())),
        _places(found["holidays"]),
        tuple((first.day(), last.day()) for first, last in closed),
        NOWHERE,
    )


def _zone(of: Json) -> str:
    if of.text() not in zone_names():
        of.refuse("names no time zone that is known")
    return of.text()


def _opening(of: Json) -> Opening:
    weekday, start, end = of.items(3)
    return Opening(weekday.whole(0, 6), start.whole(0, 1440), end.whole(0, 2880))


def _places(of: Json) -> tuple[str, ...]:
    places = of.texts()
    try:
        unknown = [place for place in places if place not in known_places()]
    except ModuleNotFoundError:
        message = "the plan can't be carried out: it asks for public holidays"
        raise PlanError(message, "install them with `pip install 'turnout[holidays]'`") from None
    if unknown:
        of.refuse(f"names a place whose holidays are not known: {unknown[0][:40]!r}")
    return places


def _identity(of: Json) -> Identity:
    found = of.keys("fields", "within_seconds")
    within = timedelta(seconds=found["within_seconds"].whole(0, MOST_SECONDS))
    return Identity(found["fields"].texts(), within, NOWHERE)
