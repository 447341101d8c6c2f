"""What can be said on the command line of how a file of leads is to be read."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from turnout.runtime.records import Manner

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _encoding(_ctx: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """Return the name of an encoding, a usage error where there is none of that name."""
    if value is None:
        return None
    try:
        "".encode(value)
        b"\xff".decode(value, "ignore")  # `idna` can't leave anything out
    except (LookupError, ValueError) as failure:
        examples = "such as utf-8, windows-1252, utf-16-le or shift_jis"
        raise click.BadParameter(f"{value!r} is no encoding of text, {examples}") from failure
    return value


_MANNER = (
    click.option(
        "--skip",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Lines (of a workbook: rows) above the header; else titles are found.",
    ),
    click.option(
        "--encoding",
        callback=_encoding,
        metavar="NAME",
        help="Of a text that isn't UTF-8, such as windows-1252.",
    ),
    click.option("--sheet", metavar="NAME", help="Of a workbook: the sheet with the leads."),
    click.option(
        "--footer",
        metavar="TEXT",
        help="How the first row below the table begins; else a report's footer is found.",
    ),
    click.option(
        "--all-rows",
        is_flag=True,
        help="Every row is a lead: no titles above the header, no footer.",
    ),
)


def manner_options(command: Decorated) -> Decorated:
    """Add what can be said of how to read a file of leads; the command is given a `manner`."""

    @wraps(command)
    def with_manner(
        *args: Any,  # noqa: ANN401 - the command's own
        skip: int,
        encoding: str | None,
        sheet: str | None,
        footer: str | None,
        all_rows: bool,
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if footer is not None and (all_rows or not footer.strip()):
            what = "--footer and --all-rows exclude each other" if all_rows else "--footer is empty"
            raise click.UsageError(what)
        manner = Manner(skip, encoding, sheet, footer, all_rows)
        return command(*args, manner=manner, **options)

    decorated: Any = with_manner
    for option in reversed(_MANNER):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
