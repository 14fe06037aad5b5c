"""One JetStream stream that is a bounded queue: what is acknowledged leaves it, and while it is full it takes nothing.

The client is nats-py (Apache-2.0), which is imported when it is needed. It lives on a thread and an event loop of its
own; whoever uses it waits. A connection that broke is made anew by the next call.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from limen.errors import LimenError
from limen.extras import how_to_install

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

URL: Final = r"^$|^tls://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$|^nats://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?$"
"""`tls://host:port`, without a user or a password; plain only on this machine. Or nothing."""
CONNECT_SECONDS: Final = 3
ANSWER_SECONDS: Final = 5.0
AHEAD: Final = 64
"""Messages that are on their way at once."""
ACK_SECONDS: Final = 60.0
"""What was taken and not acknowledged for so long is given out again."""
MOST_UNACKNOWLEDGED: Final = 256
DUPLICATE_SECONDS: Final = 120.0
"""So long a message is known by its id."""
ID: Final = "Nats-Msg-Id"
_FULL: Final = frozenset({10_077, 10_047, 10_023, 10_122})
"""JetStream's error codes: the stream has its most bytes or messages, or there is no room for it."""
_WORDS: Final = {
    "unreachable": ("NATS can't be reached", "see whether it runs, and whether this machine may connect to it"),
    "certificate": ("the certificate of NATS is not trusted", "name its authority in `nats_authority`"),
    "no-tls": ("NATS does not begin with TLS", "set `handshake_first: true` in the `tls` block of its configuration"),
    "credentials": ("NATS does not accept the credentials", "see the file that `nats_credentials` names"),
    "full": ("the stream of events in NATS is full", "see whether a node takes from it, or give it more room"),
    "no-jetstream": ("NATS has no JetStream", "turn it on: `jetstream {}` in its configuration"),
    "other-stream": ("the stream in NATS is not a queue as Limen needs it", "have Limen make it, under another name"),
    "not-installed": ("the client of NATS is not installed", how_to_install("nats")),
    "failed": ("NATS reports an error", "its log says which"),
}
T = TypeVar("T")


class NatsError(LimenError):
    """NATS did not do it. `word` is one of `_WORDS`."""

    def __init__(self, word: str) -> None:
        super().__init__(*_WORDS[word])
        self.word = word


class StreamServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is. `credentials`: the file with the user's JWT and key, "" for none; `authority`: certificates to
    trust, in PEM, "" for those of this machine. `most_bytes` is what the stream holds at most.
    """

    url: str
    stream: str = "limen"
    credentials: str = ""
    authority: str = ""
    most_bytes: int = 1 << 30

    @property
    def subject(self) -> str:
        return f"{self.stream}.events"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken. It is given out again until it is acknowledged or refused."""

    data: bytes
    headers: Mapping[str, str]
    own: Any


