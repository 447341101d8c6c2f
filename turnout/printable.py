"""Text that may come from anywhere, written so that nothing in it can act."""

_LEFT_OUT = " ... "


def visible(text: str) -> str:
    r"""Return `text` with every character that a terminal can't show written out, as in `repr`.

    >>> visible("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _written_out(each) for each in text)


def within(text: str, most: int) -> str:
    """Return a text of at most so many characters, without its middle where it has more.

    >>> within("a name that goes on for long", 20)
    'a name t ... or long'
    """
    if len(text) <= most:
        return text
    kept = most - len(_LEFT_OUT)
    return text[: kept - kept // 2] + _LEFT_OUT + text[len(text) - kept // 2 :]


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
