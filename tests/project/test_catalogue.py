"""The catalogue, the source and the pages speak of the same findings.

`python -m pytest tests/project --rewrite` brings the index and the outputs that pages
show up to date; the difference is to be read.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

import click
import pytest

import turnout
from turnout.compiler.verdict.catalogue import CATALOGUE, PROVED
from turnout.dsl.finding_kinds import ALLOWANCES, READING, FindingKind
from turnout.dsl.findings import Severity
from turnout.rendering.pages import page, terminal
from turnout.rendering.screen import width

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "checks"
INDEX = PAGES / "index.md"
SOURCE = Path(turnout.__file__).parent
HEADINGS = ["What it says", "Avoid", "Prefer", "Why", "Quiet when", "Related"]
MAKERS = {"Finding", "error", "PatternProblem"}
"""What is called with the name of a finding as its first argument, as is `Scope.report`."""

KINDS = {"firm", "error", "warning", "note"}
"""What is called, beside a check, with the name of a kind of finding and what it claims."""

SKELETON = """\
# {name}

**{severity}**: {summary}

## What it says

<the claim, in two or three sentences>

## Avoid

```route title="avoid.route"
<a small policy that has the finding>
```

```console
$ turnout check avoid.route
<run pytest with --rewrite: what it prints comes here>
```

## Prefer

```route title="prefer.route"
<the same policy as it should be, without any finding>
```

```console
$ turnout check prefer.route
no findings in 1 file
```

## Why

## Quiet when

## Related

- [another-finding](another-finding.md)
"""


def calls() -> Iterator[tuple[str, ast.expr, ast.Call]]:
    """Yield each call that makes a finding: its place, the name it gives, and the call."""
    for path, node in _nodes():
        if isinstance(node, ast.Call) and node.args and _makes(node):
            yield f"{path.relative_to(SOURCE)}:{node.lineno}", node.args[0], node


@cache
def _nodes() -> tuple[tuple[Path, ast.AST], ...]:
    """Return all that stands in the stages' modules, each with its module."""
    stages = [SOURCE / stage for stage in ("dsl", "compiler", "runtime")]
    modules = sorted(path for stage in stages for path in stage.rglob("*.py"))
    return tuple(
        (path, node) for path in modules for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def _makes(node: ast.Call) -> bool:
    match node.func:
        case ast.Name(id=name):
            return name in MAKERS
        case ast.Attribute(attr=name):
            return name == "report"
        case _:
            return False


def names(written: ast.expr) -> set[str]:
    """Return the names of the catalogue that an expression may stand for; {"?"} for any."""
    match written:
        case ast.Constant(value=str(name)):
            return {name}
        case ast.JoinedStr(values=parts):
            pattern = "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z-]+"
                for part in parts
            )
            found = {name for name in CATALOGUE if re.fullmatch(pattern, name)}
            return found or {pattern}
        case ast.IfExp(body=one, orelse=two):
            return names(one) | names(two)
        case _:
            return {"?"}


def declared() -> dict[str, str]:
    """Return the kinds of finding that modules declare: the constant, and the finding's name."""
    return {
        node.targets[0].id: str(node.value.args[0].value)
        for path, node in _nodes()
        if _declares(path)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        if node.value.func.id in KINDS and isinstance(node.value.args[0], ast.Constant)
    }


def _declares(path: Path) -> bool:
    return path.name == "finding_kinds.py" or path.parent.name == "checks"


