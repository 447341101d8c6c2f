"""One word or sign too little or too much, whatever it is.

Where nothing else is recognised, each word that could stand at the place is tried there, and
the text is tried without the word that can't. What makes the lines right is told, if it is
the only one.
"""

import re
from collections.abc import Iterator

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes.met import STARTERS, Met, Told, corrected, replaced

JOINTS = (
    "and or else from with than at most within by per of then to is in has rule reaches first "
    "fallback territory segment member column digits open always never on for { [ ( ) ] , : = -> .."
).split()
"""Words and signs that are left out; what begins a clause of its own is not."""

_KEPT = frozenset({"not", "and", "or", "else", "missing", "present", "required"})
"""Words without which a text means something else."""

_SMALL = frozenset("a an the of in is if on for from to at by with same all any no".split())
"""Words of speech that are likelier to be too much than what follows them."""

_BEFORE = re.compile(r"(?P<word>[\w-]+|[^\s\w\"{}\[\]()])\s*$")
_NEXT = re.compile(r"\s*(?P<word>[\w-]+)")
_UNNAMED = re.compile(
    r"\b(?P<kind>rule|route|guarantee|team|calendar|person|queue|partner|sequence)\s*$"
)
_DECLARING = (
    "(?:team|queue|person|partner|sequence|calendar|territory|segment|rule|route|guarantee)"
)
_TEXT = re.compile(r"[^\s{}\[\](),\"]+")
MOST_OFFERED = 3
"""Ways of which one is left to whoever wrote the text."""


def unquoted(met: Met) -> Told | None:
    """A text without quotes, where only a text can stand."""
    if "STRING" not in met.accepted or "NAME" in met.accepted:
        return None
    found = _TEXT.match(met.text, met.start)
    if found is None or found[0][0] in "<>=":
        return None
    by = f'"{found[0]}"'.replace("\\", "\\\\")
    return replaced(met, *found.span(), by, "a text stands in quotes")


def unnamed(met: Met) -> Told | None:
    """A declaration without a name."""
    first = max(met.start - 40, 0)
    found = _UNNAMED.search(met.text[first : met.start])
    if found is None or met.word not in {"{", ":", "="} or "NAME" not in met.accepted:
        return None
    kind = found["kind"]
    start = first + found.start()
    repair = Repair(met.start, met.start, "unnamed")
    advice = f"write `{kind} NAME {met.word}`, with a word of your own for NAME"
    return Told(start, start + len(kind), f"the {kind} has no name", "", (advice,), (repair,))


def left_out(met: Met) -> Iterator[Told]:
    """Yield each word that could be missing before the place."""
    for word in JOINTS:
        declares = word in {"territory", "segment"}
        if word in met.accepted and not (declares and met.word in STARTERS):
            joint = "" if word in {"(", "[", ".."} else " "
            at = len(met.text[: met.start].rstrip()) if word in {",", ":"} else met.start
            edit = Repair(at, at, f"{word}{joint}" if at == met.start else word)
            message = f"`{word}` is missing before `{_short(met.word)}`"
            advice = f"write `{corrected(met.text, at, at, edit.text)}`"
            repair = Repair(met.start, met.start, word)
            yield Told(at, at + 1, message, "", (advice,), (repair,), edit)


def too_much(met: Met) -> Iterator[Told]:
    """Yield the place without its word, without the one before, and without both and the next."""
    before = _BEFORE.search(met.text[: met.start])
    after = _NEXT.match(met.text, met.end)
    spans = [(met.start, met.end)]
    if before is not None and before.start("word") >= met.line[0]:
        spans.insert(0 if before["word"].lower() in _SMALL else 1, before.span("word"))
    if after is not None and met.word.isalpha():
        spans.append((met.start, after.end("word")))
    for start, end in spans:
        said = met.text[start:end]
        if (
            not said
            or not said.isprintable()
            or said[0] in '"{}[]()'
            or not _KEPT.isdisjoint(said.lower().split())
        ):
            continue
        if any(part.isdigit() for part in said) or any(
            word in STARTERS or (word.isidentifier() and _is_declared(met.text, word))
            for word in said.split()
        ):
            continue
        gap = len(met.text[:start]) - len(met.text[:start].rstrip(" \t"))
        is_first = not met.text[met.line[0] : start].strip()
        cut = start if is_first else start - gap
        behind = end + len(met.text[end:]) - len(met.text[end:].lstrip(" \t")) if is_first else end
        joint = (
            " "
            if met.text[cut - 1 : cut].isalnum() and met.text[behind : behind + 1].isalnum()
            else ""
        )
        advice = f"write `{corrected(met.text, cut, behind, joint)}`"
        message = f"`{_short(said)}` can't stand here"
        yield Told(
            start,
            end,
            message,
            "the line is right without it",
            (advice,),
            (Repair(start, end, ""),),
            Repair(cut, behind, joint),
        )


def _is_declared(text: str, name: str) -> bool:
    """Return whether a file declares something of that name: it is no word too much then."""
    found = re.search(rf"(?m)\b{_DECLARING}[ \t]+{re.escape(name)}(?![\w-])", text)
    return found is not None or bool(
        re.search(rf"(?m)(?:^|[{{,])\s*{re.escape(name)}\s*[:=]", text)
    )


def several(met: Met, ways: list[Told]) -> Told:
    """Return what is told where several words would do: each is shown, none is written."""
    words = [each.repairs[0].text for each in ways]
    either = f"{', '.join(f'`{word}`' for word in words[:-1])} or `{words[-1]}`"
    first = ways[0]
    advice = tuple(
        each.help[0] if at == 0 else f"or {each.help[0].removeprefix('write ')}"
        for at, each in enumerate(ways)
    )
    message = f"a word is missing before `{_short(met.word)}`: {either}"
    return Told(met.start, met.end, message, "", advice, first.repairs)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
