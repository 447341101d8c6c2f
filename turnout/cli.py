"""The command `turnout`: finds the subcommand, and sees to it that every end is a tidy one.

A subcommand's module is imported when it is called, so that `turnout --version` and
`turnout --help` don't wait for the parser, the country tables and the rest.
"""

import gc
import io
import os
import sys
import traceback
from difflib import get_close_matches
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from turnout import __version__
from turnout.commands import interrupts
from turnout.commands.exits import (
    CANNOT_RUN,
    INTERRUPTED,
    PIPE_CLOSED,
    complain,
    is_full,
)
from turnout.commands.options import color_option
from turnout.errors import Error
from turnout.runtime.columns.extra import leave_out_pandas

COMMANDS = {
    "check": "Report everything that is wrong with policies.",
    "fmt": "Write policies in their one canonical form.",
    "fix": "Mend what can be mended without changing a decision.",
    "test": "Run the tests that stand in policies.",
    "coverage": "Show what each rule and fallback receives.",
    "compile": "Write a policy's decision tree as JSON.",
    "diagram": "Draw a policy's decision tree.",
    "docs": "Write a policy as a site for people who never open it.",
    "simulate": "Say what a policy would do with a file of leads.",
    "compare": "Say whether past leads would go to whom they went.",
    "route": "Decide where leads go.",
    "explain": "Say why one lead goes where it goes.",
    "serve": "Decide leads over HTTP.",
    "token": "Say who may ask a service, and what.",
    "sla": "Move leads that nobody touched in time, once or on and on.",
    "claim": "Take the first lead out of a queue.",
    "accept": "Take leads that somebody is offered.",
    "reject": "Decline leads that somebody is offered.",
    "contacted": "Mark leads as worked on.",
    "touch": "Mark leads as worked on, as `contacted` does.",
    "converted": "Mark leads as won.",
    "close": "Mark leads as done.",
    "release": "Let go of leads that somebody has.",
    "return": "Give leads back that were none.",
    "away": "Say that somebody gets no leads, or who is away.",
    "pause": "Say that somebody isn't drawn from teams.",
    "back": "Say that somebody is there again.",
    "reroute": "Decide leads anew, whoever has them.",
    "report": "Say how leads fared: speed, SLAs, conversion, load, fairness.",
    "suggest": "Suggest changes of a policy that outcomes speak for.",
    "log": "Print what happened to leads.",
    "outbox": "Tell other programs and people what happened to leads.",
    "owners": "Say who answers for which part of a policy.",
    "replay": "Route the leads of a log by a policy, and say which would go elsewhere.",
    "diff": "Say whose decision a change of a policy changes.",
    "state": "Make, check, carry or rename in a state file.",
    "new": "Write a first policy for a file of leads.",
    "import": "Make policies of another tool's rules.",
    "export": "Write a route as rules of another tool.",
    "doctor": "Say what is installed, what is missing, and what a state is.",
    "completion": "Complete commands, options and names in a shell.",
    "man": "Print or write the manual pages.",
    "lsp": "Serve an editor: findings as you type.",
    "run": "Check, compile, draw and route in one go.",
}
"""The subcommands in the order of use, with the line that the help shows."""

MODULES = {"import": "imports", "return": "returning"}
"""Where a subcommand stands whose name is a keyword of Python."""

TRACEBACK = "TURNOUT_TRACEBACK"


class Turnout(click.Group):
    """The subcommands by name, each imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the subcommand, None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = MODULES.get(cmd_name, cmd_name)
        command: click.Command = import_module(f"turnout.commands.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; where there is none of that name, name the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as unknown:
            near = get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            message = f"No such command {args[0]!r}. Did you mean {near[0]}?"
            raise click.UsageError(message, ctx) from unknown

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the subcommands from the table, importing none."""
        named = [
            CompletionItem(name, help=said)
            for name, said in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the subcommands from the table, importing none."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> None:
        """Run the subcommand; whatever it raises ends in a message and a status."""
        try:
            with interrupts.noticed():
                super().invoke(ctx)
            if sys.stdout:
                sys.stdout.flush()
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _give_up_stdout()
            ctx.exit(PIPE_CLOSED)
        except Error as refusal:
            complain(refusal.message, refusal.help)
            ctx.exit(CANNOT_RUN)
        except OSError as failure:
            _show_traceback()
            complain(*_described(failure))
            ctx.exit(CANNOT_RUN)
        except Exception as bug:  # noqa: BLE001 - the last stop before the user
            _report(bug)
            ctx.exit(CANNOT_RUN)


def _described(failure: OSError) -> tuple[str, str]:
    """Return what happened, and what to do about it or an empty text."""
    reason = failure.strerror or str(failure) or type(failure).__name__
    help = "free some space, or write elsewhere, and run it again" if is_full(failure) else ""
    return f"{failure.filename}: {reason}" if failure.filename else reason, help


def _report(bug: Exception) -> None:
    """Say that something went wrong that never should."""
    if _show_traceback():
        return
    reason = str(bug).split("\n", maxsplit=1)[0][:200]
    complain(
        f"this is a bug in Turnout {__version__}: {type(bug).__name__}: {reason}",
        f"set {TRACEBACK}=1 and run it again for the traceback, and report it with that",
    )


def _show_traceback() -> bool:
    if not os.environ.get(TRACEBACK):
        return False
    traceback.print_exc()
    return True


def _give_up_stdout() -> None:
    """Send what is still buffered nowhere, so that Python's exit doesn't stumble over it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


@click.group(cls=Turnout, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="turnout %(version)s")
@color_option
def cli() -> None:
    """Lead routing as code: check, draw and run the policies in `.route` files.

    Exit status: 0 for success, 1 for a policy with errors, 2 where the command could not
    do its work (usage, an unreadable file, a bug), 130 when interrupted.
    """


def main() -> None:
    """Run the command line; what the output's encoding can't hold is escaped."""
    # Nodes, clauses and findings are frozen and hold no cycles; looking for some at Python's
    # own pace takes an eighth of the time of a long policy.
    gc.set_threshold(100_000, 20, 20)
    leave_out_pandas()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        cli()
    finally:
        # The process ends: what a search has left behind is looked through no more.
        gc.freeze()
