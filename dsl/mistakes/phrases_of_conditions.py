"""Conditions as SQL, spreadsheets, formulas, programs and speech have them."""

from turnout.dsl.mistakes import written_otherwise as other
from turnout.dsl.mistakes.phrase import Phrase

CONDITIONS: tuple[Phrase, ...] = (
    Phrase(
        r"(?P<wrong>(?:\bis\s+)?\bbetween\s+(?P<a><DATE>|<NUM>)\s*(?:and|,|<TO>)\s*(?P<b><DATE>|<NUM>))",
        r"in \g<a>..\g<b>",
        "a range is written with two dots",
    ),
    Phrase(
        r"(?:\b(?:and|or)\s+|^\s*)(?P<wrong>(?:and|or)\s+)(?=<NAME>)",
        "",
        "one `and` or `or` stands between two conditions",
    ),
    Phrase(
        r"<NUM>\s+(?P<wrong>(?:employees|people|staff|seats|users|leads|usd|eur|dollars|euros))\b",
        "",
        "a number stands without a sign or unit",
    ),
    Phrase(
        r"\b(?P<f><NAME>)\s+(?P<wrong>(?:contains?|includes?)\s+)(?=<NAME>)",
        other.has,
        "a field with several values is asked with `has`",
    ),
    Phrase(
        r"\b<NAME>\s+(?P<wrong>(?P<w>any|all|none)(?:\s+of)?\s*)(?=\[)",
        r"has \g<w> ",
        "the words are `has any`, `has all` and `has none`",
    ),
    Phrase(
        r"(?P<wrong>\"(?P<v>[^\"\n]*?))(?=\s*(?:[}\],]|$|\#|\bto\b|\band\b|\bor\b))(?=[^\"\n]*$)",
        r'"\g<v>"',
        "this text is never closed",
    ),
    Phrase(
        r"(?P<wrong>\b(?P<not>NOT\s*\(?\s*)?(?P<fn>ISBLANK|ISNULL|ISEMPTY|ISPICKVAL|CONTAINS|BEGINS|"
        r"INCLUDES|REGEX|TEXT|IF|AND|OR|NOT)\s*\((?P<args>[^\n{}]*)\))",
        other.formula,
        "conditions are words, not functions",
    ),
    Phrase(
        r"(?P<wrong>(?P<f><NAME>)\.(?P<m>startsWith|endsWith|contains|includes|matches|is|equals)\(\s*"
        r"(?P<v>[^()\n]*?)\s*\))",
        other.method,
        "conditions are words, not methods",
    ),
    Phrase(
        r"(?P<wrong>\b(?:lead|record|contact|account|row|this|self)\.)(?=[^\W\d])",
        "",
        "a field is named alone",
    ),
    Phrase(
        r"(?P<wrong>[\[{$@%]+(?P<f>[^\W\d]\w*)[\]}%]*)(?=\s*(?:is|in|not|has|contains|starts|ends|[<>=!]))",
        other.field,
        "a field is named without signs",
    ),
    Phrase(
        r"(?P<wrong>(?:\bis\s+)?(?P<not>\bnot\s+)?(?:\bin|\bone\s+of|\bany\s+of|\bamong)\s*[\[({]\s*"
        r"(?P<v><VAL>(?:\s*(?:,|,?\s*\bor\b)\s*<VAL>)*)\s*[\])}])",
        lambda found: f"{'not ' if found['not'] else ''}in [{', '.join(other.values(found['v']))}]",
        "values of a list stand in brackets behind `in`",
    ),
    Phrase(
        r"(?P<wrong>(?:\bis\s+)?(?P<not>\bnot\s+)?(?:\bin|\bone\s+of|\bany\s+of|\bamong)\s+"
        r"(?P<v><VAL>(?:[ \t]*(?:,|,?[ \t]*\bor\b)[ \t]*<VAL>)*))"
        r"(?=\s*(?:$|[})]|\band\b|\bto\b|\bor\b))",
        lambda found: f"{'not ' if found['not'] else ''}in [{', '.join(other.values(found['v']))}]",
        "values of a list stand in brackets behind `in`",
    ),
    Phrase(
        r"(?P<wrong>\bis\s+(?P<not>not\s+)?(?P<v><VAL>(?:\s*,\s*<VAL>)+(?:\s*,?\s*or\s+<VAL>)?))",
        lambda found: f"{'not ' if found['not'] else ''}in [{', '.join(other.values(found['v']))}]",
        "values of a list stand in brackets behind `in`",
    ),
    Phrase(
        r"\bhas\s+(?P<wrong>(?P<v><VAL>(?:\s*,\s*<VAL>)+))",
        lambda found: f"any [{', '.join(other.values(found['v']))}]",
        "several values are asked with `has any`, `has all` or `has none`",
    ),
    Phrase(
        r"(?P<wrong>\b(?:includes|contains)\s+any(?:\s+of)?\s*)(?=\[)",
        "has any ",
        "the words are `has any`",
    ),
    Phrase(
        r"\b(?:contains|starts\s+with|ends\s+with)\s+(?P<wrong>(?P<v>\"[^\"\n]*\"(?:\s*(?:,|\bor\b)\s*\"[^\"\n]*\")+))",
        lambda found: f"[{', '.join(other.values(found['v']))}]",
        "several texts stand in brackets",
    ),
    Phrase(
        r"(?P<wrong>(?P<f><NAME>)\s+(?:does\s+not|doesn['’]?t|not|do\s+not)\s+(?P<v>contain|start|end|match|matche|ha|have)s?\b)",
        other.negated,
        "`not` stands before the whole condition",
    ),
    Phrase(r"(?P<wrong>\b(?:is|are)n['’]?t\b)", "is not", "the words are `is not`"),
    Phrase(
        r"(?<!is )(?P<wrong>\bnot\s+)(?=\"|(?!in\b|null|blank)<NAME>\s*(?:$|[})]|and\b|or\b|to\b))",
        "is not ",
        "the words are `is not`",
    ),
    Phrase(
        r"(?P<wrong>\b(?:begins?|beginning|start|starting|starts)[\s_-]*(?:with)?\b\s*)(?=[\"\[])",
        "starts with ",
        "the words are `starts with`",
    ),
    Phrase(
        r"(?P<wrong>\b(?:end|ending|ends)[\s_-]*(?:with)?\b\s*)(?=[\"\[])",
        "ends with ",
        "the words are `ends with`",
    ),
    Phrase(
        r"(?P<wrong>\b(?:is\s+|are\s+|has\s+)?(?P<w>(?:greater|more|larger|bigger|higher|less|fewer|smaller|lower)"
        r"(?:\s+than)?(?:\s+or\s+equal(?:\s+to)?)?|over|above|under|below|exceeds|at\s+least|at\s+most|"
        r"no\s+more\s+than|no\s+less\s+than|up\s+to|minimum|maximum|min|max|(?:on\s+or\s+)?(?:before|after)|"
        r"since|until|later\s+than|earlier\s+than)\s*)(?=[-\d])",
        other.comparison,
        "sizes and days are compared with `<`, `<=`, `>` and `>=`",
    ),
    Phrase(
        r"(?P<wrong>(?P<a><NUM>)\s*(?P<o>[<>]=?)\s*(?P<f><NAME>)\s*(?P<p>[<>]=?)\s*(?P<b><NUM>))",
        other.chained,
        "the field comes first",
    ),
    Phrase(
        r"(?P<wrong>(?P<a><NUM>)\s*(?P<o>[<>]=?)\s*(?P<f><NAME>))",
        other.turned,
        "the field comes first",
    ),
    Phrase(
        r"\b(?P<f><NAME>)\s*[<>]=?\s*(?:<DATE>|<NUM>)(?P<wrong>\s*(?P<j>and|or|,)?\s*(?P<o>[<>]=?))",
        lambda found: (
            f" {found['j'] if (found['j'] or ',') != ',' else 'and'} {found['f']} {found['o']}"
        ),
        "each comparison names its field",
    ),
    Phrase(
        r"\b<NAME>\s+(?P<wrong>(?:is\s+|in\s+|from\s+|is\s+from\s+)*\[?\s*(?P<a><DATE>|\d[\d_.]*?[kMB]?)\s*<TO>\s*"
        r"(?P<b><DATE>|\d[\d_]*(?:\.\d+)?[kMB]?)\s*\]?)",
        r"in \g<a>..\g<b>",
        "a range is written with two dots",
    ),
    Phrase(
        r"(?P<wrong>/(?P<v>[^/\n\"]+)/[gim]*)",
        lambda found: '"' + found["v"].replace("\\", "\\\\") + '"',
        "a pattern stands in quotes",
    ),
    Phrase(
        r"\bwhen\s+(?P<wrong>\*|\.\*|any|all)(?=\s*(?:$|\}|to\b))",
        None,
        "a rule for every lead is the `fallback` of its route or block",
    ),
    Phrase(r"(?P<wrong>\s*\bthen)(?=\s*$|\s+to\b)", "", "no `then` before `to`"),
)
