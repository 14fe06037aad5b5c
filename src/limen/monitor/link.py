"""What the server and the process that watches say to each other, and how it goes over the socket between them.

Each message is its length (4 bytes, big-endian) and its value in MessagePack. Neither side believes the other blindly:
a message is bounded, and one that is none ends the link. What was not answered when it ends was not done.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Final, Self, TypeAlias

import msgspec

from limen.clock import Instant, Milliseconds
from limen.connectors.clickhouse.server import Server
from limen.connectors.nats.stream import StreamServer
from limen.errors import LimenError
from limen.events import Event
from limen.monitor.detections.hit import Hit
from limen.monitor.normal_form.frame import Frame

LENGTH_BYTES: Final = 4
LONGEST: Final = 32 << 20
"""No message is longer, in bytes."""
TAKES: Final = "takes from the stream"
"""The kind of `Given` that says whether this node takes from the stream: anything for yes, nothing for no."""
WAITING_BYTES: Final = 1 << 20
"""So much may wait to be written before whoever writes has to wait."""


# From the server to the process


class Watched(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A source, as receivers know it. `senders`: by the SHA-256 of its certificate, in hex, the id of each sender.
    `products`: whose records may come from there, where they are JSON.
    """

    name: str
    kind: str
    way: str
    addresses: tuple[str, ...] = ()
    heartbeat_ms: Milliseconds = 0
    keep_ms: Milliseconds = 0
    zone: str = ""
    senders: dict[str, str] = {}
    products: tuple[str, ...] = ()


class Listen(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Where syslog is taken (`host:port`; "" nowhere), and what senders by TLS see: PEM, the key never on a disk."""

    udp: str = ""
    tcp: str = ""
    tls: str = ""
    certificate: str = ""
    key: str = ""
    authority: str = ""


class SetUp(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The first message: where everything is. `keys` are those of the store's chain, today's first.

    `clickhouse`: where events are brought to; `nats`: the stream that they go through before they are kept, signed by
    `transit_keys`, today's first; None for none.
    """

    data: str
    events: str
    journal: str
    keys: tuple[bytes, ...]
    budget_bytes: int = 0
    listen: Listen = Listen()
    clickhouse: Server | None = None
    nats: StreamServer | None = None
    transit_keys: tuple[bytes, ...] = ()


class Sources(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All sources from now on."""

    sources: tuple[Watched, ...]


class Given(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What a part of the process is to know from now on, in the part's own form: rules, identities, places.

    The newest of each `kind` counts. A process that was started again is given all of them.
    """

    kind: str
    value: bytes


class Deliver(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Frames to be kept. It is answered by `Kept` of the same number."""

    number: int
    frames: tuple[Frame, ...]


class Taken(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The hits of this number are committed."""

    number: int


# From the process to the server


class Listening(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It is ready. `ports`: by way, where it listens; `wrong`: by way, why it does not."""

    ports: dict[str, int] = {}
    wrong: dict[str, str] = {}


class Kept(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What was delivered is durable; or it is not, and `why`."""

    number: int
    why: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Hits, to be committed. It is answered by `Taken` of the same number."""

    number: int
    hits: tuple[Hit, ...]


class Recorded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What the journal has to know of the store."""

    event: Event


class SourceFigures(msgspec.Struct, kw_only=True, tag=True):
    """What came of a source since the process began. `lag_ms`: between the newest event and its coming.

    `lost`: came by UDP, or without end, when there was no room. `senders`: when each was last heard, by its id.
    `looks_like`: records that were not read as a product's because the source does not name it, by product.
    """

    name: str
    events: int = 0
    size: int = 0
    unreadable: int = 0
    lost: int = 0
    last_at: Instant = 0
    lag_ms: Milliseconds = 0
    senders: dict[str, Instant] = {}
    looks_like: dict[str, int] = {}


class RulesRead(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules are in force since `at`: how many, how many of each folder that is brought in, and what was refused
    (`wrong` names the first of it, a line each).
    """

    at: Instant = 0
    rules: int = 0
    of_folders: dict[str, int] = {}
    refused: int = 0
    wrong: tuple[str, ...] = ()


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes with bringing events to ClickHouse: `behind` wait here, `lost` went before it had them, `refused` it
    takes in no form. `set_back` it had and has no more, in all: they come again, but for `gone` of them, which are not
    here either (some had passed their keeping time). `wrong`: why it takes nothing at this moment, and `since` when.
    """

    behind: int = 0
    lost: int = 0
    refused: int = 0
    set_back: int = 0
    gone: int = 0
    wrong: str = ""
    since: Instant = 0


class Streamed(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes with the stream before the store: messages that are `waiting` in it and that were `refused`, as far
    as this node `takes` from it. `wrong`: why it can't, and `since` when.
    """

    waiting: int = 0
    refused: int = 0
    takes: bool = False
    wrong: str = ""
    since: Instant = 0


class Health(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How it goes, each second. `refused`: what came from nobody who may send, by its way; `wrong`: what does not work.

    `elsewhere`: how it goes with ClickHouse, `streamed` with NATS; None where it is not used.

    `detected_at`: detections have seen all that came until then; `behind`: whether more waits for them. `late`: sources
    of which they have seen only what came until another time. `forgotten`: windows of correlations that went too early.
    """

    at: Instant
    sources: tuple[SourceFigures, ...] = ()
    refused: dict[str, int] = {}
    waiting: int = 0
    detected_at: Instant = 0
    behind: int = 0
    late: dict[str, Instant] = {}
    hits: int = 0
    forgotten: int = 0
    resident_bytes: int = 0
    stored_bytes: int = 0
    wrong: tuple[str, ...] = ()
    rules: RulesRead = RulesRead()
    elsewhere: Elsewhere | None = None
    streamed: Streamed | None = None


ToProcess: TypeAlias = SetUp | Sources | Given | Deliver | Taken
FromProcess: TypeAlias = Listening | Kept | Found | Recorded | Health
Message: TypeAlias = ToProcess | FromProcess

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Message)


class LinkError(LimenError):
    """What came over the link is no message of it."""


class Link:
    """One end. Used on one event loop; any number of tasks may send, one receives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._sending = asyncio.Lock()

    @classmethod
    async def over(cls, connected: socket.socket) -> Self:
        connected.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=connected, limit=WAITING_BYTES)
        writer.transport.set_write_buffer_limits(high=WAITING_BYTES)
        return cls(reader, writer)

    async def send(self, message: Message) -> None:
        """Send it, when the other side has room. Raises ConnectionError when that is gone, LinkError when too long."""
        data = _ENCODER.encode(message)
        if len(data) > LONGEST:
            raise LinkError("a message to or from the process that watches is too long", "send less at once")
        async with self._sending:
            if self._writer.is_closing():
                raise ConnectionError("the link has ended")
            self._writer.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
            await self._writer.drain()

    async def receive(self) -> Message | None:
        """The next message; None when the other side has ended. Raises LinkError."""
        try:
            size = int.from_bytes(await self._reader.readexactly(LENGTH_BYTES), "big")
            if size > LONGEST:
                raise LinkError("what came over the link is too long to be a message")
            message: Message = _DECODER.decode(await self._reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise LinkError("what came over the link is no message") from error
        return message

    def close(self) -> None:
        self._writer.close()
