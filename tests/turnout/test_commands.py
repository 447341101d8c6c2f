"""The commands on one policy: success, wrong use, broken policies and broken files.

Nothing ends in a traceback, a file is written whole or not at all, and the status says
how it went.
"""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.command_line import INBOUND, UNKNOWN, folder, process, turnout
from turnout.compiler.compiled import compile_policy
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.making import plan_of

__all__ = ["folder"]  # the fixture, for this module's tests

LEADS = "id,country,employees\n1,Germany,5000\n2,Austria,12\n3,France,9\n4,Germany,1e4x\n"
SEVERAL = INBOUND + "\nroute partners { fallback to queue triage }\n"
COMMANDS = {
    "compile": ("compile", "inbound.route"),
    "diagram": ("diagram", "inbound.route", "-o", "out.dot"),
    "route": ("route", "inbound.route", "leads.csv", "-o", "out.csv"),
    "explain": ("explain", "inbound.route", '{"country": "DE"}'),
    "run": ("run", "inbound.route", "leads.csv", "--out", "out"),
}
AT = ("--at", "2026-11-23T10:00")


@pytest.fixture(autouse=True)
def _leads(folder: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    (folder / "leads.csv").write_text(LEADS)


def refused(result: Result, status: int = 2) -> str:
    """Return the one message of a command that ended with this status."""
    assert result.exit_code == status
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert "bug" not in result.stderr
    return " ".join(result.stderr.split())


# -- every command --


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "diagram"])
def test_a_policy_with_errors_is_reported_and_nothing_is_written(name: str, folder: Path) -> None:
    (folder / "inbound.route").write_text(UNKNOWN)
    before = sorted(folder.iterdir())
    said = refused(turnout(*COMMANDS[name]), 1)
    assert "there is no queue `triag`" in said
    assert "did you mean `triage`?" in said
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("name", COMMANDS)
def test_a_policy_that_is_not_there_can_not_be_run(name: str) -> None:
    said = refused(turnout(*(each.replace("inbound", "inbuond") for each in COMMANDS[name])))
    assert "there is no such file" in said
    assert "did you mean `inbound.route`?" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_of_several_routes_one_is_named(name: str, folder: Path) -> None:
    (folder / "inbound.route").write_text(SEVERAL)
    assert "choose one with --route" in refused(turnout(*COMMANDS[name]))
    assert "did you mean partners?" in refused(turnout(*COMMANDS[name], "--route", "partner"))
    assert "it has inbound, partners" in refused(turnout(*COMMANDS[name], "--route", "zzz"))
    assert turnout(*COMMANDS[name], "--route", "partners").exit_code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_a_policy_without_a_route_can_not_be_run(name: str, folder: Path) -> None:
    (folder / "inbound.route").write_text("queue triage\n")
    assert "has no route" in refused(turnout(*COMMANDS[name]))


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_use_says_how_it_is_used(name: str) -> None:
    for wrong in ((name,), (*COMMANDS[name], "--nonsense")):
        result = turnout(*wrong)
        assert result.exit_code == 2
        assert f"Usage: cli {name}" in result.stderr
        assert result.stdout == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_piped_output_has_no_colours(name: str) -> None:
    ran = process(*COMMANDS[name], FORCE_COLOR="", NO_COLOR="")
    assert ran.returncode == 0
    assert b"\x1b" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["compile", "diagram", "route"])
def test_a_file_that_can_not_be_written_is_named(name: str, folder: Path) -> None:
    (folder / "blocked").write_text("a file, not a folder")
    arguments = [each for each in COMMANDS[name] if not each.startswith(("-o", "out"))]
    suffix = {"compile": "json", "diagram": "dot", "route": "csv"}[name]
    for place in ("nowhere", "blocked"):
        said = refused(turnout(*arguments, "-o", f"{place}/out.{suffix}"))
        assert place in "".join(said.split())  # a long path is broken into lines


