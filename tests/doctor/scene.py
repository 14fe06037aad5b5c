"""A healthy set-up for the doctor to look at, in parts that a test can break: servers, certificates, an outside."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.ports import free_port

from limen.clock import SystemClock
from limen.doctor import machine
from limen.doctor.environment import Environment
from limen.doctor.setup import Setup
from limen.facts import App, Upstream
from limen.finding import Finding, State
from limen.settings import Listen, Settings
from limen.storage.space import Room

DOMAIN = "harbor.example"
SIGN_IN = f"limen.{DOMAIN}"
PLENTY = Room(50_000_000_000, 100_000_000_000, 1_000_000, 2_000_000)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Answer = Callable[[bytes], bytes]


class Authority:
    """A certificate authority that exists for one test run."""

    def __init__(self, folder: Path, name: str = "Harbor CA") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.file = folder / "ca.pem"
        made = self._build(self._name, self._key.public_key(), -10, 3_650)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        made = made.add_extension(signs, critical=True)
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))

    def serves(
        self, *names: str, days: tuple[float, float] = (-1, 90), own: bool = False, subject: str = "harbor"
    ) -> ssl.SSLContext:
        """A server's context with a certificate for `names`, good from and until these days from now.

        `own`: signed by itself.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
        built = self._build(named, key.public_key(), *days, issuer=named if own else None)
        alternatives = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
        built = built.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        made = built.sign(key if own else self._key, hashes.SHA256())
        file = self.folder / f"{made.serial_number}.pem"
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(made.public_bytes(pem) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _build(
        self, subject: x509.Name, key: Any, starts: float, ends: float, issuer: x509.Name | None = None
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=starts))
            .not_valid_after(now + timedelta(days=ends))
        )


def answering(status: str = "200 OK", **headers: str) -> Answer:
    """The same response to whatever is asked."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return lambda _asked: f"HTTP/1.1 {status}\r\n{lines}Content-Length: 0\r\n\r\n".encode()


def dated(hours: float) -> str:
    """A Date that is this many hours ahead of this machine's."""
    return format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)


WELL = answering()


@asynccontextmanager
async def serving(answer: Answer | None = WELL, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A real server on loopback; yields its port. `answer` None never answers."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await reader.read(65_536)
            if answer is None:
                await reader.read()
            else:
                writer.write(answer(asked))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def outside(**changes: Any) -> Environment:
    """A machine where all is well, and every name leads to it; `trust` may be a context."""

    async def resolve(name: str) -> tuple[str, ...]:
        return await machine.resolve("127.0.0.1" if name.endswith(DOMAIN) else name)

    if isinstance(changes.get("trust"), ssl.SSLContext):
        context = changes["trust"]
        changes["trust"] = lambda _file: context
    well = Environment(
        now=SystemClock().now,
        resolve=resolve,
        own_addresses=lambda: frozenset({"127.0.0.1", "::1", "10.0.0.5"}),
        try_port=machine.try_port,
        holder=machine.holder,
        is_clock_kept=lambda: True,
        room=lambda _folder: PLENTY,
        trust=machine.trust,
        write_holder=lambda _file: None,
        journal_holder=lambda _folder: None,
        front_holder=lambda _lock: None,
        environ={},
    )
    return replace(well, **changes)


def setup(
    root: Path, *apps: App, listen: Mapping[str, Any] | None = None, outside_: Environment | None = None, **said: Any
) -> Setup:
    """Harbor's set-up over `root`. `said` is what limen.toml says beside name and domain."""
    heard = {"address": f"127.0.0.1:{free_port()}", "check": "", **(listen or {})}
    settings = Settings(name="Harbor", domain=DOMAIN, **{"listen": Listen(**heard), **said})
    return Setup(root, settings, apps, outside_ or outside())


def app(url: str, name: str = "wiki", **upstream: Any) -> App:
    return App(id=name, name=name.title(), host=f"{name}.{DOMAIN}", upstream=Upstream(url, **upstream))


def bad(findings: Any) -> list[Finding]:
    """Those that want something of somebody."""
    return [one for one in findings if one.state in {State.WRONG, State.WARNING}]
