"""A file in which no row has the id that the schema declares is refused, not routed.

Each of its rows would be a lead of its own, and the whole file routed again with the next
run. Most often the column is called otherwise. So rows are held back until one has an id:
before that, none is decided.
"""

from collections.abc import Iterator, Mapping, Sequence

from turnout.dsl.types import Field, id_field
from turnout.runtime.leads import record_reader
from turnout.runtime.records import LeadsError, Record
from turnout.runtime.unbound import Shapes

MOST_HELD = 10_000
"""Rows without an id after which no other row is waited for."""


def identified(
    rows: Iterator[Record],
    name: str,
    columns: Sequence[str] | None,
    fields: Mapping[str, Field],
    shapes: Shapes,
) -> Iterator[Record]:
    """Yield the rows of a file, once one of them has an id, or at once where there is none to have.

    name: the file as messages call it. columns: those of its header, None where each row has
    names of its own. shapes: what is known of the rows' names so far. A file of which no row
    can be read as a lead has its rows told one by one. Raises LeadsError where no row has an
    id, before the first one is yielded.
    """
    field = id_field(fields)
    if field is None:
        yield from rows
        return
    if columns is not None and field.name not in shapes.bound():
        raise _refusal(f"{name} has no column for the id, {field.name}", field, shapes)
    read = record_reader(fields)
    held: list[Record] = []
    has_leads = False
    for record in rows:
        held.append(record)
        if read(record).id is not None:
            break
        shapes.add(record.raw)
        has_leads |= record.complaint is None and isinstance(record.raw, Mapping)
        if len(held) == MOST_HELD:
            message = f"none of the first {MOST_HELD:,} rows of {name} has the id, {field.name}"
            raise _refusal(message, field, shapes)
    else:
        if has_leads:
            raise _refusal(f"no row of {name} has the id, {field.name}", field, shapes)
    yield from held
    yield from rows


def _refusal(message: str, field: Field, shapes: Shapes) -> LeadsError:
    unbound = next((each for each in shapes.unbound() if each.field == field.name), None)
    if unbound is not None and unbound.meant:
        return LeadsError(message, unbound.sentence)
    return LeadsError(
        message,
        f"where the source has no ids, leave {field.name} out of the schema: then each row is a"
        " lead of its own",
    )
