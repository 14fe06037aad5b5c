"""What vendors' logs have in common: records as they were written, a place to go on from, and what was had already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, TypeAlias

import msgspec

from limen.connectors.vendor_client import VendorError

_DIGEST_BYTES: Final = 16
MOST_HAD: Final = 20_000
_SMALL: Final = 64 << 10
"""Answers up to this size are read at once, in bytes."""
_LINES: Final = bytes.maketrans(b"\n\r", b"  ")


@dataclass(frozen=True, slots=True)
class LogPage:
    """Records, each a JSON object on one line; and where to go on once these are kept ("": as before them)."""

    records: list[bytes]
    cursor: str = ""

    @property
    def size(self) -> int:
        return sum(len(one) for one in self.records)


LogPages: TypeAlias = "AsyncGenerator[LogPage, None]"


class Had:
    """The newest of what was had of a log: what is asked for twice, so that nothing late is missed, comes once.

    It knows the last `most` of them, in memory: what comes twice all the same is told apart by its uid, later.
    """

    def __init__(self, most: int = MOST_HAD) -> None:
        self._most = most
        self._had: dict[bytes, None] = {}

    def without(self, records: Iterable[bytes]) -> list[bytes]:
        """Those that were not had yet."""
        return [one for one in records if _digest(one) not in self._had]

    def __contains__(self, record: bytes) -> bool:
        return _digest(record) in self._had

    def add(self, records: Iterable[bytes]) -> None:
        """These are kept now."""
        for one in records:
            key = _digest(one)
            self._had.pop(key, None)
            self._had[key] = None
        for key in list(self._had)[: max(0, len(self._had) - self._most)]:
            del self._had[key]


def records_in(body: bytes, *names: str) -> list[bytes]:
    """The objects of a JSON list, or of the list that an object has under one of these names, as they are written.

    Raises VendorError where it is neither, or holds anything but objects.
    """
    try:
        listed: bytes | msgspec.Raw = body
        if names:
            members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            listed = next((members[name] for name in names if name in members), b"[]")
        found = msgspec.json.decode(listed, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise VendorError("garbage") from None
    records = [bytes(one).translate(_LINES).strip() for one in found]
    if not all(one.startswith(b"{") for one in records):
        raise VendorError("garbage")
    return records


async def records_of(body: bytes, *names: str) -> list[bytes]:
    """The same, so that nothing else waits for it."""
    return records_in(body, *names) if len(body) <= _SMALL else await asyncio.to_thread(records_in, body, *names)


def member(body: bytes, name: str) -> object:
    """What an object has under this name; None where it has nothing. Raises VendorError where it is no object."""
    try:
        found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return msgspec.json.decode(found[name]) if name in found else None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise VendorError("garbage") from None


def _digest(record: bytes) -> bytes:
    return blake2b(record, digest_size=_DIGEST_BYTES).digest()
