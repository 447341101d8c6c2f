"""Text that is no policy → syntax tree, with every syntax error of the file in one run.

The parser's stack is in our own hands (`pushdown.py`), so that an error does not end it. On
an error the parser looks ahead for the next word that starts something (a keyword first on
its line, or a closing brace), gives up the unfinished parts of its stack until that word
fits, and goes on from there: panic mode with synchronising words, as in Aho, Lam, Sethi and
Ullman, "Compilers" (2nd edition, 4.8.3). What was given up is marked as broken, so that
later passes stay silent about it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache, partial

import attrs

from turnout.dsl import nodes
from turnout.dsl.build import Builder
from turnout.dsl.findings import Finding, Fix, error
from turnout.dsl.lexing import Lexer, Repairs, Token, UnexpectedError
from turnout.dsl.mistakes import told
from turnout.dsl.mistakes.met import CONNECTORS, Met, Told, with_neighbours
from turnout.dsl.mistakes.reading_on import Trials
from turnout.dsl.mistakes.vocabulary import unfinished
from turnout.dsl.pushdown import Pushdown
from turnout.dsl.reductions import Reduced, Reductions
from turnout.dsl.rereading import RulesRead
from turnout.dsl.resuming import closes, give_up_until, resume, stump, untake
from turnout.dsl.source import Source, Span
from turnout.frozen import define
from turnout.grammar.lalr import END, tables

MAX_ERRORS = 100
MOST_READ = 4_000_000
"""Characters that are read anew for mistakes that were understood, at most, or twice the file."""

_WORD = re.compile(r"[\w-]+")
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_NEXT = re.compile(r'"(?:\\.|[^"\\\n])*"|[\w-]+|[<>=!&|]+|[%@$^~?*+]+|.', re.DOTALL)


def recovered(
    source: Source, known: RulesRead | None = None
) -> tuple[nodes.File, tuple[Finding, ...]]:
    """Return what can be read of the file, and its syntax errors, in order of place.

    After `MAX_ERRORS` the rest of the file stays unread. Where a mistake is understood, the
    file is read anew as if it had been written right, at most `MOST_READ` times its length.
    known: rules of other texts, which aren't read again.
    """
    mended: list[Told] = []
    refused: set[int] = set()
    settled: set[int] = set()
    while True:
        is_last = len(mended) + len(refused) >= most_mended(len(source.text))
        attempt = _Attempt(source, tuple(mended), refused, settled, known, mends=not is_last)
        file = attempt.read()
        if file is not None:
            found = [*attempt.findings, *(_said(source, each, mended) for each in mended)]
            found = list(_once(found))
            found.sort(key=lambda each: each.span.start if each.span else 0)
            return file, tuple(found[:MAX_ERRORS])
        if attempt.next is None:  # what was read in its place can't stand there either
            refused.add(mended.pop().start)
        elif any(each.start == attempt.next.start for each in mended):
            refused.add(attempt.next.start)
        else:
            mended.append(attempt.next)


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield each mistake once; it may be met again behind another, with other help."""
    met: set[tuple[str, Span | None, str]] = set()
    for each in found:
        mistake = each.name, each.span, each.message
        if mistake not in met:
            met.add(mistake)
            yield each


