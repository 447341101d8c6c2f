"""How what stands in a phrase of another notation is written here."""

import re
from collections.abc import Mapping
from unicodedata import normalize

from turnout.dsl.values.time_words import unit_meant

Found = re.Match[str]

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60,
    "ninety": 90, "hundred": 100,
}  # fmt: skip
_TYPES: Mapping[str, tuple[str, ...]] = {
    "text": ("string", "str", "varchar", "char", "nvarchar", "longtext", "textarea", "uuid"),
    "integer": ("int", "bigint", "smallint", "long", "whole number"),
    "number": ("float", "double", "decimal", "numeric", "real"),
    "boolean": ("bool", "checkbox", "bit", "flag"),
    "date": ("datetime", "timestamp", "day", "date_time"),
    "money USD": ("currency", "price", "amount"),
    "phone": ("telephone", "tel", "mobile", "phone number"),
    "code": ("zip", "zip code", "postal code", "postcode", "zipcode", "postal", "plz"),
    "subdivision": ("state", "province"),
    "domain": ("url", "website", "host"),
    "person": ("user", "owner", "lookup", "rep"),
    "language": ("lang", "locale"),
    "country": ("country code", "nation"),
    "email": ("mail", "e-mail", "email address", "mail address"),
    "company-name": ("company", "account", "organization", "organisation", "firm", "company_name"),
    "salesforce-id": ("sfid", "salesforce_id"),
    "any of": ("multiselect", "multi-select", "multipicklist", "multi-picklist", "set"),
    "one of": ("enum", "picklist", "select", "choice", "oneof", "one-of", "one_of", "dropdown"),
}
TARGET_OF: Mapping[str, str] = {"team": "round-robin"}
"""What happens at what a word names, where it isn't the word itself."""

_COMPARED: Mapping[str, str] = {
    "greater": ">", "more": ">", "larger": ">", "bigger": ">", "higher": ">", "over": ">",
    "above": ">", "exceeds": ">", "less": "<", "fewer": "<", "smaller": "<", "lower": "<",
    "under": "<", "below": "<", "at least": ">=", "minimum": ">=", "min": ">=",
    "no less than": ">=", "at most": "<=", "up to": "<=", "no more than": "<=", "maximum": "<=",
    "max": "<=", "before": "<", "after": ">", "on or before": "<=", "on or after": ">=",
    "since": ">=", "until": "<=", "later than": ">", "earlier than": "<",
}  # fmt: skip
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_METHODS = {
    "startswith": "starts with", "endswith": "ends with", "contains": "contains",
    "includes": "contains", "matches": "matches", "is": "is", "equals": "is",
}  # fmt: skip
_FORMULAS = {
    "ISPICKVAL": "is", "CONTAINS": "contains", "BEGINS": "starts with", "INCLUDES": "has",
    "REGEX": "matches",
}  # fmt: skip
_VALUE = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[\w.+-]+")
_CLOCK = re.compile(r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))?\s*(?P<half>[ap])?", re.IGNORECASE)


def as_name(written: str, joint: str) -> str:
    """Return a text as one word.

    >>> as_name('"Big deals (EMEA)"', "-")
    'big-deals-emea'
    """
    plain = normalize("NFKD", written).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", joint, plain).strip(joint)
    return f"_{name}" if name[:1].isdigit() else name


def names(written: str) -> list[str]:
    """Return the names of a list with commas.

    >>> names("ana, ben")
    ['ana', 'ben']
    """
    return [each.strip() for each in written.split(",")]


def values(written: str) -> list[str]:
    r"""Return the values of a list as they are written here.

    >>> values("'DE', AT or \"Trade Show\"")
    ['"DE"', 'AT', '"Trade Show"']
    """
    found = [each for each in _VALUE.findall(written) if each.lower() not in {"or", "and"}]
    return [f'"{each[1:-1]}"' if each.startswith("'") else each for each in found]


def time(found: Found) -> str | None:
    """Return a time of the day.

    >>> time(re.match("(?P<one>.*)", "5pm"))
    '17:00'
    """
    return _time(found["one"])


