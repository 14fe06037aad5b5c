"""An ICAP server of the tests' own on loopback, and a client that says exactly what a test wants to be said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from tests.data.doors.protecting import OwnProtection

from limen.admission import Admission, Limits
from limen.data.doors.icap import IcapServer, Surroundings
from limen.data.doors.refusal import Refusal
from limen.data.doors.spool import budget

POST = b"POST http://files.example/up?to=1 HTTP/1.1\r\nHost: files.example\r\nAccept: text/html\r\n\r\n"


@dataclass
class Asked:
    """One connection. `send` what is wanted, `answer` reads one answer: its status, head, and the rest by framing."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> tuple[int, dict[str, str]]:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 60)).decode("latin-1")
        first, *lines = head[:-4].split("\r\n")
        return int(first.split(" ")[1]), {one.partition(": ")[0].lower(): one.partition(": ")[2] for one in lines}

    async def body(self) -> bytes:
        whole = b""
        while size := int(await self.reader.readline(), 16):
            whole += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return whole

    async def modified(self, fields: dict[str, str]) -> tuple[bytes, bytes]:
        """The head and the body that an answer gives in place of what was sent."""
        name, _, at = fields["encapsulated"].rpartition(", ")[2].partition("=")
        head = await self.reader.readexactly(int(at))
        return head, b"" if name == "null-body" else await self.body()

    async def is_over(self) -> bool:
        try:
            return not await asyncio.wait_for(self.reader.read(1), 60)
        except ConnectionError:
            return True


def reqmod(body: bytes | None, *more: str, head: bytes = POST, preview: int | None = None) -> bytes:
    """A whole message; with a preview, its preview alone, with `ieof` where that is all."""
    kind = "null-body" if body is None else "req-body"
    fields = ["Host: limen", f"Encapsulated: req-hdr=0, {kind}={len(head)}", *more]
    if preview is not None:
        fields.append(f"Preview: {preview}")
    said = "\r\n".join(("REQMOD icap://limen/reqmod ICAP/1.0", *fields, "", "")).encode() + head
    if body is None:
        return said
    if preview is None:
        return said + chunked(body)
    return said + chunked(body[:preview], b"0; ieof" if len(body) <= preview else b"0")


def respmod(body: bytes, *more: str, response: bytes = b"HTTP/1.1 200 OK\r\n\r\n", head: bytes = POST) -> bytes:
    at = len(head)
    fields = ("Host: limen", f"Encapsulated: req-hdr=0, res-hdr={at}, res-body={at + len(response)}", *more)
    said = "\r\n".join(("RESPMOD icap://limen/respmod ICAP/1.0", *fields, "", "")).encode()
    return said + head + response + chunked(body)


def chunked(body: bytes, last: bytes = b"0") -> bytes:
    return (b"%x\r\n" % len(body) + body + b"\r\n" if body else b"") + last + b"\r\n\r\n"


@dataclass
class IcapWorld:
    protection: OwnProtection
    server: IcapServer
    port: int
    revision: list[str] = field(default_factory=lambda: ["r1"])

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Asked]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Asked(reader, writer)
        finally:
            writer.close()

    async def once(self, data: bytes) -> tuple[int, dict[str, str]]:
        async with self.connected() as asked:
            await asked.send(data)
            return await asked.head()


@asynccontextmanager
async def icap_world(
    protection: OwnProtection, *, limits: Limits | None = None, context: Any = None, port: int = 0, **about: Any
) -> AsyncIterator[IcapWorld]:
    revision = ["r1"]
    listener = Admission(limits).listener("icap", connections=about.pop("connections", 64), of_a_source=64)
    settings = {
        "tag": lambda: revision[0],
        "person_of": {"ann": "p_ann"}.get,
        "refusal_of": lambda verdict: Refusal(verdict, "Ida, extension 7"),
        "room": budget(),
        "named": (ip_network("127.0.0.0/8"),),
    } | about
    settings["person_of"] = lambda name, known=settings["person_of"]: known(name) or ""
    server = IcapServer(Surroundings(protection=protection, listener=listener, **settings))
    bound = await server.start("127.0.0.1", port, context)
    try:
        yield IcapWorld(protection, server, bound, revision)
    finally:
        await server.close()
