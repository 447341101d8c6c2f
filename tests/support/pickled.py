"""A value as another process would get it."""

import pickle
from typing import TypeVar

T = TypeVar("T")


def pickled(value: T) -> T:
    """Return `value`, pickled and read again."""
    found: T = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes
    return found
