"""Arrow's batches as bytes that are sent to another process; of a part of a batch only the part."""

from collections.abc import Iterator

import pyarrow as pa


def written(*batches: pa.RecordBatch) -> bytes:
    """Return batches of one schema as they are sent."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def read_batches(sent: bytes) -> Iterator[pa.RecordBatch]:
    """Yield the batches that were sent."""
    with pa.ipc.open_stream(sent) as reader:
        yield from reader
