"""`turnout reroute --plan-moves`: who would have which lead, in batches that a kill can't spoil."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tests.support import sparks
from turnout.cli import cli
from turnout.runtime.columns import routing
from turnout.trials import move_journal, repeated_ids

AT = "2026-11-23T10:00+00:00"
POLICY = """
lead { id: text id required  country: country  seats: integer 0..  rep: person from column "owner" }
person ana { email "ana@firm.example" }
person ben
person cleo { away 2026-11-20..2026-11-30 }
person dan { inactive }
person eve { serves country [FR] }
person fay { serves country [DE] }
team dach { ana weight 2, ben, cleo, dan }
team west { eve, fay }
queue triage
partner agency { cap 1 per day }
route inbound {
  rule large { when seats >= 1000 to partner agency else person ana }
  rule spam { when seats is 0 to reject "spam" }
  rule dach { when country in [DE, AT, CH] to round-robin dach }
  rule west { when country in [FR, ES] to round-robin west matching country else owner rep }
  fallback to queue triage
}
"""
HEADER = ["id", "from", "to", "rule", "why"]


def files(folder: Path, leads: Sequence[Sequence[object]]) -> tuple[str, str]:
    (folder / "p.route").write_text(POLICY)
    with (folder / "leads.csv").open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "country", "seats", "Owner"])
        rows.writerows(leads)
    return str(folder / "p.route"), str(folder / "leads.csv")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["reroute", *map(str, arguments)])


def planned(folder: Path, leads: Sequence[Sequence[object]], *more: str) -> list[list[str]]:
    """Return the moves of some leads."""
    policy, file = files(folder, leads)
    asked = ("--owner-column", "owner", "--at", AT, *more)
    result = run(policy, file, "--plan-moves", folder / "moves", *asked)
    assert result.exit_code == 0, result.output
    return moves_in(folder / "moves")


def moves_in(folder: Path) -> list[list[str]]:
    found: list[list[str]] = []
    for batch in sorted(folder.glob("moves-*.csv")):
        with batch.open(newline="", encoding="utf-8") as stream:
            header, *rows = csv.reader(stream)
        assert header == HEADER
        found += rows
    return found


def test_only_leads_that_somebody_else_should_have_move(tmp_path: Path) -> None:
    assert planned(
        tmp_path,
        [
            ("1", "DE", "5", "ben"),  # of the team
            ("2", "DE", "5", "Ana@Firm.example"),  # of the team, by address
            ("3", "DE", "5", "cleo"),  # on holiday, and keeps hers
            ("4", "DE", "5", "dan"),  # left
            ("5", "DE", "5", "eve"),
            ("6", "DE", "5", ""),
            ("7", "DE", "5", "Zoe"),
            ("8", "PL", "5", "triage"),
            ("9", "PL", "5", "ana"),
            ("10", "DE", "0", "eve"),  # rejected: nobody gets it
        ],
    ) == [
        ["4", "dan", "ana", "rule dach", "dan isn't in team dach"],
        ["5", "eve", "ben", "rule dach", "eve isn't in team dach"],
        ["6", "", "ana", "rule dach", "nobody has it"],
        ["7", "Zoe", "ana", "rule dach", "the policy doesn't know its owner"],
        ["9", "ana", "triage", "fallback of route inbound", "it is for queue triage"],
    ]


def test_what_depends_on_the_lead_and_on_those_before_it_is_asked_in_order(tmp_path: Path) -> None:
    assert planned(
        tmp_path,
        [
            ("1", "FR", "5", "eve"),
            ("2", "FR", "5", "fay"),  # of the team, and serves other countries
            ("3", "ES", "5", "ben"),  # nobody of the team serves it: its own field says who
            ("4", "DE", "2000", "ben"),
            ("5", "DE", "2000", "ben"),  # the agency has had one today
            ("6", "DE", "2000", "agency"),
            ("7", "DE", "2000", "ana"),
        ],
    ) == [
        ["2", "fay", "eve", "rule west", "fay isn't in team west"],
        ["4", "ben", "agency", "rule large", "it is for partner agency"],
        ["5", "ben", "ana", "rule large", "it is for person ana"],
    ]


def test_leads_that_no_update_can_name_are_counted(tmp_path: Path) -> None:
    leads = [("1", "DE", "5", "eve"), ("", "DE", "5", "eve"), ("1", "DE", "5", "eve")]
    found = planned(tmp_path, leads, "--format", "json")
    assert [row[0] for row in found] == ["1"]
    again = run(
        *files(tmp_path, leads),
        *("--plan-moves", tmp_path / "moves", "--owner-column", "owner", "--format", "json"),
    )
    data = json.loads(again.output)
    assert data == {
        "format": "turnout-planned-moves",
        "version": 1,
        "route": "inbound",
        "at": AT.replace("10:00+", "10:00:00+"),
        "folder": str(tmp_path / "moves"),
        "batches": 1,
        "leads": 3,
        "moves": 1,
        "nobody": 0,
        "unknown": 0,
        "unplaced": 0,
        "without_id": 1,
        "repeated": 1,
        "rules": [{"by": "rule dach", "moves": 1}],
    }


def many(number: int) -> list[tuple[str, str, str, str]]:
    chosen = random.Random(7)  # noqa: S311 - the same each time
    owners = ["ana", "ben", "eve", "Zoe", "", "triage"]
    return [
        (
            f"L-{chosen.randrange(number)}",
            chosen.choice(["DE", "FR", "PL", "?"]),
            str(chosen.choice([0, 5, 5000])),
            chosen.choice(owners),
        )
        for _ in range(number)
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted(folder.glob("moves-*"))}


def test_chunks_and_batches_of_any_size_have_the_same_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = planned(tmp_path, many(300), "--batch", "1000")
    assert len(whole) > 50
    monkeypatch.setattr(routing, "ROUTED", 7)
    (tmp_path / "other").mkdir()
    parts = planned(tmp_path / "other", many(300), "--batch", "10")
    assert parts == whole
    sizes = [
        len(each.read_text().splitlines()) - 1
        for each in sorted((tmp_path / "other" / "moves").glob("*.csv"))
    ]
    assert set(sizes[:-1]) == {10}
    assert 0 < sizes[-1] <= 10


def test_columns_of_a_file_have_the_moves_of_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Parquet file is planned as columns, behind what is done; rows without an id are told."""
    rows = [*many(300)[:150], ("", "DE", "5", "eve"), *many(300)[150:]]
    whole = planned(tmp_path, rows, "--batch", "10")
    policy, _ = files(tmp_path, rows)
    columns = zip(("id", "country", "seats", "Owner"), zip(*rows, strict=True), strict=True)
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns})
    pq.write_table(table, tmp_path / "leads.parquet", row_group_size=70)
    monkeypatch.setattr(routing, "ROUTED", 11)
    leads, folder = str(tmp_path / "leads.parquet"), str(tmp_path / "columns")
    asked = ("--owner-column", "owner", "--at", AT, "--batch", "10", "--format", "json")
    arguments = (policy, leads, "--plan-moves", folder, *asked)
    calls, true = 0, move_journal.MoveFolder.check

    def stops(*given: object, is_done: bool = False) -> None:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise OSError(28, "no space")
        true(*given, is_done=is_done)  # type: ignore[arg-type]

    monkeypatch.setattr(move_journal.MoveFolder, "check", stops)
    results = [run(*arguments)]
    while results[-1].exit_code and len(results) < 20:
        results.append(run(*arguments))
    assert moves_in(tmp_path / "columns") == whole
    assert contents(tmp_path / "columns") == contents(tmp_path / "moves")
    assert len(results) > 2
    assert json.loads(results[-1].stdout)["without_id"] == 1
    os.truncate(leads, 900)
    broken = run(policy, leads, "--plan-moves", tmp_path / "m", *asked)
    assert broken.exit_code == 2
    assert "can't be read as a Parquet file" in " ".join(broken.output.split())


