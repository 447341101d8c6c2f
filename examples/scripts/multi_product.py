"""Make the leads of the example multi-product, as an export of its CRM.

    python examples/scripts/multi_product.py > examples/multi-product/leads.csv

All of them are invented. The same command gives the same bytes on every machine.
"""

import csv
import io
import sys
from datetime import date, timedelta

from chance import Chance

TODAY = date(2026, 11, 23)
SEED = 83
COLUMNS = (
    "Id;Name;Email;Company;Country;Employees;Sector;Interest;Owns;Source;Status;"
    "Account Owner;Usage;Renewal;Consent;Payroll Seen;Time Seen"
).split(";")
FIRST_NAMES = "Anne|Bram|Chantal|Daan|Eva|Floris|Geert|Hilde|Iris|Jeroen|Karin|Lieve|Maarten|Noor"
LAST_NAMES = "Aalbers|Baert|Claes|Dijkstra|Evers|Faber|Goossens|Hendriks|Jacobs|Kok|Lemmens|Mol"
STEMS = "Amstel|Boog|Dijk|Eik|Fluit|Haven|Klomp|Linde|Molen|Polder|Rivier|Steen|Veld|Zand"
TRADES = {
    "retail": "Winkels|Mode|Bazaar",
    "care": "Zorg|Thuishulp|Kliniek",
    "industry": "Metaal|Plastics|Machines",
    "hospitality": "Hotels|Horeca",
    "office": "Advies|Makelaars|Design",
    "public": "Scholen|Gemeente",
    "overig": "Groep|Beheer",
}
SECTORS = {"retail": "Retail|retail|RETAIL", "care": "care|Care", "industry": "Industry|industry"}
COUNTRIES = {
    "NL|Nederland|Netherlands|The Netherlands|nl": 52,
    "BE|België|Belgique|Belgium": 24,
    "LU|Luxembourg": 4,
    "DE|Duitsland|Germany": 10,
    "Kies...||n/a|Holand": 10,
}
INTERESTS = {
    "payroll": 22,
    "time": 16,
    "hire": 12,
    "learn": 10,
    "payroll;time": 9,
    "hire;learn": 6,
    "payroll;hire;learn": 3,
    "none": 18,
    "": 4,
}
SOURCES = {"demo": 24, "trial": 14, "chat": 12, "webinar": 16, "content": 20, "event": 12, "fax": 2}
STATUSES = {"prospect": 50, "new": 10, "customer": 26, "deal": 12, "lapsed": 9}
OWNERS = (
    "ilse|Joost|katja.lenz@tandem.example|lotte|Tandem Team|Tandem Team|p.vries@tandem.example|"
)


def document(number: int) -> str:
    """As many leads as asked for, and the lines that exports add, repeat and cut off."""
    chance = Chance(SEED)
    lines = [line(COLUMNS), *(line(lead(chance, at)) for at in range(1, number + 1))]
    for at in range(60, len(lines), 97):
        lines[at] = lines[at - 25]  # twice in the export
    for at in range(44, len(lines), 103):
        lines[at] = lines[at].rsplit(";", 11)[0]  # cut off
    lines.insert(150, ";" * (len(COLUMNS) - 1))
    return "".join(f"{text}\n" for text in lines)


def line(cells: list[str]) -> str:
    """One line of CSV, with semicolons, as Dutch spreadsheets write it."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="").writerow(cells)
    return text.getvalue()


def lead(chance: Chance, number: int) -> list[str]:
    """The cells of one lead, in the order of the columns."""
    sector = chance.one(list(TRADES))
    company = f"{chance.word(STEMS)} {chance.word(TRADES[sector])}"
    first, last = chance.word(FIRST_NAMES), chance.word(LAST_NAMES)
    status = chance.weighted(STATUSES)
    is_known = status in {"customer", "deal", "lapsed"}
    interest = chance.weighted(INTERESTS).replace(";", chance.one((", ", ",", " | ")))
    cells = {
        "Id": f"T{number:04}",
        "Name": f"{first} {last}",
        "Email": address(chance, f"{first}.{last}@{company}.example".lower().replace(" ", "-")),
        "Company": company,
        "Country": chance.word(chance.weighted(COUNTRIES)),
        "Employees": headcount(chance),
        "Sector": chance.word(SECTORS.get(sector, sector)),
        "Interest": interest.title() if chance.happens(0.3) else interest,
        "Owns": chance.word("payroll|payroll|time|payroll, time|hire") if is_known else "none",
        "Source": chance.weighted(SOURCES),
        "Status": status.upper() if chance.happens(0.1) else status,
        "Account Owner": chance.word(OWNERS) if is_known else chance.word("|-|Tandem Team"),
        "Usage": usage(chance),
        "Renewal": day(chance) if is_known else "none",
        "Consent": chance.word("ja|ja|ja|yes|1|")
        if chance.happens(0.95)
        else chance.word("no|No|nein|0"),
        **engagements(Chance(SEED * 1_000 + number), interest),
    }
    return [cells[column] for column in COLUMNS]


def headcount(chance: Chance) -> str:
    """A number of employees."""
    number = chance.one((chance.number(1, 49), chance.number(50, 499), chance.number(500, 9_000)))
    if chance.happens(0.75):
        return str(number)
    dotted = f"{number:,}".replace(",", ".")
    return chance.one((dotted, f"{number} ", "onbekend", "10-50", ""))


def usage(chance: Chance) -> str:
    """How much of what they have they use, in per cent."""
    if chance.happens(0.2):
        return chance.word("n/a|||veel|140")
    return f"{chance.number(0, 100)}{chance.word('||.0')}"


def day(chance: Chance) -> str:
    """When a contract ends or ended."""
    at = TODAY + timedelta(days=chance.number(-120, 90))
    return chance.one(
        (at.isoformat(), f"{at:%d.%m.%Y}", f"{at:%d-%m-%Y}", f"{at.isoformat()} 00:00")
    )


def engagements(chance: Chance, interest: str) -> dict[str, str]:
    """When somebody last read or did something of two of the products."""
    cells: dict[str, str] = {}
    for column, product in (("Payroll Seen", "payroll"), ("Time Seen", "time")):
        is_seen = chance.happens(0.8 if product in interest else 0.35)
        at = TODAY - timedelta(days=chance.number(0, 60))
        cells[column] = at.isoformat() if is_seen else chance.word("|never|")
    if chance.happens(0.1):
        cells["Time Seen"] = cells["Payroll Seen"]  # one page about both
    return cells


def address(chance: Chance, written: str) -> str:
    """An e-mail address, one in thirty of them spoiled."""
    if chance.happens(0.97):
        return written
    return chance.one((written.replace("@", " @ "), "geen", "", f"mailto:{written}"))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(document(320))
