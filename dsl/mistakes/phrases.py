"""Phrases of other notations: SQL, spreadsheets, formulas, programs, YAML and everyday speech.

A phrase is a pattern, looked for on the line where the parser stops and on the one before,
with what is written for it here. More than one may be found; whoever asks tries each, and
takes the first that brings the parser on. `tests/dsl/test_phrases.py` has an example of each.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

import attrs

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes import written_otherwise as other
from turnout.dsl.mistakes.met import Met, Told, corrected

By: TypeAlias = str | Callable[[re.Match[str]], str | None]


@attrs.frozen
class Phrase:
    """What is written otherwise elsewhere.

    pattern: its group `wrong` is what is replaced. by: what it is replaced by, as a template
    of `re` or a function, which may find that it isn't meant; None where that can't be known.
    message: what is wrong. is_meant: whether `by` is what was meant, and not only how to read
    on.
    """

    pattern: str
    by: By | None
    message: str
    is_meant: bool = True


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern, with <NAME> and its like as what they stand for.

    Made when the first mistake is met, since most policies have none.
    """
    named = re.sub(r"<([A-Z]+)>", lambda word: _PARTS[word[1]], pattern)
    return re.compile(named, re.IGNORECASE | re.MULTILINE)


_PARTS = {
    "NAME": r"[^\W\d][\w-]*",
    "NUM": r"-?\d[\d_]*(?:\.\d+)?[kMB]?",
    "DATE": r"\d{4}-\d{2}-\d{2}",
    "VAL": r"(?:\"[^\"\n]*\"|'[^'\n]*'|[\w.+-]+)",
    "DAY": r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*",
    "TO": r"(?:to|until|till|through|thru|bis|-|–|—|\.\.\.?)",
    "TARGET": (
        r"(?:round-robin|least-loaded|person|owner|previous-owner|queue|partner|sequence|reject)"
    ),
    "DECL": (
        r"(?:rule|route|guarantee|team|person|queue|partner|sequence|calendar|territory|segment)"
    ),
    "TYPE": (
        r"(?:text|code|email|phone|domain|integer|number|boolean|date|country|subdivision|"
        r"language|person)"
    ),
    "UNIT": r"(?:minutes?|hours?|days?|weeks?)",
    "KIND": r"(?:team|queue|partner|sequence|person)",
}
_CLOCK = r"\d{1,2}(?:[:.h]\d{2})?\s*(?:[ap]\.?m\.?)?"

