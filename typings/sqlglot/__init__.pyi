from typing import Any

from sqlglot import exp as exp

def parse(sql: str, read: str | None = None) -> list[exp.Expression | None]: ...
def transpile(
    sql: str, read: str | None = None, write: str | None = None, **opts: Any
) -> list[str]: ...
