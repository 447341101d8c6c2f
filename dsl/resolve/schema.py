"""The lead schema: each field's type with its arguments read."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import assert_never

import attrs

from turnout.dsl import nodes, types
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.headers import column_key
from turnout.dsl.resolve.scope import Scope, article
from turnout.dsl.values.picklists import picklist_key
from turnout.dsl.values.texts import normal_text

_NUMBER = re.compile(r"(-?)(\d[\d_]*(?:\.\d+)?)([kMB]?)")
_FACTORS = {"": 1, "k": 1_000, "M": 1_000_000, "B": 1_000_000_000}
MAX_FIELDS = 1_000

_PLAIN: dict[str, type] = {
    "text": types.Text,
    "salesforce-id": types.SalesforceId,
    "email": types.Email,
    "country": types.Country,
    "language": types.Language,
}


def number(written: nodes.Literal) -> Decimal | None:
    """Return the number that a literal writes, None where it writes none.

    `100M` is a hundred million, `1_000` a thousand.
    """
    found = _NUMBER.fullmatch(written.text) if written.kind == "number" else None
    if found is None or len(found[2]) > 30:
        return None
    sign, digits, suffix = found.groups()
    value = Decimal(digits.replace("_", "")) * _FACTORS[suffix]
    return -value if sign else value


def schema(
    leads: list[nodes.LeadSchema], people: Mapping[str, str], zone: str, scope: Scope
) -> dict[str, types.Field]:
    """Return the fields of the lead schema, in order.

    people: what a `person` field accepts, see `types.PersonName`. zone: of the policy's days.
    """
    written = [field for lead in leads for field in lead.fields]
    if len(written) > MAX_FIELDS:
        message = f"the lead schema has more than {MAX_FIELDS} fields"
        scope.report("too-large", written[MAX_FIELDS].span, message)
    countries = [field.name.text for field in written if field.type.word == "country"]
    fields: dict[str, types.Field] = {}
    for node in written[:MAX_FIELDS]:
        if not scope.stands("field", node.name):
            continue
        kind = _type(node.type, countries, people, scope)
        if isinstance(kind, types.Date):
            kind = attrs.evolve(kind, zone=zone)
        if kind is None:
            continue
        placeholders = tuple(text.text for text in node.placeholders)
        fields[node.name.text] = types.Field(
            node.name.text,
            kind,
            node.required,
            placeholders,
            node.name.span,
            columns=_columns(node, scope),
            is_id=node.is_id,
        )
    _check_id([node for node in written if node.name.text in fields], fields, scope)
    _check_sources(written, fields, scope)
    _check_currencies(written, fields, scope)
    return fields


def _check_currencies(
    written: Sequence[nodes.FieldNode], fields: dict[str, types.Field], scope: Scope
) -> None:
    """Leave out of `money USD of ...` what is no field that can say a currency."""
    for node in written:
        field = fields.get(node.name.text)
        if field is None or not isinstance(field.type, types.Money) or field.type.of is None:
            continue
        said = next(each.operands[0] for each in node.type.options if each.word == "told_by")
        teller = scope.field(nodes.Name(said.text, said.span), fields)
        if teller is not None and not isinstance(
            teller.type, types.Text | types.Code | types.OneOf
        ):
            scope.report(
                "type-mismatch",
                said.span,
                f"`{said.text}` can't say a currency",
                text=f"it is {article(teller.type.word)} field",
                help=f"declare `{said.text}: code`, or as a list of currencies",
            )
            teller = None
        if teller is None:
            kind = attrs.evolve(field.type, of=None)
            fields[node.name.text] = attrs.evolve(field, type=kind)


def _check_sources(
    written: Sequence[nodes.FieldNode], fields: dict[str, types.Field], scope: Scope
) -> None:
    """Leave out of `domain of ...` and `company-name of ...` what neither can be taken from."""
    for node in written:
        field = fields.get(node.name.text)
        if (
            field is None
            or not isinstance(field.type, types.Domain | types.CompanyName)
            or not field.type.of
        ):
            continue
        is_domain = isinstance(field.type, types.Domain)
        kept: list[str] = []
        written_names = (each for option in node.type.options for each in option.operands)
        for name in (nodes.Name(each.text, each.span) for each in written_names):
            source = scope.field(name, fields)
            if source is not None and not _can_be_taken_from(source.type, is_domain=is_domain):
                what = "domain" if is_domain else "company's name"
                message = f"no {what} can be taken from `{name.text}`"
                said = f"it is {article(source.type.word)} field"
                advice = (
                    "name a field of e-mail addresses, or a text with web addresses"
                    if is_domain
                    else "name a text field; a domain's own field is `domain of ...`"
                )
                scope.report("type-mismatch", name.span, message, text=said, help=advice)
            elif source is not None:
                kept.append(name.text)
        of = tuple(dict.fromkeys(kept))
        fields[node.name.text] = attrs.evolve(field, type=attrs.evolve(field.type, of=of))


def _can_be_taken_from(kind: types.FieldType, *, is_domain: bool) -> bool:
    if isinstance(kind, types.Email):
        return is_domain
    return isinstance(kind, types.Text) and not isinstance(kind, types.CompanyName)


def _columns(node: nodes.FieldNode, scope: Scope) -> tuple[str, ...]:
    """Return the columns that a field declares, without those that were reported."""
    found: dict[str, str] = {}
    for literal in node.columns:
        name = literal.text.strip()
        key = column_key(name) or name
        if not name:
            scope.report("unknown-value", literal.span, "a column's name is empty")
        elif key in found:
            scope.report(
                "duplicate-name",
                literal.span,
                f"the column `{name}` is named already",
                text="names are the same but for case, blanks, hyphens and underscores",
                help="name each column once",
            )
        else:
            found[key] = name
    return tuple(found.values())


def _check_id(written: list[nodes.FieldNode], fields: dict[str, types.Field], scope: Scope) -> None:
    """Report a second id, and an id that many leads share."""
    declared = [node for node in written if node.is_id]
    for node in declared[1:]:
        fields[node.name.text] = attrs.evolve(fields[node.name.text], is_id=False)
        scope.findings.append(
            Finding(
                "duplicate-clause",
                Severity.ERROR,
                node.name.span,
                "a lead has one id, and the schema marks two fields as it",
                text="marked `id`, too",
                labels=(Label(declared[0].name.span, "marked `id` first"),),
                help=("take `id` away from one of the two",),
            )
        )
    field = types.id_field(fields)
    if field is not None and not _tells_apart(field.type):
        is_cut = isinstance(field.type, types.Code)
        what = "a code that is cut" if is_cut else f"{article(field.type.word)} field"
        place = next(node for node in written if node.name.text == field.name)
        scope.report(
            "type-mismatch",
            place.type.span,
            f"`{field.name}` can't be the id: many leads share the value of {what}",
            help="mark the field that tells a lead from all others, such as `lead_id: text id`",
        )


def _tells_apart(kind: types.FieldType) -> bool:
    match kind:
        case types.Code(first):
            return first is None
        case types.CompanyName():
            return False
        case types.Text() | types.Email() | types.Phone() | types.Integer() | types.Number():
            return True
        case (
            types.Boolean()
            | types.Date()
            | types.Country()
            | types.Subdivision()
            | types.Language()
            | types.OneOf()
            | types.AnyOf()
            | types.PersonName()
            | types.Money()
            | types.Domain()
        ):
            return False
        case _:
            assert_never(kind)


def _type(
    node: nodes.TypeNode, countries: list[str], people: Mapping[str, str], scope: Scope
) -> types.FieldType | None:
    match node.word:
        case "code":
            return _code(node, scope)
        case "integer":
            return _integer(node, scope)
        case "number":
            return _number(node, scope)
        case "money":
            return _money(node, scope)
        case "phone":
            return _phone(node, countries, scope)
        case "subdivision":
            return _subdivision(node, countries, scope)
        case "one of" | "any of":
            return _picklist(node, scope)
        case "person":
            return types.PersonName(people)
        case word if word in _SIMPLE:
            return _SIMPLE[word](node, scope)
        case word:
            kind: types.FieldType = _PLAIN[word]()
            return kind


def _number(node: nodes.TypeNode, scope: Scope) -> types.Number | None:
    bounds, numerals = _bounds(node, scope), _numerals(node, scope)
    return None if bounds is None or numerals is None else types.Number(*bounds, numerals)


def _code(node: nodes.TypeNode, scope: Scope) -> types.Code | None:
    if not node.options:
        return types.Code()
    option = node.options[0]
    literal = option.operands[0]
    length = number(literal)
    if length is None or length != int(length) or not 1 <= length <= 100:
        message = f"`{literal.text}` is not a number of characters"
        advice = "write 1 to 100, such as `first 5`"
        scope.report("unknown-value", literal.span, message, help=advice)
        return None
    match option.word:
        case "digits":
            return types.Code(None, int(length))
        case "first_digits":
            return types.Code(int(length), int(length))
        case _:
            return types.Code(int(length))


def _integer(node: nodes.TypeNode, scope: Scope) -> types.Integer | None:
    bounds, numerals = _bounds(node, scope), _numerals(node, scope)
    if bounds is None or numerals is None:
        return None
    for bound in bounds:
        if bound is not None and bound != int(bound):
            scope.report("type-mismatch", node.span, f"{bound} is not a whole number")
            return None
    low, high = (None if bound is None else int(bound) for bound in bounds)
    return types.Integer(low, high, numerals)


def _numerals(node: nodes.TypeNode, scope: Scope) -> types.Numerals | None:
    chosen = _chosen(
        node,
        scope,
        decimal={"decimal_comma": ",", "decimal_point": "."},
        percent={"percent": "%"},
        end={"range_low": "low", "range_high": "high"},
    )
    if chosen is None:
        return None
    return types.Numerals(chosen["decimal"], bool(chosen["percent"]), chosen["end"])


def _date(node: nodes.TypeNode, scope: Scope) -> types.Date | None:
    units = ("epoch_seconds", "epoch_milliseconds", "sheet_days")
    chosen = _chosen(
        node,
        scope,
        first={"day_first": "day", "month_first": "month"},
        numbers={unit: unit.replace("_", " ") for unit in units},
    )
    return None if chosen is None else types.Date(**chosen)


def _chosen(
    node: nodes.TypeNode, scope: Scope, **choices: Mapping[str, str]
) -> dict[str, str] | None:
    """Return which option of each kind is written, "" for none; None where two are."""
    chosen = dict.fromkeys(choices, "")
    for option in node.options:
        for kind, words in choices.items():
            if option.word not in words:
                continue
            if chosen[kind]:
                message = "the type says twice how its values are written"
                scope.report("duplicate-clause", option.span, message, help="keep one of them")
                return None
            chosen[kind] = words[option.word]
    return chosen


def _boolean(node: nodes.TypeNode, scope: Scope) -> types.Boolean | None:
    said: dict[str, str] = {}
    texts: dict[str, list[str]] = {"true_when": [], "false_when": []}
    for option in node.options:
        for literal in option.operands:
            key = normal_text(literal.text)
            own = f"{key}_when"
            if said.setdefault(key, option.word) != option.word or (own in texts) > (
                own == option.word
            ):
                message = f"`{literal.text}` can't say both true and false"
                scope.report("unknown-value", literal.span, message)
                return None
            texts[option.word].append(literal.text)
    return types.Boolean(tuple(texts["true_when"]), tuple(texts["false_when"]))


def _bounds(node: nodes.TypeNode, scope: Scope) -> tuple[Decimal | None, Decimal | None] | None:
    if node.bounds is None:
        return None, None
    read: list[Decimal | None] = []
    for literal in (node.bounds.low, node.bounds.high):
        value = None if literal is None else number(literal)
        if literal is not None and value is None:
            scope.report("type-mismatch", literal.span, f"`{literal.text}` is not a number")
            return None
        read.append(value)
    low, high = read
    if low is not None and high is not None and low > high:
        scope.report("unknown-value", node.bounds.span, "the range is empty: its ends are swapped")
        return None
    return low, high


def _money(node: nodes.TypeNode, scope: Scope) -> types.Money | None:
    assert isinstance(node.argument, nodes.Name)
    currency = node.argument
    if not re.fullmatch("[A-Z]{3}", currency.text):
        scope.report(
            "unknown-value",
            currency.span,
            f"`{currency.text}` is not a currency",
            help="write the three capitals of ISO 4217, such as USD or EUR",
        )
        return None
    numerals = _numerals(node, scope)
    told = [option.operands[0].text for option in node.options if option.word == "told_by"]
    if len(told) > 1:
        message = "the type says twice which field tells the currency"
        scope.report("duplicate-clause", node.span, message, help="keep one of them")
        return None
    of = told[0] if told else None
    return None if numerals is None else types.Money(currency.text, numerals, of)


def _subdivision(
    node: nodes.TypeNode, countries: list[str], scope: Scope
) -> types.Subdivision | None:
    place = _place(node, countries, scope)
    return None if place is None else types.Subdivision(*place)


def _place(
    node: nodes.TypeNode, countries: list[str], scope: Scope
) -> tuple[str | None, str | None] | None:
    """Return the country field that values are read with, and the country; None if reported."""
    if isinstance(node.argument, nodes.Name):
        if node.argument.text in countries:
            scope.refer("field", node.argument)
            return node.argument.text, None
        from turnout.dsl.values.places import is_alpha_2  # noqa: PLC0415 - as in `readers`

        if is_alpha_2(node.argument.text):
            return None, node.argument.text
        if re.fullmatch("[A-Z]{2}", node.argument.text):
            message = f"there is no country `{node.argument.text}`"
            advice = "write its code of ISO 3166-1, such as US, or the name of a country field"
            scope.report("unknown-name", node.argument.span, message, help=advice)
        else:
            scope.unknown("country field", node.argument, dict.fromkeys(countries))
        return None
    if len(countries) > 1:
        scope.report(
            "type-mismatch",
            node.span,
            "the schema has several country fields",
            text=f"read together with which of {', '.join(f'`{name}`' for name in countries)}?",
            help=f"write `{node.word} of {countries[0]}`",
        )
        return None
    return countries[0] if countries else None, None


def _phone(node: nodes.TypeNode, countries: list[str], scope: Scope) -> types.Phone | None:
    from turnout.dsl.values.phones import can_read_phones  # noqa: PLC0415 - as in `readers`

    if not can_read_phones():
        scope.report(
            "missing-extra",
            node.span,
            "`phone` needs the package phonenumbers, which is not installed",
            help="install it with `pip install 'turnout[phone]'`",
        )
        return None
    place = _place(node, countries, scope)
    return None if place is None else types.Phone(*place)


def _domain(node: nodes.TypeNode, scope: Scope) -> types.Domain | None:
    sources: tuple[str, ...] = ()
    without = False
    for option in node.options:
        if (option.word == "sources" and sources) or (option.word == "free_mail" and without):
            message = "the type says this twice"
            scope.report("duplicate-clause", option.span, message, help="keep one of them")
            return None
        if option.word == "sources":
            sources = tuple(dict.fromkeys(literal.text for literal in option.operands))
        else:
            without = True
    return types.Domain(sources, without)


def _company_name(node: nodes.TypeNode, scope: Scope) -> types.CompanyName | None:
    domain = _domain(node, scope)  # taken from other fields in the same words
    return None if domain is None else types.CompanyName(domain.of)


def _picklist(node: nodes.TypeNode, scope: Scope) -> types.OneOf | types.AnyOf | None:
    values: dict[str, nodes.Literal] = {}
    for literal in node.literals:
        folded = picklist_key(literal.text)
        if not any(map(str.isalnum, folded)):
            scope.report("unknown-value", literal.span, "a value of a picklist needs a letter")
        elif folded in values:
            scope.report(
                "duplicate-name",
                literal.span,
                f"`{literal.text}` stands in the list already",
                text="values are the same but for case, blanks and signs between letters",
            )
        else:
            values[folded] = literal
    if not values:
        scope.report("unknown-value", node.span, "a picklist needs at least one value")
        return None
    kind = types.OneOf if node.word == "one of" else types.AnyOf
    return kind(tuple(literal.text for literal in values.values()))


# The types that only read their own options.
_SIMPLE: Mapping[str, Callable[[nodes.TypeNode, Scope], types.FieldType | None]] = {
    "boolean": _boolean,
    "company-name": _company_name,
    "date": _date,
    "domain": _domain,
}


def people_by_spelling(people: list[nodes.Person]) -> Mapping[str, str]:
    """Return each person's name by the spellings that a lead may use: name and e-mail."""
    spellings: dict[str, str] = {}
    for person in people:
        addresses = [c.email.text for c in person.clauses if isinstance(c, nodes.Address)]
        for spelling in (person.name.text, *addresses):
            spellings.setdefault(spelling.strip().casefold(), person.name.text)
    return spellings