@pytest.mark.parametrize("name", ["diagram", "route"])
def test_an_unknown_suffix_is_refused_before_any_work(name: str, folder: Path) -> None:
    arguments = [each for each in COMMANDS[name] if not each.startswith(("-o", "out"))]
    for out in ("out.xyz", "out"):
        said = refused(turnout(*arguments, "-o", out))
        assert f"the name {out} says no format" in said
        assert "--format" in said
    assert not list(folder.glob("out*"))
    assert turnout(*arguments, "-o", "out.xyz", "--format", name_format(name)).exit_code == 0
    assert (folder / "out.xyz").stat().st_size


def name_format(name: str) -> str:
    return "dot" if name == "diagram" else "json"


# -- compile --


def test_compile_writes_the_plan_that_a_router_would_make(folder: Path) -> None:
    written = turnout("compile", "inbound.route", "--plan", "-o", "plan.json")
    assert written.exit_code == 0, written.output
    compiled = compile_policy("inbound.route")
    expected = plan_of(compiled.program, "inbound", compiled.policy_hash)
    text = (folder / "plan.json").read_text()
    assert loads(text) == expected
    assert turnout("compile", "inbound.route", "--plan").stdout == text


def test_compile_writes_the_tree_to_stdout_or_a_file(folder: Path) -> None:
    printed = turnout(*COMMANDS["compile"]).stdout
    document = json.loads(printed)
    assert (document["format"], document["version"], document["route"]) == (
        "turnout-tree",
        3,
        "inbound",
    )
    assert turnout(*COMMANDS["compile"], "-o", "tree.json").stdout == ""
    assert (folder / "tree.json").read_text() == printed
    assert turnout(*COMMANDS["compile"], "-o", "-").stdout == printed


# -- route --


def test_route_writes_a_decision_for_each_row_in_order(folder: Path) -> None:
    result = turnout(*COMMANDS["route"], *AT)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "routed 4 leads" in result.stderr
    rows = list(csv.DictReader(io.StringIO((folder / "out.csv").read_text())))
    assert [(row["lead"], row["rule"], row["target"], row["assignee"]) for row in rows] == [
        ("1", "large", "sales", "ana"),
        ("2", "rest", "triage", ""),
        ("3", "", "later", ""),
        ("4", "rest", "triage", ""),
    ]
    assert rows[3]["issues"] == "employees: not a whole number"


def test_route_reads_stdin_and_writes_json_lines_to_stdout(folder: Path) -> None:
    from_file = turnout("route", "inbound.route", "leads.csv", *AT).stdout
    lines = [json.loads(line) for line in from_file.splitlines()]
    assert [line["lead"] for line in lines] == ["1", "2", "3", "4"]
    assert turnout("route", "inbound.route", "-", *AT, stdin=LEADS).stdout == from_file
    raws = [dict(row) for row in csv.DictReader(io.StringIO(LEADS))]
    for text in (json.dumps(raws), "".join(f"{json.dumps(raw)}\n" for raw in raws)):
        again = turnout("route", "inbound.route", "-", "-o", "-", *AT, stdin=text)
        assert [json.loads(line) | {"row": 0} for line in again.stdout.splitlines()] == [
            line | {"row": 0} for line in lines
        ]
    assert not list(folder.glob("*.db"))


