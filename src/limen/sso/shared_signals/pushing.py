"""Pushing events to receivers (RFC 8935): each stream in its order, one sender at a time, again until it is taken.

What is at fault with the connection, or with what a receiver knows of Limen, is tried again and lets nothing be lost.
What a receiver says of one token alone (`invalid_request`) ends the trying of that token: it would stop all others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import msgspec

from limen.clock import HOUR, MINUTE, SECOND, Milliseconds
from limen.connectors.retry_after import asks_to_wait, seconds_to_wait
from limen.errors import LimenError
from limen.guarded_http import GuardedHttp, NoReplyError, Reply
from limen.pillar import Core
from limen.sso.oidc.provider import Provider
from limen.sso.shared_signals import kinds, outbox_store, sets, statuses, store
from limen.sso.shared_signals.outbox_store import DueSet
from limen.sso.shared_signals.receivers import SignalsFile
from limen.sso.shared_signals.store import Status, Stream
from limen.sso.tries import PAUSES
from limen.storage import Snapshot, Transaction

AT_ONCE: Final = 20
"""Tokens that one sender pushes before it writes down which were taken; after a kill they may be sent again."""
ANSWER_SECONDS: Final = 10.0
LONGEST_ANSWER: Final = 16 * 1024
CLAIMED_FOR: Final[Milliseconds] = 2 * MINUTE
"""How long nobody else pushes a stream that somebody began; then they are taken to be gone."""
LONGEST_WAIT: Final[Milliseconds] = HOUR
"""A receiver that asks to be left alone for longer is tried all the same."""
_TURN_SECONDS: Final = 100.0
_TAKEN: Final = frozenset({200, 202, 204})
"""Section 2.2 says 202; the others can only mean the same."""
NOT_DECLARED: Final = "signals.yaml lets nothing be pushed to this address"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of one turn: which tokens were taken, which one was refused for good, and why it ended early."""

    taken: tuple[str, ...]
    refused: tuple[str, str] = ("", "")
    error: str = ""
    wait: Milliseconds = 0


