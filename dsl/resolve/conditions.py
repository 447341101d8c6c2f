"""Conditions: what a name means, whether a test fits its field, what a literal says."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from turnout.dsl import nodes, types
from turnout.dsl.build import unquote
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import (
    ALWAYS,
    NEVER,
    Age,
    And,
    Between,
    Condition,
    Contains,
    Duplicate,
    EndsWith,
    Has,
    HasWord,
    IsIn,
    LaterThan,
    Matches,
    Not,
    OlderThan,
    Open,
    Or,
    Present,
    StartsWith,
    WithinLast,
    WithinNext,
)
from turnout.dsl.patterns import pattern_problem
from turnout.dsl.rereading import MovedCondition
from turnout.dsl.resolve.bare_values import is_reported_value, report_values_beside
from turnout.dsl.resolve.comparisons import (
    comparison,
    field_behind_is,
    fields_as_values,
    meant_field,
)
from turnout.dsl.resolve.fragments import short_fragments
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.schema import number
from turnout.dsl.resolve.scope import Scope, article, nearest
from turnout.dsl.resolve.slices import slice_asked
from turnout.dsl.resolve.tables import TableReader
from turnout.dsl.types import Field, Value
from turnout.dsl.values import show
from turnout.dsl.values.free_mail import FREE_MAIL
from turnout.dsl.values.texts import normal_code, normal_text
from turnout.dsl.values.time_words import unit_meant
from turnout.dsl.values.words import is_of_word
from turnout.dsl.wording import quoted
from turnout.frozen import frozen

MeaningOf: TypeAlias = Callable[[nodes.Name], Condition | None]
"""What a territory's or segment's name stands for; None where that was reported."""

_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_PARTS: dict[str, type[StartsWith | EndsWith | Contains | HasWord]] = {
    "starts with": StartsWith,
    "ends with": EndsWith,
    "contains": Contains,
    "has word": HasWord,
}
MAX_DAYS = 36_500
_AGES: Mapping[str, type[Age]] = MappingProxyType(
    {
        "older than": OlderThan,
        "within": WithinLast,
        "within next": WithinNext,
        "later than": LaterThan,
    }
)
_NAMED_DAYS: Mapping[str, type[Age]] = MappingProxyType(
    {"past": OlderThan, "today": WithinLast, "future": LaterThan}
)
"""What a date can be asked by a word, `is past`: the age of 0 days."""
_FREE_MAIL = "free-mail"
"""What a domain can be asked by a word: whether a provider of free mail has it."""


@frozen
class Bounds:
    """What is known of a condition of which a part may have been reported.

    Whatever the part is mended to, every lead of `least` is meant and none outside `most`.
    """

    least: Condition
    most: Condition

    @property
    def is_exact(self) -> bool:
        """Whether nothing of it was reported."""
        return self.least is self.most


UNKNOWN = Bounds(NEVER, ALWAYS)


@frozen
class Terms:
    """What conditions speak of, beside territories and segments.

    identities: the fields of each that is sound.
    """

    fields: Mapping[str, Field]
    calendars: Mapping[str, Calendar]
    identities: tuple[tuple[str, ...], ...]


@frozen
class _Asked:
    """What a test of many values asks of a field."""

    field: Field
    condition: Condition


class ConditionReader:
    """Reads conditions over one schema.

    named: looks up territories and segments; asked only for names that are no field.
    """

    def __init__(
        self,
        terms: Terms,
        named: MeaningOf,
        tables: TableReader,
        scope: Scope,
    ) -> None:
        """Read over `terms` and `tables`, reporting to `scope`."""
        self._terms = terms
        self._fields = terms.fields
        self._named = named
        self._tables = tables
        self._scope = scope

    def read(self, node: nodes.ConditionNode) -> Condition | None:
        """Return the condition, or None where something in it was reported."""
        found = self.bounds(node)
        return found.most if found.is_exact else None

    def bounds(self, node: nodes.ConditionNode) -> Bounds:
        """Return what the condition means, as far as it could be read."""
        match node:
            case nodes.All(parts):
                return self._joined(And, parts)
            case nodes.Any(parts):
                return self._joined(Or, parts)
            case nodes.Negation(part):
                inner = self.bounds(part)
                if inner.is_exact:
                    return _exact(Not(inner.most))
                return Bounds(Not(inner.most), Not(inner.least))
            case _:
                return _exact(self._atom(node))

    def _joined(self, kind: type[And | Or], parts: tuple[nodes.ConditionNode, ...]) -> Bounds:
        told = report_values_beside(parts, self._fields, self._scope) if kind is Or else ()
        read = [  # all of them, so that each fault is reported
            _exact(None) if at in told else self.bounds(part) for at, part in enumerate(parts)
        ]
        most = kind(tuple(part.most for part in read))
        if all(part.is_exact for part in read):
            return _exact(most)
        return Bounds(kind(tuple(part.least for part in read)), most)

    def _atom(
        self, node: nodes.Bare | nodes.Open | nodes.Duplicate | nodes.Test | nodes.Beside
    ) -> Condition | None:
        match node:
            case nodes.Bare(name):
                return self._bare(name)
            case nodes.Open(name):
                known = self._scope.knows("calendar", name)
                found = self._terms.calendars.get(name.text) if known else None
                return None if found is None else Open(found)
            case nodes.Duplicate():
                self._scope.needs_identity("duplicate", node.span)
                return (
                    Duplicate(self._terms.identities) if self._scope.declared.has_identity else None
                )
            case nodes.Beside():
                return comparison(node, self._fields, self._scope)
            case nodes.Test():
                field = self._scope.field(node.field, self._fields)
                return None if field is None else self._test_of(field, node)

    def _bare(self, name: nodes.Name) -> Condition | None:
        self._scope.refer_bare(name)
        field = self._fields.get(name.text)
        if field is None:
            if self._scope.is_lost(name, self._fields):
                return None
            is_told = is_reported_value(name, self._fields, self._scope)
            return None if is_told else self._named(name)
        if isinstance(field.type, types.Boolean):
            return IsIn(field.name, frozenset({True}))
        self._scope.report(
            "type-mismatch",
            name.span,
            f"`{name.text}` is {article(field.type.word)} field, not a condition",
            help=f"ask something of it, such as `{name.text} is present`",
        )
        return None

    # -- tests --

    def _test_of(self, field: Field, node: nodes.Test) -> Condition | None:
        """Return what a test asks; of many values as it was made before, where nothing was told."""
        if not isinstance(node, MovedCondition):
            return self._test(field, node)
        made = node.read.made
        if isinstance(made, _Asked) and made.field == field:
            return made.condition
        told = len(self._scope.findings), len(self._scope.references)
        condition = self._test(field, node)
        if condition is not None and told == (
            len(self._scope.findings),
            len(self._scope.references),
        ):
            node.read.made = _Asked(field, condition)
        return condition

    def _test(self, field: Field, node: nodes.Test) -> Condition | None:
        match node.operator:
            case "is missing":
                return Not(Present(field.name))
            case "is present":
                return Present(field.name)
            case "is" | "in" | "is not" | "not in":
                return self._membership(field, node)
            case "<" | "<=" | ">" | ">=":
                return self._comparison(field, node)
            case "starts with" | "ends with" | "contains" | "has word" | "matches":
                return self._part_of_text(field, node)
            case "older than" | "within" | "within next" | "later than":
                return self._age(field, node)
            case "in first" | "not in first":
                return slice_asked(field, node, self._scope)
            case _:
                return self._has(field, node)

    def _membership(self, field: Field, node: nodes.Test) -> Condition | None:
        if (day := _named_day(field, node)) is not None:
            return day if node.operator == "is" else And((Present(field.name), Not(day)))
        if _is_free_mail(field, node):
            return self._free_mail(field, node)
        if isinstance(field.type, types.AnyOf):
            advice = "use `has`, `has any`, `has all` or `has none`"
            self._mismatch(field, node, advice)
            return None
        inside: Condition | None
        if isinstance(node.operands, nodes.Range):
            inside = self._between(field, node, node.operands)
        else:
            assert isinstance(node.operands, tuple)
            if node.table:
                path = node.operands[0]
                values = self._tables.listed(field, path)
                inside = None if values is None else IsIn(field.name, values, path.text)
            else:
                inside = self._listed(field, node, node.operands)
        if inside is None or node.operator in {"is", "in"}:
            return inside
        return And((Present(field.name), Not(inside)))

    def _free_mail(self, field: Field, node: nodes.Test) -> Condition | None:
        """Return what `is free-mail` asks of a domain: whether it is a free-mail provider's."""
        if isinstance(field.type, types.Email):
            advice = f"declare `domain: domain of {field.name}`, and ask `domain is free-mail`"
            self._mismatch(field, node, advice)
            return None
        assert isinstance(field.type, types.Domain)
        if field.type.without_free_mail:
            self._scope.report(
                "unknown-value",
                node.span,
                f"no value of `{field.name}` is that of free mail: its type leaves them out",
                help=f"take `without free-mail` from the type, or ask `{field.name} is missing`",
            )
            return None
        inside = IsIn(field.name, frozenset(FREE_MAIL), word=_FREE_MAIL)
        return inside if node.operator == "is" else And((Present(field.name), Not(inside)))

    def _between(self, field: Field, node: nodes.Test, written: nodes.Range) -> Condition | None:
        if field.type.shape not in types.ON_A_LINE:
            self._mismatch(field, node, "a range needs a number, money or date field")
            return None
        bounds: list[Decimal | date | None] = []
        for literal in (written.low, written.high):
            bound = None if literal is None else self._bound(field, literal)
            if literal is not None and bound is None:
                return None
            bounds.append(bound)
        low, high = bounds
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            message = "the range is empty: its ends are swapped"
            self._scope.report("unknown-value", written.span, message)
            return None
        return Between(field.name, low, high)

    def _comparison(self, field: Field, node: nodes.Test) -> Condition | None:
        if field.type.shape not in types.ON_A_LINE:
            self._mismatch(field, node, "comparisons need a number, money or date field")
            return None
        assert isinstance(node.operands, tuple)
        bound = self._bound(field, node.operands[0])
        if bound is None:
            return None
        is_open = node.operator in {"<", ">"}
        if node.operator.startswith("<"):
            return Between(field.name, high=bound, high_open=is_open)
        return Between(field.name, low=bound, low_open=is_open)

    def _bound(self, field: Field, literal: nodes.Literal) -> Decimal | date | None:
        if isinstance(field.type, types.Date):
            value = self._value(field, literal)
            return value if isinstance(value, date) else None
        read = number(literal)
        if read is None:
            self._scope.report(
                "type-mismatch",
                literal.span,
                f"`{literal.text}` is not a number",
                text=f"`{field.name}` is {article(field.type.word)} field",
            )
        return read

    def _part_of_text(self, field: Field, node: nodes.Test) -> Condition | None:
        has_words = isinstance(field.type, types.Text | types.Email | types.Domain)
        if field.type.shape != "text" or (node.operator == "has word" and not has_words):
            some = "text, email" if node.operator == "has word" else "text, code, email, phone"
            self._mismatch(field, node, f"`{node.operator}` needs a {some} or domain field")
            return None
        assert isinstance(node.operands, tuple)
        if node.operator == "matches":
            literal = node.operands[0]
            problem = pattern_problem(literal.text)
            if problem is not None:
                self._scope.report(problem.name, literal.span, problem.message, help=problem.help)
                return None
            return Matches(field.name, literal.text)
        kind = _PARTS[node.operator]
        atoms: list[Condition] = []
        for literal in node.operands:
            text = _normal(field, literal.text)
            if not text:
                message = (
                    "this text has no letter" if literal.text.strip() else "this text is empty"
                )
                self._scope.report("unknown-value", literal.span, message)
                return None
            if kind is HasWord and not any(map(is_of_word, text)):
                message = "no word is without a letter or digit"
                advice = f"ask `{field.name} contains {quoted(literal.text)}`"
                self._scope.report("unknown-value", literal.span, message, help=advice)
                return None
            if kind is EndsWith and _is_legal_form(field, literal.text):
                message = f"no `{field.name}` ends with a legal form"
                advice = "a company-name is without it; ask a text field of the same column"
                self._scope.report("unknown-value", literal.span, message, help=advice)
                return None
            if kind is StartsWith and (rest := _without_front(field, literal.text)):
                message = f"no `{field.name}` starts with {quoted(literal.text)}"
                advice = f"a company-name is without it: `{field.name} starts with {quoted(rest)}`"
                self._scope.report("unknown-value", literal.span, message, help=advice)
                return None
            longest = field.type.longest if isinstance(field.type, types.Code) else None
            is_numeric = isinstance(field.type, types.Code) and field.type.digits is not None
            if is_numeric and not (text.isascii() and text.isdigit()):
                message = f"a value of `{field.name}` has digits alone"
                self._scope.report("unknown-value", literal.span, message)
                return None
            if longest is not None and len(text) > longest:
                message = f"no value of `{field.name}` has more than {longest} characters"
                self._scope.report("unknown-value", literal.span, message)
                return None
            is_whole = kind is StartsWith and len(text) == longest
            whole = IsIn(field.name, frozenset({text}))
            atoms.append(whole if is_whole else kind(field.name, text, literal.text))
        if kind is Contains and isinstance(field.type, types.Text):
            self._scope.findings.extend(short_fragments(field, node))
        return self._union(node, atoms)

    def _age(self, field: Field, node: nodes.Test) -> Condition | None:
        if not isinstance(field.type, types.Date):
            self._mismatch(field, node, f"`{node.operator}` needs a date field")
            return None
        assert isinstance(node.operands, nodes.Duration)
        length = number(node.operands.number)
        word = node.operands.unit
        unit = _DAYS.get(word.text)
        if unit is None and (near := unit_meant(word.text)) in _DAYS:
            message = f"`{word.text}` is no unit of time"
            self._scope.report("unknown-value", word.span, message, near=near)
            return None
        if unit is None or length is None or length != int(length) or not 0 <= length <= MAX_DAYS:
            self._scope.report(
                "unknown-value",
                node.operands.span,
                "a span of dates is a whole number of days or weeks",
                help="write it in days, such as `90 days`; months and years differ in length",
            )
            return None
        return _AGES[node.operator](field.name, int(length) * unit, field.type.zone)

    def _has(self, field: Field, node: nodes.Test) -> Condition | None:
        if not isinstance(field.type, types.AnyOf):
            is_text = field.type.shape == "text"
            instead = "`has word` or `contains`" if is_text else "`is` or `in`"
            self._mismatch(field, node, f"`has` needs an `any of` field; use {instead}")
            return None
        assert isinstance(node.operands, tuple)
        values = self._values(field, node, node.operands)
        if values is None:
            return None
        ordered = [value for value in field.type.values if value in values]
        held: list[Condition] = [Has(field.name, value) for value in ordered]
        match node.operator:
            case "has all":
                return held[0] if len(held) == 1 else And(tuple(held))
            case "has none":
                return And((Present(field.name), *(Not(part) for part in held)))
            case _:
                return self._union(node, held)

    def _union(self, node: nodes.Test, parts: list[Condition]) -> Condition | None:
        if not parts:
            self._scope.report("unknown-value", node.span, "the list is empty")
            return None
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    # -- literals --

    def _listed(
        self, field: Field, node: nodes.Test, literals: tuple[nodes.Literal, ...]
    ) -> IsIn | None:
        """Return the test for values that stand in the policy, which keeps how they stand there."""
        order = self._order(field, node, literals)
        if order is None:
            return None
        self._scope.findings.extend(fields_as_values(field, node, self._fields))
        return IsIn(field.name, frozenset(order), order=tuple(order.items()))

    def _values(
        self, field: Field, node: nodes.Test, literals: tuple[nodes.Literal, ...]
    ) -> frozenset[Value] | None:
        order = self._order(field, node, literals)
        return None if order is None else frozenset(order)

    def _order(
        self, field: Field, node: nodes.Test, literals: tuple[nodes.Literal, ...]
    ) -> dict[Value, str] | None:
        """Return the values in written order, each as it is written."""
        order: dict[Value, str] = {}
        for literal in literals:
            read = self._value(field, literal, meant_field(field, node, literal, self._fields))
            if read is None:
                return None
            for value in sorted(read) if isinstance(read, frozenset) else (read,):
                plain = show(field, value)
                is_plain = literal.text == plain.strip('"')
                order.setdefault(value, plain if is_plain else _spelled(literal))
        if not order:
            self._scope.report("unknown-value", node.span, "the list is empty")
            return None
        return order

    def _value(
        self, field: Field, literal: nodes.Literal, meant: str | None = None
    ) -> Value | None:
        """Return the value of a literal. meant: the comparison of two fields that it may mean."""
        read, reason = read_literal(field, literal.text)
        if read is None and meant is not None:
            self._scope.findings.append(field_behind_is(field, literal, meant))
        elif read is None:
            self._refuse(field, literal, reason)
        self._scope.refer_value(field, literal, read)
        return read

    def _refuse(self, field: Field, literal: nodes.Literal, reason: str) -> None:
        is_list = isinstance(field.type, types.OneOf | types.AnyOf | types.PersonName)
        self._scope.report(
            "unknown-value" if is_list else "type-mismatch",
            literal.span,
            f"`{literal.text}` is not a value of `{field.name}`",
            text=reason,
            help=_otherwise(field, literal.text),
            near=nearest(literal.text, _choices(field)),
        )

    def _mismatch(self, field: Field, node: nodes.Test, advice: str) -> None:
        self._scope.report(
            "type-mismatch",
            node.span,
            f"`{node.operator}` can't be asked of `{field.name}`",
            text=f"`{field.name}` is {article(field.type.word)} field",
            help=advice,
        )


