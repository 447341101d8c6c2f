"""Rules, targets and what else is done as they are written elsewhere."""

from turnout.dsl.mistakes import written_otherwise as other
from turnout.dsl.mistakes.phrase import Phrase

RULES: tuple[Phrase, ...] = (
    Phrase(
        r"(?:\b(?:rule|guarantee)\s+<NAME>\s*\{\s*|^\s*)(?P<wrong>)(?=(?!when\b|to\b|sla\b|do\b)<NAME>\s*"
        r"(?:(?:is|in|not|has|contains|starts|ends|matches|older|within|later)\b|[<>=]))",
        "when ",
        "a condition follows `when`",
    ),
    Phrase(
        r"(?P<wrong>)(?=\b(?:notify|task|start|suppress|tag|channel)\s+[\w\"])",
        "do ",
        "what else is done stands behind `do`",
    ),
    Phrase(
        r"\b(?:else|then)\s+(?P<wrong>to\s+)(?=<TARGET>)", "", "no `to` behind `else` or `then`"
    ),
    Phrase(
        r"\bto\s+(?P<wrong>(?:random|weighted|rotate|distribute|fair|even)\s+(?:among\s+|in\s+)?)(?=<NAME>)",
        "round-robin ",
        "the word is `round-robin`",
    ),
    Phrase(
        r"^\s*(?P<wrong>(?:assign|send|route|give|return|go|goto|forward|hand)(?:\s+(?:it|leads?|them))?(?:\s+to)?"
        r"\s+(?P<n><NAME>))\s*$",
        other.target,
        "where leads go follows `to`",
    ),
    Phrase(
        r"^\s*(?P<wrong>(?:assign|send|route|give|return|go|goto|forward|hand)(?:\s+(?:it|leads?|them))?(?:\s+to)?"
        r"\s+)(?=<TARGET>\b)",
        "to ",
        "where leads go follows `to`",
    ),
    Phrase(
        r"\b(?<!-)owner(?P<wrong>)(?=\s*(?:\}|$|else\b|sla\b|do\b))",
        other.owner_field,
        "`owner` names the field that holds the owner",
    ),
    Phrase(
        r"\bsla\s+(?P<wrong>(?:within|of|in|is)\s+)(?=\d)", "", "the time follows `sla` at once"
    ),
    Phrase(
        r"^\s*(?P<wrong>(?:if|when)\s+(?P<c>[^{}\n]+?)\s*(?:\{|\bthen\b|:)?\s*(?:\bto\s+)?(?P<t><TARGET>\b[^{}\n]*?)\s*\}?)\s*$",
        r"rule new-rule { when \g<c> to \g<t> }",
        "a rule has a name, and its parts stand in braces",
    ),
    Phrase(
        r"\b(?:rule|guarantee)\s+<NAME>\s*:?\s*(?P<wrong>(?:if|when)\s+(?P<c>[^{}\n]+?)\s*\{)",
        r"{ when \g<c>",
        "the condition stands inside of the braces",
    ),
    Phrase(
        r"\bwhen\s+[^{}\n]*?(?P<wrong>\s*\{\s*(?P<t>[^{}\n]*?)\s*\})",
        r" \g<t>",
        "a condition has no braces behind it",
    ),
    Phrase(r"(?P<wrong>\bbegin\b(?P<b>.*)\bend\b)", r"{\g<b>}", "blocks stand in braces"),
    Phrase(
        r"\b<DECL>\s+<NAME>\s*(?P<wrong>\((?P<b>[^()]*)\))", r"{\g<b>}", "blocks stand in braces"
    ),
    Phrase(r"\blead\s*(?P<wrong>\((?P<b>[^()]*)\))", r"{\g<b>}", "blocks stand in braces"),
    Phrase(
        r"\bteam\s+<NAME>\s*(?P<wrong>[\[(](?P<b>[^()\[\]\n]*)[\])])",
        r"{\g<b>}",
        "blocks stand in braces",
    ),
    Phrase(
        r"\b(?P<k><DECL>)\s+(?P<wrong>(?P<v>\d[\w-]*))",
        lambda found: f"{found['k'].lower()}-{found['v']}",
        "a name begins with a letter",
    ),
    Phrase(
        r"\b<DECL>\s+(?P<wrong>(?P<v>[^\W\d][^\s{}=\"'@,:;()\[\]]*))(?=\s*[{=]|\s*$)",
        lambda found: other.as_name(found["v"], "-") or None,
        "a name is letters, digits, `_` and `-`",
    ),
    Phrase(
        r"\bto\s+(?P<wrong>(?:the\s+)?(?P<n><NAME>)\s+(?P<k>team|queue|partner|sequence))\b",
        lambda found: f"{other.TARGET_OF.get(found['k'].lower(), found['k'].lower())} {found['n']}",
        "what happens there comes before the name",
    ),
    Phrase(
        r"^\s*(?P<wrong>round[\s_-]?robin\s+)(?=<NAME>)",
        "to round-robin ",
        "where leads go follows `to`",
    ),
    Phrase(
        r"\bto\s+(?P<wrong>(?P<f><NAME>)\s+owner\b)",
        r"owner \g<f>",
        "`owner` names the field behind it",
    ),
    Phrase(
        r"\b<TARGET>(?P<wrong>\s*\(\s*(?P<v>[^()\n]*?)\s*\))",
        r" \g<v>",
        "a target has no parentheses",
    ),
    Phrase(
        r"\bdo\s+<NAME>(?P<wrong>\s*\(\s*(?P<v>[^()\n]*?)\s*\))",
        lambda found: " " + " ".join(part.strip() for part in found["v"].split(",")),
        "an action has no parentheses and no commas",
    ),
    Phrase(
        r"(?P<wrong>\band\s+)(?=(?:notify|start|suppress|set|create)\b)",
        "do ",
        "what else is done stands behind `do`",
    ),
    Phrase(
        r"(?<=[\w\"])(?P<wrong>[ \t]*(?:,?[ \t]*\bthen\b|,|;|\|+|-+>|\bor\b|\bfallback\b)[ \t]*"
        r"(?:to[ \t]+)?)(?=<TARGET>\b)",
        " else ",
        "the next target follows `else`",
    ),
    Phrase(
        r"(?P<wrong>(?:,\s*(?:escalate|reassign|go|route|send|move)|\s*\belse|\s*,\s*\bthen)\s+(?:to\s+)?)(?=<TARGET>\b)",
        ", then ",
        "where a lead goes when its SLA is missed follows `, then`",
    ),
    Phrase(
        r"(?P<wrong>\bwithin\s+)(?=\d+\s+<UNIT>)",
        "sla ",
        "a time in which a lead is to be touched is an `sla`",
    ),
    Phrase(
        r"\bto\s+(?:<TARGET>.*else\s+)?reject(?P<wrong>)(?=\s*(?:\}|$|sla|do))",
        ' "no reason given"',
        "`reject` says why",
    ),
    Phrase(
        r"\breject\s+(?P<wrong>(?P<v>[^\W\d][^\n{}\"]*?))(?=\s*(?:\}|$))",
        r'"\g<v>"',
        "the reason stands in quotes",
    ),
    Phrase(
        r"\bto\s+(?P<wrong>(?:round-robin|least-loaded)\s*[\[(]?\s*<NAME>(?:\s*,\s*<NAME>)+\s*[\])]?)",
        None,
        "leads are drawn from a team that is declared: `team NAME { ... }`",
    ),
    Phrase(
        r"\b(?:round-robin|least-loaded|queue|person|partner|sequence)\s+(?P<wrong>(?:team|in|the|from|called|named)\s+)(?=<NAME>)",
        "",
        "the name follows at once",
    ),
    Phrase(
        r"\b(?:<TARGET>|<DECL>|hours|matching)\s+(?P<wrong>['‘’](?P<v><NAME>)['‘’])",
        r"\g<v>",
        "a name is one word, without quotes",
    ),
    Phrase(
        r"\bfallback\s*(?P<wrong>\{\s*(?P<t>[^{}\n]*?)\s*\})", r"\g<t>", "a fallback has no braces"
    ),
    Phrase(
        r"\bfallback(?P<wrong>\s*[:=]\s*(?:to\s+)?)(?=<NAME>)",
        " to ",
        "where the others go follows `to`",
    ),
    Phrase(
        r"(?P<wrong>\b(?:default|otherwise|else|catch-?all|(?:everything|anything|anyone)\s+else|fall\s+back|"
        r"finally|unmatched|rest|others?)\s*[:=]?\s*(?:to\s+|goes\s+to\s+)?)(?=<TARGET>\b)",
        "fallback to ",
        "what no rule takes has a `fallback`",
    ),
    Phrase(
        r"\bfallback\s+to\s+[^\n{}]*?(?P<wrong>\s*\bsla\b[^\n{}]*?)(?=\s*\}|\s*$)",
        "",
        "a fallback has no `sla`: it is a rule's",
        is_meant=False,
    ),
)
