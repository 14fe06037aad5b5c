"""A queue over a real database, and a real mail server with STARTTLS and sign-in, on loopback."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.ports import free_port

from limen.clock import SetClock, from_iso
from limen.mail import Mails, Message
from limen.settings import Mail
from limen.storage.database import Database
from limen.storage.keyring import Keyring

MORNING = from_iso("2026-11-24T09:00:00Z")
HELLO = Message("eve@harbor.example", "Your access", "Hello https://x/#secret", "<p>Hello</p>")


class Post:
    """What the server took; `says` answers a recipient otherwise."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.users: list[bytes] = []
        self.says = ""

    async def handle_RCPT(  # noqa: N802 -- the server calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.says:
            return self.says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.users.append(data.login)
        return AuthResult(success=data.password == b"tidal marble", handled=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "post.harbor.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "post.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def server(post: Post, certificate: Path) -> Iterator[Controller]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=free_port(),
        ready_timeout=10,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=post,
    )
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def settings(server: Controller) -> Mail:
    return Mail.model_validate({"from": "limen@harbor.example", "server": f"127.0.0.1:{server.port}", "user": "limen"})


@pytest.fixture
def trust(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
async def database(where: str, clock: SetClock) -> AsyncIterator[Database]:
    database = Database.open(where, clock=clock)
    yield database
    database.close()


@pytest.fixture
def mails(database: Database, clock: SetClock) -> Mails:
    return Mails(Keyring.open(database, bytes(32), clock=clock))


__all__ = ["HELLO", "MORNING", "Post"]
