"""Editors with the settings that the docs have for them: findings come, and names are known.

Each runs without a screen, and only where it is installed: `TURNOUT_NVIM` names a Neovim, by
default the one on the path. Vim is Debian's, with its package `vim-ale`; Emacs has Eglot of
its own from version 29 on, and Debian's package `elpa-eglot` before.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.sources import ROOT
from turnout.compiler.compiled import compile_policy

PAGE = ROOT / "docs/guides/editors.md"
ALE = Path("/usr/share/vim-ale")
VIM = shutil.which("vim")
EMACS = shutil.which("emacs")
NVIM = os.environ.get("TURNOUT_NVIM") or shutil.which("nvim")
LUA = r"""
local function client()
  local list = vim.lsp.get_clients or vim.lsp.get_active_clients
  return list()[1]
end
vim.wait(50000, function() return #vim.diagnostic.get(0) > 0 end, 50)
local found = {}
for _, each in ipairs(vim.diagnostic.get(0)) do
  table.insert(found, { line = each.lnum + 1, code = each.code, message = each.message })
end
local function asked(method, more)
  local params = vim.lsp.util.make_position_params(0, client().offset_encoding)
  local answers = vim.lsp.buf_request_sync(0, method, vim.tbl_extend("force", params, more), 20000)
  for _, each in pairs(answers or {}) do return each.result end
end
vim.fn.cursor(7, 28)
local hover = asked("textDocument/hover", {})
local defined = asked("textDocument/definition", {})
local renamed = asked("textDocument/rename", { newName = "closers" })
vim.fn.writefile({ vim.json and vim.json.encode({
  findings = found,
  hover = hover.contents.value,
  defined = (defined[1] or defined).range.start.line + 1,
  renamed = renamed,
  commented = vim.bo.commentstring,
}) or "" }, os.getenv("TURNOUT_TOLD"))
vim.cmd("qall!")
"""
POLICY = """lead { id: text required, country: country }
person ann
team sellers { ann }
queue triage
route r {
  rule a { when country is Germny to queue triage }
  fallback to round-robin sellers
}
"""


def settings(version: tuple[int, int]) -> str:
    """Return what the page has for a version of Neovim."""
    section = PAGE.read_text("utf-8").split("\n## Neovim\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```lua\n(.*?)```", section, re.DOTALL)
    return str(blocks[0] if version >= (0, 11) else blocks[1])


def told(folder: Path, command: list[str], **more: str) -> Any:  # noqa: ANN401 - JSON
    """Run an editor that finds `turnout` on its path; return what it tells. more: variables."""
    turnout, file = folder / "bin/turnout", folder / "told.json"
    turnout.parent.mkdir()
    turnout.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m turnout "$@"\n', "utf-8")
    turnout.chmod(0o755)
    places = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA", "STATE")}
    path = f"{turnout.parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "TURNOUT_TOLD": str(file), "TERM": "dumb"}
    ran = subprocess.run(
        command,
        env={**os.environ, **places, **own, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert file.exists(), ran.stderr
    return json.loads(file.read_text("utf-8"))


@pytest.mark.skipif(NVIM is None, reason="there is no Neovim")
def test_neovim_with_the_settings_of_the_page(tmp_path: Path) -> None:
    assert NVIM is not None
    said = subprocess.run([NVIM, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = map(int, re.findall(r"v(\d+)\.(\d+)", said)[0])
    policy, script = tmp_path / "policy.route", tmp_path / "asks.lua"
    policy.write_text(POLICY, "utf-8")
    (tmp_path / "init.lua").write_text(settings((major, minor)), "utf-8")
    script.write_text(LUA, "utf-8")
    init = [NVIM, "--headless", "-u", str(tmp_path / "init.lua"), "-i", "NONE", "-n"]
    answers = told(tmp_path, [*init, str(policy), "-c", f"luafile {script}"])
    # Each once: an editor that pulls findings and is pushed them shows them twice.
    shown = sorted((each["line"], each["code"]) for each in answers["findings"])
    found = compile_policy(policy).findings
    assert shown == sorted((each.span.line, each.name) for each in found if each.span)
    assert "team sellers" in answers["hover"]
    assert answers["defined"] == 3
    (edits,) = answers["renamed"]["changes"].values()
    assert sorted(each["range"]["start"]["line"] + 1 for each in edits) == [3, 7]
    assert answers["commented"] == "# %s"


VIM_ASKS = """
let s:waited = 0
while empty(ale#engine#GetLoclist(bufnr(''))) && s:waited < 50000
  sleep 50m
  let s:waited += 50
endwhile
let s:found = []
for s:each in ale#engine#GetLoclist(bufnr(''))
  call add(s:found, [s:each.lnum, s:each.text])
endfor
call writefile([json_encode(s:found)], $TURNOUT_TOLD)
qall!
"""


@pytest.mark.skipif(VIM is None or not ALE.exists(), reason="there is no Vim with ALE")
def test_vim_with_the_settings_of_the_page(tmp_path: Path) -> None:
    section = PAGE.read_text("utf-8").split("\n## Vim\n")[1].split("\n## ")[0]
    (page,) = re.findall(r"```vim\n(.*?)```", section, re.DOTALL)
    policy, script, init = tmp_path / "policy.route", tmp_path / "asks.vim", tmp_path / "vimrc"
    policy.write_text(POLICY, "utf-8")
    init.write_text(f"set rtp^={ALE}\nfiletype plugin on\n{page}", "utf-8")
    script.write_text(VIM_ASKS, "utf-8")
    command = [str(VIM), "-N", "-n", "-i", "NONE", "-u", str(init), str(policy)]
    answers = told(tmp_path, [*command, "-c", f"source {script}"])
    found = compile_policy(policy).findings
    assert sorted(line for line, _ in answers) == sorted(e.span.line for e in found if e.span)


EMACS_ASKS = r"""
(require 'json)
(defun wait-for (holds)
  (let ((end (+ (float-time) 50)))
    (while (and (not (funcall holds)) (< (float-time) end))
      (accept-process-output nil 0.05))))
(defun found ()
  (and eglot--managed-mode (progn (flymake-start) (flymake-diagnostics))))
(run-hooks 'post-command-hook)
(wait-for (lambda () (= (length (found)) (string-to-number (getenv "TURNOUT_FINDINGS")))))
(let ((findings (mapcar (lambda (each) (line-number-at-pos (flymake-diagnostic-beg each))) (found)))
      (commented comment-start)
      (policy (current-buffer))
      (server (eglot--current-server-or-lose)))
  (goto-char (point-min))
  (search-forward "round-robin sel")
  (let* ((hover (jsonrpc-request server :textDocument/hover (eglot--TextDocumentPositionParams)))
         (at (car (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
         (defined (xref-location-line (xref-item-location at))))
    (eglot-rename "closers")
    (let ((text (with-current-buffer policy (buffer-string))))
      (with-temp-file (getenv "TURNOUT_TOLD")
        (insert (json-encode (list :findings (vconcat findings) :commented commented
                                   :hover (plist-get (plist-get hover :contents) :value)
                                   :defined defined :renamed text)))))))
(kill-emacs 0)
"""


@pytest.mark.skipif(EMACS is None, reason="there is no Emacs")
def test_emacs_with_the_settings_of_the_page(tmp_path: Path) -> None:
    has_eglot = [str(EMACS), "--batch", "--eval", "(require 'eglot)"]
    if subprocess.run(has_eglot, capture_output=True, check=False).returncode:
        pytest.skip("this Emacs has no Eglot")
    section = PAGE.read_text("utf-8").split("\n## Emacs\n")[1].split("\n## ")[0]
    (page,) = re.findall(r"```elisp\n(.*?)```", section, re.DOTALL)
    policy, script, init = tmp_path / "policy.route", tmp_path / "asks.el", tmp_path / "init.el"
    policy.write_text(POLICY, "utf-8")
    init.write_text(page, "utf-8")
    script.write_text(EMACS_ASKS, "utf-8")
    lines = sorted(each.span.line for each in compile_policy(policy).findings if each.span)
    command = [str(EMACS), "--batch", "-l", str(init), str(policy), "-l", str(script)]
    answers = told(tmp_path, command, TURNOUT_FINDINGS=str(len(lines)))
    assert sorted(answers["findings"]) == lines
    assert "team sellers" in answers["hover"]
    assert answers["defined"] == 3
    assert answers["renamed"] == POLICY.replace("sellers", "closers")
    assert answers["commented"] == "# "
