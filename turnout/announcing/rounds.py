"""The deliveries of a state, each endpoint in a thread of its own: once, or until told to stop."""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from turnout.errors import ExtraError
from turnout.frozen import frozen
from turnout.project.endpoints import Endpoint
from turnout.runtime.stores import StateError
from turnout.runtime.stores.deliveries import open_outbox
from turnout.runtime.stores.server.locations import Whereabouts

if TYPE_CHECKING:
    from turnout.announcing.couriers import Courier, Delivery

LONGEST_PAUSE, SHORTEST_PAUSE = 2.0, 0.05
"""Seconds between two looks at an outbox in which nothing is due: events come from elsewhere."""

ASKED_AGAIN = 60.0
"""Seconds between two looks whether an endpoint that wanted nothing was revived."""


@frozen
class RoundNotes:
    """Who hears of what goes on.

    attempted: what came of deliveries. failed: the state can't be used, and is asked again.
    """

    attempted: "Callable[[Sequence[Delivery]], None]"
    failed: Callable[[StateError], None]


def check_announce() -> None:
    """Raise ExtraError where the extra `announce` is missing."""
    if find_spec("httpcore") is None:
        raise ExtraError(
            "other programs are told by HTTP, for which an extra is needed",
            "pip install 'turnout[announce]'",
        )


class DeliveryRound:
    """The deliveries to one endpoint. stop: set by whoever wants them to end."""

    def __init__(
        self, at: Whereabouts, endpoint: Endpoint, stop: Event, wait: float, notes: RoundNotes
    ) -> None:
        self.endpoint = endpoint
        self.error: Exception | None = None
        self.has_ended: bool = False
        self._at, self._wait, self._stop, self._notes = at, wait, stop, notes

    def check(self) -> None:
        """Raise what is wrong with the endpoint's secrets, or with the state."""
        from turnout.announcing.adapters import adapter_of  # noqa: PLC0415 - an extra

        adapter_of(self.endpoint, "")
        with open_outbox(self._at, wait=self._wait):
            pass

    def run(self, watch: bool) -> None:  # noqa: FBT001 - a thread's argument
        """Deliver once, or until somebody says stop; what goes wrong for good is in `error`."""
        self.error = None
        try:
            with self._courier() as courier:
                if watch:
                    self._go_on(courier)
                else:
                    while not self._stop.is_set() and (found := courier.deliver()):
                        self._notes.attempted(found)
                self.has_ended = courier.has_ended
        except Exception as error:  # noqa: BLE001 - raised by who waits for it
            self.error = error

    @contextmanager
    def _courier(self) -> "Generator[Courier, None, None]":
        from turnout.announcing.adapters import adapter_of  # noqa: PLC0415 - an extra
        from turnout.announcing.couriers import Courier  # noqa: PLC0415

        with ExitStack() as ends:
            outbox = ends.enter_context(open_outbox(self._at, wait=self._wait))
            courier = Courier(outbox, self.endpoint, adapter_of(self.endpoint, outbox.policy()))
            ends.callback(courier.close)
            yield courier

    def _go_on(self, courier: "Courier") -> None:
        """Deliver until somebody says stop; a state that can't be used is asked again."""
        pause, looked = SHORTEST_PAUSE, monotonic()
        while not self._stop.is_set():
            try:
                if courier.has_ended and monotonic() - looked >= ASKED_AGAIN:
                    looked = monotonic()
                    courier.look_again()
                found = courier.deliver()
            except StateError as failure:
                self._notes.failed(failure)
                found, pause = [], LONGEST_PAUSE
            self._notes.attempted(found)
            pause = SHORTEST_PAUSE if found else min(2 * pause, LONGEST_PAUSE)
            if not found:
                self._stop.wait(pause)


def run_rounds(rounds: Sequence[DeliveryRound], *, watch: bool) -> None:
    """Deliver to several endpoints at the same time, and wait for the end of it."""
    threads = [Thread(target=each.run, args=(watch,)) for each in rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
