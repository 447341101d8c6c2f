"""What several commands share in their interface: options, and examples in the help."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose help ends in examples, one command line each."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:  # noqa: ANN401 - click's own arguments
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they stand: wrapped, they could not be copied."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{' ' * formatter.current_indent}{example}\n")
        super().format_epilog(ctx, formatter)


class CommandGroup(Command, click.Group):
    """A command made of several, with a help that ends in examples, too."""


def color_option(command: Decorated) -> Decorated:
    """Add `--color/--no-color`; see `colors` for what holds without it."""
    option = click.option(
        "--color/--no-color",
        default=None,
        expose_value=False,
        callback=_set_color,
        help="Colours on or off; by default on for a terminal, unless NO_COLOR is set.",
    )
    return option(command)


def _set_color(ctx: click.Context, _: click.Parameter, value: bool | None) -> None:  # noqa: FBT001 - click's signature
    if value is not None:
        ctx.color = value
    elif ctx.parent is None:
        ctx.color = colors(os.environ)


def colors(environment: Mapping[str, str]) -> bool | None:
    """Return whether the environment asks for colours; None leaves it to the stream.

    NO_COLOR and FORCE_COLOR follow https://no-color.org and https://force-color.org.
    """
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return True if environment.get("FORCE_COLOR") else None


def format_option(*names: str, help: str) -> Callable[[Decorated], Decorated]:
    """Return what adds `--format`: one of these names, by default the first of them."""
    return click.option(
        "--format",
        "format_name",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help=help,
    )


TEXT_OR_JSON = format_option("text", "json", help="For people or for programs.")


def instant(_ctx: click.Context, _: click.Parameter, value: str | None) -> datetime | None:
    """Return the instant, in UTC where no offset is given; a usage error where it isn't one."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as failure:
        example = "2026-11-23T10:00+01:00"
        raise click.BadParameter(f"{value!r} is not a time such as {example}") from failure
    return at if at.tzinfo else at.replace(tzinfo=UTC)


AT = click.option(
    "--at",
    callback=instant,
    metavar="TIME",
    help="Decide as of then (ISO 8601; UTC where it has no offset), not as of now.",
)

CHECKED_AT = click.option(
    "--at",
    callback=instant,
    metavar="TIME",
    help="Ask who is away and what is open from that day on (ISO 8601), not from today.",
)


def _day(_ctx: click.Context, _: click.Parameter, value: str | None) -> date | None:
    """Return the day, that of the machine's clock for `today`; a usage error where it's none."""
    if value is None:
        return None
    if value == "today":
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(value)
    except ValueError as failure:
        raise click.BadParameter(
            f"{value!r} is not a day such as 2027-04-01, or today"
        ) from failure


CHECKED_ON = click.option(
    "--on",
    callback=_day,
    metavar="DATE",
    help="Check as of that day (a date or `today`), and tell what has ended by then.",
)

MOST_SAID = 500
"""Characters of a name or a reason that the log keeps."""


def said_option(_ctx: click.Context, _: click.Parameter, value: str) -> str:
    """Return what the log is to keep, a usage error where it can't."""
    if len(value) > MOST_SAID:
        raise click.BadParameter(f"it has {len(value)} characters; at most {MOST_SAID} are kept")
    try:
        value.encode()
    except UnicodeEncodeError as failure:
        raise click.BadParameter("it is not UTF-8") from failure
    if "\0" in value:
        raise click.BadParameter("it has a NUL, which no name or reason has")
    return value.strip()


BY = click.option(
    "--by", default="", callback=said_option, metavar="NAME", help="Who did it, for the log."
)


def signed(command: Decorated) -> Decorated:
    """Add `--by`, `--reason` and `--at`: who did something, why and when, for the log."""
    why = click.option(
        "--reason", default="", callback=said_option, metavar="TEXT", help="Why, for the log."
    )
    when = click.option(
        "--at",
        callback=instant,
        metavar="TIME",
        help="When it happened (ISO 8601; UTC where it has no offset), if not now.",
    )
    return BY(why(when(command)))
