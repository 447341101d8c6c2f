"""Write what the examples should give: expected.csv and the diagrams of each, and a site.

    python examples/scripts/expected.py

The picture of the README is drawn, too. Run it after a change that is meant, and read the
difference before it is committed: the tests compare the committed files with what this
script writes to a folder of theirs, which they name as its argument.
"""

import os
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from turnout.cli import cli

EXAMPLES = Path(__file__).parents[1]
AT = "2026-11-23T10:00+00:00"
"""The clock of every expected decision."""

FILES = {
    "saas-inbound": ("inbound.route", "leads.csv"),
    "home-services": ("dispatch.route", "leads.jsonl"),
    "retention": ("retention.route", "leads.json"),
    "b2b-intent": ("intent.route", "leads.jsonl"),
    "multi-product": ("products.route", "leads.csv"),
    "many-sources": ("intake.route", "leads.csv"),
    "from-salesforce": ("leads.route", "leads.csv"),
}
"""The main file and the leads, by example."""

ROUTES = {"multi-product": ("inbound", "renewal", "trial", "engagement")}
"""The routes of the policies that have several; the first one's files have no suffix."""

IMPORTED = "from-salesforce"
"""The example that was another tool's: what the import made of it is committed with it."""

SAME = ("--no-commit", "--source", ".")
"""What a diagram would say of the folder that it is written to, and doesn't."""

WITH_SITE = "many-sources"
"""The example whose site and view of a warehouse are committed with it: the smallest."""

FIGURE = EXAMPLES.parent / "docs" / "images" / "inbound.route"
"""The policy of the README and the tutorial; its picture stands beside it."""


def commands(example: str, out: Path) -> list[list[str]]:
    """The arguments of `turnout` that write the files of an example into the folder `out`."""
    policy, leads = (str(EXAMPLES / example / name) for name in FILES[example])
    written: list[list[str]] = []
    for at, route in enumerate(ROUTES.get(example, ("",))):
        suffix = f"-{route}" if at else ""
        chosen = ["--route", route] if route else []
        written += [
            ["route", policy, leads, "--at", AT, *chosen, "-o", str(out / f"expected{suffix}.csv")],
        ]
        for form in ("dot", "mmd", "svg"):
            diagram = ["diagram", policy, *chosen, "-o", str(out / f"diagram{suffix}.{form}")]
            written.append([*diagram, *SAME])
    if example == WITH_SITE:
        sql = ["export", "sql", policy, "--dialect", "duckdb", "--at", AT]
        written.append([*sql, "--view", "routed", "-o", str(out / "routed.sql")])
    return written


def write_import(out: Path) -> None:
    """Write what the import makes of an example's metadata, what is found in it, and who differs.

    The policy is a text there, so that nobody takes it for the one that is in force.
    """
    folder = EXAMPLES / IMPORTED
    with TemporaryDirectory() as made, chdir(made):
        source = folder / "metadata"
        said(["import", "salesforce", str(source), "-o", ".", "--report", "report.txt"])
        (out / "imported.txt").write_bytes(Path("leads.route").read_bytes())
        report, findings = Path("report.txt").read_text("utf-8"), said(["check", "leads.route"])
        (out / "findings.txt").write_text(f"{report}\n{findings}", "utf-8", newline="\n")
        for name in FILES[IMPORTED]:
            Path(name).write_bytes((folder / name).read_bytes())
        compare = ["compare", *FILES[IMPORTED], "--owner", "Lead Owner", "--at", AT]
        (out / "comparison.txt").write_text(said(compare), "utf-8", newline="\n")


def said(arguments: list[str]) -> str:
    """Return what a command of `turnout` prints to a screen of 100 columns."""
    text = StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    try:
        with redirect_stdout(text):
            cli(arguments, standalone_mode=False)
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return text.getvalue()


def main(argv: list[str]) -> None:
    """Write the files beside their policies, or below the folder that is named."""
    root = Path(argv[0]) if argv else EXAMPLES
    for example in FILES:
        for arguments in commands(example, root / example):
            cli(arguments, standalone_mode=False)
    write_import(root / IMPORTED)
    if not argv:  # the tests compare it with `turnout docs --check`
        folder = EXAMPLES / WITH_SITE
        cli(["docs", str(folder), "-o", str(folder / "site")], standalone_mode=False)
    out = root / "inbound.svg" if argv else FIGURE.with_suffix(".svg")
    cli(["diagram", str(FIGURE), "-o", str(out), *SAME], standalone_mode=False)


if __name__ == "__main__":
    main(sys.argv[1:])
