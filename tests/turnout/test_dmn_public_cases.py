"""The facts of DMN's public conformance cases, with words of our own.

Each table has the structure of one of the kit's, and each lead a result that the kit expects, or
that its table says at an edge. The kinds of cases that no policy can say are refused by name.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.dmn_models import model, table
from tests.support.imported_policies import outcomes
from turnout.frozen import frozen
from turnout.importing.dmn.decision_models import imported
from turnout.importing.foreign import ForeignError
from turnout.importing.reports import ImportReport


@frozen
class Case:
    """A table, and whom it names for each lead, the other outputs behind a stroke."""

    table: str
    wanted: list[tuple[dict[str, Any], str]]
    beside: str = ""
    to: str | None = None


def output(name: str, values: str = "", default: str = "") -> str:
    listed = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    rest = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    return f"<output name='{name}'>{listed}{rest}</output>"


LOAN = {"age": "number", "risk": "string", "afford": "boolean"}
ANSWER = output("answer", '"take", "leave"')
WITH_RATE = [output("answer", '"take", "leave"', '"leave"'), output("rate", "", '"plain"')]


def loans(**wanted: str) -> list[tuple[dict[str, Any], str]]:
    """Return applicants, written as `a17_High_no`, and what each gets."""
    found: list[tuple[dict[str, Any], str]] = []
    for said, answer in wanted.items():
        age, risk, *no = said.removeprefix("a").split("_")
        found.append(({"age": int(age), "risk": risk, "afford": not no}, answer))
    return found


RATED = [
    (">=18", '"Low"', "true", '"take"', '"top"'),
    (">=18", '"Medium"', "true", '"take"', '"plain"'),
    ("<18", '"Medium","Low"', "true", '"leave"', '"plain"'),
    ("-", '"High"', "true", '"leave"', '"plain"'),
    ("-", "-", "false", '"leave"', '"plain"'),
]
DECLINING = [
    (">=18", '"Medium","Low"', "true", '"take"'),
    ("<18", "-", "-", '"leave"'),
    ("-", '"High"', "-", '"leave"'),
    ("-", "-", "false", '"leave"'),
]
OF_LOANS = loans(
    a18_Medium="take",
    a17_Medium="leave",
    a18_High="leave",
    a18_Low_no="leave",
    a40_Low="take",
    a17_High_no="leave",
)
RISK_BANDS = [
    *(("false", "<100", '"high"'), ("false", "[100..120)", '"middle"')),
    *(("false", "[120..130)", '"low"'), ("false", ">130", '"lowest"')),
    *(("true", "<80", '"nil"'), ("true", "[80..90)", '"high"')),
    *(("true", "[90..110]", '"middle"'), ("true", ">110", '"low"')),
]
CREDIT_BANDS = [
    *(("false", "<120", "<590", '"high"'), ("false", "<120", "[590..610]", '"middle"')),
    *(("false", "<120", ">610", '"low"'), ("false", "[120..130]", "<600", '"high"')),
    *(("false", "[120..130]", "[600..625]", '"middle"'), ("false", "[120..130]", ">625", '"low"')),
    *(("false", ">130", "-", '"lowest"'), ("true", "<=100", "<580", '"high"')),
    *(("true", "<=100", "[580..600]", '"middle"'), ("true", "<=100", ">600", '"low"')),
    *(("true", ">100", "<590", '"high"'), ("true", ">100", "[590..615]", '"middle"')),
    ("true", ">100", ">615", '"low"'),
]


def bands(rows: Mapping[tuple[Any, ...], str], *names: str) -> list[tuple[dict[str, Any], str]]:
    return [(dict(zip(names, values, strict=True)), wanted) for values, wanted in rows.items()]


CASES = {
    "2/0004 unique": Case(
        table(
            "UNIQUE",
            LOAN,
            [ANSWER],
            [
                (">=18", '"Medium","Low"', "true", '"take"'),
                ("<18", '"Medium","Low"', "true", '"leave"'),
                ("-", '"High"', "true", '"leave"'),
                ("-", "-", "false", '"leave"'),
            ],
        ),
        OF_LOANS,
    ),
    "2/0005 any": Case(table("ANY", LOAN, [ANSWER], DECLINING), OF_LOANS),
    "2/0006 priority": Case(table("PRIORITY", LOAN, [ANSWER], DECLINING), OF_LOANS),
    "2/0007 priority, a rule for all": Case(
        table("PRIORITY", LOAN, [ANSWER], [DECLINING[0], ("-", "-", "-", '"leave"')]), OF_LOANS
    ),
    "2/0007 priority, the rule for all first": Case(
        table("P", LOAN, [ANSWER], [("-", "-", "-", '"leave"'), DECLINING[0]]), OF_LOANS
    ),
    "2/0010 unique, two outputs and defaults": Case(
        table("UNIQUE", LOAN, WITH_RATE, RATED),
        loans(
            a18_Medium="take / rate: plain",
            a17_Medium="leave / rate: plain",
            a18_High="leave / rate: plain",
            a18_Low="take / rate: top",
            a18_High_no="leave / rate: plain",
        ),
        to="answer",
    ),
    "2/0108 first, two outputs and defaults": Case(
        table(
            "FIRST",
            LOAN,
            WITH_RATE,
            [
                (">=18", '"Medium"', "true", '"take"', '"top"'),
                (">=12", '"Medium"', "true", '"take"', '"plain"'),
                ("<12", '"Low"', "true", '"leave"', '"plain"'),
            ],
        ),
        loans(
            a19_Medium="take / rate: top",
            a13_Medium="take / rate: plain",
            a10_Low="leave / rate: plain",
            a10_High="leave",
        ),
        to="answer",
    ),
    "2/0111 first, one output": Case(
        table(
            "FIRST",
            {"age": "number"},
            ["<output/>"],
            [(">18", '"cars"'), (">12", '"games"'), (">0", '"toys"')],
        ),
        bands({(19,): "cars", (18,): "games", (13,): "games", (5,): "toys", (0,): ""}, "age"),
    ),
    "2/0117 any, two outputs": Case(
        table("ANY", LOAN, WITH_RATE, [*RATED, (">=19", '"Low"', "true", '"take"', '"top"')]),
        loans(
            a19_Low="take / rate: top",
            a17_High="leave / rate: plain",
            a19_Medium="take / rate: plain",
        ),
        to="answer",
    ),
    "2/0118 priority, two outputs": Case(
        table(
            "PRIORITY",
            LOAN,
            [output("taken/left", '"take", "leave"'), output("rate")],
            [
                (">=18", '"Medium","Low"', "true", '"take"', '"basic"'),
                ("<18", "-", "-", '"leave"', '"plain"'),
                ("-", '"High"', "-", '"take"', '"plain"'),
            ],
        ),
        loans(
            a17_High="take / rate: plain",
            a19_Low="take / rate: basic",
            a10_Low="leave / rate: plain",
        ),
        to="taken/left",
    ),
    "3/0004 strategy, of what other decisions give": Case(
        table(
            "UNIQUE",
            {"fit": "tFit", "Call": "tCall"},
            [output("way", '"refuse", "through", "office"')],
            [
                ('"UNFIT"', "-", '"refuse"'),
                ('"FIT"', '"WHOLE","SMALL"', '"office"'),
                ('"FIT"', '"NONE"', '"through"'),
            ],
        ),
        bands(
            {
                ("FIT", "SMALL"): "office",
                ("UNFIT", "NONE"): "refuse",
                ("FIT", "NONE"): "through",
                ("FIT", None): "",
            },
            "fit",
            "Call",
        ),
        '<itemDefinition name="tFit"><typeRef>string</typeRef><allowedValues>'
        '<text>"UNFIT", "FIT"</text></allowedValues></itemDefinition>'
        '<itemDefinition name="tCall"><typeRef>string</typeRef></itemDefinition>',
    ),
    "3/0004 call": Case(
        table(
            "UNIQUE",
            {"danger": "string"},
            ["<output/>"],
            [
                ('"HIGH","MIDDLE"', '"whole"'),
                ('"LOW"', '"small"'),
                ('"VERY LOW","DECLINE"', '"nil"'),
            ],
        ),
        bands({("LOW",): "small", ("MIDDLE",): "whole", ("VERY LOW",): "nil"}, "danger"),
    ),
    "3/0004 factor, numbers": Case(
        table(
            "UNIQUE",
            {"danger": "string"},
            ["<output/>"],
            [('"HIGH", "DECLINE"', "0.6"), ('"MIDDLE"', "0.7"), ('"LOW", "VERY LOW"', "0.8")],
        ),
        bands({("LOW",): "f-0-8", ("MIDDLE",): "f-0-7", ("DECLINE",): "f-0-6"}, "danger"),
    ),
    "3/0004 fit": Case(
        table(
            "PRIORITY",
            {"danger": "string", "afford": "boolean", "age": "number"},
            [output("fit", '"unfit", "fit"')],
            [
                ('"DECLINE"', "-", "-", '"unfit"'),
                ("-", "false", "-", '"unfit"'),
                ("-", "-", "<18", '"unfit"'),
                ("-", "-", "-", '"fit"'),
            ],
        ),
        bands(
            {
                ("LOW", True, 35): "fit",
                ("DECLINE", True, 35): "unfit",
                ("LOW", False, 35): "unfit",
                ("LOW", True, 17): "unfit",
            },
            "danger",
            "afford",
            "age",
        ),
    ),
    "3/0004 risk before the office": Case(
        table("UNIQUE", {"old": "boolean", "points": "number"}, ["<output/>"], RISK_BANDS),
        bands(
            {
                (False, 99): "high",
                (False, 100): "middle",
                (False, 120): "low",
                (False, 130): "",
                (False, 131): "lowest",
                (True, 79): "nil",
                (True, 80): "high",
                (True, 110): "middle",
                (True, 130): "low",
            },
            "old",
            "points",
        ),
    ),
    "3/0004 risk after the office": Case(
        table(
            "UNIQUE",
            {"old": "boolean", "points": "number", "credit": "number"},
            ["<output/>"],
            CREDIT_BANDS,
        ),
        bands(
            {
                (True, 130, 649): "low",
                (False, 119, 589): "high",
                (False, 119, 611): "low",
                (False, 130, 600): "middle",
                (False, 131, None): "lowest",
                (True, 100, 580): "middle",
                (True, 101, 580): "high",
                (True, 101, 616): "low",
            },
            "old",
            "points",
            "credit",
        ),
    ),
    "3/0004 routing": Case(
        table(
            "PRIORITY",
            {"danger": "string", "afford": "boolean", "broke": "boolean", "credit": "number"},
            [output("route", '"decline", "refer", "accept"')],
            [
                ("-", "false", "-", "-", '"decline"'),
                ("-", "-", "true", "-", '"decline"'),
                ('"HIGH"', "-", "-", "-", '"refer"'),
                ("-", "-", "-", "<580", '"refer"'),
                ("-", "-", "-", "-", '"accept"'),
            ],
        ),
        bands(
            {
                ("LOW", True, False, 649): "accept",
                ("HIGH", True, False, 649): "refer",
                ("LOW", True, False, 579): "refer",
                ("HIGH", True, True, 579): "decline",
                ("LOW", False, False, 649): "decline",
            },
            "danger",
            "afford",
            "broke",
            "credit",
        ),
    ),
    "3/0017 part of a structure": Case(
        table(
            "UNIQUE", {"item.price": "number"}, ["<output/>"], [(">10", "true"), ("<=10", "false")]
        ),
        bands({(20,): "true", (10,): "false", (10.5,): "true", (None,): ""}, "item.price"),
    ),
    "3/0017 day": Case(
        table(
            "UNIQUE",
            {"day": "date"},
            ["<output/>"],
            [('>date("2026-10-01")', "true"), ('<=date("2026-10-01")', "false")],
        ),
        bands({("2026-11-01",): "true", ("2026-10-01",): "false"}, "day"),
    ),
    "3/0019 rank, numbers": Case(
        table(
            "UNIQUE",
            {"rank": "string"},
            ["<output/>"],
            [('"gold"', "1"), ('"silver"', "2"), ('"bronze"', "3")],
        ),
        bands({("gold",): "f-1", ("bronze",): "f-3", ("tin",): ""}, "rank"),
    ),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


def wanted(text: str) -> tuple[str, tuple[str, ...]]:
    name, *tags = text.split(" / ")
    return name or "unassigned", tuple(tags)


@pytest.mark.parametrize("name", list(CASES))
def test_the_facts_of_the_public_cases_hold(name: str) -> None:
    case = CASES[name]
    Path("m.dmn").write_text(model(case.table, case.beside), encoding="utf-8")
    made = imported(Path("m.dmn"), to=case.to)
    found = outcomes(made, [lead for lead, _ in case.wanted])
    assert found == [wanted(answer) for _, answer in case.wanted]
    notes = ImportReport(made, (), is_fit=True).notes
    refused = [note.message for note in notes if note.is_refused]
    untagged = "a fallback tags nothing: rate: plain isn't carried over"
    assert refused == [untagged] * ("defaultOutputEntry" in case.table)


def test_other_outputs_of_a_fallback_are_told() -> None:
    case = CASES["2/0108 first, two outputs and defaults"]
    assert "refused decision D, default output: a fallback tags nothing: rate: plain" in told(
        case.table, to="answer"
    )


def told(logic: str, beside: str = "", to: str | None = None) -> str:
    """Return what the report says, or the error where nothing is left to import."""
    Path("m.dmn").write_text(model(logic, beside), encoding="utf-8")
    try:
        report = ImportReport(imported(Path("m.dmn"), to=to), (), is_fit=True)
    except ForeignError as failure:
        return failure.message
    return " | ".join(f"{each.word} {each.place.entry}: {each.message}" for each in report.notes)


def one(hits: str, test: str = ">1", kind: str = "number", name: str = "x") -> str:
    return table(hits, {name: kind}, [output("a", '"b"')], [(test, '"b"')])


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


INVOKED = f"<invocation>{literal('F')}</invocation>"
NUMBERS = (
    '<itemDefinition name="tList" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
)
KNOWN = one("FIRST")

REFUSED: dict[str, tuple[str, str, str]] = {
    "2/0001-0003, 0008, 0100-0107, most of 3: expressions": (
        literal("a + 1"),
        "",
        "no decision table but of the kind literalExpression",
    ),
    "3/0019, 0040, 0041: contexts": (
        "<context/>",
        "",
        "no decision table but of the kind context",
    ),
    "2/0009, 3/0004, 0037, 0087: invocations": (
        INVOKED,
        "",
        "no decision table but of the kind invocation",
    ),
    "3/0016: relations": ("<relation/>", "", "no decision table but of the kind relation"),
    "3/1161: lists": ("<list/>", "", "no decision table but of the kind list"),
    "functions as such": (
        "<functionDefinition/>",
        "",
        "no decision table but of the kind functionDefinition",
    ),
    "3/1150: conditionals": ("<conditional/>", "", "but of the kind conditional"),
    "3/1151: filters": ("<filter/>", "", "but of the kind filter"),
    "3/1152: loops": ("<for/>", "", "but of the kind for"),
    "3/1153: some": ("<some/>", "", "but of the kind some"),
    "3/1154: every": ("<every/>", "", "but of the kind every"),
    "3/0087, 0088: no logic": ("", "", "the decision has no logic"),
    "2/0109, 0112 rule order": (one("RULE ORDER"), "", "the hit policy rule order gives several"),
    "2/0110, 0113 output order": (one("OUTPUT ORDER"), "", "the hit policy output order gives"),
    "2/0114-0116, 0119; 3/0020, 0039 collect": (
        one("COLLECT"),
        "",
        "the hit policy collect gives several answers",
    ),
    "3/0004, 0016, 0019, 0037 knowledge models": (
        KNOWN,
        '<businessKnowledgeModel name="K"/>',
        "refused businessKnowledgeModel K: a businessKnowledgeModel has no place",
    ),
    "3/0085 services": (
        KNOWN,
        '<decisionService name="S"/>',
        "refused decisionService S: a decisionService has no place",
    ),
    "3/0086, 0089 imports": (KNOWN, '<import name="I"/>', "refused import I: what another file"),
    "2/0201, 3/0087 knowledge sources": (
        KNOWN,
        '<knowledgeSource name="S"/>',
        "refused knowledgeSource S: a knowledgeSource has no place",
    ),
    "3/0017 ends of another input": (one("PRIORITY", "[y..z]"), "", "no policy asks '[y..z]'"),
    "3/0017 a day of another input": (one("UNIQUE", ">e", "date"), "", "no policy asks '>e'"),
    "3/0036 another input": (one("UNIQUE", "s.part", "string"), "", "no policy asks 's.part'"),
    "3/0036 not another input": (one("UNIQUE", "not(s.part)"), "", "no policy asks 'not(s.part)'"),
    "3/0036 a time": (
        one("UNIQUE", '>time("10:00:00")', "time"),
        "",
        "no policy asks '>time(\"10:00:00\")'",
    ),
    "3/0036 a duration": (
        one("UNIQUE", 'duration("P1D")', "dayTimeDuration"),
        "",
        "no policy asks 'duration(\"P1D\")'",
    ),
    "3/0039 a list": (one("UNIQUE", "1", "tList"), NUMBERS, "x is a list; a field of its own"),
    "3/0037 an expression as output": (
        table("UNIQUE", {"x": "string"}, ["<output/>"], [('"a"', 'x + " is"')]),
        "",
        "no policy asks 'x + \" is\"'; a queue of its own has these leads",
    ),
    "2/0201 an input without an expression": (
        one("ANY", name=""),
        "",
        "no policy reckons 'an input'; a field of its own",
    ),
    "3/0087 limits of numbers": (
        one("UNIQUE", ">1", "tScore"),
        (
            '<itemDefinition name="tScore"><typeRef>number</typeRef><allowedValues>'
            "<text>[0..999], null</text></allowedValues></itemDefinition>"
        ),
        "the allowed values [0..999], null of x aren't carried over",
    ),
}
"""Kinds of cases, by level and number: a decision of each, what stands beside it, the refusal."""


@pytest.mark.parametrize("kind", list(REFUSED))
def test_other_kinds_of_public_cases_are_refused_by_name(kind: str) -> None:
    logic, beside, refusal = REFUSED[kind]
    assert refusal in told(logic, beside)