def made_of_kinds() -> set[str]:
    """Return the constants that modules of the stages read, but in a table of checks."""
    return {
        node.id
        for path, node in _nodes()
        if path.name != "__init__.py" or path.parent.name != "checks"
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def constants() -> set[str]:
    """Return every text that the stages' modules write, but where kinds are declared."""
    kinds = {
        id(node.args[0])
        for path, node in _nodes()
        if _declares(path) and isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in KINDS and node.args
    }
    return {
        node.value
        for _, node in _nodes()
        if id(node) not in kinds
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_finding_that_is_made_is_in_the_catalogue() -> None:
    unlisted = {
        f"{place} makes `{name}`"
        for place, written, _ in calls()
        for name in names(written) - {"?"}
        if name not in CATALOGUE
    }
    assert not unlisted, (
        "declare a kind for each, in a check or in dsl/finding_kinds.py, and its page: "
        + str(unlisted)
    )


def test_every_name_in_the_catalogue_is_made_somewhere() -> None:
    kinds, used = declared(), made_of_kinds()
    made = constants() | {name for constant, name in kinds.items() if constant in used}
    idle = sorted(set(CATALOGUE) - made)
    assert not idle, f"take out what nothing reports, and its page: {idle}"


def test_every_kind_that_is_declared_is_that_of_a_check_or_of_the_catalogue() -> None:
    assert set(declared().values()) - CATALOGUE.keys() == set()


def test_no_finding_is_made_graver_than_the_catalogue_says() -> None:
    order = [severity.name for severity in Severity]
    wrong = [
        f"{place}: `{name}` is made as {severity}, but is {CATALOGUE[name].severity.name} by the "
        "catalogue"
        for place, written, call in calls()
        if (severity := _severity(call))
        for name in names(written) & CATALOGUE.keys()
        if order.index(severity) < order.index(CATALOGUE[name].severity.name)
    ]
    assert wrong == []


def _severity(call: ast.Call) -> str:
    match call.args:
        case [_, ast.Attribute(value=ast.Name(id="Severity"), attr=name), *_]:
            return name
        case _:
            is_error = isinstance(call.func, ast.Attribute) or (
                isinstance(call.func, ast.Name) and call.func.id != "Finding"
            )
            return "ERROR" if is_error else ""


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_every_finding_has_a_page_with_the_fixed_headings(kind: FindingKind) -> None:
    skeleton = SKELETON.format(name=kind.name, severity=kind.severity.value, summary=kind.summary)
    path = PAGES / f"{kind.name}.md"
    assert (SOURCE / "pages" / path.name).is_file(), f"write docs/checks/{path.name}:\n\n{skeleton}"
    text = page(kind.name)
    assert text.startswith(skeleton[: skeleton.index("## ")]), f"begin it with\n{skeleton}"
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    sections = dict(zip(HEADINGS, re.split(r"^## .+\n", text, flags=re.MULTILINE)[1:], strict=True))
    assert all(section.strip() for section in sections.values()), "no section is empty"
    avoid, prefer = sections["Avoid"], sections["Prefer"]
    assert re.search(rf"^{kind.severity.value}\[{kind.name}\]: ", avoid, re.MULTILINE), (
        "the policy under Avoid, checked in a console block, has to have the finding"
    )
    assert "\nno findings in " in prefer.partition("\n$ turnout check ")[2], (
        "the policy under Prefer, checked in a console block, has to be without findings"
    )
    related = re.findall(r"^- \[(.+)\]\(\1\.md\)$", sections["Related"], re.MULTILINE)
    assert related == [name for name in related if name in CATALOGUE and name != kind.name]
    assert related


def test_there_is_no_page_without_a_finding() -> None:
    pages = {path.stem for path in (SOURCE / "pages").glob("*.md")} - {"index"}
    assert pages == set(CATALOGUE)


def test_the_index_lists_every_finding(request: pytest.FixtureRequest) -> None:
    text = INDEX.read_text("utf-8")
    for heading, kinds in (("Checks", PROVED), ("Reading", READING), ("Allowances", ALLOWANCES)):
        start = text.index(f"## {heading}\n") + len(f"## {heading}\n")
        text = f"{text[:start]}\n{table(kinds)}\n{text[text.index('## ', start) :]}"
    if request.config.getoption("rewrite"):
        INDEX.write_text(text, "utf-8")
    assert INDEX.read_text("utf-8") == text, "run this test with --rewrite, and read the difference"


def table(kinds: tuple[FindingKind, ...]) -> str:
    """Return the index's table of some kinds of finding."""
    rows = [
        f"| [{kind.name}]({kind.name}.md) | {kind.severity.value}{', always' * kind.is_firm} | "
        f"{kind.summary.removesuffix('.')} |\n"
        for kind in kinds
    ]
    return "".join(["| name | severity | claim |\n", "| --- | --- | --- |\n", *rows])


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_terminal_shows_all_of_a_page_but_its_markup(name: str) -> None:
    lines = [click.unstyle(line) for line in terminal(page(name), 80)]
    prose = [line for line in lines if not line.startswith("    ")]
    assert max(map(width, prose)) <= 80
    assert not [line for line in prose if "](" in line or "**" in line or line.startswith("#")]
    assert [line for line in lines if line in HEADINGS] == HEADINGS


def test_the_terminal_form_keeps_blocks_as_they_are_and_fills_prose() -> None:
    markdown = dedent("""\
        # a-name

        **error**: One *short*
        claim with `code` and a [link](x.md).

        ## Avoid

        ```route title="avoid.route"
        queue  a   # **kept**
        ```

        - one item that is long
          enough
        - two
        """)
    assert [click.unstyle(line) for line in terminal(markdown, 30)] == [
        "a-name",
        "",
        "error: One short claim with",
        "`code` and a link.",
        "",
        "Avoid",
        "    avoid.route:",
        "    queue  a   # **kept**",
        "",
        "- one item that is long enough",
        "- two",
        "",
    ]
