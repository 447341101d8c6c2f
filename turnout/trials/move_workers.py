"""Chunks of leads looked at by this process, or by several that are sent them, in order."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeAlias

from turnout.dsl.headers import Headers, Keys
from turnout.dsl.policy import Policy
from turnout.dsl.types import id_field
from turnout.frozen import frozen
from turnout.runtime.columns.arriving import ArrivedLeads, RawLeads, RecordChunk
from turnout.runtime.columns.bonds import columns_of
from turnout.runtime.columns.coding import ArrowChunk, Chunk
from turnout.runtime.columns.sent_batches import read_batches, written
from turnout.runtime.columns.workers import Workers
from turnout.trials.arriving_leads import COLUMN, column_field
from turnout.trials.outlook import LeavingLeads, MovesWanted, Outlook
from turnout.trials.repeated_ids import Hashes, LeadRows

_Ids: TypeAlias = tuple[LeadRows, Hashes]


class Looking(Protocol):
    """Looks at chunks, in order."""

    def ids(self, chunks: Iterable[ArrivedLeads]) -> Iterator[tuple[int, _Ids]]:
        """Yield the size of each chunk, which of its leads have an id, and the hashes."""
        ...

    def leaving(self, chunks: Iterable[ArrivedLeads]) -> Iterator[LeavingLeads]:
        """Yield the leads of each chunk that don't stay."""
        ...


@contextmanager
def looking(wanted: MovesWanted, processes: int) -> Generator[Looking, None, None]:
    """Return what looks at chunks, in so many processes; in this one where it is one."""
    if processes == 1:
        yield _Here(Outlook(wanted))
        return
    with Workers(processes, _begin, wanted) as workers:
        yield _Elsewhere(workers, wanted.policy, wanted.column)


@frozen(eq=False)
class _Here:
    outlook: Outlook

    def ids(self, chunks: Iterable[ArrivedLeads]) -> Iterator[tuple[int, _Ids]]:
        return ((each.size, self.outlook.ids(each)) for each in chunks)

    def leaving(self, chunks: Iterable[ArrivedLeads]) -> Iterator[LeavingLeads]:
        return map(self.outlook.leaving, chunks)


@frozen(eq=False)
class _Elsewhere:
    workers: Workers
    policy: Policy
    column: str

    def ids(self, chunks: Iterable[ArrivedLeads]) -> Iterator[tuple[int, _Ids]]:
        return self.workers.each(_ids, (self._sent(each, only_ids=True) for each in chunks))

    def leaving(self, chunks: Iterable[ArrivedLeads]) -> Iterator[LeavingLeads]:
        return self.workers.each(_leaving, map(self._sent, chunks))

    def _sent(self, arrived: ArrivedLeads, *, only_ids: bool = False) -> "_Sent":
        parts: list[_SentPart] = []
        for chunk, places in arrived.shapes:
            if isinstance(chunk, ArrowChunk):
                names = needed(chunk.names, self.policy, None if only_ids else self.column)
                parts.append((written(chunk.only(names)), places))
            elif isinstance(chunk, RecordChunk):
                parts.append(((chunk.names, chunk.raws), places))
        return arrived.size, parts


def needed(names: Keys, policy: Policy, column: str | None) -> frozenset[str]:
    """Return which columns of a table are read; of the id alone where there is no owner's."""
    own_id = id_field(policy.fields)
    asked = {own_id.name} if own_id else set[str]()
    binding = Headers(policy.fields).binding(names)
    if column is None:
        return frozenset(columns_of(binding, asked))
    owner = Headers(column_field(column, policy)).binding(names)
    return frozenset([*columns_of(binding, policy.fields), *columns_of(owner, [COLUMN])])


# -- in a worker --

_SentPart: TypeAlias = tuple[bytes | tuple[Keys, RawLeads], Sequence[int]]
_Sent: TypeAlias = tuple[int, list[_SentPart]]

_own: list[Outlook] = []


def _begin(wanted: MovesWanted) -> None:
    _own[:] = [Outlook(wanted)]


def _ids(sent: _Sent) -> tuple[int, _Ids]:
    return sent[0], _own[0].ids(_arrived(sent))


def _leaving(sent: _Sent) -> LeavingLeads:
    return _own[0].leaving(_arrived(sent))


def _arrived(sent: _Sent) -> ArrivedLeads:
    size, parts = sent
    return ArrivedLeads(size, [(_chunk(each), places) for each, places in parts])


def _chunk(sent: bytes | tuple[Keys, RawLeads]) -> Chunk:
    if isinstance(sent, bytes):
        (batch,) = read_batches(sent)
        return ArrowChunk(batch)
    return RecordChunk(*sent)
