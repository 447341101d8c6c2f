"""`turnout lsp`: the language server, which editors start."""

import click

from turnout.commands.options import Command


@click.command("lsp", cls=Command, examples=("turnout lsp --stdio",))
@click.option(
    "--stdio", is_flag=True, help="Accepted for editors that say so; there is no other way."
)
def command(*, stdio: bool) -> None:
    """Serve an editor: findings as you type, with all that the checker knows.

    An editor starts it, and speaks the Language Server Protocol over standard input and output.

    Exit status: 0 when the editor says goodbye, 1 when it leaves without.
    """
    del stdio
    from turnout.lsp.server import serve  # noqa: PLC0415 - other commands don't wait for it

    status = serve()
    if status:
        raise SystemExit(status)
