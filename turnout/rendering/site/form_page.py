"""Try a lead: a form made of the schema, decided on the page itself by `decide.js`.

What a clause sends to stands on the page already, in a template, in the same words as
everywhere else; the script finds which of them it is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, assert_never, cast

from htpy import (
    Element,
    Node,
    button,
    code,
    datalist,
    div,
    fieldset,
    form,
    h2,
    input,  # noqa: A004
    label,
    legend,
    li,
    noscript,
    ol,
    option,
    p,
    script,
    section,
    select,
    small,
    span,
    template,
)

from turnout.dsl import types
from turnout.dsl.conditions import SEEN
from turnout.dsl.types import Field
from turnout.dsl.values.iso import rows
from turnout.dsl.wording import typed
from turnout.printable import visible
from turnout.rendering.site.addresses import data_file, form_page_of
from turnout.rendering.site.form import form_data, form_fields
from turnout.rendering.site.picture_page import Pictured
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell
from turnout.rendering.site.way import questions_plan

MOST_SUGGESTED = 60
"""Values of a field that its input suggests."""


def form_files(
    shell: Shell, route: str, pictured: Pictured | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the page on which leads of a route are tried, and its data."""
    subject = shell.subject
    here = form_page_of(subject.program.routes, route)
    data = form_data(subject.program, route, subject.compiled.policy_hash)
    if pictured is not None:
        data["questions"] = questions_plan(subject.program, route, pictured.questions)
    written = json.dumps(data, separators=(",", ":"), sort_keys=False)
    # As a text that is parsed, not as a literal that is read as a program: it is quicker, and
    # nothing in it can be code.
    yield (
        data_file(here),
        f"globalThis.turnoutData = JSON.parse({json.dumps(written)});\n".encode(),
    )
    content = [
        _routes(shell, route),
        noscript[p["This page needs JavaScript: it decides the lead here, and sends it nowhere."]],
        div(".try")[_form(shell, route, data), _result()],
        template("#clauses")[ol[_clauses(shell.teller(here), route)]],
        pictured is not None and _way(pictured, here),
        script(src="assets/decide.js", defer=True),
        script(src=data_file(here), defer=True),
        script(src="assets/try.js", defer=True),
    ]
    lead = "Say what the lead says. Who gets it is found here, on this page; it is sent nowhere."
    yield here, shell.page(here, "Try a lead", content, lead=lead)


def _way(pictured: Pictured, here: str) -> Element:
    return section("#way")[
        h2["Its way in the picture"],
        p("#traced.note")["The way of the lead is drawn here as soon as it is decided."],
        pictured.on(here, pictured.pages[0]),
    ]


def _routes(shell: Shell, route: str) -> Node:
    names = list(shell.subject.program.routes)
    if len(names) < 2:
        return None
    tell = shell.teller(form_page_of(shell.subject.program.routes, route))
    others = (
        tell.to(form_page_of(shell.subject.program.routes, name), name)
        for name in names
        if name != route
    )
    return p["Route ", told(route), ". Others: ", [[each, " "] for each in others]]


def _clauses(tell: Teller, route: str) -> Iterator[Element]:
    for at, clause in enumerate(tell.subject.program.routes[route].clauses):
        yield li[
            p(".by")[tell.clause(route, at)],
            tell.chain(clause),
            clause.offer is not None and p[tell.offer(clause.offer), "."],
            clause.sla is not None and p[tell.promise(clause.sla), "."],
            [p["And: ", action] for action in tell.actions(clause)],
        ]


def _result() -> Element:
    return section("#result", aria_live="polite", aria_label="Decision", tabindex="-1")[
        p(".note")["The decision stands here as soon as something is said about the lead."]
    ]


# -- the form --


def _form(shell: Shell, route: str, data: dict[str, object]) -> Element:
    fields = form_fields(shell.subject.program, route)
    plan = cast("dict[str, Any]", data["plan"])
    return form("#lead", autocomplete="off")[
        div(".fields")[(_field(field, plan) for field in fields)],
        fieldset(".circumstances")[
            legend["When it arrives"],
            div(".field")[label(for_="today")["Day"], input("#today", type="date")],
            (_calendar(name) for name in _calendars(plan)),
            _seen(plan),
        ],
        p[button("#clear", type="reset")["Clear"],],
        any(isinstance(field.type, types.Country) for field in fields) and _countries(),
    ]


