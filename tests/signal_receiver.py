"""A receiver of security events that knows SSF and nothing of Limen: an HTTPS server of the standard library, PyJWT
for tokens, and a client that reads the transmitter's documents.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from agent.tests.fake_limen import self_signed

HOST = "signals.receiver.example"
HEADER = "Bearer what-the-receiver-gave"
SECEVENT = "application/secevent+jwt"


@dataclass
class Receiver:
    """`keys` is the transmitter's JWK Set, as it was fetched. `answers` are given instead of 202, one for each request.

    `seen` is whatever came, `tokens` what of it was verified as a token for this receiver.
    """

    audience: str
    issuer: str
    port: int = 0
    keys: dict[str, Any] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    always: tuple[int, dict[str, str], bytes] | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[dict[str, Any]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"https://{HOST}:{self.port}/events"

    def verified(self, token: str) -> dict[str, Any]:
        """The claims, verified as RFC 8417 and SSF 1.0 have it. Raises PyJWT's errors, AssertionError."""
        header = jwt.get_unverified_header(token)
        assert header["typ"] == "secevent+jwt"
        key = jwt.PyJWK(next(one for one in self.keys["keys"] if one["kid"] == header["kid"]))
        options = {"require": ["iss", "iat", "jti", "aud", "events"], "verify_iat": False}
        claims: dict[str, Any] = jwt.decode(
            token, key.key, algorithms=["RS256"], audience=self.audience, issuer=self.issuer, options=options
        )
        assert not {"sub", "exp"} & claims.keys()
        assert len(claims["events"]) == 1
        return claims

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.seen.append(headers)
        if self.answers:
            return self.answers.pop(0)
        if self.always is not None:
            return self.always
        if headers.get("content-type") != SECEVENT or headers.get("authorization") != HEADER:
            return 400, {"content-type": "application/json"}, b'{"err": "authentication_failed"}'
        try:
            claims = self.verified(body.decode())
        except (jwt.PyJWTError, AssertionError, StopIteration):
            return 400, {"content-type": "application/json"}, b'{"err": "invalid_key"}'
        if all(one["jti"] != claims["jti"] for one in self.tokens):
            self.tokens.append(claims)
        return 202, {}, b""

    def events(self) -> list[str]:
        """The short names of the events that came, in their order."""
        return [next(iter(one["events"])).rsplit("/", 1)[-1] for one in self.tokens]


@contextmanager
def serving(folder: Path, monkeypatch: pytest.MonkeyPatch, audience: str, issuer: str) -> Iterator[Receiver]:
    """A running one, which Limen reaches by its name, and believes."""
    receiver = Receiver(audience, issuer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            fields = {name.lower(): value for name, value in self.headers.items()}
            status, more, said = receiver.take({**fields, "path": self.path}, body)
            self.send_response(status)
            for name, value in {**more, "content-length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_words: object) -> None: ...

    certificate, key = self_signed(folder / "receiver", HOST)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    _believed(monkeypatch, certificate)
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _believed(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    real = socket.getaddrinfo

    def resolved(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)


def said(err: str) -> tuple[int, dict[str, str], bytes]:
    """How a receiver refuses a token (RFC 8935 section 2.4)."""
    return 400, {"content-type": "application/json"}, json.dumps({"err": err, "description": "no"}).encode()
