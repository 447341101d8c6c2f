"""Make the leads of the example from-salesforce, as a report of its CRM with the lead's owner.

    python examples/scripts/from_salesforce.py > examples/from-salesforce/leads.csv

All of them are invented. Who has a lead is what the assignment rules in `metadata` said of it,
entry by entry, written down here a second time by hand; a few leads were given to somebody else
later, as people do. The same command gives the same bytes on every machine.
"""

import csv
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from chance import Chance

SEED = 15
BEGUN = datetime(2026, 9, 1, 8, 0)  # noqa: DTZ001 - as the report has it, without a zone
COLUMNS = (
    "Lead ID|Company|Title|Email|Country|State/Province|No. of Employees|Annual Revenue|Industry|"
    "Lead Source|Rating|Product Interest|Partner Referral|Created Date|Lead Owner"
).split("|")
STEMS = "Alder|Birk|Cassel|Delmar|Elster|Fjord|Garda|Holm|Isar|Kestrel|Loire|Merano|Onda|Tarn"
TRADES = "Brewing|Dairies|Paper|Dyes|Waterworks|Mills|Cement|Foods|Sugar"
TITLES = "Plant Manager|Head of Purchasing|Process Engineer|Managing Director|Buyer"
SHAPES = (
    "Country=Germany;Partner Referral=1",
    "Country=United States;Lead Source=Parts Shop",
    "Country=Austria;Title=Student of chemistry",
    "Country=Germany;Title=Director International Sales;No. of Employees=2400",
    "Country=France;Title=Head of Internal Audit;Product Interest=Dosing; Vacuum",
    "Country=Switzerland;No. of Employees=5200",
    "Country=Germany;No. of Employees=320;Industry=Utilities",
    "Country=Switzerland;No. of Employees=80;Industry=Utilities",
    "Country=Austria;No. of Employees=75;Industry=Food",
    "Country=Switzerland;No. of Employees=210;Industry=Chemicals",
    "Country=United States;State/Province=CA",
    "Country=United States;State/Province=TX;No. of Employees=1800",
    "Country=United States;State/Province=OH;Lead Source=Referral;No. of Employees=140",
    "Country=United States;State/Province=IA;Lead Source=;No. of Employees=60",
    "Country=Ireland;Industry=Water;Lead Source=Web",
    "Country=Poland;Lead Source=Trade Fair",
    "Country=Spain;Lead Source=Trade Fair",
    "Country=France;Product Interest=Dosing; Vacuum",
    "Country=Italy",
    "Country=Norway;No. of Employees=30",
    "Country=Sweden;No. of Employees=50;Rating=Cold",
    "Country=Denmark;No. of Employees=400",
    "Country=Netherlands;Annual Revenue=9500000",
    "Country=Poland;Lead Source=Web;Email=gmail",
    "Country=Canada;Rating=Hot",
    "Country=Japan;Rating=Warm;No. of Employees=900",
    "Country=Brazil;Rating=Cold",
)
"""What some leads have in common; the rest of each is drawn."""

BY_HAND = {19: "Dana Moss", 41: "Anke Sommer"}
"""Leads that somebody took over later, by their number."""

DACH = ("Germany", "Austria", "Switzerland")
NORDICS = ("Norway", "Sweden", "Denmark", "Finland")
DEFAULT = "Integration User"


def rows(number: int) -> Iterator[dict[str, str]]:
    """Yield as many leads as asked for, each shape as often as the others."""
    chance = Chance(SEED)
    for at in range(number):
        lead = drawn(chance, at)
        yield {**lead, "Lead Owner": BY_HAND.get(at, owner(lead))}


def drawn(chance: Chance, at: int) -> dict[str, str]:
    """Return a lead without its owner."""
    company = f"{chance.word(STEMS)} {chance.word(TRADES)}"
    host = company.lower().replace(" ", "-") + ".example"
    lead = {
        "Lead ID": f"00Q5f{at:04}",
        "Company": company,
        "Title": chance.word(TITLES),
        "No. of Employees": str(chance.number(5, 950)),
        "Annual Revenue": str(chance.number(2, 40) * 100_000),
        "Industry": chance.word("Chemicals|Food|Other"),
        "Lead Source": chance.word("Web|Webinar|Referral"),
        "Rating": chance.word("Warm|Cold|"),
        "Product Interest": chance.word("Centrifugal|Drum|Centrifugal; Drum"),
        "Partner Referral": "0",
        "Created Date": f"{BEGUN + timedelta(hours=31 * at):%Y-%m-%d %H:%M}",
    }
    shape = SHAPES[at % len(SHAPES)].replace("; ", "\0").split(";")
    lead |= dict(part.replace("\0", "; ").split("=", 1) for part in shape)
    if lead.get("Email") == "gmail":
        host = "gmail.example"
    return {"State/Province": "", **lead, "Email": f"{chance.word('a|k|m|s')}.{at}@{host}"}


def owner(lead: Mapping[str, str]) -> str:  # noqa: C901 - entry by entry
    """Return whom the assignment rules gave a lead."""
    country, source = lead["Country"], lead["Lead Source"]
    size = int(lead["No. of Employees"])
    title, interest = lead["Title"].lower(), lead["Product Interest"].split("; ")
    if lead["Partner Referral"] == "1":
        return "Partners"
    if source == "Parts Shop":
        return "Service_Desk"
    if any(part in title for part in ("intern", "student", "trainee")):
        return "Nurture"
    if country in DACH:
        if size >= 1_000:
            return "Anke Sommer"
        return "Reto Frei" if country == "Switzerland" else "Jonas Feld"
    if country == "United States":
        if lead["State/Province"] in {"CA", "OR", "WA"}:
            return "West"
        if size > 1_000:
            return "Dana Moss"
        if source != "Webinar":
            return "US_Inside"
    if country in {"United Kingdom", "Ireland"} and lead["Industry"] in {"Water", "Utilities"}:
        return "Owen Pryce"
    if source == "Trade Fair":
        return "Owen Pryce"
    if country == "France" and {"Dosing", "Vacuum"} <= set(interest):
        return "Lucie Morel"
    if country in {"Spain", "Portugal", "Italy", "France"}:
        return "South"
    if country in NORDICS and size != 50:
        return "Nordics_Small" if size < 50 else "Signe Dahl"
    if country in {"Netherlands", "Belgium"} and int(lead["Annual Revenue"]) > 5_000_000:
        return "Bram Wouters"
    if source == "Web" and "gmail." in lead["Email"]:
        return "Nurture"
    if lead["Rating"] == "Hot":
        return "Ines Rocha"
    if lead["Rating"] == "Warm" and size > 200:
        return "Inside_Sales"
    return DEFAULT


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    table = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows(60))
