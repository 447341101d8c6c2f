"""A difference for a terminal: who moves from where to where, with a lead that shows it."""

from collections.abc import Iterator

from turnout.compiler.difference import RouteDifference, Shift
from turnout.printable import visible
from turnout.rendering.difference.sections import (
    LEFT_OUT,
    UNSHOWN,
    Comparison,
    change_line,
    grouped,
    headline,
    listed,
    moved_leads,
    owner_line,
    route_lines,
    share,
    takers,
    trimmed,
    verdict,
)
from turnout.rendering.pretty import lead_words
from turnout.rendering.screen import Ink, fill, hanging, paint
from turnout.trials.impact import Movements

_MOST_PAIRS = 12
_LABEL = 8


def text(of: Comparison, screen: int) -> Iterator[str]:
    """Yield a difference in blocks of lines of at most `screen` cells."""
    title = fill(visible(f"{of.old} → {of.new}: {headline(of)}").split(" "), screen)
    yield "\n".join(paint(line, Ink.STRONG) for line in title)
    is_several = len(of.found.routes) > 1
    for route in of.found.routes:
        yield from _route(route, screen, named=is_several)
    if any(shift.unless for shift in of.found.shifts):
        yield ""
        yield from fill(LEFT_OUT.split(" "), screen)
    if of.movements is not None:
        yield ""
        yield from _counted(of.movements, screen)
    yield from _besides(of, screen)
    yield ""
    ink = Ink.WARNING if of.excess else Ink.HELP
    yield paint(verdict(of), ink)


def _route(route: RouteDifference, screen: int, *, named: bool) -> Iterator[str]:
    if named and route.shifts:
        yield ""
        yield paint(visible(f"route {route.new}"), Ink.STRONG)
    for before, after, shifts in grouped(route.shifts):
        yield ""
        first, *more = fill(visible(f"{before} → {after}").split(" "), screen)
        yield paint(first, Ink.CAUSE)
        yield from (f"    {paint(line, Ink.CAUSE)}" for line in more)
        for at, shift in enumerate(shifts):
            if at:
                yield ""
            yield from _shift(shift, screen)
    for title in route.undecided:
        yield ""
        said = f"whether leads of {title} move was not settled; raise --steps"
        yield from _row("undecided:", said, screen, Ink.WARNING)


def _shift(shift: Shift, screen: int) -> Iterator[str]:
    yield from _row("where", moved_leads(shift), screen)
    for word, outcomes in (("from", shift.before), ("to", shift.after)):
        if len(outcomes) > 1:
            yield from _row(word, listed([str(_brief(each, shift)) for each in outcomes]), screen)
    if takers(shift):
        yield from _row("by", takers(shift), screen)
    if shift.witness is None:
        yield from _row("possibly:", UNSHOWN, screen, Ink.WARNING)
        return
    words = lead_words(shift.witness.fields)
    if shift.witness.note:
        words += visible(f"({shift.witness.note})").split(" ")
    yield "\n".join(hanging(_label("lead", Ink.NOTE), words, screen))


def _brief(outcome: object, shift: Shift) -> object:
    """Return one of several outcomes without the end that it shares with the other side."""
    (single,) = shift.after if len(shift.after) == 1 else shift.before
    return trimmed(outcome, single)[0]  # type: ignore[arg-type]


def _label(word: str, ink: Ink = Ink.NOTE) -> str:
    return f"  {paint(word, ink)}{' ' * max(1, _LABEL - len(word))}"


def _row(word: str, said: str, screen: int, ink: Ink = Ink.NOTE) -> Iterator[str]:
    yield "\n".join(hanging(_label(word, ink), visible(said).split(" "), screen))


def _counted(movements: Movements, screen: int) -> Iterator[str]:
    """Yield how many leads of the file move, largest flows first."""
    yield paint(share(movements), Ink.STRONG)
    digits = max((len(f"{count:,}") for _, count in movements.pairs), default=0)
    for pair, count in movements.pairs[:_MOST_PAIRS]:
        before, after = trimmed(*pair)
        words = visible(f"{before} → {after}").split(" ")
        yield "\n".join(hanging(f"  {count:>{digits},}  ", words, screen))
    rest = movements.pairs[_MOST_PAIRS:]
    if rest:
        yield f"  {sum(count for _, count in rest):>{digits},}  in {len(rest):,} other ways"


def _besides(of: Comparison, screen: int) -> Iterator[str]:
    rows = [("newly broken", message) for message in of.broken]
    rows += [("owners", owner_line(of))] if of.found.owners else []
    rows += [change_line(change) for change in of.found.changes]
    rows += [("", line) for route in of.found.routes for line in route_lines(route)]
    rows += [("not compared", caveat) for caveat in of.found.caveats]
    if rows:
        yield ""
        yield paint("besides", Ink.STRONG)
    for title, said in rows:
        first = f"  {paint(visible(title), Ink.NOTE)}: " if title else "  "
        yield "\n".join(hanging(first, visible(said).split(" "), screen))
