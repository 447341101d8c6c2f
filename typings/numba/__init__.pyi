# The parts of Numba that are used here; the package says little of its own types.

from collections.abc import Callable
from typing import Any, TypeVar

from numba import types as types

_Function = TypeVar("_Function", bound=Callable[..., Any])

class _Config:
    DISABLE_JIT: int

config: _Config

def njit(
    signature: types.Signature, *, nogil: bool = False, cache: bool = False
) -> Callable[[_Function], _Function]: ...
