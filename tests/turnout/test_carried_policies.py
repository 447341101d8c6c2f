"""Plans in place of policies: `turnout route plan.json`, `explain`, `Router.from_plan`."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

import turnout
from turnout.cli import cli
from turnout.compiler.plan.writing import HASH, canonical, hash_of
from turnout.compiler.written_values import MOST_WEIGHT, value_of
from turnout.dsl.policy import Team

EXAMPLE = Path(__file__).parents[2] / "examples/saas-inbound"
AT = ("--at", "2026-11-23T10:00Z")


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("planned")
    copytree(EXAMPLE, found / "policy")
    run("compile", "--plan", str(found / "policy/inbound.route"), "-o", str(found / "plan.json"))
    return found


def test_leads_are_routed_and_logged_by_the_plan_as_by_the_policy(folder: Path) -> None:
    found: list[list[object]] = []
    for name in ("plan.json", "policy/inbound.route"):
        state, out = folder / f"{Path(name).stem}.db", folder / f"{Path(name).stem}.csv"
        given = (str(folder / name), str(EXAMPLE / "leads.csv"), "--no-cache")
        run("route", *given, "-o", str(out), "--state", str(state), *AT)
        lines = run("log", str(state), "--format", "jsonl").splitlines()
        events = [json.loads(line) | {"recorded_at": ""} for line in lines]
        explained = run("explain", *given, "--row", "3", *AT)
        found.append([out.read_bytes(), events, explained])
    assert found[0] == found[1]
    with_state = run("route", str(folder / "plan.json"), str(EXAMPLE / "leads.csv"), *AT)
    assert with_state == run(
        "route", str(folder / "policy/inbound.route"), str(EXAMPLE / "leads.csv"), *AT
    )


def test_a_router_of_a_plan_has_its_route_and_the_policy_without_files(folder: Path) -> None:
    content = (folder / "plan.json").read_bytes()
    with (
        turnout.Router.from_plan(content) as router,
        turnout.load(folder / "policy/inbound.route") as own,
    ):
        assert router.plan == own.plan
        assert router.compiled.policy.fields == own.compiled.policy.fields
        assert router.compiled.program.routes == own.compiled.program.routes
        assert router.compiled.sources[-1].text == own.compiled.sources[-1].text
        assert len(router.compiled.files) > 3


def test_another_route_than_that_of_the_plan_is_refused(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["route", str(folder / "plan.json"), "-", "--route", "other"])
    assert done.exit_code == 2
    assert "plan of route inbound alone" in " ".join(done.stderr.split())


CARRIED = "policy_values"
CHANGES: list[tuple[str, str, object, str]] = [
    ("", CARRIED, None, "carries no policy"),
    (CARRIED, "shape", "0", "another version"),
    (CARRIED, "files", [], "not that of its `files`"),
    (CARRIED, "policy", "e30=", "policy`: there are no values"),
    (CARRIED, "policy", "?", "no JSON in Base64"),
    (CARRIED, "clauses", 7, "is not a text"),
    ("", "policy", "other", "another policy"),
    ("", "version", 5, "has version 5"),
]


@pytest.mark.parametrize(("inside", "key", "value", "said"), CHANGES)
def test_a_plan_that_does_not_carry_its_own_policy_is_refused(
    folder: Path, inside: str, key: str, value: object, said: str
) -> None:
    plan = json.loads((folder / "plan.json").read_bytes())
    (plan[inside] if inside else plan)[key] = value
    plan.pop(HASH)
    plan[HASH] = hash_of(plan)
    with pytest.raises(turnout.PlanError, match=said):
        turnout.Router.from_plan(canonical(plan).encode())


def test_a_file_that_is_no_plan_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    for name, said in (("plan.json", "this is no plan"), ("none.json", "can't be read")):
        done = CliRunner().invoke(cli, ["route", str(tmp_path / name), "-"])
        assert done.exit_code == 2
        told = "".join(done.stderr.split())
        assert name in told
        assert "".join(said.split()) in told


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "no values"),
        ([["Path", "/etc"]], "no form of a value"),
        ([["Team", 7, [0]]], "names no value before it"),
        ([["tuple"], ["Team", 7, [0], None, None, None, [0]]], "`name` of a Team can't be this"),
        ([["fraction", "1/0"]], "value 0"),
        ([["decimal", "nan"]], "no form"),
        ([["set", [0]]], "names no value before it"),
        ([["map", "a"]], "value 0"),
        ([["tuple", 0.5]], "holds what no value is"),
        ([["given", 0]], "no form of a value"),
        ([["tuple"]], "the last value is no Team"),
        ([["tuple"], *(["tuple", [at], [at]] for at in range(40))], "is too large"),
    ],
)
def test_values_are_what_their_classes_say(rows: object, said: str) -> None:
    assert MOST_WEIGHT < 2**40
    with pytest.raises(ValueError, match=said):
        value_of(rows, Team)
