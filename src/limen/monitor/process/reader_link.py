"""What the process that watches and those that read for it say to each other, over a socket that both wait on.

Each message is its length (4 bytes, big-endian) and its value in MessagePack.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

import msgspec

from limen.monitor.normal_form.frame import Frame
from limen.monitor.process.batch import ReadBatch

T = TypeVar("T")
LENGTH_BYTES: Final = 4
LONGEST: Final = 256 << 20
"""No message is longer, in bytes: a batch is read whole, and JSON may write a character as six."""
BUFFER_BYTES: Final = 1 << 20


class Told(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """What it is to know from now on (`Understanding.take`)."""

    kind: str
    value: bytes


class ToRead(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Frames. They are answered by a `ReadBatch`; without any, as at the beginning, by an empty one."""

    frames: list[Frame]


Order: TypeAlias = Told | ToRead
_encode: Final = msgspec.msgpack.Encoder().encode
_decode_order: Final = msgspec.msgpack.Decoder(Order).decode
_decode_answer: Final = msgspec.msgpack.Decoder(ReadBatch).decode


class ReaderLink:
    """One end, used by one thread. All of it raises OSError where the other end is gone, too slow, or says nonsense."""

    def __init__(self, connected: socket.socket, seconds: float | None = None) -> None:
        self._socket = connected
        connected.settimeout(seconds)
        for side in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            connected.setsockopt(socket.SOL_SOCKET, side, BUFFER_BYTES)

    def patience(self, seconds: float) -> None:
        """Wait for the other end so long at the most."""
        self._socket.settimeout(seconds)

    def send(self, message: Order | ReadBatch) -> None:
        data = _encode(message)
        if len(data) > LONGEST:
            raise OSError("a message is too long")
        self._socket.sendall(len(data).to_bytes(LENGTH_BYTES, "big"))
        self._socket.sendall(data)

    def order(self) -> Order:
        """What is to be done next."""
        order: Order = _decoded(_decode_order, self._received())
        return order

    def answer(self) -> ReadBatch:
        """What came of the frames that were sent last."""
        return _decoded(_decode_answer, self._received())

    def close(self) -> None:
        self._socket.close()

    def _received(self) -> bytearray:
        size = int.from_bytes(self._exactly(LENGTH_BYTES), "big")
        if size > LONGEST:
            raise OSError("a message is too long")
        return self._exactly(size)

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            got = self._socket.recv_into(rest)
            if not got:
                raise ConnectionError("the other end is gone")
            rest = rest[got:]
        return data


def _decoded(decode: Callable[[bytearray], T], data: bytearray) -> T:
    try:
        return decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise OSError("what came is no message") from None
