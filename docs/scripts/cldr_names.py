"""Write dsl/values/names/*.tsv: everyday names of countries, subdivisions and languages.

    npm pack cldr-core cldr-localenames-full cldr-subdivisions-full   (48.2.0)
    python docs/scripts/cldr_names.py FOLDER

FOLDER holds the three packages, unpacked into folders of these names. Names are those of
English, of the place's or the language's own languages, and of the languages below, in which
forms are filled in most. A name that means two things is written for the one that
English means by it, else for none.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from turnout.dsl.values.iso import rows  # noqa: E402 - from this checkout
from turnout.dsl.values.texts import name_key  # noqa: E402

WIDE = ("de", "es", "fr", "it", "nl", "pt")
"""Languages in which every country and language is named."""

VERSION = "48.2.0"
# What is two places, or a place and something else, in the mouth of most people.
_AMBIGUOUS = {"congo", "korea", "virginislands", "none", "no", "all", "other"}


def main(argv: list[str]) -> None:
    """Read the packages in the folder named, and write the three tables."""
    if len(argv) != 1:
        sys.exit("usage: python docs/scripts/cldr_names.py FOLDER")
    folder = Path(argv[0])
    version = _json(folder / "cldr-core" / "package.json")["version"]
    if version != VERSION:
        sys.exit(f"CLDR {version}, but {VERSION} is what the tables are made of")
    info = _json(folder / "cldr-core/supplemental/territoryInfo.json")["supplemental"]
    spoken = {code: _official(of) for code, of in info["territoryInfo"].items()}
    _write("countries", _unambiguous(_countries(folder, spoken)))
    _write("subdivisions", _within_countries(_subdivisions(folder)))
    _write("languages", _unambiguous(_languages(folder)))


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever a package holds
    return json.loads(path.read_text("utf-8"))


def _official(info: Mapping[str, Mapping[str, Mapping[str, str]]]) -> list[str]:
    known = info.get("languagePopulation", {})
    return sorted(code.replace("_", "-") for code in known if "_officialStatus" in known[code])


def _names(folder: Path, language: str, kind: str) -> Mapping[str, str]:
    """Return the names in one language by CLDR's key; none where CLDR doesn't have it."""
    if kind == "subdivisions":
        path = folder / "cldr-subdivisions-full/subdivisions" / language / f"{language}.json"
        found = _json(path)["subdivisions"] if path.exists() else None
    else:
        path = folder / "cldr-localenames-full/main" / language / f"{kind}.json"
        found = _json(path)["main"][language] if path.exists() else None
    names = found["localeDisplayNames"][kind] if found else {}
    return {key: name for key, name in names.items() if "menu" not in key}


Found = Iterator[tuple[int, str, str]]
"""Each a rank (0 is English), a code and a name."""


def _countries(folder: Path, spoken: Mapping[str, list[str]]) -> Found:
    codes = {entry["alpha_2"] for entry in rows("countries")}
    tables = {language: _names(folder, language, "territories") for language in _all(spoken)}
    for rank, languages in enumerate((("en",), None, WIDE)):
        for code in sorted(codes):
            for language in spoken.get(code, ()) if languages is None else languages:
                for key, name in tables[language].items():
                    if key.partition("-alt-")[0] == code:
                        yield rank, code, name


def _subdivisions(folder: Path) -> Found:
    """Yield English names alone: CLDR has no others, and ISO has the local ones."""
    names = _names(folder, "en", "subdivisions")
    for entry in sorted(rows("subdivisions"), key=lambda entry: entry["code"]):
        code = entry["code"]
        if name := names.get(code.replace("-", "").lower()):
            yield 0, code, name


def _languages(folder: Path) -> Found:
    entries = rows("languages")
    codes = {entry["alpha_3"]: entry.get("alpha_2", entry["alpha_3"]) for entry in entries}
    codes |= {code: code for code in codes.values()}
    named = {entry["name"]: codes[entry["alpha_3"]] for entry in entries}
    english = _names(folder, "en", "languages")
    kinds = [("en", english), *((code, _names(folder, code, "languages")) for code in WIDE)]
    for rank, (_, names) in enumerate(kinds):
        for key, name in names.items():
            code = codes.get(key.partition("-")[0])
            # A variant that ISO holds for a language of its own, such as Dari, is no variant.
            is_other = name in named and named[name] != code and "-" in key
            if code and not is_other:
                yield min(rank, 2), code, name
    for key in sorted(english):
        code = codes.get(key)
        own = _names(folder, key, "languages").get(key)
        if code and own:
            yield 1, code, own


def _all(spoken: Mapping[str, list[str]]) -> set[str]:
    return {"en", *WIDE, *(language for of in spoken.values() for language in of)}


def _unambiguous(found: Found) -> dict[str, list[str]]:
    """Return the names by code, without those that the best rank gives to several codes."""
    best: dict[str, dict[str, tuple[int, str]]] = {}
    for rank, code, name in found:
        key = name_key(name)
        if key and key not in _AMBIGUOUS:
            known = best.setdefault(key, {})
            known[code] = min(known.get(code, (rank, name)), (rank, name))
    names: dict[str, list[tuple[int, str]]] = {}
    for codes in best.values():
        lowest = min(rank for rank, _ in codes.values())
        meant = [code for code, (rank, _) in codes.items() if rank == lowest]
        if len(meant) == 1:
            names.setdefault(meant[0], []).append(codes[meant[0]])
    return {code: [name for _, name in sorted(names[code])] for code in sorted(names)}


def _within_countries(found: Found) -> dict[str, list[str]]:
    """Return the names of subdivisions by code: each is unambiguous within its country."""
    by_country: dict[str, list[tuple[int, str, str]]] = {}
    for rank, code, name in found:
        by_country.setdefault(code[:2], []).append((rank, code, name))
    names: dict[str, list[str]] = {}
    for country in sorted(by_country):
        names |= _unambiguous(iter(by_country[country]))
    return names


def _write(table: str, names: Mapping[str, list[str]]) -> None:
    lines = [
        f"# Names of {table} by code: Unicode CLDR {VERSION}, see LICENSE beside this file.",
        "# Made by docs/scripts/cldr_names.py; edit place_names.py or languages.py instead.",
        *("\t".join((code, *names[code])) for code in names),
    ]
    path = ROOT / "dsl" / "values" / "names" / f"{table}.tsv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(names)} codes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
