"""Packs the extension into a `.vsix`: the same bytes of the same files, on any machine.

A `.vsix` is a zip with two files of XML beside the folder `extension/`: the types of its
parts, and what a gallery and `code --install-extension` read of it. `vsce` writes the same
of three hundred npm packages; here only what is listed below is taken, with no time of day,
no mode and no order of a disk in it.

    npm ci && npm run package
"""

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).resolve().parent
PARTS = (
    "package.json",
    "README.md",
    "LICENSE",
    "language-configuration.json",
    "dist/extension.js",
    "media/*",
    "snippets/*.json",
    "syntaxes/*.json",
)
"""What the extension is made of; a pattern that finds nothing is a fault."""

TYPES = {
    ".css": "text/css",
    ".js": "application/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".vsixmanifest": "text/xml",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_GALLERY = "http://schemas.microsoft.com/developer"
_OPC = "http://schemas.openxmlformats.org/package/2006/content-types"


def pack(folder: Path, target: Path) -> None:
    """Write the extension that is built in `folder` to `target`. Raises FileNotFoundError."""
    package: dict[str, Any] = json.loads((folder / "package.json").read_text("utf-8"))
    files = dict(sorted(_files(folder)))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        _put(packed, "extension.vsixmanifest", _manifest(package).encode())
        _put(packed, "[Content_Types].xml", _content_types(files).encode())
        for name, path in files.items():
            # Git may give a text other line ends on another system.
            _put(packed, f"extension/{name}", path.read_bytes().replace(b"\r\n", b"\n"))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for part in PARTS:
        # The license is the project's; it stands once.
        base = folder if part != "LICENSE" else folder.parents[1]
        found = [path for path in base.glob(part) if path.is_file()]
        if not found:
            raise FileNotFoundError(f"there is no {part}; is it built? npm ci && npm run build")
        for path in found:
            name = path.relative_to(base).as_posix()
            yield ("LICENSE.txt" if part == "LICENSE" else name), path


def _put(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    packed.writestr(entry, data)


def _manifest(package: dict[str, Any]) -> str:
    """Return what is read of an extension before it is unpacked."""
    has = package["contributes"]
    tags = [*package["keywords"], "snippet", *(each["id"] for each in has["languages"])]
    properties = {
        "Microsoft.VisualStudio.Code.Engine": package["engines"]["vscode"],
        "Microsoft.VisualStudio.Code.ExtensionDependencies": "",
        "Microsoft.VisualStudio.Code.ExtensionPack": "",
        "Microsoft.VisualStudio.Code.ExtensionKind": ",".join(package["extensionKind"]),
        "Microsoft.VisualStudio.Code.ExecutesCode": "true",
        "Microsoft.VisualStudio.Services.Links.Source": package["repository"]["url"],
        "Microsoft.VisualStudio.Services.GitHubFlavoredMarkdown": "true",
    }
    said = "\n".join(
        f"      <Property Id={quoteattr(name)} Value={quoteattr(value)} />"
        for name, value in properties.items()
    )
    identity = " ".join(
        f"{name}={quoteattr(package[key])}"
        for name, key in (("Id", "name"), ("Version", "version"), ("Publisher", "publisher"))
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="{_GALLERY}/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" {identity} />
    <DisplayName>{escape(package["displayName"])}</DisplayName>
    <Description xml:space="preserve">{escape(package["description"])}</Description>
    <Tags>{escape(",".join(tags))}</Tags>
    <Categories>{escape(",".join(package["categories"]))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
{said}
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code" /></Installation>
  <Dependencies />
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" \
Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" \
Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" \
Addressable="true" />
  </Assets>
</PackageManifest>
"""


def _content_types(files: dict[str, Path]) -> str:
    suffixes = sorted({Path(name).suffix for name in files} | {".vsixmanifest"})
    types = "".join(
        f'<Default Extension="{suffix}" ContentType="{TYPES.get(suffix, "text/plain")}" />'
        for suffix in suffixes
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="{_OPC}">{types}</Types>\n'


if __name__ == "__main__":
    version = json.loads((HERE / "package.json").read_text("utf-8"))["version"]
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / f"turnout-{version}.vsix"
    pack(HERE, where)
    sys.stdout.write(f"{where}\n")
