"""A session: the policies of the open texts, and the worker that follows their edits.

Every edit has a number. The worker waits for a pause, reads the policies that the edit can
concern, checks them quickly, then wholly, and tells of each as it goes (`Level`). An edit
in between stops it: what it then says of the older text is said no more, and it begins anew.
Whoever asks about a text waits until the worker has come as far as they need.

The texts belong to the thread that talks to the editor; the worker takes them as they are
when it begins, and hands over values.
"""

import gc
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import partial
from pathlib import Path
from threading import Condition, Thread
from time import monotonic

import attrs

from turnout.compiler.checks.again import Checked
from turnout.compiler.compiled import Compiled, Unchecked, read_policy
from turnout.compiler.leads.budget import STEPS, Budget, Stopped, stoppable
from turnout.compiler.recompiled import compile_again, rules_of
from turnout.compiler.verdict import Severities
from turnout.dsl.files import Files
from turnout.dsl.rereading import RulesRead
from turnout.frozen import define, frozen
from turnout.lsp.belonging import Includes
from turnout.lsp.last_answers import forget_answers
from turnout.lsp.staying import with_staying
from turnout.project.configuration import ConfigurationError, configuration_of

PAUSE = 0.03
"""Seconds without an edit after which the worker begins, where edits come fast."""

REST = 0.1
"""Seconds without an edit after which the next one is looked at at once: it stands by itself."""

QUIET = 1.0
"""Seconds without an edit after which nobody minds that memory is tidied up."""

_MOST_UNTIDY, _WHOLE_TIDY = 200, 50
"""Edits without a pause after which memory is tidied up; how often all of it is."""

_SELDOM = (100_000, 20, 50)
"""Things made after which Python looks by itself among the new ones, and how often among more."""

DEADLINE = 30.0
"""Seconds for all questions of a policy, whose author waits for the answer."""


class Level(IntEnum):
    """How far the worker has come with a state of the texts."""

    READ = 1
    QUICK = 2
    WHOLE = 3


@frozen
class Insight:
    """What is known of a policy after an edit.

    main: its main file. number: of the edit. read: the policy as it was read. compiled: with
    its findings; before there are any of this state, those of the one before. checked: what its
    routes were analysed into, once all checks are through. fault: why its configuration can't
    be used.
    """

    main: Path
    number: int
    level: Level
    read: Unchecked
    compiled: Compiled | None
    checked: Checked | None = None
    fault: ConfigurationError | None = None


@define
class _Followed:
    """A policy that is worked on, and what its next check goes on from.

    checked: of the last state that was checked wholly. just: of the present one, by the quick
    checks.
    """

    main: Path
    rules: RulesRead = attrs.Factory(lambda: RulesRead(keeps=True))
    checked: Checked | None = None
    just: Checked | None = None
    answer: Insight | None = None

    def concerns(self, paths: Iterable[Path]) -> bool:
        """Return whether one of these files was to be read for it, or it never was read."""
        if self.answer is None:
            return True
        read = self.answer.read
        return any(path in read.read or path in read.missed for path in paths)


Told = Callable[[int, Level, Mapping[Path, Insight]], None]
"""Called by the worker: with the number of the edit, how far it came, and every answer."""


