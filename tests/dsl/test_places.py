"""Countries, subdivisions and languages, by code and by name."""

import pytest

from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values import Reading, Unread, read
from turnout.dsl.values.places import country

COUNTRY = Field("country", types.Country())
STATE = Field("state", types.Subdivision("country"))
LANGUAGE = Field("language", types.Language())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("de", "DE"),
        ("DEU", "DE"),
        ("germany", "DE"),
        ("Federal Republic of Germany", "DE"),
        ("Deutschland", "DE"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("The Netherlands", "NL"),
        ("South Korea", "KR"),
        ("Republic of Korea", "KR"),
        ("Cote d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Österreich", "AT"),
        ("Trinidad & Tobago", "TT"),
        ("Czech Republic", "CZ"),
        ("Vietnam", "VN"),
        ("日本", "JP"),
    ],
)
def test_a_country_is_known_by_its_codes_and_names(raw: str, code: str) -> None:
    assert read(COUNTRY, raw) == code


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("Germny", "not a country; nearest: Germany"),
        ("Korea", "not a country; nearest: S. Korea"),
        ("XX", "not a country"),
        ("...", "a placeholder"),
        (49, "not a country"),
        (True, "a boolean, not a country"),
    ],
)
def test_an_unknown_country_is_refused(raw: object, reason: str) -> None:
    assert read(COUNTRY, raw) == Unread(reason)


@pytest.mark.parametrize(
    ("raw", "country", "code"),
    [
        ("US-CA", None, "US-CA"),
        ("us_ca", None, "US-CA"),
        ("CA", "US", "US-CA"),
        ("California", "US", "US-CA"),
        ("Washington, D.C.", "US", "US-DC"),
        ("Bayern", "DE", "DE-BY"),
        ("Bavaria", "DE", "DE-BY"),
        ("baden wuerttemberg", "DE", "DE-BW"),
        ("Québec", "CA", "CA-QC"),
        ("quebec", "CA", "CA-QC"),
        ("Cataluña", "ES", "ES-CT"),
        ("lodzkie", "PL", "PL-10"),
    ],
)
def test_a_subdivision_is_known_in_its_country(raw: str, country: str, code: str) -> None:
    assert read(STATE, raw, country) == code


@pytest.mark.parametrize(
    ("raw", "country", "reason"),
    [
        ("CA", None, "no full code such as US-CA, and no country to look in"),
        ("California", None, "no full code such as US-CA, and no country to look in"),
        ("US-CA", "DE", "a subdivision of US, but country is DE"),
        ("Calfornia", "US", "not a subdivision of US; nearest: California"),
        ("XX-YY", "US", "not a subdivision of US"),
        ("X", "ZZ", "not a subdivision of ZZ"),
    ],
)
def test_a_subdivision_elsewhere_is_refused(raw: str, country: str, reason: str) -> None:
    assert read(STATE, raw, country) == Unread(reason)


def test_a_name_of_two_subdivisions_is_not_guessed() -> None:
    found: Reading = read(STATE, "Dhaka", "BD")
    assert isinstance(found, Unread)
    assert found.reason.startswith("ambiguous: BD-")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("DE", "de"),
        ("ger", "de"),
        ("deu", "de"),
        ("German", "de"),
        ("Deutsch", "de"),
        ("de-DE", "de"),
        ("pt_BR", "pt"),
        ("zh-Hans-CN", "zh"),
        ("français", "fr"),
        ("espanol", "es"),
        ("日本語", "ja"),
        ("Greek", "el"),
        ("fil", "fil"),
    ],
)
def test_a_language_is_known_by_codes_names_and_locales(raw: str, code: str) -> None:
    assert read(LANGUAGE, raw) == code


@pytest.mark.parametrize(
    ("raw", "reason"),
    [("Spansh", "not a language; nearest: Spanish"), ("dk", "not a language"), ("xx-DE", None)],
)
def test_an_unknown_language_is_refused(raw: str, reason: str | None) -> None:
    found = read(LANGUAGE, raw)
    assert isinstance(found, Unread)
    assert reason in {None, found.reason}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Bahamas (the)", "BS"),
        ("Netherlands (Kingdom of the)", "NL"),
        ("Iran (Islamic Republic of)", "IR"),
        ("Korea (the Republic of)", "KR"),
        ("Korea, Dem. People's Rep.", "KP"),
        ("Congo, Dem. Rep.", "CD"),
        ("Hong Kong SAR, China", "HK"),
        ("Virgin Islands (U.S.)", "VI"),
        ("Taiwan, China", "TW"),
        ("Lao PDR", "LA"),
        ("EE UU", "US"),
    ],
)
def test_a_country_is_read_as_official_lists_write_it(written: str, code: str) -> None:
    assert country(written) == code


@pytest.mark.parametrize("written", ["EU", "E.U.", "RA", "DU", "VS", "VK", "DE.", "D/E", "D-E"])
def test_what_looks_like_a_code_is_one_or_nothing(written: str) -> None:
    assert isinstance(country(written), Unread)
