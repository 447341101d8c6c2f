"""Heads of tables of rules as they are written elsewhere, or as other tables have them."""

from turnout.dsl.mistakes.phrase import Phrase

_HEAD = r"(?P<h>\"[^\"\n]*\"\s+by\s+[^{}\n]*?)"

TABLES: tuple[Phrase, ...] = (
    Phrase(
        rf"(?P<wrong>\b(?:rules?\s+)?from\s+{_HEAD}\s*[-=]+>\s*(?:to\s+)?(?P<k><TARGET>)\s+(?:column\s+)?(?P<c><NAME>|\"[^\"\n]*\"))\s*$",
        r"rules from \g<h> { to \g<k> column \g<c> }",
        "what a row answers stands in braces",
    ),
    Phrase(
        rf"(?P<wrong>\b(?:rules?\s+)?from\s+{_HEAD}\s*[-=]+>\s*(?:column\s+)?(?P<c><NAME>|\"[^\"\n]*\"))\s*$",
        r"rules from \g<h> { to column \g<c> }",
        "what a row answers stands in braces",
    ),
    Phrase(
        r"^\s*(?P<wrong>(?:rule\s+from|(?:rules?\s+)?table(?:\s+from)?|matrix|sheet|import|load)\s+)(?=\"[^\"\n]*\"\s+by\b)",
        "rules from ",
        "a table of rules begins with `rules from`",
    ),
    Phrase(
        r"\brules\s+from\s+\"[^\"\n]*\"\s+by\s+[^{}\n]*?<NAME>(?P<wrong>\s+(?:and|&|x|then)\s+|\s*[+/|;&]\s*)(?=<NAME>)",
        ", ",
        "commas stand between columns",
    ),
    Phrase(
        r"\brules\s+from\s+\"[^\"\n]*\"(?P<wrong>)(?=\s*\{)",
        None,
        'a table says by which columns it asks: `rules from "file.csv" by country, size { ... }`',
    ),
    Phrase(
        r"\brules\s+from\s+\"[^\"\n]*\"\s+by\s+[^{}\n]*\{[^{}\n]*?(?P<wrong>when\s+[^{}\n]*?)(?=\b(?:to|sla|do)\b|\})",
        "",
        "what all rows ask stands around the table: `within CONDITION { rules from ... }`",
        is_meant=False,
    ),
    Phrase(
        r"\bto\s+(?P<wrong>column\s+(?P<k><TARGET>)\s+)(?=<NAME>|\")",
        r"\g<k> column ",
        "what happens there comes before the column",
    ),
    Phrase(
        r"\bsla\s+(?P<wrong>(?:from|in|by)\s+(?:column\s+)?)(?=<NAME>|\")",
        "column ",
        "a row's time is that of `column HEADING`",
    ),
)
