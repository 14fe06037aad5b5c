"""What stays open is asked about by the rules and facts of each moment, and not by those of its first one."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

from limen.enforcement.decision_point import Answer
from limen.enforcement.documents.guard import DocumentGuard
from limen.facts import Facts
from limen.facts.passing import Channel, Passing

if TYPE_CHECKING:
    from limen.enforcement.gateway import Gateway

FACTS_SECONDS: Final = 1.0
"""Facts are assembled at most this often for what goes one way through one connection."""


class FreshlyAsked:
    """What goes one way through one connection that `answer` let in."""

    def __init__(
        self, gateway: Gateway, guard: DocumentGuard, channel: Channel, answer: Answer, address: str, name: str = ""
    ) -> None:
        self._doors, self._guard = gateway.doors, guard
        self._channel, self._answer, self._address, self._name = channel, answer, address, name
        self._facts: Facts | None = None
        self._until = 0.0

    def now(self) -> Passing | None:
        """What passes now, where a rule could apply to it; None where nobody asks."""
        app = self._answer.app
        if app is None:
            return None
        if monotonic() >= self._until:
            self._facts = self._doors.facts_now(self._answer, self._address)
            self._until = monotonic() + FACTS_SECONDS
        newest = self._doors.known.apps.get(app.id) or app
        return self._guard.asked(self._channel, self._answer, newest, self._name, self._facts)
