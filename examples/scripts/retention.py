"""Make the subscribers of the retention example, as their system sends them at night.

    python examples/scripts/retention.py > examples/retention/leads.json

All of them are invented. The same command gives the same bytes on every machine.
"""

import json
import sys
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

from chance import Chance

TODAY = date(2026, 11, 23)
SEED = 121
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
    "ES|United Kingdom|Poland|Ireland|unknown||Europe": 11,
}
OWNERS = (
    "ada|Bastien|coen.visser@brindle.example|ADA.LINDNER@brindle.example|House Account|m.veldkamp"
)
SIGNALS = "payment-failed|skipped-twice|skipped-twice|downgrade|refund"
REASONS = {"price": 20, "taste": 18, "too-much": 8, "competitor": 12, "moved": 14, "closed": 8}
REASONS |= {"other": 8, "none given": 10, "bean too oily": 2}

# what happened to them: how often
STORIES = {
    "complained": 15,
    "payment failed": 12,
    "wavers": 36,
    "too much coffee": 6,
    "paused": 12,
    "left just now": 36,
    "left": 26,
    "left long ago": 6,
    "is happy": 14,
    "wants to be erased": 4,
    "nothing": 6,
}


def document(number: int) -> str:
    """As many leads as asked for, and among them the entries that are none."""
    chance = Chance(SEED)
    leads: list[Any] = [lead(chance, at) for at in range(1, number + 1)]
    for at in range(50, len(leads), 61):
        leads[at] |= {"id": leads[at - 33]["id"]}  # one id, two subscribers
    for at, odd in zip(range(20, len(leads), 30), ODD_ENTRIES, strict=False):
        leads.insert(at, odd)
    rows = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in leads)
    return f"[\n{rows}\n]\n"


ODD_ENTRIES = (None, {}, "export of 2026-11-22", {"id": "", "email": "kasse@webpost.example"})


def lead(chance: Chance, number: int) -> dict[str, Any]:
    """The fields of one subscriber."""
    first, last = chance.word(FIRST_NAMES), chance.word(LAST_NAMES)
    story = chance.weighted(STORIES)
    fields: dict[str, Any] = {
        "id": 70_000 + number,
        "name": f"{first} {last}",
        "email": address(chance, first, last),
        "country": chance.word(chance.weighted(COUNTRIES)),
        "plan": chance.one(("taster", "home", "home", "Home", "HOME", "office", "Office", "-")),
        "status": "active",
        "signals": chance.one(([], "none", None)),
        "lifetime_value": amount(chance, round(10 ** (1.6 + 2.2 * chance.number(0, 99) / 100), 2)),
        "nps": chance.one((None, None, 7, 8, "7", "no answer", 8, 7, 7, 11)),
        "last_order": day(chance, chance.number(3, 50)),
        "last_contact": day(chance, chance.number(1, 300)) if chance.happens(0.3) else "never",
        "consent": chance.one((True, True, True, True, "yes", 1, False, None)),
    }
    if chance.happens(0.06):
        fields |= {"plan": "enterprise", "account_owner": chance.word(OWNERS)}
    elif chance.happens(0.25):
        fields["account_owner"] = chance.word(OWNERS)
    fields |= history(chance, story)
    if fields["plan"] in {"enterprise", "office", "Office"}:
        fields["renews_on"] = (TODAY + timedelta(days=number * 37 % 365)).isoformat()
    if fields["status"] == "paused":
        until = TODAY + timedelta(days=number * 53 % 200 - 20)
        fields["paused_until"] = until.isoformat() if number % 3 else "open end"
    return fields


def history(chance: Chance, story: str) -> dict[str, Any]:
    """What the night's export says of it."""
    match story:
        case "complained":
            return {"signals": written(chance, ["complaint"])}
        case "payment failed":
            return {"signals": written(chance, ["payment-failed"])}
        case "wavers" if chance.happens(0.4):
            return {"nps": chance.number(0, 6), "status": chance.one(("active", "Active"))}
        case "wavers":
            found = [chance.word(SIGNALS), chance.word(SIGNALS)]
            return {"signals": written(chance, found[: chance.number(1, 2)])}
        case "too much coffee":
            return {"reason": "too-much", "status": chance.one(("active", "paused"))}
        case "paused":
            return {"status": "paused", "last_order": day(chance, chance.number(40, 200))}
        case "left just now":
            return left(chance, chance.number(1, 29))
        case "left":
            return left(chance, chance.number(31, 900))
        case "left long ago":
            return left(chance, chance.number(1_000, 1_600))
        case "is happy":
            return {"nps": chance.one((9, 10, "10"))}
        case "wants to be erased":
            return {"erasure": chance.one((True, "yes"))}
        case _:
            return {}


def left(chance: Chance, ago: int) -> dict[str, Any]:
    """The end of a subscription so many days ago."""
    return {
        "status": chance.one(("cancelled", "cancelled", "Cancelled")),
        "cancelled_on": day(chance, ago),
        "last_order": day(chance, ago + chance.number(1, 60)),
        "reason": chance.weighted(REASONS),
    }


def written(chance: Chance, signals: list[str]) -> list[str] | str:
    """What the shop noticed; the older half of it sends one text."""
    return chance.one((signals, "; ".join(signals), " | ".join(signals).upper()))


def amount(chance: Chance, euros: float) -> float | str:
    """A sum of money."""
    if chance.happens(0.55):
        return euros
    if chance.happens(0.1):
        return f"{euros:.2f} CHF"
    german = f"{euros:,.2f}".translate(str.maketrans(",.", ".,"))
    return chance.one((f"{euros:,.2f}", german, f"{german} €", f"€{euros:.2f}", "-"))


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
    letters = normalize("NFKD", f"{first}.{last}".lower())
    local = "".join(c for c in letters if c.isascii() and c != " ")
    at = f"{local}@{chance.word(HOSTS)}"
    if chance.happens(0.95):
        return at
    return chance.one((at.replace("@", ""), f"{at};{at}", "", at.upper()))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(document(160))