@define(eq=False)
class Follower:
    """The policies of the open texts.

    top: the folder that is open.
    number: of the last edit. texts: the open ones. edited: files that changed since the
    worker last looked.
    """

    top: Path | None = None
    number: int = 0
    texts: Mapping[Path, str] = attrs.Factory(dict[Path, str])
    edited: set[Path] = attrs.Factory(set[Path])
    is_ended: bool = False
    _at: float = 0.0
    _due: float = 0.0
    _change: Condition = attrs.Factory(Condition)
    _followed: dict[Path, _Followed] = attrs.Factory(dict[Path, _Followed])
    _behind: set[Path] = attrs.Factory(set[Path])
    _includes: Includes = attrs.Factory(Includes)
    _rounds: int = 0

    def start(self, told: Told, failed: Callable[[Exception], None]) -> None:
        """Let the worker begin; it ends with the process.

        told: who hears of answers. failed: who hears of a bug.
        """
        work = partial(self._work, told, failed)
        Thread(target=work, name="checks", daemon=True).start()

    def change(self, texts: Mapping[Path, str], paths: Iterable[Path]) -> int:
        """Take in the texts after an edit of these files; return the edit's number."""
        with self._change:
            self.number += 1
            self.texts = texts
            self.edited.update(paths)
            now = monotonic()
            self._due = now if now - self._at > REST else now + PAUSE
            self._at = now
            self._change.notify()
            return self.number

    def end(self) -> None:
        """Let the worker end."""
        with self._change:
            self.is_ended = True
            self.number += 1
            self._change.notify()

    def _work(self, told: Told, failed: Callable[[Exception], None]) -> None:
        since = 1  # edits since memory was tidied up
        while True:
            with self._change:
                is_wanted = self._change.wait_for(self._is_wanted, QUIET if since else None)
            if not is_wanted or since > _MOST_UNTIDY:
                self._rounds, since = self._rounds + 1, 0
                tidy(whole=self._rounds % _WHOLE_TIDY == 1)
                continue
            since += 1
            with self._change:
                while not self.is_ended and (left := self._due - monotonic()) > 0:
                    self._change.wait(left)
                if self.is_ended:
                    return
                number, texts, paths = self.number, self.texts, frozenset(self.edited)
                self.edited.clear()
            try:
                self._follow(number, Files(texts), paths, told)
                if not gc.isenabled():  # the first findings are there; see `server.serve`
                    tidy(whole=True)
            except Exception as bug:  # noqa: BLE001 - the next edit may be answered again
                self._behind.clear()
                failed(bug)

    def _is_wanted(self) -> bool:
        return bool(self.is_ended or self.edited or self._behind)

    def _follow(self, number: int, files: Files, paths: frozenset[Path], told: Told) -> None:
        """Follow an edit as far as nobody edits on."""
        try:
            with stoppable(lambda: self.number != number):
                self._bring_up(number, files, paths, told)
        except Stopped:
            pass

    def _bring_up(self, number: int, files: Files, paths: frozenset[Path], told: Told) -> None:
        """Bring all that some files concern up to a state of the texts. Raises Stopped."""
        policies = [path for path in files.overlay if path.suffix == ".route"]
        mains = {main for path in policies for main in self._includes.mains(path, files, self.top)}
        self._followed = {
            main: self._followed.get(main) or _Followed(main) for main in sorted(mains)
        }
        self._behind &= mains
        self._behind |= {
            main for main, each in self._followed.items() if each.concerns(paths) or main in paths
        }
        behind = [self._followed[main] for main in sorted(self._behind)]
        forget_answers()
        severities: dict[Path, Severities] = {}
        for each in behind:
            each.answer, severities[each.main] = _read(each, number, files)
        self._tell(number, Level.READ, told)
        for level in (Level.QUICK, Level.WHOLE):
            for each in behind:
                _check(each, level, severities[each.main])
            if level is Level.WHOLE:
                self._behind.clear()
            self._tell(number, level, told)

    def _tell(self, number: int, level: Level, told: Told) -> None:
        if self.number != number:
            raise Stopped
        answers = {main: each.answer for main, each in self._followed.items() if each.answer}
        told(number, level, answers)


def tidy(*, whole: bool) -> None:
    """Free what only cycles hold. whole: all of it is looked through, else what is new.

    Python does so by itself whenever many things have been made, and so in the middle of each
    answer; policies hold no cycles, but looking for some among all that is known of one takes
    longer than the answer.
    """
    if whole:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    gc.enable()


def _read(followed: _Followed, number: int, files: Files) -> tuple[Insight, Severities]:
    before = followed.answer.compiled if followed.answer else None
    fault: ConfigurationError | None = None
    severities: Severities = {}
    try:
        severities = configuration_of(followed.main).severities
    except ConfigurationError as found:
        fault = found
    read = read_policy(followed.main, files=files, known=followed.rules)
    followed.rules, followed.just = rules_of(read, followed.rules), None
    return Insight(followed.main, number, Level.READ, read, before, None, fault), severities


def _check(followed: _Followed, level: Level, severities: Severities) -> None:
    answer = followed.answer
    assert answer is not None  # it was read
    budget = Budget(STEPS, monotonic() + DEADLINE)
    found = compile_again(
        answer.read,
        followed.checked,
        severities,
        budget,
        is_quick=level is Level.QUICK,
        just=followed.just,
    )
    followed.checked, followed.just = found.checked, found.just
    compiled = found.compiled
    is_sound = len(answer.read.sound) == len(answer.read.program.routes)
    if found.is_quick:
        is_whole = not answer.read.found
        compiled = with_staying(compiled, answer.compiled, is_whole=is_whole, is_checked=is_sound)
    is_settled = not found.is_quick and is_sound
    followed.answer = attrs.evolve(
        answer,
        level=level,
        compiled=compiled,
        checked=found.checked if is_settled else None,
    )