def _spelled(literal: nodes.Literal) -> str:
    """Return a literal as it is written; that of a table's cell as a policy would write it."""
    raw = literal.span.text
    is_quoted = raw.startswith('"') and len(raw) > 1 and unquote(raw) == literal.text
    return raw if literal.kind != "text" or is_quoted else quoted(literal.text)


def _named_day(field: Field, node: nodes.Test) -> Condition | None:
    """Return what `is past`, `is today` or `is future` asks of a date, None for other tests."""
    if not isinstance(field.type, types.Date) or node.operator not in {"is", "is not"}:
        return None
    match node.operands:
        case (nodes.Literal("name", word),) if word in _NAMED_DAYS:
            return _NAMED_DAYS[word](field.name, 0, field.type.zone)
        case _:
            return None


def _is_free_mail(field: Field, node: nodes.Test) -> bool:
    if not isinstance(field.type, types.Domain | types.Email):
        return False
    match node.operands:
        case (nodes.Literal("name", word),):
            return word == _FREE_MAIL and node.operator in {"is", "is not"}
        case _:
            return False


_NOTHING = {"blank", "empty", "null", "none", "nil", "missing", "nothing", "unset", "n/a", "na"}


_DAY_WORDS: Mapping[str, str] = {
    "tomorrow": "ask `{0} within next 1 day and {0} is not today`",
    "yesterday": "ask `{0} within 1 day and {0} is not today`",
    **dict.fromkeys(("expired", "overdue", "passed", "elapsed", "over"), "ask `{0} is past`"),
    **dict.fromkeys(("upcoming", "coming", "ahead", "pending"), "ask `{0} is future`"),
}
"""What is said of a day elsewhere, and how it is asked here."""


