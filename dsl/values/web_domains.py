"""Domains of firms, out of an e-mail address, a web address or a host's name.

What counts is the part that is registered, `acme.co.uk` of `https://www.shop.acme.co.uk/`, by
the Public Suffix List as the package publicsuffixlist holds it, so that all that a firm calls
its own is one value. A host that is no more than a suffix (`co.uk`) is nobody's domain.
"""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from turnout.dsl.values.emails import email
from turnout.dsl.values.free_mail import FREE_MAIL
from turnout.dsl.values.reading import MISSING, FromText, Reading, Unread

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#]*)", re.IGNORECASE)
_PATH = re.compile(r"[/?#].*", re.DOTALL)
_PORT = re.compile(r":[0-9]{0,5}\Z")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])?")
_LONGEST = 253
_NO_DOMAIN = Unread("not a domain, an e-mail address or a web address")
_SUFFIX = Unread("no domain of anybody: a suffix that many share")
_SEVERAL = Unread("several domains")
_BETWEEN = re.compile(r"[\s,;|]+")


def domain(*, without_free_mail: bool = False) -> FromText:
    """Return the reader of a registrable domain.

    without_free_mail: that of a provider of free mail counts as missing.

    >>> domain()("https://www.acme.example/about", None), domain()("Kim@mail.acme.co.uk", None)
    ('acme.example', 'acme.co.uk')
    >>> domain(without_free_mail=True)("kim@gmail.com", None)
    <Missing.MISSING: 'missing'>
    """
    if not without_free_mail:
        return lambda text, _country: _domain(text)

    def from_text(text: str, _country: str | None = None) -> Reading:
        found = _domain(text)
        return MISSING if found in FREE_MAIL else found

    return from_text


@lru_cache(maxsize=4096)
def _domain(text: str) -> Reading:
    pieces = [piece for piece in _BETWEEN.split(text) if "." in piece] if " " in text else [text]
    if len(pieces) > 1 and "@" not in text:
        found = {_domain(piece) for piece in pieces}
        return found.pop() if len(found) == 1 else _SEVERAL
    if "@" in text and "//" not in text:
        address = email(text)
        if not isinstance(address, str):
            return address
        return _registrable(address.rpartition("@")[2])
    if found_url := _URL.match(text):
        return _registrable(_PORT.sub("", found_url[1]))
    return _registrable(_PORT.sub("", _PATH.sub("", text)))


def _registrable(host: str) -> Reading:
    host = host.strip().rstrip(".").lower()
    if len(host) > _LONGEST or not _HOST.fullmatch(host):
        return _NO_DOMAIN
    if not host.isascii() or "xn--" in host:
        host = _in_letters(host)
        if not host:
            return _NO_DOMAIN
    return _suffixes().privatesuffix(host) or _SUFFIX


def _in_letters(host: str) -> str:
    """Return a host's name in its own letters, "" where it is none."""
    import idna  # noqa: PLC0415 - comes with email-validator, and is rarely needed

    try:
        return idna.decode(idna.encode(host, uts46=True).decode("ascii"))
    except (idna.IDNAError, UnicodeError):
        return ""


@cache
def _suffixes() -> "PublicSuffixList":
    # Imported here because reading the list takes a tenth of a second.
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return PublicSuffixList()
