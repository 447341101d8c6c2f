"""Who HubSpot's owners, users and teams are: their addresses, from a list of its owners API.

A workflow has their ids alone. Without that list people are called like their ids.
"""

from collections.abc import Mapping
from pathlib import Path

from turnout.frozen import attribute, frozen
from turnout.importing.foreign import ForeignError, Receiver
from turnout.importing.json_tree import JsonMap, JsonScalar, json_file


@frozen
class OwnerNames:
    """Addresses by the ids of owners and of users; members of teams by the teams' ids.

    teams: their names.
    """

    owners: Mapping[str, str] = attribute(factory=dict[str, str])
    users: Mapping[str, str] = attribute(factory=dict[str, str])
    members: Mapping[str, tuple[str, ...]] = attribute(factory=dict[str, tuple[str, ...]])
    teams: Mapping[str, str] = attribute(factory=dict[str, str])

    def owner(self, number: str) -> Receiver:
        """Return the owner of an id; without one, nobody."""
        if not number.strip():
            return Receiver("queue")
        email = self.owners.get(number)
        return Receiver("person", email or f"owner {number}", email)

    def rotated(self, fields: JsonMap) -> tuple[Receiver, list[str]]:
        """Return among whom a record is rotated, and what is to be said of it."""
        users = [each.text for each in fields.listed("user_ids") if isinstance(each, JsonScalar)]
        teams = [each.text for each in fields.listed("team_ids") if isinstance(each, JsonScalar)]
        told = [
            f"who is in the team {each} isn't known" for each in teams if each not in self.members
        ]
        of_teams = [each for team in teams for each in self.members.get(team, ())]
        people = [*(self.users.get(each, f"user {each}") for each in users), *of_teams]
        people = [*dict.fromkeys(people)]
        named = [self.teams.get(each, f"team {each}") for each in teams]
        if not people:
            told = told if len(teams) == 1 else ["among whom records are rotated isn't said"]
            return Receiver("queue", named[0] if len(named) == 1 else ""), told
        together = named[0] if len(named) == 1 and not users else " ".join(map(_local, people))
        return Receiver("team", together, members=tuple(people)), told


def _local(person: str) -> str:
    return person.partition("@")[0]


def owner_names(path: Path) -> OwnerNames:
    """Return who is who by a file of owners, as HubSpot's API lists them. Raises ForeignError."""
    root = json_file(path)
    listed = root.listed("results") if isinstance(root, JsonMap) else ()
    owners: dict[str, str] = {}
    users: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    teams: dict[str, str] = {}
    for each in listed:
        one = each if isinstance(each, JsonMap) else JsonMap(each.line, {})
        email = one.said("email").casefold()
        if not email:
            continue
        owners[one.said("id")] = email
        users[one.said("userId")] = email
        for team in one.listed("teams"):
            if isinstance(team, JsonMap):
                members.setdefault(team.said("id"), []).append(email)
                if named := team.said("name"):
                    teams[team.said("id")] = named
    if not owners:
        raise ForeignError(
            f"{path} lists no owners: it has no `results` with `id` and `email`",
            "save what GET /crm/v3/owners answers",
        )
    return OwnerNames(owners, users, {key: tuple(each) for key, each in members.items()}, teams)