@pytest.mark.parametrize("step", ["checkpoint", "disk", "start", "repeated"])
def test_a_run_that_ends_anywhere_is_gone_on_with(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "ROUTED", 10)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    whole = planned(tmp_path / "one", many(200), "--batch", "9")
    counts = json.loads((tmp_path / "one/moves/journal.jsonl").read_text().splitlines()[-1])
    stopped = 0
    module, ending = {
        "checkpoint": (move_journal, "_add_line"),
        "disk": (move_journal, "_to_disk"),
        "start": (move_journal, "_lock"),
        "repeated": (repeated_ids, "_new"),
    }[step]
    true = getattr(module, ending)
    arguments = (
        *files(tmp_path / "two", many(200)),
        *("--plan-moves", tmp_path / "two/moves", "--owner-column", "owner", "--at", AT),
        *("--batch", "9"),
    )

    def fails(*given: object) -> object:
        nonlocal stopped
        stopped += 1
        if stopped % 4 == 3:
            raise OSError(28, "no space")
        return true(*given)

    monkeypatch.setattr(module, ending, fails)
    for _ in range(100):
        if run(*arguments).exit_code == 0:
            break
        monkeypatch.setattr(module, ending, true if stopped > 50 else fails)
    assert moves_in(tmp_path / "two/moves") == whole
    assert contents(tmp_path / "two/moves") == contents(tmp_path / "one/moves")
    last = json.loads((tmp_path / "two/moves/journal.jsonl").read_text().splitlines()[-1])
    assert last == counts
    kept = {each.name[:6] for each in (tmp_path / "two/moves").iterdir()}
    assert kept == {"moves-", "journa"}


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_processes_have_the_moves_of_one(kind: str, tmp_path: Path) -> None:
    """Columns that no field is read from aren't sent, but for the owner's."""
    leads = [*many(300)[:150], ("", "DE", "5", "eve"), *many(300)[150:]]
    whole = planned(tmp_path, leads, "--names", str(names_in(tmp_path)))
    policy, file = files(tmp_path, leads)
    names = ("id", "country", "seats", "Today's: owner", "x")
    columns = dict(zip(names, [*zip(*leads, strict=True), ["?"] * len(leads)], strict=True))
    if kind == "parquet":
        file = str(tmp_path / "leads.parquet")
        pq.write_table(pa.table({name: [*values] for name, values in columns.items()}), file)
    elif kind == "jsonl":
        file = str(tmp_path / "leads.jsonl")
        rows = (dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))
        Path(file).write_text("\n".join(map(json.dumps, rows)))
    column = "owner" if kind == "csv" else "today's owner"
    asked = ("--owner-column", column, "--at", AT, "--names", tmp_path / "names.csv")
    found = run(policy, file, "--plan-moves", tmp_path / "two", *asked, "--processes", "2")
    assert found.exit_code == 0, found.output
    assert moves_in(tmp_path / "two") == whole


