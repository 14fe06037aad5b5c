"""Receivers fetch their events (RFC 8936): again and again the same, until they say that they have them."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

from limen.clock import MINUTE, Milliseconds
from limen.pillar import Core
from limen.sso.oidc.protocol import ProtocolReply
from limen.sso.oidc.provider import Provider
from limen.sso.shared_signals import kinds, outbox_store, sets, statuses, store
from limen.sso.shared_signals.outbox_store import DueSet
from limen.sso.shared_signals.receivers import SignalReceiver
from limen.sso.shared_signals.requests import MOST_AT_ONCE, PollRequest, WrongRequestError
from limen.sso.shared_signals.store import Status, Stream
from limen.storage import Snapshot, Transaction

LONGEST_WAIT_SECONDS: Final = 25.0
NOTED_EVERY: Final[Milliseconds] = MINUTE
"""When a receiver came last is written down at most so often."""
LOOK_SECONDS: Final = 0.5
"""How often somebody who waits is looked for."""
MOST_WAITING: Final = 100
"""Receivers that wait for something to happen; whoever else asks is answered at once."""
MOST_OF_ONE: Final = 2


class Polling:
    """Used on the event loop."""

    def __init__(self, core: Core, provider: Provider) -> None:
        self._core = core
        self._provider = provider
        self._waiting: Counter[str] = Counter()

    async def poll(self, receiver: SignalReceiver, stream_id: str, asked: PollRequest) -> ProtocolReply:
        """What is next for this stream, after what the receiver says of what it got. Raises WrongRequestError."""
        stream = await self._core.database.reading_together(lambda s: _own(s, receiver, stream_id))
        is_to_note = self._core.clock.now() - stream.polled_at >= NOTED_EVERY
        if asked.ack or asked.set_errs or is_to_note:  # else nothing changes, and nobody is kept from writing
            stream = await self._core.write(lambda t: self._acknowledged(t, receiver, stream_id, asked))
        most = min(asked.max_events, MOST_AT_ONCE)
        if stream.status is not Status.ENABLED or not most:
            return ProtocolReply(200, {"sets": {}})
        several = await self._due(receiver, stream_id, most)
        if not several and not asked.return_immediately:
            several = await self._wait(receiver, stream_id, most)
        return ProtocolReply(200, self._answer(several, most))

    def _acknowledged(
        self, transaction: Transaction, receiver: SignalReceiver, stream_id: str, asked: PollRequest
    ) -> Stream:
        connection, now = transaction.connection, self._core.clock.now()
        stream = _own(transaction, receiver, stream_id)
        taken = outbox_store.taken(connection, stream_id, asked.ack)
        refused = outbox_store.taken(connection, stream_id, list(asked.set_errs))
        for jti in refused:
            error = asked.set_errs[jti].err
            word = error if error in sets.ERRORS else "other"
            statuses.say(transaction, kinds.REFUSED, stream, now, error=word, token=jti)
        heard = {"heard_at": now} if taken or refused else {}
        store.change(connection, stream_id, polled_at=now, **heard)
        return stream

    async def _wait(self, receiver: SignalReceiver, stream_id: str, most: int) -> list[DueSet]:
        """What comes within a while. Nobody waits where too many do."""
        if self._waiting.total() >= MOST_WAITING or self._waiting[receiver.id] >= MOST_OF_ONE:
            return []
        self._waiting[receiver.id] += 1
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                while not (several := await self._due(receiver, stream_id, most)):  # noqa: ASYNC110 -- another process writes it
                    await asyncio.sleep(LOOK_SECONDS)
                return several
        except TimeoutError:
            return []
        finally:
            self._waiting[receiver.id] -= 1
            self._waiting += Counter()  # those of whom nobody waits are forgotten

    async def _due(self, receiver: SignalReceiver, stream_id: str, most: int) -> list[DueSet]:
        """One more than is given, so that it is known whether there are more; nothing of a stream that was stopped or
        has ended since it was asked for.
        """

        def look(snapshot: Snapshot) -> list[DueSet]:
            stream = store.stream(snapshot.connection, stream_id)
            if (
                stream is None
                or stream.receiver != receiver.id
                or stream.is_pushed
                or stream.status is not Status.ENABLED
            ):
                return []
            return outbox_store.due(snapshot.connection, stream_id, most + 1)

        return await self._core.database.reading_together(look)

    def _answer(self, several: list[DueSet], most: int) -> dict[str, Any]:
        now, keys = self._core.clock.now(), self._provider.keys
        signed = {one.jti: keys.sign(one.claims, sets.ALGORITHM, now, sets.TYPE) for one in several[:most]}
        return {"sets": signed, **({"moreAvailable": True} if len(several) > most else {})}


def _own(snapshot: Snapshot, receiver: SignalReceiver, stream_id: str) -> Stream:
    """The stream, where it is this receiver's, and polled. Raises WrongRequestError."""
    stream = store.stream(snapshot.connection, stream_id)
    if stream is None or stream.receiver != receiver.id or stream.is_pushed:
        raise WrongRequestError(404, "unknown-stream", "there is no such stream of this receiver that is polled")
    if not receiver.may_poll:
        raise WrongRequestError(403, "delivery-not-allowed", "this receiver is not told in this way")
    return stream