def _otherwise(field: Field, written: str) -> str:
    """Return what to write instead of a literal that is like no value of its field, or ""."""
    if written.lower() in _NOTHING:
        return f"ask `{field.name} is missing`, or `{field.name} is present` for the others"
    if isinstance(field.type, types.Date) and written.lower() in _DAY_WORDS:
        return _DAY_WORDS[written.lower()].format(field.name)
    if isinstance(field.type, types.Subdivision):
        from turnout.dsl.values.places import codes_of  # noqa: PLC0415 - as in `readers`

        codes = codes_of(written)[:3]
        if codes:
            return f"write the full code: {' or '.join(f'`{code}`' for code in codes)}"
    return ""


def _choices(field: Field) -> tuple[str, ...]:
    if isinstance(field.type, types.OneOf | types.AnyOf):
        return field.type.values
    return tuple(field.type.people.values()) if isinstance(field.type, types.PersonName) else ()


def _is_legal_form(field: Field, text: str) -> bool:
    if not isinstance(field.type, types.CompanyName):
        return False
    from turnout.dsl.values.company_names import company_name, written_words  # noqa: PLC0415

    found = company_name(f"firm of ten {text}")
    return isinstance(found, str) and not found.endswith(written_words(text))


def _without_front(field: Field, text: str) -> str:
    """Return the rest of a text that begins with a word with which no firm's name does, or ""."""
    if not isinstance(field.type, types.CompanyName):
        return ""
    from turnout.dsl.values.company_names import company_name, written_words  # noqa: PLC0415

    first, _, rest = text.strip().partition(" ")
    found = company_name(f"{first} ten firm")
    is_kept = isinstance(found, str) and found.startswith(written_words(first))
    return "" if is_kept else rest.strip()


def _normal(field: Field, text: str) -> str:
    if isinstance(field.type, types.CompanyName):
        from turnout.dsl.values.company_names import written_words  # noqa: PLC0415 - as `readers`

        return written_words(text)
    if isinstance(field.type, types.SalesforceId):
        return text.strip()
    if isinstance(field.type, types.Code):
        return normal_code(text, None)
    if isinstance(field.type, types.Phone):
        return "".join(c for c in text if c.isdigit() or c == "+")
    return normal_text(text)


def _exact(condition: Condition | None) -> Bounds:
    """Return the bounds of what was read whole, those of anything where it wasn't."""
    return UNKNOWN if condition is None else Bounds(condition, condition)
