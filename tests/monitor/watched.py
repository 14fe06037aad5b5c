"""The real process that watches, over a folder of the test's own, with whatever sources it wants."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from tests.monitor.detections.texts import text_of
from tests.ports import free_ports

from limen import private_authority
from limen.clock import DAY, SystemClock
from limen.connectors.nats.stream import StreamServer
from limen.events import Event
from limen.monitor.detections.chosen import RULES, Chosen
from limen.monitor.detections.hit import Hit
from limen.monitor.link import Listen, SetUp, Sources, Watched
from limen.monitor.normal_form.frame import Frame
from limen.monitor.sources.proofs import server_certificate
from limen.monitor.stored import COLUMNS
from limen.monitor.supervision import Supervision
from limen.private_authority import Authority, Proves, new_authority
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.following import follow_from

LOOPBACK = ("127.0.0.0/8",)
KEYS = (b"k" * 32,)


def source(name: str, way: str, kind: str = "syslog", **more: Any) -> Watched:
    return Watched(name=name, kind=kind, way=way, **{"addresses": LOOPBACK, **more})


@dataclass
class Watching:
    """`hits` is what was found and taken."""

    folder: Path
    supervision: Supervision = field(init=False)
    sources: tuple[Watched, ...] = ()
    hits: list[Hit] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    authority: Authority = field(init=False)

    def ports(self, way: str) -> int:
        return self.supervision.listening.ports[way]

    def stored(self) -> list[dict[str, Any]]:
        """Every event that is durable."""
        columns = Columns.of(COLUMNS)
        return [msgspec.json.decode(line) for _, line in follow_from(self.folder / "events", columns)]

    async def until(self, holds: Callable[[], object], seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 -- what is waited for tells nobody
                await asyncio.sleep(0.02)

    async def until_stored(self, number: int, seconds: float = 60) -> list[dict[str, Any]]:
        await self.until(lambda: len(self.stored()) >= number, seconds)
        return self.stored()

    async def set_sources(self, *sources: Watched) -> None:
        self.sources = sources
        await self.supervision.tell_sources()

    async def kill(self) -> None:
        """End the process as hard as it can be ended, and wait until there is another."""
        await self.until(lambda: self.supervision.listening.ports and self.supervision.pid)
        before = self.supervision.pid
        assert before > 1
        os.kill(before, signal.SIGKILL)
        await self.until(lambda: self.supervision.pid not in {before, 0} and self.supervision.listening.ports, 60)

    def client(self, folder: Path, name: str = "sender") -> tuple[ssl.SSLContext, str]:
        """TLS for a sender with a certificate of its own, and the certificate's hash. Three files are in `folder`."""
        key, pem = private_authority.new_key()
        names = [x509.UniformResourceIdentifier(f"urn:limen:sender:{name}")]
        now = SystemClock().now()
        made = private_authority.issued(self.authority, key.public_key(), name, now, DAY, Proves.CLIENT, names)
        folder.mkdir(exist_ok=True)
        for file, text in (
            ("certificate.pem", made.certificate),
            ("key.pem", pem),
            ("authority.pem", self.authority.certificate),
        ):
            (folder / file).write_text(text)
        context = ssl.create_default_context(cafile=folder / "authority.pem")
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        return context, made.fingerprint.hex()


@asynccontextmanager
async def watching(
    folder: Path, *sources: Watched, tls: bool = False, nats: StreamServer | None = None
) -> AsyncIterator[Watching]:
    """It listens on ports of loopback, the same whenever it is started again. `nats`: the stream before its store."""
    made = Watching(folder, sources=sources)
    now = SystemClock().now()
    udp, tcp, encrypted = free_ports(3)
    made.authority = new_authority("Harbor: logs (Limen)", now).authority
    certificate, key = server_certificate(made.authority, "localhost", now)

    async def setup() -> SetUp:
        return SetUp(
            data=str(folder / "monitor"),
            events=str(folder / "events"),
            journal=str(folder / "journal"),
            keys=KEYS,
            nats=nats,
            transit_keys=KEYS,
            listen=Listen(
                udp=f"127.0.0.1:{udp}",
                tcp=f"127.0.0.1:{tcp}",
                tls=f"127.0.0.1:{encrypted}" if tls else "",
                certificate=certificate,
                key=key,
                authority=made.authority.certificate,
            ),
        )

    async def take(hits: Sequence[Hit]) -> None:
        made.hits += hits

    made.supervision = Supervision(
        setup, lambda: Sources(sources=made.sources), take, made.told.append, pauses_seconds=(0.05, 0.2)
    )
    made.supervision.start()
    try:
        async with asyncio.timeout(30):
            await made.supervision.ready()
        yield made
    finally:
        await made.supervision.close()


async def in_force(watched: Watching, ready: dict[str, Any], *rules: dict[str, Any]) -> None:
    """Have it find by these. They are read beside what comes: so the first finds `kind: ready`, until it does."""
    text = text_of(ready, *rules)
    await watched.supervision.give(RULES, msgspec.msgpack.encode(Chosen(texts={"detections/a.yml": text})))
    product = ready["logsource"]["product"]
    for number in range(1_000):
        said = msgspec.json.encode({"id": f"ready{number}", "product": product, "kind": "ready"})
        now = SystemClock().now()
        await watched.supervision.deliver([Frame(source="app", kind="json", received_at=now, data=said)])
        await asyncio.sleep(0.05)
        if any(one.rule == ready["id"] for one in watched.hits):
            return
    raise AssertionError("no rule is in force")


def send_udp(port: int, *messages: bytes, host: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        for message in messages:
            sending.sendto(message, (host, port))
