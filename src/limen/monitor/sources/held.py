"""Who may send logs, in memory, as the change feed tells it: whoever sends is not asked of the database."""

from __future__ import annotations

from collections.abc import Callable

from limen.clock import Instant
from limen.monitor.sources import store
from limen.monitor.sources.store import Sender
from limen.storage import Feed


class SendersHeld:
    """`watch` is told of each change."""

    def __init__(self) -> None:
        self._by_id: dict[str, Sender] = {}
        self._by_hash: dict[bytes, Sender] = {}
        self._watchers: list[Callable[[], None]] = []

    def register(self, feed: Feed) -> None:
        feed.at_start(lambda snapshot: store.every(snapshot.connection), self._apply_all)
        feed.on(store.CHANGED, lambda snapshot, sender_id: store.sender(snapshot.connection, sender_id), self._apply)

    def watch(self, told: Callable[[], None]) -> None:
        self._watchers.append(told)

    def by_token(self, hashed: bytes) -> Sender | None:
        """Whose token has this hash."""
        return self._by_hash.get(hashed)

    def of(self, source: str) -> list[Sender]:
        """The senders of a source, the oldest first."""
        return sorted((one for one in self._by_id.values() if one.source == source), key=lambda one: one.made_at)

    def by_certificate(self, source: str, now: Instant) -> dict[str, str]:
        """By the SHA-256 of a certificate that counts, in hex: the id of its sender."""
        return {one.fingerprint.hex(): one.id for one in self.of(source) if one.fingerprint and now < one.until}

    def _apply_all(self, senders: list[Sender]) -> None:
        self._by_id = {one.id: one for one in senders}
        self._index()

    def _apply(self, sender_id: str, sender: Sender | None) -> None:
        if sender is None:
            self._by_id.pop(sender_id, None)
        else:
            self._by_id[sender_id] = sender
        self._index()

    def _index(self) -> None:
        self._by_hash = {one.token_hash: one for one in self._by_id.values() if one.token_hash}
        for told in self._watchers:
            told()
