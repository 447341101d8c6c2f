"""What a state is known to hold, as long as nobody else writes to it.

A process that routes lead after lead would read with each one what it wrote with the one
before. SQLite says whether another connection has written since
(https://www.sqlite.org/pragma.html#pragma_data_version); until then it is remembered.
"""

import sqlite3

from turnout.frozen import attribute, define
from turnout.runtime.absences import Absences
from turnout.runtime.draw import Turns
from turnout.runtime.stores import Gifts

_MOST = 50_000


@define(eq=False)
class Remembered:
    """What was last written or read.

    versions: by the hash of a version of the policy, its number in the state. turns: by
    team. loads: by person, their open leads. latest: by receiver, the last moment at which
    they were given leads, and how many up to then; before: up to, but without a moment.
    last: the number of the last event, None where it isn't known; last_seen: of what is
    remembered last under a key. salt: of ids that were erased, None where none was, "" where that
    isn't known. gifts: what this process gave since. absences: who is away or paused, None where
    it isn't known.
    """

    versions: dict[str, int] = attribute(factory=dict[str, int])
    turns: dict[str, Turns] = attribute(factory=dict[str, Turns])
    loads: dict[str, int] = attribute(factory=dict[str, int])
    latest: dict[str, tuple[int, int]] = attribute(factory=dict[str, tuple[int, int]])
    before: dict[tuple[str, int], int] = attribute(factory=dict[tuple[str, int], int])
    last: int | None = None
    last_seen: int | None = None
    salt: str | None = ""
    gifts: Gifts = attribute(factory=Gifts)
    absences: Absences | None = None
    _writes: int | None = attribute(default=None, init=False)

    def see(self, connection: sqlite3.Connection) -> None:
        """Forget everything where somebody else wrote since; inside a transaction."""
        (writes,) = connection.execute("PRAGMA data_version").fetchone()
        if writes != self._writes or len(self.latest) > _MOST or len(self.gifts.whose) > _MOST:
            self.forget()
            self._writes = writes
        if len(self.before) > _MOST:  # periods that roll begin with each lead anew
            self.before.clear()

    def forget(self) -> None:
        """Forget everything, as what was written last may not have been kept."""
        self.versions.clear()
        self.turns.clear()
        self.loads.clear()
        self.latest.clear()
        self.before.clear()
        self.last = None
        self.absences = None
        self.last_seen = None
        self.salt = ""
        self.gifts = Gifts()
        self._writes = None
