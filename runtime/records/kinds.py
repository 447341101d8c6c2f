"""What a file is, from its first bytes, where that isn't text.

Whoever saves a workbook under the name of a table, or feeds the archive in which it was
sent, is told what they have in words of its own.
"""

import codecs
import re

from turnout.frozen import frozen

MAGIC_PARQUET = b"PAR1"
MAGIC_ZIP = b"PK\x03\x04"
MAGIC_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@frozen
class Other:
    """A file that can't be read: what it is, and what to do."""

    what: str
    help: str


_AS_CSV = "open it and save it as CSV (in Excel: CSV UTF-8)"
_UNPACK = "unpack it first"
_AS_PARQUET = "write it as Parquet, CSV or JSON lines"
_REFUSED: tuple[tuple[bytes, Other], ...] = (
    (b"\x1f\x8b", Other("not text but compressed (gzip)", _UNPACK)),
    (b"BZh", Other("not text but compressed (bzip2)", _UNPACK)),
    (b"\xfd7zXZ\x00", Other("not text but compressed (xz)", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", Other("not text but compressed (zstd)", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Other("an archive (7z)", _UNPACK)),
    (b"Rar!\x1a\x07", Other("an archive (RAR)", _UNPACK)),
    (b"PK\x05\x06", Other("a ZIP archive with nothing in it", "name the file of leads")),
    (b"\x89PNG", Other("a picture, not a table", "export the leads as CSV instead")),
    (b"\xff\xd8\xff", Other("a picture, not a table", "export the leads as CSV instead")),
    (b"GIF89a", Other("a picture, not a table", "export the leads as CSV instead")),
    (b"ARROW1\0", Other("an Arrow (Feather) file", _AS_PARQUET)),
    (b"Obj\x01", Other("an Avro file", _AS_PARQUET)),
    (b"\x93NUMPY", Other("an array of numpy", "write it as CSV")),
    (b"MIME-Version:", Other("a message or a saved web page (MIME)", _AS_CSV)),
    (b"ID;PWXL", Other("a SYLK file", _AS_CSV)),
    (b"%PDF-", Other("a PDF document, not a table", "export the leads as CSV instead")),
    (b"{\\rtf", Other("a formatted document (RTF), not a table", "save it as plain text")),
    (b"SQLite format 3\x00", Other("an SQLite database", "export its table as CSV")),
)
_MARKUP = re.compile(rb"<(?:[!?]|[a-z][\w:.-]*[\s/>])", re.IGNORECASE)
_TAR_AT, _TAR = 257, b"ustar"
# In whose text a NUL or two stands in each character. Those that are longer come first.
_UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_LOOKED_AT = 2_000


def is_workbook(head: bytes) -> bool:
    """Return whether a file is a workbook of Excel or LibreOffice, or another ZIP or OLE file."""
    return head.startswith((MAGIC_ZIP, MAGIC_OLE))


def is_parquet(head: bytes) -> bool:
    """Return whether a file is an Apache Parquet file."""
    return head.startswith(MAGIC_PARQUET)


def refused(head: bytes) -> Other | None:
    """Return what a file is that can't be read, None where it may be text.

    >>> refused(b"<html><table>").what
    'a web page (HTML or XML), whatever its name says'
    """
    for magic, other in _REFUSED:
        if head.startswith(magic):
            return other
    if head[_TAR_AT:].startswith(_TAR):
        return Other("an archive (tar)", _UNPACK)
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        return Other("a web page (HTML or XML), whatever its name says", _AS_CSV)
    return None


def unmarked(head: bytes) -> Other | None:
    """Return that a text is in UTF-16 or UTF-32 without a mark, or no text at all, by its NULs.

    NULs in single rows are faults of these, also where a row consists of them: they are none
    of the file where its first line has none.
    """
    first, _, rest = head.lstrip(b"\r\n\t ").partition(b"\n")
    if b"\0" not in head or (b"\0" not in first and rest):
        return None
    head = head[:_LOOKED_AT]
    for encoding in _UNMARKED:
        if _is_text(head, encoding):
            what = f"{encoding[:6].upper()} text without a byte order mark"
            return Other(what, f"say --encoding {encoding}")
    if head.count(0) > len(head) * 0.1:
        return Other("not text", "save it as CSV in UTF-8 (in Excel: CSV UTF-8)")
    return None


def _is_text(head: bytes, encoding: str) -> bool:
    """Return whether bytes are text of an encoding: nothing but letters, and signs between."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError:
        return False
    is_printed = all(sign.isprintable() or sign.isspace() for sign in text)
    return is_printed and any(sign in ",;\t|\n{[" for sign in text)
