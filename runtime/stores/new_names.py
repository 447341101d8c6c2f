"""What is called otherwise, and what a state says under the new name."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

import attrs

from turnout.frozen import frozen
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.stores.details import STANDING

NamedKind: TypeAlias = Literal["policy", "route", "team", "person", "partner", "queue"]
KINDS: tuple[NamedKind, ...] = get_args(NamedKind)
"""What can have a new name."""

_DRAWN = {"round-robin", "least-loaded"}


@frozen
class NewName:
    """What is called otherwise from now on."""

    kind: NamedKind
    old: str
    new: str

    def named(self, name: str) -> str:
        """Return the name that something of this kind has now."""
        return self.new if name == self.old else name

    def receiver(self, who: str) -> str:
        """Return whose caps a lead counts towards, as `receivers` has it."""
        match who.split(" "):
            case [kind, name] if kind == self.kind:
                return f"{kind} {self.named(name)}"
            case ["member", team, person] if self.kind == "team":
                return f"member {self.named(team)} {person}"
            case ["member", team, person] if self.kind == "person":
                return f"member {team} {self.named(person)}"
            case _:
                return who

    def absence(self, absence: PersonAbsence) -> PersonAbsence:
        """Return an absence of whoever is meant, or from a team that is."""
        person = self.named(absence.person) if self.kind == "person" else absence.person
        team = self.named(absence.team) if self.kind == "team" else absence.team
        return attrs.evolve(absence, person=person, team=team)

    def standing(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return what stands for a lead, as `details.standing` has it."""
        renamed = {**said, "to": self._to(said["to"])}
        if "watch" in said:
            renamed["watch"] = self._watch(said["watch"])
        return {name: renamed[name] for name in STANDING if name in renamed}

    def _to(self, holder: Sequence[Any]) -> list[Any]:
        kind, target, assignee = holder
        if self.kind == "person" and assignee == self.old:
            assignee = self.new
        if ("team" if kind in _DRAWN else kind) == self.kind:
            target = self.named(target)
        return [kind, target, assignee]

    def _watch(self, watch: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept for an SLA; people stand among its values, too."""
        missed = [self._holder(name) for name in watch["missed"]]
        more: dict[str, Any] = {}
        if "declined" in watch:
            more["declined"] = [self._holder(name) for name in watch["declined"]]
        if "queue" in watch and self.kind == "queue":
            more["queue"] = self.named(watch["queue"])
        values = watch["values"]
        if self.kind == "person":
            values = {
                field: self.named(value) if isinstance(value, str) else value
                for field, value in values.items()
            }
        return {**watch, "missed": missed, "values": values, **more}

    def _holder(self, name: str) -> str:
        kind, _, who = name.partition(" ")
        is_meant = ("team" if kind in _DRAWN else kind) == self.kind
        return f"{kind} {self.named(who)}" if is_meant else name
