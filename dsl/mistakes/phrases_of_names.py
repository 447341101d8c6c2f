"""Territories, segments and identities as they are written elsewhere."""

from turnout.dsl.mistakes import written_otherwise as other
from turnout.dsl.mistakes.phrase import Phrase

NAMES: tuple[Phrase, ...] = (
    # -- territories and segments --
    Phrase(
        r"\b(?:territory|segment)\s+<NAME>\s*(?P<wrong>(?:=|in|is|:)?\s*(?:in\s*)?[\[({]?\s*"
        r"(?P<v>(?-i:[A-Z]{2})(?:\s*,\s*(?-i:[A-Z]{2}))*)\s*[\])}]?)\s*$",
        other.of_country,
        "a territory is a condition, about the country say",
    ),
    Phrase(
        r"\bsegment\s+<NAME>[^{\n]*(?P<wrong>\{(?P<b>[^{}\n]*)\})",
        other.members,
        "what a member means stands behind `=`, and its name alone before",
    ),
    Phrase(
        r"\b(?:territory|segment)\s+<NAME>\s+(?P<wrong>(?:is|when|where|if|as|:=|:)\s+)",
        "= ",
        "what a name means stands behind `=`",
    ),
    Phrase(
        r"\b(?:territory|segment)\s+<NAME>\s*(?P<wrong>=\s*)(?=(?:first\s+of\s*)?\{\s*(?:territory|from|<NAME>\s*[=:]))",
        "",
        "a name with a block has no `=`",
    ),
    Phrase(
        r"\b(?:territory|segment)\s+<NAME>\s*(?P<wrong>=?\s*\{\s*(?P<c>(?!territory|from)[^{}=\n]*?)\s*\})",
        lambda found: f"= {found['c']}" if " " in found["c"].strip() else None,
        "a condition stands behind `=`, without braces",
    ),
    Phrase(
        r"(?P<wrong>\b(?:define|let|create|new|add)\s+)(?=territory|segment|rule|team)",
        "",
        "the word alone declares it",
    ),
    Phrase(
        r"\b(?:within|when|and|or|not|=)\s+(?P<wrong>(?:territory|segment)\s+)(?=<NAME>)",
        "",
        "a territory or segment is asked by its name alone",
    ),
    Phrase(
        r"(?P<wrong>\bfrom\s+\"[^\"\n]*\"(?:\s+by\s+<NAME>)?)(?=\s*[},]|\s*$)",
        "",
        'a table is read by a field and has a column: `from "zip.csv" by zip -> area`',
        is_meant=False,
    ),
    Phrase(
        r"\b(?:queue|sequence)\s+<NAME>(?P<wrong>\s*\{\s*\})", "", "there is nothing to say in it"
    ),
    # -- identities --
    Phrase(
        r"\bidentity\s+[^\n{}]*?(?P<wrong>\b(?:for|in|over|during)\s+)(?=\d)",
        "within ",
        "the word is `within`",
    ),
    Phrase(
        r"\bidentity\s+<NAME>(?:\s*,\s*<NAME>)*(?P<wrong>)\s*$",
        " within 90 days",
        "an identity says within which time a lead is the same",
    ),
)
