"""How else it is said that another route takes a rule's leads."""

from turnout.dsl.mistakes.phrase import Phrase

_HANDED = "another route takes a rule's leads by `to route NAME`"
_GO = (
    r"go[\s_-]*to|hand(?:s|ed)?(?:[\s_-]+(?:it|them))?(?:[\s_-]+(?:over|on|off))?[\s_-]+to"
    r"|jump(?:s)?[\s_-]+to|call|include|continue[\s_-]+(?:in|with|at)|delegate(?:s)?[\s_-]+to|use|apply|run"
)
_KIND = r"sub-?routes?|routing|pipelines?|flows?|polic(?:y|ies)|rules?[\s_-]+of|routes?[\s_-]+of"

HANDING_OVER: tuple[Phrase, ...] = (
    Phrase(
        rf"(?P<wrong>\b(?:{_GO})\s+(?:the\s+)?route\b)(?=\s+<NAME>)",
        "to route",
        _HANDED,
    ),
    Phrase(
        r"(?P<wrong>\b(?:goto|go\s+to|hand\s+(?:over|on|off)\s+to|jump\s+to|delegate\s+to)\b)"
        r"(?=\s+<NAME>\s*(?:\}|$))",
        "to route",
        _HANDED,
    ),
    Phrase(
        rf"\bto\s+(?P<wrong>(?:the\s+)?(?:{_KIND}))(?=\s+<NAME>)",
        "route",
        _HANDED,
    ),
    Phrase(
        r"\bto\s+(?P<wrong><NAME>\s+route)(?=\s*(?:\}|$))",
        lambda found: f"route {found['wrong'].split()[0]}",
        _HANDED,
    ),
    Phrase(
        r"(?<!\bto)(?<!\btest)\s(?P<wrong>route)(?=\s+<NAME>\s*(?:\}|$))",
        "to route",
        "a target stands behind `to`",
    ),
    Phrase(
        r"\bto\s+route\s+<NAME>(?P<wrong>\s*(?:/|\.|::?|\brule\b)\s*<NAME>)",
        "",
        "leads are handed to a route as a whole: its rules are asked in their order",
    ),
    Phrase(
        r"\bto\s+(?P<wrong>rule\s+<NAME>)",
        None,
        "a rule is no target: hand the leads to a route, or write the condition again",
    ),
)
