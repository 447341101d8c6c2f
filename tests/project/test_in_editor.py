# ruff: noqa: ANN401 - Playwright may not be installed, and then has no types
r"""The extension in the real editor: code-server, which is VS Code, in a headless Chromium.

It takes minutes, and code-server is large, so this runs only where `TURNOUT_CODE_SERVER` names
its command and `TURNOUT_VSIX` the packed extension:

    npm install code-server
    TURNOUT_CODE_SERVER=node_modules/.bin/code-server TURNOUT_VSIX=turnout-0.1.0.vsix \
        python -m pytest tests/project/test_in_editor.py

Pictures of what was seen lie in the folder that `TURNOUT_PICTURES` names, if it does.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, which
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.browsing import launched
from tests.support.sources import ROOT

SERVER, VSIX = os.environ.get("TURNOUT_CODE_SERVER"), os.environ.get("TURNOUT_VSIX")
PICTURES = os.environ.get("TURNOUT_PICTURES")
GIT = which("git")
WRONG = "  expect queue triage"
"""An expectation that doesn't hold, the first of its wording."""

PATIENCE = 180_000
"""Milliseconds that the editor has for each step: its machine may be busy."""

pytestmark = pytest.mark.skipif(
    not (SERVER and VSIX), reason="TURNOUT_CODE_SERVER and TURNOUT_VSIX name no editor"
)
SETTINGS = {
    "chat.disableAIFeatures": True,
    "files.autoSave": "off",
    "security.workspace.trust.startupPrompt": "never",
    "telemetry.telemetryLevel": "off",
    "terminal.integrated.gpuAcceleration": "off",  # its text is to be read
    "window.commandCenter": False,
    "workbench.colorTheme": "Default Light Modern",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an example, and an environment with the `turnout` of these tests."""
    folder = tmp_path_factory.mktemp("editor") / "inbound"
    copytree(ROOT / "examples/saas-inbound", folder)
    scripts = folder / ".venv/bin"
    scripts.mkdir(parents=True)
    command = scripts / "turnout"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m turnout "$@"\n', "utf-8")
    command.chmod(0o755)
    text = (folder / "tests.route").read_text("utf-8")
    wrong = text.replace("expect queue privacy", "expect queue triage", 1)
    (folder / "tests.route").write_text(wrong, "utf-8")
    return folder


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str, None, None]:
    """Return where the editor is, with the extension installed."""
    with _started(tmp_path_factory.mktemp("data"), ["--disable-workspace-trust"]) as where:
        yield where


@pytest.fixture(scope="module")
def distrustful(tmp_path_factory: pytest.TempPathFactory) -> Generator[str, None, None]:
    """Return where an editor is that trusts no folder before it is told to."""
    with _started(tmp_path_factory.mktemp("distrustful"), []) as where:
        yield where


@contextmanager
def _started(data: Path, options: list[str]) -> Generator[str, None, None]:
    (data / "User").mkdir()
    (data / "User/settings.json").write_text(json.dumps(SETTINGS), "utf-8")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    common = [str(SERVER), "--user-data-dir", str(data), "--extensions-dir", str(data / "all")]
    subprocess.run([*common, "--install-extension", str(VSIX)], check=True, capture_output=True)
    where = f"127.0.0.1:{port}"
    quiet = ["--auth", "none", "--disable-telemetry", "--disable-update-check"]
    with subprocess.Popen(
        [*common, *quiet, *options, "--bind-addr", where],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as started:
        try:
            _wait(lambda: _answers(port), "the editor answers")
            yield where
        finally:
            started.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _wait(holds: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.3)
    raise AssertionError(what)


class Editor:
    """The editor with a file in front. page: what drives it."""

    def __init__(
        self, browser: Any, address: str, folder: Path, name: str, *, is_trusted: bool = True
    ) -> None:
        self.page = browser.new_page(viewport={"width": 1400, "height": 900})
        self.page.set_default_timeout(PATIENCE)
        opened = json.dumps([["openFile", f"vscode-remote://{address}{folder}/{name}"]])
        self.page.goto(f"http://{address}/?folder={folder}&payload={quote(opened)}")
        if not is_trusted:
            self.page.locator(".view-line", has_text="route").first.wait_for()
            return
        # The button is there once the extension is.
        self.page.locator("a[aria-label*='Diagram beside the text']").first.wait_for()
        self.page.locator(".codelens-decoration a").first.wait_for(state="attached")

    def command(self, title: str, of: str = "Turnout") -> None:
        self.page.keyboard.press("F1")
        self.page.locator(".quick-input-widget input").first.fill(f">{of}: {title}")
        self.page.locator(".quick-input-list .monaco-list-row", has_text=title).first.click()

    def go(self, place: str) -> None:
        self.page.keyboard.press("Control+g")
        self.page.locator(".quick-input-widget input").first.fill(f":{place}")
        self.page.keyboard.press("Enter")
        self.page.locator(".quick-input-widget").wait_for(state="hidden")

    def panel(self, marker: str) -> Any:
        """Return the frame of a panel, by an element that only it has."""

        def found() -> Any:
            for each in self.page.frames:
                if not each.is_detached() and each.locator(marker).count():
                    return each
            return None

        return _wait(found, marker)

    def terminal(self, *texts: str) -> str:
        """Return what stands in the terminal in front, once it has these texts."""

        def found() -> str | None:
            # Terminals of the pages before may be shown again beside the new one.
            for each in self.page.locator(".xterm-rows").all_inner_texts():
                said = str(each).replace("\xa0", " ")
                if all(text in said for text in texts):
                    return said
            return None

        return str(_wait(found, f"the terminal says {texts}"))

    def picture(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_findings_with_fixes_and_completion(address: str, workspace: Path) -> None:
    with launched() as browser:
        one = Editor(browser, address, workspace, "inbound.route")
        one.go("259:24")
        one.page.keyboard.type("x")
        one.page.locator(".squiggly-error").first.wait_for()
        one.page.keyboard.press("Control+.")
        fix = one.page.locator(".action-widget", has_text="write `Enterprise`")
        fix.wait_for()
        one.picture("diagnostic-with-fix")
        one.page.keyboard.press("Enter")
        one.page.locator(".squiggly-error").first.wait_for(state="detached")
        one.go("260:34")
        one.page.keyboard.press("Enter")
        one.page.keyboard.type("else round-robin ")
        one.page.keyboard.press("Control+Space")
        one.page.locator(".suggest-widget .monaco-list-row", has_text="dach-sdr").wait_for()
        one.picture("completion")
        one.page.keyboard.press("Escape")
        one.command("Revert File", of="File")  # else the editor keeps it for the next test
        one.page.locator(".squiggly-error").first.wait_for(state="detached")


def test_the_diagram_and_a_lead_on_its_way(address: str, workspace: Path) -> None:
    with launched() as browser:
        one = Editor(browser, address, workspace, "inbound.route")
        one.command("Diagram beside the text")
        diagram = one.panel("#picture svg")
        diagram.locator("#picture a", has_text="dach-enterprise").first.click()
        one.page.locator(".view-line", has_text="rule dach-enterprise").wait_for()
        diagram.locator("#picture a.here", has_text="dach-enterprise").first.wait_for()
        one.picture("diagram-beside-the-text")
        one.go("262:29")
        one.page.keyboard.type(" now")
        diagram.locator("#picture a", has_text="Call back now").first.wait_for()
        one.command("Try a lead")
        form = one.panel("#lead input[name=country]")
        for name, value in (("id", "L-1"), ("email", "kim@firm.example"), ("employees", "5k")):
            form.fill(f"input[name={name}]", value)
        form.fill("input[name=country]", "Germany")
        form.fill("#moment", "2026-11-23T10:00")  # a Monday: whoever gets it is at work
        form.click("button[type=submit]")
        form.locator("#text", has_text="rule dach-enterprise").wait_for()
        assert "\x1b" not in form.inner_text("#text")
        one.picture("try-a-lead")
        form.click("#way")
        diagram.locator("#said", has_text="lead L-1 goes to").wait_for()
        one.picture("way-of-the-lead")
        one.page.locator(".tab", has_text="inbound.route").first.click()
        one.command("Revert File", of="File")


def test_the_test_explorer_runs_the_tests(address: str, workspace: Path) -> None:
    with launched() as browser:
        one = Editor(browser, address, workspace, "tests.route")
        one.command("Run All Tests", of="Test")
        lines = (workspace / "tests.route").read_text("utf-8").splitlines()
        one.go(str(1 + lines.index(WRONG)))  # what isn't so is said at its line
        one.page.locator(".testing-run-glyph.codicon-testing-failed-icon").first.wait_for()
        one.page.locator(".test-output-peek-tree", has_text="not so").first.wait_for()
        one.command("Focus on Test Explorer View", of="Testing")
        one.page.locator(".test-explorer .result-summary", has_text="35/36").wait_for()
        one.picture("test-explorer")


def test_a_workspace_that_is_not_trusted_runs_nothing(
    distrustful: str, workspace: Path, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    folder = tmp_path / "foreign"
    copytree(workspace, folder)
    command = folder / ".venv/bin/turnout"
    command.write_text(
        f'#!/bin/sh\ntouch "{ran}"\nexec "{sys.executable}" -m turnout "$@"\n', "utf-8"
    )
    with launched() as browser:
        one = Editor(browser, distrustful, folder, "people.route", is_trusted=False)
        one.page.locator(".statusbar-item", has_text="Restricted Mode").wait_for()
        _wait(lambda: len(_colours(one)) > 2, "the words have colours")
        one.page.wait_for_timeout(3_000)
        one.picture("not-trusted")
        assert not ran.exists()
        one.command("Manage Workspace Trust", of="Workspaces")
        one.page.locator(".workspace-trust-buttons-row a", has_text="Trust").first.click()
        _wait(ran.exists, "the server is started once the folder is trusted")


def _colours(one: Editor) -> set[str]:
    spans = one.page.locator(".view-line span span")
    return set(spans.evaluate_all("all => all.map(each => each.className)"))


def test_the_commands_run_as_tasks_and_report_problems(address: str, workspace: Path) -> None:
    main = workspace / "inbound.route"
    text = main.read_text("utf-8")
    main.write_text(text.replace("when Enterprise\n", "when Enterprisy\n", 1), "utf-8")
    try:
        with launched() as browser:
            one = Editor(browser, address, workspace, "inbound.route")
            one.command("Check this policy")
            terminal = one.page.locator(".terminal-tab, .terminal-outer-container").first
            terminal.wait_for()
            one.command("Focus on Problems View", of="Problems")
            rows = one.page.locator(".markers-panel .monaco-list-row", has_text="Enterprisy")
            rows.first.wait_for()
            one.picture("check-as-a-task")
    finally:
        main.write_text(text, "utf-8")


def test_the_difference_to_head_is_told_in_a_terminal(address: str, workspace: Path) -> None:
    main = workspace / "inbound.route"
    text = main.read_text("utf-8")
    for words in (
        ["init", "-q"],
        ["add", "*.route", "*.csv"],
        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "as it is"],
    ):
        subprocess.run([str(GIT), "-C", str(workspace), *words], check=True)
    main.write_text(text.replace("when Enterprise\n", "when MidMarket\n", 1), "utf-8")
    assert main.read_text("utf-8") != text
    try:
        with launched() as browser:
            one = Editor(browser, address, workspace, "inbound.route")
            one.command("Whose decision changes since HEAD")
            one.terminal("beyond --allow none")
            one.picture("difference-to-head")
    finally:
        main.write_text(text, "utf-8")


def test_a_file_of_leads_is_simulated_in_a_terminal(address: str, workspace: Path) -> None:
    with launched() as browser:
        one = Editor(browser, address, workspace, "inbound.route")
        one.command("Simulate with a file of leads")
        asked = one.page.locator(".quick-input-widget input").first
        asked.wait_for()
        asked.fill(str(workspace / "leads.csv"))
        one.page.wait_for_timeout(3_000)  # the dialog looks for what is written, too
        one.page.keyboard.press("Enter")
        one.terminal("such as")
        one.picture("simulate")


def test_where_there_is_no_turnout_it_is_said_and_nothing_is_installed(
    address: str, tmp_path: Path
) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "a.route").write_text("route r { fallback to queue q }\n", "utf-8")
    with launched() as browser:
        one = Editor(browser, address, folder, "a.route", is_trusted=False)
        said = one.page.locator(".notification-list-item", has_text="pip install turnout")
        said.first.wait_for()
        assert "There is no turnout in this workspace" in said.first.inner_text()
        one.picture("no-server")
        assert [each.name for each in folder.iterdir()] == ["a.route"]
