"""Guarantees, tests and owners, and what is no policy at all."""

from turnout.dsl.mistakes.phrase import Phrase

CLAIMS: tuple[Phrase, ...] = (
    # -- guarantees and tests --
    Phrase(
        r"^\s*(?P<wrong>(?:=+>|-+>|should\s+(?:be|go\s+to))\s*)",
        "expect ",
        "what must come follows `expect`",
    ),
    Phrase(
        r"^\s*(?P<wrong>expect\s+)(?=always\b|never\b)",
        "",
        "a guarantee says `always` or `never` at once",
    ),
    Phrase(
        r"\broute\s+<NAME>(?P<wrong>\s+(?:when|if)\s+[^{\n]*?)(?=\s*\{)",
        "",
        "a route has no condition: put its rules into a block, `within CONDITION { ... }`",
        is_meant=False,
    ),
    Phrase(
        r"(?P<wrong>\b(?:must|should|shall|always\s+must)\s+(?P<not>not\s+|never\s+)?(?:reach|go\s+to|reaches)\b)",
        lambda found: "never reaches" if found["not"] else "always reaches",
        "a guarantee says `always reaches` or `never reaches`",
    ),
    Phrase(
        r"\b(?:always|never)\s+(?P<wrong>(?:goes|go|is\s+sent|is\s+routed|sent|lands|routes?|ends|assigned)\s+(?:to|in|at|with|up\s+\w+)\s+)",
        "reaches ",
        "the word is `reaches`",
    ),
    Phrase(
        r"\bsla(?P<wrong>\s*(?:<=?|max(?:imum)?|within|under|up\s+to|at\s+max|:|=)?\s*)(?=\d)",
        " at most ",
        "the words are `sla at most`",
    ),
    Phrase(r"(?P<wrong>\bno\s+)(?=rejects?\b)", "never ", "the word is `never`"),
    Phrase(
        r"\btest\s+(?P<wrong>(?P<v>[^\s\"'{][^\"'{\n]*?))(?=\s*\{)",
        r'"\g<v>"',
        "the name of a test stands in quotes",
    ),
    Phrase(
        r"\blead\s*(?P<wrong>(?P<b>\w+\s*:[^{}\n]*?))(?=\s*(?:\bexpect\b|$|\}))",
        r"{ \g<b> }",
        "the fields of a lead stand in braces",
    ),
    Phrase(
        r":\s*(?P<wrong>(?P<v>[\w.+-]+@[\w.-]+|(?:https?://|www\.)[^\s,}]+))",
        r'"\g<v>"',
        "an address stands in quotes",
    ),
    Phrase(
        r":\s*(?P<wrong>(?P<v><NAME>(?:[ \t]+[\w.&'-]+)+))(?=\s*[,}])",
        r'"\g<v>"',
        "a value with a blank stands in quotes",
    ),
    Phrase(
        r":\s*(?P<wrong>(?P<v><VAL>(?:\s*,\s*<VAL>)+))(?=\s*(?:\}|,\s*\w+\s*:))",
        r"[\g<v>]",
        "several values stand in brackets",
    ),
    Phrase(r"(?P<wrong>,?\s*\w+\s*:)(?=\s*[,}])", "", "a field that is missing is left out"),
    Phrase(r"(?P<wrong>\bat\s+cap\b)", "at-cap", "the word is `at-cap`"),
    Phrase(
        r"(?P<wrong>\b(?P<n><NAME>)\s+(?:is\s+)?(?P<k>away|at-cap)\b)",
        r"\g<k> \g<n>",
        "the word comes before the name",
    ),
    Phrase(
        r"(?P<wrong>\(\s*(?P<r><NAME>)\s*\))(?=\s*(?:\}|$))",
        r"because \g<r>",
        "a reason follows `because`",
    ),
    # -- owners --
    Phrase(
        r"(?P<wrong>\b(?:owner|owned|owned-by|owned_by|by|maintainer)\s*[:=]?\s*(?:by\s+)?)(?=\")",
        "owned by ",
        "the words are `owned by`",
    ),
    Phrase(
        r"\bowned\s+by\s+(?P<wrong>(?P<v><NAME>(?:\s+(?!first\b)<NAME>)+))",
        r'"\g<v>"',
        "a name of several words stands in quotes",
    ),
    # -- what isn't a policy's text --
    Phrase(
        r"^(?P<wrong>(?P<t>(?:version|name|title|description|author|created|updated|notes?)\s*[:=]"
        r".*?))[ \t]*$",
        r"# \g<t>",
        "what is only for people stands in a comment",
    ),
    Phrase(r"^\s*(?P<wrong>(?:[-*•+]|\d+[.)])\s+)", "", "a line has no bullet or number before it"),
    Phrase(
        r"^\s*(?P<wrong>(?P<t>[-=*_~`]{3,}\w*))\s*$", r"# \g<t>", "a line is drawn in a comment"
    ),
    Phrase(r"^\s*(?P<wrong>(?P<t>[-*•]\s+\S.*?))[ \t]*$", r"# \g<t>", "a comment begins with `#`"),
    Phrase(
        r"^\s*(?P<wrong>(?:REM\b|'|\"\"\")\s*(?P<t>[^\n]*))$",
        r"# \g<t>",
        "a comment begins with `#`",
    ),
    Phrase(
        r"^(?P<wrong>(?P<t>(?-i:[A-Z])[\w',]*(?:\s+[\w',().-]+){2,}[.:!?]?))[ \t]*$",
        r"# \g<t>",
        "a comment begins with `#`",
    ),
)
