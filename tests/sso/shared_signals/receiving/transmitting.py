"""A service that shares signals, written on other libraries than Limen's: PyJWT, and the standard library's HTTP.

It holds streams as SSF 1.0 describes them, pushes by RFC 8935 and is polled by RFC 8936; a knob for every lie.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.web.conftest import ORIGIN, House

from limen.clock import Clock
from limen.sso.shared_signals.receiving import administering, store
from limen.sso.shared_signals.receiving.receiver import Receiver
from limen.sso.shared_signals.receiving.store import Stream
from limen.sso.shared_signals.receiving.streams import Streams
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter

CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
SSF = "https://schemas.openid.net/secevent/ssf/event-type/"
TOKEN = "the token of Limen at the transmitter"
ADDRESS = "198.51.100.20"
HOST = "okta.harbor.example"
"""Of one that is reached over TLS."""


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


_KEY = new_key()


@dataclass
class Outside:
    """The service. `answers` are for paths that answer something else than they should."""

    url: str
    clock: Clock | None = None
    audience: Any = "https://login.harbor.example"
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=lambda: {"one": _KEY})
    configuration: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    stream: dict[str, Any] = field(default_factory=dict)
    status: str = "enabled"
    waiting: dict[str, str] = field(default_factory=dict)
    acks: list[str] = field(default_factory=list)
    errors: dict[str, Any] = field(default_factory=dict)
    verifications: list[str] = field(default_factory=list)
    subjects: list[Any] = field(default_factory=list)
    house: Any = None
    client: Any = None

    @property
    def now(self) -> int:
        assert self.clock is not None
        return self.clock.now() // 1000

    # Tokens

    def claims(self, kind: str, subject: Any, event: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        said = {
            "iss": self.url,
            "aud": self.audience,
            "iat": self.now,
            "jti": secrets.token_hex(8),
            "sub_id": subject,
            "events": {kind: {"event_timestamp": self.now, **(event or {})}},
            **more,
        }
        return {name: value for name, value in said.items() if value is not None}

    def signed(self, claims: dict[str, Any], kid: str = "one", key: Any = None, **header: Any) -> str:
        head = {"typ": "secevent+jwt", "kid": kid, **header}
        algorithm = head.pop("alg", "RS256")
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(claims, key or self.keys[kid], algorithm=algorithm, headers=head)

    def token(self, kind: str, subject: Any, event: dict[str, Any] | None = None, **more: Any) -> str:
        return self.signed(self.claims(kind, subject, event, **more))

    def verification(self, state: str, **more: Any) -> str:
        subject = {"format": "opaque", "id": self.stream.get("stream_id", "")}
        return self.token(f"{SSF}verification", subject, {"state": state}, **more)

    # Delivering

    @property
    def bearer(self) -> str:
        return str(self.stream["delivery"].get("authorization_header", ""))

    async def push(self, token: str | bytes, name: str = "okta", **headers: str) -> httpx2.Response:
        sent = {"content-type": "application/secevent+jwt", "authorization": self.bearer, **headers}
        return await self.client.post(f"/signals/from/{name}", content=token, headers=sent)

    async def tells(self, kind: str, subject: Any, event: dict[str, Any] | None = None, **more: Any) -> None:
        """It pushes one event, and it is taken."""
        done = await self.push(self.token(kind, subject, event, **more))
        assert (done.status_code, done.content) == (202, b""), done.text

    def offers(self, kind: str, subject: Any, event: dict[str, Any] | None = None, **more: Any) -> str:
        """One event waits to be polled; its `jti`."""
        claims = self.claims(kind, subject, event, **more)
        self.waiting[claims["jti"]] = self.signed(claims)
        return str(claims["jti"])

    # What it answers

    def published(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "delivery_methods_supported": ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
            "configuration_endpoint": f"{self.url}/streams",
            "status_endpoint": f"{self.url}/status",
            "verification_endpoint": f"{self.url}/verify",
            "add_subject_endpoint": f"{self.url}/subjects:add",
            **self.configuration,
        }

    def jwks(self) -> dict[str, Any]:
        keys = []
        for kid, key in self.keys.items():
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
            keys.append({**public, "kid": kid, "use": "sig", "alg": "RS256"})
        return {"keys": keys}

    def made(self, asked: dict[str, Any]) -> dict[str, Any]:
        delivery = dict(asked["delivery"])
        if delivery["method"].endswith("8936"):
            delivery["endpoint_url"] = f"{self.url}/poll"
        stream_id = self.stream.get("stream_id") or secrets.token_hex(6)
        self.stream = {"stream_id": stream_id, "iss": self.url, "aud": self.audience, **asked, "delivery": delivery}
        return self.stream

    def polled(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.acks += asked.get("ack", [])
        self.errors |= asked.get("setErrs", {})
        for one in [*asked.get("ack", []), *asked.get("setErrs", {})]:
            self.waiting.pop(one, None)
        sets = dict(list(self.waiting.items())[: asked.get("maxEvents", 10)])
        return {"sets": sets, **({"moreAvailable": True} if len(sets) < len(self.waiting) else {})}


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _any(self) -> None:
        there, path = self.server.outside, urlsplit(self.path).path
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        there.asked.append((self.command, self.path, body))
        if path in there.answers:
            there.answers[path](self)
            return
        if path.startswith("/.well-known/ssf-configuration"):
            self.reply(200, there.published())
        elif path == "/keys":
            self.reply(200, there.jwks())
        elif self.headers.get("authorization") != f"Bearer {TOKEN}":
            self.reply(401, {})
        else:
            self._of_streams(there, path, body)

    def _of_streams(self, there: Outside, path: str, body: Any) -> None:
        if path == "/streams" and self.command in {"POST", "PATCH"}:
            self.reply(201 if self.command == "POST" else 200, there.made(body))
        elif path == "/streams" and self.command == "DELETE":
            there.stream = {}
            self.reply(204, b"")
        elif parse_qs(urlsplit(self.path).query).get("stream_id", [None])[0] not in {
            None,
            there.stream.get("stream_id"),
        }:
            self.reply(404, {})
        elif path == "/status":
            self.reply(200, {"stream_id": there.stream["stream_id"], "status": there.status})
        elif path == "/verify":
            there.verifications.append(body["state"])
            if there.stream["delivery"]["method"].endswith("8936"):
                subject = {"format": "opaque", "id": there.stream["stream_id"]}
                there.offers(f"{SSF}verification", subject, {"state": body["state"]})
            self.reply(204, b"")
        elif path == "/subjects:add":
            there.subjects.append(body["subject"])
            self.reply(200, {})
        elif path == "/poll":
            self.reply(200, there.polled(body))
        else:
            self.reply(404, {})

    do_GET = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815 -- as the server calls them

    def reply(self, status: int, value: object, **fields: str) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, said in fields.items():
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


class _Server(ThreadingHTTPServer):
    outside: Outside
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Whoever it is that hangs up midway is under test."""


