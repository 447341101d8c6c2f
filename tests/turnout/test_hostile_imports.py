"""Files of strangers, given to each source: refused with a cause, in little time and memory."""

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from turnout.cli import cli

SOURCES = ("table", "dmn", "alertmanager", "twilio", "hubspot")
DEEP = "[" * 50_000
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><definitions>&b;</definitions>'
FILES: dict[str, bytes] = {
    "table": b"Country,Owner\nDE,a\n",
    "dmn": (
        b"<definitions><decision name='d'><decisionTable><input><inputExpression><text>x</text>"
        b"</inputExpression></input><output/><rule><inputEntry><text>1</text></inputEntry>"
        b'<outputEntry><text>"a"</text></outputEntry></rule></decisionTable></decision>'
        b"</definitions>"
    ),
    "alertmanager": b"route: {receiver: a}\n",
    "twilio": b'{"task_routing": {"filters": [], "default_filter": {"queue": "a"}}}',
    "hubspot": (b'{"startActionId": "1", "actions": [{"actionId": "1", "actionTypeId": "0-11"}]}'),
    "nothing": b"",
    "a zero": b"\0" * 100,
    "noise": bytes(range(256)) * 8,
    "half a character": "Gr\u00f6\u00dfe".encode("utf-16")[:-1],
    "another encoding": "L\u00e4nder;Owner\nD\u00e4nemark;\u00e4\n".encode("cp1252"),
    "deep JSON": ('{"task_routing": ' + DEEP).encode(),
    "deep XML": ("<a>" * 50_000).encode(),
    "deep YAML": ("route: " + DEEP).encode(),
    "entities": LAUGHS.encode(),
    "an entity from elsewhere": (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><definitions/>'),
    "keys twice": b'{"task_routing": 1, "task_routing": {"filters": []}}',
    "a number without an end": b'{"a": ' + b"9" * 100_000 + b"}",
    "a tag of YAML": b"route: !!python/object/apply:os.system [ls]\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    "a page": b"<!doctype html><html><body>Sign in</body></html>",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("source", SOURCES)
def test_files_of_others_are_refused_with_a_cause(source: str) -> None:
    for name, data in FILES.items():
        Path("given").write_bytes(data)
        result = CliRunner().invoke(cli, ["import", source, "given", "-o", "out", "--force"])
        if name == source:
            assert result.exit_code == 0, (name, result.output)
            continue
        assert result.exit_code == 2, (name, result.output)
        assert result.output.startswith("error: "), (name, result.output)
        assert "this is a bug" not in result.output, (name, result.output)


@pytest.mark.parametrize("source", [each for each in SOURCES if each != "table"])
def test_what_is_too_large_is_refused_before_it_is_read(source: str) -> None:
    with Path("large").open("wb") as file:
        file.truncate(100_000_001)
    result = CliRunner().invoke(cli, ["import", source, "large", "-o", "out"])
    assert (result.exit_code, "bytes" in result.output) == (2, True)


def test_a_workbook_that_unpacks_to_much_more_is_refused() -> None:
    with zipfile.ZipFile("bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    result = CliRunner().invoke(cli, ["import", "table", "bomb.xlsx", "-o", "out"])
    assert result.exit_code == 2
    assert "60,000,000 bytes when it is unpacked" in result.output
    Path("half.xlsx").write_bytes(Path("bomb.xlsx").read_bytes()[:-30])
    assert CliRunner().invoke(cli, ["import", "table", "half.xlsx", "-o", "out"]).exit_code == 2