def names_in(folder: Path) -> Path:
    names = folder / "names.csv"
    names.write_text("target,name,label\nperson eve,005E,Eve X\n")
    return names


def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    leads = many(2_000)
    planned(tmp_path / "one", leads, "--batch", "100")
    policy, file = files(tmp_path / "two", leads)
    code = (
        "import sys\nfrom turnout.runtime.columns import routing\nrouting.ROUTED = 50\n"
        "print('ready', flush=True)\nfrom turnout.cli import main\nmain()"
    )
    folder = tmp_path / "two/moves"
    arguments = ["reroute", policy, file, "--plan-moves", str(folder), "--owner-column", "owner"]
    kills, ended = 0, -1
    for number in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", code, *arguments, "--at", AT, "--batch", "100"],
            env=sparks.environment(),
            stdout=subprocess.PIPE,
        )
        begun, wanted = lines_of(folder), 2 + number * 4
        while child.poll() is None and (number == 3 or lines_of(folder) < begun + wanted):
            time.sleep(0.01)
        if child.poll() is None and number < 3:
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
        child.communicate()
        ended = child.returncode
        if ended == 0:
            break
    assert ended == 0
    assert kills > 1
    assert contents(folder) == contents(tmp_path / "one/moves")


def lines_of(folder: Path) -> int:
    journal = folder / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def test_a_folder_of_another_run_is_left_alone(tmp_path: Path) -> None:
    leads = [("1", "DE", "5", "eve")]
    planned(tmp_path, leads)
    policy, file = files(tmp_path, leads)
    asked = ("--plan-moves", tmp_path / "moves", "--owner-column")
    other = run(policy, file, *asked, "country")
    assert other.exit_code == 2
    assert "planned with another owner column" in other.output
    later = run(policy, file, *asked, "owner", "--at", "2027-01-01")
    assert "planned with another moment (--at)" in later.output
    Path(file).write_text("id,country,seats,owner\n2,DE,5,eve\n")
    changed = run(policy, file, *asked, "owner")
    assert "planned with another file of leads" in " ".join(changed.output.split())
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").touch()
    full = run(policy, file, "--plan-moves", tmp_path / "full", "--owner-column", "owner")
    assert "isn't empty, and has no journal" in " ".join(full.output.split())
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "damage",
    [b"{}\n", b"nonsense\n", b"[1]\n", b'{"format":"turnout-move-plan","version":9}\n'],
    ids=["other", "nonsense", "list", "newer"],
)
def test_a_damaged_journal_is_told(damage: bytes, tmp_path: Path) -> None:
    policy, file = files(tmp_path, [("1", "DE", "5", "eve")])
    (tmp_path / "moves").mkdir()
    (tmp_path / "moves/journal.jsonl").write_bytes(damage)
    found = run(policy, file, "--plan-moves", tmp_path / "moves", "--owner-column", "owner")
    assert found.exit_code == 2
    assert "name a new folder" in found.output
    assert "Traceback" not in found.output


