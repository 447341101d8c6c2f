"""What becomes of a lead that somebody was given: offers, and reasons for which it comes back."""

from turnout.dsl.promises import Period
from turnout.dsl.source import Span
from turnout.frozen import attribute, frozen


def _span() -> Span:
    return attribute(eq=False, repr=False)  # type: ignore[no-any-return]


@frozen
class TimedOffer:
    """In which time whoever a rule gives a lead to accepts it, else the next one has it.

    wall: counted by the wall clock, not in their calendar.

    >>> from turnout.dsl.source import NOWHERE
    >>> str(TimedOffer(Period(15, "minute"), wall=True, span=NOWHERE))
    '15 minutes wall'
    """

    period: Period
    wall: bool
    span: Span = _span()

    def __str__(self) -> str:
        return f"{self.period}{' wall' if self.wall else ''}"


@frozen
class Reasons:
    """Why leads can be given back. credited: those for which the turn is given back, too.

    named: in written order; empty where the policy names none, and any will do.
    """

    named: tuple[str, ...] = ()
    credited: frozenset[str] = frozenset()

    def meant(self, text: str) -> str | None:
        """Return the reason that a text means, without regard to case, spaces and hyphens.

        >>> Reasons(("no-show", "spam")).meant("No show")
        'no-show'
        """
        if not self.named:
            return text.strip() or None
        return next((each for each in self.named if _plain(each) == _plain(text)), None)


def _plain(text: str) -> str:
    return "".join(text.casefold().replace("-", " ").replace("_", " ").split())


ANY = Reasons()
"""Of a policy that names none."""
