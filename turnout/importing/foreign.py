"""Rules as another tool has them, after its own syntax and before ours."""

from typing import Literal, TypeAlias

from turnout.errors import Error
from turnout.frozen import frozen

Operator: TypeAlias = Literal[
    "is",
    "is not",
    "contains",
    "starts with",
    "ends with",
    "matches",
    "<",
    "<=",
    ">",
    ">=",
    "has any",
    "has all",
    "older than",
    "later than",
    "within",
    "within next",
    "is past",
    "is today",
    "is future",
    "missing",
    "present",
]
"""What is asked of a field; as in a policy, each but `missing` is false where it is missing.

`older than` to `within next` have one value, a count of days; `matches` has one pattern, for RE2.
"""

OF_AGES: frozenset[Operator] = frozenset({"older than", "later than", "within", "within next"})
OF_DAYS: frozenset[Operator] = frozenset({*OF_AGES, "is past", "is today", "is future"})

FieldKind: TypeAlias = Literal[
    "text",
    "code",
    "email",
    "phone",
    "domain",
    "integer",
    "number",
    "percent",
    "money",
    "boolean",
    "date",
    "country",
    "subdivision",
    "one of",
    "any of",
]
"""Types of fields that a source can tell of."""


class ForeignError(Error):
    """Files of another tool that can't be read at all."""


@frozen
class Origin:
    """Where something stands in a source. entry: such as "rule Standard, entry 3"."""

    file: str
    line: int
    entry: str = ""

    def __str__(self) -> str:
        """Return the place as it is printed."""
        at = f"{self.file}:{self.line}"
        return f"{at} ({self.entry})" if self.entry else at


@frozen
class Criterion:
    """A test of one field. field: by the source's own name. values: one or several of them."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()


@frozen
class Every:
    """All of these hold; with none, always."""

    parts: tuple["Asked", ...]


@frozen
class Some:
    """One of these holds."""

    parts: tuple["Asked", ...]


@frozen
class Nay:
    """This does not hold."""

    part: "Asked"


@frozen
class Unsaid:
    """What no policy can say: a field of its own stands for it. text: as the source has it."""

    field: str
    text: str


Asked: TypeAlias = Criterion | Every | Some | Nay | Unsaid

ALWAYS = Every(())


@frozen
class Receiver:
    """Who gets a lead. name: as the source says it; an address of a person, if it has one.

    A queue without a name is that of the leads that nobody has. members: the addresses of
    those of a team.
    """

    kind: Literal["person", "queue", "team", "current-owner"]
    name: str = ""
    email: str | None = None
    members: tuple[str, ...] = ()

    @property
    def may_pass_on(self) -> bool:
        """Whether there are leads that these can't take, since they are people."""
        return self.kind in {"person", "team"}


@frozen
class ImportNote:
    """How something came over. is_refused: the policy says nothing of it.

    kind: "read" where it only says how the source was understood; "" where something differs.
    """

    place: Origin
    message: str
    is_refused: bool = False
    kind: Literal["", "read"] = ""

    @property
    def word(self) -> Literal["refused", "read", "changed"]:
        """What a report says in front of it."""
        return "refused" if self.is_refused else self.kind or "changed"


@frozen
class ForeignRule:
    """One rule of a source, in its order.

    notices: (channel, text) for `notify`. tags: texts for `tag`. otherwise: who has a lead that
    the receiver can't take, one after the other.
    """

    place: Origin
    asks: Asked
    receiver: Receiver
    notices: tuple[tuple[str, str], ...] = ()
    notes: tuple[ImportNote, ...] = ()
    comment: str = ""
    tags: tuple[str, ...] = ()
    otherwise: tuple[Receiver, ...] = ()

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """Whoever may get a lead, in the order in which they are asked."""
        return (self.receiver, *self.otherwise)


@frozen
class ForeignField:
    """A field as the source describes it. columns: what its exports call it, the best first.

    kind: None where only its use can tell. values: of a list that is closed. comment: what the
    source says that this field stands for.
    """

    name: str
    columns: tuple[str, ...]
    kind: FieldKind | None = None
    values: tuple[str, ...] = ()
    currency: str = "USD"
    comment: str = ""


@frozen
class RuleSet:
    """The entries of one rule, which become a route. notes: what belongs to no entry.

    heading: of the column with whom the rules name, where they stay a sheet; else "". comment:
    what its source says of it, in lines.
    """

    name: str
    place: Origin
    is_active: bool
    entries: tuple[ForeignRule, ...]
    notes: tuple[ImportNote, ...] = ()
    heading: str = ""
    comment: str = ""


def fields_of(asked: Asked) -> dict[str, list[Criterion]]:
    """Return what is asked of each field, in order, by the source's names."""
    found: dict[str, list[Criterion]] = {}
    for ask in _asks(asked):
        found.setdefault(ask.field, []).append(ask)
    return found


def _asks(asked: Asked) -> list[Criterion]:
    match asked:
        case Criterion():
            return [asked]
        case Every(parts) | Some(parts):
            return [ask for part in parts for ask in _asks(part)]
        case Nay(part):
            return _asks(part)
        case Unsaid(field):
            return [Criterion(field, "is", ("true",))]


def unsaid_of(asked: Asked) -> dict[str, str]:
    """Return what no policy can say, by the fields that stand for it."""
    match asked:
        case Criterion():
            return {}
        case Every(parts) | Some(parts):
            return {name: text for part in parts for name, text in unsaid_of(part).items()}
        case Nay(part):
            return unsaid_of(part)
        case Unsaid(field, text):
            return {field: text}