@pytest.mark.parametrize(
    ("leads", "said"),
    [
        (b"1,Germany,5000\n2,Austria,12\n", "no column named after a field"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a picture, not a table"),
        (b"\x7fELF\2\1\1" + bytes(20), "is not text"),
        ("id,country\n1,Österreich\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_leads_that_can_not_be_read_leave_the_old_file(
    folder: Path, leads: bytes, said: str
) -> None:
    (folder / "out.csv").write_text("the last run's")
    (folder / "leads.csv").write_bytes(leads)
    assert said in refused(turnout(*COMMANDS["route"]))
    assert (folder / "out.csv").read_text() == "the last run's"
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    "leads",
    [
        b"\xef\xbb\xbf" + LEADS.encode(),
        LEADS.replace(",", ";").encode(),
        LEADS.replace(",", "\t").replace("\n", "\r\n").encode(),
        LEADS.encode("utf-16"),
    ],
    ids=["byte-order mark", "semicolons", "tabs", "utf-16"],
)
def test_tables_of_every_origin_are_routed_alike(folder: Path, leads: bytes) -> None:
    expected = turnout("route", "inbound.route", "leads.csv", *AT).stdout
    (folder / "other.csv").write_bytes(leads)
    assert turnout("route", "inbound.route", "other.csv", *AT).stdout == expected


def test_a_table_of_100_000_columns_is_routed(folder: Path) -> None:
    more = ",".join(f"c{number}" for number in range(100_000))
    (folder / "leads.csv").write_text(f"id,country,{more}\n1,DE,{'x,' * 99_999}x\n")
    (line,) = turnout("route", "inbound.route", "leads.csv").stdout.splitlines()
    assert json.loads(line)["rule"] == "rest"


def test_rows_that_are_no_leads_take_the_fallback_with_their_row(folder: Path) -> None:
    odd: list[object] = [
        None,
        5,
        [],
        {"id": None, "country": None},
        {"id": "x", "country": {"a": [{}]}},
    ]
    (folder / "leads.json").write_text(json.dumps(odd))
    result = turnout("route", "inbound.route", "leads.json")
    decisions = [json.loads(line) for line in result.stdout.splitlines()]
    assert [decision["row"] for decision in decisions] == [1, 2, 3, 4, 5]
    assert {decision["by"] for decision in decisions} == {"fallback of route inbound"}
    assert decisions[4]["issues"][0]["reason"] == "an object, not a country"


def test_the_same_id_with_other_content_keeps_its_decision() -> None:
    rows = "id,country,employees\n1,DE,5000\n1,DE,5000\n1,FR,1\n"
    result = turnout("route", "inbound.route", "-", stdin=rows)
    first, again, changed = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["repeated"], again["repeated"], changed["repeated"]) == (False, True, True)
    assert first["assignee"] == again["assignee"] == changed["assignee"] == "ana"
    assert again["issues"] == []
    assert "has changed" in changed["issues"][0]["reason"]


def test_a_state_goes_on_where_it_stopped(folder: Path) -> None:
    arguments = ("route", "inbound.route", "-", "--state", "state.db", *AT)
    names: list[str] = []
    for number in range(6):
        row = f"id,country,employees\nL{number},DE,5000\n"
        names.append(json.loads(turnout(*arguments, stdin=row).stdout)["assignee"])
    assert sorted(names) == ["ana"] * 4 + ["ben"] * 2
    again = json.loads(turnout(*arguments, stdin="id,country\nL0,\n").stdout)
    assert (again["repeated"], again["assignee"]) == (True, names[0])
    assert (folder / "state.db").stat().st_size


def test_a_state_that_is_no_state_is_refused_and_kept(folder: Path) -> None:
    state = folder / "state.db"
    state.write_text("my notes\n" * 100)
    said = refused(turnout(*COMMANDS["route"], "--state", "state.db"))
    assert "state.db" in said
    assert state.read_text() == "my notes\n" * 100
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize("time", ["tomorrow", "2026-13-01", ""])
def test_a_time_that_is_none_is_wrong_use(time: str) -> None:
    assert "is not a time" in turnout(*COMMANDS["route"], "--at", time).stderr


# -- explain --


def test_explain_says_what_turned_the_lead_away() -> None:
    lead = '{"id": "9", "country": "Germany", "employees": "12"}'
    text = turnout("explain", "inbound.route", lead).stdout
    assert "queue triage" in text
    assert "large" in text
    assert "employees >= 1000" in text
    data = json.loads(turnout("explain", "inbound.route", lead, "--format", "json").stdout)
    assert data["decision"]["rule"] == "rest"
    assert data["tried"][0]["clause"] == "large"
    assert data["values"] == {"id": '"9"', "country": "DE", "employees": "12"}


def test_explain_finds_a_lead_of_a_file() -> None:
    for choice in (("--id", "1"), ("--row", "2")):
        assert turnout("explain", "inbound.route", "leads.csv", *choice).exit_code == 0
    assert "choose one" in refused(turnout("explain", "inbound.route", "leads.csv"))
    said = refused(turnout("explain", "inbound.route", "leads.csv", "--id", "x"))
    assert "there is no lead x" in said
    assert "no lead" in refused(turnout("explain", "inbound.route", "-", stdin="id\n"))
    assert turnout("explain", "inbound.route", "-", stdin='{"country": "DE"}').exit_code == 0


@pytest.mark.parametrize("lead", ["{", "{'id': 1}", "nothing.json", '{"id": 1e999}' * 2])
def test_a_lead_that_can_not_be_read_is_refused(lead: str) -> None:
    assert "error:" in refused(turnout("explain", "inbound.route", lead))


def test_explain_changes_no_state(folder: Path) -> None:
    turnout("route", "inbound.route", "leads.csv", "--state", "state.db")
    before = (folder / "state.db").read_bytes()
    lead = '{"id": "77", "country": "DE", "employees": 5000}'
    said = [turnout("explain", "inbound.route", lead, "--state", "state.db", *AT) for _ in "12"]
    assert said[0].exit_code == 0
    assert said[0].stdout == said[1].stdout
    assert (folder / "state.db").read_bytes() == before


# -- run --


def test_run_leaves_everything_in_one_folder_and_can_be_repeated(folder: Path) -> None:
    first = turnout(*COMMANDS["run"])
    assert first.exit_code == 0
    left = {path.name for path in (folder / "out").iterdir()}
    assert left == {
        "decisions.csv",
        "decisions.jsonl",
        "tree.svg",
        "tree.dot",
        "tree.json",
        "state.db",
    }
    assert all(name in first.stdout for name in left)
    assert "4 leads routed before" in turnout(*COMMANDS["run"]).stdout


def test_run_into_a_file_is_wrong_use(folder: Path) -> None:
    (folder / "out").write_text("a file")
    assert turnout(*COMMANDS["run"]).exit_code == 2
    assert (folder / "out").read_text() == "a file"


# -- the same bytes, whatever the seed of hashes --


def test_output_does_not_depend_on_the_seed_of_hashes(folder: Path) -> None:
    (folder / "inbound.route").write_text(
        INBOUND.replace("fallback to queue later", "")
        + "territory Alps = country in [CH, AT, IT]\nsegment Odd = employees in [1, 3, 5]\n"
    )
    seen: set[tuple[bytes, ...]] = set()
    for seed in ("0", "1", "4242"):
        found = process("check", "inbound.route", PYTHONHASHSEED=seed)
        assert found.returncode == 1
        (folder / "fit.route").write_text(INBOUND)
        seen.add(
            (
                found.stdout,
                process("compile", "fit.route", PYTHONHASHSEED=seed).stdout,
                process(
                    "diagram", "fit.route", "-o", "-", "--format", "dot", PYTHONHASHSEED=seed
                ).stdout,
                process("route", "fit.route", "leads.csv", *AT, PYTHONHASHSEED=seed).stdout,
            )
        )
    assert len(seen) == 1
    assert all(min(seen))


@pytest.mark.parametrize("name", ["compile", "diagram", "route"])
def test_an_output_in_no_folder_is_named_as_it_was_given(name: str) -> None:
    arguments = [*COMMANDS[name], "-o", "nowhere/out.svg"]
    arguments = arguments if name != "route" else [*arguments, "--format", "csv"]
    assert "error: nowhere/out.svg: No such file or directory" in refused(turnout(*arguments))
