"""The process that makes a report or holds a state to thresholds, as `counted_apart` orders it.

It is given a pickled order and writes a pickled value, or the error that kept it from one; both
ends are the same program. It gives way to others, as leads are decided meanwhile.
"""

import os
import pickle
import signal
import sys
from contextlib import closing, suppress

from turnout.dsl.policy import Policy
from turnout.errors import Error
from turnout.rendering.jsons import json_text
from turnout.rendering.measures.measured_data import measured_data
from turnout.rendering.measures.measured_page import state_page
from turnout.reporting.alerts import ReportAlert, raise_alerts
from turnout.reporting.fact_index import IndexManner
from turnout.reporting.report import lead_report
from turnout.runtime.stores.anywhere import open_known, open_state
from turnout.serving.counted_apart import AlertOrder, ReportOrder

_GIVES_WAY = 10


def counted(order: ReportOrder | AlertOrder) -> str | tuple[ReportAlert, ...]:
    """Do what is ordered. Raises Error."""
    policy: Policy = pickle.loads(order.policy)  # noqa: S301 - of the service itself
    if isinstance(order, AlertOrder):
        teams = tuple(policy.teams)
        with closing(open_state(order.state, policy.name, teams, wait=order.wait)) as store:
            return raise_alerts(
                store,
                order.state,
                policy,
                order.asked,
                order.settings,
                source=order.source,
                signature=order.signature,
                kept=order.index,
            )
    manner = IndexManner(policy, order.source)
    with closing(open_known(order.state, wait=order.wait)) as store:
        asked = store, order.state, order.asked, manner, policy.name, order.index
        return (
            state_page(*asked) if order.is_page else json_text(measured_data(lead_report(*asked)))
        )


def main() -> None:
    """Answer on standard output what standard input asks."""
    # Who ends the service ends this by it, and not by a key.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(AttributeError, OSError):
        os.nice(_GIVES_WAY)
    order: ReportOrder | AlertOrder = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - of the service itself
    answer, sys.stdout = sys.stdout.buffer, sys.stderr  # what a library prints is no answer
    try:
        found: str | tuple[ReportAlert, ...] | Error = counted(order)
    except Error as failure:
        found = failure
    with suppress(BrokenPipeError):
        answer.write(pickle.dumps(found, protocol=5))
        answer.flush()


if __name__ == "__main__":
    main()
