"""What a CRM calls the queues and people of a policy: a table beside it, `leads.names.csv`.

Rules of a CRM name a queue by one name (`West_Coast`), its lists of leads by another ("West
Coast Team"); a policy has a name of its own. `turnout import` writes the table, for whoever
compares leads with the policy or takes it back.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from turnout.dsl.policy import Policy
from turnout.trials.arriving_leads import ColumnError

OutsideNames: TypeAlias = Mapping[str, tuple[str, str]]
"""By target, such as `queue west-coast`: the name in rules, and the label, "" for none."""

_HEADER = ("target", "name", "label")


def names_text(names: OutsideNames) -> str:
    """Return a table as the text of its file."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_HEADER)
    rows.writerows((target, *each) for target, each in names.items())
    return text.getvalue()


def outside_names(path: Path, policy: Policy) -> OutsideNames:
    """Return the table of a file. Raises ColumnError for one that the policy doesn't fit."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = [*csv.reader(io.StringIO(text, newline=""), strict=True)]
    except (OSError, UnicodeDecodeError, csv.Error) as failure:
        said = "it isn't in UTF-8" if isinstance(failure, UnicodeDecodeError) else f"{failure}"
        raise ColumnError(
            f"the names in {path} can't be read: {said}", "write it as a CSV file in UTF-8"
        ) from None
    header = [each.strip().casefold() for each in (rows or [[]])[0]]
    if tuple(header) != _HEADER:
        raise ColumnError(f"{path}:1: the columns are not target, name and label", _HELP)
    known = {*_targets(policy)}
    found: dict[str, tuple[str, str]] = {}
    for number, row in enumerate(rows[1:], 2):
        cells = [" ".join(each.split()) for each in row]
        if not any(cells):
            continue
        target, name, label = (*cells, "", "", "")[:3]
        if len(cells) > len(_HEADER) or not name:
            raise ColumnError(f"{path}:{number}: the row has no name, or too many cells", _HELP)
        if target not in known or target in found:
            why = "stands there twice" if target in found else "is none of the policy"
            raise ColumnError(f"{path}:{number}: {target} {why}", "take the row out")
        found[target] = (name, label)
    return found


_HELP = "begin the file with `target,name,label`, with a row such as `queue west,West_Coast,West`"


def _targets(policy: Policy) -> Iterator[str]:
    yield from (f"person {name}" for name in policy.people)
    yield from (f"{each.kind} {each.name}" for each in policy.outlets.values())
