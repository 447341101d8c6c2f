"""Make the subscribers of the retention example, as their system sends them at night.

    python examples/scripts/retention.py > examples/retention/leads.json

All of them are invented. The same command gives the same bytes on every machine.
"""

import json
import sys
from datetime import date, timedelta
from typing import Any

from chance import Chance

TODAY = date(2026, 11, 23)
FIRST_NAMES = (
    "Anouk|Bernd|Céline|Daan|Elif|Franziska|Guido|Hélène|Ivo|Jolanda|Käthe|Loïc|Maartje|Nils"
)
LAST_NAMES = "Aerts|Blum|Caron|de Wit|Engel|Faure|Groß|Huber|Imhof|Jansen|Kuhn|Leroy|Meier|Nöthen"
HOSTS = (
    "posteo.example|webpost.example|kanzlei-blum.example|hotel-aerts.example|caron-et-fils.example"
)
COUNTRIES = {
    "DE|Germany|Deutschland|germany": 40,
    "AT|Österreich|AUT": 10,
    "CH|Schweiz|Switzerland": 8,
    "FR|France": 18,
    "NL|Nederland|the Netherlands": 14,
    "BE|Belgique|België|Belgium": 8,
    "LU|MC|LI|Danmark": 5,
    "ES|United Kingdom|unknown||Europe": 7,
}
PLANS = {"taster|Taster": 18, "home|Home|HOME": 46, "office|Office": 22, "enterprise": 6, "-|": 3}
STATUSES = {"active": 50, "paused": 14, "cancelled": 45}
SIGNALS = ("payment-failed", "skipped-twice", "downgrade", "complaint", "refund")
REASONS = {"price": 20, "taste": 16, "too-much": 14, "competitor": 12, "moved": 14, "closed": 6}
REASONS |= {"other": 8, "none given": 10, "bean too oily": 2}
OWNERS = (
    "ada|Bastien|coen.visser@brindle.example|ADA.LINDNER@brindle.example|House Account|m.veldkamp"
)


def main(argv: list[str]) -> None:
    """Write the number of leads asked for (150), and the entries that are none."""
    chance = Chance(20261123)
    leads: list[Any] = [lead(chance, n) for n in range(1, int((argv or ["150"])[0]) + 1)]
    for at in range(50, len(leads), 61):
        leads[at] |= {"id": leads[at - 33]["id"]}  # one id, two subscribers
    for at, odd in zip(range(20, len(leads), 30), ODD_ENTRIES, strict=False):
        leads.insert(at, odd)
    rows = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in leads)
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(f"[\n{rows}\n]\n")


ODD_ENTRIES = (None, {}, "export of 2026-11-22", {"id": "", "email": "kasse@webpost.example"})


def lead(chance: Chance, number: int) -> dict[str, Any]:
    """The fields of one subscriber."""
    first, last = chance.word(FIRST_NAMES), chance.word(LAST_NAMES)
    status = chance.weighted(STATUSES)
    fields: dict[str, Any] = {
        "id": 70_000 + number,
        "name": f"{first} {last}",
        "email": address(chance, first, last),
        "country": chance.word(chance.weighted(COUNTRIES)),
        "plan": chance.word(chance.weighted(PLANS)),
        "status": chance.one((status, status, status.title())),
        "signals": signals(chance),
        "lifetime_value": amount(chance, round(10 ** (1.5 + 2.6 * chance.number(0, 99) / 100), 2)),
        "nps": chance.one(
            (None, None, chance.number(0, 10), chance.number(6, 10), "no answer", 11)
        ),
        "last_order": day(chance, chance.number(3, 200)),
        "last_contact": day(chance, chance.number(1, 300)) if chance.happens(0.5) else "never",
        "consent": chance.one((True, True, True, True, "yes", 1, False, None)),
    }
    if status == "cancelled":
        ago = chance.number(1, 29) if chance.happens(0.45) else chance.number(31, 1_400)
        fields["cancelled_on"] = day(chance, ago)
        fields["last_order"] = day(chance, ago + chance.number(1, 60))
    if status == "cancelled" or chance.happens(0.3):
        fields["reason"] = chance.weighted(REASONS)
    if chance.happens(0.35):
        fields["account_owner"] = chance.word(OWNERS)
    if chance.happens(0.03):
        fields["erasure"] = True
    return fields


def signals(chance: Chance) -> list[str] | str:
    """What the shop noticed; the older half of it sends one text."""
    if chance.happens(0.45):
        return chance.one(([], "none"))
    found = [chance.one(SIGNALS)]
    if chance.happens(0.25):
        found.append(chance.one(SIGNALS))
    return chance.one((found, "; ".join(found), " | ".join(found).upper()))


def amount(chance: Chance, euros: float) -> float | str:
    """A sum of money."""
    if chance.happens(0.55):
        return euros
    german = f"{euros:,.2f}".translate(str.maketrans(",.", ".,"))
    return chance.one(
        (f"{euros:,.2f}", german, f"{german} €", f"€{euros:.2f}", f"{euros:.2f} CHF", "-")
    )


def day(chance: Chance, ago: int) -> str:
    """A date so many days ago."""
    at = TODAY - timedelta(days=ago)
    if chance.happens(0.6):
        return at.isoformat()
    named = f"{at.day} {at:%b %Y}"
    return chance.one(
        (f"{at:%d.%m.%Y}", f"{at.isoformat()}T23:59:00+01:00", f"{at:%d/%m/%Y}", named)
    )


def address(chance: Chance, first: str, last: str) -> str:
    """An e-mail address, one in twenty of them spoiled."""
    local = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and c != " ")
    written = f"{local}@{chance.word(HOSTS)}"
    if chance.happens(0.95):
        return written
    return chance.one((written.replace("@", ""), f"{written};{written}", "", written.upper()))


if __name__ == "__main__":
    main(sys.argv[1:])
