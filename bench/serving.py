"""A service beside a bare handler of Starlette that inserts one row in the same kind of database.

    python bench/serving.py [SECONDS]

Each is a process of its own under uvicorn; clients are connections of this process, which says
what it sends before it measures. Printed are requests a second with 32 clients, and the slowest
hundredth at half of that; the same of `/decide` beside a handler that answers a constant; and
how long requests waited at most while a policy of 2,000 rules was changed under load.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
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

    def __init__(self, port: int, path: str, rate: float | None = None) -> None:
        self.port, self.path, self.rate = port, path, rate
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
            body = json.dumps({"id": f"{prefix}-{number}", "country": "DE", "size": 5}).encode()
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
async def started(command: list[str]) -> AsyncIterator[tuple[int, int]]:
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
    """Return the processor time that a process has used, in seconds."""
    cells = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


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


async def main(seconds: float) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE, "utf-8")
        (folder / "short.route").write_text(POLICY, "utf-8")

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
    asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else 4.0))
