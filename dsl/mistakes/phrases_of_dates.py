"""Days ahead and behind, words of their own and the current owner, as written elsewhere."""

from turnout.dsl.mistakes.phrase import Phrase
from turnout.dsl.mistakes.written_otherwise import Found

_END = r"(?=\s*(?:$|[)}]|\b(?:and|or|to|else|sla|do)\b))"
_SPAN = r"(?P<s>\d+\s+(?:days?|weeks?))"


def _ahead(found: Found) -> str:
    """Return a comparison with a day that is counted from today."""
    word = "within next" if found["o"].startswith("<") else "later than"
    return f"{word} {found['n']} days"


DATES: tuple[Phrase, ...] = (
    Phrase(
        r"(?P<wrong>\b(?:is\s+)?(?:with)?in\s+(?:the\s+)?(?:next|coming|following)\s+)(?=\d)",
        "within next ",
        "`within next` asks about the days ahead",
    ),
    Phrase(
        rf"(?P<wrong>\b(?:is\s+)?(?:within|in)\s+{_SPAN}\s+(?:from|after)\s+(?:now|today)\b)",
        r"within next \g<s>",
        "`within next` asks about the days ahead",
    ),
    Phrase(
        r"(?P<wrong>(?P<o>[<>]=?)\s*(?:today|now)(?:\(\))?\s*\+\s*(?P<n>\d+)(?:\s*days?\b)?)",
        _ahead,
        "days ahead are asked with `within next` or `later than`",
    ),
    Phrase(
        r"\b<NAME>\s+(?P<wrong>(?:is|was|has|lies)\s+(?:already\s+)?(?:in\s+the\s+past|passed|expired"
        rf"|overdue|elapsed|over)|expired|overdue|elapsed){_END}",
        "is past",
        "a day that lies behind `is past`",
    ),
    Phrase(
        rf"\b<NAME>\s+(?P<wrong>(?:is|lies)\s+(?:still\s+)?(?:in\s+the\s+future|upcoming|ahead)){_END}",
        "is future",
        "a day that lies ahead `is future`",
    ),
    Phrase(
        rf"(?P<wrong>\b(?:is\s+)?(?:younger|newer|fresher|more\s+recent)\s+than\s+)(?={_SPAN})",
        "within ",
        "what lies back no further is `within` so many days",
    ),
    Phrase(
        r"\b<NAME>\s+(?P<wrong>(?:(?:is|falls|in|within)\s+)*(?:this|next|last|current)\s+(?:calendar\s+)?"
        r"(?:week|month|quarter|year))\b",
        "within 30 days",
        "calendar months aren't asked: days count from today, as in `within next 30 days`",
        is_meant=False,
    ),
    Phrase(
        r"\b<NAME>\s+(?P<wrong>(?:contains|includes?|has|matches|is|mentions|with)\s+"
        r"(?:(?:the|any|of|whole|full|a|exact)\s+)*words?)(?=\s+[\"\[\w])",
        "has word",
        "a word of its own is asked with `has word`",
    ),
    Phrase(
        r"\bto\s+(?P<wrong>(?:the\s+)?(?:current|existing|present)[\s_]+owner"
        r"|(?:leave|keep|retain)\s+(?:(?:the|with|current|existing|its)\s+)*owner|unchanged|leave\s+as\s+is"
        rf"|stays?\s+(?:with\s+)?(?:(?:the|current|its)\s+)*owner){_END}",
        "current-owner",
        "`current-owner` leaves a lead with whoever has it",
    ),
    Phrase(
        rf"\s(?P<wrong>(?:keep|leave|retain)\s+(?:(?:the|current|existing|its)\s+)*owner){_END}",
        "to current-owner",
        "a lead stays with whoever has it by `to current-owner`",
    ),
)
"""What is written otherwise elsewhere, of days ahead and behind, of words, and of staying."""