PHRASES: tuple[Phrase, ...] = (
    # -- days, hours, dates and times --
    Phrase(
        rf"(?P<wrong>(?:from\s+)?(?P<one>{_CLOCK})\s*<TO>\s*(?P<two>{_CLOCK}))(?![\w:.-])",
        other.hours,
        "hours are written `09:00-17:00`",
    ),
    Phrase(
        r"(?P<wrong>\b(?P<one><DAY>)\s*<TO>\s*(?P<two><DAY>)\b)",
        other.days,
        "days from one to another are written with two dots",
    ),
    Phrase(
        r"(?P<wrong>(?:from\s+|between\s+)?(?P<a><DATE>)\s*(?:<TO>|and)\s*(?P<b><DATE>))",
        r"\g<a>..\g<b>",
        "days from one to another are written with two dots",
    ),
    Phrase(
        r"\b(?:away|closed)\s+(?P<wrong>(?:since|from)\s+(?P<a><DATE>))",
        r"\g<a>..",
        "days from one on are written with two dots behind it",
    ),
    Phrase(
        r"\b(?:away|closed)\s+(?P<wrong>(?:until|till|to)\s+(?P<a><DATE>))",
        r"..\g<a>",
        "days up to one are written with two dots before it",
    ),
    Phrase(
        r"\bat\s+(?P<wrong>[\"']?(?P<a><DATE>)[T ](?P<b>\d{2}:\d{2})[\w:.+]*[\"']?)(?!\s*\")",
        r'\g<a> \g<b> "UTC"',
        "a moment is a date, a time and the zone of its clock",
    ),
    Phrase(
        r"\bat\s+<DATE>\s+(?P<wrong>(?P<one>\d{1,2}(?:[.h]\d{2})?\s*(?:[ap]\.?m\.?)?))(?=\s+\")",
        other.time,
        "a time is written `09:00`",
    ),
    Phrase(
        r"\bat\s+<DATE>\s+\d{1,2}:\d{2}(?P<wrong>)(?!\s*[\"\w:])",
        ' "UTC"',
        "a moment has the zone of its clock",
    ),
    Phrase(
        r"\bat\s+<DATE>\s+\d{1,2}:\d{2}(?P<wrong>)(?=\s+(?:lead|expect|away|at)\b)",
        ' "UTC"',
        "a moment has the zone of its clock",
    ),
    Phrase(
        r"\bat\s+<DATE>(?P<wrong>)(?=\s+(?:lead|expect|away|at)\b|\s*$)",
        ' 12:00 "UTC"',
        "a moment has a time and the zone of its clock",
    ),
    Phrase(
        r"(?P<wrong>\bhours\s+(?:\d|<DAY>)[^}\n]*?)(?=\s*\}|\s*$)",
        "",
        "`hours` names a calendar, which has the days and the hours",
        is_meant=False,
    ),
    # -- spans of time --
    Phrase(
        r"(?P<wrong>(?P<n>\d+)\s*(?P<u>[a-z]+\.?))(?=\s*(?:[,}]|$|\b(?:wall|then|do|when|to)\b))",
        other.span,
        "a span of time is a number and `minutes`, `hours`, `days` or `weeks`",
    ),
    Phrase(
        r"(?P<wrong>(?P<h>\d+)\s+hours?\s+(?:and\s+)?(?P<m>\d+)\s+minutes?)",
        lambda found: f"{int(found['h']) * 60 + int(found['m'])} minutes",
        "a span of time has one unit",
    ),
    Phrase(
        r"\d\s+(?P<wrong>(?:business|working|work)\s+)(?=<UNIT>)",
        "",
        "an SLA counts working time unless it says `wall`",
    ),
    Phrase(
        r"(?P<wrong>\bthe\s+(?:last|past)|\b(?:last|past)|\bprevious)\s+(?=\d)",
        "",
        "`within` alone is about the past",
    ),
    Phrase(
        r"(?P<wrong>\bin\s+(?:the\s+)?(?:last|past)\s+)(?=\d)",
        "within ",
        "`within` asks about the last days",
    ),
    Phrase(
        r"(?P<wrong>(?P<o>[<>]=?)\s*(?P<n>\d+)\s+(?P<u><UNIT>)\s+ago)",
        other.ago,
        "an age is asked with `older than` or `within`",
    ),
    Phrase(
        r"(?P<wrong>(?P<o>[<>]=?)\s*(?:today|now)(?:\(\))?\s*-\s*(?P<n>\d+)(?P<u>\s*days)?)",
        other.ago,
        "an age is asked with `older than` or `within`",
    ),
    Phrase(
        r"\b(?:older|later)\s+than\s+\d+(?P<wrong>)(?=\s*$|\s*[)}]|\s+(?:and|or|to)\b)",
        " days",
        "a span of time has a unit",
    ),
    Phrase(
        r"\bwithin(?:\s+next)?\s+\d+(?P<wrong>)(?=\s*$|\s*[)}]|\s+(?:and|or|to)\b)",
        " days",
        "a span of time has a unit",
    ),
    Phrase(r"\bsla\s+\d+(?P<wrong>)(?=\s*$|\s*[,}])", " minutes", "a span of time has a unit"),
    Phrase(
        r"(?<!-)\b(?P<wrong>one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|"
        r"twenty|thirty|sixty|ninety|hundred)\b(?!\s*of)",
        other.number,
        "a number is written in digits",
    ),
    # -- caps --
    Phrase(
        r"\bcap\s*:?\s*\d+\s*(?P<wrong>(?:leads?\s*)?(?:/|a|an|each|every)\s*(?P<u>day|week|month))\b",
        r"per \g<u>",
        "a cap is so many `per` period",
    ),
    Phrase(
        r"\bcap\s+\d+\s+(?P<wrong>(?P<u>dai|week|month)ly)\b",
        lambda found: "per " + {"dai": "day"}.get(found["u"].lower(), found["u"].lower()),
        "a cap is so many `per` period",
    ),
    Phrase(
        r"\bcap\s+\d+(?P<wrong>)(?=\s*[,{}]|\s*$)",
        " per day",
        "a cap says in which period: `per day`, `per week`, `per month`, `per 24 hours`",
    ),
    # -- people and teams --
    Phrase(
        r"\bperson\s+<NAME>(?P<wrong>\s*[<(=]?\s*[\"']?(?P<a>[\w.+-]+@[\w.-]+)[\"']?[>)]?)",
        r' { email "\g<a>" }',
        "an address stands in the person's block",
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
    # -- fields --
    Phrase(
        r":\s*(?P<wrong>(?P<t><NAME>(?:\s+(?:code|number|address|select|list))?)(?:\s*\(\s*\d+\s*(?:,\s*\d+\s*)?\))?)",
        other.field_type,
        "types have names of their own here",
    ),
    Phrase(r":\s*(?P<wrong>[\"'](?P<t><TYPE>)[\"'])", r"\g<t>", "a type stands without quotes"),
    Phrase(
        r":\s*(?P<wrong>(?:(?:enum|picklist|select|choice|options?|one[\s_-]*of|list\s+of)\s*)?"
        r"[\[({]\s*(?P<v><VAL>(?:\s*[,|]\s*<VAL>)*)\s*[\])}])",
        lambda found: f"one of [{', '.join(other.values(found['v']))}]",
        "a field with a list of values is `one of`",
    ),
    Phrase(
        r":\s*(?P<wrong>(?P<v><VAL>(?:\s*\|\s*<VAL>)+))",
        lambda found: f"one of [{', '.join(other.values(found['v']))}]",
        "a field with a list of values is `one of`",
    ),
    Phrase(
        r":\s*(?P<wrong>(?:multi-?\s?(?:select|picklist)|set\s+of|tags|many\s+of)\s*(?=\[))",
        "any of ",
        "a field that has several values at once is `any of`",
    ),
    Phrase(
        r":\s*money(?P<wrong>)(?=\s*(?:,|$|\}|required))",
        " USD",
        "an amount of money has its currency",
    ),
    Phrase(
        r":\s*money\s+(?P<wrong>(?:in|of)\s+)(?=[A-Z]{3}\b)", "", "the currency follows at once"
    ),
    Phrase(
        r":\s*(?P<wrong>(?P<c>(?-i:[A-Z]{3})))(?=\s*(?:,|$|\}|required))",
        r"money \g<c>",
        "an amount of money is `money` and its currency",
    ),
    Phrase(
        r":\s*(?:integer|number)\s+(?P<wrong>(?:from\s+|min\s+|between\s+)?(?P<a><NUM>)\s*"
        r"(?:<TO>|max|and|,)\s*(?P<b>\d[\d_]*(?:\.\d+)?[kMB]?))",
        r"\g<a>..\g<b>",
        "bounds are written with two dots",
    ),
    Phrase(
        r":\s*(?:integer|number)\s+(?P<wrong>(?:>=?|min|from|at\s+least)\s*(?P<a><NUM>))",
        r"\g<a>..",
        "bounds are written with two dots",
    ),
    Phrase(
        r":\s*(?:integer|number)\s+(?P<wrong>(?:<=?|max|up\s+to|at\s+most)\s*(?P<a><NUM>))",
        r"..\g<a>",
        "bounds are written with two dots",
    ),
    Phrase(
        r":\s*[^\n,]*?(?P<wrong>\s+(?:unique|indexed|nullable|optional|null))(?=\s*(?:,|\}|$))",
        "",
        "a field is optional unless it says `required`",
    ),
    Phrase(r":[^\n]*?\s(?P<wrong>not\s+null\b)", "required", "the word is `required`"),
    Phrase(r":[^\n]*?\s(?P<wrong>primary\s+key\b)", "id", "the field that tells leads is the `id`"),
    Phrase(
        r":[^\n,]*?(?P<wrong>\s*(?:default\s*|=\s*)(?:\"[^\"\n]*\"|[\w.-]+))(?=\s*(?:,|\}|$))",
        "",
        "a field has no default: a lead without it is missing it",
        is_meant=False,
    ),
    Phrase(
        r":[^\n]*?\s(?P<wrong>(?:from\s+|as\s+|alias\s+|called\s+|column\s+)(?P<v>\"[^\"\n]*\"))(?=\s*(?:,|\}|$|required))",
        r"from column \g<v>",
        "a field is read `from column`",
    ),
    Phrase(
        r"\bfrom\s+column\s+(?P<wrong>(?P<v>[^\s\"\[,}][^\n\"\[,}]*?))(?=\s*(?:,|\}|$|required))",
        r'"\g<v>"',
        "the name of a column stands in quotes",
    ),
    Phrase(
        r":\s*[^\n(]*?(?P<wrong>\(\s*(?P<b>from\s[^()\n]*?)\s*\))",
        r"\g<b>",
        "what is said of a field stands without parentheses",
    ),
    Phrase(
        r"(?P<wrong>\b(?:lookup|look\s*up|via|using)\s+)(?=\"[^\"\n]*\"\s+by\b)",
        "from ",
        "a value is taken `from` a table",
    ),
    Phrase(
        r"\bby\s+<NAME>\s*(?P<wrong>(?:=+>|-+>|→|\bto\b|:|\binto\b)\s*)", "-> ", "the sign is `->`"
    ),
    Phrase(
        r"^\s*(?P<wrong>(?P<t><TYPE>)\s+(?P<n>\w+))\s*[,;]?\s*$",
        r"\g<n>: \g<t>",
        "a field's name comes first, then its type",
    ),
    Phrase(
        r"^\s*\w+(?P<wrong>\s*\(\s*(?P<t><TYPE>)\s*\))",
        r": \g<t>",
        "a field's type follows a colon",
    ),
    Phrase(
        r"^\s*(?P<wrong>[\"'](?P<v>[^\"'\n]+)[\"'])(?=\s*:)",
        lambda found: other.as_name(found["v"], "_"),
        "the name of a field is one word, without quotes",
    ),
    Phrase(r"^\s*(?P<wrong>(?P<v>\d\w*))(?=\s*:)", r"_\g<v>", "a name begins with a letter"),
    Phrase(
        r":\s*date\s+(?P<wrong>(?:format\s*)?[\"']?d{1,2}[./-]m{1,2}[./-]y+[\"']?|european|british|day-first)",
        "day first",
        "how a source writes dates is `day first` or `month first`",
    ),
    Phrase(
        r":\s*date\s+(?P<wrong>(?:format\s*)?[\"']?m{1,2}[./-]d{1,2}[./-]y+[\"']?|american|us|month-first)\b",
        "month first",
        "how a source writes dates is `day first` or `month first`",
    ),
    Phrase(
        r"\b(?:true|false|missing)\s*(?P<wrong>(?:[=:]|is|if)\s*)(?=\[)",
        "when ",
        "values that mean it stand behind `when`",
    ),
    Phrase(
        r"(?P<wrong>(?:type|interface|class|struct|object|create\s+table|table)\s+\w+\s*[=:]?\s*)(?=\{)",
        "lead ",
        "the fields stand in a `lead` block",
    ),
    # -- files --
    Phrase(
        r"(?P<wrong>\b(?:import|include|require|use|load|source)\s*:?\s*<?'?(?P<p>[\w./-]+?)(?:\.route)?'?>?)(?=\s*$)",
        r'include "\g<p>.route"',
        "a file is included by its path in quotes",
    ),
    Phrase(
        r"(?P<wrong>\binclude\s+(?P<v>\"[^\"\n]*\"(?:\s*,\s*\"[^\"\n]*\")+))",
        lambda found: " ".join(f"include {each}" for each in re.findall(r'"[^"\n]*"', found["v"])),
        "each file has an `include` of its own",
    ),
    Phrase(
        r"(?P<wrong>\bfrom\s+(?P<v>\"[^\"\n]*\")\s+import\b.*)$",
        r"include \g<v>",
        "a file is included as a whole",
    ),
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
    # -- conditions --
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
        r"(?P<wrong>\"(?P<v>[^\"\n]*?))(?=\s*(?:[}\],]|$|\bto\b|\band\b|\bor\b))(?=[^\"\n]*$)",
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
        r"(?P<v><VAL>(?:[ \t]*(?:,|,?[ \t]*\bor\b)[ \t]*<VAL>)*))(?=\s*(?:$|[})]|\band\b|\bto\b|\bor\b))",
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
    # -- rules, targets and what else is done --
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
        r"(?<=[\w\"])(?P<wrong>[ \t]*(?:,?[ \t]*\bthen\b|,|;|\|+|-+>|\bor\b|\bfallback\b)[ \t]*(?:to[ \t]+)?)(?=<TARGET>\b)",
        " else ",
        "the next target follows `else`",
    ),
    Phrase(
        r"(?P<wrong>(?:,\s*(?:escalate|reassign|go|route|send|move)|\s*\belse|\s*,?\s*\bthen)\s+(?:to\s+)?)(?=<TARGET>\b)",
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
    Phrase(r"(?P<wrong>,?\s*\w+\s*:\s*)(?=[,}])", "", "a field that is missing is left out"),
    Phrase(r"(?P<wrong>\bat\s+cap\b)", "at-cap", "the word is `at-cap`"),
    Phrase(
        r"(?P<wrong>\b(?P<n><NAME>)\s+(?:is\s+)?(?P<k>away|at-cap)\b)",
        r"\g<k> \g<n>",
        "the word comes before the name",
    ),
    Phrase(r"\bbecause\s+(?P<wrong>of\s+)", "", "the reason follows at once"),
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
        r"^(?P<wrong>(?P<t>(?:version|name|title|description|author|created|updated|notes?)\s*[:=].*?))[ \t]*$",
        r"# \g<t>",
        "what is only for people stands in a comment",
    ),
    Phrase(r"^\s*(?P<wrong>(?:[-*•+]|\d+[.)])\s+)", "", "a line has no bullet or number before it"),
    Phrase(
        r"^\s*(?P<wrong>(?P<t>[-=*_~`]{3,}\w*))\s*$", r"# \g<t>", "a line is drawn in a comment"
    ),
    Phrase(r"^\s*(?P<wrong>(?P<t>[-*•]\s+\S.*?))[ \t]*$", r"# \g<t>", "a comment begins with `#`"),
    Phrase(
        r"^\s*(?P<wrong>(?:REM\b|'|%|!|\"\"\")\s*(?P<t>[^\n]*))$",
        r"# \g<t>",
        "a comment begins with `#`",
    ),
    Phrase(
        r"^(?P<wrong>(?P<t>(?-i:[A-Z])[\w',]*(?:\s+[\w',().-]+){2,}[.:!?]?))[ \t]*$",
        r"# \g<t>",
        "a comment begins with `#`",
    ),
)


