"""The structured picture of a route: the policy's own outline, drawn.

Every box has one way in. *Yes* goes right to where the lead goes, or down into the block;
*everybody else* goes down, dashed. What nothing in a block takes leaves at its foot and
meets the outer line. So no arrow needs a label, none crosses another one, and the size is
linear in the policy.

`paging.py` makes pages of rows out of a tree, `marking.py` says on them what is known of
a lead, a sample or a finding, `placing.py` gives everything its place, and `svg.py`,
`dot.py` and `mermaid.py` write it.
"""

from fractions import Fraction
from typing import Literal, TypeAlias

from turnout.compiler.tree import Leaf, TreeStep
from turnout.dsl.source import Span
from turnout.frozen import attribute, frozen

RowKind: TypeAlias = Literal["question", "block", "table", "rest", "closed", "onward", "end"]
"""What a row's box is: a question, a `within`, a table of rules, everybody else, a part that is
on another page or left out, the way out of a page, and the end of a route that leaves leads with
nobody."""

Role: TypeAlias = Literal["team", "person", "queue", "partner", "sequence", "reject", "plain"]
"""What a target's colour says: who has the lead then."""

Reply: TypeAlias = Literal["yes", "no", "unasked"]
"""What the lead that is followed answers; "unasked" where its way doesn't lead."""

Tone: TypeAlias = Literal["finding", "refusal", "count", "faint"]
"""What a note is about: the policy, the lead that is followed, a sample, or nothing of these."""


@frozen
class Note:
    """A line that is said beside what the policy says. more: the whole of it, as a tooltip."""

    tone: Tone
    text: str
    more: str = ""


@frozen
class Card:
    """Where a lead goes. name: the rule's, "" for a fallback. lines: the targets and the rest.

    said: all of it, for readers of tooltips.
    """

    name: str
    lines: tuple[str, ...]
    role: Role
    is_dashed: bool
    said: str
    notes: tuple[Note, ...] = ()


@frozen
class Stripe:
    """A box of the outline, with the card beside it.

    level: how deep it stands. until: the first row behind what is inside it. step: of the
    tree, None for what stands for several. leaves: those that are in it. is_joined: it
    stands directly on the row above, as one line of a table. page: where what a closed row
    stands for is drawn, None where it isn't. state: what the lead that is followed answers.
    share: how much of a sample ends in it. is_marked: a finding is about it.
    """

    level: int
    kind: RowKind
    text: str
    card: Card | None
    until: int
    step: TreeStep | None = None
    leaves: tuple[Leaf, ...] = ()
    span: Span | None = attribute(default=None, eq=False, repr=False)
    is_joined: bool = False
    page: int | None = None
    notes: tuple[Note, ...] = ()
    state: Reply | None = None
    share: Fraction | None = None
    is_marked: bool = False


@frozen
class Page:
    """Rows that are drawn together. number: from 1, the overview. above: the pages that it is in.

    title: what it shows, "" for all of the route. is_list: the rows are no way of a lead,
    so that no line leads from one to the next. entry: who comes in above the rows, "" for
    nobody; above a list, what leads back to the page above.
    """

    number: int
    title: str
    rows: tuple[Stripe, ...]
    above: tuple[tuple[str, int], ...] = ()
    entry: str = "lead arrives"
    is_list: bool = False


@frozen
class Masthead:
    """What stands above every page.

    title: the policy and the route. facts: its hash, the commit and the like. notes: what
    was found that no row is about.
    """

    title: str
    facts: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
