"""Facts as columns of numbers, and texts by number: what a million leads fit into.

A table is an array for each column, all of one length. It is kept in parts of `PART` rows, of which
only those that changed are written again.
"""

import sqlite3
import sys
from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Final

from turnout.frozen import attribute, define

PART: Final = 1 << 16
"""Rows of a part."""


@define(eq=False)
class FactTable:
    """One table. codes: the type of each column, as `array` has it."""

    name: str
    codes: Mapping[str, str]
    columns: dict[str, "array[Any]"] = attribute(init=False)
    changed: set[int] = attribute(factory=set[int], init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with no row."""
        self.clear()

    def clear(self) -> None:
        """Forget all rows, in memory."""
        self.columns = {name: array(code) for name, code in self.codes.items()}
        self.changed.clear()

    def __getitem__(self, column: str) -> "array[Any]":
        """Return a column."""
        return self.columns[column]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(next(iter(self.columns.values())))

    def append(self, cells: Iterable[float]) -> int:
        """Add a row, and return its number."""
        number = len(self)
        for column, cell in zip(self.columns.values(), cells, strict=True):
            column.append(cell)
        self.changed.add(number // PART)
        return number

    def read(self, connection: sqlite3.Connection) -> None:
        """Have all rows in memory."""
        self.clear()
        query = "SELECT data FROM parts WHERE name = ? ORDER BY part"
        for name, column in self.columns.items():
            for (data,) in connection.execute(query, (f"{self.name}.{name}",)):
                column.frombytes(data)

    def write(self, connection: sqlite3.Connection) -> None:
        """Keep the parts that changed."""
        for part in sorted(self.changed):
            for name, column in self.columns.items():
                data = column[part * PART : (part + 1) * PART].tobytes()
                cells = f"{self.name}.{name}", part, data
                connection.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", cells)
        self.changed.clear()


@define(eq=False)
class FactTexts:
    """Texts by number; 0 is the empty one."""

    texts: list[str] = attribute(factory=lambda: [""])
    _numbers: dict[str, int] = attribute(factory=lambda: {"": 0}, init=False)
    _kept: int = attribute(default=1, init=False)

    def __getitem__(self, number: int) -> str:
        """Return a text."""
        return self.texts[number]

    def number(self, text: str) -> int:
        """Return the number of a text."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return number

    def read(self, connection: sqlite3.Connection) -> None:
        """Have all texts in memory."""
        self.clear()
        for (text,) in connection.execute("SELECT text FROM texts ORDER BY number"):
            self.number(str(text))
        self._kept = len(self.texts)

    def write(self, connection: sqlite3.Connection) -> None:
        """Keep the texts that are new."""
        new = enumerate(self.texts[self._kept :], self._kept)
        # Half of a surrogate pair has no UTF-8.
        safe = ((number, text.encode("utf-8", "replace").decode()) for number, text in new)
        connection.executemany("INSERT INTO texts VALUES (?, ?)", safe)
        self._kept = len(self.texts)

    def clear(self) -> None:
        """Forget all texts, in memory."""
        self.texts = [""]
        self._numbers = {"": 0}
        self._kept = 1


BYTES: Final = f"{sys.byteorder} {array('i').itemsize} {array('q').itemsize}"
"""How this machine writes numbers: columns of another one are made anew."""
