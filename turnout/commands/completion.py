"""`turnout completion`: the names of commands, options, policies and rules, at a key."""

import os
from collections.abc import Mapping
from pathlib import Path

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from turnout.commands.exits import CannotRun
from turnout.commands.options import Command, CommandGroup, color_option
from turnout.commands.outputs import replacing
from turnout.printable import visible

SHELLS: Mapping[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "fish": FishComplete,
    "zsh": ZshComplete,
}
_SHELL = click.argument("shell", type=click.Choice(sorted(SHELLS)), required=False)


@click.group("completion", cls=CommandGroup, examples=("turnout completion install",))
def command() -> None:
    """Complete commands, options, policies and the names in them in a shell.

    Bash from version 4.4 on, fish and zsh can. SHELL is the one that is in use where none is
    named.
    """


@command.command(
    "install",
    cls=Command,
    examples=("turnout completion install", "turnout completion install zsh"),
)
@_SHELL
@color_option
def install_command(*, shell: str | None) -> None:
    """Write the shell's script to where it looks for one.

    Nothing else is changed: where a line is needed in the shell's own settings, that line is
    printed. What is there already is replaced.
    """
    name = shell or _in_use(os.environ)
    path = script_file(name, os.environ, Path.home())
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as stream:
        stream.write(_script(name).encode())
    click.echo(f"{visible(str(path))} is written; a new {name} completes `turnout`")
    if name == "bash":
        click.echo("it is read by the package bash-completion; without that, put into ~/.bashrc:")
        click.echo(f"  source {_quoted(path)}")
    elif name == "zsh":
        click.echo("put this into ~/.zshrc, above the line with compinit:")
        click.echo(f"  fpath=({_quoted(path.parent)} $fpath)")
        click.echo("and where there is no such line, below it: autoload -Uz compinit && compinit")


@command.command("show", cls=Command, examples=("turnout completion show fish",))
@_SHELL
@color_option
def show_command(*, shell: str | None) -> None:
    """Print the shell's script."""
    click.echo(_script(shell or _in_use(os.environ)), nl=False)


def _script(name: str) -> str:
    root = click.get_current_context().find_root().command
    made = SHELLS[name](root, {}, "turnout", "_TURNOUT_COMPLETE")
    # Asking the shell for its version, as `source` does, is no matter of a script.
    return made.source_template % made.source_vars() + "\n"


def _in_use(environment: Mapping[str, str]) -> str:
    """Return the name of the user's shell. Raises CannotRun."""
    name = Path(environment.get("SHELL", "")).name
    if name in SHELLS:
        return name
    listed = ", ".join(sorted(SHELLS))
    said = f"{visible(name)} is none of them" if name else "the variable SHELL names none"
    raise CannotRun(f"which shell? {said}", f"name one: {listed}")


def script_file(name: str, environment: Mapping[str, str], home: Path) -> Path:
    """Return where a shell looks for the script of a user's command."""
    data = _folder(environment, "XDG_DATA_HOME", home / ".local/share")
    match name:
        case "bash":
            own = _folder(environment, "BASH_COMPLETION_USER_DIR", data / "bash-completion")
            return own / "completions" / "turnout"
        case "fish":
            settings = _folder(environment, "XDG_CONFIG_HOME", home / ".config")
            return settings / "fish/completions/turnout.fish"
        case _:
            return data / "zsh/site-functions/_turnout"


def _folder(environment: Mapping[str, str], variable: str, usual: Path) -> Path:
    """Return the folder that a variable names. The standard has it that relative ones are none."""
    named = Path(environment.get(variable, ""))
    return named if named.is_absolute() else usual


def _quoted(path: Path) -> str:
    text = str(path).replace("'", "'\\''")
    return f"'{text}'"