def phrased(met: Met) -> Iterator[Told]:
    """Yield what each phrase tells that is found where the parser stopped."""
    for phrase in PHRASES:
        for found in _around(met, _compiled(phrase.pattern)):
            if phrase.by is None:
                yield Told(*found.span("wrong"), phrase.message, settles=True)
                continue
            by = found.expand(phrase.by) if isinstance(phrase.by, str) else phrase.by(found)
            if by is not None and by != found["wrong"]:
                yield _told(met, phrase, *found.span("wrong"), by)


def _around(met: Met, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the matches that hold the place, or end just before it."""
    first, last = met.line
    if not met.before.strip():
        first = met.text.rfind("\n", 0, len(met.text[:first].rstrip())) + 1
    for found in pattern.finditer(met.text, first, last):
        start, end = found.span("wrong")
        if start <= met.start and not met.text[end : met.start].strip():
            yield found


def _told(met: Met, phrase: Phrase, start: int, end: int, by: str) -> Told:
    if by[:1].isalnum() and met.text[start - 1 : start].isalnum():
        by = f" {by}"
    blanks = len(met.text[start:]) - len(met.text[start:].lstrip())
    at = start + blanks  # read at a word, never at a blank
    repair = Repair(at, max(at, end), "" if by.startswith("#") else by)
    if not phrase.is_meant:
        return Told(at, max(end, at + 1), phrase.message, repairs=(repair,))
    advice = f"write `{corrected(met.text, start, end, by)}`"
    edit = Repair(start, end, by)
    shown = (start, start + 1) if start == end else (min(at, end - 1), end)
    return Told(*shown, phrase.message, "", (advice,), (repair,), edit)