def _field(field: Field, plan: dict[str, Any]) -> Element:
    name = visible(field.name)
    hint = small(id=f"hint-{name}")[_hint(field)]
    marked = [told(field.name), field.required and span(".must")[" must be there"]]
    if isinstance(field.type, types.AnyOf):
        return fieldset(".field")[
            legend[marked],
            (
                label(".choice")[
                    input(type="checkbox", name=name, value=value, data_several="yes"), told(value)
                ]
                for value in field.type.values
            ),
        ]
    return div(".field")[label(for_=f"f-{name}")[marked], _control(field, name, plan), hint]


def _hint(field: Field) -> Node:
    """Return what may be said, where the field's name and its control don't tell."""
    match field.type:
        case types.Country():
            return "a name or a code"
        case types.Subdivision():
            return "a name, or a code such as US-CA"
        case types.Language():
            return "a name or a code"
        case types.Integer(low, high) | types.Number(low, high):
            return (
                f"a {'whole ' if field.type.word == 'integer' else ''}number{_between(low, high)}"
            )
        case types.Money(currency):
            return f"an amount in {currency}"
        case types.Code() | types.Domain() | types.CompanyName():
            return told(typed(field.type))
        case (
            types.AnyOf()
            | types.Boolean()
            | types.Date()
            | types.Email()
            | types.OneOf()
            | types.PersonName()
            | types.Phone()
            | types.SalesforceId()
            | types.Text()
        ):
            return None
        case _:
            assert_never(field.type)


def _between(low: object, high: object) -> str:
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", {low} or more"
    return "" if high is None else f", {high} or less"


_GIVEN: Mapping[type[types.FieldType], str] = {types.Email: "kim@firm.example", types.Text: "L-1"}
"""What stands in a field that must be there, so that the form decides at once."""


def _control(field: Field, name: str, plan: dict[str, Any]) -> Node:
    shared = {"id": f"f-{name}", "name": name, "aria-describedby": f"hint-{name}"}
    given = _GIVEN.get(type(field.type)) if field.required else None
    match field.type:
        case types.OneOf(values):
            return _select(shared, values)
        case types.Boolean():
            return _select(shared, ("yes", "no"))
        case types.PersonName(people):
            return _select(shared, sorted(set(people.values())))
        case types.Date():
            return input(shared, type="date")
        case types.Integer() | types.Number() | types.Money():
            return input(shared, type="text", inputmode="decimal")
        case types.Country():
            return input(shared, type="text", list="countries")
        case (
            types.AnyOf()
            | types.Code()
            | types.Domain()
            | types.Email()
            | types.Language()
            | types.Phone()
            | types.SalesforceId()
            | types.Subdivision()
            | types.Text()
        ):
            suggested = _suggested(field, plan)
            return [
                input(
                    shared,
                    type="text",
                    value=given,
                    list=f"list-{name}" if suggested else None,
                ),
                bool(suggested)
                and datalist(id=f"list-{name}")[(option(value=each) for each in suggested)],
            ]
        case _:
            assert_never(field.type)


def _select(shared: dict[str, str], values: Sequence[str]) -> Element:
    return select(shared)[option(value="")["–"], (option(value=v)[visible(v)] for v in values)]  # noqa: RUF001


def _suggested(field: Field, plan: dict[str, Any]) -> list[str]:
    """Return values that the route's conditions ask of a field."""
    found: dict[str, None] = {}
    for column in plan["columns"]:
        if column["field"] == field.name:
            texts = [*column.get("values", ()), *column.get("literals", ())]
            found.update(dict.fromkeys(text for text in texts if isinstance(text, str)))
    return list(found)[:MOST_SUGGESTED]


def _calendars(plan: dict[str, Any]) -> list[str]:
    return [each["name"] for each in plan["calendars"]]


def _calendar(name: str) -> Element:
    field = f"open {name}"
    return div(".field")[
        label(for_=f"f-{visible(field)}")["Working hours ", code[told(name)]],
        select(id=f"f-{visible(field)}", data_fact=field)[
            option(value="yes")["open"], option(value="no")["closed"]
        ],
    ]


def _seen(plan: dict[str, Any]) -> Node:
    if not plan["identities"]:
        return None
    return div(".field")[
        label(for_="f-seen")["Seen before"],
        select("#f-seen", data_fact=SEEN)[option(value="no")["no"], option(value="yes")["yes"]],
    ]


def _countries() -> Element:
    listed = ((e["alpha_2"], e.get("common_name", e["name"])) for e in rows("countries"))
    return datalist("#countries")[(option(value=name)[code_] for code_, name in sorted(listed))]
