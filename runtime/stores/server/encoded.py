"""Texts as PostgreSQL holds them: no NUL, no half of a surrogate pair.

Ids of leads and names may have both; such a text is kept as JSON, behind a prefix.
"""

import json

from turnout.runtime.said_texts import is_encodable

_JSON = "json:"


def sent(text: str) -> str:
    """Return a text that the server can hold, a different one for each text."""
    if text[:5] == _JSON or "\0" in text or not (text.isascii() or is_encodable(text)):
        return f"{_JSON}{json.dumps(text)}"
    return text


def sent_or_none(text: str | None) -> str | None:
    """Return a text that the server can hold, None for None."""
    return None if text is None else sent(text)


def received(text: str) -> str:
    """Return the text that `sent` sent."""
    return str(json.loads(text.removeprefix(_JSON))) if text.startswith(_JSON) else text


def received_or_none(text: str | None) -> str | None:
    """Return the text that `sent_or_none` sent."""
    return None if text is None else received(text)
