"""Texts, names and comments as word processors, spreadsheets and other languages have them."""

import re

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes.met import Met, Told, corrected, replaced
from turnout.dsl.mistakes.written_otherwise import as_name

_QUOTED = re.compile(
    r"[“”„‟«»″](?P<curly>[^“”„‟«»″\"\n]*)[“”„‟«»″\"]"
    r"|(?<![\w’'])['‘’‚`´](?P<single>[^'‘’‚`´\"\n]*)['‘’`´](?!\w)"
)
_BLANKS = re.compile("[\u00a0\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff\u00ad]+")
_OWN = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*')
_COMMENT = re.compile(
    r"(?P<wrong>//[^\n]*|--+[ \t][^\n]*|;(?=[ \t]*(?:#|$|\n))|;;?[^\n]*|<!--[^\n]*)"
)
_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARING = (
    "rule territory segment team queue person partner sequence calendar route guarantee policy "
    "round-robin least-loaded hours"
).split()
_FOLLOWING = (
    "sla do then else to when anytime matching owned by wall weight cap hours from within first of "
    "email timezone away serves inactive lead expect and or not where in is has contains if with "
    "for as begin end fallback round-robin least-loaded queue notify start matches country by "
    "owner always never reaches match team members"
).split()
_NAMED = re.compile(
    rf"\b(?:{'|'.join(_DECLARING)})[ \t]+"
    rf"(?P<wrong>[^\W\d][\w-]*(?:[ \t]+(?!(?:{'|'.join(_FOLLOWING)})\b)[\w&+'/.-]+)+)"
)
_KEEPS_CAPITALS = re.compile("territory|segment")
_FIELD = re.compile(
    r"(?:^|[{,])[ \t]*(?P<wrong>[^\W\d]\w*(?:[ \t-]+\w+)+)(?=[ \t]*:)", re.MULTILINE
)
_LISTED = re.compile(r"(?<=[\[,])[ \t]*(?P<wrong>[\w&+'/.-]+(?:[ \t]+[\w&+'/.-]+)+)(?=[ \t]*[,\]])")
_SINGLE = re.compile(
    r"\bis[ \t]+(?:not[ \t]+)?(?P<wrong>[\w&+'/-]+(?:[ \t]+(?!(?:and|or|to|else|sla|do|when|within|"
    r"expect|then|never|always)\b)[\w&+'/-]+)+)"
)
_KEYS = re.compile(r"[A-Z]{2,3}(?:[ \t]+[A-Z]{2,3})+|[a-z]{1,2}(?:[ \t]+[a-z]{1,2})+")


def odd_quotes(met: Met) -> Told | None:
    """Quotation marks of a word processor, or single ones."""
    if "STRING" not in met.accepted and "NAME" not in met.accepted:
        return None
    all_ = _outside(met.text, _QUOTED)
    first = next((found for found in all_ if found.start() == met.start), None)
    if first is None:
        return None
    repairs = tuple(Repair(*found.span(), f'"{_inner(found)}"') for found in all_)
    later = [each for each in repairs if each.start >= met.start]
    more = f" (and {len(later) - 1} more below)" if len(later) > 1 else ""
    line = corrected(met.text, *first.span(), f'"{_inner(first)}"')
    message = f"texts stand between straight double quotes{more}"
    return Told(
        *first.span(),
        message,
        '`"` is the sign',
        (f"write `{line}`",),
        tuple(later),
        repairs[all_.index(first)],
    )


def _inner(found: re.Match[str]) -> str:
    inner = found["curly"] if found["curly"] is not None else found["single"]
    return inner.replace("\\", "\\\\")


def odd_blanks(met: Met) -> Told | None:
    """Blanks that aren't blanks: non-breaking ones, and such that nobody sees."""
    found = _BLANKS.match(met.text, met.start)
    if found is None:
        return None
    later = [each for each in _outside(met.text, _BLANKS) if each.start() >= met.start]
    code = f"U+{ord(met.text[met.start]):04X}"
    more = f" (and {len(later) - 1} more below)" if len(later) > 1 else ""
    return Told(
        *found.span(),
        f"this blank is no ordinary one ({code}){more}",
        "it comes from a word processor or a web page",
        ("put an ordinary blank in its place",),
        tuple(Repair(*each.span(), " ") for each in later),
        Repair(*found.span(), " "),
    )


def _outside(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return the matches that stand in no text and no comment."""
    own = [found.span() for found in _OWN.finditer(text)]
    found: list[re.Match[str]] = []
    at = 0
    for each in pattern.finditer(text):
        while at < len(own) and own[at][1] <= each.start():
            at += 1
        if at == len(own) or own[at][0] >= each.end():
            found.append(each)
    return found


def other_comment(met: Met) -> Told | None:
    """A comment as other languages have it, or a semicolon at the end of a line."""
    block = _BLOCK_COMMENT.match(met.text, met.start)
    if block is not None:
        message = "a comment begins with `#` and ends with its line"
        repair = Repair(*block.span(), "")
        lines = [line.strip().strip("/*").strip() for line in block[0].split("\n")]
        edit = Repair(*block.span(), "\n".join(f"# {line}".rstrip() for line in lines if line))
        advice = ("put `#` before each of its lines",)
        return Told(*block.span(), message, "", advice, (repair,), edit)
    found = _COMMENT.match(met.text, met.start)
    if found is None:
        return None
    said = found[0]
    if said.strip() == ";":
        return replaced(met, *found.span(), "", "a line needs no `;` at its end", read="")
    by = "# " + said.lstrip("/-;<!").strip()
    return replaced(met, *found.span(), by, "a comment begins with `#`", read="")


def quoted_name(met: Met) -> Told | None:
    """A name in quotes, or of several words."""
    if met.word.startswith('"') and "NAME" in met.accepted and "STRING" not in met.accepted:
        name = as_name(met.word, "-")
        if name:
            message = "a name is one word, without quotes"
            return replaced(met, met.start, met.end, name, message)
        return None
    found = met.around(_NAMED)
    if found is None or "NAME" in met.accepted:
        return None
    message = "a name is one word, joined by hyphens"
    name = as_name(found["wrong"], "-")
    if _KEEPS_CAPITALS.match(found[0]):
        name = re.sub(r"[\s+&'/.]+", "-", found["wrong"])
    return replaced(met, *found.span("wrong"), name, message)


def field_name(met: Met) -> Told | None:
    """The name of a field in several words."""
    found = met.around(_FIELD)
    if found is None or ":" not in met.accepted:
        return None
    name = as_name(found["wrong"].replace("-", " "), "_")
    return replaced(met, *found.span("wrong"), name, "the name of a field is one word")


def blank_in_value(met: Met) -> Told | None:
    """A value of several words without quotes, or a list without commas."""
    found = met.around(_LISTED)
    if found is not None and {",", "]"} <= met.accepted:
        if _KEYS.fullmatch(found["wrong"]):
            by = ", ".join(found["wrong"].split())
            return replaced(met, *found.span("wrong"), by, "values stand apart by commas")
        by = f'"{found["wrong"]}"'
        return replaced(met, *found.span("wrong"), by, "a value with a blank stands in quotes")
    found = met.around(_SINGLE)
    if found is None or not {"and", "or"} <= met.accepted or met.word in met.accepted:
        return None
    by = f'"{found["wrong"].rstrip()}"'
    return replaced(met, *found.span("wrong"), by, "a value with a blank stands in quotes")
