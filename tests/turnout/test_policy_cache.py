"""What is kept of policies: it is the policy as it was read, or it doesn't count."""

import os
import pickle
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.command_line import folder, turnout
from turnout.compiler.compiled import compile_policy
from turnout.compiler.plan.making import plan_of
from turnout.dsl.files import NotedFiles
from turnout.dsl.findings import Severity
from turnout.project import policy_cache
from turnout.project.policy_cache import PolicyCache, ReadPolicy, Settings, cache_folder

__all__ = ["folder"]  # the fixture, for this module's tests

PLAIN = Settings({}, None)
POLICY = """
lead { id: text required  zip: code  size: integer  made: date }
queue near
queue far
calendar office { timezone "Europe/Berlin" open mon..fri 09:00-17:00 }
territory here = zip in "zips.csv"
route inbound {
  rule near { when here and made within 30 days to queue near sla 4 hours do tag "hot" }
  rule early from 2020-01-01 { when size in 5..7 and open office to queue near }
  fallback to queue far
}
"""


@pytest.fixture
def cache(tmp_path: Path) -> PolicyCache:
    """Return a cache in a folder of its own."""
    (tmp_path / "cache").mkdir()
    return PolicyCache(tmp_path / "cache")


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """Return the main file of a policy with a table."""
    (tmp_path / "zips.csv").write_text("zip\n10115\n")
    path = tmp_path / "inbound.route"
    path.write_text(POLICY)
    return path


def kept(cache: PolicyCache, main: Path, settings: Settings = PLAIN) -> ReadPolicy:
    """Read a policy and keep it."""
    noted = NotedFiles()
    compiled = compile_policy(main, files=noted)
    assert compiled.is_fit, compiled.findings
    found = ReadPolicy(compiled, plan_of(compiled.program, "inbound", compiled.policy_hash))
    cache.keep(main, None, settings, noted.read, found)
    return found


def entry(cache: PolicyCache) -> Path:
    """Return the only entry."""
    assert cache.folder is not None
    (only,) = cache.folder.iterdir()
    return only


def test_what_is_kept_is_what_was_read(cache: PolicyCache, main: Path) -> None:
    assert cache.recalled(main, None, PLAIN) is None
    found = kept(cache, main)
    recalled = cache.recalled(main, None, PLAIN)
    assert recalled is not None
    assert recalled.plan == found.plan
    assert recalled.compiled.policy == found.compiled.policy
    assert recalled.compiled.program == found.compiled.program
    assert recalled.compiled.policy_hash == found.compiled.policy_hash
    assert recalled.compiled.sources == found.compiled.sources


@pytest.mark.parametrize("name", ["inbound.route", "zips.csv"])
def test_a_file_that_changed_is_read_again(cache: PolicyCache, main: Path, name: str) -> None:
    kept(cache, main)
    file = main.with_name(name)
    before = file.read_text()
    file.write_text(f"{before}\n")
    assert cache.recalled(main, None, PLAIN) is None
    file.unlink()
    assert cache.recalled(main, None, PLAIN) is None
    file.write_text(before)
    assert cache.recalled(main, None, PLAIN) is not None


