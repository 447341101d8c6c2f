"""Where each page of a site lies, and how one page links to another.

A page lies in the folder of its kind under a name that every file system takes: small
letters, digits and hyphens. What a name loses by that is made up by a few digits of its hash,
so that two names never share a file, and a name keeps its file whatever else comes or goes.
"""

import re
from collections.abc import Iterable
from hashlib import sha256

_LONGEST = 60
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:-|\Z)")

HOME = "index.html"


def file_name(name: str) -> str:
    """Return the stem of a file for a name.

    >>> file_name("dach-ae"), file_name("../x"), file_name("DACH")
    ('dach-ae', 'x-d6b96a97', 'dach-aa6773c5')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST].strip("-")
    if plain and plain == name and not _RESERVED.match(plain):
        return plain
    digits = sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{plain}-{digits}" if plain else f"x-{digits}"


def page_of(kind: str, *names: str) -> str:
    """Return the path of a page, from the site's folder.

    >>> page_of("rule", "inbound", "dach")
    'rule/inbound/dach.html'
    """
    return f"{'/'.join([kind, *map(file_name, names)])}.html"


def form_page_of(routes: Iterable[str], route: str) -> str:
    """Return the page on which leads of a route are tried: `try.html` for the first of `routes`."""
    return "try.html" if route == next(iter(routes)) else f"try-{file_name(route)}.html"


def data_file(form: str) -> str:
    """Return the file with what a form decides by."""
    return f"data/{form.removesuffix('.html')}.js"


def link(here: str, there: str) -> str:
    """Return a link from one page to another, which works from a disk as well.

    >>> link("rule/inbound/dach.html", "index.html"), link("index.html", "try.html#result")
    ('../../index.html', 'try.html#result')
    """
    return "../" * here.count("/") + there
