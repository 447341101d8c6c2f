"""Wrong lines, as people write them who come from elsewhere, and the policy they stand in.

`wrong_lines.txt` has them by place; below each stands the line as it should be, indented. A
line with `>` begins a place, and a place is a key of `PLACES` or of `BLOCKS`.
"""

from collections.abc import Iterator
from pathlib import Path

import attrs

_FILE = Path(__file__).with_suffix(".txt")

BLOCKS = {
    "lead": """\
lead {
  id: text required
  email: email
  country: country
  state: subdivision of country
  employees: integer 0..
  revenue: money USD
  source: one of [demo, pricing, "Trade Show"]
  tags: any of [vip, spam]
  created: date
  notes: text
  owner_name: person
  zip: code
  consent: boolean
  @field
}""",
    "time": """\
calendar berlin {
  timezone "Europe/Berlin"
  open mon..fri 09:00-17:00
  @calendar
}""",
    "people": """\
person ana {
  email "ana@x.com"
  hours berlin
  @person
}
person ben
person carl""",
    "team": "team sales { ana weight 2, ben, carl }",
    "top": "@top",
    "places": """\
queue triage
partner acme
sequence nurture
territory EMEA {
  territory DACH = country in [DE, AT, CH]
  territory UKI = country in [GB, IE]
}
segment Big = employees >= 1000
identity email within 90 days""",
    "route": """\
route inbound {
  rule dups { when duplicate to previous-owner else queue triage }
  rule one {
    when @when
    @to
  }
  @entry
  within EMEA {
    rule two { when Big to person ana sla 10 minutes, then person ben }
    rule three { when UKI to sequence nurture }
    fallback to partner acme
  }
  @fallback
}""",
    "guarantee": """\
guarantee g {
  when country is DE and Big
  @claim
}""",
    "test": """\
test "a big one" {
  lead { country: DE, employees: 2000 }
  @expect
}""",
}
"""The parts of a policy, each of which may be written wrong as a whole."""

PLACES = {
    "field": "",
    "calendar": "",
    "person": "",
    "top": "",
    "when": "country is US and source is demo and created within 30 days",
    "to": "to round-robin sales",
    "entry": "",
    "fallback": "fallback to queue triage",
    "claim": "never rejects",
    "expect": "expect person ana",
}
"""The lines of the policy that may be written wrong, as they are right."""


WRONG_BLOCKS = (
    """route r {
§  rule a { to queue triage
  fallback to queue triage
}""",
    """route r {
§  rule a {
    when Big
    to queue triage
  rule b { when UKI to queue triage }
  fallback to queue triage
}""",
    """route r {
§  within country is DE {
    rule a { when Big to queue triage }
  rule b { when UKI to queue triage }
  fallback to queue triage
}""",
    """§route r {
  rule a { when Big to queue triage }
  fallback to queue triage""",
    """route r {
§  rule a { when country in [DE, AT
    to queue triage }
  fallback to queue triage
}""",
    """route r {
§  rule a { when Big to queue triage }}
  fallback to queue triage
}""",
    """route r {
  rule a { when Big to queue triage }
  fallback to queue triage
}
§}""",
    """route r {
§  rule a { when Big to queue triage )
  fallback to queue triage
}""",
    """route r {
§  rule a { when (country is DE)) to queue triage }
  fallback to queue triage
}""",
    """route r {
  rule a {
§    when (country is DE or Big
    to queue triage
  }
  fallback to queue triage
}""",
    """route r {
  rule a {
§    when
    to queue triage
  }
  fallback to queue triage
}""",
    """route r {
  rule a {
§    when Big and
    to queue triage
  }
  fallback to queue triage
}""",
    """route r {
  rule a {
    when Big
§    to queue "triage
  }
  fallback to queue triage
}""",
    """route r {
§  rule {
    when Big
    to queue triage
  }
  fallback to queue triage
}""",
    """route r {
§  to queue triage when Big
  fallback to queue triage
}""",
)
"""Routes with a mistake that isn't one of a line alone; § stands before the line of its cause."""


@attrs.frozen
class WrongLine:
    """A line as it is written, where, and as it should be."""

    place: str
    wrong: str
    right: str

    @property
    def text(self) -> str:
        """The whole policy, with this line wrong and all else right."""
        return policy(self.place, self.wrong)


def policy(place: str, line: str) -> str:
    """Return the policy with something written at a place."""
    blocks = {**BLOCKS, place: line} if place in BLOCKS else BLOCKS
    lines = PLACES if place in BLOCKS else {**PLACES, place: line}
    text = "\n".join(blocks.values()) + "\n"
    for name, said in lines.items():
        text = text.replace(f"@{name}", said)
    return text


def wrong_lines() -> Iterator[WrongLine]:
    """Yield the wrong lines in order."""
    place = wrong = ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("> "):
            place = line[2:]
        elif line.startswith("    "):
            yield WrongLine(place, wrong, line[4:])
        elif line:
            wrong = line
