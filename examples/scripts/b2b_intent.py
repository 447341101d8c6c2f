"""Make the leads of the example b2b-intent, as a webhook collects them, one JSON object a line.

    python examples/scripts/b2b_intent.py > examples/b2b-intent/leads.jsonl

Forms, the provider of intent data and the CRM each add their part, spelled their way. Firms
and people are invented. The same command gives the same bytes on every machine.
"""

import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chance import Chance

TODAY = date(2026, 11, 23)
SEED = 47
FIRST_NAMES = "Amara|Bruno|Cecily|Dmitri|Esther|Fionn|Greta|Hiro|Ingrid|Jorge|Kavya|Liam|Mei|Noor"
LAST_NAMES = "Abara|Beck|Castell|Duarte|Ekholm|Fontaine|Gruber|Hayashi|Iyer|Jonsson|Kaplan|Lorenz"
STEMS = "Alder|Basalt|Cobalt|Drift|Elm|Falcon|Garnet|Harrow|Indigo|Juniper|Keystone|Larch|Meridian"
ENDINGS = "Insurance|Logistics|Retail|Holding|Foods|Energy|Media|Works"
# how people write a country, and its languages: how often
COUNTRIES = {
    "US|USA|United States|united states": 24,
    "GB|UK|United Kingdom|England": 14,
    "DE|Germany|Deutschland|DEU": 10,
    "FR|France|FRANCE": 8,
    "SE|Sweden|Sverige": 6,
    "CA|Canada": 5,
    "MX|México|Brazil": 4,
    "AU|Australia|NZ": 6,
    "SG|Singapore|Hong Kong": 5,
    "JP|Japan": 5,
    "IN|India": 5,
    "ZA|Nigeria|UAE|Kenya|Türkiye": 7,
    "unknown||Europe|N/A": 6,
}
LANGUAGES = {"D": "de|German|de-DE", "F": "fr|French|fr_FR", "S": "sv|Swedish|en", "M": "es"}
OWNERS = "adele|Brian|carla.nunez@palisade.example|DEV|unassigned|Integration User|j.hollis|rhea"
TITLES = {
    "c-level": "CFO|Chief Financial Officer|Finance Director (CFO)",
    "vp": "VP Finance|VP Controlling|Vice President, Treasury",
    "director": "Director of Audit|Head of Treasury|Director Finance Ops",
    "manager": "Accounting Manager|Treasury Manager|Audit Manager",
    "individual": "Accountant|Treasury Analyst|Internal Auditor",
}
SPELLED = {"c-level": "C-Level|c level|C_LEVEL", "vp": "VP|vp", "individual": "Individual|staff"}
PRIVATE_HOSTS = "gmail.com|outlook.com|yahoo.com"
# what kind of lead: how often
KINDS = {
    "named": 60,
    "stranger": 150,
    "customer": 26,
    "deal": 18,
    "private": 22,
    "rival": 5,
    "applicant": 6,
    "referral": 9,
}
SOURCES = {"demo": 20, "pricing": 14, "webinar": 18, "content": 26, "ad": 12, "event": 10}
LINES_THAT_ARE_NONE = ('{"id": "I-', "null", '"ping"', "[]", '{"event": "test webhook"}')


def document(number: int) -> str:
    """As many leads as asked for, and among them the lines that are none."""
    chance = Chance(SEED)
    leads = [lead(chance, at) for at in range(1, number + 1)]
    for at in range(70, len(leads), 83):
        leads[at]["id"] = leads[at - 41]["id"]  # the webhook fired twice, with other content
    for at in range(95, len(leads), 37):  # somebody who wrote before asks, with a new id
        leads[at] |= {key: leads[at - 52][key] for key in ("name", "email", "domain")}
        leads[at] |= {"source": chance.word("demo|pricing"), "status": "prospect"}
    for at in range(3, len(leads), 4):  # the CRM knows some already, by an id in two lengths
        leads[at]["crm_account"] = f"0015e00000Tu{at:03}" + "AAB" * (at % 8 == 3)
    lines = [json.dumps(found, ensure_ascii=False) for found in leads]
    for at, odd in zip(range(40, len(lines), 55), LINES_THAT_ARE_NONE, strict=False):
        lines.insert(at, odd)
    return "".join(f"{line}\n" for line in lines)


def accounts() -> list[dict[str, str]]:
    """The named accounts."""
    path = Path(__file__).parents[1] / "b2b-intent" / "accounts.csv"
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


ACCOUNTS = accounts()


