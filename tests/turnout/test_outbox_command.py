"""`turnout outbox`: told as a configuration has it, and what did not arrive is shown."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.command_line import surroundings, turnout
from tests.support.receivers import Request, Response, web_service

POLICY = """policy told
lead { id: text required }
person ana
queue triage
route inbound { fallback to queue triage }
"""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the standard's own example


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("CRM_SECRET", SECRET)
    (tmp_path / "told.route").write_text(POLICY, "utf-8")
    return tmp_path


def configured(folder: Path, url: str, more: str = "private = true\n") -> None:
    table = f'[announce.crm]\nurl = "{url}"\nsecret = "env:CRM_SECRET"\n{more}'
    (folder / "turnout.toml").write_text(table, "utf-8")


def routed(*leads: str) -> None:
    lines = "".join(f'{{"id": "{lead}"}}\n' for lead in leads)
    done = turnout("route", "told.route", "-", "--state", "told.db", stdin=lines)
    assert done.exit_code == 0, done.output


def test_commands_tell_what_they_did(folder: Path) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return 204, {}

    with web_service(answer) as url:
        configured(folder, url)
        routed("L-1")
        for words in (
            ("touch", "told.route", "L-1"),
            ("close", "told.route", "L-1", "--by", "ana"),
            ("away", "told.route", "ana"),
            ("back", "told.route", "ana"),
        ):
            done = turnout(*words, "--state", "told.db")
            assert done.exit_code == 0, done.output
        listed = turnout("outbox", "list", "told.db")
        assert listed.output == "crm  due         5\n"
        done = turnout("outbox", "deliver", "told.db")
        assert (done.exit_code, done.output) == (0, "delivered 5 events\n")
        again = turnout("outbox", "deliver", "told.db")
        assert again.output == "delivered 0 events\n"
    told = [json.loads(each.body) for each in asked]
    assert [each["type"] for each in told if each.get("subject")] == [
        "turnout.lead.routed",
        "turnout.lead.contacted",
        "turnout.lead.closed",
    ]
    assert {each["type"] for each in told if "subject" not in each} == {
        "turnout.away",
        "turnout.back",
    }


def test_what_fails_is_told_and_can_be_sent_again(folder: Path) -> None:
    answers = [410, 204, 204]
    with web_service(lambda _: (answers.pop(0), {})) as url:
        configured(folder, url)
        routed("L-1")
        failed = turnout("outbox", "deliver", "told.db", "--format", "json")
        assert failed.exit_code == 2
        assert "crm wants nothing any more" in failed.stderr
        (attempt,) = json.loads(failed.stdout)["attempts"]
        assert (attempt["outcome"], attempt["reason"]) == ("ended", "HTTP 410")
        shown = turnout("outbox", "list", "told.db", "--state", "gone").output
        assert shown == "1 crm: routed lead L-1 (event 1)\n    gone, tried once: HTTP 410\n"
        odd = turnout("outbox", "retry", "told.db", "7")
        assert (odd.exit_code, "no dead delivery has the number 7" in odd.stderr) == (2, True)
        assert turnout("outbox", "retry", "told.db").output == "1 event due again\n"
        assert turnout("outbox", "deliver", "told.db").output == "delivered 1 event\n"
        assert "it arrived at crm in" in turnout("outbox", "try", "crm").output
    rows = json.loads(
        turnout("outbox", "list", "told.db", "--state", "done", "--format", "json").output
    )
    assert rows["rows"][0]["body"]["lead"] == "L-1"


def test_what_can_not_be_sent_is_told_before_anything_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routed("L-1")
    nobody = turnout("outbox", "deliver", "told.db")
    assert (nobody.exit_code, "nobody is to be told" in nobody.stderr) == (2, True)
    configured(folder, "https://crm.example.com/hook", "")
    for value, told in (("", "the environment has no CRM_SECRET"), ("abc", "a secret of webhooks")):
        monkeypatch.setenv("CRM_SECRET", value)
        done = turnout("outbox", "deliver", "told.db")
        assert (done.exit_code, told in done.stderr) == (2, True), done.stderr
    odd = turnout("outbox", "deliver", "told.db", "--endpoint", "cmr")
    assert "there is no endpoint cmr" in odd.stderr
    assert "there is no state" in turnout("outbox", "list", "none.db").stderr


def test_who_watches_is_stopped_or_killed_and_nothing_is_lost(folder: Path) -> None:
    heard: list[str] = []
    arrived, goes_on = threading.Event(), threading.Event()

    def answer(request: Request) -> Response:
        heard.append(request.headers["webhook-id"])
        arrived.set()
        if len(heard) == 1:
            goes_on.wait(20)  # until the one who told it is dead
        return 204, {}

    with web_service(answer) as url:
        configured(folder, url)
        routed("L-1")
        watching = [sys.executable, "-m", "turnout", "outbox", "deliver", "told.db", "--watch"]
        environment = surroundings({"CRM_SECRET": SECRET})
        killed = subprocess.Popen(watching, env=environment)
        assert arrived.wait(20)
        killed.kill()
        killed.wait()
        goes_on.set()
        assert "crm  due         1" in turnout("outbox", "list", "told.db").output
        arrived.clear()
        assert turnout("outbox", "list", "told.db", "--state", "due").output.count("tried once")
        routed("L-2")
        stopped = subprocess.Popen(watching, env=environment)
        assert arrived.wait(20)
        os.kill(stopped.pid, signal.SIGTERM)
        assert stopped.wait(20) == 0
    counts = json.loads(turnout("outbox", "list", "told.db", "--format", "json").output)["counts"]
    assert {(each["state"], each["count"]) for each in counts} == {("due", 1), ("done", 1)}
    assert len(set(heard)) == 2


def test_no_command_needs_an_extra_before_it_is_used() -> None:
    """Each is imported where no extra is installed: it has to say so, or to do without."""
    packages = (
        *(
            "duckdb",
            "holidays",
            "htpy",
            "httpcore",
            "joserfc",
            "markupsafe",
            "numpy",
            "phonenumbers",
        ),
        *("prometheus_client", "psycopg", "pyarrow", "pysat", "pyspark", "python_calamine", "re2"),
        *("resvg_py", "ruamel", "sqlglot", "starlette", "uvicorn"),
    )
    code = (
        "import sys; from importlib import import_module\n"
        "from turnout.cli import COMMANDS, MODULES\n"
        f"sys.modules.update(dict.fromkeys({packages!r}))\n"
        "for name in COMMANDS: import_module('turnout.commands.' + MODULES.get(name, name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
