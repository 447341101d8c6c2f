"""Fields, their types and the files they come from as they are written elsewhere."""

import re

from turnout.dsl.mistakes import written_otherwise as other
from turnout.dsl.mistakes.phrase import Phrase

FIELDS: tuple[Phrase, ...] = (
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
        r":\s*money\s+(?P<wrong>(?:in|of)\s+(?P<c>(?-i:[A-Z]{3})))\b",
        r"\g<c>",
        "the currency follows at once",
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
)
