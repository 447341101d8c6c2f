"""What an editor is told while the worker is still at it, and where in its text."""

import re
from io import BytesIO
from pathlib import Path
from threading import Thread
from time import monotonic

from hypothesis import given
from hypothesis import strategies as st

from turnout.compiler.checks.again import Checked
from turnout.compiler.compiled import Compiled, read_policy
from turnout.compiler.leads.budget import USUAL
from turnout.compiler.recompiled import compile_again
from turnout.dsl.files import Files
from turnout.lsp.conversation import Conversation
from turnout.lsp.desk import PATIENCE, Desk
from turnout.lsp.following import Level
from turnout.lsp.positions import TextLines
from turnout.lsp.staying import with_staying

POLICY = """\
lead { id: text required, country: country, employees: integer 0.. }
queue one
route inbound {
  rule large { when employees > 99 to queue one }
  fallback to queue one
}
guarantee nobody { when employees > 5 and employees < 3 always reaches queue one }
guarantee others { when employees > 5 never reaches queue one }
"""
OF_GUARANTEES = ["impossible-condition", "refuted-guarantee"]


class SlowEditor(Conversation):
    """An end of a conversation that has so far been busy with something else."""

    def work_off(self) -> None:
        while not self._inbox.empty():
            self._inbox.get()()


def test_the_worker_goes_on_once_what_it_found_at_first_is_told() -> None:
    conversation = SlowEditor(BytesIO(), BytesIO())
    desk = Desk(conversation)
    for level, waits in ((Level.READ, False), (Level.QUICK, True), (Level.WHOLE, False)):
        worker = Thread(target=desk.heard, args=(0, level, {}), daemon=True)
        worker.start()
        worker.join(PATIENCE / 5)
        assert worker.is_alive() == waits
        conversation.work_off()
        assert desk.reached[level] == 0
        worker.join(PATIENCE / 2)
        assert not worker.is_alive()


def test_the_worker_does_not_wait_for_ever() -> None:
    desk = Desk(SlowEditor(BytesIO(), BytesIO()))
    began = monotonic()
    desk.heard(0, Level.QUICK, {})  # nobody works it off
    assert monotonic() - began >= PATIENCE * 0.9


def compiled(text: str, before: Checked | None, *, is_quick: bool) -> tuple[Compiled, bool]:
    main = Path("/away/policy.route")
    read = read_policy(main, files=Files({main: text}))
    found = compile_again(read, before, {}, USUAL, is_quick=is_quick)
    return found.compiled, not read.found


def of_guarantees(of: Compiled) -> list[str]:
    return sorted(each.name for each in of.findings if each.name in OF_GUARANTEES)


def test_what_was_found_of_guarantees_stays_until_they_are_looked_at_again() -> None:
    whole, _ = compiled(POLICY, None, is_quick=False)
    edited = POLICY.replace("route inbound {", "route inbound {\n  # a comment")
    quick, is_whole = compiled(edited, None, is_quick=True)
    shown = with_staying(quick, whole, is_whole=is_whole, is_checked=True)
    assert (of_guarantees(whole), of_guarantees(quick)) == (OF_GUARANTEES, [])
    assert of_guarantees(shown) == OF_GUARANTEES
    places = {each.span.text for each in shown.findings if each.span and each.name in OF_GUARANTEES}
    assert all("queue one" in text or text == "nobody" for text in places)


@given(st.text(st.sampled_from("ab\n\r\u2028é😀\x0b")), st.booleans())
def test_lines_start_behind_their_ends(text: str, is_read: bool) -> None:
    ends = r"[\n\r]" if is_read else r"\r\n|\n|\r"
    starts = [0, *(found.end() for found in re.finditer(ends, text))]
    assert [*TextLines(text, is_read=is_read).starts] == starts
