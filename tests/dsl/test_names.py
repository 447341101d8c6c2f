"""Names of places and languages: as CLDR has them, as people write them, and what is no name."""

import pytest
from babel import Locale, localedata
from babel.languages import get_official_languages

from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values import Unread, read
from turnout.dsl.values.iso import rows

COUNTRY = Field("country", types.Country())
STATE = Field("state", types.Subdivision("country"))
LANGUAGE = Field("language", types.Language())
CODES = sorted(entry["alpha_2"] for entry in rows("countries"))


def reason(field: Field, raw: object, country: str | None = None) -> str:
    found = read(field, raw, country)
    assert isinstance(found, Unread), found
    return found.reason


# -- countries --


def test_every_country_is_read_by_its_english_name_in_cldr() -> None:
    named = {code: Locale("en").territories[code] for code in CODES}
    assert {code: read(COUNTRY, name) for code, name in named.items()} == {c: c for c in CODES}


def test_every_country_is_read_in_its_own_languages() -> None:
    unread: list[tuple[str, str]] = []
    tried = 0
    for code in CODES:
        for language in get_official_languages(code, de_facto=True):
            if not localedata.exists(language):
                continue
            name = Locale.parse(language).territories.get(code)
            if name is None:
                continue
            tried += 1
            if read(COUNTRY, name) != code:
                unread.append((code, name))
    assert tried > 320
    assert unread == []


def test_every_country_is_read_by_its_codes_in_any_case() -> None:
    for entry in rows("countries"):
        for code in (entry["alpha_2"], entry["alpha_3"]):
            assert read(COUNTRY, code.lower()) == read(COUNTRY, code) == entry["alpha_2"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("Germany (DE)", "DE"),
        ("DE - Germany", "DE"),
        ("Germany, DE", "DE"),
        ("Germany / Deutschland", "DE"),
        ("Bahamas, The", "BS"),
        ("Korea, Republic of", "KR"),
        ("Kosovo", "XK"),
        ("XKX", "XK"),
        ("مصر", "EG"),
        ("المملكة العربية السعودية", "SA"),
        ("Việt Nam", "VN"),
        ("中国", "CN"),
        ("Curacao", "CW"),
        ("St. Lucia", "LC"),
        ("st lucia", "LC"),
        ("Hong Kong SAR China", "HK"),
        ("U.S.", "US"),
        ("U. S. A.", "US"),
        ("u.k.", "GB"),
        ("\uff24\uff25", "DE"),
        ("\U0001f1e9\U0001f1ea", "DE"),
        ("\U0001f1e9\U0001f1ea Germany", "DE"),
        ("NA", "NA"),
        ("Namibia", "NA"),
        ("Chad", "TD"),
    ],
)
def test_a_country_is_read_as_what_is_written(raw: str, code: str) -> None:
    assert read(COUNTRY, raw) == code


@pytest.mark.parametrize(
    "raw",
    "N/A|n/a|n.a.|N / A|N.A|D/K|I/D|no.|N-A|u/s|-de-|d e|D.E.|#N/A|(na)|DE?|Korea|NA/".split("|"),
)
def test_signs_make_no_country_of_what_is_none(raw: str) -> None:
    reason(COUNTRY, raw)


def test_several_countries_in_a_cell_are_an_issue() -> None:
    assert reason(COUNTRY, "DE/AT") == "several countries: AT, DE"
    assert reason(COUNTRY, "Germany and France") == "several countries: DE, FR"
    assert reason(COUNTRY, "Berlin, Germany") == "not a country"


# -- subdivisions --


@pytest.mark.parametrize(
    ("raw", "country", "code"),
    [
        ("PEI", "CA", "CA-PE"),
        ("P.E.I.", "CA", "CA-PE"),
        ("NWT", "CA", "CA-NT"),
        ("NRW", "DE", "DE-NW"),
        ("CDMX", "MX", "MX-CMX"),
        ("D.F.", "MX", "MX-CMX"),
        ("AE", "US", "US-AE"),
        ("AP", "US", "US-AP"),
        ("US-AA", None, "US-AA"),
        ("Calif.", "US", "US-CA"),
        ("calif", "US", "US-CA"),
        ("N.Y.", "US", "US-NY"),
        ("W. Va.", "US", "US-WV"),
        ("New South Wales", "AU", "AU-NSW"),
        ("Lower Saxony", "DE", "DE-NI"),
        ("Tokyo", "JP", "JP-13"),
        ("California (CA)", "US", "US-CA"),
        ("CA - California", "US", "US-CA"),
        ("Texas, USA", "US", "US-TX"),
        ("Napoli", "IT", "IT-NA"),
        ("NA", "IT", "IT-NA"),
    ],
)
def test_a_subdivision_is_read_as_what_is_written(raw: str, country: str, code: str) -> None:
    assert read(STATE, raw, country) == code


@pytest.mark.parametrize(
    ("raw", "country"),
    [("N/A", "IT"), ("n.a.", "IT"), ("(na)", "IT"), ("C.A", "US"), ("T/X", "US"), ("n/s", "CA")],
)
def test_signs_make_no_subdivision_of_what_is_none(raw: str, country: str) -> None:
    reason(STATE, raw, country)


def test_several_subdivisions_in_a_cell_are_an_issue() -> None:
    assert reason(STATE, "CA/TX", "US") == "several subdivisions: US-CA, US-TX"
    assert reason(STATE, "Paris, France", "US").startswith("not a subdivision of US")


# -- languages --


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("malayo", "ms"),
        ("mongol", "mn"),
        ("Odia", "or"),
        ("Englisch", "en"),
        ("British English", "en"),
        ("Simplified Chinese", "zh"),
        ("Brazilian Portuguese", "pt"),
        ("English (US)", "en"),
        ("English (United States)", "en"),
        ("Chinese (Simplified)", "zh"),
        ("pt - BR", "pt"),
        ("German/Deutsch", "de"),
        ("en_US.UTF-8", "en"),
        ("en-UK", "en"),
        ("en-US,en;q=0.9", "en"),
        ("العربية", "ar"),
        ("norsk bokmål", "nb"),
    ],
)
def test_a_language_is_read_as_what_is_written(raw: str, code: str) -> None:
    assert read(LANGUAGE, raw) == code


@pytest.mark.parametrize(
    "raw", "N/A|n/a|n.a.|n-a|nan|NaN|no-reply|id-4711|is-null|e/n|(na)|none|null|en!".split("|")
)
def test_signs_make_no_language_of_what_is_none(raw: str) -> None:
    reason(LANGUAGE, raw)


@pytest.mark.parametrize(
    ("raw", "first", "said"),
    [
        ("en, de", "en", "en, de"),
        ("en/de", "en", "en, de"),
        ("German and English", "de", "de, en"),
        ("EN|FR|DE", "en", "en, fr, de"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr", "fr, en"),
    ],
)
def test_the_first_of_several_languages_counts_and_an_issue_says_so(
    raw: str, first: str, said: str
) -> None:
    assert read(LANGUAGE, raw) == Unread(f"several languages, the first counts: {said}", first)


def test_everyday_names_of_languages_come_before_those_of_rare_ones() -> None:
    named = {code: Locale("en").languages.get(code) for code in ("ms", "mn", "or", "no", "zh")}
    assert {code: read(LANGUAGE, name) for code, name in named.items()} == {c: c for c in named}
