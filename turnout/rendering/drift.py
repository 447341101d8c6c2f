"""What would become of the leads of a log, for people and programs (docs/reference/formats.md)."""

from collections.abc import Iterator
from typing import Any

from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.drift import Drift

FORMAT, VERSION = "turnout-drift", 1


def drift_data(found: Drift) -> dict[str, Any]:
    """Return it in the documented JSON form, keys in a fixed order."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "routed": found.routed,
        "replayed": found.replayed,
        "same": found.same,
        "erased": found.erased,
        "valueless": found.valueless,
        "unknown": list(found.unknown),
        "hashed": list(found.hashed),
        "drifted": [
            {
                "rule": each.before[0],
                "target": each.before[1],
                "rule_now": each.after[0],
                "target_now": each.after[1],
                "leads": each.leads,
                "examples": list(each.examples),
            }
            for each in found.drifted
        ],
    }


def drift_text(found: Drift) -> Iterator[str]:
    """Yield it as lines."""
    moved = found.replayed - found.same
    yield f"{counted(found.replayed, 'lead')} of {found.routed:,} replayed: {moved:,} go elsewhere"
    for each in found.drifted:
        yield ""
        yield visible(f"{counted(each.leads, 'lead')} of {each.before[0]} to {each.before[1]}")
        yield visible(f"  now {each.after[0]} to {each.after[1]}")
        yield visible(f"  such as {', '.join(each.examples)}")
    if found.routed > found.replayed or found.unknown:
        yield ""
    if found.valueless:
        yield f"{counted(found.valueless, 'lead')} can't be replayed: no value of them was logged"
    if found.erased:
        yield f"{counted(found.erased, 'lead')} erased, or kept no longer"
    for name in found.unknown:
        how = "is logged hashed" if name in found.hashed else "was never logged"
        yield f"field {name} {how}: in every lead it counts as missing"
