"""`turnout export`: a route as assignment rules, and what they can't say."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from defusedxml.ElementTree import fromstring

from tests.support.salesforce_schema import schema_faults
from turnout.cli import cli

HEAD = """lead {
  id: text id
  rating: text
  title: text
  products: any of [Core, "Ad, words"] from column "Products__c"
  employees: integer from column "NumberOfEmployees"
  begins: date from column "Begins__c"
  country: country
  country_code: country
  state: subdivision of US
  flag: boolean from column "Flag__c"
  odd: text
  email: email
}
timezone "UTC"
person ana { email "ana@firm.example" }
person ben
person cleo { email "cleo@firm.example" cap 3 per day }
team all { ana, ben }
queue q
queue west-coast
queue unassigned
partner p
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def export(rules: str, end: str = "fallback to queue unassigned") -> Result:
    """Return what becomes of a route of some rules."""
    Path("p.route").write_text(f"{HEAD}route inbound {{ {rules} {end} }}\n")
    arguments = ["export", "salesforce", "p.route", "-o", "Lead.assignmentRules"]
    return CliRunner().invoke(cli, arguments)


SAID = {
    "rating is not hot or rating is missing": ("", [("Rating", "notEqual", "hot")]),
    "rating is not hot": ("", [("Rating", "notEqual", ""), ("Rating", "notEqual", "hot")]),
    'not title contains ["vp", "head, of"] or title is missing': (
        "",
        [("Title", "notContain", 'vp,"head, of"')],
    ),
    'rating is hot and (employees > 5 or title starts with "vp")': (
        "1 AND (2 OR 3)",
        [
            ("Rating", "equals", "hot"),
            ("NumberOfEmployees", "greaterThan", "5"),
            ("Title", "startsWith", "vp"),
        ],
    ),
    "employees in 5..10": (
        "",
        [("NumberOfEmployees", "greaterOrEqual", "5"), ("NumberOfEmployees", "lessOrEqual", "10")],
    ),
    "not employees > 5": (
        "1 OR 2",
        [("NumberOfEmployees", "lessOrEqual", "5"), ("NumberOfEmployees", "equals", "")],
    ),
    'products has "Ad, words"': ("", [("Products__c", "includes", '"Ad, words"')]),
    "begins older than 30 days": ("", [("Begins__c", "lessThan", "LAST_N_DAYS:30")]),
    "begins is today": (
        "",
        [("Begins__c", "greaterOrEqual", "TODAY"), ("Begins__c", "lessOrEqual", "TODAY")],
    ),
    "country is DE and flag is false": (
        "",
        [("Country", "equals", "DE,Germany"), ("Flag__c", "equals", "False")],
    ),
    "country is not KR": (
        "",
        [
            ("Country", "notEqual", ""),
            ("Country", "notEqual", 'KR,South Korea,"Korea, Republic of"'),
        ],
    ),
    "country_code is DE": ("", [("CountryCode", "equals", "DE")]),
    "state is US-CA": ("", [("State", "equals", "CA,California")]),
}


@pytest.mark.parametrize("asked", list(SAID), ids=range(len(SAID)))
def test_conditions_are_criteria_with_filter_logic(asked: str) -> None:
    result = export(f"rule r {{ when {asked} to queue q }}")
    assert result.exit_code == 0, result.output
    root = fromstring(Path("Lead.assignmentRules").read_text())
    name = "{http://soap.sforce.com/2006/04/metadata}"
    (entry,) = root.iter(f"{name}ruleEntry")
    items = [
        (
            item.findtext(f"{name}field", "").removeprefix("Lead."),
            item.findtext(f"{name}operation", ""),
            item.findtext(f"{name}value", ""),
        )
        for item in entry.iter(f"{name}criteriaItems")
    ]
    assert (entry.findtext(f"{name}booleanFilter", ""), items) == SAID[asked]


REFUSED = {
    "rule a { when flag to round-robin all else queue q }": "round-robin all` has no equal",
    "rule a { when flag to person ben else queue unassigned }": "`ben` has no `email`",
    "rule a { when flag to person cleo else queue unassigned }": "hours, caps or days away",
    "rule a { when flag to person ana else queue q }": "`else queue q` has no equal",
    "rule a { when flag to partner p else queue q }": "has no equal",
    'rule a { when title has word "cto" to queue q }': "has no equal",
    'rule a { when not title starts with "vp" to queue q }': "has no equal",
    'rule a { when title matches "^a" to queue q }': "has no equal",
    'rule a { when odd is "x" to queue q }': "no column with a name that Salesforce knows",
    "rule a { when flag to queue q sla 1 hour }": "it has an SLA",
    'rule a { when flag to queue q do notify slack "#x" }': "`do notify slack #x` has no equal",
    "rule a from 2026-01-01 { when flag to queue q }": "it counts on some days only",
    'rule a { when title is "a\\"b" to queue q }': "quotes or line breaks",
    'rule a { when flag to reject "no" }': "has no equal",
}


