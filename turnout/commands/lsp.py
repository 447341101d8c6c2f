"""`turnout lsp`: the language server, which editors start."""

import click

from turnout.commands.exits import CannotRun
from turnout.commands.options import Command


@click.command("lsp", cls=Command, examples=("turnout lsp --stdio",))
@click.option(
    "--stdio", is_flag=True, help="Accepted for editors that say so; there is no other way."
)
def command(*, stdio: bool) -> None:
    """Serve an editor: findings as you type, with all that the checker knows.

    An editor starts it, and speaks the Language Server Protocol over standard input and
    output. It needs `turnout[lsp]`.

    Exit status: 0 when the editor says goodbye, 1 when it leaves without.
    """
    del stdio
    try:
        from turnout.lsp.server import serve  # noqa: PLC0415 - the library is an extra
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise CannotRun(
            "the language server needs pygls, which is not installed",
            'install it with `pip install "turnout[lsp]"`',
        ) from missing
    serve()