def lead(chance: Chance, number: int) -> dict[str, Any]:
    """The fields of one lead."""
    kind = chance.weighted(KINDS)
    first, last = chance.word(FIRST_NAMES), chance.word(LAST_NAMES)
    country = chance.word(chance.weighted(COUNTRIES))
    seniority = chance.one(list(TITLES))
    fields: dict[str, Any] = {
        "id": f"I-{5_000 + number}",
        "name": f"{first} {last}",
        "title": chance.word(TITLES[seniority]),
        "seniority": chance.word(SPELLED.get(seniority, seniority)),
        "country": country,
        "language": chance.word(LANGUAGES.get(country[:1], "en|English|-")),
        "employees": headcount(chance),
        "product": products(chance),
        "intent": intent(chance),
        "source": chance.weighted(SOURCES),
        "status": chance.one(("prospect", "Prospect", "new", None)),
        "last_touch": touched(chance),
        "consent": chance.one((True, True, "yes", "TRUE", 1, None)),
    }
    if chance.happens(0.05):
        fields["consent"] = chance.one((False, "no", 0))
    fields |= firm(chance, kind) | standing(chance, kind)
    fields["email"] = address(chance, f"{first}.{last}".lower(), fields["domain"], kind)
    if kind == "private":
        fields["domain"] = chance.one(("-", None))
    return fields


def firm(chance: Chance, kind: str) -> dict[str, Any]:
    """Who they work for."""
    if kind == "named" or (kind == "deal" and chance.happens(0.5)):
        account = chance.one(ACCOUNTS)
        domain = account["domain"]
        return {
            "company": account["account"],
            "domain": chance.one((domain, domain, domain.upper(), f" {domain} ")),
            "account_owner": chance.word(OWNERS),
        }
    if kind == "rival":
        return {"company": "n/a", "domain": chance.word("bulwark.example|rampart.example")}
    company = f"{chance.word(STEMS)} {chance.word(ENDINGS)}"
    return {"company": company, "domain": f"{company.lower().replace(' ', '-')}.example"}


def standing(chance: Chance, kind: str) -> dict[str, Any]:
    """Who they are to us."""
    match kind:
        case "customer":
            status = chance.word("customer|Customer|CUSTOMER")
            return {"status": status, "account_owner": chance.word(OWNERS)}
        case "deal":
            return {"status": "Opportunity", "account_owner": chance.word(OWNERS)}
        case "applicant":
            return {"title": chance.word("Student|Seeking new challenges|Recruiting Partner")}
        case "referral":
            return {"source": chance.word("referral|Referral")}
        case _:
            return {}


# -- how people and machines write things --


def headcount(chance: Chance) -> int | str | None:
    """A number of employees."""
    number = chance.one((chance.number(2, 49), chance.number(50, 900), chance.number(1000, 40_000)))
    if chance.happens(0.7):
        return number
    return chance.one((f"{number:,}", f"{number}+", "51-200", "unknown", "", None))


def products(chance: Chance) -> list[str] | str | None:
    """What they want to know more of."""
    found = chance.one((["ledger"], ["treasury"], ["audit"], ["ledger", "audit"], ["treasury"]))
    if chance.happens(0.35):
        return chance.one((None, "none", "not sure", []))
    return chance.one((found, "; ".join(found), ", ".join(found).title(), [*found, "payroll"]))


def intent(chance: Chance) -> float | str | None:
    """The provider's score."""
    if chance.happens(0.15):
        return chance.one((None, "no data", "n/a", 104, "high"))
    score = chance.one((chance.number(0, 49), chance.number(50, 79), chance.number(80, 100)))
    return chance.one((score, score, str(score), float(score)))


def touched(chance: Chance) -> str | None:
    """When somebody last called."""
    if chance.happens(0.7):
        return chance.one((None, "never", "-"))
    at = TODAY - timedelta(days=chance.number(1, 120))
    return chance.one((at.isoformat(), f"{at.isoformat()}T16:20:00Z", f"{at:%d.%m.%Y}"))


def address(chance: Chance, name: str, domain: str, kind: str) -> str:
    """An e-mail address, one in twenty-five of them spoiled."""
    if kind == "private":
        # With an underscore, which these hosts don't allow: nobody's real address.
        return f"{name.replace('.', '_')}@{chance.word(PRIVATE_HOSTS)}"
    written = f"{name}@{domain.strip()}"
    if chance.happens(0.96):
        return written
    return chance.one((written.replace("@", "(at)"), "", f"{written},{written}", written.upper()))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(document(280))
