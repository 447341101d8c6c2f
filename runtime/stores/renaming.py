"""What a policy renamed, renamed in its state: nobody loses turns, counts or leads.

A state knows everybody by name. A person who marries, a team or a route with a better name
would be a stranger to it, and start level; so the names in the state are changed with those
in the policy, all of them in one transaction. What is history stays as it was written: whom
a decision passed over, and the log, to which the renaming is added.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from turnout.frozen import frozen
from turnout.runtime.absences import absences_of
from turnout.runtime.draw import Turns, joined
from turnout.runtime.stores import WAIT, StateError, load_of
from turnout.runtime.stores.cells import decoded, instant, json_cell, json_read, stored, summed
from turnout.runtime.stores.kept import ABSENCES, Tables, standings
from turnout.runtime.stores.new_names import NamedKind, NewName
from turnout.runtime.stores.sqlite import any_state
from turnout.runtime.stores.sums import ROWS, Stored, checked, row_sum
from turnout.runtime.stores.totals import write_given

_LISTED = 8


def rename(path: Path, name: NewName, *, joins: bool = False, wait: float = WAIT) -> int:
    """Call something by its new name in a state, and return how many leads that concerns.

    joins: the new name may be there already; turns, open leads and counts of the two are
    added up. wait: seconds to wait for another run. Raises StateError where the state can't
    be used or doesn't know the old name, and where it knows the new one and nothing is joined.
    """
    with any_state(path, wait) as connection:
        known = _known(connection, path, name.kind)
        if name.old not in known:
            message = f"{path} knows no {name.kind} {name.old}"
            raise StateError(message, _advice(name.kind, name.old, known))
        if name.new in known and not joins:
            raise StateError(
                f"{path} knows a {name.kind} {name.new} already",
                f"if {name.old} and {name.new} are the same {name.kind}, add --join: there is no"
                " way back",
            )
        return _Renaming(connection, path, name).run()


def _advice(kind: NamedKind, old: str, known: Iterable[str]) -> str:
    names = sorted(known)
    if near := get_close_matches(old, names, n=1):
        return f"did you mean {near[0]}?"
    listed = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
    return f"it knows {listed}" if names else f"no {kind} has had a lead yet, so nothing is lost"


def _known(connection: sqlite3.Connection, path: Path, kind: NamedKind) -> set[str]:
    """Return the names of a kind that a state has."""
    match kind:
        case "policy":
            return {value for key, value in _rows(connection, path, "meta") if key == "policy"}
        case "route":
            return {row[1] for row in _rows(connection, path, "decisions")}
        case "queue":
            held = (json_read(text)["to"] for _, text in standings(connection, path))
            return {target for kind, target, _ in held if kind == "queue"}
        case "team" | "person" | "partner":
            given = connection.execute(
                "SELECT DISTINCT who FROM given WHERE who LIKE ?", (f"{kind} %",)
            )
            found = {who.partition(" ")[2] for (who,) in given}
            if kind == "team":
                found |= {row[0] for row in _rows(connection, path, "turns")}
                found |= {each.team for each in Tables(connection, path).absences if each.team}
            if kind == "person":
                found |= {r[0] for r in _rows(connection, path, "load") if " " not in r[0]}
                for row in _rows(connection, path, "turns"):
                    found |= json.loads(row[2]).keys()
                found |= {each.person for each in Tables(connection, path).absences}
                found |= {row[5] for row in _rows(connection, path, "seen") if row[5]}
            return found


def _rows(connection: sqlite3.Connection, path: Path, table: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table, their checksums compared and left out."""
    names = ", ".join((*ROWS[table], "sum"))
    for row in connection.execute(f"SELECT {names} FROM {table}").fetchall():  # noqa: S608 - our own names
        yield tuple(checked(path, table, row))