def _time(written: str, after: str | None = None) -> str | None:
    read = _CLOCK.match(written.strip())
    if read is None:
        return None
    hour, half = int(read["h"]), (read["half"] or after or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{read['m'] or '00'}" if hour <= 24 else None


def hours(found: Found) -> str | None:
    """Return hours from one time to another, `9 to 5pm` too; None for a plain range.

    >>> hours(re.match("(?P<one>.*?) to (?P<two>.*)", "9 to 5pm"))
    '09:00-17:00'
    """
    start, end = _time(found["one"]), _time(found["two"])
    return None if start is None or end is None else f"{start}-{end}"


def days(found: Found) -> str:
    """Return days of the week from one to another."""
    return _days(found["one"], found["two"])


def _days(first: str, last: str) -> str:
    return f"{first[:3].lower()}..{last[:3].lower()}"


def days_and_hours(found: Found) -> str | None:
    """Return hours from one time to another on days from one to another."""
    at = hours(found)
    return None if at is None else f"{_days(found['first'], found['last'])} {at}"


def span(found: Found) -> str | None:
    """Return a span of time; None where the unit is none."""
    unit = unit_meant(found["u"])
    return None if unit is None else f"{found['n']} {unit}"


def number(found: Found) -> str:
    """Return a number that is a word."""
    return str(_NUMBERS[found["wrong"].lower()])


def ago(found: Found) -> str:
    """Return a comparison with a day that is so long ago, which is about the age."""
    asked = "older than" if found["o"].startswith("<") else "within"
    return f"{asked} {found['n']} {(found['u'] or 'days').strip().lower()}"


def field_type(found: Found) -> str | None:
    """Return the type that is called otherwise elsewhere."""
    said = " ".join(found["t"].lower().split())
    return next((mine for mine, others in _TYPES.items() if said in others), None)


def field(found: Found) -> str:
    """Return a field's name as the file declares it, whatever its capitals."""
    name = found["f"]
    declared = re.search(rf"(?mi)(?:^|[{{,])\s*({re.escape(name)})\s*:", found.string)
    return declared[1] if declared else name


def has(found: Found) -> str | None:
    """Return the word for a field that is declared as `any of`, None for another."""
    name = re.escape(found["f"])
    several = re.search(rf"(?m)(?:^|[{{,])\s*{name}\s*:\s*any\b", found.string)
    return None if several is None else "has "


def target(found: Found) -> str | None:
    """Return the target of a name that the file declares, None for another name."""
    declared = re.search(
        rf"(?m)^\s*(team|queue|person|partner|sequence)\s+{re.escape(found['n'])}(?![\w-])",
        found.string,
    )
    return (
        None if declared is None else f"to {TARGET_OF.get(declared[1], declared[1])} {found['n']}"
    )


def owner_field(found: Found) -> str | None:
    """Return the one field of the file that holds a person, None if there are more or none."""
    fields = re.findall(r"(?m)(?:^|[{,])\s*(\w+)\s*:\s*person\b", found.string)
    return f" {fields[0]}" if len(fields) == 1 else None


def of_country(found: Found) -> str | None:
    """Return countries as a condition on the field that holds one, None without such a field."""
    fields = re.findall(r"(?m)(?:^|[{,])\s*(\w+)\s*:\s*country\b", found.string)
    return f" = {fields[0]} in [{', '.join(names(found['v']))}]" if len(fields) == 1 else None


def members(found: Found) -> str | None:
    """Return the members of a family of segments, each as `NAME = CONDITION`.

    >>> members(re.match("{(?P<b>.*)}", "{ segment a: size < 10, b size >= 10 }"))
    '{ a = size < 10, b = size >= 10 }'
    """
    said = [_member(part) for part in re.split(r",(?![^\[(]*[\])])|;", found["b"]) if part.strip()]
    return f"{{ {', '.join(said)} }}" if all(said) else None


def _member(part: str) -> str:
    read = re.fullmatch(
        r"\s*(?:segment\s+)?([^\W\d][\w-]*)\s*(?:[:=]|\bis\b|\bwhen\b)?\s*(.*?)\s*", part
    )
    return f"{read[1]} = {read[2]}" if read is not None and " " in read[2] else ""


def comparison(found: Found) -> str:
    """Return the sign of a comparison in words."""
    said = " ".join(found["w"].lower().split())
    sign = _COMPARED.get(said) or _COMPARED[said.split()[0]]
    return f"{sign}= " if "equal" in said else f"{sign} "


def turned(found: Found) -> str:
    """Return a comparison with the field first."""
    return f"{found['f']} {_FLIPPED[found['o']]} {found['a']}"


def chained(found: Found) -> str:
    """Return a comparison with two bounds."""
    if found["o"] == found["p"] == "<=":
        return f"{found['f']} in {found['a']}..{found['b']}"
    return f"{turned(found)} and {found['f']} {found['p']} {found['b']}"


def negated(found: Found) -> str:
    """Return a condition with `not` before it."""
    verb = found["v"].lower()
    word = {"contain": "contains", "start": "starts", "end": "ends"}.get(verb)
    if word is None:
        word = "matches" if verb.startswith("match") else "has"
    return f"not {found['f']} {word}"


def method(found: Found) -> str:
    """Return a method's call as a condition."""
    value = found["v"]
    value = f'"{value[1:-1]}"' if value.startswith("'") else value
    return f"{found['f']} {_METHODS[found['m'].lower()]} {value}"


def formula(found: Found) -> str | None:
    r"""Return a function of a spreadsheet or CRM as a condition; None for an unknown one.

    >>> say = re.compile(r"(?P<not>NOT )?(?P<fn>[A-Z]+)\((?P<args>.*)\)")
    >>> formula(say.match('AND(country = "DE", NOT(ISBLANK(city)))'))
    'country is "DE" and city is present'
    """
    name, arguments = found["fn"].upper(), found["args"]
    if found["not"] and found["not"].rstrip().endswith("("):
        arguments = arguments.removesuffix(")")
    said = _call(name, arguments)
    if said is None or not found["not"]:
        return said
    return said.replace(" is missing", " is present") if said.endswith("missing") else f"not {said}"


def _call(name: str, arguments: str) -> str | None:
    parts = [_said(part.strip()) for part in _split(arguments)]
    match name:
        case "AND" | "OR":
            said = f" {name.lower()} ".join(parts)
            return f"({said})" if name == "OR" else said
        case "NOT" if len(parts) == 1:
            blank = parts[0].endswith(" is missing")
            return parts[0].replace("missing", "present") if blank else f"not ({parts[0]})"
        case "ISBLANK" | "ISNULL" | "ISEMPTY" if len(parts) == 1:
            return f"{parts[0]} is missing"
        case "IF" if len(parts) == 3 and [each.lower() for each in parts[1:]] == ["true", "false"]:
            return parts[0]
        case "TEXT" if len(parts) == 1:
            return parts[0]
        case _:
            word = _FORMULAS.get(name)
            return f"{parts[0]} {word} {parts[1]}" if word and len(parts) == 2 else None


def _said(part: str) -> str:
    """Return a part of a formula, itself a function or a comparison, as a condition."""
    call = re.fullmatch(r"([A-Za-z]+)\s*\((.*)\)", part)
    if call is not None:
        return _call(call[1].upper(), call[2]) or part
    part = re.sub(r"'([^'\n]*)'", r'"\1"', part)
    part = re.sub(r"\s*(?:!=|<>)\s*", " is not ", part)
    return re.sub(r"(?<![<>!=])\s*={1,3}\s*", " is ", part)


def _split(arguments: str) -> list[str]:
    """Return what stands between the commas that are in no parenthesis and no text."""
    parts, depth = [""], 0
    for piece in re.findall(r"\"[^\"]*\"|'[^']*'|.", arguments):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return parts
