"""E-mail addresses, in lower case as a whole.

A mailbox provider may tell upper from lower case before the @; none that matters does,
and the same person's address arrives in both.
"""

import re
from functools import lru_cache

from turnout.dsl.values.reading import Reading, Unread

_TOO_LONG = Unread("longer than an e-mail address can be")
_SEVERAL = Unread("several e-mail addresses")
_MAILTO = re.compile(r"^mailto:\s*([^?]*)(?:\?.*)?$", re.DOTALL)
_BETWEEN = re.compile(r"[\s,;|/]+")
# Quotes that change nothing: `"kim"@firm.example` is kim's address.
_QUOTED = re.compile(r'^"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)"@')
_LONGEST = 1_000
_LONGEST_BEFORE = 64
# Characters of no address, signs that stand around one included.
_BAD_LABEL = re.compile(r"(?:^|\.)-|-(?:\.|$)|[^\w.-]|_")
_WRONG = re.compile(r"[\s,;:()<>\[\]\\\"|\x00-\x1f\x7f]")
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
    return _checked(_MAILTO.sub(r"\1", address))


@lru_cache(maxsize=4096)
def _checked(address: str) -> Reading:
    if len(address) > _LONGEST:
        return _TOO_LONG
    if "@" not in address:
        return Unread(f"not an e-mail address{_fault(address)}")
    # Imported here because email-validator is slow to load, and most addresses are plain.
    from email_validator import validate_email  # noqa: PLC0415

    if address.count("@") > 1:
        each = {part.strip("<>") for part in _BETWEEN.split(address) if "@" in part}
        if len(each) > 1:
            return _SEVERAL
        address = each.pop() if _BETWEEN.search(address) else address
    # A `'` in front is what a sheet was told to leave the rest alone.
    address = _QUOTED.sub(r"\1@", address.rstrip(".,; ").removeprefix("'"))
    try:
        found = validate_email(
            address,
            allow_smtputf8=True,
            allow_display_name=True,
            check_deliverability=False,
            test_environment=True,  # reads the reserved domain `.test`, and does nothing else
        )
    except ValueError:  # what EmailNotValidError and the errors of IDNA are
        return Unread(f"not an e-mail address{_fault(address)}")
    return found.normalized.lower()


def _fault(address: str) -> str:
    """Return what is wrong with an address, "" where that isn't said in a few words.

    In words of our own: those of the package change with its version.
    """
    before, at, after = address.rpartition("@")
    last = after.rpartition(".")[2]
    found = _WRONG.search(address.strip())
    faults = (
        (not at, "no @"),
        (not before, "nothing before the @"),
        (not after, "nothing after the @"),
        ("@" in before, "a second @"),
        (".." in address, "two dots in a row"),
        (before.startswith(".") or before.endswith("."), "a dot at an end before the @"),
        (found is not None, f"{_shown(found[0]) if found else ''} in it"),
        ("." not in after, "no dot after the @"),
        (len(before) > _LONGEST_BEFORE, f"more than {_LONGEST_BEFORE} characters before the @"),
        (last.isdigit(), "a number where a domain stands"),
        (last in RESERVED, f".{last} is reserved, and nobody's"),
        (_BAD_LABEL.search(after) is not None, "a sign in its domain that none can have there"),
    )
    return next((f": {said}" for is_so, said in faults if is_so), "")


def _shown(character: str) -> str:
    if character.isspace():
        return "a blank"
    return f"`{character}`" if character.isprintable() else "a character that doesn't print"