@contextmanager
def outside_at_work(tls: SSLContext | None = None) -> Iterator[Outside]:
    server = _Server(("127.0.0.1", 0), _Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme, host = ("http", "127.0.0.1") if tls is None else ("https", HOST)
    server.outside = Outside(f"{scheme}://{host}:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.outside
    server.shutdown()
    server.server_close()


# Limen, and what it declares


def declared(outside: Outside, more: str = "", name: str = "okta") -> str:
    """Its entry in `signals.yaml`, with all that it may do."""
    return f"""
transmitters:
  - id: {name}
    issuer: {outside.url}
    {more or "may: [end_sessions, mark_devices, raise_risk, disable_accounts]"}
"""


def written(folder: Path, text: str) -> None:
    (folder / "signals.yaml").write_text(text)


def connects(house: House, outside: Outside) -> None:
    """What it sends arrives at this house, from outside."""
    outside.clock, outside.house = house.clock, house
    transport = httpx2.ASGITransport(app=house.limen.asgi, client=(ADDRESS, 50_000))
    outside.client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
    house.closing.push_async_callback(outside.client.aclose)


def receiver_of(house: House) -> Receiver:
    return house.limen.core.offers.take(Receiver)


def streams_of(house: House) -> Streams:
    return house.limen.core.offers.take(Streams)


def transmitter_of(house: House, name: str = "okta") -> SignalTransmitter:
    found = receiver_of(house).declared.find(name)
    assert found is not None
    return found


def stream_of(house: House, name: str = "okta") -> Stream:
    return house.limen.database.read(lambda snapshot: store.stream(snapshot.connection, name))


async def token_given(house: House, name: str = "okta", token: str = TOKEN) -> None:
    """Limen has its token there."""
    core, one = house.limen.core, transmitter_of(house, name)
    await core.write(lambda t: administering.keep_token(t, core.keyring, one, token, core.clock.now(), by=""))


async def streams_made(house: House, outside: Outside, name: str = "okta") -> None:
    """Our stream is there."""
    connects(house, outside)
    await token_given(house, name)
    await asks(house, name)
    stream = stream_of(house, name)
    assert stream.asked.error == ""
    assert stream.stream_id == outside.stream["stream_id"]


async def asks(house: House, name: str = "okta") -> None:
    """A whole turn: where Limen's own is under way, the one after it."""
    for _ in range(500):
        if await streams_of(house).ask(transmitter_of(house, name)):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


def counts_of(house: House, kind: str, name: str = "okta") -> dict[str, int]:
    """How often what came, by its word."""
    found = house.limen.database.read(lambda snapshot: store.counts(snapshot.connection))
    return {one.word: one.number for one in found if (one.transmitter, one.kind) == (name, kind)}


def email(address: str) -> dict[str, str]:
    return {"format": "email", "email": address}


def account(outside: Any, subject: str = "mia-there") -> dict[str, str]:
    """A person, by what an upstream issuer calls them."""
    return {"format": "iss_sub", "iss": outside.url, "sub": subject}