@frozen
class _Renaming:
    """One renaming, inside its transaction."""

    connection: sqlite3.Connection
    path: Path
    name: NewName

    def run(self) -> int:
        """Rename wherever the name stands."""
        self._event()
        if self.name.kind == "policy":
            cells = "policy", self.name.new
            self._do(
                "UPDATE meta SET value = ?2, sum = ?3 WHERE key = ?1", (*cells, row_sum(*cells))
            )
            return self._count()
        if self.name.kind in {"team", "person"}:
            self._turns()
        if self.name.kind in {"person", "team"}:
            self._absences()
        if self.name.kind != "route":
            self._load()
            self._given()
        if self.name.kind in {"person", "route"}:
            self._seen()
        return self._decisions()

    def _do(self, statement: str, cells: tuple[Stored, ...] = ()) -> None:
        self.connection.execute(statement, cells)

    def _count(self) -> int:
        (leads,) = self.connection.execute("SELECT count(*) FROM decisions").fetchone()
        return int(leads)

    def _turns(self) -> None:
        turns: dict[str, Turns] = {}
        for team, scale, lag in _rows(self.connection, self.path, "turns"):
            drawn = Turns(scale, json.loads(lag))
            if self.name.kind == "person":
                drawn = _with_names(drawn, self.name.named)
            else:
                team = self.name.named(team)  # noqa: PLW2901 - its name from now on
            turns[team] = joined(turns[team], drawn) if team in turns else drawn
        self._do("DELETE FROM turns")
        for team, drawn in turns.items():
            cells = team, drawn.scale, json.dumps(drawn.lag, separators=(",", ":"))
            self._do("INSERT INTO turns VALUES (?, ?, ?, ?)", (*cells, row_sum(*cells)))

    def _load(self) -> None:
        loads: dict[str, int] = {}
        for person, leads in _rows(self.connection, self.path, "load"):
            who = person if " " in person else f"person {person}"
            name = load_of(self.name.receiver(who))
            loads[name] = loads.get(name, 0) + leads
        self._do("DELETE FROM load")
        for cells in loads.items():
            self._do("INSERT INTO load VALUES (?, ?, ?)", (*cells, row_sum(*cells)))

    def _absences(self) -> None:
        query = "SELECT key, value, sum FROM meta WHERE key = ?"
        for row in self.connection.execute(query, (ABSENCES,)).fetchall():
            known = decoded(self.path, str(checked(self.path, "meta", row)[1]), absences_of)
            cells = ABSENCES, json_cell([self.name.absence(each).cells() for each in known])
            self._do("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", summed(cells))

    def _given(self) -> None:
        counts: dict[tuple[str, int], int] = {}
        for who, at, leads, _ in _rows(self.connection, self.path, "given"):
            key = self.name.receiver(who), at
            counts[key] = counts.get(key, 0) + leads
        self._do("DELETE FROM given")
        given = ((who, at, leads) for (who, at), leads in sorted(counts.items()))
        write_given(self.connection, given)

    def _seen(self) -> None:
        for key, at, seq, route, lead, owner in _rows(self.connection, self.path, "seen"):
            cells = key, at, seq, route, lead, owner
            if self.name.kind == "person" and owner == self.name.old:
                cells = key, at, seq, route, lead, self.name.new
            elif self.name.kind == "route" and route == self.name.old:
                cells = key, at, seq, self.name.new, lead, owner
            self._do(
                "UPDATE seen SET route = ?4, lead = ?5, owner = ?6, sum = ?7"
                " WHERE key = ?1 AND at = ?2 AND seq = ?3",
                (*cells, row_sum(*cells)),
            )

    def _decisions(self) -> int:
        """Say beside each lead what its event says under the old name."""
        leads = 0
        for lead, detail in [*standings(self.connection, self.path)]:
            renamed = self.name.standing(json_read(detail))
            said = json_cell(renamed)
            now = self.name.named(lead[1]) if self.name.kind == "route" else lead[1]
            if now != lead[1] and self._is_decided(now, lead[2]):
                continue  # both routes decided it: the one that is named so stands
            if said == detail and now == lead[1]:
                continue
            leads += 1
            queue = None if lead[9] is None else stored(renamed["to"][1])
            cells = (lead[0], now, *lead[2:9], queue, lead[10], said)
            self._do(
                "UPDATE decisions SET route = ?, queue = ?, said = ?, sum = ? WHERE seq = ?",
                (now, queue, said, row_sum(*cells), lead[0]),
            )
        return leads

    def _event(self) -> None:
        """Append the renaming to the log."""
        (last,) = self.connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
        at = instant(datetime.now(UTC))
        detail = json_cell({"name": [self.name.kind, self.name.old, self.name.new]})
        cells = (last + 1, 0, "renamed", "", "", at, at, "", None, detail)
        self._do("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", summed(cells))

    def _is_decided(self, route: str, lead: str) -> bool:
        query = "SELECT 1 FROM decisions WHERE route = ? AND lead = ?"
        return self.connection.execute(query, (route, lead)).fetchone() is not None


def _with_names(turns: Turns, named: Callable[[str], str]) -> Turns:
    lag: dict[str, int] = {}
    for person, behind in turns.lag.items():
        lag[named(person)] = lag.get(named(person), 0) + behind
    return Turns(turns.scale, lag)
