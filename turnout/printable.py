"""Text that may come from anywhere, written so that nothing in it can act."""


def visible(text: str) -> str:
    r"""Return `text` with every character that a terminal can't show written out, as in `repr`.

    >>> visible("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _written_out(each) for each in text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