class Pushing:
    """Used on the event loop. `http` asks addresses of strangers."""

    def __init__(self, core: Core, provider: Provider, http: GuardedHttp) -> None:
        self._core = core
        self._provider = provider
        self._http = http
        self._running: dict[str, asyncio.Task[None]] = {}

    async def begin(self) -> None:
        """Begin whatever can be pushed now; nobody waits for a receiver that is slow."""
        for stream in await self._core.database.reading(self._due):
            if stream.id not in self._running:
                task = asyncio.create_task(self._push(stream.id), name=f"push events to {stream.receiver}")
                self._running[stream.id] = task
                task.add_done_callback(self._ended(stream.id))

    async def settled(self) -> None:
        """Return when everything that was begun has been tried."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def close(self) -> None:
        for task in list(self._running.values()):
            task.cancel()
        await self.settled()
        await self._http.close()

    def _ended(self, stream_id: str) -> Callable[[asyncio.Task[None]], None]:
        def ended(task: asyncio.Task[None]) -> None:
            self._running.pop(stream_id, None)
            if not task.cancelled() and (error := task.exception()) is not None:
                _log.error("events could not be pushed: it is tried again", exc_info=error)

        return ended

    def _due(self, snapshot: Snapshot) -> list[Stream]:
        """Those for which something waits that is to be pushed now. What waits is not counted: it may be much."""
        now = self._core.clock.now()
        return [
            one
            for one in store.streams(snapshot.connection)
            if one.is_pushed and one.status is Status.ENABLED and one.due_at <= now
            if outbox_store.is_anything_due(snapshot.connection, one.id)
        ]

    # One stream

    async def _push(self, stream_id: str) -> None:
        """Turn after turn, until nothing waits or the receiver does not take it."""
        while True:
            found = await self._core.database.writing(partial(self._claimed, stream_id=stream_id))
            if found is None:
                return
            pushed = await self._pushed(*found)
            await self._core.write(partial(self._keep, stream_id=stream_id, pushed=pushed))
            if pushed.error:
                return

    def _claimed(self, transaction: Transaction, stream_id: str) -> tuple[Stream, list[DueSet], bytes | None] | None:
        """The stream as it is now, with what is next, where nobody else is at it; None where nothing is to be done."""
        connection, now = transaction.connection, self._core.clock.now()
        stream = store.stream(connection, stream_id)
        if stream is None or not stream.is_pushed or stream.status is not Status.ENABLED or stream.due_at > now:
            return None
        several = outbox_store.due(connection, stream_id, AT_ONCE)
        if not several or not store.claim(connection, stream_id, now, now + CLAIMED_FOR):
            return None
        return stream, several, store.sealed_of(connection, stream_id)

    async def _pushed(self, stream: Stream, several: list[DueSet], sealed: bytes | None) -> Pushed:
        """One after the other. What raises is an error of this stream, and none of Limen's."""
        receiver = (self._core.known.rules_of(SignalsFile) or SignalsFile()).receiver(stream.receiver)
        if receiver is None or not receiver.may_push_to(stream.endpoint):
            return Pushed((), error=NOT_DECLARED)
        taken: list[str] = []
        try:
            authorization = opened(self._core, stream.id, sealed)
            async with asyncio.timeout(_TURN_SECONDS):
                for one in several:
                    reply = await self._post(stream, one, authorization)
                    if reply.status not in _TAKEN:
                        return _not_taken(tuple(taken), one, reply)
                    taken.append(one.jti)
        except TimeoutError:
            return Pushed(tuple(taken), error="slow")
        except NoReplyError as error:
            return Pushed(tuple(taken), error=error.word)
        except LimenError:
            return Pushed(tuple(taken), error="its Authorization header can't be opened any more")
        except Exception:  # noqa: BLE001 -- what was taken is written down all the same
            _log.exception("events could not be pushed: it is tried again")
            return Pushed(tuple(taken), error="Limen could not send it: its log says why")
        return Pushed(tuple(taken))

    async def _post(self, stream: Stream, one: DueSet, authorization: str) -> Reply:
        token = self._provider.keys.sign(one.claims, sets.ALGORITHM, self._core.clock.now(), sets.TYPE)
        headers = {"content-type": sets.MEDIA_TYPE, "accept": "application/json"}
        if authorization:
            headers["authorization"] = authorization
        return await self._http.ask("POST", stream.endpoint, headers, body=token.encode(), may_be_packed=True)

    def _keep(self, transaction: Transaction, stream_id: str, pushed: Pushed) -> None:
        """Keep what came of it, and when it is tried again."""
        connection, now = transaction.connection, self._core.clock.now()
        outbox_store.taken(connection, stream_id, (*pushed.taken, pushed.refused[0]))
        stream = store.stream(connection, stream_id)
        if stream is None:
            return
        store.change(connection, stream_id, busy_until=0)
        if pushed.refused[0]:
            statuses.say(transaction, kinds.REFUSED, stream, now, error=pushed.refused[1], token=pushed.refused[0])
        if not pushed.error:
            if stream.failures and pushed.taken:
                statuses.say(transaction, kinds.BACK, stream, now)
            heard_at = now if pushed.taken else stream.heard_at
            store.change(connection, stream_id, heard_at=heard_at, failures=0, failing_since=0, error="", due_at=0)
            return
        since = stream.failing_since if stream.failures and not pushed.taken else now
        failures = 1 if pushed.taken else stream.failures + 1
        again = max(PAUSES[min(failures, len(PAUSES)) - 1], pushed.wait)
        if failures == 1 or stream.error != pushed.error:
            statuses.say(transaction, kinds.FAILING, stream, now, error=pushed.error)
        values = {"failures": failures, "failing_since": since, "error": pushed.error, "due_at": now + again}
        store.change(connection, stream_id, **values)
        if stream.status is Status.ENABLED and now - since >= statuses.PAUSED_AFTER:
            statuses.pause(transaction, replace(stream, error=pushed.error), now)


def opened(core: Core, stream_id: str, sealed: bytes | None) -> str:
    """What is sent as the Authorization header; "" where the receiver gave none. Raises LimenError."""
    if sealed is None:
        return ""
    return core.keyring.open_sealed(store.signal_streams.name, stream_id, "sealed", sealed).decode()


def _not_taken(taken: tuple[str, ...], one: DueSet, reply: Reply) -> Pushed:
    """Section 2.3 and 2.4: what a receiver says instead of taking it. Of its words only those that are known count."""
    error = _error_in(reply) if reply.status == 400 else ""
    if error == sets.INVALID_REQUEST:
        return Pushed(taken, refused=(one.jti, error))
    wait = min(round(seconds_to_wait(reply, 0) * SECOND), LONGEST_WAIT) if asks_to_wait(reply) else 0
    return Pushed(taken, error=f"HTTP {reply.status}{f', {error}' if error else ''}", wait=wait)


def _error_in(reply: Reply) -> str:
    try:
        said = msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""
    error = said.get("err") if isinstance(said, dict) else None
    return error if isinstance(error, str) and error in sets.ERRORS else ""