@pytest.mark.parametrize("rules", list(REFUSED), ids=range(len(REFUSED)))
def test_what_assignment_rules_cannot_say_is_refused_with_its_place(rules: str) -> None:
    result = export(rules)
    assert result.exit_code == 2, result.output
    said = " ".join(result.output.split())
    assert REFUSED[rules] in said
    assert "p.route:" in said
    assert not Path("Lead.assignmentRules").exists()


def test_long_lists_stand_in_several_criteria() -> None:
    values = ", ".join(f'"value number {number}"' for number in range(60))
    assert export(f"rule a {{ when rating in [{values}] to queue west-coast }}").exit_code == 0
    text = Path("Lead.assignmentRules").read_text()
    assert "<booleanFilter>1 OR 2 OR 3 OR 4" in text
    assert "<assignedTo>west_coast</assignedTo>" in text
    many = ", ".join(f'"value number {number}"' for number in range(600))
    assert "at most 25" in export(f"rule a {{ when rating in [{many}] to queue q }}").output


def test_what_comes_back_decides_the_same() -> None:
    rules = [
        f"rule r{at} {{ when {asked} to queue q }}"
        for at, asked in enumerate(["rating is hot", "employees > 5 and title contains vp", "flag"])
    ]
    assert export(" ".join(rules).replace("s vp", 's "vp"')).exit_code == 0
    runner = CliRunner()
    again = runner.invoke(cli, ["import", "salesforce", "Lead.assignmentRules", "-o", "out"])
    assert again.exit_code == 0, again.output
    route = ["export", "salesforce", "out/leads.route", "-o", "Again.xml"]
    assert runner.invoke(cli, route).exit_code == 0
    assert Path("Again.xml").read_text() == Path("Lead.assignmentRules").read_text()
    Path("two").mkdir()
    Path("two/Lead.assignmentRules").write_text(Path("Again.xml").read_text())
    runner.invoke(cli, ["import", "salesforce", "two", "-o", "two"])
    result = runner.invoke(cli, ["diff", "out/leads.route", "two/leads.route"])
    assert result.exit_code == 0, result.output
    assert "no lead" in result.output, result.output


def test_fields_are_those_of_the_object() -> None:
    Path("p.route").write_text(
        """lead {
  id: text id
  subject: text from column "Case Subject"
  origin: text
  kind: text from column ["Account.Type", "Account: Type"]
  made_by: text from column "RecordType.Name"
  mail: text from column "Web Email"
}
queue q
route r {
  rule a { when origin is "Web" and kind is "Partner" and made_by is "Large" to queue q }
  rule b { when mail starts with "x" to queue q }
  fallback to queue q
}
"""
    )
    arguments = ["export", "salesforce", "p.route", "-o", "x.xml"]
    result = CliRunner().invoke(cli, [*arguments, "--object", "Case"])
    assert result.exit_code == 0, result.output
    written = Path("x.xml").read_text()
    named = ("Case.Origin", "Account.Type", "Case.RecordTypeId", "Case.SuppliedEmail")
    assert all(f"<field>{name}</field>" in written for name in named)
    other = CliRunner().invoke(cli, arguments)
    assert "`origin` has no column with a name that Salesforce knows of leads" in " ".join(
        other.output.split()
    )


def test_a_value_longer_than_a_criterion_takes_is_refused() -> None:
    result = export(f'rule a {{ when title contains "{"x" * 256}" to queue q }}')
    assert "a text has 256 characters, and a criterion takes 255" in result.output


FAULTS = {
    "of another namespace": ("2006/04", "2007/04"),
    "out of order": ("<active>true</active>", ""),
    "an operation": ("equals", "equal"),
    "a type": (">Queue<", ">Group<"),
    "a name": ("booleanFilter", "filterLogic"),
    "twice": ("<value>hot</value>", "<value>hot</value><value>hot</value>"),
    "missing": ("<operation>equals</operation>", ""),
    "inside": ("<value>hot</value>", "<value><b>hot</b></value>"),
    "text": ("<ruleEntry>", "<ruleEntry>all"),
}
"""What makes a file that Salesforce's schema doesn't take, as a change of one that it does."""


@pytest.mark.parametrize("fault", FAULTS)
def test_an_export_is_held_to_the_schema_of_salesforce(fault: str) -> None:
    rule = (
        "rule a { when rating is hot and (employees > 5 or title is x) to queue q "
        'do notify email "t" }'
    )
    assert export(rule).exit_code == 0
    text = Path("Lead.assignmentRules").read_text()
    assert not schema_faults(text)
    old, new = FAULTS[fault]
    broken = text.replace(old, new)
    assert broken != text
    if fault == "out of order":
        broken = broken.replace("</assignmentRule>", "<active>true</active></assignmentRule>")
    assert schema_faults(broken)
