"""Parts of all leads as they are written elsewhere."""

from turnout.dsl.mistakes.phrase import Phrase

SLICES: tuple[Phrase, ...] = (
    Phrase(
        r"\bfirst\s+(?P<wrong>(?P<n>\d+(?:\.\d+)?)(?:\s*(?:percent\b|pct\b|per\s+cent\b)|\s+%))",
        r"\g<n>%",
        "a part is a number with `%` right behind it",
    ),
    Phrase(
        r"\bin\s+first\s+(?P<wrong>(?P<n>\d+(?:\.\d+)?))(?=\s+of\b)",
        r"\g<n>%",
        "a part is a number with `%` right behind it",
    ),
    Phrase(
        r"\bin\s+(?P<wrong>(?:the\s+)?(?P<p>\d+(?:\.\d+)?)\s*%)(?=\s+of\s*\")",
        r"first \g<p>%",
        "the word before a part is `first`",
    ),
    Phrase(
        r"(?P<wrong>\b(?:is|falls)\s+(?:in\s+)?(?:the\s+)?first)(?=\s+\d+(?:\.\d+)?\s*%)",
        "in first",
        "what falls into a part is `in` it",
    ),
    Phrase(
        r"(?P<wrong>(?P<p>\d+(?:\.\d+)?)\s*%\s+of\s+(?P<f><NAME>)\s+(?:in|by|for)\s+(?P<s>\"[^\"\n]*\"))",
        r"\g<f> in first \g<p>% of \g<s>",
        "a part is asked of a field",
    ),
    Phrase(
        r"\bin\s+first\s+(?P<wrong>(?P<p>\d+(?:\.\d+)?%))(?!\s*of\b)",
        r'\g<p> of "name"',
        'a part has a name by which leads fall: `of "pilot-2027"`',
        is_meant=False,
    ),
    Phrase(
        r"(?P<wrong>\b(?:random(?:ly)?|sample|split|chance|share|ab-?test)\b[\s(]*(?:<NAME>\s+)?\d+(?:\.\d+)?\s*%?\)?)",
        None,
        'a part of all leads is asked by a field: `id in first 30% of "pilot-2027"`',
    ),
)
