"""Make any number of leads for examples/saas-inbound, always the same ones.

    python bench/leads.py 100000 > leads.csv

They are the example's own kinds of lead with its spelling mistakes, but every row is whole
and every id is new: what is timed is routing, not the reading of broken files.
"""

import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "scripts"))

from chance import Chance
from saas_inbound import COLUMNS, lead

SEED = 1


def main(argv: list[str]) -> None:
    """Write the header and as many leads as asked for."""
    if len(argv) != 1 or not argv[0].isdigit():
        sys.exit("usage: python bench/leads.py NUMBER > leads.csv")
    chance = Chance(SEED)
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(lead(chance, number) for number in range(1, int(argv[0]) + 1))


if __name__ == "__main__":
    main(sys.argv[1:])
