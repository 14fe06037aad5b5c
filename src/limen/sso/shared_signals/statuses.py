"""What becomes of a stream: paused, disabled, enabled or ended, by its receiver, an administrator or Limen itself.

Whenever it is not the receiver who changes it, the receiver is told so by an event of the stream's own (SSF 1.0 section
8.1.5). Each in a transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from limen.clock import DAY, Instant, Milliseconds
from limen.events import Event
from limen.sso.shared_signals import kinds, outbox_store, store
from limen.sso.shared_signals.outbox_store import DueSet
from limen.sso.shared_signals.store import ChangedBy, Status, Stream
from limen.storage import Transaction

PAUSED_AFTER: Final[Milliseconds] = DAY
"""How long a receiver may take nothing at all before its stream is paused."""
UNREACHABLE: Final = "it took no event for a day"
TOO_MANY: Final = "too many events waited for it"
TOO_OLD: Final = "it took no event for seven days"

StreamUpdate: TypeAlias = Callable[[Stream], DueSet]
"""The token that tells a receiver the status of its stream."""


def say(transaction: Transaction, kind: str, stream: Stream, now: Instant, *, by: str = "", **more: str | int) -> None:
    """Say it in the journal."""
    details: dict[str, str | int | bool] = {"receiver": stream.receiver, "stream": stream.id, **more}
    transaction.say(Event(at=now, kind=kind, actor=by, details=details))


def change(
    transaction: Transaction,
    stream: Stream,
    status: Status,
    reason: str,
    now: Instant,
    by: ChangedBy,
    *,
    actor: str = "",
    update: StreamUpdate | None = None,
) -> Stream:
    """The stream in this status from now on. What waits for a disabled one is dropped.

    `actor` is the ID of the administrator; `update` is how the receiver is told, None where it knows.
    """
    changed = replace(
        stream, status=status, reason=reason, changed_by=by, changed_at=now, due_at=0, failures=0, failing_since=0
    )
    store.keep(transaction.connection, changed)
    if status is Status.DISABLED:
        outbox_store.drop_of(transaction.connection, stream.id)
    if update is not None:
        outbox_store.enqueue(transaction.connection, [update(changed)])
    say(transaction, kinds.STATUS_CHANGED, changed, now, by=actor, status=status.value, who=by.value)
    return changed


def pause(transaction: Transaction, stream: Stream, now: Instant) -> None:
    """Nobody tries any more until the receiver or an administrator enables it; what happens is kept."""
    change(transaction, stream, Status.PAUSED, UNREACHABLE, now, ChangedBy.LIMEN)


def give_up(transaction: Transaction, stream: Stream, reason: str, now: Instant, dropped: int = 0) -> None:
    """Nothing is kept for it any more: whoever enables it has missed what waited, and the `dropped` before it."""
    count, _ = outbox_store.waiting(transaction.connection).get(stream.id, (0, 0))
    say(transaction, kinds.LOST, stream, now, number=count + dropped)
    change(transaction, stream, Status.DISABLED, reason, now, ChangedBy.LIMEN)


def end(transaction: Transaction, stream: Stream, now: Instant, *, by: str = "", who: ChangedBy) -> None:
    """It is no more, with all that waits for it."""
    outbox_store.drop_of(transaction.connection, stream.id)
    store.drop(transaction.connection, stream.id)
    say(transaction, kinds.STREAM_ENDED, stream, now, by=by, who=who.value)


def drop_old(transaction: Transaction, stream: Stream, number: int, now: Instant) -> None:
    """So many events became too old for anybody to take. A stream that its receiver paused goes on with newer ones."""
    if stream.status is Status.PAUSED and stream.changed_by is ChangedBy.RECEIVER:
        say(transaction, kinds.LOST, stream, now, number=number)
    else:
        give_up(transaction, stream, TOO_OLD, now, number)
