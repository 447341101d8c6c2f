"""Write what the examples should give: expected.csv and the diagrams of each, and a site.

    python examples/scripts/expected.py

The picture of the README is drawn, too. Run it after a change that is meant, and read the
difference before it is committed: the tests compare the committed files with what this
script writes to a folder of theirs, which they name as its argument.
"""

import sys
from pathlib import Path

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
}
"""The main file and the leads, by example."""

ROUTES = {"multi-product": ("inbound", "renewal", "trial", "engagement")}
"""The routes of the policies that have several; the first one's files have no suffix."""

SAME = ("--no-commit", "--source", ".")
"""What a diagram would say of the folder that it is written to, and doesn't."""

WITH_SITE = "many-sources"
"""The example whose site is committed with it: the smallest."""

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
    return written


def main(argv: list[str]) -> None:
    """Write the files beside their policies, or below the folder that is named."""
    root = Path(argv[0]) if argv else EXAMPLES
    for example in FILES:
        for arguments in commands(example, root / example):
            cli(arguments, standalone_mode=False)
    if not argv:  # the tests compare it with `turnout docs --check`
        folder = EXAMPLES / WITH_SITE
        cli(["docs", str(folder), "-o", str(folder / "site")], standalone_mode=False)
    out = root / "inbound.svg" if argv else FIGURE.with_suffix(".svg")
    cli(["diagram", str(FIGURE), "-o", str(out), *SAME], standalone_mode=False)


if __name__ == "__main__":
    main(sys.argv[1:])
