"""What `difference` says of two versions, against all leads of tiny ones, one by one."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from io import StringIO

import attrs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.support.differences import (
    Arrived,
    Versions,
    arrived,
    compared,
    decided,
    histories,
    is_as_told,
    treated,
)
from tests.support.enumeration import COLUMNS, TODAY, VALUES, every_raw_lead, tiny_columns
from tests.support.strategies import (
    Column,
    Written,
    cells_of,
    conditions,
    days_told_apart,
    policies,
    table_text,
    validities,
)

NAMES = re.compile(r"(?<![\w\"-])(Here|Near|Far|There|Big|Mid|Hot)(?![\w\"-])")
RULE = re.compile(r"^rule (\S+)((?: (?:from|until) \S+)*) \{ when (.+) to (.+) \}$", re.MULTILINE)


@st.composite
def edited(draw: DrawFn) -> tuple[Written, Written]:
    """Return two versions of a tiny policy: one is the other after one to three edits.

    A rule is deleted, moved, sent elsewhere, given another condition, name or days, the last
    fallback changes, a table gets another row or loses one, or a field its table. Others
    are two policies with nothing in common but their columns.
    """
    is_together = draw(st.booleans())
    columns = draw(st.sampled_from(TOGETHER)) if is_together else draw(tiny_columns())
    old = draw(_tiny(columns))
    if draw(st.integers(0, 1 if is_together else 3)) == 0:
        return old, draw(_tiny(columns))
    new = old
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            new = draw(_tables_edited(new))
        else:
            new = Written(draw(_edits(new.text, columns)), new.tables)
    return (old, new) if draw(st.booleans()) else (new, old)


def _tiny(columns: tuple[Column, ...]) -> SearchStrategy[Written]:
    return policies(
        columns, patterns=False, rules=6, most=len(columns), looked_up=True, handed=False
    )


TOGETHER = tuple(
    tuple(column for column in COLUMNS if column.name in names)
    for names in (
        {"country", "state", "county"},
        {"country", "state", "vip"},
        {"country", "county", "plan"},
        {"owner", "plan", "vip"},
        {"owner", "city", "pair"},
    )
)
"""Columns that have to do with each other: places, and who is behind an `owner`."""

CELLS = {
    **{column.name: cells_of(column) for column in COLUMNS},
    **{name: [str(value) for value in VALUES[name]] for name in ("city", "zip")},
}
"""What may stand in a table's column of a field's name."""

LOOKUP = re.compile(r' from "(\w+)-by-(\w+)\.csv" by \w+[^>]* -> found')


@st.composite
def _tables_edited(draw: DrawFn, written: Written) -> Written:
    """Return the policy with another table: a row changed, taken away or put in, or none."""
    lookups = {f"{each[1]}-by-{each[2]}.csv": each[0] for each in LOOKUP.finditer(written.text)}
    used = [name for name in written.tables if f'"{name}"' in written.text]
    if not used:
        return written
    name = draw(st.sampled_from([*used, *lookups, *lookups]))
    if name in lookups and draw(st.integers(0, 3)) == 0:
        return Written(written.text.replace(lookups[name], "", 1), written.tables)
    header, *rows = [list(row) for row in csv.reader(StringIO(written.tables[name]))]
    if header[0] == "name":
        rules = draw(_rows_edited(rows))
        return Written(written.text, {**written.tables, name: table_text(header, rules)})
    spare = [cell for cell in CELLS[header[0]] if cell not in {row[0] for row in rows}]
    if name == "areas.csv":  # every area stays, since rules may name it
        areas = draw(st.permutations([row[1] for row in rows]))
        rows = [[row[0], area] for row, area in zip(rows, areas, strict=True)]
        rows += [[key, areas[0]] for key in draw(st.permutations(spare))[:1]]
    else:
        found = ["", *CELLS[name.partition("-by-")[0]]] if name in lookups else []
        rows = [*draw(st.permutations(rows))]
        if len(rows) > 1 and draw(st.booleans()):
            rows.pop()
        if found:
            rows[0][1] = draw(st.sampled_from(found))
        if len(spare) > 0 and draw(st.booleans()):
            rows.append([draw(st.sampled_from(spare)), *found[-1:], *[""] * (len(header) - 2)])
    return Written(written.text, {**written.tables, name: table_text(header, rows)})


@st.composite
def _rows_edited(draw: DrawFn, rows: list[list[str]]) -> list[list[str]]:
    """Return the rows of a table of rules, moved, or one of them taken away or changed."""
    match draw(st.integers(0, 3)):
        case 0:
            return [*draw(st.permutations(rows))]
        case 1 if len(rows) > 1:
            return rows[1:]
        case 2:
            # Not its name, its target or its SLA; a day is an end of those on which it counts.
            places = [*range(1, len(rows[0]) - 4), len(rows[0]) - 2, len(rows[0]) - 1]
            at = draw(st.sampled_from(places))
            return [[*rows[0][:at], "", *rows[0][at + 1 :]], *rows[1:]]
        case _:
            return [
                [
                    *rows[0][:-4],
                    draw(st.sampled_from(["queue extra", "person ana"])),
                    "",
                    *rows[0][-2:],
                ],
                *rows[1:],
            ]


@st.composite
def _edits(draw: DrawFn, text: str, columns: tuple[Column, ...]) -> str:
    rules = list(RULE.finditer(text))
    edit = draw(st.integers(0, 7))
    if edit == 6 or not rules:
        ends = ["queue triage", "queue extra", "person ana else queue extra"]
        return re.sub(r"fallback to .+ \}", f"fallback to {draw(st.sampled_from(ends))} }}", text)
    rule = draw(st.sampled_from(rules))
    line, (name, days, condition, chain) = rule[0], rule.groups()
    known = [column for column in columns if re.search(rf"\b{column.name}:", text)]
    match edit:
        case 0 if len(rules) > 1:
            return text.replace(f"{line}\n", "", 1) if f"{line}\n" in text else text
        case 1 if len(rules) > 1:
            other = draw(st.sampled_from(rules))
            swapped = text.replace(line, "\0").replace(other[0], line)
            return swapped.replace("\0", other[0])
        case 2:
            chain = draw(st.sampled_from(["queue extra", "person ben else partner outside"]))
        case 3:
            condition = draw(conditions(known, patterns=False))
        case 4:
            end = " else continue"
            chain = chain.removesuffix(end) if chain.endswith(end) else f"{chain}{end}"
        case 7:
            days = draw(validities(known))
        case _:
            name = f"{name}x"
    return text.replace(line, f"rule {name}{days} {{ when {condition} to {chain} }}")


def is_whole(versions: Versions) -> bool:
    """Return whether no table changed of dates of which a rule asks the age, or of compared fields.

    These `diff` names as not compared.
    """
    unsaid = ("how long ago", "compared with another field")
    return not any(word in each for each in versions.difference.caveats for word in unsaid)


def every_lead(versions: Versions) -> Iterator[Arrived]:
    """Yield every lead as it may arrive at either version, in values that both know."""
    days = [day for of in (versions.old, versions.new) for day in days_told_apart(of)]
    names = dict.fromkeys([*versions.new.fields, *versions.old.fields])
    for lead in every_raw_lead(names, sorted(set(days))):
        yield arrived(versions, lead.values, lead.today)


def hold_to_every_lead(versions: Versions) -> None:
    """Assert that exactly the leads whose decision changes are told, and of them the truth."""
    assert not versions.route.undecided
    for lead in every_lead(versions):
        for seen in histories(versions, lead):
            found = treated(versions, lead, seen)
            assert bool(found.told) == (found.before != found.after), (lead, seen, found)
            for shift in found.told:
                assert is_as_told(shift, found.before, found.after), (lead, seen, shift)


@given(edited())
def test_exactly_the_leads_whose_decision_changes_are_told(pair: tuple[Written, Written]) -> None:
    versions = compared(*pair)
    assume(is_whole(versions))
    hold_to_every_lead(versions)


_PEOPLE = "person ana person ben person cleo queue triage"

# The leads of r2 reach nobody in two ways: without an owner, and at the end of the route.
TO_NOBODY_IN_TWO_WAYS = (
    Written(
        f"""lead {{ city: text required owner: person }} {_PEOPLE}
        segment Big = city in "city.csv" and owner in "owner.csv"
        route inbound {{
          rule r1 {{ when owner in "owner.csv" to queue triage }}
          rule r2 {{ when not (Big or city starts with "b") to queue triage }}
          fallback to queue triage
        }}""",
        {"city.csv": "city\na\nab\n", "owner.csv": "owner\nana\nben\n"},
    ),
    Written(
        f"""lead {{
          city: text required
          owner: person required from "owner-by-city.csv" by city -> found
        }} {_PEOPLE}
        route inbound {{ rule r1 {{ when city is missing to queue triage }} }}""",
        {"owner-by-city.csv": "city,found\na,ana\nab,ben\nb,\n"},
    ),
)


@given(edited())
@example(TO_NOBODY_IN_TWO_WAYS)
def test_a_clause_told_in_one_line_tells_exactly_its_moved_leads(
    pair: tuple[Written, Written],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            import_module("turnout.compiler.difference.moving.changes"), "MOST_SENTENCES", 0
        )
        versions = compared(*pair)
    assume(is_whole(versions))
    ways = [
        (shift.clause, shift.is_old, shift.before, shift.after)
        for shift in versions.route.shifts
        if not shift.is_passed_on
    ]
    assert all(len(before) == len(after) == 1 for _, _, before, after in ways)
    # Leads of a clause whose owner is somebody else now stand in a row of their own.
    assert len(ways) <= 2 * len(set(ways))
    hold_to_every_lead(versions)


@given(edited())
def test_the_way_back_moves_the_same_leads(pair: tuple[Written, Written]) -> None:
    there, back = compared(*pair), compared(*pair[::-1])
    assert there.difference.is_same == back.difference.is_same
    assume(is_whole(there))
    for lead in every_lead(there):
        back_again = attrs.evolve(lead, read=(lead.read[1], lead.read[0]))
        for seen in histories(there, lead):
            one, two = treated(there, lead, seen), treated(back, back_again, (seen[1], seen[0]))
            assert bool(one.told) == bool(two.told)
            assert all(is_as_told(shift, one.after, one.before) for shift in two.told)


@given(edited())
def test_every_move_has_a_lead_that_both_versions_treat_as_told(
    pair: tuple[Written, Written],
) -> None:
    versions = compared(*pair)
    assume(is_whole(versions))
    for shift in versions.route.shifts:
        if shift.witness is None:  # days of two time zones are two fields, free of each other
            assert versions.old.timezone != versions.new.timezone
            continue
        arrives = re.search(r"arriving on (\S+)", shift.witness.note)
        today = date.fromisoformat(arrives[1].rstrip(",")) if arrives else TODAY
        lead = arrived(versions, shift.witness.fields, today)
        assert any(
            is_as_told(shift, *decided(versions, lead, seen)) for seen in histories(versions, lead)
        )


@given(policies(patterns=True, looked_up=True, handed=False))
def test_a_policy_differs_from_itself_in_nothing(written: Written) -> None:
    versions = compared(written, written)
    assert versions.difference.is_same
    assert not versions.difference.changes
    assert not versions.route.renamed


@given(policies(patterns=True, looked_up=True, handed=False))
def test_names_and_layout_change_nothing(written: Written) -> None:
    text = NAMES.sub(r"\g<0>-new", written.text)
    text = re.sub(r"\brule (r\d)\b", r"rule \1-new", text).replace("{ ", "{\n  # why\n  ")
    tables = {
        name: re.sub(r"(?m)^(r\d),", r"\1-new,", NAMES.sub(r"\g<0>-new", table))
        if table.startswith("name,")
        else table
        for name, table in written.tables.items()
    }
    versions = compared(written, Written(text, tables))
    assert versions.difference.is_same
    assert not any(change.is_felt for change in versions.difference.changes)
    said = "\n".join([written.text, *written.tables.values()])
    names = re.findall(r"(?m)\brule (r\d)\b|^(r\d),", said)
    assert {old for old, _ in versions.route.renamed} <= {one or two for one, two in names}
