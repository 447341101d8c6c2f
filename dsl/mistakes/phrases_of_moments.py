"""Days, hours, spans of time and caps as they are written elsewhere."""

from turnout.dsl.mistakes import written_otherwise as other
from turnout.dsl.mistakes.phrase import Phrase

_CLOCK = r"\d{1,2}(?:[:.h]\d{2})?(?:\s*[ap]\.?m\.?)?"

MOMENTS: tuple[Phrase, ...] = (
    # -- days, hours, dates and times --
    Phrase(
        r"\bopen\s+(?P<wrong>24\s*(?:/|x)\s*7)(?![\w:.-])",
        "mon..sun 00:00-24:00",
        "days and hours are written `mon..fri 09:00-17:00`",
    ),
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
        rf"(?P<wrong>(?P<first><DAY>)\s*<TO>\s*(?P<last><DAY>)\s+"
        rf"(?:from\s+)?(?P<one>{_CLOCK})\s*<TO>\s*(?P<two>{_CLOCK}))(?![\w:.-])",
        other.days_and_hours,
        "days and hours are written `mon..fri 09:00-17:00`",
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
    Phrase(
        r"\b(?:sla|offer)\s+\d+(?P<wrong>)(?=\s*$|\s*[,}])",
        " minutes",
        "a span of time has a unit",
    ),
    Phrase(
        r"\boffer(?P<wrong>\s+(?:for|within|in|of|up\s+to))(?=\s+\d)",
        "",
        "the time follows at once",
    ),
    Phrase(
        r"(?<!-)\b(?P<wrong>one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|"
        r"twenty|thirty|sixty|ninety|hundred)\b(?!\s*of)",
        other.number,
        "a number is written in digits",
    ),
    # -- steps of an SLA, and whoever misses one --
    Phrase(
        r"\bsla\b[^\n{}]*?\d\s+\w+(?:\s+wall)?(?P<wrong>\s*,\s*)(?=(?:alert|reassign)\b)",
        " ",
        "what a step of an SLA does follows its time at once",
    ),
    Phrase(
        r"\bsla\b[^\n{}]*?\d\s+\w+(?:\s+wall)?\s*,?\s+(?P<wrong>warn(?:ing)?|remind(?:er)?|notify)"
        r"(?=\s*(?:,|\}|$))",
        "alert",
        "a step of an SLA that only tells is an `alert`",
    ),
    Phrase(
        r"\bsla\b[^\n{}]*?\d\s+\w+(?:\s+wall)?\s*,?\s+(?P<wrong>re-?route|re-?assign\s+to\s+next|next)"
        r"(?=\s*(?:,|\}|$))",
        "reassign",
        "a step of an SLA that gives the lead to the next one is `reassign`",
    ),
    Phrase(
        r"\bsla\b[^\n{}]*\bthen\b[^\n{},]*?(?P<wrong>\s*(?:,|\band\b|,\s*and\b)?\s*(?:set\s+)?"
        r"(?:\band\s+away|offline|unavailable|(?<=set\s)away))\b",
        ", away",
        "whoever misses an SLA is set `away`",
    ),
    Phrase(
        r"\bsla\b[^\n{}]*,\s*(?P<wrong>pause[ds]?|absent|on\s+leave)(?=\s*$|\s+\d|\s*[}])",
        "away",
        "whoever misses an SLA is set `away`",
    ),
    Phrase(
        r"\bsla\b[^\n{}]*,\s*away\s+\d+(?P<wrong>)(?=\s*$|\s*[}])",
        " hours",
        "a span of time has a unit",
    ),
    # -- caps --
    Phrase(
        r"\bcap\s*:?\s*\d+\s+(?P<wrong>(?:open\s+(?:leads?(?:\s+at\s+once)?|at\s+once)|(?:leads?\s+)?"
        r"(?:at\s+(?:once|a\s+time|the\s+same\s+time)|concurrent(?:ly)?|simultaneous(?:ly)?|active)"
        r"(?:\s+leads?)?|leads?\s+open))\b",
        "open",
        "a cap on leads that are open at once is so many `open`",
    ),
    Phrase(
        r"\bcap\s+(?P<wrong>open\s+(?P<n>\d+))\b",
        r"\g<n> open",
        "a cap on leads that are open at once is so many `open`",
    ),
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
        "a cap says in which period: `per day`, `per week`, `per month`, `per 24 hours`; or `open`",
    ),
)
