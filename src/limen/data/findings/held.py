"""Exceptions in memory, in every worker: asked while a request waits."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from limen.clock import Clock, Instant
from limen.data.findings import store
from limen.data.findings.model import DocumentException
from limen.storage import Feed

EXCEPTIONS: Final = "data_exceptions"
"""What is told through the change feed where the exceptions of a person, or ("") of everybody, are others."""


class HeldExceptions:
    """Documents that may pass, by whose exception it is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, dict[tuple[str, bytes], Instant]] = {}

    def register(self, feed: Feed) -> None:
        """Follow the change feed. Called before it starts."""
        feed.at_start(lambda snapshot: store.exceptions(snapshot.connection, self._clock.now()), self._put_all)
        feed.on(
            EXCEPTIONS,
            lambda snapshot, person: store.exceptions(snapshot.connection, self._clock.now(), person),
            self._put,
        )

    def holds(self, person: str, app: str, digest: bytes, now: Instant) -> bool:
        return any(self._until.get(one, {}).get((app, digest), 0) > now for one in {person, ""})

    def _put_all(self, every: list[DocumentException]) -> None:
        self._until = {}
        for person, several in groupby(sorted(every, key=lambda one: one.person_id), key=lambda one: one.person_id):
            self._put(person, several)

    def _put(self, person: str, several: Iterable[DocumentException]) -> None:
        held = {(one.app, one.digest): one.until for one in several}
        if held:
            self._until[person] = held
        else:
            self._until.pop(person, None)
