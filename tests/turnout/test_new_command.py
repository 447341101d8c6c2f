"""`turnout new` writes a policy that reads every lead of the file that it was made of."""

from pathlib import Path

import pytest

from tests.support.command_line import turnout
from turnout.compiler.compiled import compile_policy
from turnout.dsl.findings import Severity
from turnout.runtime.leads import lead_reader
from turnout.runtime.records import records

LEADS = """Lead Id,E-Mail,Country,Zip,Company Size,Budget,Signed Up,Stage,News,Website,Note,route
1,ana@firm.example,DE,01067,120,1.5,2026-01-05,new,yes,firm.example,"says ""hi"" to all",a
2,ben@shop.example,Austria,1010,7,2,2026-02-01,won,no,shop.example,n/a,b
3,cy@big.example,France,75001,-,3.25,2026-03-09,new,yes,big.example,{ not a block },c
4,di@low.example,DE,10115,12,,2026-03-10,in touch,no,low.example,# no comment,d
5,ed@far.example,CH,8001,900,4,2026-03-11,in touch,no,far.example,😀,e
6,flo@x.example,US,94105,1,5,2026-04-01,won,yes,x.example,,f
7,gil@y.example,US,94107,2,5,2026-04-02,new,yes,y.example,plain,g
8,hal@z.example,US,94108,3,5,2026-04-02,won,yes,z.example,plain,h
9,ivy@w.example,US,94109,3,5,2026-04-02,in touch,yes,w.example,plain,i
"""


def made(folder: Path, leads: str, name: str = "leads.csv") -> Path:
    (folder / name).write_text(leads, "utf-8")
    path = folder / "made.route"
    done = turnout("new", "--leads", str(folder / name), str(path))
    assert done.exit_code == 0, done.output
    return path


def test_types_lists_and_placeholders_are_found(tmp_path: Path) -> None:
    text = " ".join(made(tmp_path, LEADS).read_text("utf-8").split())
    for field in (
        'lead_id: text id required from column "Lead Id"',
        'e_mail: email from column "E-Mail"',
        'country: country from column "Country"',
        'zip: code from column "Zip"',
        'company_size: integer missing when ["-"] from column "Company Size"',
        'budget: number from column "Budget"',
        'signed_up: date from column "Signed Up"',
        'stage: one of ["in touch", new, won] from column "Stage"',
        'news: boolean from column "News"',
        'website: domain from column "Website"',
        'note: text missing when ["n/a"] from column "Note"',
        "route: text",
    ):
        assert field in text


@pytest.mark.parametrize(
    "leads",
    [
        LEADS,
        "name\nana\n",
        'when,lead,"a b",or,not,\nx,y,1,2,3,4\n',
        "id,id\n1,2\n",
        "größe;país\n1;DE\n2;FR\n",
        'q\n"a\\b"\n"c""d"\n',
        "when\n2026-13-45\n2026-01-01\n",
    ],
    ids=["many", "one", "words", "twice", "accents", "quotes", "no-date"],
)
def test_every_lead_of_the_file_can_be_read(tmp_path: Path, leads: str) -> None:
    path = made(tmp_path, leads)
    compiled = compile_policy(path)
    errors = [each for each in compiled.findings if each.severity is Severity.ERROR]
    assert errors == []
    reader = lead_reader(compiled.policy.fields)
    with records(tmp_path / "leads.csv") as found:
        for record in found:
            assert reader(record.raw, record.row).issues == ()
    assert turnout("test", str(path)).exit_code == 0
    assert turnout("fmt", "--check", str(path)).exit_code == 0


def test_columns_that_are_told_as_one_are_one_field(tmp_path: Path) -> None:
    path = made(tmp_path, "a b,a-b,A_B\n1,,\n")
    assert path.read_text("utf-8").count("integer") == 1
    assert compile_policy(path).is_fit


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = made(tmp_path, LEADS)
    before = path.read_bytes()
    done = turnout("new", "--leads", str(tmp_path / "leads.csv"), str(path))
    assert done.exit_code == 2
    assert path.read_bytes() == before
    done = turnout("new", "--leads", str(tmp_path / "leads.csv"), "-")
    assert done.output.encode() == before


def test_json_lines_are_leads_as_well_and_no_leads_are_none(tmp_path: Path) -> None:
    path = made(tmp_path, '{"id": "1", "vip": true}\n{"id": "2", "vip": false}\n', "l.jsonl")
    text = path.read_text("utf-8")
    assert "vip: boolean" in " ".join(text.split())
    (tmp_path / "none.csv").write_text("a,b\n", "utf-8")
    none = ["new", "--leads", str(tmp_path / "none.csv"), str(tmp_path / "x.route")]
    assert turnout(*none).exit_code == 2


