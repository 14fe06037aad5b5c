"""Apps that sign people in through Limen, on a loopback port: they know the protocols and nothing of Limen.

What they verify is what a journey needs: real clients, and what those refuse, are in `tests/interop`.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

A, P = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"


@dataclass
class RelyingApps:
    """One server for all of them: `/NAME/` is where people open an app. `secrets` are those that Limen made.

    `issuer` is where Limen is, `told` are the logout tokens that came, by app.
    """

    url: str = ""
    issuer: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    verifiers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, name: str, **sent: str) -> Any:
        """What an app asks of Limen by itself."""
        given = {"client_id": name, **({"client_secret": self.secrets[name]} if name in self.secrets else {}), **sent}
        return self._asked("POST", path, urlencode(given), {"content-type": "application/x-www-form-urlencoded"})

    def userinfo(self, token: str) -> Any:
        return self._asked("GET", "/oidc/userinfo", None, {"authorization": f"Bearer {token}"})

    def way(self, name: str) -> str:
        """Where the app sends a browser, by OpenID Connect."""
        state, verifier = f"{name}.{secrets.token_urlsafe(16)}", secrets.token_urlsafe(48)
        self.verifiers[state] = verifier
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": name,
            "redirect_uri": f"{self.url}/{name}/back",
            "scope": "openid profile email",
            "state": state,
            "code_challenge": digest,
            "code_challenge_method": "S256",
        }
        return f"{self.issuer}/oidc/authorize?{urlencode(asked)}"

    def saml_way(self, name: str) -> str:
        """The same by SAML."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        document = (
            f'<p:AuthnRequest xmlns:p="{P}" xmlns:a="{A}" ID="_{secrets.token_hex(16)}" Version="2.0" '
            f'IssueInstant="{now}"><a:Issuer>{self.url}/{name}</a:Issuer></p:AuthnRequest>'
        )
        packer = zlib.compressobj(wbits=-15)
        packed = base64.b64encode(packer.compress(document.encode()) + packer.flush()).decode()
        return f"{self.issuer}/saml/sign-in?{urlencode({'SAMLRequest': packed, 'RelayState': 'today'})}"

    def back(self, query: dict[str, list[str]]) -> str:
        """Whom the app knows after somebody came back to it, or the error that it was told."""
        told = {name: values[0] for name, values in query.items()}
        if "code" not in told or told["iss"] != self.issuer:
            return told["error"]
        name = told["state"].partition(".")[0]
        redeemed = self.post(
            "/oidc/token",
            name,
            grant_type="authorization_code",
            code=told["code"],
            redirect_uri=f"{self.url}/{name}/back",
            code_verifier=self.verifiers.pop(told["state"]),
        )
        return str(self.userinfo(redeemed["access_token"])["name"])

    def _asked(self, method: str, path: str, body: str | None, fields: dict[str, str]) -> Any:
        there = urlsplit(self.issuer)
        connection = http.client.HTTPConnection("127.0.0.1", there.port or 80, timeout=60)
        connection.request(method, path, body, {"host": there.netloc, **fields})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer


@contextmanager
def relying_apps() -> Iterator[RelyingApps]:
    apps = RelyingApps()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            name = path.split("/")[1]
            if path.endswith("/bye"):
                self.page(f"{name} is left")
            elif path.endswith("/back"):
                self.page(f"{name} knows {apps.back(parse_qs(query))}")
            else:
                self.go(apps.saml_way(name) if name == "manual" else apps.way(name))

        def do_POST(self) -> None:
            name = self.path.split("/")[1]
            sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            if "logout_token" in sent:
                apps.told.setdefault(name, []).append(sent["logout_token"][0])
                self.page("heard")
                return
            answer = etree.fromstring(base64.b64decode(sent["SAMLResponse"][0]))
            self.page(f"{name} knows {answer.findtext(f'.//{{{A}}}NameID')}")

        def go(self, location: str) -> None:
            self.send_response(303)
            self.send_header("location", location)
            self.send_header("content-length", "0")
            self.end_headers()

        def page(self, text: str) -> None:
            body = f"<!doctype html><html lang=en><title>App</title><link rel=icon href=data:,><h1>{escape(text)}</h1>"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    apps.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield apps
    server.shutdown()
    server.server_close()
