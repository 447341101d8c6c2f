"""People, teams and their shares as they are written elsewhere."""

import re

from turnout.dsl.mistakes import written_otherwise as other
from turnout.dsl.mistakes.phrase import Phrase

TEAMS: tuple[Phrase, ...] = (
    Phrase(
        r"\bperson\s+<NAME>(?P<wrong>\s*[<(=]?\s*[\"']?(?P<a>[\w.+-]+@[\w.-]+)[\"']?[>)]?)",
        r' { email "\g<a>" }',
        "an address stands in the person's block",
    ),
    Phrase(
        r"(?P<wrong>\b(?:(?:is\s+)?(?:backed\s+up|covered|represented|replaced)\s+by|backup\s+is|"
        r"(?:backup|deputy|cover|substitute)\s+person)\s+(?P<n><NAME>))",
        r"backup \g<n>",
        "who has somebody's leads while they are away is their `backup`",
    ),
    Phrase(
        r"\bbackup\s+<NAME>(?P<wrong>\s+(?:when|while|if)\s+(?:is\s+)?(?:away|absent|gone|ill))\b",
        "",
        "a `backup` has somebody's leads while they are away, and else none",
    ),
    Phrase(
        r"\bperson\s+(?P<wrong>(?P<n>[^\W\d][\w-]*)(?P<d>@[\w.-]+))",
        r'\g<n> { email "\g<n>\g<d>" }',
        "a name is one word, and an address stands in the person's block",
    ),
    Phrase(
        r"(?P<wrong>\b(?:persons|people|users|reps)\s*[:=]?\s*[{[(]\s*(?P<v><NAME>(?:\s*,\s*<NAME>)*)\s*[}\])])",
        lambda found: " ".join(f"person {each}" for each in other.names(found["v"])),
        "each person is declared by a `person`",
    ),
    Phrase(
        r"(?P<wrong>\b(?P<k>person|queue|partner|sequence)s?\s+(?P<v><NAME>(?:\s*,\s*<NAME>)+))",
        lambda found: " ".join(f"{found['k']} {each}" for each in other.names(found["v"])),
        "each is declared by a word of its own",
    ),
    Phrase(
        r"\bteam\s+<NAME>(?P<wrong>\s*[=:]?\s*(?P<o>[\[(]?)\s*(?P<v><NAME>(?:\s*,\s*<NAME>)+)\s*[\])]?)\s*$",
        r" { \g<v> }",
        "the members of a team stand between braces",
    ),
    Phrase(
        r"\bteam\s+<NAME>[^{\n]*\{(?P<wrong>\s*(?:members|people|reps|users)\s*[:=])",
        "",
        "the members of a team stand between its braces",
    ),
    Phrase(
        r"\bteam\s+<NAME>[^{\n]*(?P<wrong>\{(?P<b>[^{}\n]*\bperson\s[^{}\n]*)\})",
        lambda found: "{" + re.sub(r"\bperson\s+", "", found["b"]) + "}",
        "a member is named without `person`",
    ),
    Phrase(
        r"\bteam\s+<NAME>[^{\n]*(?P<wrong>\{\s*(?P<v><NAME>(?:\s+(?!weight\b|cap\b|per\b)<NAME>)+)\s*\})",
        lambda found: "{ " + ", ".join(found["v"].split()) + " }",
        "the members of a team stand apart by commas",
    ),
    Phrase(
        r"(?P<wrong>\{(?P<b>[^{}\n]*;[^{}\n]*?);?\s*\})",
        lambda found: "{" + found["b"].replace(";", ",").rstrip(", ") + " }",
        "these stand apart by commas",
    ),
    Phrase(
        r"(?P<wrong>\{(?P<b>[^{}\n]*;[^{}\n]*?);?\s*\})",
        lambda found: "{" + found["b"].replace(";", "").rstrip() + " }",
        "what stands in a block needs no `;`",
    ),
    Phrase(
        r"\bteam\s+<NAME>[^{\n]*(?P<wrong>\{(?P<b>\s*<NAME>\s*(?:[:=(]|\bx)?\s*\d+\)?(?:\s*,\s*<NAME>\s*(?:[:=(]|\bx)?\s*\d*\)?)*\s*)\})",
        lambda found: (
            "{"
            + re.sub(
                r"([\w-]+?)\s*(?:[:=(]|\bx|\s)\s*(\d+)\)?(?=\s*(?:,|$))",
                r"\1 weight \2",
                found["b"],
            )
            + "}"
        ),
        "a share is a `weight`",
    ),
    Phrase(
        r"[{,]\s*<NAME>(?P<wrong>\s*(?:[:=(]|\bx)?\s*(?P<n>\d+)\)?)(?=\s*[,}\n])",
        r" weight \g<n>",
        "a share is a `weight`",
    ),
    Phrase(
        r"[{,]\s*<NAME>(?P<wrong>\s*\(\s*(?P<b>(?:weight|cap)[^()\n]*?)\s*\))",
        r" \g<b>",
        "what is said of a member stands without parentheses",
    ),
    Phrase(
        r"(?P<wrong>\b(?:inactive\s*[:=]?\s*(?:true|yes)|active\s*[:=]?\s*(?:false|no)))\b",
        "inactive",
        "who takes no leads is `inactive`, without a value",
    ),
    Phrase(
        r"\bserves\s+<NAME>\s+(?P<wrong>(?:is|in|=|:)\s*(?P<v>\[[^\]\n]*\]|<VAL>))",
        lambda found: found["v"] if found["v"].startswith("[") else f"[{found['v']}]",
        "`serves` names a field and the list of its values",
    ),
    Phrase(
        r"(?P<wrong>\bserves\s+<NAME>(?:\s*,\s*<NAME>)*)(?=\s*\}|\s*$)",
        "",
        "`serves` names a field and the list of its values: `serves country [DE, AT]`",
        is_meant=False,
    ),
    Phrase(
        r"\b(?:languages|serves\s+<NAME>|true\s+when|false\s+when|missing\s+when|has\s+(?:any|all|none)|"
        r"(?:one|any)\s+of)\s*(?P<wrong>(?P<v><VAL>(?:\s*(?:,|\||/|\bor\b|\band\b)\s*<VAL>)*))",
        lambda found: f"[{', '.join(other.values(found['v']))}]",
        "a list stands in brackets",
    ),
    Phrase(
        r"\b(?:languages|serves\s+<NAME>|when|(?:one|any)\s+of|\b(?:not\s+)?in|has\s+(?:any|all|none))"
        r"\s*(?P<wrong>[({]\s*(?P<v><VAL>(?:\s*[,|]\s*<VAL>)*)\s*,?\s*[)}])",
        lambda found: f" [{', '.join(other.values(found['v']))}]",
        "a list stands in brackets",
    ),
    Phrase(
        r"\b(?:away|at-cap|identity|do)\s*(?P<wrong>[\[({]\s*(?P<v><NAME>(?:\s*,\s*<NAME>)*)\s*[\])}])",
        r" \g<v>",
        "these stand without brackets",
    ),
    Phrase(
        r"\b(?:away|at-cap|identity|reaches)\s+[^\n{}]*?(?P<wrong>\s*(?:\+|&|\band\b|\bor\b))",
        ",",
        "these stand apart by commas",
    ),
)
