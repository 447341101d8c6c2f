"""An installed Turnout beside the checkout that it was built from.

`python -m tests.support.wheel CHECKOUT`, run where no checkout can be imported, ends with
1 and says what differs unless what is installed has every file of the packages, the same
bytes and no others, and each of its modules can be imported. What the tests of the
checkout have said of the code then holds of the code that is installed.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import turnout


def shipped(package: Path) -> dict[str, bytes]:
    """Map the files of a package's folder, links followed and bytecode apart, to their bytes."""
    return {
        path.relative_to(package).as_posix(): path.read_bytes()
        for folder, _, names in os.walk(package, followlinks=True)
        for path in (Path(folder, name) for name in names)
        if path.parent.name != "__pycache__"
    }


def differences(checkout: Mapping[str, bytes], installed: Mapping[str, bytes]) -> list[str]:
    """Return what the one has and the other hasn't, in words.

    >>> differences({"a.py": b"1", "b.py": b"", "c.md": b""}, {"a.py": b"2", "c.md": b""})
    ['a.py is another', 'b.py is not installed']
    """
    said: list[str] = []
    for name in sorted(checkout.keys() | installed.keys()):
        if name not in installed:
            said.append(f"{name} is not installed")
        elif name not in checkout:
            said.append(f"{name} is not of the checkout")
        elif checkout[name] != installed[name]:
            said.append(f"{name} is another")
    return said


def imported() -> Iterator[str]:
    """Import every module; yield their names."""
    for module in walk_packages(turnout.__path__, "turnout."):
        if not module.name.endswith("__main__"):  # it is the command
            import_module(module.name)
            yield module.name


def main(checkout: Path) -> int:
    """Return 0 where all is as it should be, else 1."""
    there = Path(turnout.__file__).parent
    if there.is_relative_to(checkout):
        sys.stderr.write(f"{there} is the checkout itself\n")
        return 1
    files = shipped(checkout / "turnout")
    said = differences(files, shipped(there))
    sys.stderr.writelines(f"{each}\n" for each in said)
    if not said:
        sys.stdout.write(
            f"{len(files)} files as in the checkout, {len(list(imported()))} imported\n"
        )
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
