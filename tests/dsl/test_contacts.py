"""Phone numbers and domains: one form, whoever wrote them, and from which field."""

from pathlib import Path

import pytest

from turnout import load
from turnout.compiler.compiled import compile_policy
from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values import MISSING, Unread, phones, read
from turnout.dsl.values.free_mail import FREE_MAIL
from turnout.runtime.leads import lead_reader

PHONE = Field("phone", types.Phone("country"))
GERMAN = Field("phone", types.Phone(None, "DE"))
DOMAIN = Field("domain", types.Domain())
OWN = Field("domain", types.Domain((), without_free_mail=True))
BERLIN = "+4930123456"


def reason(field: Field, raw: object, country: str | None = None) -> str:
    found = read(field, raw, country)
    assert isinstance(found, Unread), found
    return found.reason


# -- phones --


@pytest.mark.parametrize(
    ("raw", "country"),
    [
        ("+49 30 123456", None),
        ("0049 30 123456", None),
        ("0049 30 123456", "US"),
        ("030/123456", "DE"),
        ("(030) 123456", "DE"),
        ("p:+4930123456", "US"),
        ("'+49 30 123456", None),
        ('="+4930123456"', None),
        ("tel:+49-30-123456", None),
        ("Tel.: 030 123456", "DE"),
        ("+49 (0) 30 123456", None),
        ("030 123456 ext. 12", "DE"),
        ("030 123456, 030/123456", "DE"),
        (30123456, "DE"),
    ],
)
def test_a_number_is_one_however_it_is_written(raw: object, country: str | None) -> None:
    assert read(PHONE, raw, country) == BERLIN


def test_the_country_is_the_leads_or_the_declared_one() -> None:
    assert read(PHONE, "(415) 555-0100", "US") == "+14155550100"
    assert read(GERMAN, "030 123456") == read(GERMAN, "030 123456", None) == BERLIN
    assert reason(PHONE, "(415) 555-0100").startswith("no country's code such as +49")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("4.93012E+11", "rounded by a spreadsheet: its last digits are lost"),
        ("12", "not a phone number"),
        ("call me", "not a phone number"),
        ("030 123456 / +49 171 1234567 work", "not a phone number"),
        ("030 123456; 0171 1234567", "several phone numbers"),
        ("+1 4155", "too long or too short for a phone number of US"),
        ("+999 123456", "no country has this code"),
        ("unknown", "a placeholder"),
        ("n/a", "a placeholder"),
        ("-", "a placeholder"),
    ],
)
def test_what_is_no_number_is_an_issue(raw: str, why: str) -> None:
    assert reason(GERMAN, raw) == why


def test_a_phone_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "can_read_phones", lambda: False)
    path = tmp_path / "inbound.route"
    path.write_text(
        "lead { id: text required phone: phone } queue a route r { fallback to queue a }", "utf-8"
    )
    findings = [f for f in compile_policy(path).findings if f.name != "unused-definition"]
    assert [f.name for f in findings] == ["missing-extra"]
    assert findings[0].help == ("install it with `pip install 'turnout[phone]'`",)


def test_one_number_in_three_spellings_is_one_person(tmp_path: Path) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(
        """lead { id: text required  country: country  phone: phone }
        identity phone within 30 days
        queue new  queue seen
        route inbound { rule seen { when duplicate to queue seen } fallback to queue new }""",
        "utf-8",
    )
    router = load(path)
    phones = ["+49 30 123456", "0049 30 123456", "030 123456", "n/a", "unknown", "-"]
    leads = [{"id": str(at), "country": "DE", "phone": raw} for at, raw in enumerate(phones)]
    targets = [router.route(lead).target for lead in leads]
    assert targets == ["new", "seen", "seen", "new", "new", "new"]


# -- domains --


@pytest.mark.parametrize(
    "raw",
    [
        "acme.co.uk",
        "www.acme.co.uk",
        "ACME.co.uk.",
        "https://acme.co.uk",
        "https://www.shop.acme.co.uk:8443/about?x=1#y",
        "http://user@acme.co.uk/",
        "//acme.co.uk/x",
        "acme.co.uk/contact",
        "kim@acme.co.uk",
        "Kim <kim@mail.acme.co.uk>",
        "mailto:kim@acme.co.uk",
    ],
)
def test_a_domain_is_the_part_that_is_registered(raw: str) -> None:
    assert read(DOMAIN, raw) == "acme.co.uk"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("acme.example", "acme.example"),
        ("www.müller.de", "müller.de"),
        ("xn--mller-kva.de", "müller.de"),
        ("firm.github.io", "firm.github.io"),
        ("kim@gmail.com", "gmail.com"),
    ],
)
def test_a_domain_is_written_one_way(raw: str, expected: str) -> None:
    assert read(DOMAIN, raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["acme", "co.uk", "localhost", "1.2.3.4", "acme inc.", "kim@", "a..de", "-a.de", "http://"],
)
def test_what_is_nobodys_domain_is_an_issue(raw: str) -> None:
    reason(DOMAIN, raw)
    assert reason(DOMAIN, "a.de, b.de") == "several domains"


