"""The commands of README's section Start: what a newcomer copies, and what CI runs.

`python -m tests.support.readme 1` prints the first of them.
"""

import re
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
SECTION = re.compile(r"^## Start\n(?P<body>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^```\w*\n(?P<command>.*?)^```$", re.DOTALL | re.MULTILINE)


def start_commands(readme: str) -> tuple[str, ...]:
    r"""Return the fenced commands of the section Start of `readme`, in order.

    >>> start_commands("## Start\n```sh\nmake\n```\n## Next\n```sh\nno\n```\n")
    ('make',)
    """
    section = SECTION.search(readme)
    if section is None:
        return ()
    return tuple(fence["command"].strip() for fence in FENCE.finditer(section["body"]))


if __name__ == "__main__":
    command = start_commands(README.read_text("utf-8"))[int(sys.argv[1]) - 1]
    sys.stdout.write(f"{command}\n")