def most_mended(length: int) -> int:
    """Return how many mistakes are mended in a file of that length; the rest are skipped.

    >>> most_mended(5_000), most_mended(2_000_000)
    (100, 2)
    """
    return max(2, min(MAX_ERRORS, MOST_READ // max(length, 1)))


@define
class _Attempt:
    """One reading of a file, with what was understood before read as it was meant.

    refused: places of which the repair didn't help. settled: places of errors that were met
    before and skipped, so that no repair is to blame for them. known: rules that needn't be
    read; unknown: where what is known is read all the same. mends: whether a mistake that is
    understood ends the attempt, to be read anew; `next` is then the mistake, or None where
    the last repair itself didn't fit.
    """

    source: Source
    mended: tuple[Told, ...]
    refused: set[int]
    settled: set[int]
    known: RulesRead | None
    mends: bool
    findings: list[Finding] = attrs.Factory(list[Finding])
    broken: list[Span] = attrs.Factory(list[Span])
    next: Told | None = None
    unknown: set[int] = attrs.Factory(set[int])

    def read(self) -> nodes.File | None:
        """Return the file's tree, None where it is to be read anew."""
        repairs = [repair for each in self.mended for repair in each.repairs]
        lexer = Lexer(self.source.text, tables(), Repairs({each.start: each for each in repairs}))
        parser = Pushdown(tables(), lexer, Reductions(tables(), Builder(self.source).of))
        last = min(each.end for each in self.mended[-1].repairs) if repairs else -1
        return self._read(parser, last)

    def _read(self, parser: Pushdown, last_repair: int) -> nodes.File | None:
        text = self.source.text
        read: Reduced | None
        known = None if self.known is None else partial(self._known, self.known)
        while True:
            try:
                read = parser.read(known)
                break
            except UnexpectedError as unexpected:
                taken = parser.untaken()
                if taken is not None:
                    self.unknown.add(taken)
                    continue
                at = untake(parser, text, unexpected.start)
                met = _met(text, unexpected if at is None else UnexpectedError(at), parser)
                mistake = self._told(met, parser)
                if met.start <= last_repair and met.start not in self.settled:
                    return None
                can_mend = mistake is not None and mistake.repairs and self.mends
                if mistake is not None and can_mend and mistake.start not in self.refused:
                    self.next = mistake
                    return None
                self.settled.add(met.start)
                span = Span(self.source, met.start, max(met.end, met.start + 1))
                if not met.word:
                    end = len(text.rstrip())
                    span = Span(self.source, max(end - 1, 0), end)
                finding = _plain(met, span) if mistake is None else _said(self.source, mistake)
                self.findings.append(finding)
                has_room = len(self.findings) < MAX_ERRORS
                begin = met.start if met.word else span.start
                resumed = resume(parser, text, begin) if has_room else None
                if resumed is None:
                    parser.complete()
                    given_up = give_up_until(parser, END)
                    start = min(span.start, given_up or 0)
                    self.broken.append(Span(self.source, start, len(text)))
                    read = parser.feed(Token(END, "", len(text), len(text)))
                    break
                start, end = min(span.start, resumed[0]), max(span.end, resumed[1])
                self.broken.append(Span(self.source, start, end))
        assert read is not None  # the end was taken in
        file: nodes.File = read.items[0]
        return attrs.evolve(file, broken=tuple(self.broken))

    def _known(
        self, known: RulesRead, what: str, start: int
    ) -> nodes.Rule | nodes.Territory | None:
        """Return what is known at an offset, unless a part of it is to be read otherwise."""
        node = known.of(self.source, what, start)
        if node is None or start in self.unknown:
            return None
        repairs = (repair.start for each in self.mended for repair in each.repairs)
        # Right behind it as well: whoever goes back over a repair would meet the mistake again.
        end = _BLANK.match(self.source.text, node.span.end).end()  # type: ignore[union-attr]
        return None if any(start <= repair <= end for repair in repairs) else node

    def _told(self, met: Met, parser: Pushdown) -> Told | None:
        """Return what is told of an error; of what was begun and left, that it was."""
        trials = self._trials(met, parser)
        mistake = told(met, trials)
        left = stump(parser, met)
        if left is None or (mistake is not None and (closes(mistake) or trials.mends(mistake))):
            return mistake
        return unfinished(met, *left)

    def _trials(self, met: Met, parser: Pushdown) -> Trials:
        earlier = tuple(repair for each in self.mended for repair in each.repairs)
        return Trials(self.source.text, met.start, parser, earlier)


def _said(source: Source, mistake: Told, others: Sequence[Told] = ()) -> Finding:
    """Return the finding of a mistake; what is wrong besides on its line is written right, too."""
    mistake = with_neighbours(source.text, mistake, others)
    span = Span(source, mistake.start, mistake.end)
    finding = error("syntax-error", span, mistake.message, text=mistake.text)
    edit = mistake.edit
    fixes = (
        ()
        if edit is None
        else (Fix(mistake.help[0], Span(source, edit.start, edit.end), edit.text),)
    )
    return attrs.evolve(finding, help=mistake.help, fixes=fixes)


# -- what went wrong --


def _met(text: str, unexpected: UnexpectedError, parser: Pushdown) -> Met:
    """Return the place of an error: the word that can't stand there, and what could."""
    if unexpected.start is None:
        return Met(text, len(text), "", _accepted(parser, ""))
    found = _NEXT.match(text, unexpected.start)
    word = found[0] if found else ""
    return Met(text, unexpected.start, word, _accepted(parser, word))


def _accepted(parser: Pushdown, word: str) -> frozenset[str]:
    """Return what could stand there: words, kinds of words, and two in a row.

    "to …" says that `word`, which stands there, could stand behind a `to`.
    """
    states, fixed = parser.before, parser.tables.fixed
    found: set[str] = set()
    for name in parser.tables.rows[states[-1]]:
        behind = parser.behind(states, name) if name.isupper() and name != END else None
        if behind is None:
            continue
        word_of = fixed.get(name, name)
        found.add(word_of)
        if word_of in CONNECTORS and any(parser.behind(behind, kind) for kind in _kinds_of(word)):
            found.add(f"{word_of} …")
    return frozenset(found)


@cache
def _kinds_of(word: str) -> tuple[str, ...]:
    """Return the terminals that a word can be."""
    found = tuple(name for name, text in tables().fixed.items() if text == word)
    return found or tuple(
        name
        for name, pattern in tables().patterns.items()
        if name in _KINDS and re.fullmatch(pattern, word)
    )


def _plain(met: Met, span: Span) -> Finding:
    """Return the finding where no mistake was recognised."""
    if not met.word:
        message = "the file ends in the middle of a construct"
    elif met.word == '"':
        message = "this text is never closed"
        return error("syntax-error", span, message, help='close it with `"` on the line')
    elif _WORD.match(met.word) or len(met.word) > 1:
        message = f"`{_shorten(met.word)}` can't stand here"
    else:
        message = _odd_character(met.word)
    return error("syntax-error", span, message, text=_expected(met))


def _odd_character(character: str) -> str:
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"the character `{shown}` means nothing here"


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


_KINDS = {
    "FIELD": "a name",
    "NAME": "a name",
    "STRING": "a quoted text",
    "NUMBER": "a number",
    "PERCENT": "a percentage such as `92%`",
    "DATE": "a date",
    "COMPARISON": "`<`, `<=`, `>` or `>=`",
    "HOURS": "hours such as `09:00-17:00`",
    "TIME": "a time such as `09:00`",
}


def _expected(met: Met) -> str:
    """Return what could stand there: kinds of words first, then words, the likeliest first."""
    kinds = list(dict.fromkeys(of for name, of in _KINDS.items() if name in met.accepted))
    words = [word for word in met.accepted if word not in _KINDS and not word.endswith(" …")]
    words.sort(key=lambda word: (-SequenceMatcher(None, met.word.lower(), word).ratio(), word))
    choices = kinds + [f"`{word}`" for word in words]
    if not choices:
        return ""
    if len(choices) > 8:
        choices = [*choices[:7], "..."]
    if len(choices) == 1:
        return f"expected {choices[0]}"
    return f"expected {', '.join(choices[:-1])} or {choices[-1]}"
