"""What was answered about a text isn't kept once it is edited, and neither is what it was about."""

import gc
from pathlib import Path
from weakref import ref

from turnout.dsl.files import Files
from turnout.lsp.following import Follower, Insight
from turnout.lsp.receiving import analysis_of, receiving

POLICY = """\
lead { id: text required  size: integer 0.. }
queue one
route inbound {
  rule small { when size < 10 to queue one }
  rule large { when size > 5 to queue one }
  fallback to queue one
}
"""


def test_of_an_edited_policy_nothing_is_left(tmp_path: Path) -> None:
    main = tmp_path / "a.route"
    main.write_text(POLICY, "utf-8")
    follower, found = Follower(number=1), dict[Path, Insight]()

    def follow(text: str) -> None:  # what the worker does, without its thread
        follower._follow(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            1,
            Files({main: text}),
            frozenset([main]),
            lambda _, __, answers: found.update(answers),
        )

    follow(POLICY)
    analysis = analysis_of(found[main], "inbound")
    assert analysis is not None
    assert receiving(analysis, 0).share is not None
    before = ref(analysis)
    del analysis
    follow(f"{POLICY}queue two\n")
    gc.collect()
    assert before() is None
