"""Amounts whose currency another field says: the field's own, or missing, never converted."""

from decimal import Decimal

import pytest

from tests.support.policies import attempted, resolved
from turnout.dsl.types import Code, Field, Money, Text
from turnout.dsl.values.literals import literal
from turnout.dsl.values.money import is_currency
from turnout.dsl.values.raw_leads import RawValues, values_reader
from turnout.dsl.wording import typed

FIELDS = {
    "usd": Field("usd", Money("USD", of="currency"), columns=("Amount",)),
    "eur": Field("eur", Money("EUR", of="currency"), columns=("Amount",)),
    "currency": Field("currency", Code()),
}


def told(amount: object, currency: object = None) -> RawValues:
    return values_reader(FIELDS)({"Amount": amount, "Currency": currency})


@pytest.mark.parametrize("said", ["EUR", "eur", "€", "Euro", "Euro (EUR)", "EUR - Euro"])
def test_an_amount_is_in_the_currency_that_its_field_says(said: str) -> None:
    found = told("1,200", said)
    assert found.values["eur"] == Decimal(1200)
    assert "usd" not in found.values


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("GBP", "in GBP, not USD"),
        ("Yen", "in JPY, not USD"),
        ("US Dollar (EUR)", "not USD"),
        ("doubloons", "in DOUBLOONS, which is no currency that is known"),
        (None, "no currency is said"),
    ],
)
@pytest.mark.parametrize("amount", ["1200", 1200, 1200.5, "1.2k"])
def test_an_amount_in_another_currency_or_in_none_is_missing(
    said: str | None, reason: str, amount: object
) -> None:
    found = told(amount, said)
    assert "usd" not in found.values
    assert next(each.reason for each in found.issues if each.field == "usd").endswith(reason)


def test_an_amount_that_says_its_currency_needs_no_other_to_say_it() -> None:
    assert told("USD 5").values["usd"] == 5
    assert told("$5").values["usd"] == 5
    assert "usd" not in told("$5", "CAD").values
    assert "usd" not in told("5 EUR", "USD").values


def test_a_text_field_says_it_too_and_columns_are_chosen_by_what_can_be_read() -> None:
    fields = {
        "usd": Field("usd", Money("USD", of="money_in"), columns=("A", "B")),
        "money_in": Field("money_in", Text()),
    }
    found = values_reader(fields)({"A": "€5", "B": "7", "money_in": "US dollars"})
    assert found.values["usd"] == 7


POLICY = """
lead { id: text  amount: money USD of currency decimal point  currency: code }
queue large
queue triage
route inbound {
  rule large { when amount >= 250k to queue large }
  fallback to queue triage
}
"""


def test_a_policy_compares_amounts_in_the_currency_of_their_field() -> None:
    field = resolved(POLICY).fields["amount"]
    assert typed(field.type) == "money USD of currency decimal point"
    assert literal(field, "250k") == 250_000


@pytest.mark.parametrize(
    ("teller", "name"),
    [("currency: country", "type-mismatch"), ("curency: code", "unknown-name")],
)
def test_what_can_say_no_currency_is_told(teller: str, name: str) -> None:
    _, findings = attempted(POLICY.replace("currency: code", teller))
    assert name in {each.name for each in findings}


def test_a_currency_is_known_by_its_code_in_capitals() -> None:
    assert is_currency("EUR")
    assert not is_currency("eur")
    assert not is_currency("EURO")
