"""A first policy for somebody without a file of leads: of what they say that they know.

What a field may be is guessed from its name alone, and narrowly only where a wrong guess
would be told at once: a country, an address, a number of people. All else is text, which
reads everything, or the list of values that was said.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from turnout.dsl.formatting import formatted
from turnout.dsl.names import is_name, name_of
from turnout.dsl.source import Source
from turnout.dsl.wording import quoted

TYPES: Mapping[str, str] = MappingProxyType(
    {
        r"(?:e_?)?mail(?:_address)?": "email",
        r"(?:company|firm|account)(?:_name)?": "company-name",
        r"country": "country",
        r"state|region|province": "subdivision",
        r"language": "language",
        r"(?:number_of_)?employees|company_size|headcount|size": "integer 0..",
        r"score|age|rating": "integer",
        r"revenue|turnover|budget|amount": "number",
        r"domain|website|site": "domain",
        r"zip|postal_?code|postcode": "code",
        r"consent|opt_in|newsletter": "boolean",
        r"created|.*_(?:at|on|date)|date": "date",
    }
)
"""What fields of such names are; a pattern is of the whole name."""


def field_names(said: str) -> list[str]:
    """Return the names of fields that were said with commas between, as a policy has them."""
    return _names(said, "_")


def names(said: str) -> list[str]:
    """Return the names of people or teams that were said with commas between."""
    return _names(said, "-")


def _names(said: str, joint: str) -> list[str]:
    found = (name_of(each).replace("-", joint).lower() for each in said.split(","))
    return list(dict.fromkeys(each for each in found if is_name(each)))


def guessed_type(field: str) -> str | None:
    """Return the type of a field by its name, None where it says nothing."""
    return next((kind for name, kind in TYPES.items() if re.fullmatch(name, field)), None)


def first_policy(types: Mapping[str, str], people: Sequence[str], queue: str) -> str:
    """Return a policy in canonical form. types: of each field, as a policy writes it.

    people: who get leads by turns; where there are none, all leads are in the queue.
    """
    fields = "\n".join(
        f"{name}: {kind}" for name, kind in {"id": "text id required", **types}.items()
    )
    lines = [f"lead {{\n{fields}\n}}"]
    lines += ["\n".join(f"person {name}" for name in people)] if people else []
    lines += [f"team sales {{ {', '.join(people)} }}"] if people else []
    lines.append(f"queue {queue}")
    target = f"round-robin sales else queue {queue}" if people else f"queue {queue}"
    lines.append("route inbound {\n# Rules come here, such as `rule name { when ... to ... }`.\n")
    lines[-1] += f"fallback to {target}\n}}"
    expected = "team sales" if people else f"queue {queue}"
    lines.append(f'test "a lead for whom there is no rule" {{ lead {{ id: {quoted("1")} }}')
    lines[-1] += f" expect fallback expect {expected} }}"
    text = formatted(Source("new.route", "\n\n".join(lines) + "\n"))
    assert isinstance(text, str)  # names and texts are written as the grammar has them
    return text
