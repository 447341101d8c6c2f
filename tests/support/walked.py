"""What the tests walk of the stages: `pytest --walked 95` fails below 95 % of lines and branches.

Python has a tracer for this, under which the tests take three times as long, so that not all of
them could be traced. SlipCover puts a probe at each line and branch of a module as it is
imported, and takes it out once it was hit; so all tests count, and what one walks again costs
next to nothing. A test holds what it says of lines to what Python's tracer says.

Each process of xdist measures what it runs itself; the one that began them adds it up.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any

import pytest
from slipcover import Slipcover, branch, merge_coverage, print_coverage
from slipcover.slipcover import add_summaries

ROOT = Path(__file__).parents[2]
STAGES = tuple(ROOT / name for name in ("grammar", "dsl", "compiler", "runtime"))
"""The real folders, which are imported through the links in turnout/."""

COMPILED = ROOT / "runtime" / "columns" / "kernels.py"
"""What Numba makes machine code of, which it can't where there are probes: it is left out."""

NEVER = re.compile(r"assert_never\(")
"""Lines to which no value comes: neither they nor the branches to them are asked for."""

END = 0
"""Where a branch leads that ends a function."""

OFTEN = 0.5
"""After how many seconds of the processor probes that were hit are taken out, which takes a
tenth of that. A law goes through the same lines many thousand times."""


class Probes(MetaPathFinder):
    """Imports modules of some folders with probes in them. folders: real ones."""

    def __init__(self, package: str, folders: Iterable[Path]) -> None:
        sources = [str(folder) for folder in folders]
        self._package = package
        self._folders = tuple(Path(folder).resolve() for folder in sources)
        # By itself it would look through all functions for probes to take out, again and again.
        self._probes = Slipcover(
            branch=True, source=sources, exclude_also=[NEVER.pattern], d_miss_threshold=2**31 - 1
        )

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not fullname.startswith(f"{self._package}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            file = Path(spec.loader.path).resolve()
            is_asked = any(file.is_relative_to(folder) for folder in self._folders)
            if is_asked and file != COMPILED:
                spec.loader = _Loader(fullname, spec.loader.path, self._probes)
        return spec

    def thin(self) -> None:
        """Take out the probes that were hit; from Python 3.12 on they go by themselves."""
        if sys.version_info < (3, 12):
            self._probes.deinstrument_seen()

    def seen(self) -> dict[str, Any]:
        """Return which lines and branches of each file were walked, and which were not."""
        found = self._probes.get_coverage()
        for name, file in found["files"].items():
            lines = Path(str(name)).read_text("utf-8").splitlines()
            file["missing_branches"] = [
                (here, there)
                for here, there in file["missing_branches"]
                if there == END or not NEVER.search(lines[int(there) - 1])
            ]
        add_summaries(found)
        return found


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, probes: Slipcover) -> None:
        super().__init__(name, path)
        self._probes = probes

    def exec_module(self, module: ModuleType) -> None:
        tree = branch.preinstrument(ast.parse(Path(self.path).read_bytes()))
        code = compile(tree, str(Path(self.path).resolve()), "exec")
        self._probes.register_module(module)
        exec(self._probes.instrument(code), module.__dict__)  # noqa: S102 - as its loader does


class Walked:
    """A plugin that measures the tests of its process, or adds up what others measured.

    least: the percentage of lines and branches below which the tests fail. package: whose
    modules are measured, as far as they stand in these folders.
    """

    def __init__(
        self, least: float, package: str = "turnout", folders: Sequence[Path] = STAGES
    ) -> None:
        self._least, self._package, self._folders = least, package, folders
        self._sum: dict[str, Any] | None = None
        self._probes: Probes | None = None
        self._output: dict[str, object] | None = None
        self._thinned = 0.0

    def pytest_configure(self, config: pytest.Config) -> None:
        self._output = getattr(config, "workeroutput", None)
        if self._output is None and getattr(config.option, "numprocesses", None):
            return
        early = sorted(name for name in sys.modules if name.startswith(f"{self._package}."))
        if early:
            raise pytest.UsageError(f"imported before anything is measured: {', '.join(early)}")
        self._probes = Probes(self._package, self._folders)
        sys.meta_path.insert(0, self._probes)

    def pytest_runtest_teardown(self) -> None:
        if self._probes is not None and process_time() - self._thinned > OFTEN:
            self._probes.thin()
            self._thinned = process_time()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 - xdist has no types
        self._add(json.loads(node.workeroutput["walked"]))

    def _import_the_rest(self) -> None:
        """Import what no test of this process did: it counts, too, with what is left out of it."""
        for folder in self._folders:
            within = (
                self._package if folder.name == self._package else f"{self._package}.{folder.name}"
            )
            for file in sorted(folder.rglob("*.py")):
                path = file.relative_to(folder).with_suffix("")
                parts = path.parts if path.name != "__init__" else path.parent.parts
                import_module(".".join((within, *parts)))

    def _add(self, found: dict[str, Any]) -> None:
        self._sum = found if self._sum is None else merge_coverage(self._sum, found)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._probes is not None:
            self._import_the_rest()
            found = self._probes.seen()
            sys.meta_path.remove(self._probes)
            if self._output is not None:
                self._output["walked"] = json.dumps(found)
                return
            self._add(found)
        if self._sum is not None and self._percent(self._sum) < self._least:
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._sum is None:
            return
        print_coverage(self._sum, outfile=terminalreporter, skip_covered=True, missing_width=60)
        percent = self._percent(self._sum)
        terminalreporter.write_line(
            f"walked: {percent:.2f} % of lines and branches, {self._least:g} % are asked for",
            red=percent < self._least,
        )

    @staticmethod
    def _percent(found: dict[str, Any]) -> float:
        return float(found["summary"]["percent_covered"])
