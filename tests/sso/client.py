"""Apps that sign people in through Limen, as far as tests need them: entries in apps.yaml, and what they send."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from tests.web.conftest import ORIGIN, Browser, House, move_in

from limen.sso.oidc.provider import Provider

LEDGER_KEY = ECKey.generate_key("P-256")
"""What the app `ledger` proves itself by."""
BACK = "https://grafana.harbor.example/login/generic_oauth"
AFTER = "https://grafana.harbor.example/bye"
APPS = f"""
- id: grafana
  protocol: oidc
  name: Grafana
  label: internal
  url: https://grafana.harbor.example/
  oidc:
    redirect_uris: ["{BACK}"]
    post_logout_uris: ["{AFTER}"]
    groups: {{staff: Viewer, engineering: Editor}}
    may_act: [night-batch]

- id: survey
  protocol: oidc
  name: Survey
  label: internal
  url: https://survey.example/
  oidc:
    redirect_uris: ["https://survey.example/back"]
    subject: pairwise
    consent: once
    scopes: [openid, email]
    algorithm: ES256

- id: webmail
  protocol: oidc
  name: Webmail
  label: internal
  url: https://webmail.harbor.example/
  oidc:
    redirect_uris: ["https://webmail.harbor.example/back"]
    pkce: optional

- id: desk
  protocol: oidc
  name: Desk
  label: confidential
  url: https://desk.harbor.example/
  oidc:
    redirect_uris: ["http://127.0.0.1/back", "example.harbor.desk:/back"]
    client: public
    device: true

- id: ledger
  protocol: oidc
  name: Ledger
  label: internal
  url: https://ledger.harbor.example/api
  oidc:
    redirect_uris: ["https://ledger.harbor.example/back"]
    keys: [{json.dumps(LEDGER_KEY.as_dict(private=False))}]
"""
POLICIES = """
@id("staff-use-grafana")
@title("Staff look at Grafana")
@reason("They need it for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"grafana")
when { context.auth.strength >= 2 };

@id("programs-use-grafana-and-ledger")
@title("Engineering's programs read dashboards and the ledger")
@reason("They make the reports of the morning.")
@phase("identity")
permit (principal is Workload, action == Action::"view", resource is App)
when { principal in Group::"engineering" && (resource == App::"grafana" || resource == App::"ledger") };

@id("staff-use-ledger")
@title("Staff look at the ledger")
@reason("They keep it.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"ledger")
when { context.auth.strength >= 2 };

@id("staff-use-survey")
@title("Staff answer the survey")
@reason("They were asked to.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"survey")
when { context.auth.strength >= 2 };

@id("staff-use-webmail")
@title("Staff read mail")
@reason("They need it for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"webmail")
when { context.auth.strength >= 2 };

@id("staff-use-desk")
@title("Staff use the desk with a passkey that was used this hour")
@reason("It holds customers.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"desk")
when { context.auth.strength >= 3 && context.now < context.auth.at.offset(duration("1h")) };
"""


def written(folder: Path) -> None:
    """Harbor with four apps that sign people in through Limen."""
    apps = folder / "apps.yaml"
    apps.write_text(apps.read_text().rstrip() + "\n" + APPS)
    (folder / "policies" / "65-sso.cedar").write_text(POLICIES)


async def harbor_with_apps(closing: AsyncExitStack, folder: Path) -> House:
    return await move_in(closing, folder, written)


@dataclass
class Grafana:
    """An app that knows the protocol and nothing of Limen."""

    house: House
    id: str = "grafana"
    back: str = BACK
    secret: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @classmethod
    async def registered(cls, house: House, **how: str) -> Grafana:
        app = cls(house, **how)
        app.secret = await house.limen.core.offers.take(Provider).new_secret(app.id, "", 0)
        return app

    def asks(self, **more: str) -> dict[str, str]:
        digest = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.back,
            "scope": "openid profile email groups",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": digest,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**asked, **more}.items() if value}

    def way(self, **more: str) -> str:
        return f"/oidc/authorize?{urlencode(self.asks(**more))}"

    async def code(self, browser: Browser, **more: str) -> str:
        """A code for whoever is signed in there."""
        answered = await browser.get(self.way(**more))
        assert answered.status_code == 303, answered.text
        told = told_in(answered)
        assert told["state"] == self.state
        assert told["iss"] == ORIGIN
        return told["code"]

    async def post(self, path: str, *, fields: dict[str, str] | None = None, **sent: str) -> httpx2.Response:
        client = self.house.browser(address="198.51.100.9").client
        headers = dict(fields or {})
        if self.secret:
            joined = f"{quote(self.id, safe='')}:{quote(self.secret, safe='')}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(joined).decode()}"
        else:
            sent = {"client_id": self.id, **sent}
        return await client.post(path, data=sent, headers=headers)

    async def redeem(self, code: str, **more: str) -> httpx2.Response:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": self.verifier,
        }
        return await self.post("/oidc/token", **{**sent, **more})

    async def tokens(self, browser: Browser, **more: str) -> dict[str, Any]:
        redeemed = await self.redeem(await self.code(browser, **more))
        assert redeemed.status_code == 200, redeemed.text
        return dict(redeemed.json())

    async def refresh(self, token: str) -> httpx2.Response:
        return await self.post("/oidc/token", grant_type="refresh_token", refresh_token=token)

    async def introspect(self, token: str) -> dict[str, Any]:
        return dict((await self.post("/oidc/introspect", token=token)).json())

    async def userinfo(self, token: str) -> httpx2.Response:
        return await self.house.browser().client.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"})

    async def claims(self, token: str) -> dict[str, Any]:
        """What a token says, by the published keys alone."""
        published = (await self.house.browser().client.get("/oidc/keys")).json()
        return dict(jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256", "ES256"]).claims)


def told_in(answered: httpx2.Response) -> dict[str, str]:
    """What the app is told in the address that its browser is sent to."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answered.headers["location"]).query).items()}
