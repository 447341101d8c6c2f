"""What each column of a sheet of rules is: who gets the leads, what is asked, what is a note.

Headings tell, and a heading that nobody uses for anything else is never asked. What each column
was taken for is told, and options say otherwise.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from turnout.dsl.headers import column_key
from turnout.frozen import frozen
from turnout.importing.foreign import ForeignError

OWNERS = (
    ("owner", "assignto", "assignedto", "assignee", "assign", "routeto", "sendto", "givento"),
    ("owneremail", "leadowner", "recipient", "goesto", "whogetsit", "who", "to", "routing"),
    ("rep", "salesrep", "ae", "sdr", "bdr", "accountexecutive", "accountmanager", "user"),
    (
        *("vertriebler", "zuständig", "verantwortlich", "bearbeiter", "betreuer"),
        *("kundenbetreuer", "ansprechpartner", "responsable", "propriétaire", "propietario"),
        "responsible",
    ),
    ("team", "queue", "group", "salesteam", "destination", "target", "assignment"),
)
"""Headings of who gets a lead, by what they are without blanks and signs; the surest first."""

USUAL = (
    *("country", "state", "region", "city", "zip", "zipcode", "postcode", "employees", "size"),
    *("companysize", "headcount", "revenue", "industry", "source", "leadsource", "product"),
    *(
        "segment",
        "title",
        "score",
        "language",
        "domain",
        "emaildomain",
        "notes",
        "comments",
        "rule",
    ),
)
"""Other headings by which the header of a sheet is known."""

_OWNING = frozenset({"owner", "owners", "assignee", "assigned", "rep", "reps"})
_SECOND = frozenset({"backup", "secondary", "fallback", "second", "deputy", "manager", "previous"})
_COMMENTS = frozenset({"comment", "comments", "note", "notes", "remark", "remarks", "description"})
_COMMENTS_TOO = frozenset(
    {"reason", "rationale", "details", "why", "explanation", "link", "ticket"}
)
_KEPT_BY = re.compile(
    r"(?:last|date)\s+(?:updated?|modified|changed?|reviewed?|edited|added|approved)(?:\s+(?:by|on|at))?"
    r"|(?:updated?|modified|changed?|reviewed|edited|added|approved|created)\s+by"
    r"|updated?(?:\s+(?:on|at))?",
    re.IGNORECASE,
)
_NAMES = frozenset(
    {"rule", "rulename", "name", "nameofrule", "ruleid", "territoryname", "nameofterritory"}
    | {"segmentname", "id"}
)
_ORDERS = frozenset({"#", "no", "no.", "nr", "nr.", "order", "priority", "row", "ruleno", "rule#"})
_DAYS = re.compile(
    r"(?:valid|effective|active|applies)(?:\s+(?:from|to|until|till|date))|(?:start|end|expiry)\s*date"
    r"|expires(?:\s+on)?|effective",
    re.IGNORECASE,
)
_WHOM = (
    r"(?: (?:to|assign(?:ed)? to|route to|owner|person|people|rep|assignee|user|team|queue|contact"
    r"|e-?mail|ae|sdr|bdr|(?:no\.? ?|#)?\d+))*"
)
_BACKUP = re.compile(
    r"(?:(?:or )?else|otherwise"
    rf"|(?:back[ -]?up|fall[ -]?back|deputy|vertretung|stellvertreter){_WHOM}"
    r"|(?:else|otherwise) (?:to|assign to|route to|owner|rep)"
    r"|(?:owner|rep|assignee) ?[(/-]? ?(?:back[ -]?up|fall[ -]?back)\)?)",
    re.IGNORECASE,
)
_ACTIVE = frozenset({"active", "isactive", "enabled", "inuse", "live", "on/off"})


@frozen
class SheetColumns:
    """The columns of a sheet by what they are.

    asking: those with conditions. name: of the rules. order: the numbers of the rules. active:
    whether a row is in use. others: more people, of whom a rule has one. days: when rows count.
    backups: who gets a lead that the owner can't take, in order.
    """

    owner: str
    asking: tuple[str, ...]
    comments: tuple[str, ...]
    name: str | None
    order: str | None
    active: str | None
    others: tuple[str, ...]
    days: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()

    def told(self) -> str:
        """Return what each column was taken for."""
        asks = f"{_and(self.asking)} ask{'s' * (len(self.asking) == 1)}" if self.asking else ""
        notes = [each for each in (self.name, *self.comments) if each]
        verb = "is" if len(notes) == 1 else "are"
        told = f"{_and(notes)} {verb} told in comments" if notes else ""
        owner = f"{self.owner} says who gets the leads"
        if self.backups:
            owner += f", {_and(self.backups)} who else"
        parts = [asks, owner, told]
        return "; ".join(each for each in parts if each)


def columns_of_rules(
    headings: Iterable[str], to: str | None, notes: Collection[str], file: str
) -> SheetColumns:
    """Return what each column is. to, notes: what the user says. Raises ForeignError."""
    named = [each for each in dict.fromkeys(headings) if each]
    keys = {column_key(each) for each in notes}
    for each in notes:
        if column_key(each) not in map(column_key, named):
            raise ForeignError(
                f"{file} has no column {each}", f"its columns are {', '.join(named)}"
            )
    owner = _owner([each for each in named if column_key(each) not in keys], to, file)
    rest = [each for each in named if each != owner]
    told = [each for each in rest if column_key(each) in keys]
    free = [each for each in rest if each not in told]
    comments = [*told, *(each for each in free if _is_comment(each))]
    left = [each for each in free if each not in comments]
    orders = [each for each in left if column_key(each) in _ORDERS]
    name = next((each for each in left if column_key(each) in _NAMES), None)
    active = next((each for each in left if column_key(each) in _ACTIVE), None)
    backups = tuple(each for each in left if is_of_backups(each))
    taken = {name, active, *backups}
    others = tuple(each for each in left if each not in taken and is_of_owners(each))
    days = tuple(each for each in left if _DAYS.fullmatch(each.strip()))
    used = {*orders, *taken, *others, *days}
    asking = tuple(each for each in left if each not in used)
    order = orders[0] if orders else None
    comments += orders[1:]
    return SheetColumns(owner, asking, tuple(comments), name, order, active, others, days, backups)


def _and(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _is_comment(heading: str) -> bool:
    key = column_key(heading)
    words = {*re.split(r"\W+", heading.casefold())}
    is_kept = _KEPT_BY.fullmatch(heading.strip()) is not None
    return key in _COMMENTS | _COMMENTS_TOO or bool(words & _COMMENTS) or is_kept


def is_of_owners(heading: str) -> bool:
    """Return whether a heading is one of people who get leads."""
    words = {*re.split(r"\W+", heading.casefold())}
    ranked = any(_owner_key(heading) in rank for rank in OWNERS[:4])
    return ranked or bool(words & _OWNING) or bool(words & _SECOND and words & {"team", "queue"})


def is_of_backups(heading: str) -> bool:
    """Return whether a heading is one of those who get what an owner can't take."""
    return _BACKUP.fullmatch(" ".join(heading.split())) is not None


def _owner_key(heading: str) -> str:
    """Return what counts of a heading, `then` before it left out."""
    return column_key(re.sub(r"^then\s+", "", heading.strip(), flags=re.IGNORECASE))


def _owner(headings: list[str], to: str | None, file: str) -> str:
    listed = ", ".join(headings)
    if to is not None:
        found = [each for each in headings if column_key(each) == column_key(to)]
        if found:
            return found[0]
        raise ForeignError(f"{file} has no column {to}", f"its columns are {listed}")
    for found in _candidates(headings):
        if len(found) > 1:
            raise ForeignError(
                f"{file} has several columns that may say who gets a lead: {', '.join(found)}",
                "name one with --to COLUMN",
            )
        if found:
            return found[0]
    raise ForeignError(
        f"no column of {file} says who gets a lead", f"name one with --to COLUMN, of {listed}"
    )


def _candidates(headings: list[str]) -> Iterator[list[str]]:
    for names in OWNERS:
        yield [each for each in headings if _owner_key(each) in names]
    words = {each: {*re.split(r"\W+", each.casefold())} for each in headings}
    yield [each for each in headings if words[each] & _OWNING and not words[each] & _SECOND]
