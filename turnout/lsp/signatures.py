"""What an action takes, shown while it is being written."""

import re

from turnout.dsl.resolve.promises import FORMS
from turnout.lsp.shapes import ParameterInformation, SignatureHelp, SignatureInformation
from turnout.lsp.standing import standing

_WORDS = re.compile(r'"[^"]*"|\S+')


def signature(text: str, offset: int) -> SignatureHelp | None:
    """Return how the action is written that an offset of a text stands in; None for none."""
    here = standing(text, offset)
    if here is None:
        return None
    behind: list[str] = []
    for token in reversed(here.before):
        if token.type in {"DO", "COMMA"}:
            break
        behind.append(token.strip())
    else:
        return None
    *given, kind = behind or [""]
    if kind not in FORMS or not _is_in_action(here.before):
        return None
    label = FORMS[kind]
    places = [found.span() for found in _WORDS.finditer(label)][1:]
    parameters = [ParameterInformation(label=place) for place in places]
    at = min(len(given), len(parameters) - 1)
    found = SignatureInformation(label, parameters=parameters, active_parameter=at)
    return SignatureHelp([found], active_signature=0, active_parameter=at)


def _is_in_action(before: tuple[str, ...]) -> bool:
    """Return whether the last clause that begins before a place is `do`."""
    for word in reversed(before):
        if word == "do":
            return True
        if word in {"when", "to", "sla", "{", "}"}:
            return False
    return False
