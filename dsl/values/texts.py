"""Text in its normal forms.

Two texts are the same to a policy when they differ only in case, outer blanks, runs of
blanks, or in how Unicode writes a letter (NFC). Codes go further: all blanks go, and
compatibility forms (full-width digits) become plain ones (NFKC).
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import category, normalize

LONGEST = 10_000
"""Characters that one value may have."""

# Invisible, without meaning in a value, and common in text pasted from web pages and address
# books: soft hyphen, zero-width space, word joiner, byte order mark, and what turns the
# direction of writing.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Neither UTF-8 nor PostgreSQL can hold these.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
LETTERS_WITHOUT_PARTS = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
_SEPARATORS = re.compile(r"[,;/|:\n]")
_NEAREST_OF = 1_000


def cleaned(raw: str) -> str | None:
    """Return `raw` without invisible characters and outer blanks; None if it can't be stored."""
    if not raw.isascii():
        if _UNSTORABLE.search(raw):
            return None
        raw = _INVISIBLE.sub("", raw)
    elif "\0" in raw:
        return None
    return raw.strip()


def normal_text(raw: str) -> str:
    """Return the form in which texts are compared.

    >>> normal_text("  ACME   Straße ")
    'acme strasse'
    """
    if raw.isascii():
        return " ".join(raw.lower().split())
    # NFD before folding: canonical caseless matching, definition D145 of the Unicode Standard.
    folded = normalize("NFD", raw).casefold()
    return " ".join(normalize("NFC", folded).split())


def compatible(raw: str) -> str:
    """Return a text with plain forms of what has other ones, such as full-width digits.

    Small and circled figures stay, because they would become digits: "10²" is not 102.

    >>> compatible("\uff12\uff11"), compatible("10²")
    ('21', '10²')
    """
    if raw.isascii():
        return raw
    if any(category(character) == "No" for character in raw):
        return normalize("NFC", raw)
    return normalize("NFKC", raw)


def normal_code(raw: str, first: int | None = None) -> str:
    """Return the form in which codes are compared, cut to `first` characters.

    >>> normal_code("sw1a 2aa"), normal_code("02134-1000", 5)
    ('SW1A2AA', '02134')
    """
    if raw.isascii():
        return "".join(raw.upper().split())[:first]
    # Twice, because letters may grow together where a blank went or upper case changed them.
    code = "".join(compatible(raw).split()).upper()
    return compatible(code)[:first]


def loose_key(raw: str) -> str:
    """Return what is left of a name without case, accents, blanks and punctuation.

    >>> loose_key("Côte d'Ivoire"), loose_key("Łódzkie")
    ('cotedivoire', 'lodzkie')
    """
    if not raw.isascii():
        raw = normalize("NFKD", normalize("NFKD", raw).casefold())
        raw = raw.translate(LETTERS_WITHOUT_PARTS)
    return "".join(filter(str.isalnum, raw.lower()))


def name_key(raw: str) -> str:
    """Return `loose_key` of a name, without a leading article and with "&" as "and".

    What separates the values of a list stays: "en, de" is not the language Ende.

    >>> name_key("The Bahamas"), name_key("Trinidad & Tobago"), name_key("Korea, Republic of")
    ('bahamas', 'trinidadandtobago', 'korea,republicof')
    """
    if raw.isascii() and raw.isalnum():  # as most are: one word
        return raw.lower().removeprefix("the")
    pieces = _SEPARATORS.split(raw.replace("&", " and "))
    return ",".join(loose_key(piece) for piece in pieces).removeprefix("the")


def nearest(word: str, names: Iterable[str]) -> str:
    """Return "; nearest: NAME" for the most similar of `names`, "" if none is.

    Looks at the first 1,000 names of about the same length: it runs once per distinct
    value that can't be read, so it has to stay cheap.
    """
    if len(word) > 60:
        return ""
    keys: dict[str, str] = {}
    wanted = word.casefold()
    for name in names:
        if abs(len(name) - len(word)) <= 4:
            keys.setdefault(name.casefold(), name)
        if len(keys) >= _NEAREST_OF:
            break
    close = get_close_matches(wanted, keys, n=1, cutoff=0.7)
    return f"; nearest: {keys[close[0]]}" if close else ""
