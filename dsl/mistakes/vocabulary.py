"""Words of other languages, of programming and of speech, where this one has its own."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

import attrs

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes.met import CONNECTORS, STARTERS, Met, Told, replaced

_OPERATORS: Mapping[str, str] = {
    "=": "is",
    "==": "is",
    "===": "is",
    ":": "is",
    "!=": "is not",
    "!==": "is not",
    "<>": "is not",
    "=/=": "is not",
    "≠": "is not",
    "=>": ">=",
    "=<": "<=",
    "≥": ">=",
    "≤": "<=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "~": "contains",
    "=~": "matches",
    "->": "to",
    "→": "to",
}
_OPERATOR = re.compile(r"(?P<wrong>[!=<>≠≥≤&|~:→-]+)")

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "person": ("user", "rep", "agent", "employee", "seller", "owner", "member"),
    "team": ("group", "pool", "squad"),
    "queue": ("bucket", "list", "inbox"),
    "lead": ("leads", "schema", "fields", "record", "with", "given", "input"),
    "territory": ("region", "zone", "area"),
    "segment": ("filter", "audience", "macro", "define", "let", "condition"),
    "route": ("flow", "routing", "router", "process", "workflow"),
    "rule": ("entry", "case", "criteria"),
    "include": ("import", "require", "use", "load"),
    "fallback": ("default", "otherwise", "else", "catch-all", "catchall", "finally", "unmatched"),
    "when": ("if", "where", "unless", "condition", "criteria", "matches", "filter"),
    "to": ("then", "send", "assign", "goto", "target", "route", "give", "action"),
    "else": ("otherwise", "then", "or"),
    "round-robin": ("team", "roundrobin", "rotate", "distribute", "share"),
    "reject": ("discard", "drop", "ignore", "trash", "delete"),
    "sequence": ("cadence", "campaign", "nurture"),
    "calendar": ("schedule", "shift"),
    "timezone": ("tz", "time-zone", "time_zone", "zone"),
    "open": ("hours", "opens"),
    "closed": ("close", "closes", "off"),
    "hours": ("works", "calendar", "schedule"),
    "cap": ("max", "limit", "maximum", "quota", "capacity"),
    "languages": ("speaks", "language"),
    "serves": ("covers", "handles"),
    "away": ("vacation", "pto", "ooo", "absent", "absence", "holiday", "leave", "off"),
    "backup": ("deputy", "substitute", "delegate", "standin", "stand-in", "cover", "replacement"),
    "inactive": ("disabled", "retired", "deactivated"),
    "email": ("mail", "e-mail"),
    "expect": ("assert", "then", "should", "result", "check"),
    "at": ("now", "on", "when"),
    "identity": ("duplicate", "dedupe", "unique"),
    "log": ("audit", "logs", "logging"),
    "fields": ("field", "columns", "values"),
    "hashed": ("hash", "hashes", "masked", "pseudonymized", "pseudonymised", "anonymized"),
    "retain": ("keep", "retention", "retains", "purge", "expire"),
    "anytime": ("always",),
    "guarantee": ("assert", "ensure", "invariant", "require"),
    "within": ("inside", "under", "in", "for", "if", "when", "where"),
    "is": ("equals", "equal", "eq", "are"),
    "in": ("among", "any", "of"),
    "contains": ("includes", "like", "include", "contain"),
    "and": ("plus", "also", "und", "et", "y"),
    "or": ("oder", "ou", "o"),
    "by": ("on", "with"),
    "per": ("a", "every", "each", "/"),
    "required": ("mandatory", "not-null"),
    "weight": ("x", "share"),
}
"""What is often written for a word of the language, where that word can stand."""


def capitals(met: Met) -> Told | None:
    """A word of the language in capitals."""
    low = met.word.lower()
    if met.word == low or low not in met.accepted:
        return None
    return replaced(
        met, met.start, met.end, low, f"`{met.word}` is written in small letters", text=f"`{low}`"
    )


def operator(met: Met) -> Told | None:
    """A sign that programs and spreadsheets compare or join with."""
    found = met.around(_OPERATOR)
    if found is None:
        return None
    sign = found["wrong"]
    word = _OPERATORS.get(sign)
    means_equal = "is" in met.accepted  # a sign between a field and a value
    if sign in {"=", ":", ":="} and not means_equal and not {"=", ":"}.isdisjoint(met.accepted):
        word = "=" if "=" in met.accepted else ":"
    if word is None:
        return None
    if word in {"is", "is not"} and met.text[found.end() :].lstrip(" \t").startswith("["):
        word = word.replace("is not", "not in").replace("is", "in")
    needed = "COMPARISON" if word in {">=", "<="} else word.split(" ")[0]
    if needed not in met.accepted and found.start() == met.start:  # else a part of it was read
        return None
    if word == ":":
        start = len(met.text[: found.start()].rstrip())
        return replaced(met, start, found.end(), ":", f"`{sign}` means nothing here")
    before = met.text[found.start() - 1 : found.start()]
    by = word if before.isspace() or word in {":", ">=", "<="} else f" {word}"
    behind = met.text[found.end() : found.end() + 1]
    by = by if behind.isspace() or word in {">=", "<="} else f"{by} "
    message = f"`{sign}` means nothing here"
    return replaced(met, found.start(), found.end(), by, message, text=f"`{word}` is the word")


_EQUALS = re.compile(r"(?P<sign>!=|=)\s*$")


def value_behind_sign(met: Met) -> Told | None:
    """A value behind a sign that compares two fields."""
    found = _EQUALS.search(met.before)
    if found is None or "NAME" not in met.accepted or "(" in met.accepted:
        return None  # behind the `=` of a definition stands a condition
    if not re.match(r'["\[\d-]', met.word):
        return None
    word = "in" if met.word == "[" else "is"
    if found["sign"] == "!=":
        word = "not in" if word == "in" else "is not"
    start = met.line[0] + found.start("sign")
    by = word if met.text[start - 1].isspace() else f" {word}"
    end = start + len(found["sign"])
    by = by if met.text[end].isspace() else f"{by} "
    message = f"behind `{found['sign']}` stands a field"
    return replaced(met, start, end, by, message, text=f"for a value, `{word}` is the word")


_LAST = re.compile(r"(?P<wrong>[A-Za-z][\w-]*)\s*$")
_READ_AS_NAMES = {
    "NOT": ("not", "`NOT` is written in small letters"),
    "Not": ("not", "`Not` is written in small letters"),
    "mandatory": ("required", "the word is `required`"),
    "not-null": ("required", "the word is `required`"),
    "optional": ("", "a field is optional unless it says `required`"),
    "nullable": ("", "a field is optional unless it says `required`"),
}
"""Words that the parser takes for names, so that it stops behind them."""


def read_as_name(met: Met) -> Told | None:
    """A word of another language that was read as a name, just before the place."""
    first = max(met.start - 100, 0)
    found = _LAST.search(met.text[first : met.start])
    if found is None or found["wrong"] not in _READ_AS_NAMES:
        return None
    by, message = _READ_AS_NAMES[found["wrong"]]
    start, end = (first + at for at in found.span("wrong"))
    if not by:
        before = len(met.text[:start].rstrip(" \t"))
        told = replaced(met, before, end, "", message)
        return attrs.evolve(told, start=start, repairs=(Repair(start, end, ""),))
    return replaced(met, start, end, by, message)


_EXISTS = re.compile(r"(?P<wrong>(?:exists|is\s+(?:set|known|filled|defined))\b)", re.IGNORECASE)


def exists(met: Met) -> Told | None:
    """`exists` and the like, for a field that has a value."""
    found = met.around(_EXISTS)
    if found is None or "is" not in met.accepted:
        return None
    message = f"`{found['wrong']}` means nothing here"
    return replaced(met, *found.span("wrong"), "is present", message)


def apart(met: Met) -> Told | None:
    """A word with a hyphen, written in two, with another joint or with none."""
    for word in sorted(met.accepted):
        if "-" not in word or not word.strip("-").replace("-", "").isalpha():
            continue
        joints = r"[ _-]?".join(map(re.escape, word.split("-")))
        found = re.compile(rf"(?P<wrong>\b{joints}\b)", re.IGNORECASE)
        where = met.around(found)
        if where is not None and where["wrong"] != word:
            return replaced(met, *where.span("wrong"), word, f"the word is `{word}`")
    return None


def synonym(met: Met) -> Told | None:
    """A word of another product or of everyday speech."""
    low = met.word.lower()
    if ", …" in met.accepted and low == "then":
        return None
    for word in (word for word, others in SYNONYMS.items() if low in others):
        if word not in met.accepted:
            continue
        end, by = met.end, word
        tail = re.match(r"\s+(to)\b", met.text[end:], re.IGNORECASE)
        if word == "to" and tail:
            end += tail.end()
        if word == "reject" and not met.after.lstrip().startswith('"'):
            by = 'reject "no reason given"'
        if word == "fallback" and not tail:
            by = "fallback to"
        message = f"`{met.word}` is no word of the language here"
        return replaced(met, met.start, end, by, message, text=f"`{word}` is the word")
    return None


def outside(met: Met) -> Told | None:
    """A part of a route that stands in none."""
    if met.word not in {"rule", "within", "fallback"} or "route" not in met.accepted:
        return None
    message = f"`{met.word}` stands in a route"
    return Told(
        met.start,
        met.end,
        message,
        "no route is open here",
        ("write `route NAME {` above",),
        settles=not met.before.strip(),
    )


def unfinished(met: Met, start: int, end: int) -> Told:
    """A statement that was begun and left before the next one."""
    said = _short(" ".join(met.text[start:end].split()))
    message = f"`{said}` is not finished"
    return Told(start, end, message, "", ("write the rest of it, or take it away",))


_DECLARED = r"(?m)^\s*(?P<kind>team|queue|person|partner|sequence|route)\s+{}(?![\w-])"
_NAME = re.compile(r"[^\W\d][\w-]*")


def bare_target(met: Met) -> Told | None:
    """The name of a team, queue or person without the word that says what happens there."""
    if not {"queue", "round-robin"} <= met.accepted or not _NAME.fullmatch(met.word):
        return None
    found = re.search(_DECLARED.format(re.escape(met.word)), met.text)
    if found is None:
        choices = f"`queue {met.word}`, `round-robin {met.word}` or `person {met.word}`"
        message = f"what `{met.word}` is doesn't show from its name"
        return Told(
            met.start, met.end, message, "who or what takes the lead", (f"write {choices}",)
        )
    kind = "round-robin" if found["kind"] == "team" else found["kind"]
    message = f"`{met.word}` is a {found['kind']}: say so before its name"
    return replaced(met, met.start, met.start, f"{kind} ", message, text=f"a {found['kind']}")


_ASKING = re.compile(r"\b(?P<by>when|within|and|or|not)(?:\s|#[^\n]*\n)+(?P<wrong>to)\s*$")


def no_condition(met: Met) -> Told | None:
    """A `when` that asks nothing, so that the word behind it was read as a name."""
    found = _ASKING.search(met.text[max(met.start - 200, 0) : met.start])
    if found is None:
        return None
    first = max(met.start - 200, 0)
    start, end = (first + at for at in found.span("by"))
    message = f"a condition is missing behind `{found['by']}`"
    return Told(start, end, message, "what must hold stands behind it", settles=True)


def left_out(met: Met) -> Told | None:
    """A small word or sign is missing between two that are right."""
    fits = [word for word in CONNECTORS if word in met.accepted and f"{word} …" in met.accepted]
    if len(fits) != 1 or met.word in STARTERS or met.word == "(":
        return None
    word = fits[0]
    if re.search(rf"\b{re.escape(word)}\b[^{{}}]*\Z", met.text[: met.start]):
        return None  # it stands before: another one would say something twice
    at = len(met.text[: met.start].rstrip()) if word in {",", ":"} else met.start
    message = f"`{word}` is missing before `{_short(met.word)}`"
    told = replaced(met, at, at, f"{word} " if at == met.start else word, message)
    return attrs.evolve(told, repairs=(Repair(met.start, met.start, word),))


def near_miss(met: Met) -> Told | None:
    """A word of the language with a slip of the pen."""
    if not _NAME.fullmatch(met.word) or len(met.word) < 3:
        return None
    words = [word for word in met.accepted if word.isascii() and word[:1].islower()]
    near = get_close_matches(met.word.lower(), sorted(words), n=1, cutoff=0.75)
    if not near:
        return None
    message = f"`{met.word}` can't stand here"
    return replaced(met, met.start, met.end, near[0], message, text=f"did you mean `{near[0]}`?")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
