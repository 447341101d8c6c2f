"""Which named conditions two versions of a policy mean otherwise."""

from collections.abc import Mapping

from turnout.dsl.conditions import names_in
from turnout.dsl.policy import Definition


def changed_names(old: Mapping[str, Definition], new: Mapping[str, Definition]) -> frozenset[str]:
    """Return the territories and segments that don't mean the same in both versions.

    Those that one version lacks are among them, and those that name another one of them.
    """
    if old == new:
        return frozenset()
    found = {name for name in {*old, *new} if not _is_same(old.get(name), new.get(name))}
    users: dict[str, list[str]] = {}
    for name, definition in new.items():
        for used in names_in(definition.meaning):
            users.setdefault(used.name, []).append(name)
    pending = list(found)
    while pending:
        fresh = [user for user in users.get(pending.pop(), ()) if user not in found]
        found.update(fresh)
        pending.extend(fresh)
    return frozenset(found)


def _is_same(one: Definition | None, two: Definition | None) -> bool:
    return (
        one is not None and two is not None and (one.kind, one.meaning) == (two.kind, two.meaning)
    )
