"""Where somebody goes once they have signed in: to their page, or back to the report."""

from typing import Final
from urllib.parse import urlencode

from turnout.serving.callers import Caller
from turnout.serving.service import REPORT

LONGEST_WAY: Final = 1_000
"""Characters of an address to which somebody is led back."""


def login(to: str) -> str:
    """Return where people sign in at their provider. to: where they want to go, "" for their page.

    >>> login("/report?by=rule")
    '/me/login?to=%2Freport%3Fby%3Drule'
    """
    return f"/me/login?{urlencode({'to': to})}" if is_report(to) else "/me/login"


def after_sign_in(caller: Caller, to: str) -> str | None:
    """Return where somebody goes who has signed in; None where there is nothing for them.

    to: where they wanted to go, of which only the report counts: nobody is sent elsewhere.
    """
    if caller.may("read") and (caller.person is None or is_report(to)):
        return to if is_report(to) else REPORT
    return None if caller.person is None else "/me"


def is_report(to: str) -> bool:
    """Return whether an address is that of the report, here."""
    return to == REPORT or (to.startswith(f"{REPORT}?") and len(to) <= LONGEST_WAY)
