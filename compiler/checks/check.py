"""What a check is: what it reports, what it looks at, and when it has to look again."""

from collections.abc import Callable, Collection, Iterator
from enum import Enum
from typing import TypeAlias

from turnout.compiler.leads.budget import Budget
from turnout.compiler.program import Program
from turnout.compiler.questions.analysis import Analysis
from turnout.dsl.finding_kinds import FindingKind
from turnout.dsl.findings import Finding
from turnout.frozen import frozen


class Depends(Enum):
    """What of a policy tells whether a check finds fault with a rule.

    CONDITION: nothing but the rule's condition. OUTCOME: what becomes of the rule's leads,
    and of those of others that meet it.
    """

    CONDITION = "condition"
    OUTCOME = "outcome"


@frozen
class OfRoute:
    """Looks at a route as a whole.

    may_wait: it isn't begun past the deadline. is_quick: it takes a fraction of the others'
    time, so that it can be run at every keystroke.
    """

    run: Callable[[Analysis], Iterator[Finding]]
    may_wait: bool = False
    is_quick: bool = False


@frozen
class OfRules:
    """Looks at the rules of a route one by one; those that are known to be right can be left out.

    run: takes the numbers of these. depends_on: what makes them right again after an edit.
    may_wait: it isn't begun past the deadline.
    """

    run: Callable[[Analysis, Collection[int]], Iterator[Finding]]
    depends_on: Depends
    may_wait: bool = False


@frozen
class OfGuarantees:
    """Looks at what is guaranteed of the leads of some routes."""

    run: Callable[[Program, Collection[str], Budget], Iterator[Finding]]


@frozen
class OfFamilies:
    """Looks at territories and segments; families, by kind and name, can be left out."""

    run: Callable[[Program, Budget, Collection[tuple[str, str]]], Iterator[Finding]]


@frozen
class OfPolicy:
    """Looks at what is declared, and asks nothing about leads."""

    run: Callable[[Program], Iterator[Finding]]


Subject: TypeAlias = OfRoute | OfRules | OfGuarantees | OfFamilies | OfPolicy


@frozen
class Check:
    """A check: the kinds of finding that it reports, besides `undecided`, and how it is run."""

    kinds: tuple[FindingKind, ...]
    scope: Subject
