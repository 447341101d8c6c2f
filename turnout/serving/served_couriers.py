"""Others are told beside a service what happens to its leads: by threads of its own.

Each endpoint has one, so that nobody waits for another's; what goes wrong stands in the log. It
ends when the service does: what isn't delivered then stays in the outbox, and is later.
"""

import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from click import unstyle

from turnout.announcing.couriers import Delivery
from turnout.announcing.rounds import LONGEST_PAUSE, DeliveryRound, RoundNotes
from turnout.project.endpoints import Endpoint
from turnout.rendering.outbox import attempt_line
from turnout.runtime.stores import StateError
from turnout.runtime.stores.server.locations import Whereabouts

_LOG = logging.getLogger("turnout.serving")


@contextmanager
def delivering(
    state: Whereabouts, endpoints: Sequence[Endpoint], wait: float
) -> Generator[None, None, None]:
    """Deliver until the block ends; what is on its way then is waited for.

    Raises Error before anything is sent where a secret or an address is wrong.
    """
    stop = Event()
    notes = RoundNotes(_attempted, _failed)
    rounds = [DeliveryRound(state, each, stop, wait, notes) for each in endpoints]
    for each in rounds:
        each.check()
    threads = [
        Thread(target=_kept, args=(each, stop), name=f"turnout-tell-{each.endpoint.name}")
        for each in rounds
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _kept(of: DeliveryRound, stop: Event) -> None:
    """Deliver until told to stop, whatever goes wrong."""
    while not stop.is_set():
        of.run(watch=True)
        if of.error is not None:
            name = of.endpoint.name
            _LOG.error("deliveries to %s begin again", name, exc_info=of.error)
            stop.wait(LONGEST_PAUSE)


def _attempted(attempts: Sequence[Delivery]) -> None:
    for line in filter(None, map(attempt_line, attempts)):
        _LOG.warning("%s", unstyle(line))


def _failed(failure: StateError) -> None:
    _LOG.warning("nobody can be told now: %s; %s", failure.message, failure.help)
