"""What somebody says for the log: who they are, and why. Held to what every state can keep."""


def check_said(*texts: str) -> None:
    """Raise ValueError where a name or a reason has what no state keeps as it is.

    PostgreSQL refuses a NUL, and half of a surrogate pair has no UTF-8; so a log that is carried
    to a server would say something else.
    """
    for text in texts:
        if text.isascii() and "\0" not in text:
            continue
        if "\0" in text or not is_encodable(text):
            raise ValueError(
                f"{ascii(text)[:60]} has half of a surrogate pair or a NUL, which no name or "
                "reason in a log has"
            )


def is_encodable(text: str) -> bool:
    """Return whether a text has UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
