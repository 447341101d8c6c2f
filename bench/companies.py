"""Look firms up by nearness in a large table: how long a lead takes, by how near a row has to be.

    python bench/companies.py [ROWS]

Firms are invented: two or three syllables, what they do, a town, a legal form. Half of the leads
misspell a firm of the table by a letter; the others are called as firms of the same kind are,
which is the worst case: the table has much that is alike. Times are those of the processor.
"""

import sys
import tracemalloc
from itertools import islice
from pathlib import Path
from statistics import quantiles
from time import process_time

from turnout.dsl.nearness import Nearness, NearnessRow
from turnout.dsl.values.company_names import company_name

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "scripts"))

from chance import Chance

SEED = 14
ROWS = 100_000
LEADS = 200
PERCENTS = (95, 92, 85, 80, 70)
SYLLABLES = (
    "al|an|bar|bel|ber|bir|cal|con|cor|dan|del|dor|el|en|fal|fen|gar|gel|gra|hal|hel|hol|in|jan|kal"
    "|ker|kon|lan|lor|mar|mel|mon|nor|ol|or|par|pel|quin|ral|rob|ros|sal|sen|sol|tal|tor|ul|van|wal"
    "|win|xan|yor|zan|zel"
)
BUSINESS = (
    "Logistics|Software|Energy|Foods|Bank|Insurance|Robotics|Media|Pharma|Textiles|Consulting"
    "|Maschinenbau|Elektro|Transport|Holding|Systems|Labs|Works|Group|Partners||||"
)
TOWNS = "Berlin|Wien|Leeds|Lyon|Torino|Austin|Oslo|Porto||||||||"
FORMS = "GmbH|Inc.|Ltd|S.A.|AG|B.V.|GmbH & Co. KG|LLC|SpA|AB|s.r.o.|"


def firm(chance: Chance) -> str:
    """Return the name of a firm."""
    syllables = 2 + chance.happens(0.6) + chance.happens(0.2)
    stem = "".join(chance.word(SYLLABLES) for _ in range(syllables)).capitalize()
    parts = (stem, chance.word(BUSINESS), chance.word(TOWNS), chance.word(FORMS))
    return " ".join(part for part in parts if part)


def misspelt(chance: Chance, name: str) -> str:
    """Return a name with a letter too many, too few, or another one."""
    at = chance.number(0, len(name) - 1)
    return name[:at] + chance.word("a|e|i|o|u|n|") + name[at + chance.number(0, 1) :]


def main(argv: list[str]) -> None:
    """Print what a lead takes."""
    chance = Chance(SEED)
    number = int(argv[0]) if argv else ROWS
    begun = process_time()
    rows: dict[str, NearnessRow] = {}
    while len(rows) < number:
        name = firm(chance)
        key = company_name(name)
        assert isinstance(key, str)
        rows.setdefault(key, NearnessRow(len(rows) + 2, name, key, "ana"))
    print(f"{number:,} rows read in {process_time() - begun:.1f} s")
    keys = list(rows)
    some = [misspelt(chance, keys[chance.number(0, number - 1)]) for _ in range(LEADS // 2)]
    other = (firm(chance) for _ in iter(int, 1))
    strangers = [str(company_name(name)) for name in islice(other, LEADS // 2)]
    tracemalloc.start()
    near = Nearness(92, (), tuple(rows.values()))
    near.nearest("no such firm of any kind")
    print(f"index of {tracemalloc.get_traced_memory()[0] / 1e6:.0f} MB", end=", ")
    tracemalloc.stop()
    begun = process_time()
    Nearness(92, (), tuple(rows.values())).nearest("no such firm of any kind")
    print(f"made in {process_time() - begun:.1f} s")
    for percent in PERCENTS:
        near = Nearness(percent, (), tuple(rows.values()))
        near.nearest("no such firm of any kind")
        said = f"near {percent}%:"
        for kind, leads in (("misspelt", some), ("strangers", strangers)):
            times: list[float] = []
            found = 0
            for lead in leads:
                begun = process_time()
                found += bool(near.nearest(lead)[1])
                times.append((process_time() - begun) * 1_000)
            cuts = quantiles(times, n=20)
            said += f" {kind} {cuts[9]:.1f} ms, {cuts[18]:.1f} ms at most in 95 of 100"
            said += f", {found} of {len(leads)} found;"
        print(said, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
