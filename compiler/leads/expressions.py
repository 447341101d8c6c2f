r"""Regular expressions as trees: the syntax is RE2's, and so is the meaning.

What is asked with a tree is whether it is found somewhere in a text, so that nothing is
kept of groups and of greed. A law holds the meaning to RE2 itself, expression by
expression. A few things are left out: classes of Unicode such as `\pL`, and `\B`, which RE2
also finds between the bytes of a character. Of those nothing is known, and whoever asks has
to say so.
"""

from typing import TypeAlias

from turnout.compiler.leads.characters import (
    ANY,
    DIGITS,
    HIGHEST,
    WORD,
    Ranges,
    complement,
    folded,
    just,
    union,
)
from turnout.dsl.values.words import characters_of_words, is_of_word
from turnout.frozen import define, frozen

MOST_TIMES = 1_000
"""What RE2 repeats a part at most."""


class UnreadExpressionError(Exception):
    """An expression that RE2 can read and that is left out here."""


@frozen
class CharacterOf:
    """One character of a set."""

    of: Ranges


@frozen
class Boundary:
    """A place between two characters: "start", "end", or "edge" of a word."""

    what: str


@frozen
class Concatenation:
    """One after the other."""

    parts: tuple["Expression", ...]


@frozen
class Alternation:
    """One of several."""

    parts: tuple["Expression", ...]


@frozen
class Repetition:
    """So many times; most: None for no limit."""

    part: "Expression"
    least: int
    most: int | None


Expression: TypeAlias = CharacterOf | Boundary | Concatenation | Alternation | Repetition

_BLANKS: Ranges = ((9, 10), (12, 13), (32, 32))
_PERL = {"d": DIGITS, "w": WORD, "s": _BLANKS}
_POSIX: dict[str, Ranges] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": DIGITS,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
_CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_PLACES = {"A": "start", "z": "end", "b": "edge"}


def expression_of(text: str, *, is_cased: bool = False) -> Expression:
    """Return the expression that RE2 reads in `text`.

    is_cased: case is told apart. Raises UnreadExpressionError.
    """
    reader = _Reader(text, folds=not is_cased)
    found = reader.choice()
    if reader.rest:
        raise UnreadExpressionError(text)
    return found


def word_expression(text: str) -> Expression:
    """Return the expression that is found where `text` is no part of a longer word."""
    other = CharacterOf(complement(characters_of_words()))
    parts: list[Expression] = [CharacterOf(just(character)) for character in text]
    if is_of_word(text[0]):
        parts.insert(0, Alternation((Boundary("start"), other)))
    if is_of_word(text[-1]):
        parts.append(Alternation((Boundary("end"), other)))
    return Concatenation(tuple(parts))


