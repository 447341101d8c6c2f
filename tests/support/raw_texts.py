"""Raw leads for what reads texts in SQL: spelled in many ways, hostile, and nearly right."""

from collections.abc import Mapping
from random import Random

from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values import languages, places
from turnout.dsl.values.placeholders import LIKELY

FIELDS: Mapping[str, Field] = {
    each.name: each
    for each in (
        Field("country", types.Country(), placeholders=("unknown", "Please select")),
        Field("state", types.Subdivision("country")),
        Field("land", types.Subdivision(None, "DE")),
        Field("language", types.Language(), placeholders=("-",)),
        Field("flag", types.Boolean(("active",), ("gone away",))),
        Field(
            "size", types.OneOf(("Mid-Market", "SMB", "A-", "A", "1-10", "R&D", "Straße", "e.g."))
        ),
        Field("tags", types.AnyOf(("CRM", "live chat", "e-mail", "SMB"))),
        Field("rep", types.PersonName({"ana": "ana", "ana@x.com": "ana", "bo li": "bo"})),
        Field("title", types.Text(), placeholders=("n/a", "nobody")),
        Field("zip", types.Code(5)),
        Field("plz", types.Code(None, 5)),
        Field("code", types.Code()),
        Field("both", types.Code(3, 5)),
        Field("email", types.Email()),
        Field("staff", types.Integer(1, 5000)),
        Field("seats", types.Integer(1, None, types.Numerals(end="low"))),
        Field("number", types.Number()),
        Field("comma", types.Number(None, None, types.Numerals(decimal=","))),
        Field("usd", types.Money("USD")),
        Field("day", types.Date()),
        Field("phone", types.Phone()),
    )
}

_ODD = (
    "ana|ANA@x.com|Bo  Li|mid market|MID-MARKET|smb|a-|A|a|1-10|1 \u2013 10|110|r&d|rd|R D|"
    "r-d|strasse|STRAßE|e.g.|eg|foo_bar|crm;smb|CRM, live chat|CRM;nope|e-mail;crm|"
    '["CRM"]|crm,|; ;|live  chat|true|YES|1|0|Active|gone  away|wahr|VP Sales|'
    "Geschäftsführer|café|cafe\u0301|日本|İstanbul|\u017f|02134|2134|sw1a 2aa|D-10115|"
    "02134-1000|2134.0|4.9E+11|z:02134|F 75001|a@b.example|A.B+c@Firm.co.uk|x@y|a..b@c.de|"
    "a@-b.de|a@b.invalid|Kim <a@b.example>|mailto:a@b.com|a@b_c.de|a@b.c|a@b1.c2|"
    "a@b.xn--p1ai|.a@b.de|a.@b.de|12|1,200|1.200|1,5|0,500|12,34|-5|5k|007|5000|5001|10-50|"
    "50+|< 50|12.5|12.50|12.505|.5|5.|$100|1e5|2026-01-31|2026-02-29|2024-02-29|2026-02-30|"
    "2026-13-01|0000-01-01|2026-1-1|01.02.2026|45000|today|2026-01-31T10:00|United States|"
    "Germany (DE)|PE RU|the bahamas|The Netherlands|Korea, Republic of|U.S.A.|usa|en-US|en|"
    "DEU|nan|fr-ca|Texas, USA|us ca|US-CA|us_ca|Bayern|by|new  york|bre men|'Germany|"
    '"Texas"|=1|\'02134|<test lead: x>|--|\u2013|?|...|\u200bDE|DE\u00a0|a\tb|'
    "\u2039\u203a|a\u2039\u203ab|\\|''; drop|%|_|$$|\U0001f600|null|and"
).split("|")


def raw_leads(seed: int, count: int) -> list[dict[str, str | None]]:
    """Return so many raw leads of `FIELDS`, always the same of one seed."""
    chance = Random(seed)  # noqa: S311 - the same each time
    pools = _pools()
    found: list[dict[str, str | None]] = []
    for _ in range(count):
        lead: dict[str, str | None] = {name: _text(chance, pools) for name in FIELDS}
        if chance.random() < 0.6:
            lead["country"] = chance.choice(["US", "Germany", "de", "", "France", "BE", "?"])
        lead[chance.choice([*FIELDS])] = None
        found.append(lead)
    return found


def _pools() -> list[list[str]]:
    table = places.country_table()
    subdivisions = sorted(places.subdivision_codes())
    subdivisions += [code[3:] for code in subdivisions]
    for country in ("US", "DE", "FR", "BE"):
        subdivisions += sorted(places.subdivision_table(country).written)
    spoken = sorted({*languages.language_codes(), *languages.language_table().written})
    countries = sorted({*places.country_codes(), *table.written, *table.loose})
    return [countries, subdivisions, spoken, *([[*_ODD, "x" * 300, *sorted(LIKELY)]] * 4)]


def _text(chance: Random, pools: list[list[str]]) -> str:
    text = chance.choice(chance.choice(pools))
    match chance.randrange(16):
        case 0:
            return text.upper()
        case 1:
            return text.title()
        case 2:
            return chance.choice([" ", "\t", "  ", "'", "-", "\u00a0", ".", ";"]) + text
        case 3:
            return text + chance.choice([" ", "\n", " .", "-", ",", "  x", " and x"])
        case 4:
            return text.replace("-", " ").replace(" ", chance.choice(["", "-", "  ", "_"]))
        case 5:
            return f"{text}{chance.choice([' ', ', ', ';', '-'])}{chance.choice(_ODD)}"
        case 6 if text:
            at = chance.randrange(len(text))
            return text[:at] + chance.choice("aé \u2013ß1@.") + text[at:]
        case _:
            return text
