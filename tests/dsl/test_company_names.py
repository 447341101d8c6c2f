# ruff: noqa: RUF001 - names of firms are in every script
"""Names of firms: one form for all the ways to write one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.dsl.types import CompanyName, Field
from turnout.dsl.values import read
from turnout.dsl.values.company_names import LONGEST_NAME, written_words
from turnout.dsl.values.reading import MISSING, Unread

FIELD = Field("company", CompanyName())

SAME = [
    (
        "muller",
        ["Müller GmbH & Co. KG", "MÜLLER", "Muller G.m.b.H.", "Müller AG", "The Müller Company"],
    ),
    ("muller and sohne", ["Müller & Söhne GmbH", "Müller und Söhne", "Muller + Sohne OHG"]),
    (
        "acme",
        ["Acme, Inc.", "ACME INC", "acme incorporated", "Acme Ltd.", "Acme Co., Ltd", "ACME™ LLC"],
    ),
    (
        "acme",
        ["Acme Pty Ltd", "Acme Pte. Ltd.", "Acme Private Limited", "Acme Sdn. Bhd.", "Acme P.L.C."],
    ),
    (
        "acme",
        ["Acme S.A.", "Acme S.A. de C.V.", "Acme S. de R.L. de C.V.", "Acme S.L.U.", "Acme Ltda."],
    ),
    ("acme", ["Acme S.r.l.", "Acme SpA", "Acme SARL", "Acme S.A.S.", "Acme, Lda.", "Acme S/A"]),
    (
        "acme",
        [
            "Acme B.V.",
            "Acme N.V.",
            "Acme A/S",
            "Acme ApS",
            "Acme Oy",
            "Oy Acme Ab",
            "Acme AB (publ)",
        ],
    ),
    (
        "acme",
        ["Acme sp. z o.o.", "Acme Spółka z o.o. sp.k.", "Acme s.r.o.", "Acme, a.s.", "Acme Kft."],
    ),
    (
        "acme",
        [
            "Acme d.o.o.",
            "Acme OÜ",
            "UAB Acme",
            "SIA Acme",
            "Acme A.Ş.",
            "Acme Ltd. Şti.",
            "PT Acme Tbk",
        ],
    ),
    (
        "acme",
        [
            "Acme K.K.",
            "Acme 株式会社",
            "株式会社Acme",
            "㈱Acme",
            "Acme (주)",
            "ООО «Acme»",
            "Acme בע״מ",
        ],
    ),
    ("кроп", ["ООО «Кроп»", "ЗАО Кроп", "кроп"]),
    ("华为技术", ["华为技术有限公司", "华为技术股份有限公司"]),
    ("jp morgan", ["J.P. Morgan", "JP Morgan & Co.", "J P Morgan, Inc."]),
    ("at and t", ["AT&T Inc.", "AT & T"]),
    ("loreal", ["L'Oréal", "L’OREAL S.A."]),
    ("kroger", ["The Kroger Co.", "Kroger Company, The"]),
    ("vitamin c", ["Vitamin C B.V.", "Vitamin-C"]),
]
APART = [
    ("Vodafone UK", "Vodafone"),
    ("Daimler Group", "Daimler"),
    ("Acme Holding AG", "Acme AG"),
    ("SAS Institute Inc.", "Institute"),
    ("Müller Söhne", "Müller"),
    ("Cobra", "Bra"),
    ("ガス株式会社", "カス株式会社"),
]


@pytest.mark.parametrize(("form", "ways"), SAME)
def test_all_ways_to_write_a_name_are_one_value(form: str, ways: list[str]) -> None:
    assert {way: read(FIELD, way) for way in ways} == dict.fromkeys(ways, form)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_is_no_legal_form_stays_in_the_name(one: str, other: str) -> None:
    assert read(FIELD, one) != read(FIELD, other)


@pytest.mark.parametrize("name", ["GmbH", "Inc.", "The Company", "Co. KG", "The", "And", "s.a."])
def test_a_name_that_is_nothing_but_a_legal_form_keeps_something(name: str) -> None:
    found = read(FIELD, name)
    assert isinstance(found, str)
    assert found


@pytest.mark.parametrize(
    "raw", ["...", "&", "—", "™", "x" * (LONGEST_NAME + 1), "a " * 500_000, "ﷺ" * 150]
)
def test_what_is_no_name_is_not_read(raw: str) -> None:
    assert isinstance(read(FIELD, raw), Unread)


@pytest.mark.parametrize("raw", ["\0", "Acme\0GmbH", "Acme \ud800", "\udfff"])
def test_what_cannot_be_stored_is_not_read(raw: str) -> None:
    assert isinstance(read(FIELD, raw), Unread)


def test_directions_of_writing_say_nothing() -> None:
    assert read(FIELD, "\u202eAcme\u202c GmbH") == "acme"
    assert read(FIELD, "\u200f") is MISSING


LETTERS = "abAB .&-/'éüßøıİ株(½²\u0301\u0308\u0345א״Ⅷﬁ㈱ŉﷺ"
WORDS = ["GmbH ", " ag ", "S.A.", " and ", "the ", "株式会社", " s ", " p ", " zoo", "none", "n/a"]


@settings(max_examples=200)
@given(st.lists(st.sampled_from([*LETTERS, *WORDS]), min_size=1, max_size=9).map("".join))
def test_a_form_read_again_is_itself(text: str) -> None:
    found = read(FIELD, text)
    if isinstance(found, str):
        assert read(FIELD, found) == found


def test_the_words_of_a_name_keep_its_legal_form() -> None:
    assert written_words("L'Oréal S.A.") == "loreal s a"
