"""How else it is said that the next rules are asked where nobody is free."""

from turnout.dsl.mistakes.phrase import Phrase

_BEHIND_ELSE = "where nobody is free, the next rules are asked by `else continue`"
_NEXT = (
    r"(?:the[\s_-]+)?next(?:[\s_-]+(?:one|rules?))?|go(?:es)?[\s_-]+on|keep[\s_-]+going|carry[\s_-]+on"
    r"|move[\s_-]+on|fall(?:s)?[\s_-]*through|proceed|skip[\s_-]+(?:it|rule|this)|pass[\s_-]+(?:it[\s_-]+)?on"
)

GOING_ON: tuple[Phrase, ...] = (
    Phrase(
        rf"\belse\s+(?P<wrong>(?:to\s+)?(?:{_NEXT})\b[^{{}}\n]*?)(?=\s*(?:\}}|$|\bsla\b|\bdo\b))",
        "continue",
        _BEHIND_ELSE,
    ),
    Phrase(r"\belse\s+(?P<wrong>to\s+)(?=continue\b)", "", "no `to` behind `else`"),
    Phrase(
        r"\belse\s+(?:continue|goto|go\s+to|rule)\s+(?!else\b|sla\b|do\b|when\b|to\b)"
        r"(?P<wrong>(?:to\s+|rule\s+)?<NAME>)(?=\s*(?:\}|$))",
        None,
        "`continue` names no rule: those below are asked in their order",
    ),
    Phrase(
        r"\bcontinue\b(?P<wrong>[ \t]+(?:to|with|at|on|from|until|below|by)\b[^{}\n]*?)"
        r"(?=\s*(?:\}|$))",
        "",
        "`continue` stands alone: the rules below are asked in their order",
    ),
    Phrase(
        r"\bto\s+<TARGET>\b(?![^\n]*\bsla\b)[^{}\n]*?"
        r"(?P<wrong>[ \t]*(?:;|,|\band\b|\bthen\b|\bor\b|\botherwise\b|\belse[ \t]+then\b)[ \t]*"
        r"(?:then[ \t]+)?continue)\b",
        " else continue",
        _BEHIND_ELSE,
    ),
    Phrase(
        r"^[ \t]*(?P<wrong>(?:;|,|and|then|or|otherwise|if[ \t]+nobody(?:[ \t]+is[ \t]+free)?,?)?"
        r"[ \t]*(?:then[ \t]+)?continue)[ \t]*(?=$|\})",
        "else continue",
        _BEHIND_ELSE,
    ),
)
