"""The hash of a policy: of everything that was read, and of nothing else."""

from hashlib import sha256
from pathlib import Path

from turnout.compiler.compiled import compile_policy

MAIN = """\
include "parts/people.route"
lead { id: text required  postal_code: code }
territory US = postal_code is present { from "zip.csv" by postal_code -> area }
route inbound { rule west { when west to queue triage }  fallback to person ana }
"""
FILES = {
    "main.route": MAIN,
    "parts/people.route": "person ana\nqueue triage\n",
    "zip.csv": "postal_code,area\n1,west\n2,east\n",
}


def laid(folder: Path, files: dict[str, str]) -> str:
    """Return the hash of a policy of these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    compiled = compile_policy(folder / "main.route")
    assert compiled.is_fit, [finding.message for finding in compiled.findings]
    return compiled.policy_hash


def test_it_is_what_sha256sum_says_of_the_files_in_order(tmp_path: Path) -> None:
    said = "".join(
        f"{sha256(FILES[name].encode()).hexdigest()}  {name}\n" for name in sorted(FILES)
    )
    assert laid(tmp_path, FILES) == sha256(said.encode()).hexdigest()


def test_it_does_not_depend_on_where_the_policy_lies_nor_on_line_ends(tmp_path: Path) -> None:
    windows = {name: "\ufeff" + text.replace("\n", "\r\n") for name, text in FILES.items()}
    beside = tmp_path / "b"
    beside.mkdir()
    (beside / "unread.csv").write_text("x", "utf-8")
    assert laid(tmp_path / "a", FILES) == laid(beside, windows)


def test_it_changes_with_every_file(tmp_path: Path) -> None:
    hashes = {laid(tmp_path / "whole", FILES)}
    for at, name in enumerate(FILES):
        blank = " \n" if name.endswith(".route") else "3,east\n"
        hashes.add(laid(tmp_path / str(at), {**FILES, name: FILES[name] + blank}))
    assert len(hashes) == 1 + len(FILES)