def test_a_column_that_is_called_like_a_firm_has_names_of_companies(tmp_path: Path) -> None:
    leads = "id,Account Name,companies\n1,Müller GmbH,3\n2,Acme Inc,4\n3,Müller AG,5\n"
    text = " ".join(made(tmp_path, leads).read_text("utf-8").split())
    assert 'account_name: company-name from column "Account Name"' in text
    assert "companies: integer" in text


def test_values_that_are_read_as_one_are_one_in_a_list(tmp_path: Path) -> None:
    values = [f"{name}-number" for name in "abcdefghijklmnop"] + [
        "Food",
        "food",
        "food",
        "A Number",
    ]
    leads = "industry\n" + "".join(f"{each}\n" for each in (values * 4))
    path = made(tmp_path, leads)
    text = path.read_text("utf-8")
    assert "food" in text
    assert "Food" not in text
    assert not [e for e in compile_policy(path).findings if e.severity is Severity.ERROR]


def test_a_list_of_many_lines_is_given_up_where_a_value_has_no_letter(tmp_path: Path) -> None:
    values = [f"a long value, number {number}" for number in range(20)] + ["😀"]
    leads = "stage\n" + "".join(f'"{each}"\n' for each in values * 4)
    path = made(tmp_path, leads)
    assert "stage: text" in path.read_text("utf-8")
    assert not [e for e in compile_policy(path).findings if e.severity is Severity.ERROR]


def test_a_file_that_is_not_plain_is_said_how_to_read(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes("Title\nid,größe\n1,ä\n".encode("windows-1252"))
    read = ("--leads", str(tmp_path / "leads.csv"), "--encoding", "windows-1252", "--skip", "1")
    done = turnout("new", *read, "-")
    assert done.exit_code == 0, done.output
    assert "größe: text" in done.output
    assert turnout("new", *read[:2], "-").exit_code == 2


def asked(path: Path, *answers: str) -> str:
    done = turnout("new", str(path), stdin="".join(f"{each}\n" for each in answers))
    assert done.exit_code == 0, done.output
    findings = compile_policy(path).findings
    assert {each.name for each in findings} <= {"unused-definition"}
    assert turnout("test", str(path)).exit_code == 0
    return path.read_text("utf-8")


def test_answers_make_a_policy_that_runs(tmp_path: Path) -> None:
    text = asked(
        tmp_path / "a.route",
        "Email, Company Size, Source, größe, route, id, Email",
        'demo, trade fair, Demo, -, say "hi"',
        "",
        "",
        "Ana, Ben Müller",
        "Front Desk",
    )
    for part in (
        "company_size: integer 0..",
        'one of [demo, "trade fair", "say \\"hi\\""]',
        "größe:        text",
        "team sales { ana, ben-müller }",
        "fallback to round-robin sales else queue front-desk",
    ):
        assert part in text


@pytest.mark.parametrize("words", [("", "", "", ""), (",,", "x y z", "!!"), ("*", "-", "--")])
def test_answers_that_say_nothing_make_one_too(words: tuple[str, ...], tmp_path: Path) -> None:
    assert "fallback to" in asked(tmp_path / "a.route", *words)


def test_a_name_says_the_type_of_its_field(tmp_path: Path) -> None:
    everything = (
        "mail,firm,region,language,headcount,rating,budget,site,zip,opt in,signed up on,size"
    )
    text = asked(tmp_path / "a.route", everything, "", "")
    assert "signed_up_on: date" in text
    assert "opt_in:       boolean" in text


def test_where_nobody_answers_a_file_can_be_named(tmp_path: Path) -> None:
    done = turnout("new", str(tmp_path / "a.route"))
    assert done.exit_code == 2
    assert "name a file with --leads" in done.output
    assert not (tmp_path / "a.route").exists()
    done = turnout("new", str(tmp_path / "gone" / "a.route"), stdin="email\n\n\n")
    assert done.exit_code == 2
    assert "make the folder first" in done.output


def test_of_a_large_file_it_is_said_how_much_was_read(tmp_path: Path) -> None:
    rows = "".join(f"{number},DE\n" for number in range(20_001))
    (tmp_path / "leads.csv").write_text(f"id,country\n{rows}", "utf-8")
    done = turnout("new", "--leads", str(tmp_path / "leads.csv"), str(tmp_path / "a.route"))
    assert "reads the first 20,000 leads" in done.output
    made(tmp_path, LEADS.replace("Lead Id", "id"), "few.csv")
    done = turnout("new", "--leads", str(tmp_path / "few.csv"), str(tmp_path / "b.route"))
    assert "reads 9 leads" in done.output
    assert turnout("check", str(tmp_path / "b.route")).output == "no findings in 1 file\n"
