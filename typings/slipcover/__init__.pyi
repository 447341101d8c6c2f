# What the tests ask of SlipCover, whose own types say little.

from types import CodeType, ModuleType
from typing import Any

from slipcover import branch as branch

class Slipcover:
    def __init__(
        self,
        *,
        branch: bool = False,
        source: list[str] | None = None,
        exclude_also: list[str] | None = None,
        d_miss_threshold: int = 50,
    ) -> None: ...
    def register_module(self, m: ModuleType) -> None: ...
    def instrument(self, co: CodeType) -> CodeType: ...
    def deinstrument_seen(self) -> None: ...
    def get_coverage(self) -> dict[str, Any]: ...

def merge_coverage(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]: ...
def print_coverage(
    coverage: dict[str, Any],
    *,
    outfile: object = ...,
    missing_width: int | None = None,
    skip_covered: bool = False,
) -> None: ...
