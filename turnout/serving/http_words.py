"""Advice that names commands, in the words of HTTP.

What refuses something says what to do instead as the command line has it: "release it
(`turnout release`)". Who asks over HTTP is told the path, or what to write into the body.
"""

import json
import re
from typing import Final, get_args

from turnout.runtime.lives import Deed

_NAMED: Final = re.compile(r"`turnout ([a-z]+)`|`--([a-z]+) ([^`]+)`")
_DEEDS: Final = frozenset(get_args(Deed))


def in_http(advice: str) -> str:
    """Return advice with paths in place of commands.

    >>> in_http("claim it: `turnout claim`, or `--by ana`")
    'claim it: `POST /queues/QUEUE/claim`, or `"by": "ana"`'
    """
    return _NAMED.sub(_said, advice)


def _said(named: re.Match[str]) -> str:
    command, option, value = named.groups()
    if option:
        return f"`{json.dumps(option)}: {json.dumps(value, ensure_ascii=False)}`"
    if command == "claim":
        return "`POST /queues/QUEUE/claim`"
    if command in _DEEDS:
        return f"`POST /leads/ID/{command}`"
    return f"`turnout {command}`, by whoever looks after the service"
