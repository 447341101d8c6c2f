"""What each word of the language means, in a line: told under the pointer and in completion.

Which word is a keyword where it stands is asked of the parser, so that a picklist's `open` is
none. A test holds the list to the grammar: no word of it is without a line, and none is in vain.
"""

import re
from collections.abc import Mapping

from turnout.dsl.source import Source
from turnout.frozen import frozen
from turnout.lsp.standing import standing

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")

MEANINGS: Mapping[str, str] = {
    "acceptance": "the SLA counts from when the lead was accepted",
    "alert": "an alert is raised when the time is up",
    "all": "every value of a list has to be there",
    "always": "what holds of every lead that a guarantee speaks of",
    "and": "both conditions have to hold",
    "any": "one value of a list is enough; of a type, several at once",
    "anytime": "whoever isn't at work at this hour is asked, too",
    "at": "the moment at which a test's lead comes; `at most`: an upper bound",
    "at-cap": "people who have no room for a lead in a test",
    "away": "days on which a person can't take leads; of a test, who is away",
    "backup": "who has the leads that name a person while they are away",
    "because": "why a target was passed over",
    "boolean": "a type: true or false",
    "by": "what is asked, or by what a row is found",
    "calendar": "hours of work in a time zone, with what is closed",
    "cap": "the most leads in a period, or open at once",
    "closed": "days on which a calendar is closed",
    "code": "a type: letters and digits that say which, such as a postal code",
    "column": "a column of a table, by its heading",
    "comma": "`decimal comma`: 1,5 is one and a half",
    "company-name": "a type: a firm's name, the same in each way to write it",
    "contains": "a piece of the text is one of these",
    "continue": "where nobody of the targets is free, the next rules are asked",
    "country": "a type: a country, by code or name",
    "credit": "reasons for which the turn is given back",
    "current-owner": "whoever has the lead where it comes from keeps it",
    "date": "a type: a day",
    "day": "`day first`: 03/04 is the third of April",
    "days": "`sheet days`: a day as a spreadsheet counts it",
    "decimal": "how decimals are written",
    "digits": "how many digits a code has",
    "do": "what else is done with the lead",
    "domain": "a type: the domain of a firm",
    "duplicate": "the lead is the same as one that was seen before",
    "else": "who is tried where those before can't take the lead",
    "email": "a type: an address; of a person or partner, theirs",
    "ends": "`ends with`: the text ends with one of these",
    "epoch": "a day as seconds or milliseconds since 1970",
    "expect": "what has to come of a test's lead",
    "fallback": "the targets of the leads that no rule takes",
    "false": "the texts that mean no",
    "fields": "the fields that the log keeps",
    "first": "the first characters of a code; `first of`: earlier members go before later ones",
    "free": "`until free`: a lead waits in the queue until somebody is free",
    "free-mail": "`without free-mail`: providers such as gmail.com tell no firm",
    "from": "the table, the column or the first day",
    "guarantee": "what has to hold of every lead, proved by the checker",
    "has": "a list has a value; `has word`: a text has a whole word",
    "hashed": "fields of which the log keeps a hash",
    "high": "`range high`: of a range the upper end counts",
    "holidays": "public holidays of a country",
    "hours": "the calendar by which somebody works",
    "id": "the field that tells one lead from another",
    "identity": "the fields that tell which leads are the same, and for how long",
    "in": "the value is one of a list, a range, a table or a slice",
    "inactive": "who gets no leads at all",
    "include": "another file that belongs to the policy",
    "integer": "a type: a whole number, with bounds where they are known",
    "is": "the value is this one, `missing` or `present`",
    "language": "a type: a language, by code or name",
    "languages": "what a person speaks",
    "later": "`later than`: more than so long from now",
    "lead": "the fields of a lead, with their types; of a test, its values",
    "least-loaded": "the member with the fewest open leads for their weight",
    "log": "what the log keeps of a lead",
    "low": "`range low`: of a range the lower end counts",
    "matches": "the text has the shape of a pattern",
    "matching": "only members who serve what the field says",
    "milliseconds": "`epoch milliseconds`: counted since 1970",
    "missing": "the field has no value; `missing when`: texts that stand for none",
    "money": "a type: an amount in one currency",
    "month": "`month first`: 03/04 is the fourth of March",
    "most": "`at most`: an upper bound",
    "near": "how alike two names have to be, in percent",
    "never": "what holds of no lead that a guarantee speaks of",
    "next": "`within next`: between now and so long from now",
    "none": "no value of a list may be there",
    "not": "the condition must not hold",
    "number": "a type: a number, with bounds where they are known",
    "of": "what it is made of, or what belongs to it",
    "offer": "whoever is given the lead accepts it in this time, or the next one has it",
    "older": "`older than`: more than so long ago",
    "one": "`one of`: a type, a value of a list",
    "open": "the hours of a calendar; of a condition, whether it is open now; of a cap, at once",
    "or": "one of the conditions has to hold",
    "owned": "`owned by`: who answers for this part of the policy",
    "owner": "the person whom a field of the lead names",
    "partner": "a firm that sells for you, as a target",
    "people": "a table of people",
    "per": "the period of a cap",
    "percent": "50 is a half, as people write it",
    "person": "somebody who takes leads; of a field, a type: one of them",
    "phone": "a type: a phone number",
    "point": "`decimal point`: 1.5 is one and a half",
    "policy": "the name of the policy",
    "present": "the field has a value",
    "previous-owner": "whoever last had an earlier lead that is the same",
    "queue": "a list that people work off, as a target",
    "range": "of a range such as 10-50, the end that counts",
    "reaches": "whom leads get to",
    "reasons": "why a lead that was given isn't theirs, for those who say so",
    "reassign": "the next one has the lead when the time is up",
    "reject": "the lead isn't worked, and why",
    "rejects": "`never rejects`: no lead is rejected",
    "required": "a row without the field is no lead",
    "retain": "how long the log keeps something",
    "return": "why a lead may be returned",
    "round-robin": "the members of a team in turn, by their weights",
    "route": "rules in order, and a fallback; of a target, the route that decides on",
    "rule": "which leads, and whom they go to; the first rule that takes a lead decides",
    "rules": "a table with a rule in each row",
    "salesforce-id": "a type: an id of Salesforce, of 15 or 18 characters",
    "seconds": "`epoch seconds`: counted since 1970",
    "segment": "a named condition, such as a kind of firm",
    "sequence": "mails that go out by themselves, as a target",
    "serves": "the values of a field that somebody takes leads of",
    "sheet": "`sheet days`: a day as a spreadsheet counts it",
    "sla": "the time in which the lead is to be touched, and what is done when it is up",
    "starts": "`starts with`: the text starts with one of these",
    "subdivision": "a type: a state or province, with its country",
    "team": "people who share leads",
    "territory": "a named condition by place",
    "test": "a lead, and what has to come of it",
    "text": "a type: any text",
    "than": "the length of time before or after now",
    "then": "the target when the time is up; of a lookup, what settles a tie",
    "timezone": "the clock by which hours and days are meant",
    "to": "whom the leads go to",
    "true": "the texts that mean yes",
    "until": "the last day; `until free`: a lead waits in the queue",
    "wall": "the time runs on outside working hours, too",
    "weight": "how many leads a member gets beside one with weight 1",
    "when": "which leads it is about",
    "with": "the texts that it starts or ends with",
    "within": "rules inside a condition; a time from now, or in which leads are the same",
    "without": "`without free-mail`: providers such as gmail.com tell no firm",
    "word": "`has word`: a whole word of the text",
}
"""By keyword; where it has several meanings, the one that is met most, then the others."""


@frozen
class Keyword:
    """A keyword of a text. start, end: its offsets. meaning: what it means."""

    word: str
    start: int
    end: int
    meaning: str


def keyword_at(source: Source, offset: int) -> Keyword | None:
    """Return the keyword at an offset of a text, None where there is none."""
    line = source.text.rfind("\n", 0, offset) + 1
    for found in _WORD.finditer(source.text, line):
        if found.start() > offset:
            return None
        if found.end() >= offset:
            here = standing(source.text, found.start())
            if here is None or here.is_inside or found[0] not in here.words:
                return None
            return Keyword(found[0], *found.span(), MEANINGS.get(found[0], ""))
    return None
