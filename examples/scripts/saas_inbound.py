"""Make the leads of this example, as forms, chat and list imports deliver them.

    python examples/scripts/saas_inbound.py > examples/saas-inbound/leads.csv

The firms and people are invented. The mess is not: every oddity here was seen in the
export of some CRM. The same seed gives the same bytes on every machine.
"""

import csv
import io
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from chance import Chance

TODAY = date(2026, 11, 23)
SEED = 6
COLUMNS = (
    "id,created,first_name,last_name,company,title,email,domain,country,state,language,employees,"
    "revenue,industry,products,source,score,status,consent,account_owner,last_purchase"
).split(",")

# country: how often, how people write it, languages, first and last names
COUNTRIES = {
    "US": (26, "US|USA|United States|united states|U.S.|United States of America", "en", 0),
    "DE": (12, "DE|Germany|Deutschland|germany |DEU|GERMANY", "de|de|de|en", 1),
    "GB": (10, "GB|UK|United Kingdom|England|Great Britain", "en", 0),
    "FR": (6, "FR|France|FRANCE|france", "fr|fr|en", 2),
    "CA": (5, "CA|Canada|CAN", "en|en|fr", 0),
    "AT": (3, "AT|Austria|Österreich", "de", 1),
    "CH": (4, "CH|Switzerland|Schweiz|Suisse", "de|fr|it", 1),
    "NL": (4, "NL|Netherlands|The Netherlands|Nederland", "nl|en", 3),
    "BE": (2, "BE|Belgium|België", "nl|fr", 3),
    "SE": (3, "SE|Sweden|Sverige", "sv|en", 3),
    "NO": (2, "NO|Norway|Norge", "no|en", 3),
    "DK": (2, "DK|Denmark|danmark", "da|en", 3),
    "FI": (1, "FI|Finland|Suomi", "fi|en", 3),
    "IE": (2, "IE|Ireland|ireland", "en", 0),
    "ES": (3, "ES|Spain|España", "es", 4),
    "IT": (3, "IT|Italy|Italia", "it", 4),
    "PT": (1, "PT|Portugal", "pt", 4),
    "GR": (1, "GR|Greece", "el|en", 4),
    "PL": (3, "PL|Poland|Polska", "pl|en", 5),
    "CZ": (2, "CZ|Czech Republic|Czechia", "cs|en", 5),
    "RO": (1, "RO|Romania|România", "ro", 5),
    "AE": (2, "AE|UAE|United Arab Emirates", "en|ar", 6),
    "ZA": (1, "ZA|South Africa", "en", 0),
    "TR": (1, "TR|Turkey|Türkiye", "tr", 6),
    "AU": (3, "AU|Australia|AUS", "en", 0),
    "NZ": (1, "NZ|New Zealand", "en", 0),
    "JP": (3, "JP|Japan|日本", "ja", 7),
    "IN": (4, "IN|India|india", "en|hi", 8),
    "SG": (2, "SG|Singapore", "en", 7),
    "KR": (1, "KR|South Korea|Korea, Republic of", "ko", 7),
    "MX": (2, "MX|Mexico|México", "es", 4),
    "BR": (2, "BR|Brazil|Brasil", "pt", 4),
    "CN": (1, "CN|China", "zh|en", 7),
    "KZ": (1, "KZ|Kazakhstan", "ru", 6),
}
FIRST_NAMES = [
    names.split()
    for names in (
        "Alice Brandon Carol Derek Emily Frank Gloria Henry Irene Jason Karen Leroy Molly Nathan",
        "Anke Björn Clara Dörte Erik Frauke Günther Heike Ines Jürgen Käthe Lutz Maren Rüdiger",
        "Adèle Bruno Chloé Didier Élodie François Gaëlle Hervé Inès Jérôme Léa Maël Noémie",
        "Anneke Bas Carina Dirk Elin Freja Gustav Hanne Inge Jørgen Kåre Lieke Måns Åsa",
        "Álvaro Beatriz Chiara Diego Elena Fábio Giulia Héctor Inês João Lucía Matteo Núria",
        "Agnieszka Bartek Cătălin Dorota Eliška František Grażyna Jiří Łukasz Małgorzata Ondřej",
        "Ahmed Burak Dina Emre Fatima Gökhan Hana Ibrahim Layla Nour Omar Şule Yasmin",
        "Akira Bo-ra Chen Daichi Emi Fumiko Haruto Jun Keiko Li Min-jun Naoko Wei Yuki",
        "Aarav Bhavna Chetan Deepa Farhan Gauri Harish Ishita Kiran Lakshmi Meera Rohan",
    )
]
LAST_NAMES = [
    names.split()
    for names in (
        "Abbott Barlow Carter Doyle Eastwood Farrell Gibbs Hanley O'Connor Pruitt Quinn Sutton",
        "Albrecht Böhm Dreßler Eichhorn Förster Günzel Huber Jäger Köhler Müller Pfäffli Weiß",
        "Arnaud Béranger Coulon Durand Étienne Fabre Guérin Lefèvre Marchand Noël Perrin",
        "Andersson Bakker Christensen Dijkstra Eriksen Håkansson Jansen Lindström Nygård Öberg",
        "Almeida Bianchi Castro Domínguez Esposito Ferreira Gómez Herrera Martínez Núñez Ricci",
        "Černý Dąbrowski Horváth Ionescu Kowalczyk Mazur Novotný Popescu Svoboda Wiśniewski",
        "Aydemir Bakri Demir El-Sayed Farouk Haddad Kaya Mansour Nasser Öztürk Rahimi Yüksel",
        "Chan Fujii Goh Hashimoto Ishikawa Kang Lim Nakamura Park Sato Tan Watanabe Zhou",
        "Agarwal Banerjee Chopra Desai Gupta Iyer Joshi Kulkarni Mehta Nair Reddy Sharma",
    )
]
NAMES_OF = {code: row[3] for code, row in COUNTRIES.items()}
EMBARGOED = {
    "IR": (0, "Iran|IR", "fa", 6),
    "CU": (0, "Cuba", "es", 4),
    "UA": (0, "Ukraine|UA", "uk", 5),
}
STATES = {
    "US": "CA|California|california|NY|New York|TX|Texas|texas |IL|Illinois|WA|Washington|FL|OH|GA|"
    "MA|Massachusetts|PA|CO|US-NJ|N.Y.|Calif.|MI|NC|North Carolina|AZ|MN|Puerto Rico|||",
    "CA": "ON|Ontario|QC|Québec|Quebec|BC|British Columbia|AB|CA-QC|",
    "DE": "|||Bayern|NRW|BE|",
    "AU": "NSW|VIC|Queensland||",
    "IN": "MH|Karnataka||",
}
ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "å": "a", "é": "e", "è": "e", "ê": "e"}
    | {"ë": "e", "í": "i", "á": "a", "ã": "a", "ç": "c", "ñ": "n", "ó": "o", "ú": "u", "ł": "l"}
    | {"ż": "z", "ś": "s", "ą": "a", "č": "c", "ř": "r", "š": "s", "ý": "y", "ă": "a", "ş": "s"}
    | {"ô": "o", "'": "", " ": "-", "&": "and", ".": ""}
)
STEMS = (
    "Ashdown Bramble Castell Drifter Ebbing Fairmile Gantry Hollis Ironbark Juniper Keystone "
    "Lomond Marlow Nordhaus Orchard Pinnacle Quarry Rüttli Sandvik-Holm Tamarind Ulmen Vesper "
    "Westerby Yarrow"
).split()
TRADES = {
    "manufacturing": "Werkzeuge|Castings|Pumps|Fasteners|Elektronik",
    "retail": "Outfitters|Märkte|Stores|Home",
    "wholesale": "Trading|Großhandel|Supply",
    "food": "Foods|Bakeries|Brauerei|Dairy",
    "pharma": "Pharma|Labs|Diagnostics",
    "logistics": "Freight|Spedition|Logistics",
    "other": "Group|Holding|Partners|Services",
}
WRITTEN_INDUSTRIES = {
    "manufacturing": "manufacturing|Manufacturing|MANUFACTURING|Mfg.",
    "food": "food|Food|Food & Beverage",
    "government": "Government|government|public sector",
}
TITLES = (
    "Head of Supply Chain|Demand Planner|COO|VP Operations|Leiter Einkauf|Directeur logistique|"
    "IT Manager|CFO|S&OP Manager|Inventory Analyst|Managing Director|Projektleiterin|-|"
)
KNOWN_TITLES = {
    "student": "MSc student|Student|PhD candidate|Student (intern)",
    "university": "Professor of Operations|Lecturer|Lab manager",
    "supplier": "SEO Specialist|Technical Recruiter|Lead generation expert",
}
PRODUCTS = (
    "planning|forecasting|inventory|planning; forecasting|Planning;Inventory|integrations;planning|"
    "Forecasting; Integrations|INVENTORY|planning, integrations|not sure yet||planning;crystal ball"
)
OWNERS = (
    "anna|oliver.hughes@larkfield.example|Grace|imani|camille|Dana.Ortiz@larkfield.example|sophie|"
    "maya|astrid|lucia|tom.baker@larkfield.example|unassigned|CRM Integration User|"
)
PRIVATE_HOSTS = ("gmail.com", "gmail.com", "googlemail.com", "GMAIL.COM")
RIVALS = ("plannix.example", "forecastly.example", "supplymind.example")
CAMPUSES = ("cs.example.edu", "example.ac.uk", "mail.nordhaus-uni.example", "example.edu.au")
SIZES = {"small": (1, 99), "middle": (100, 999), "large": (1_000, 60_000)}
REVENUES = {"small": (1, 19), "middle": (20, 249), "large": (250, 9_000)}

