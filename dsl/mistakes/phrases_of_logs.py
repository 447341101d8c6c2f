"""What the log keeps, and for how long, as it is written elsewhere."""

from turnout.dsl.mistakes.phrase import Phrase

_NAMES = r"(?P<v><NAME>(?:[ \t]*,[ \t]*<NAME>)*)"
_BEFORE = r"(?:\[[^\]\n]*\]\s+hashed\s+)?"
_WHICH = "it says whether fields are logged as they are, `fields`, or `hashed`"

LOGS: tuple[Phrase, ...] = (
    Phrase(r"\blog(?P<wrong>)\s+\[", " fields", _WHICH),
    Phrase(
        rf"\blog(?P<wrong>\s+(?!(?:fields?|hash(?:ed)?|all|everything)\b){_NAMES})[ \t]*$",
        r" fields [\g<v>]",
        _WHICH,
    ),
    Phrase(
        rf"\blog\b[^\n\[{{(]*{_BEFORE}(?P<wrong>[({{]\s*{_NAMES}\s*[)}}])",
        r"[\g<v>]",
        "the fields stand in brackets",
    ),
    Phrase(
        rf"\blog\s+(?:fields|hashed)\s+{_BEFORE}(?P<wrong>{_NAMES})",
        r"[\g<v>]",
        "the fields stand in brackets",
    ),
    Phrase(
        r"(?P<wrong>\blog\s+(?:fields\s+)?(?:all|everything|\*)(?!\w))",
        "",
        "each field that is logged is named: `log fields [country, size]`",
        is_meant=False,
    ),
    Phrase(
        r"\bretain\s+<NAME>(?P<wrong>\s+(?:for|up\s+to|at\s+most))(?=\s+\d)",
        "",
        "the time follows at once",
    ),
    Phrase(
        r"\bretain(?P<wrong>)\s+\d",
        " events",
        "it says what is kept for a time: `events` or `values`",
    ),
)