def test_another_route_severity_program_or_day_is_another_entry(
    cache: PolicyCache, main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(cache, main)
    assert cache.recalled(main, "inbound", PLAIN) is None
    assert cache.recalled(main, None, Settings({"unused-definition": Severity.ERROR}, None)) is None
    assert cache.recalled(main, None, Settings({}, "inbound")) is None
    with monkeypatch.context() as patch:
        patch.setattr(policy_cache, "_program", lambda: "another")
        assert cache.recalled(main, None, PLAIN) is None
    assert cache.recalled(main, None, PLAIN) is not None


def test_a_damaged_entry_does_not_count(cache: PolicyCache, main: Path) -> None:
    kept(cache, main)
    only = entry(cache)
    whole = only.read_bytes()
    places = [0, 3, len(whole) // 3, len(whole) // 2, len(whole) - 2]
    damaged = [whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :] for at in places]
    for content in (*damaged, b"", b"{}\n", b"\x80\x04", whole[:-1], whole + b"."):
        only.write_bytes(content)
        assert cache.recalled(main, None, PLAIN) is None
    only.write_bytes(whole)
    assert cache.recalled(main, None, PLAIN) is not None


class Harm:
    """Whatever reads it as pickle does makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what would be called."""
        return os.mkdir, (str(self.file),)


def test_a_foreign_entry_runs_nothing(cache: PolicyCache, main: Path, tmp_path: Path) -> None:
    kept(cache, main)
    only, harmed = entry(cache), tmp_path / "harmed"
    head, _, body = only.read_bytes().partition(b"\n")
    foreign = pickle.dumps((Harm(harmed), None))
    digest = sha256(body).hexdigest().encode()
    only.write_bytes(head.replace(digest, sha256(foreign).hexdigest().encode()) + b"\n" + foreign)
    assert cache.recalled(main, None, PLAIN) is None
    assert not harmed.exists()


def test_the_cache_is_bounded(
    cache: PolicyCache, main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_cache, "MOST_ENTRIES", 2)
    found = kept(cache, main)
    assert cache.folder is not None
    for number, name in enumerate(("a", "b", "c")):
        os.utime(
            max(cache.folder.iterdir(), key=lambda each: each.stat().st_mtime), (number, number)
        )
        cache.keep(main, name, PLAIN, {}, found)
    assert len(list(cache.folder.iterdir())) == 2
    assert cache.recalled(main, "c", PLAIN) is not None
    monkeypatch.setattr(policy_cache, "_LARGEST", 10)
    cache.keep(main, "d", PLAIN, {}, found)
    assert len(list(cache.folder.iterdir())) == 2


def test_writers_at_once_leave_a_whole_entry(cache: PolicyCache, main: Path) -> None:
    found = kept(cache, main)
    writers = [Thread(target=cache.keep, args=(main, None, PLAIN, {}, found)) for _ in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert entry(cache)
    assert cache.recalled(main, None, PLAIN) is not None


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_folder_that_others_may_write_to_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = cache_folder()
    assert found is not None
    assert found.stat().st_mode & 0o777 == 0o700
    found.chmod(0o777)
    assert cache_folder() is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("")
    assert cache_folder() is None


def test_nothing_that_cannot_be_written_stops_a_run(cache: PolicyCache, main: Path) -> None:
    found = kept(cache, main)
    PolicyCache(main / "no folder").keep(main, None, PLAIN, {}, found)
    assert PolicyCache(main / "no folder").recalled(main, None, PLAIN) is None
    assert PolicyCache(None).recalled(main, None, PLAIN) is None


LEADS = "id,country,employees\nL-1,DE,1200\nL-2,AT,5\nL-3,FR,7\n"


def test_a_command_gives_the_same_from_the_cache_and_reads_nothing_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    at = ("--at", "2026-11-23T10:00")
    route = ("route", "inbound.route", "-", *at)
    anew = turnout(*route, "--no-cache", stdin=LEADS)
    assert anew.exit_code == 0, anew.output
    assert not (folder / "cache").exists()
    first = turnout(*route, stdin=LEADS)
    explain = ("explain", "inbound.route", '{"id": "L-1", "country": "DE"}', *at)
    explained = turnout(*explain)
    with monkeypatch.context() as patch:
        patch.delattr("turnout.compiler.compiled.read_policy")
        second, again = turnout(*route, stdin=LEADS), turnout(*explain)
    assert first.stdout == second.stdout == anew.stdout
    assert explained.stdout == again.stdout
    assert explained.exit_code == again.exit_code == 0
    (folder / "people.route").write_text("")
    assert turnout(*route, stdin=LEADS).exit_code == 1
