"""A table of rules means what the same rules mean when they are written."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.policies import resolved
from tests.support.strategies import COLUMNS, PEOPLE, Written, fields, rule_tables

_ROUND = (
    "queue triage queue extra partner outside sequence later\nteam near { ana, ben weight 2 } "
    "team far { cleo } territory Here = note is present territory There = staff < 10\n"
) + " ".join(f"person {name}" for name in PEOPLE)


@settings(max_examples=100)
@given(st.data())
def test_a_row_is_the_rule_that_says_the_same(data: st.DataObject) -> None:
    always = [column for column in COLUMNS if column.name in {"note", "staff"}]
    others = [column for column in COLUMNS if column not in always]
    schema = [*data.draw(fields(others, 2, 4)), *always]
    made = data.draw(
        rule_tables(schema, ["Here", "There"], [1, 2, 3], patterns=True, blank=False, promises=True)
    )
    head = f"lead {{ {' '.join(column.line for column in schema)} }}\n{_ROUND}\n"
    end = "fallback to queue triage }"
    from_table = resolved(
        Written(f"{head}route inbound {{ {made.head}\n{end}", {made.file: made.table})
    )
    as_written = resolved(f"{head}route inbound {{ {made.rules}\n{end}")

    assert from_table.routes == as_written.routes
