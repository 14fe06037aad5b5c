"""An upstream issuer as far as tests need one: real HTTP on loopback, real signatures, and a knob for every lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import Key, RSAKey
from tests.web.conftest import ORIGIN, Browser, House, move_in

from limen.clock import Clock

SECRET = "the secret of Limen at the issuer"
CLIENT = "limen-at-harbor"


@dataclass
class FakeIssuer:
    """What it tells of whoever signs in is `person`; what else a token says, or leaves out (None), is `claims`."""

    url: str
    clock: Clock | None = None
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "mia-there"})
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    says_iss: bool = True
    key: Key = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    access_token: str = "an access token"

    @property
    def now(self) -> int:
        assert self.clock is not None
        return self.clock.now() // 1000

    # What it publishes

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/bye",
            "authorization_response_iss_parameter_supported": self.says_iss,
            **self.document,
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    # What it does

    def authorize(self, url: str) -> dict[str, str]:
        """Somebody signs in there: what their browser is sent back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], **({"iss": self.url} if self.says_iss else {})}

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            return None
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if digest != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        return {"access_token": self.access_token, "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce: str) -> str:
        said = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": nonce,
            "auth_time": self.now,
            **self.person,
        }
        return self.signed({**said, **self.claims})

    def signed(self, claims: dict[str, Any], typ: str = "JWT") -> str:
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.as_dict(private=False)["kid"], "typ": typ, **self.header}
        header = {name: value for name, value in header.items() if value is not None}
        if self.sign is not None:
            return self.sign(header, kept)
        return jwt.encode(header, kept, self.key, algorithms=["RS256", "ES256"])

    def logout_token(self, **claims: Any) -> str:
        said = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": self.now,
            "exp": self.now + 120,
            "jti": secrets.token_urlsafe(8),
            "sub": self.person["sub"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        return self.signed({**said, **claims}, "logout+jwt")


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        issuer, path = self.server.issuer, urlsplit(self.path).path
        if self._answered(path, {}):
            return
        found = {
            "/.well-known/openid-configuration": issuer.configuration,
            "/keys": issuer.keys,
            "/userinfo": lambda: issuer.person,
        }.get(path)
        self.reply(404 if found is None else 200, found() if found else {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if self._answered(self.path, form):
            return
        told = self.server.issuer.token(form)
        self.reply(200 if told else 400, told or {"error": "invalid_grant"})

    def _answered(self, path: str, form: dict[str, str]) -> bool:
        self.server.issuer.asked.append((path, form, dict(self.headers)))
        answer = self.server.issuer.answers.get(path)
        if answer is not None:
            answer(self)
        return answer is not None

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
    issuer: FakeIssuer
    daemon_threads = True


@contextmanager
def issuer_at_work() -> Iterator[FakeIssuer]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.issuer = FakeIssuer(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.issuer
    server.shutdown()
    server.server_close()


def entry(issuer: FakeIssuer, issuer_id: str = "there", more: str = "") -> str:
    """Its entry in `sign-in.yaml`."""
    return f"""
  - id: {issuer_id}
    name: {issuer_id.capitalize()} Works
    issuer: {issuer.url}
    client_id: {CLIENT}
    domains: [harbor.example]
{more}"""


def written(*entries: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "sign-in.yaml").write_text("issuers:" + "".join(entries))


async def harbor_with(
    closing: AsyncExitStack,
    folder: Path,
    issuers: list[FakeIssuer],
    *entries: str,
    also: Callable[[Path], object] = lambda _folder: None,
) -> House:
    """Harbor whose people may sign in at these issuers, with Limen's secret at each; `also` writes more."""
    from limen.sso.upstream import store
    from limen.sso.upstream.flow import Upstreams

    names_them = written(*(entries or [entry(one) for one in issuers]))
    house = await move_in(closing, folder, lambda there: (names_them(there), also(there)))
    core = house.limen.core
    for issuer in issuers:
        issuer.clock = house.clock

        def keep(transaction: Any, url: str = issuer.url) -> None:
            store.keep_secret(transaction.connection, core.keyring, url, SECRET, house.clock.now())

        await house.limen.database.writing(keep)
    await core.offers.take(Upstreams).look()
    return house


async def leaves(browser: Browser, issuer_id: str = "there", to: str = "/") -> str:
    """The address that this browser is sent to when it signs in there."""
    answered = await browser.get(f"/sign-in/with/{issuer_id}?{urlencode({'to': to})}")
    assert answered.status_code == 303, answered.text
    return str(answered.headers["location"])


async def returns(browser: Browser, said: dict[str, str], issuer_id: str = "there") -> httpx2.Response:
    return await browser.get(f"/sign-in/with/{issuer_id}/back?{urlencode(said)}")


async def signs_in(
    browser: Browser, issuer: FakeIssuer, issuer_id: str = "there", to: str = "/", **said: str
) -> httpx2.Response:
    """All the way: there and back."""
    there = await leaves(browser, issuer_id, to)
    return await returns(browser, {**issuer.authorize(there), **said}, issuer_id)


async def links(browser: Browser, issuer: FakeIssuer, issuer_id: str = "there") -> httpx2.Response:
    """Somebody who is signed in links their account there."""
    await browser.get("/passkeys")
    page = await browser.post(f"/passkeys/issuers/{issuer_id}/link")
    assert page.status_code == 200, page.text
    return await returns(browser, issuer.authorize(way_on(page)), issuer_id)


def way_on(page: httpx2.Response) -> str:
    """Where a page that leads on leads to."""
    from html import unescape

    return unescape(page.text.partition('content="0;url=')[2].partition('"')[0])


def slow(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)
    handler.reply(200, {})  # type: ignore[attr-defined]


__all__ = ["ORIGIN"]
