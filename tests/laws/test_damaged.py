"""Damaged text never brings anything down, and what is told of it has its place.

Every example and case of the repository is damaged as hands, merges and transfers damage
text: tokens go, come twice or change places, bytes are lost or overwritten, the file ends
early. `--thorough` does so for hours.
"""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from turnout.compiler.compiled import compile_policy
from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source

ROOT = Path(__file__).parents[2]
LARGEST = 20_000
FILES = [
    path
    for folder in ("examples", "tests/cases")
    for path in sorted((ROOT / folder).rglob("*.route"))
    if path.stat().st_size <= LARGEST
]
TOKEN = re.compile(rb"[A-Za-z_][\w-]*|[0-9]+|\"[^\"\n]*\"|\s+|.", re.DOTALL)
STRAY = [b"{", b"}", b"[", b"]", b"(", b")", b"=", b",", b'"', b"..", b"first of", b"else"]
MORE = [
    b"not",
    b"\0",
    b"\xff",
    b"\xe2\x80\x9c",
    b"\xc2\xa0",
    b"\r",
    b"#",
    b"1e999",
    b"within",
    b"include",
]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Path, bytes]:
    """Draw a file of the repository and what one to three faults make of its text."""
    path = draw(st.sampled_from(FILES))
    tokens = TOKEN.findall(path.read_bytes())
    for _ in range(draw(st.integers(1, 3))):
        if not tokens:
            break
        at = draw(st.integers(0, len(tokens) - 1))
        until = at + draw(st.integers(1, 4))
        other = draw(st.integers(0, len(tokens) - 1))
        match draw(st.integers(0, 6)):
            case 0:
                del tokens[at:until]
            case 1:
                tokens[at:at] = tokens[at:until]
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = draw(st.sampled_from([*STRAY, *MORE]))
            case 4:
                tokens.insert(at, draw(st.sampled_from([*STRAY, *MORE])))
            case 5:
                del tokens[at:]
            case _:
                tokens[at] = tokens[at][: len(tokens[at]) // 2]
    return path, b"".join(tokens)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(damaged())
def test_damaged_text_is_answered_with_findings(found: tuple[Path, bytes]) -> None:
    path, text = found
    with TemporaryDirectory() as folder:
        for beside in (*path.parent.glob("*.csv"), *path.parent.glob("*.route")):
            (Path(folder) / beside.name).write_bytes(beside.read_bytes())
        file = Path(folder) / path.name
        file.write_bytes(text)
        compiled = compile_policy(file, steps=20_000, deadline=20)
    known = {source.name for source in compiled.sources}
    for finding in compiled.findings:
        assert finding.span is None or finding.span.source.name in known
    again = compiled.policy.definitions
    assert all(each.parent is None or each.parent in again for each in again.values())


@given(damaged())
def test_the_formatter_answers_damaged_text_or_leaves_its_meaning(
    found: tuple[Path, bytes],
) -> None:
    path, text = found
    source = Source(path.name, text.decode("utf-8", "replace"))
    once = formatted(source)
    if isinstance(once, str):
        assert formatted(Source(path.name, once)) == once
