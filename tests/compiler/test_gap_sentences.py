"""The gap of a policy with many rules is said in a few short sentences, and said whole."""

from collections.abc import Iterator
from itertools import product

from tests.support.policies import compiled, named
from turnout.compiler.questions.analysis import analyse
from turnout.compiler.questions.gaps import gaps

COUNTRIES = ("DE", "AT", "CH", "GB", "IE", "FR", "BE", "NL", "ES", "PT", "IT", "GR", "SE", "NO")
SIZES = ("Enterprise", "MidMarket", "SMB")
PRODUCTS = ("core", "analytics", "platform", "data")
HOLES = {("AT", "platform"), ("FR", "core"), ("NL", "core"), ("SE", "data")}

SCHEMA = """\
lead {
  domain: text, country: country, employees: integer 0.., revenue: money USD,
  product: one of [core, analytics, platform, data], source: one of [demo, trial, partner],
  score: integer 0..100, consent: boolean
}
segment size first of {
  Enterprise = employees >= 1000 or revenue >= 100M
  MidMarket = employees in 100..999
  SMB = employees < 100
}
queue legal
queue sales
queue special
"""


def realistic() -> str:
    """Return about 170 rules: a grid with four holes, and exceptions on top of it."""
    territories = (f"territory {code} = country is {code}" for code in COUNTRIES)
    return "\n".join([SCHEMA, *territories, "route inbound {", *_rules(), "}"])


def _rules() -> Iterator[str]:
    yield "rule no-consent { when consent is false to queue legal }"
    for number, code in enumerate(COUNTRIES):
        yield f'rule known-{number} {{ when domain is "a{number}.example" to queue special }}'
        condition = f"{code} and source is demo and score >= {60 + number}"
        yield f"rule hot-{code} {{ when {condition} to queue special }}"
    for code, size, bought in product(COUNTRIES, SIZES, PRODUCTS):
        if (code, bought) not in HOLES:
            condition = f"{code} and {size} and product is {bought}"
            yield f"rule {code}-{size}-{bought} {{ when {condition} to queue sales }}"


def test_the_gap_of_a_realistic_policy_is_at_most_twelve_sentences_of_25_words() -> None:
    made = compiled(realistic())
    found = named(made.findings, "coverage-gap")
    assert 4 <= len(found) <= 12
    assert all(len(each.message.split(", unless")[0].split()) <= 25 for each in found)
    assert all(each.witness is not None and each.witness.confirmed for each in found)
    said = [each.message.split(" get no target")[0] for each in found]
    assert "leads with product missing" in said
    assert "leads with AT, product platform" in said
    assert "leads with FR or NL, product core" in said
    assert "leads with SE, product data" in said


def test_the_gap_of_a_realistic_policy_is_whole_and_names_its_exceptions() -> None:
    made = compiled(realistic())
    found = gaps(analyse(made.program, "inbound"))
    assert found.is_whole
    names = [clause.name for clause in made.program.routes["inbound"].clauses]
    for gap in found.regions:
        exceptions = {names[at] for at in gap.exceptions}
        assert "no-consent" in exceptions
        assert all(name.startswith(("no-consent", "known-", "hot-")) for name in exceptions)


def test_closed_lists_come_first_and_most_texts_are_any_other() -> None:
    text = """lead { id: text required  domain: domain  code: code  country: country }
    queue q
    route main {
      rule a { when domain in ["a.example", "b.example"] to queue q }
      rule b { when code starts with "10" to queue q }
      rule c { when not (country in [BQ, PM]) to queue q }
    }"""
    (gap,) = [each for each in compiled(text).findings if each.name == "coverage-gap"]
    assert gap.message.startswith("leads with country BQ or PM")
    assert "domain other than a.example and b.example" in gap.message.replace('"', "")
    assert "any other code" in gap.message
    assert "such as" not in gap.message
    assert gap.leads.count("country in [BQ, PM]") == 1


def test_of_many_rules_that_take_leads_of_a_gap_three_are_named() -> None:
    exceptions = "\n".join(
        f'rule x{at} {{ when domain is "d{at}.example" to queue q }}' for at in range(8)
    )
    rules = "\n".join(
        f"rule n{at} {{ when n in {at * 10}..{at * 10 + 5} and m > {at} to queue q }}"
        for at in range(20)
    )
    text = f"""lead {{ id: text required domain: domain n: integer required m: integer required }}
    queue q
    route main {{ {exceptions} {rules} }}"""
    messages = [each.message for each in compiled(text).findings if each.name == "coverage-gap"]
    told = [message for message in messages if "unless taken by" in message]
    assert told
    assert all("`x0`, `x1`, `x2` or 5 more rules" in message for message in told)
