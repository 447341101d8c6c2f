"""A view as a part of a dbt project: a model, seeds for its tables, and tests of both.

dbt reads a model as a template of Jinja. What stands in a policy's texts is data: signs with
which a template begins something are written so that they come out as themselves.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlglot import exp

from turnout.compiler.plan.decide import answer
from turnout.compiler.plan.value import Plan
from turnout.warehouse.asked_tables import Cell, SeedTable
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import Sql, cast, literal, nothing
from turnout.warehouse.view import OddLeads, WarehouseView, printed

_SOURCE = "leads"
_MARK = "turnout_table_of_dbt_{}"
_TEMPLATE = re.compile(r"\{[{%#]|[}%#]\}")


def dbt_files(view: WarehouseView, plan: Plan, dialect: Dialect, source: str) -> Mapping[str, str]:
    """Return the files of a view by their paths in a dbt project.

    source: the table with the leads, with its schema before it where it has one.
    """
    files = {
        **_models(view, dialect, source),
        f"models/turnout/{source.replace('.', '_')}_source.yml": _source_properties(source),
        f"models/turnout/{view.name}.yml": _properties(view, plan),
        f"tests/turnout/{view.name}_has_every_lead.sql": _every_lead(view, source),
    }
    odd = view.odd
    if odd is not None:
        files[f"tests/turnout/{view.name}_has_normal_values.sql"] = _normal_values(
            odd, dialect, source
        )
    tables = (
        *(view.reads.tables if view.reads is not None else ()),
        *view.tables,
        *(odd.tables if odd is not None else ()),
    )
    for table in tables:
        files[f"seeds/turnout/{table.name}.csv"] = _seed(table)
    if tables:
        files[f"seeds/turnout/{view.name}_seeds.yml"] = _seed_types(tables, dialect)
    return files


def _models(view: WarehouseView, dialect: Dialect, source: str) -> Mapping[str, str]:
    """Return the models by their paths: of the view, and of that which reads its texts."""
    own = _seeds_read(view.tables, dialect)
    models: dict[str, str] = {}
    if view.reads is not None:
        reads = view.reads
        seeds = _seeds_read(reads.tables, dialect)
        models[f"models/turnout/{reads.name}.sql"] = _model(reads.query, seeds, dialect, source)
        own[reads.name] = _ref(reads.name)
    models[f"models/turnout/{view.name}.sql"] = _model(view.query, own, dialect, source)
    return models


def _ref(name: str) -> str:
    return f"{{{{ ref('{name}') }}}}"


def _seeds_read(tables: Iterable[SeedTable], dialect: Dialect) -> dict[str, str]:
    """Return how a model reads each table: its seed, and the rows that no seed can hold."""
    return {table.name: _seed_read(table, dialect) for table in tables}


def _seed_read(table: SeedTable, dialect: Dialect) -> str:
    odd = [row for row in table.rows if not _is_held(row)]
    if not odd:
        return _ref(table.name)
    selects = [
        f"SELECT * FROM {_ref(table.name)}",  # noqa: S608 - of our own
        *(_selected(table, row, dialect) for row in odd),
    ]
    return f"({' UNION ALL '.join(selects)})"


def _selected(table: SeedTable, row: Sequence[Cell], dialect: Dialect) -> str:
    cells = (
        nothing(kind) if cell is None else cast(literal(cell), kind)
        for cell, kind in zip(row, table.types, strict=True)
    )
    return _inert(exp.select(*cells).sql(dialect.name))


def _is_held(row: Sequence[Cell]) -> bool:
    """Return whether a seed can hold a row: dbt takes the texts `null` and "" as missing."""
    return not any(isinstance(cell, str) and cell.strip().lower() in {"", "null"} for cell in row)


def _inert(text: str) -> str:
    """Return SQL in which nothing begins a template."""
    return _TEMPLATE.sub(lambda found: f'{{{{ "{found.group()}" }}}}', text)


def _model(written: Sql, refs: Mapping[str, str], dialect: Dialect, source: str) -> str:
    head = '{{ config(materialized="view") }}'
    return f"{head}\n\n{_templated(written, refs, dialect, source)}\n"


def _normal_values(odd: OddLeads, dialect: Dialect, source: str) -> str:
    refs = _seeds_read(odd.tables, dialect)
    head = "-- Fails for each lead with a value that isn't one of its field's; the view asks none."
    return f"{head}\n{_templated(odd.query, refs, dialect, source)}\n"


def _templated(written: Sql, refs: Mapping[str, str], dialect: Dialect, source: str) -> str:
    """Return a query with its tables as dbt refers to them. refs: how, by name."""
    query: Any = written.copy()
    named = {**refs, source: _source(source)}
    marks: dict[str, str] = {}
    for table in query.find_all(exp.Table):
        name = ".".join(each.name for each in table.parts)
        if name in named:
            mark = _MARK.format(len(marks))
            marks[mark] = named[name]
            table.set("this", exp.to_identifier(mark))
            table.set("db", None)
            table.set("catalog", None)
    text = _inert(printed(query, dialect))
    for mark in sorted(marks, key=len, reverse=True):
        text = re.sub(rf"\b{mark}\b", lambda _, of=marks[mark]: of, text)  # type: ignore[misc]
    return text


def _source(source: str) -> str:
    *schema, name = source.split(".")
    return f"{{{{ source('{schema[-1] if schema else _SOURCE}', '{name}') }}}}"


def _every_lead(view: WarehouseView, source: str) -> str:
    sought, found = _source(source), _ref(view.name)
    lines = (
        "-- Fails where a lead has no row in the view, or more than one.",
        "select sought.leads, found.leads",
        f"from (select count(*) as leads from {sought}) as sought",  # noqa: S608 - of our own
        f"cross join (select count(*) as leads from {found}) as found",  # noqa: S608 - as above
        "where sought.leads <> found.leads",
    )
    return _yaml(lines)


def _source_properties(source: str) -> str:
    """Return the table with the leads as a source: a file of its own, for all routes over it."""
    *schema, name = source.split(".")
    return _yaml(
        (
            "version: 2",
            "sources:",
            f"  - name: {_said(schema[-1] if schema else _SOURCE)}",
            "    tables:",
            f"      - name: {_said(name)}",
        )
    )


def _properties(view: WarehouseView, plan: Plan) -> str:
    """Return the model's properties: its columns and their tests."""
    answers = [answer(plan, at) for at in (*range(len(plan.answers)), None)]
    clauses = dict.fromkeys(f"rule {a.name}" if a.is_rule else a.name for a in answers)
    about = f"Which clause of the route {plan.route} of {plan.policy} takes each lead."
    return _yaml(
        (
            "version: 2",
            "models:",
            f"  - name: {view.name}",
            f"    description: {_said(about)}",
            "    columns:",
            "      - name: lead",
            "        data_tests: [not_null, unique]",
            "      - name: clause",
            "        data_tests:",
            "          - accepted_values:",
            f"              arguments: {{values: [{', '.join(map(_said, clauses))}]}}",
        )
    )


def _seed(table: SeedTable) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(row for row in table.rows if _is_held(row))
    return text.getvalue()


def _seed_types(tables: Sequence[SeedTable], dialect: Dialect) -> str:
    """Return what types the seeds' columns have, so that `02134` keeps its zero."""
    lines = ["version: 2", "seeds:"]
    for table in tables:
        types = ", ".join(
            f"{each}: {_said(exp.DataType.build(kind).sql(dialect.name).lower())}"
            for each, kind in zip(table.columns, table.types, strict=True)
        )
        lines += [f"  - name: {table.name}", f"    config: {{column_types: {{{types}}}}}"]
    return _yaml(lines)


def _said(text: str) -> str:
    """Return a text in quotes, which YAML reads as JSON does and Jinja as text."""
    quoted = json.dumps(text)
    return _TEMPLATE.sub(lambda found: "".join(f"\\u{ord(sign):04x}" for sign in found[0]), quoted)


def _yaml(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])
