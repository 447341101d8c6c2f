"""Phrases of other notations for lookups by a name that is near."""

from turnout.dsl.mistakes.phrase import Phrase
from turnout.dsl.mistakes.written_otherwise import Found

_MUCH = r"(?P<n>\d+(?:\.\d+)?|\.\d+)(?:\s*(?:%|percent\b|pct\b))?(?=\s|->|→|=>)"
_NEARLY = (
    r"(?:near(?:ly|est)?\s*(?:to|by|>=?|at\s+least|within|than)|fuzz(?:y|ily)(?:\s+match(?:ing)?)?"
    r"|~+|≈|similar(?:ity|ly)?(?:\s+to)?|like|approx(?:imately|\.)?|about|closest|nearest|nearly"
    r"|at\s+least|>=?|within|threshold|match(?:es|ing)?|distance|levenshtein|jaro(?:-?winkler)?)"
)


def _percent(found: Found) -> str:
    """Return a share as the whole percentage that it most likely means: `0.9` is 90%."""
    share = float(found["n"])
    return f"{round(share * 100 if share <= 1 else share)}%"


def _near(found: Found) -> str:
    return f"near {_percent(found)}"


def _near_field(found: Found) -> str:
    return f"by {found['f']} near {_percent(found)}"


_NEAR = r"(?:near(?:ly|est)?|fuzzy|similar|closest|~)"
_LAST = "how near a row has to be stands behind its key: `by company near 92%`"

NEARNESS = (
    Phrase(
        rf"\bfrom\s+\"[^\"\n]*\"\s+(?P<wrong>{_NEAR}\s+(?:by\s+)?(?P<f><NAME>)\s+(?:by\s+)?{_MUCH})",
        _near_field,
        _LAST,
    ),
    Phrase(
        rf"\bfrom\s+\"[^\"\n]*\"\s+(?P<wrong>by\s+{_NEAR}\s+(?P<f><NAME>)\s+{_MUCH})",
        _near_field,
        _LAST,
    ),
    Phrase(
        r"(?P<wrong>\bnear\s+(?P<m>\d+%)\s+(?P<t>from\s+\"[^\"\n]*\"\s+by\s+<NAME>))(?=\s*->)",
        r"\g<t> near \g<m>",
        _LAST,
    ),
    Phrase(
        r"\bby\s+<NAME>(?P<wrong>\s*(?:,|\band\b)\s*(?P<b><NAME>)\s+near\s+(?P<m>\d+%))(?=\s*->)",
        r" near \g<m> then \g<b>",
        "a row is looked up by one field, and others break ties",
    ),
    Phrase(
        r"\bnear\s+\d+%(?P<wrong>\s+(?:or\s+(?:better|more|higher|above|nearer)|and\s+(?:up|above)"
        r"|minimum|at\s+least|similar(?:ity)?|match(?:ing)?))(?=\s*->|\s+then\b)",
        "",
        "`near 92%` takes what is that near, or nearer",
    ),
    Phrase(
        r"\bby\s+<NAME>(?P<wrong>\s+as\s+(?:an?\s+)?<NAME>)(?=\s*->|\s+near\b)",
        "",
        "what a key is compared as is its field's type: declare `company-name`, or `domain of` it",
        is_meant=False,
    ),
    Phrase(
        r"\bby\s+<NAME>(?P<wrong>\s+(?:ignor(?:ing|e)|without|regardless|normali[sz]ed|loosely"
        r"|case[\s-]?insensitive(?:ly)?)\b[^\n>]*?)(?=\s*->|\s+near\b)",
        "",
        "case never counts, and a field of type `company-name` is without signs and legal form",
        is_meant=False,
    ),
    Phrase(
        r"\bwhen\b[^\n]*?(?P<wrong>\b(?:is\s+)?(?:near(?:ly)?|similar(?:\s+to)?|sounds\s+like|resembles"
        r"|close\s+to|approximately)(?:\s+[\d.]+\s*%?)?)(?=\s+\")",
        "is",
        "a name that is near is found by a lookup behind a field, and not asked in a condition",
        is_meant=False,
    ),
    Phrase(
        rf"\bby\s+<NAME>\s*,?\s*(?P<wrong>{_NEARLY}\s*[:=]?\s*{_MUCH})",
        _near,
        "a name that is near is asked with `near` and a percentage",
    ),
    Phrase(
        rf"\bby\s+<NAME>\s+near\s+(?P<wrong>{_MUCH})",
        _percent,
        "how near a row has to be is a percentage, such as `92%`",
    ),
    Phrase(
        r"\bby\s+<NAME>\s+(?P<wrong>(?:near(?:ly|est)?|fuzzy|~|≈|similar|closest|approximately))(?=\s*->)",
        "near 92%",
        "`near` says how near a row has to be, such as `near 92%`",
    ),
    Phrase(
        r"\bnear\s+\d+%[^\n]*?(?P<wrong>\s*,?\s*(?:(?:and\s+)?then|else|or)?\s+(?:the\s+)?(?:first|last|any)"
        r"(?:[ -]row)?)(?=\s*->)",
        "",
        "which row stands first breaks no tie: only fields do",
    ),
    Phrase(
        r"\bnear\s+\d+%(?P<wrong>\s*,?\s*(?:,|(?:and\s+)?then\s+(?:by|same|on)|(?:with\s+)?same|by|ties?(?:\s+(?:by|on))?"
        r"|tie-?break(?:er)?s?(?:\s+(?:by|on))?|and\s+then|, then|else|and|prefer)\s+)(?=\w)",
        " then ",
        "fields break ties behind `then`",
    ),
    Phrase(
        r"\b(?:not\s+)?in\s+\"[^\"\n]*\"(?P<wrong>\s+near(?:\s+[\d.]+\s*%?)?)",
        "",
        "a list compares equal names; a near one is found by a lookup behind its field",
        is_meant=False,
    ),
)
"""What is written otherwise elsewhere, of lookups by nearness."""
