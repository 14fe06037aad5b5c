"""An emulator of Microsoft Entra ID where it asks an external authentication method for the second factor.

It is made from Microsoft's published reference for providers of such methods, and was **not** run against the vendor:
what Entra ID really does may differ from what is written there.
"""

from __future__ import annotations

import json
import re
import secrets
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
from cryptography.x509 import load_der_x509_certificate
from joserfc import jws, jwt
from joserfc.jwk import import_key
from tests.sso.issuer import FakeIssuer, harbor_with, issuer_at_work
from tests.web.conftest import ORIGIN, Browser, House

from limen.facts.entra_tenant import EntraTenant

TENANT = "9d1c7b52-6a0e-4f6e-9c58-1b1f3a6c2d10"
CLIENT = "2f6d6b0e-8a53-4c0b-9a55-0d6f6f0c7a21"
MIA, TOM, MAREN = (f"{number}{number}{number}a04d1-30c2-4a55-8f5e-6a1de20b7c3{number}" for number in (1, 2, 3))
ISSUER = f"{ORIGIN}/entra"
METHODS = ["face", "fido", "fpt", "hwk", "iris", "otp", "pop", "retina", "sc", "sms", "swk", "tel", "vbm"]
POSSESSION = frozenset({"fido", "hwk", "otp", "pop", "sc", "sms", "swk", "tel"})
"""What Entra ID's reference counts as something held."""
FOREIGN_FORM = {"origin": "null", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
APP = f"""
- id: microsoft-365
  protocol: entra
  name: Microsoft 365
  label: internal
  url: https://www.microsoft365.com/
  entra:
    tenant: {TENANT}
    client_id: {CLIENT}
    domains: [harbor.example]
"""
POLICY = """
@id("staff-use-microsoft-365")
@title("Staff use Microsoft 365")
@reason("They need it for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"microsoft-365")
when { context.auth.strength >= 2 };
"""


@dataclass
class Tenant:
    """What asks. `waiting` is what it keeps of each request, by its state; `people` are the links."""

    issuer: FakeIssuer
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: tuple[tuple[str, str], ...] = ()

    @property
    def registered(self) -> EntraTenant:
        return EntraTenant(TENANT, CLIENT, ("harbor.example",), self.people, self.issuer.url)

    def is_registered_at(self, house: House) -> None:
        """As if the company had published it: at this emulator's address, which no cloud of Microsoft's is at."""
        app = house.limen.known.apps["microsoft-365"]
        house.limen.known.apps["microsoft-365"] = replace(app, entra=self.registered)

    def links(self, house: House, oid: str, person_id: str) -> None:
        self.people = (*self.people, (oid, person_id))
        self.is_registered_at(house)

    def publish(self) -> None:
        """Its documents, as the tenant's issuer has them."""
        base, v2 = f"/{TENANT}/v2.0", self.registered.issuer
        document = {
            "issuer": v2,
            "authorization_endpoint": f"{self.issuer.url}/{TENANT}/oauth2/v2.0/authorize",
            "token_endpoint": f"{self.issuer.url}/{TENANT}/oauth2/v2.0/token",
            "jwks_uri": f"{self.issuer.url}/{TENANT}/discovery/v2.0/keys",
        }
        answers = self.issuer.answers
        answers[f"{base}/.well-known/openid-configuration"] = lambda handler: handler.reply(200, document)  # type: ignore[attr-defined]
        answers[f"/{TENANT}/discovery/v2.0/keys"] = lambda handler: handler.reply(200, self.issuer.keys())  # type: ignore[attr-defined]

    def hint(self, oid: str = MIA, upn: str = "mia@harbor.example", **claims: Any) -> str:
        """Whom it means; issued as expired, as the reference says."""
        now = self.issuer.now
        said = {
            "ver": "2.0",
            "iss": self.registered.issuer,
            "aud": CLIENT,
            "sub": f"pairwise-{oid}",
            "oid": oid,
            "tid": TENANT,
            "preferred_username": upn,
            "iat": now,
            "nbf": now,
            "exp": now - 1,
        }
        return self.issuer.signed({**said, **claims})

    def fields(self, hint: str = "", **other: Any) -> dict[str, str]:
        """The form that a browser brings, and what is kept to check the answer by."""
        wanted = {"acr": ["possessionorinherence"], "amr": METHODS} | other.pop("wanted", {})
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "client_id": CLIENT,
            "redirect_uri": self.registered.redirect_uri,
            "nonce": secrets.token_urlsafe(24),
            "state": secrets.token_urlsafe(24),
            "id_token_hint": hint or self.hint(),
            "claims": json.dumps({"id_token": {n: {"essential": True, "values": v} for n, v in wanted.items()}}),
            "client-request-id": "5b0ecb60-57ab-4a6c-b0a4-3b0d5e9ce2f5",
            **other,
        }
        asked = {name: value for name, value in asked.items() if value is not None}
        self.waiting[asked.get("state", "")] = {**asked, **wanted}
        return asked

    async def asks(self, browser: Browser, hint: str = "", **other: Any) -> httpx2.Response:
        """A browser is sent to Limen with a form of another site: without Limen's cookies."""
        return await self.brings(browser, self.fields(hint, **other))

    async def brings(self, browser: Browser, fields: dict[str, str]) -> httpx2.Response:
        bare = httpx2.AsyncClient(transport=browser.client._transport, base_url=ORIGIN)
        return await bare.post("/entra/authorize", data=fields, headers=FOREIGN_FORM)

    async def asks_through(self, browser: Browser, hint: str = "", **other: Any) -> httpx2.Response:
        """Asked, and gone on to where Limen leads, with its cookies."""
        led = await self.asks(browser, hint, **other)
        assert led.status_code == 303, led.text
        return await browser.get(led.headers["location"])

    async def takes(self, browser: Browser, page: httpx2.Response) -> dict[str, Any]:
        """The claims of the answer on this page, after every check that the reference tells of."""
        posted = answered(page)
        assert posted.url == self.registered.redirect_uri
        assert "error" not in posted.fields, posted.fields
        asked = self.waiting.pop(posted.fields["state"])
        found = (await browser.client.get("/entra/.well-known/openid-configuration")).json()
        assert (found["issuer"], "id_token" in found["response_types_supported"]) == (ISSUER, True)
        keys = (await browser.client.get(found["jwks_uri"])).json()["keys"]
        header = jws.extract_compact(posted.fields["id_token"].encode()).headers()
        (key,) = [one for one in keys if one["kid"] == header["kid"]]
        certificate = load_der_x509_certificate(b64decode(key["x5c"][0]))
        certified: Any = certificate.public_key()
        assert certified.public_numbers() == _key(key).get_op_key("verify").public_numbers()
        claims = dict(jwt.decode(posted.fields["id_token"], _key(key), algorithms=["RS256"]).claims)
        hint = jwt.decode(asked["id_token_hint"], self.issuer.key, algorithms=["RS256"]).claims
        assert (claims["iss"], claims["aud"], claims["sub"]) == (found["issuer"], asked["client_id"], hint["sub"])
        assert claims["nonce"] == asked["nonce"]
        assert claims["iat"] <= self.issuer.now + 5 < claims["exp"]
        assert claims["acr"] in asked["acr"]
        assert (len(claims["amr"]), claims["amr"][0] in asked["amr"]) == (1, True)
        assert claims["amr"][0] in POSSESSION
        return claims