def test_free_mail_counts_as_missing_where_that_is_said() -> None:
    for raw in ("kim@gmail.com", "gmx.de", "https://mail.yahoo.co.jp", "kim@web.de", "qq.com"):
        assert read(OWN, raw) is MISSING
    assert read(OWN, "kim@acme.example") == "acme.example"
    assert all(read(DOMAIN, domain) == domain for domain in sorted(FREE_MAIL))


def test_a_lead_without_a_domain_takes_that_of_its_address() -> None:
    fields = {
        "email": Field("email", types.Email()),
        "website": Field("website", types.Text()),
        "domain": Field("domain", types.Domain(("email", "website"), without_free_mail=True)),
    }
    leads = lead_reader(fields)
    for lead, expected in (
        ({"email": "kim@mail.acme.example"}, "acme.example"),
        ({"email": "kim@gmail.com", "website": "https://www.acme.example"}, "acme.example"),
        ({"email": "kim@gmail.com"}, None),
        ({"email": "kim@acme.example", "domain": "other.example"}, "other.example"),
        ({"email": "kim@acme.example", "domain": "n/a"}, "acme.example"),
    ):
        assert leads(lead, None).values.get("domain") == expected


POLICY = """lead {
  id:     text required
  email:  email
  domain: domain of email without free-mail
  owner:  person from "accounts.csv" by domain -> owner
}
person ana
queue named
queue private
queue triage
route inbound {
  rule own     { when owner is present to owner owner }
  rule private { when email is present and domain is missing to queue private }
}
"""


def test_accounts_are_found_by_the_domain_of_an_address(tmp_path: Path) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY.replace('\n}\n"', "") + "", "utf-8")
    (tmp_path / "accounts.csv").write_text("domain,owner\nhttps://www.acme.example/,ana\n", "utf-8")
    path.write_text(POLICY[:-2] + "  fallback to queue triage\n}\n", "utf-8")
    router = load(path)
    emails = ["kim@acme.example", "kim@sales.acme.example", "kim@gmail.com", "kim@other.example"]
    found = [router.route({"id": raw, "email": raw}) for raw in emails]
    assert [each.assignee or each.target for each in found] == ["ana", "ana", "private", "triage"]


def test_a_witness_has_the_domain_of_its_address(tmp_path: Path) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY.replace("email is present and domain is missing", "email is missing"))
    (tmp_path / "accounts.csv").write_text("domain,owner\nacme.example,ana\n", "utf-8")
    compiled = compile_policy(path)
    (gap,) = [f for f in compiled.findings if f.name == "coverage-gap"]
    assert gap.witness is not None
    assert gap.witness.confirmed
    lead = lead_reader(compiled.policy.fields)(gap.witness.fields, None)
    assert "email" in lead.values
    assert "owner" not in lead.values


def test_a_domain_is_taken_from_addresses_and_texts_alone(tmp_path: Path) -> None:
    path = tmp_path / "inbound.route"
    path.write_text(
        """lead { id: text required  size: integer
          one: domain of size  two: domain of nothing  three: domain of id or id of id }
        queue a route inbound { fallback to queue a }""",
        "utf-8",
    )
    names = [f.name for f in compile_policy(path).findings if f.name != "unused-definition"]
    assert names == ["type-mismatch", "unknown-name", "duplicate-clause"]


@pytest.mark.parametrize(("country", "local"), [("US", "555-0100"), ("DE", "+49 30")])
def test_a_local_number_is_many_strangers(country: str, local: str) -> None:
    found = read(Field("phone", types.Phone(None, country)), local)
    assert found == Unread("a local number, without its area code")


def test_a_number_that_a_data_frame_made_of_a_phone_number_is_that() -> None:
    field = Field("phone", types.Phone(None, "US"))
    assert read(field, "4155550100.0") == read(field, 4155550100) == "+14155550100"
