"""From what happened to what each stream is to get: each change is taken over once, in the order in which it happened.

It runs where there is one for all workers. The tokens are there if, and only if, the change is gone from the list of
what is to be told: whatever is killed in between, no stream misses it, and none gets it twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

import msgspec

from limen.clock import Instant
from limen.pillar import Core
from limen.sso.shared_signals import outbox_store, store
from limen.sso.shared_signals.outbox_store import DueSet, NotedRow
from limen.sso.shared_signals.receivers import SignalReceiver, SignalsFile
from limen.sso.shared_signals.store import Status, Stream
from limen.sso.shared_signals.telling import Teller, about_somebody
from limen.storage import Transaction

AT_ONCE: Final = 100
"""Changes that are taken over in one transaction."""


@dataclass(frozen=True, slots=True)
class FanOut:
    """`take_over` is one turn, in a transaction."""

    core: Core
    teller: Teller

    def take_over(self, transaction: Transaction) -> bool:
        """Put what happened next into the streams; False where nothing had."""
        connection, now = transaction.connection, self.core.clock.now()
        several = outbox_store.noted(connection, AT_ONCE)
        if not several:
            return False
        file = self.core.known.rules_of(SignalsFile) or SignalsFile()
        told = [one for one in store.streams(connection) if one.status is not Status.DISABLED]
        pairs = [(one, receiver) for one in told if (receiver := file.receiver(one.receiver)) is not None]
        if several[0].noted.person:
            several = list(takewhile(lambda one: one.noted.person, several))
            outbox_store.forget_noted(connection, [one.seq for one in several])
        else:
            several = self._next_of_everybody(transaction, several[0], pairs)
        outbox_store.enqueue(connection, list(self._due(transaction, several, pairs, now)))
        return True

    def _due(
        self,
        transaction: Transaction,
        several: list[NotedRow],
        pairs: list[tuple[Stream, SignalReceiver]],
        now: Instant,
    ) -> Iterator[DueSet]:
        connection = transaction.connection
        left_out = store.left_out(connection, {one.noted.person for one in several})
        for one in several:
            noted = one.noted
            for stream, receiver in pairs:
                if self.teller.is_due(noted, receiver, stream) and (stream.id, noted.person) not in left_out:
                    app = self.core.known.apps.get(receiver.app)
                    sids = outbox_store.sign_ins_of(connection, receiver.app, noted.session) if noted.session else []
                    for due in self.teller.told(noted, receiver, app, stream, sids, now):
                        yield replace(due, person_id=one.person_id)

    def _next_of_everybody(
        self, transaction: Transaction, row: NotedRow, pairs: list[tuple[Stream, SignalReceiver]]
    ) -> list[NotedRow]:
        """What is about the whole company, about the next of its people: nobody else writes for as long as this takes,
        so it is taken over in parts.
        """
        connection, people = transaction.connection, self.core.known.people
        needs_apps = any(not receiver.about for _, receiver in pairs)
        ids = sorted(one for one in people if one > row.noted.after)[:AT_ONCE]
        if len(ids) < AT_ONCE:
            outbox_store.forget_noted(connection, [row.seq])
        else:
            outbox_store.keep_noted(connection, row.seq, msgspec.structs.replace(row.noted, after=ids[-1]))
        return [
            NotedRow(row.seq, one, about_somebody(row.noted, people[one], apps))
            for one in ids
            if people[one].email
            for apps in [outbox_store.apps_of(connection, one) if needs_apps else ()]
        ]
