"""The text of a version of the policy, as a state keeps it once: to be read years later."""

import json
import os.path
from collections.abc import Sequence
from typing import Any

from turnout.dsl.source import Source


def policy_text(sources: Sequence[Source]) -> str:
    """Return the texts of a policy's files as JSON, by their paths from the main file's folder.

    sources: the main file last. Of tables that it reads nothing is kept but their part in the
    policy's hash: they may hold leads, and be large.
    """
    if not sources:
        return json.dumps({"files": {}})
    folder = os.path.dirname(sources[-1].name)  # noqa: PTH120 - a name is no path of this machine
    files = {_named(source.name, folder): source.text for source in sources}
    return json.dumps({"files": files}, ensure_ascii=True)


def _named(name: str, folder: str) -> str:
    try:
        return os.path.relpath(name, folder or ".").replace(os.sep, "/")
    except ValueError:  # on another drive
        return name


def policy_files(text: str) -> dict[str, str]:
    """Return the files that `policy_text` kept, the main one last."""
    found: dict[str, Any] = json.loads(text)
    return {str(name): str(said) for name, said in found["files"].items()}