@define
class _Reader:
    """Reads an expression from left to right.

    folds: case isn't told apart. dots: `.` is any character. quoted: up to where each
    character is itself.
    """

    text: str
    folds: bool
    at: int = 0
    dots: bool = False
    quoted: int = 0

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def took(self, sign: str) -> bool:
        """Return whether `sign` comes next, and go past it."""
        is_next = self.text.startswith(sign, self.at)
        self.at += len(sign) * is_next
        return is_next

    def next(self) -> str:
        """Return the next character, and go past it."""
        if self.at == len(self.text):
            raise UnreadExpressionError(self.text)
        self.at += 1
        return self.text[self.at - 1]

    def choice(self) -> Expression:
        before = self.folds, self.dots
        parts = [self.chain()]
        while self.took("|"):
            parts.append(self.chain())
        self.folds, self.dots = before  # flags hold to the end of the group around them
        return parts[0] if len(parts) == 1 else Alternation(tuple(parts))

    def chain(self) -> Expression:
        parts: list[Expression] = []
        while self.at < len(self.text):
            if self.at < self.quoted:
                part: Expression = CharacterOf(self.cased(just(self.next())))
                if self.at == self.quoted:
                    self.took("\\E")
            elif self.text[self.at] in "|)":
                break
            else:
                part = self.one()
            while self.at >= self.quoted and (times := self.times()) is not None:
                part = Repetition(part, *times)
            parts.append(part)
        return Concatenation(tuple(parts))

    def times(self) -> tuple[int, int | None] | None:
        """Read how often a part comes, None where that isn't said."""
        found: tuple[int, int | None] | None = None
        for sign, said in {"*": (0, None), "+": (1, None), "?": (0, 1)}.items():
            if found is None and self.took(sign):
                found = said
        end = self.text.find("}", self.at)
        if found is None and end > 0 and self.text[self.at] == "{":
            low, comma, high = self.text[self.at + 1 : end].partition(",")
            if low.isdecimal() and (high.isdecimal() or not high):
                found = int(low), int(high) if high else None if comma else int(low)
                self.at = end + 1
        if found is not None:
            self.took("?")  # as few as possible or as many: it is found in the same texts
        return found

    def one(self) -> Expression:
        character = self.next()
        match character:
            case "(":
                return self.group()
            case "[":
                return CharacterOf(self.bracket())
            case ".":
                return CharacterOf(ANY if self.dots else complement(just("\n")))
            case "^":
                return Boundary("start")
            case "$":
                return Boundary("end")
            case "\\":
                return self.escaped()
            case _:
                return CharacterOf(self.cased(just(character)))

    def cased(self, ranges: Ranges) -> Ranges:
        return folded(ranges) if self.folds else ranges

    # -- groups --

    def group(self) -> Expression:
        outside = self.folds, self.dots
        if self.took("?P<") or self.took("?<"):
            self.at = self.text.index(">", self.at) + 1
        elif self.took("?") and not self.flags():
            return Concatenation(())  # flags alone, which hold from here on
        found = self.choice()
        self.folds, self.dots = outside
        if not self.took(")"):
            raise UnreadExpressionError(self.text)
        return found

    def flags(self) -> bool:
        """Read flags; return whether a part of an expression follows inside the group."""
        is_on = True
        while (sign := self.next()) not in ":)":
            match sign:
                case "-":
                    is_on = False
                case "i":
                    self.folds = is_on
                case "s":
                    self.dots = is_on
                case "m" | "U":
                    pass  # a value has one line; greed finds the same
                case _:
                    raise UnreadExpressionError(self.text)
        return sign == ":"

    # -- classes and escapes --

    def bracket(self) -> Ranges:
        is_outside = self.took("^")
        found: list[Ranges] = []
        while not found or not self.took("]"):
            found.append(self.member())
        whole = union(found)
        return complement(whole) if is_outside else whole

    def member(self) -> Ranges:
        """Read a character, a range or a class inside brackets."""
        if self.took("[:"):
            end = self.text.index(":]", self.at)
            name, self.at = self.text[self.at : end], end + 2
            named = _POSIX.get(name.removeprefix("^"))
            if named is None:
                raise UnreadExpressionError(self.text)
            return complement(self.cased(named)) if name[0] == "^" else self.cased(named)
        low = self.letter()
        if isinstance(low, tuple):
            return low
        if self.text[self.at : self.at + 1] == "-" and self.text[self.at + 1 : self.at + 2] != "]":
            self.at += 1
            high = self.letter()
            if isinstance(high, tuple):
                raise UnreadExpressionError(self.text)
            return self.cased(((ord(low), ord(high)),))
        return self.cased(just(low))

    def letter(self) -> str | Ranges:
        """Read one character, or an escape that stands for a set."""
        character = self.next()
        return self.escape() if character == "\\" else character

    def escaped(self) -> Expression:
        sign = self.text[self.at : self.at + 1]
        if sign in _PLACES:
            self.at += 1
            return Boundary(_PLACES[sign])
        if self.took("Q"):
            end = self.text.find("\\E", self.at)
            self.quoted = len(self.text) if end < 0 else end
            return Concatenation(())
        found = self.escape()
        return CharacterOf(found if isinstance(found, tuple) else self.cased(just(found)))

    def escape(self) -> str | Ranges:
        """Read what stands behind a backslash."""
        sign = self.next()
        if sign.lower() in _PERL:
            named = self.cased(_PERL[sign.lower()])
            return named if sign.islower() else complement(named)
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign == "x":
            return self.hexadecimal()
        if sign == "0":
            digits = self.text[self.at : self.at + 2]
            octal = digits[: 2 if all(c in "01234567" for c in digits) else 0]
            if not octal and digits[:1] in "01234567":
                octal = digits[:1]
            self.at += len(octal)
            return chr(int(octal or "0", 8))
        if sign.isalnum():
            raise UnreadExpressionError(self.text)
        return sign

    def hexadecimal(self) -> str:
        if self.took("{"):
            end = self.text.index("}", self.at)
            digits, self.at = self.text[self.at : end], end + 1
        else:
            digits, self.at = self.text[self.at : self.at + 2], self.at + 2
        code = int(digits, 16)
        if code > HIGHEST:
            raise UnreadExpressionError(self.text)
        return chr(code)
