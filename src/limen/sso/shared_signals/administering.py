"""What administrators decide about streams, each in a transaction; receivers are told by an event of the stream's own.

`by` is the ID of who decides, or the server's. All raise LimenError where it can't be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.errors import LimenError
from limen.sso.shared_signals import outbox_store, statuses, store
from limen.sso.shared_signals.event_types import SecurityEvent, StreamUpdated, Verification
from limen.sso.shared_signals.outbox_store import DueSet
from limen.sso.shared_signals.receivers import SignalReceiver, SignalsFile
from limen.sso.shared_signals.store import ChangedBy, Status, Stream
from limen.sso.shared_signals.telling import stream_token
from limen.storage import Transaction

LISTS: Final = "`limen signals list` and the page Shared signals show which there are"


@dataclass(frozen=True, slots=True)
class Administering:
    """`issuer` is who tells, `file` is what `signals.yaml` says."""

    issuer: str
    file: SignalsFile

    def receiver(self, receiver_id: str) -> SignalReceiver:
        """The one of this ID. Raises LimenError."""
        found = self.file.receiver(receiver_id)
        if found is None:
            raise LimenError("There is no such service in signals.yaml any more", LISTS)
        return found

    def verify(self, transaction: Transaction, stream_id: str, now: Instant) -> None:
        """Send an event that says no more than that the stream works, at once where it was given time."""
        stream, receiver = self._known(transaction, stream_id)
        if stream.status is Status.DISABLED:
            raise LimenError("Nothing is sent on a stream that is disabled", "enable it first")
        outbox_store.enqueue(transaction.connection, [self._event(Verification(), receiver, stream, now)])
        store.change(transaction.connection, stream.id, due_at=0)

    def set_status(
        self, transaction: Transaction, stream_id: str, status: Status, reason: str, now: Instant, *, by: str
    ) -> None:
        """Pause, disable or enable a stream. Its receiver can't enable what was paused or disabled so."""
        stream, receiver = self._known(transaction, stream_id)

        def update(changed: Stream) -> DueSet:
            event = StreamUpdated(status=changed.status.value, cause=changed.reason)
            return self._event(event, receiver, changed, now)

        who = ChangedBy.ADMINISTRATOR
        statuses.change(transaction, stream, status, reason, now, who, actor=by, update=update)

    def end(self, transaction: Transaction, stream_id: str, now: Instant, *, by: str) -> None:
        """It is no more, with what waits for it; its receiver may create another one."""
        stream = store.stream(transaction.connection, stream_id)
        if stream is None:
            raise _gone()
        statuses.end(transaction, stream, now, by=by, who=ChangedBy.ADMINISTRATOR)

    def _event(self, event: SecurityEvent, receiver: SignalReceiver, stream: Stream, now: Instant) -> DueSet:
        return stream_token(self.issuer, event, receiver, stream, now)

    def _known(self, transaction: Transaction, stream_id: str) -> tuple[Stream, SignalReceiver]:
        stream = store.stream(transaction.connection, stream_id)
        receiver = self.file.receiver(stream.receiver) if stream is not None else None
        if stream is None or receiver is None:
            raise _gone()
        return stream, receiver


def _gone() -> LimenError:
    return LimenError("There is no such stream any more", LISTS)