class Stream:
    """Used by several threads."""

    def __init__(self, server: StreamServer) -> None:
        self._server = server
        self._client: Client | None = None
        self._context: JetStreamContext | None = None
        self._taking: JetStreamContext.PullSubscription | None = None
        self._connecting = asyncio.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="limen-nats", daemon=True)
        self._thread.start()

    def put(self, messages: Sequence[tuple[bytes, Mapping[str, str]]]) -> None:
        """Return when the stream has all of these, each data with its headers. Raises NatsError.

        One that comes again under its `ID` within two minutes is there once.
        """
        self._wait(self._put(messages))

    def take(self, most: int, seconds: float) -> list[Message]:
        """Up to so many, those of which are waited for as long; none where there are none. Raises NatsError."""
        return self._wait(self._take(most, seconds))

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """These leave the stream. Raises NatsError."""
        self._wait(self._answer(messages, "ack"))

    def refuse(self, messages: Sequence[Message]) -> None:
        """These leave the stream, for they are of no use to anybody. Raises NatsError."""
        self._wait(self._answer(messages, "term"))

    def waiting(self) -> int:
        """How many messages are in the stream. Raises NatsError."""
        return self._wait(self._waiting())

    def close(self) -> None:
        with suppress(NatsError):
            self._wait(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_SECONDS)

    # Inside

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(self._done(work), self._loop).result()
        except (CancelledError, RuntimeError):
            raise NatsError("unreachable") from None

    async def _done(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        except NatsError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever the client raises, it is one of our words
            raise _as_ours(error) from None

    async def _put(self, messages: Sequence[tuple[bytes, Mapping[str, str]]]) -> None:
        context, subject = await self._opened(), self._server.subject
        for begin in range(0, len(messages), AHEAD):
            putting = [
                context.publish(subject, data, timeout=ANSWER_SECONDS, stream=self._server.stream, headers={**headers})
                for data, headers in messages[begin : begin + AHEAD]
            ]
            found = await asyncio.gather(*putting, return_exceptions=True)
            for one in found:
                if isinstance(one, BaseException):
                    raise one

    async def _take(self, most: int, seconds: float) -> list[Message]:
        from nats.errors import TimeoutError as NothingThere  # noqa: PLC0415 -- only where it is set
        from nats.js.api import AckPolicy, ConsumerConfig  # noqa: PLC0415 -- as above

        context, stream = await self._opened(), self._server.stream
        if self._taking is None:
            wanted = ConsumerConfig(
                durable_name=stream,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_SECONDS,
                max_ack_pending=MOST_UNACKNOWLEDGED,
                max_deliver=-1,
            )
            await context.add_consumer(stream, wanted)
            self._taking = await context.pull_subscribe_bind(durable=stream, stream=stream)
        try:
            found: list[Msg] = await self._taking.fetch(most, timeout=seconds)
        except NothingThere:
            return []
        return [Message(data=one.data, headers=one.headers or {}, own=one) for one in found]

    async def _answer(self, messages: Sequence[Message], how: str) -> None:
        for one in messages:
            await getattr(one.own, how)()

    async def _waiting(self) -> int:
        context = await self._opened()
        return (await context.stream_info(self._server.stream)).state.messages

    async def _opened(self) -> JetStreamContext:
        async with self._connecting:
            if self._client is not None and self._client.is_connected and self._context is not None:
                return self._context
            await self._close()
            try:
                import nats  # noqa: PLC0415 -- an extra, and no start waits for it
            except ImportError:
                raise NatsError("not-installed") from None
            connecting = nats.connect(
                self._server.url,
                name="limen",
                allow_reconnect=False,  # the next call connects anew, and whoever calls knows that it did not work
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=CONNECT_SECONDS,
                error_cb=_nothing,
                tls=_trusted(self._server),
                # else whoever is between could say that there is no TLS, and be sent all of it
                tls_handshake_first=self._server.url.startswith("tls://"),
                user_credentials=self._server.credentials or None,
            )
            self._client = await asyncio.wait_for(connecting, 2 * CONNECT_SECONDS)
            self._context = self._client.jetstream(timeout=ANSWER_SECONDS)
            await self._make_stream(self._context)
            return self._context

    async def _make_stream(self, context: JetStreamContext) -> None:
        """Make it where there is none; one that somebody made, with copies on other servers perhaps, has to be a queue
        that refuses what it has no room for.
        """
        from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig  # noqa: PLC0415 -- as above
        from nats.js.errors import NotFoundError  # noqa: PLC0415 -- as above

        server = self._server
        try:
            found = (await context.stream_info(server.stream)).config
        except NotFoundError:
            made = StreamConfig(
                name=server.stream,
                subjects=[server.subject],
                retention=RetentionPolicy.WORK_QUEUE,
                discard=DiscardPolicy.NEW,
                storage=StorageType.FILE,
                max_bytes=server.most_bytes,
                duplicate_window=DUPLICATE_SECONDS,
            )
            await context.add_stream(made)
            return
        is_queue = found.retention == RetentionPolicy.WORK_QUEUE and found.storage == StorageType.FILE
        if not is_queue or found.discard != DiscardPolicy.NEW or found.subjects != [server.subject]:
            raise NatsError("other-stream")

    async def _close(self) -> None:
        client, self._client, self._context, self._taking = self._client, None, None, None
        if client is not None and not client.is_closed:
            with suppress(Exception):
                await client.close()


def _trusted(server: StreamServer) -> ssl.SSLContext | None:
    if server.url.startswith("tls://"):
        return ssl.create_default_context(cadata=server.authority or None)
    return None


async def _nothing(_error: Exception) -> None:
    """What goes wrong is told by the call that it went wrong for."""


def _as_ours(error: Exception) -> NatsError:
    """Its text may name users and addresses, so only its kind is told on."""
    from nats import errors  # noqa: PLC0415 -- as above
    from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError  # noqa: PLC0415 -- as above

    said = str(error).casefold()
    if isinstance(error, ssl.SSLCertVerificationError) or "certificate" in said:
        return NatsError("certificate")
    if isinstance(error, ssl.SSLError):
        return NatsError("no-tls")
    if (
        isinstance(error, errors.AuthorizationError | FileNotFoundError | PermissionError)
        or "authorization" in said
        or "authentication" in said
    ):
        return NatsError("credentials")
    if isinstance(error, APIError) and error.err_code in _FULL:
        return NatsError("full")
    if isinstance(error, ServiceUnavailableError | NoStreamResponseError | errors.NoRespondersError):
        return NatsError("no-jetstream")
    if isinstance(error, OSError | TimeoutError | errors.Error) and not isinstance(error, APIError):
        return NatsError("unreachable")
    return NatsError("failed")


def may_be_read_by_others(file: Path) -> bool:
    """Whether somebody but its owner may read this file. Raises OSError."""
    return bool(file.stat().st_mode & 0o077)
