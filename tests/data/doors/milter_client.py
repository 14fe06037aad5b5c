"""A milter server of the tests' own on loopback, and a mail server that says exactly what a test wants to be said."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from tests.data.doors.protecting import OwnProtection

from limen.admission import Admission
from limen.clock import SetClock
from limen.data.doors.milter import MilterServer, Surroundings
from limen.data.doors.milter_wire import packet, read_packet
from limen.data.doors.refusal import Refusal
from limen.data.doors.spool import budget

EVERYTHING = 0x1FFFFF
ANSWERS = b"cart" + b"dy"


@dataclass
class MailServer:
    """One connection, which was agreed on."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    leaves: int = 0

    async def send(self, *packets: bytes) -> None:
        self.writer.write(b"".join(packets))
        await self.writer.drain()

    async def agree(self, can: int = 0x1FF, leaves: int = EVERYTHING, version: int = 6) -> tuple[int, int]:
        await self.send(packet(b"O", struct.pack("!III", version, can, leaves)))
        command, data = await read_packet(self.reader)
        assert command == b"O"
        _, agreed, self.leaves = struct.unpack("!III", data)
        return agreed, self.leaves

    async def mail(
        self, body: bytes, *to: str, subject: str = "Lunch", signed_in: str = "ann", headers: tuple[str, ...] = ()
    ) -> list[tuple[bytes, bytes]]:
        """What is answered to a whole mail, in order; the last decides."""
        macros = b"M" + (b"{auth_authen}\0" + signed_in.encode() + b"\0" if signed_in else b"i\0Q1\0")
        lines = (f"Subject: {subject}", *headers)
        await self.send(
            packet(b"D", macros),
            packet(b"M", b"<ann@harbor.example>\0"),
            *(packet(b"R", f"<{one}>\0".encode()) for one in to or ("bob@other.example",)),
            *(packet(b"L", "\0".join((*one.split(":", 1), "")).encode()) for one in lines),
            packet(b"N"),
            *(packet(b"B", body[at : at + 65_535]) for at in range(0, len(body), 65_535)),
            packet(b"E"),
        )
        return await self.answers()

    async def answers(self) -> list[tuple[bytes, bytes]]:
        found: list[tuple[bytes, bytes]] = []
        while not found or found[-1][0] not in (b"c", b"a", b"r", b"t", b"d", b"y"):
            found.append(await asyncio.wait_for(read_packet(self.reader), 60))
        return found

    async def is_over(self) -> bool:
        try:
            return not await asyncio.wait_for(self.reader.read(1), 60)
        except ConnectionError:
            return True


@dataclass
class MilterWorld:
    protection: OwnProtection
    server: MilterServer
    port: int
    reasons: list[tuple[str, str, str]]
    """`(event, person, why)`: what was kept of why something passed."""

    @asynccontextmanager
    async def connected(self, *, agreed: bool = True) -> AsyncIterator[MailServer]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        asked = MailServer(reader, writer)
        try:
            if agreed:
                await asked.agree()
            yield asked
        finally:
            writer.close()


@asynccontextmanager
async def milter_world(protection: OwnProtection, **about: Any) -> AsyncIterator[MilterWorld]:
    async def keep_reason(event: str, person: str, why: str) -> None:
        kept.append((event, person, why))

    kept: list[tuple[str, str, str]] = []
    settings = {
        "keep_reason": keep_reason,
        "clock": SetClock(1_000),
        "domains": frozenset({"harbor.example"}),
        "person_of": lambda name: {"ann": "p_ann"}.get(name, ""),
        "refusal_of": lambda verdict: Refusal(verdict, "Ida, extension 7"),
        "room": budget(),
        "named": (ip_network("127.0.0.0/8"),),
    } | about
    listener = Admission().listener("milter", connections=64, of_a_source=64)
    server = MilterServer(Surroundings(protection=protection, listener=listener, **settings))
    port = await server.start("127.0.0.1", 0)
    try:
        yield MilterWorld(protection, server, port, kept)
    finally:
        await server.close()