# what kind of lead: how often
KINDS = {
    "small": 80,
    "middle": 74,
    "large": 62,
    "strategic": 22,
    "customer": 40,
    "trial": 22,
    "churned": 26,
    "partner": 18,
    "private": 16,
    "student": 9,
    "university": 8,
    "government": 6,
    "competitor": 5,
    "supplier": 6,
    "embargoed": 4,
}
SOURCES = {
    "demo": 24,
    "pricing": 14,
    "trial": 12,
    "webinar": 14,
    "content": 18,
    "chat": 8,
    "event": 10,
}


def document(number: int) -> str:
    """As many leads as asked for, with the mess that whole files have."""
    chance = Chance(SEED)
    rows = [COLUMNS, *(lead(chance, at) for at in range(1, number + 1))]
    return "".join(f"{text}\n" for text in with_broken_rows([line(row) for row in rows]))


def line(cells: Sequence[str]) -> str:
    """One line of CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


# -- one lead --


def accounts() -> list[dict[str, str]]:
    """The strategic accounts."""
    with (Path(__file__).parents[1] / "saas-inbound" / "named-accounts.csv").open(
        encoding="utf-8", newline=""
    ) as table:
        return list(csv.DictReader(table))


ACCOUNTS = accounts()
SHARES = {code: row[0] for code, row in COUNTRIES.items()}


def lead(chance: Chance, number: int) -> list[str]:
    """The cells of one lead, in the order of the columns."""
    kind = chance.weighted(KINDS)
    cells = firm(chance, kind) | standing(chance, kind) | interest(chance, kind)
    names = NAMES_OF.get(cells["country_code"], 6)
    cells["first_name"] = chance.one(FIRST_NAMES[names])
    cells["last_name"] = chance.one(LAST_NAMES[names])
    cells["title"] = chance.word(KNOWN_TITLES.get(kind, TITLES))
    cells["email"] = address(chance, cells, kind)
    if kind == "private" and chance.happens(0.8):
        cells["domain"] = chance.one(("", "n/a"))
    cells["id"] = f"L-{10_000 + number}"
    cells["created"] = (TODAY - timedelta(days=chance.number(0, 20))).isoformat()
    if chance.happens(0.05):
        cells["email"] = spoiled(chance, cells["email"])
    if chance.happens(0.08):
        cells["domain"] = chance.one(
            (f"https://www.{cells['domain']}/", cells["domain"].upper(), "")
        )
    return [cells[column] for column in COLUMNS]


def firm(chance: Chance, kind: str) -> dict[str, str]:
    """Who they work for, and where."""
    code = chance.weighted(SHARES)
    size = kind if kind in SIZES else chance.one(("small", "middle", "middle", "large"))
    industry = chance.one(list(TRADES))
    company = f"{chance.one(STEMS)} {chance.word(TRADES[industry])}"
    domain = f"{slug(company)}.example"
    if kind == "strategic":
        account = chance.one(ACCOUNTS)
        company, domain, size = account["account"], account["domain"], "large"
        code = account["head_office"] if chance.happens(0.7) else code
    elif kind == "competitor":
        domain = chance.one(RIVALS)
        company = domain.partition(".")[0].title()
    elif kind == "government":
        code, industry = "US", "government"
        company = f"{chance.one(STEMS)} County Administration"
        domain = f"{slug(company)}.example"
    elif kind == "embargoed":
        code = chance.one(tuple(EMBARGOED))
    elif kind in {"student", "university"}:
        industry = "education"
    _, spellings, languages, _ = COUNTRIES.get(code) or EMBARGOED[code]
    country = chance.word(spellings)
    state = chance.word(STATES[code]) if code in STATES else ""
    if code == "UA" and kind == "embargoed":
        state = chance.word("UA-43|UA-14")
    if chance.happens(0.04):
        country, state = chance.one(("Select...", "", "-", "N/A", "Gemany", "Europe")), ""
    return {
        "company": company,
        "domain": domain,
        "country": country,
        "state": state if state or chance.happens(0.8) else chance.word("Outside US|-|Select..."),
        "language": chance.word(languages),
        "employees": headcount(chance, chance.number(*SIZES[size])),
        "revenue": turnover(chance, chance.number(*REVENUES[size])),
        "industry": chance.word(
            WRITTEN_INDUSTRIES.get(industry, f"{industry}|{industry.title()}|")
        ),
        "country_code": code,
    }


def standing(chance: Chance, kind: str) -> dict[str, str]:
    """Who they are to us."""
    status, owner, bought = chance.word("prospect|prospect|Prospect||new|N/A"), "", ""
    if kind in {"customer", "trial"}:
        status = chance.word(f"{kind}|{kind.title()}|{kind.upper()}")
        owner = chance.word(OWNERS)
    elif kind == "churned":
        status = chance.word("churned|Churned")
        bought = day(chance, TODAY - timedelta(days=chance.number(40, 1500)))
    if kind == "customer":
        bought = day(chance, TODAY - timedelta(days=chance.number(10, 1200)))
    consent = "yes|yes|Yes|TRUE|true|1|y|" if chance.happens(0.96) else "no|FALSE|false|0"
    return {
        "status": status,
        "consent": chance.word(consent),
        "account_owner": owner,
        "last_purchase": bought,
    }


def interest(chance: Chance, kind: str) -> dict[str, str]:
    """What they did, and how much it says."""
    source = {"partner": "partner", "trial": "trial"}.get(kind) or chance.weighted(SOURCES)
    if kind == "private":
        source = chance.word("content|webinar|event|demo")
    score = str(chance.number(5, 99))
    if chance.happens(0.12):
        score = chance.one(("", "", f"{score}.0", "101", "hot", "n/a"))
    return {
        "source": chance.one((source, source, source.title(), source.upper())),
        "products": chance.word(PRODUCTS),
        "score": score,
    }


# -- how people write things --


def headcount(chance: Chance, number: int) -> str:
    """A number of employees."""
    if chance.happens(0.72):
        return str(number)
    return chance.one(
        (
            f"{number:,}",
            f"{number:,}",
            f"{number:,} ".replace(",", " "),
            f"{number} ",
            "10-49",
            "5k+",
            "~200",
            f"{number}+",
            "unknown",
            "Select...",
            "",
            "",
        )
    )


def turnover(chance: Chance, millions: int) -> str:
    """A yearly revenue."""
    if chance.happens(0.45):
        return ""
    return chance.one(
        (
            f"{millions}M",
            f"${millions}M",
            f"${millions:,},000,000",
            f"{millions}000000",
            f"USD {millions} mn",
            f"€{millions}M",
            "undisclosed",
            "n/a",
        )
    )


def day(chance: Chance, at: date) -> str:
    """A date."""
    if chance.happens(0.5):
        return at.isoformat()
    return chance.one(
        (
            f"{at:%d.%m.%Y}",
            f"{at:%m/%d/%Y}",
            f"{at:%d %b %Y}",
            f"{at.isoformat()}T09:15:00Z",
            f"{at:%Y%m%d}",
            "0000-00-00",
            "never",
            "last spring",
        )
    )


def address(chance: Chance, cells: dict[str, str], kind: str) -> str:
    """An e-mail address."""
    names = (cells["first_name"], cells["last_name"])
    first, last = ("".join(c for c in slug(name) if c.isascii()) for name in names)
    if kind == "private":
        # With an underscore, which these hosts don't allow: nobody's real address.
        written = f"{first}_{last}@{chance.one(PRIVATE_HOSTS)}"
    elif kind in {"student", "university"}:
        written = f"{first}.{last}@{chance.one(CAMPUSES)}"
    else:
        written = f"{first}.{last}@{cells['domain']}"
    return written.upper() if chance.happens(0.04) else written


def slug(name: str) -> str:
    """A name as addresses spell it."""
    return name.lower().translate(ASCII).strip("-")


def spoiled(chance: Chance, written: str) -> str:
    """An address as it should not arrive."""
    return chance.one(
        (
            f" {written} ",
            f"mailto:{written}",
            written.replace("@", " at "),
            written.replace("@", "@@"),
            written.partition("@")[0],
            "n/a",
            "",
        )
    )


# -- what is wrong with whole rows --


def with_broken_rows(lines: list[str]) -> list[str]:
    """The lines and, between them, those that exports add, repeat, cut off and tear apart."""
    for at in range(37, len(lines), 53):
        earlier = lines[at - 30].split(",", 1)[0]
        lines[at] = f"{earlier},{lines[at].split(',', 1)[1]}"  # one id, two leads
    for at in range(29, len(lines), 71):
        lines[at] = f",{lines[at].split(',', 1)[1]}"  # no id
    for at in range(45, len(lines), 97):
        lines[at] = lines[at].rsplit(",", 6)[0]  # cut off
    for at in range(61, len(lines), 131):
        lines[at] = f"{lines[at]},,exported by jsmith"  # a column too many
    if len(lines) > 250:
        lines[250:250] = [lines[0], lines[240], ",".join([""] * len(COLUMNS)), ""]
        lines.append(f"Total: {len(lines) - 4} records")
    return lines


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(document(400))
