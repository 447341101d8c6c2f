"""Whom a cell of a sheet names: a person, a team that takes turns, a queue, today's owner."""

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

import attrs

from turnout.importing.foreign import ForeignRule, ImportNote, Receiver

SheetReceiver: TypeAlias = Literal["person", "queue", "team"]

_EMAIL = re.compile(r"[^@\s,;<>()\[\]:/|&+]+@[^@\s,;<>()\[\]:/|&+]+\.[^@\s,;<>()\[\]:/|&+]+")
_NOBODY = frozenset(
    {"", "-", "\u2013", "\u2014", "?", "tbd", "tba", "vacant", "open", "n/a", "na", "none"}
    | {"nobody", "no one", "to be hired", "to be decided", "to be determined"}
)
_KEPT = frozenset(
    {"keep owner", "keep current owner", "current owner", "existing owner", "account owner"}
    | {"no change", "same owner", "leave as is", "owner of record"}
)
_TURNS = re.compile(
    r"(?:rr|round[\s-]?robin|rotation|rotate|turns)\b\s*(?:of|among|between|to)?\s*[:\-\u2013(\[]*"
    r"\s*(?P<who>\S.*?)\s*[)\]]*|(?P<first>\S.*?)\s*[:\-\u2013(\[]+\s*(?:rr|round[\s-]?robin)\s*[)\]]*",
    re.IGNORECASE,
)
_QUEUE = re.compile(r"(?:queue|team|group|pool)\s*[:=]\s*(\S.*)", re.IGNORECASE)
_ASIDE = re.compile(
    r"\s*\((?P<aside>[^()]*)\)|\s+(?P<then>(?:then|else|backup|cc)\b.*)", re.IGNORECASE
)
_SHARE = re.compile(r"\s*[(\[]?\s*\d+(?:\.\d+)?\s*%\s*[)\]]?|\s*[(\[]\s*\d+\s*[)\]]")
_BETWEEN = re.compile(r"\s*[,;/&+|\n]\s*|\s+(?:and|or)\s+", re.IGNORECASE)


def receiver_of(text: str, kind: SheetReceiver | None) -> tuple[Receiver, tuple[str, ...]]:
    """Return whom a cell names, and what is to be said of it.

    kind: what those are that are no address of e-mail; None for a queue.
    """
    told: list[str] = []
    folded = " ".join(text.casefold().split()).strip("()[]<>")
    if folded in _NOBODY:
        return Receiver("queue"), ("nobody is named; a queue of its own has these leads",)
    if folded in _KEPT:
        return Receiver("current-owner"), ()
    plain = _without_asides(text, told)
    found = _TURNS.fullmatch(plain)
    whom = (found["who"] or found["first"]) if found else plain
    names = [*_names(whom)]
    addresses = [*dict.fromkeys(each.casefold() for each in _EMAIL.findall(whom))]
    if addresses and kind != "queue":
        missed = [each for each in names if not _EMAIL.search(each)]
        if missed:
            told.append(f"{', '.join(missed)} has no address of e-mail, and is left out")
        return _people(addresses, as_team=found is not None or kind == "team"), tuple(told)
    if found and len(names) == 1:
        told.append(f"who takes turns in {names[0]} isn't said; it is a queue")
        return Receiver("queue", names[0]), tuple(told)
    if found or (kind in {"person", "team"} and len(names) > 1):
        return _people(names, as_team=True), tuple(told)
    if kind == "team":
        return Receiver("team", plain), tuple(told)
    if kind == "person":
        return Receiver("person", plain), tuple(told)
    if len(names) > 1:
        told.append(f"{plain} is one queue; `RR:` before it, or --as person, makes a team of it")
    named = _QUEUE.fullmatch(plain)
    return Receiver("queue", named[1] if named else plain), tuple(told)


def of_people(rules: list[ForeignRule]) -> list[ForeignRule]:
    """Return rules in which who takes turns in a team is a person where alone, too."""
    people = {
        name.casefold(): name
        for rule in rules
        for each in rule.receivers
        for name in each.members
        if "@" not in name
    }

    def of(receiver: Receiver) -> Receiver:
        known = people.get(receiver.name.casefold()) if receiver.kind == "queue" else None
        return receiver if known is None else Receiver("person", known)

    return [
        attrs.evolve(rule, receiver=of(rule.receiver), otherwise=tuple(map(of, rule.otherwise)))
        for rule in rules
    ]


def with_reach(rule: ForeignRule) -> ForeignRule:
    """Return a rule without those whom no lead reaches, which is told.

    They stand behind somebody who takes every lead, or stand before already.
    """
    kept: list[Receiver] = []
    notes = [*rule.notes]
    for each in rule.receivers:
        if kept and not kept[-1].may_pass_on:
            said = f"{_shown(kept[-1])} takes every lead, so {_shown(each)} behind it has none"
            advice = "; names are people with --as person" if kept[-1].kind == "queue" else ""
            said += f" and isn't carried over{advice}"
            notes.append(ImportNote(rule.place, said, is_refused=True))
        elif each in kept:
            notes.append(ImportNote(rule.place, f"{_shown(each)} is named twice, and counts once"))
        else:
            kept.append(each)
    return attrs.evolve(rule, otherwise=tuple(kept[1:]), notes=tuple(notes))


def _shown(receiver: Receiver) -> str:
    if receiver.kind == "current-owner":
        return "whoever has it"
    return f"{receiver.kind} {receiver.name}" if receiver.name else "the queue of nobody"


def _without_asides(text: str, told: list[str]) -> str:
    """Return a cell without what stands in parentheses or behind `then`, which is told."""
    if _TURNS.fullmatch(text):
        return text

    def left_out(found: re.Match[str]) -> str:
        said = (found["aside"] if found["aside"] is not None else found["then"]).strip()
        if _SHARE.fullmatch(f"({said})") or not said:
            return found[0]
        told.append(f"{said}: a rule names one, and this isn't carried over")
        return ""

    plain = _ASIDE.sub(left_out, text).strip()
    return plain or text


def _names(text: str) -> Iterator[str]:
    """Yield the names in a list, each once, without shares."""
    seen: set[str] = set()
    for each in _BETWEEN.split(text):
        name = _SHARE.sub("", each).strip().strip("()[]")
        if name and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name


def _people(names: list[str], *, as_team: bool) -> Receiver:
    if len(names) == 1 and not as_team:
        (only,) = names
        return Receiver("person", only, only if "@" in only else None)
    together = " ".join(each.partition("@")[0] for each in names)
    return Receiver("team", together, members=tuple(names))
