"""A line for each act of a caller, whether it was allowed or not: who, what, with whom.

The log of the state says who did something; this one says by which token it came, and what was
refused. It goes to the logger `turnout.audit`, as a JSON text in a line.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

from turnout.errors import Error
from turnout.rendering.jsons import json_text
from turnout.serving.callers import Caller
from turnout.serving.problems import ProblemError

_LOG = logging.getLogger("turnout.audit")


@contextmanager
def audited(caller: Caller, act: str, what: str, person: str = "") -> Generator[None, None, None]:
    """Note an act when the block ends. what: with which lead, queue or person; person: as whom."""
    outcome = "failed"
    try:
        yield
        outcome = "done"
    except ProblemError as refused:
        outcome = refused.kind
        raise
    except Error as refused:
        outcome = type(refused).__name__
        raise
    finally:
        note(caller, act, what, person, outcome)


def note(caller: Caller, act: str, what: str, person: str, outcome: str) -> None:
    """Note an act."""
    if not _LOG.isEnabledFor(logging.INFO):
        return
    said = {
        "at": datetime.now(UTC).isoformat(),
        "caller": caller.name,
        "act": act,
        "what": what,
        "as": person,
        "outcome": outcome,
    }
    _LOG.info("%s", json_text(said))
