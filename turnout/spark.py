"""Leads in a frame of Spark decided where they are, partition by partition.

    import turnout.spark

    decided = turnout.spark.decide(spark.table("leads"), "inbound.route", keep=["owner"])

The policy is read here, once, and sent to the workers as a plan with the readers of its fields:
broadcast by a classic session, and with the function by Spark Connect, which has no broadcasts.
Only the columns that the policy reads, and those that are kept, leave Spark's own memory. What
comes back has a declared schema, so that Spark plans with it before anything is decided.

Works with Spark 3.5 and 4. Turnout with the extra `spark` is installed on the workers, too,
in the same version.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from turnout.arrow import Deciding, decider
from turnout.runtime.columns.extra import check_arrow

if TYPE_CHECKING:
    import pyarrow as pa

    from turnout.runtime.columns.table_decider import TableDecider


Mapping: TypeAlias = "Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]"
"""What Spark does with a partition."""


SparkFrame: TypeAlias = Any
"""A `DataFrame` of PySpark, of a classic session or of Spark Connect."""


def decide(
    frame: SparkFrame,
    policy: Deciding,
    *,
    route: str | None = None,
    at: datetime | None = None,
    keep: Collection[str] = (),
) -> SparkFrame:
    """Return a frame with a row for each lead, see `turnout.runtime.columns.decided`.

    frame: the leads, a column for what each says, of any types that Spark has. policy: a path or
    a router. at: the clock by which calendars and dates are asked, the same for all partitions
    and however often they are decided; now where it is left out. keep: columns of the frame that
    come out in front of the others, with their types: ids of the warehouse, today's owner.

    Nothing is decided before Spark runs the frame. Raises ValueError for what can't be kept,
    `turnout.ExtraError` without the extra, and what `turnout.load` raises.
    """
    check_arrow("turnout.spark")
    made = decider(policy, route=route, at=at, keep=keep)
    names: Sequence[str] = frame.columns
    for name in made.keep:
        if names.count(name) != 1:
            what = "the frame has none" if name not in names else "the frame has several"
            raise ValueError(f"column {name!r} can't be kept: {what}")
    needed = set(made.columns(names))
    places = [at for at, name in enumerate(names) if name in needed] or [0]
    apart = _apart(frame, places)
    own = [frame.schema.fields[names.index(name)] for name in made.keep]
    function = _function(apart, made, [names[at] for at in places])
    return apart.mapInArrow(function, _schema(own))


def _apart(frame: Any, places: Sequence[int]) -> Any:  # noqa: ANN401
    """Return the columns at some places, by names that Spark can tell from each other.

    A frame may have names with backticks or dots, twice, or the same but for their case, none
    of which `mapInArrow` can ask for.
    """
    numbered = frame.toDF(*(f"c{at}" for at in range(len(frame.columns))))
    return numbered.select(*(f"c{at}" for at in places))


def _schema(own: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return what comes out, in Spark's types. own: fields of what is kept."""
    from pyspark.sql.types import (  # noqa: PLC0415 - an extra
        ArrayType,
        BooleanType,
        StringType,
        StructField,
        StructType,
    )

    text = StringType()
    issue = StructType([StructField(name, text) for name in ("field", "raw", "reason")])
    types = {
        "lead": text,
        "rule": text,
        "by": text,
        "targets": ArrayType(text),
        "goes_on": BooleanType(),
        "complaint": text,
        "issues": ArrayType(issue),
    }
    return StructType([*own, *(StructField(name, kind) for name, kind in types.items())])


def _function(frame: Any, made: "TableDecider", names: Sequence[str]) -> "Mapping":  # noqa: ANN401
    """Return what is done with a partition, whose columns are called so.

    A broadcast is asked for in the worker only.
    """
    context = getattr(getattr(frame, "sparkSession", None), "_sc", None)
    if context is None:

        def sent(batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
            yield from made.stream(each.rename_columns(names) for each in batches)

        return sent
    shared = context.broadcast(made)

    def broadcast(batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        yield from shared.value.stream(each.rename_columns(names) for each in batches)

    return broadcast
