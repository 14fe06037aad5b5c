"""What nodes say to each other: a question, up to which line the asker has each chain, and the lines that it lacks.

Each message is its head's length (four bytes), the head as JSON, and then what the head says the length of. The next
question says what the answer before it has become: it is the acknowledgement.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final, TypeVar

import msgspec

HEAD_BYTES: Final = 1 << 20
LINES_BYTES: Final = 256 << 20
"""The longest answer. It ends with whole batches, which are as large as the journal lets them be."""
CHAINS: Final = 2_000
CHAIN_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""What a chain may be called: it is the name of a folder."""


class MalformedError(Exception):
    """What came is not what a node says."""


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to which line whoever asks has each chain on its disk; it writes those of `own` itself. It waits for so long
    where there is nothing new.
    """

    has: dict[str, int]
    own: tuple[str, ...] = ()
    wait_ms: int = 0


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the chain of `writer` goes on: after the head come `beginning` bytes of its signed list, then its lines."""

    writer: str
    beginning: int
    lines: int


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    chains: tuple[Told, ...] = ()


T = TypeVar("T")


async def send(writer: asyncio.StreamWriter, head: msgspec.Struct, *parts: bytes) -> None:
    encoded = msgspec.json.encode(head)
    writer.write(len(encoded).to_bytes(4))
    writer.write(encoded)
    for part in parts:
        writer.write(part)
        await writer.drain()
    await writer.drain()


async def receive(reader: asyncio.StreamReader, kind: type[T]) -> T:
    """Raises MalformedError, EOFError."""
    length = int.from_bytes(await reader.readexactly(4))
    if length > HEAD_BYTES:
        raise MalformedError("a head is too long")
    try:
        return msgspec.json.decode(await reader.readexactly(length), type=kind, strict=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from None


async def part(reader: asyncio.StreamReader, length: int) -> bytes:
    """Raises MalformedError, EOFError."""
    if not 0 <= length <= LINES_BYTES:
        raise MalformedError("an answer is too long")
    return await reader.readexactly(length)
