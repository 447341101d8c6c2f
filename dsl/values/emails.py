"""E-mail addresses, in lower case as a whole.

A mailbox provider may tell upper from lower case before the @; none that matters does,
and the same person's address arrives in both.
"""

import re
from functools import lru_cache

from turnout.dsl.values.reading import Reading, Unread

_NOT_AN_ADDRESS = Unread("not an e-mail address")
_SEVERAL = Unread("several e-mail addresses")
_BETWEEN = re.compile(r"[\s,;|/]+")
# Quotes that change nothing: `"kim"@firm.example` is kim's address.
_QUOTED = re.compile(r'^"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)"@')
_LONGEST = 1_000
# What needs no second look. INVARIANT: every match is an address to email-validator, too
# (a law in the tests); names in `RESERVED` are left to it.
PLAIN = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63})"
)
RESERVED = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})


def email(text: str, _country: str | None = None) -> Reading:
    """Read an e-mail address; `Name <a@b.example>` and `mailto:` may stand around it."""
    address = text.lower()
    found = PLAIN.fullmatch(address) if len(address) <= 64 and "--" not in address else None
    if found and found[1] not in RESERVED:
        return address
    return _checked(address.removeprefix("mailto:"))


@lru_cache(maxsize=4096)
def _checked(address: str) -> Reading:
    # Imported here because email-validator is slow to load, and most addresses are plain.
    from email_validator import validate_email  # noqa: PLC0415

    if len(address) > _LONGEST:
        return _NOT_AN_ADDRESS
    if address.count("@") > 1:
        each = {part.strip("<>") for part in _BETWEEN.split(address) if "@" in part}
        if len(each) > 1:
            return _SEVERAL
        address = each.pop() if _BETWEEN.search(address) else address
    address = _QUOTED.sub(r"\1@", address.removesuffix("."))
    try:
        found = validate_email(
            address,
            allow_smtputf8=True,
            allow_display_name=True,
            check_deliverability=False,
            test_environment=True,  # reads the reserved domain `.test`, and does nothing else
        )
    except ValueError:  # what EmailNotValidError and the errors of IDNA are
        return _NOT_AN_ADDRESS
    return found.normalized.lower()
