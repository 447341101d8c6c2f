"""What a policy renamed, renamed in its state: nobody loses turns, counts or leads.

A state knows everybody by name. A person who marries, a team or a route with a better name
would be a stranger to it, and start level; so the names in the state are changed with those
in the policy, all of them in one transaction. What is history stays as it was written: whom
a decision passed over, and the log of moves.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from turnout.frozen import frozen
from turnout.runtime.draw import Turns, joined
from turnout.runtime.stores import WAIT, StateError
from turnout.runtime.stores.sqlite import any_state
from turnout.runtime.stores.sums import ROWS, Stored, checked, given_sum, row_sum

NamedKind: TypeAlias = Literal["policy", "route", "team", "person", "partner", "queue"]
KINDS: tuple[NamedKind, ...] = get_args(NamedKind)
"""What can have a new name."""

_DRAWN = {"round-robin", "least-loaded"}
_LISTED = 8


@frozen
class NewName:
    """What is called otherwise from now on."""

    kind: NamedKind
    old: str
    new: str


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
        return _Renaming(connection, path, name.kind, name.old, name.new).run()


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
            return {row[6] for row in _rows(connection, path, "decisions")}
        case "queue":
            decided = (json.loads(row[0]) for row in _rows(connection, path, "decisions"))
            return {each["target"] for each in decided if each["kind"] == "queue"}
        case "team" | "person" | "partner":
            given = connection.execute(
                "SELECT DISTINCT who FROM given WHERE who LIKE ?", (f"{kind} %",)
            )
            found = {who.partition(" ")[2] for (who,) in given}
            if kind == "team":
                found |= {row[0] for row in _rows(connection, path, "turns")}
            if kind == "person":
                found |= {row[0] for row in _rows(connection, path, "load")}
                for row in _rows(connection, path, "turns"):
                    found |= json.loads(row[2]).keys()
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
    kind: NamedKind
    old: str
    new: str

    def run(self) -> int:
        """Rename wherever the name stands."""
        if self.kind == "policy":
            cells = "policy", self.new
            self._do(
                "UPDATE meta SET value = ?2, sum = ?3 WHERE key = ?1", (*cells, row_sum(*cells))
            )
            return self._count()
        if self.kind in {"team", "person"}:
            self._turns()
        if self.kind == "person":
            self._load()
        if self.kind != "route":
            self._given()
        if self.kind in {"person", "route"}:
            self._seen()
        if self.kind == "route":
            self._moves()
        return self._decisions()

    def _do(self, statement: str, cells: tuple[Stored, ...] = ()) -> None:
        self.connection.execute(statement, cells)

    def _count(self) -> int:
        (leads,) = self.connection.execute("SELECT count(*) FROM decisions").fetchone()
        return int(leads)

    def _named(self, name: str) -> str:
        return self.new if name == self.old else name

    def _turns(self) -> None:
        turns: dict[str, Turns] = {}
        for team, scale, lag in _rows(self.connection, self.path, "turns"):
            drawn = Turns(scale, json.loads(lag))
            if self.kind == "person":
                drawn = _with_names(drawn, self._named)
            else:
                team = self._named(team)  # noqa: PLW2901 - its name from now on
            turns[team] = joined(turns[team], drawn) if team in turns else drawn
        self._do("DELETE FROM turns")
        for team, drawn in turns.items():
            cells = team, drawn.scale, json.dumps(drawn.lag, separators=(",", ":"))
            self._do("INSERT INTO turns VALUES (?, ?, ?, ?)", (*cells, row_sum(*cells)))

    def _load(self) -> None:
        loads: dict[str, int] = {}
        for person, leads in _rows(self.connection, self.path, "load"):
            name = self._named(person)
            loads[name] = loads.get(name, 0) + leads
        self._do("DELETE FROM load")
        for cells in loads.items():
            self._do("INSERT INTO load VALUES (?, ?, ?)", (*cells, row_sum(*cells)))

    def _given(self) -> None:
        counts: dict[tuple[str, int], int] = {}
        for who, at, leads in self.connection.execute(
            "SELECT who, at, leads FROM given"
        ).fetchall():
            key = self._receiver(who), at
            counts[key] = counts.get(key, 0) + leads
        self._do("DELETE FROM given")
        for (who, at), leads in counts.items():
            sum_ = given_sum(who, at, leads)
            self._do("INSERT INTO given VALUES (?, ?, ?, ?)", (who, at, leads, sum_))

    def _receiver(self, who: str) -> str:
        match who.split(" "):
            case [kind, name] if kind == self.kind:
                return f"{kind} {self._named(name)}"
            case ["member", team, person] if self.kind == "team":
                return f"member {self._named(team)} {person}"
            case ["member", team, person] if self.kind == "person":
                return f"member {team} {self._named(person)}"
            case _:
                return who

    def _seen(self) -> None:
        for key, at, seq, route, lead, owner in _rows(self.connection, self.path, "seen"):
            cells = key, at, seq, route, lead, owner
            if self.kind == "person" and owner == self.old:
                cells = key, at, seq, route, lead, self.new
            elif self.kind == "route" and route == self.old:
                cells = key, at, seq, self.new, lead, owner
            self._do(
                "UPDATE seen SET route = ?4, lead = ?5, owner = ?6, sum = ?7"
                " WHERE key = ?1 AND at = ?2 AND seq = ?3",
                (*cells, row_sum(*cells)),
            )

    def _moves(self) -> None:
        for route, lead, text in _rows(self.connection, self.path, "moves"):
            move = json.loads(text)
            if route != self.old:
                continue
            changed = json.dumps({**move, "route": self.new}, separators=(",", ":"))
            cells = self.new, lead, changed
            self._do(
                "UPDATE moves SET route = ?, lead = ?, move = ?, sum = ?"
                " WHERE route = ? AND lead = ? AND move = ?",
                (*cells, row_sum(*cells), route, lead, text),
            )

    def _decisions(self) -> int:
        leads = 0
        for row in _rows(self.connection, self.path, "decisions"):
            text, print_, closed, touched, watch, due, route, lead = row
            renamed = self._decision(json.loads(text))
            watched = None if watch is None else self._watch(json.loads(watch))
            now = renamed["route"]
            if now != route and self._is_decided(now, lead):
                continue  # both routes decided it: the one that is named so stands
            cells = _json(renamed), print_, closed, touched, watched, due, now, lead
            if cells == row:
                continue
            leads += 1
            self._do(
                "UPDATE decisions SET decision = ?1, fingerprint = ?2, closed = ?3, touched = ?4,"
                " watch = ?5, due = ?6, route = ?7, sum = ?9 WHERE route = ?10 AND lead = ?8",
                (*cells, row_sum(*cells), route),
            )
        return leads

    def _is_decided(self, route: str, lead: str) -> bool:
        query = "SELECT 1 FROM decisions WHERE route = ? AND lead = ?"
        return self.connection.execute(query, (route, lead)).fetchone() is not None

    def _decision(self, decision: dict[str, Any]) -> dict[str, Any]:
        renamed = dict(decision)
        if self.kind == "route":
            renamed["route"] = self._named(decision["route"])
        if self.kind == "person" and decision["assignee"] == self.old:
            renamed["assignee"] = self.new
        kind = "team" if decision["kind"] in _DRAWN else decision["kind"]
        if kind == self.kind:
            renamed["target"] = self._named(decision["target"])
        return renamed

    def _watch(self, watch: dict[str, Any]) -> str:
        """Return what is kept for an SLA; people stand among its values, too."""
        missed = [self._holder(name) for name in watch["missed"]]
        values = watch["values"]
        if self.kind == "person":
            values = {
                field: self._named(value) if isinstance(value, str) else value
                for field, value in values.items()
            }
        return _json({**watch, "missed": missed, "values": values})

    def _holder(self, name: str) -> str:
        kind, _, who = name.partition(" ")
        is_meant = ("team" if kind in _DRAWN else kind) == self.kind
        return f"{kind} {self._named(who)}" if is_meant else name


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))


def _with_names(turns: Turns, named: Callable[[str], str]) -> Turns:
    lag: dict[str, int] = {}
    for person, behind in turns.lag.items():
        lag[named(person)] = lag.get(named(person), 0) + behind
    return Turns(turns.scale, lag)