@dataclass(frozen=True)
class Posted:
    url: str
    fields: dict[str, str]
    outcome: str


def answered(page: httpx2.Response) -> Posted:
    """What the page of ours posts back to Entra ID when its button is pressed."""
    form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', page.text, re.DOTALL)
    outcome = re.search(r'data-outcome="([^"]*)"', page.text)
    assert form is not None, page.text
    assert outcome is not None
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[2])
    return Posted(unescape(form[1]), {unescape(name): unescape(value) for name, value in fields}, outcome[1])


def _key(key: dict[str, Any]) -> Any:
    return import_key({name: value for name, value in key.items() if name not in {"x5c", "x5t"}})


def written(folder: Path) -> None:
    """Harbor whose Microsoft 365 asks Limen."""
    apps = folder / "apps.yaml"
    apps.write_text(apps.read_text().rstrip() + "\n" + APP)
    (folder / "policies" / "67-microsoft-365.cedar").write_text(POLICY)


@asynccontextmanager
async def harbor_with_entra(folder: Path) -> AsyncIterator[tuple[House, Tenant]]:
    """In which people may also sign in to Limen with their account there: the tenant is an upstream issuer, too."""
    with issuer_at_work() as issuer:
        async with AsyncExitStack() as closing:
            house = await harbor_with(closing, folder, [issuer], also=written)
            tenant = Tenant(issuer)
            tenant.publish()
            app = house.limen.known.apps["microsoft-365"]
            assert app.entra == replace(tenant.registered, authority="https://login.microsoftonline.com")
            tenant.is_registered_at(house)
            yield house, tenant


async def proves_anew(browser: Browser, page: httpx2.Response) -> httpx2.Response:
    """From the way to a proof to what comes after it, with a passkey."""
    where = urlsplit(page.headers["location"])
    assert where.path == "/step-up", page.headers["location"]
    (to,) = parse_qs(where.query)["to"]
    done = await browser.step_up("limen", quote(to, safe=""))
    assert done.status_code == 200, done.text
    return await browser.get(to)
