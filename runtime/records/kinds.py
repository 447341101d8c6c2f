"""What a file is, from its first bytes, where that isn't text.

Whoever saves a workbook under the name of a table, or feeds the archive in which it was
sent, is told what they have in words of its own.
"""

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
_REFUSED: tuple[tuple[bytes, Other], ...] = (
    (b"\x1f\x8b", Other("not text but compressed (gzip)", _UNPACK)),
    (b"BZh", Other("not text but compressed (bzip2)", _UNPACK)),
    (b"\xfd7zXZ\x00", Other("not text but compressed (xz)", _UNPACK)),
    (b"\x28\xb5\x2f\xfd", Other("not text but compressed (zstd)", _UNPACK)),
    (b"%PDF-", Other("a PDF document, not a table", "export the leads as CSV instead")),
    (b"{\\rtf", Other("a formatted document (RTF), not a table", "save it as plain text")),
    (b"SQLite format 3\x00", Other("an SQLite database", "export its table as CSV")),
)
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")


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
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    if start.startswith(_MARKUP):
        return Other("a web page (HTML or XML), whatever its name says", _AS_CSV)
    return None


def unmarked(head: bytes) -> Other | None:
    """Return that a text is in UTF-16 without a mark, or no text at all, by its NULs.

    A single NUL is a fault of its row: text in UTF-16 has one in every other byte, at least
    where it is in Latin letters.
    """
    head = head[:2_000]
    if b"\0" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > half * 0.4 and even < half * 0.1:
        return Other("UTF-16 text without a byte order mark", "say --encoding utf-16-le")
    if even > half * 0.4 and odd < half * 0.1:
        return Other("UTF-16 text without a byte order mark", "say --encoding utf-16-be")
    if even + odd > len(head) * 0.1:
        return Other("not text", "save it as CSV in UTF-8 (in Excel: CSV UTF-8)")
    return None