def test_a_damaged_checkpoint_and_a_lost_batch_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "ROUTED", 10)
    planned(tmp_path, many(40))
    policy, file = files(tmp_path, many(40))
    asked = ("--plan-moves", tmp_path / "moves", "--owner-column", "owner")
    journal = tmp_path / "moves/journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b'{"leads":-1}\n']))
    assert "is damaged" in " ".join(run(policy, file, *asked).output.split())
    journal.write_bytes(b"".join(lines[:-2]))
    (tmp_path / "moves/moves-00001.csv").unlink()
    assert "is gone or shorter" in " ".join(run(policy, file, *asked).output.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--plan-moves", "m"], "nothing says who has the leads today"),
        (["--plan-moves", "m", "--owner-column", "Onwer"], "did you mean Owner"),
        (["--plan-moves", "m", "--owner-column", "owner", "--all"], "--all is for moving leads"),
        (["--owner-column", "owner"], "--owner-column is for planning moves"),
        (["--all"], "Missing option '--reason'"),
        (["--all", "--reason", "x"], "Missing option '--state'"),
    ],
    ids=["owner", "column", "all", "alone", "reason", "state"],
)
def test_what_doesn_t_go_together_is_told(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = run(*files(tmp_path, [("1", "DE", "5", "eve")]), *arguments)
    assert found.exit_code == 2
    assert said in " ".join(found.output.split())


def test_a_wrong_column_leaves_no_folder(tmp_path: Path) -> None:
    policy, file = files(tmp_path, [("1", "DE", "5", "eve")])
    asked = ("--plan-moves", tmp_path / "moves", "--owner-column")
    assert "did you mean Owner" in " ".join(run(policy, file, *asked, "Onwer").output.split())
    assert not (tmp_path / "moves").exists()
    assert run(policy, file, *asked, "owner").exit_code == 0


def test_leads_come_from_a_file(tmp_path: Path) -> None:
    policy, _ = files(tmp_path, [])
    for leads in ("-", '{"id": "1"}'):
        found = run(policy, leads, "--plan-moves", tmp_path / "m", "--owner-column", "owner")
        assert found.exit_code == 2
        assert "is no file" in found.output


def test_the_summary_says_who_moves_and_who_doesn_t(tmp_path: Path) -> None:
    policy, file = files(
        tmp_path,
        [
            ("1", "DE", "5", "eve"),
            ("2", "DE", "5", ""),
            ("3", "DE", "5", "Zoe"),
            ("4", "?", "0", ""),
        ],
    )
    found = run(policy, file, "--plan-moves", tmp_path / "m", "--owner-column", "owner")
    said = found.output.splitlines()
    assert " ".join(said[:-4]).startswith("3 leads of 4 would change hands: 1 batch in ")
    assert said[-4:] == [
        "  3  rule dach",
        "  of them 1 had nobody before",
        "  of them 1 had somebody whom the policy doesn't know",
        "  1 others stay, since nobody takes them now",
    ]


def test_names_are_those_of_the_table(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("target,name,label\nqueue triage,Triage_Queue,Triage\nperson eve,005E,Eve X\n")
    leads = [("1", "PL", "5", "Eve X"), ("2", "FR", "5", "ana"), ("3", "PL", "5", "Triage_Queue")]
    assert [row[:3] for row in planned(tmp_path, leads, "--names", str(names))] == [
        ["1", "Eve X", "Triage_Queue"],
        ["2", "ana", "005E"],
    ]
