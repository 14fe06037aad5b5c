"""Programs of Harbor's that prove themselves by a key: workloads, and an app that has no secret."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, Key
from tests.identity.workload_terms import terms
from tests.web.conftest import ORIGIN, House

from limen.clock import SECOND
from limen.identity import workloads
from limen.sso.oidc import workload_keys
from limen.sso.oidc.protocol import CLIENT_CREDENTIALS, ISSUED_ACCESS_TOKEN, TOKEN_EXCHANGE
from limen.sso.oidc.public_keys import read_jwk

TOKEN_ENDPOINT = f"{ORIGIN}/oidc/token"
GRAFANA, LEDGER, SURVEY = (
    "https://grafana.harbor.example/",
    "https://ledger.harbor.example/api",
    "https://survey.example/",
)
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Program:
    """Whoever proves itself by a key. `client_id` is who it says that it is."""

    house: House
    client_id: str
    key: Key = field(default_factory=lambda: ECKey.generate_key("P-256"))
    algorithm: str = "ES256"
    address: str = "198.51.100.9"

    @property
    def now(self) -> int:
        return self.house.clock.now() // SECOND

    def claims(self, **more: Any) -> dict[str, Any]:
        told = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": TOKEN_ENDPOINT,
            "jti": secrets.token_urlsafe(16),
            "iat": self.now,
            "exp": self.now + 60,
        }
        return {name: value for name, value in {**told, **more}.items() if value is not None}

    def assertion(self, header: dict[str, Any] | None = None, key: Key | None = None, **more: Any) -> str:
        named = {"alg": self.algorithm, "typ": "JWT", **(header or {})}
        return jwt.encode(named, self.claims(**more), key or self.key, algorithms=[named["alg"]])

    async def post(self, path: str, *, assertion: str = "", **sent: Any) -> httpx2.Response:
        proof = {"client_assertion_type": JWT_BEARER, "client_assertion": assertion or self.assertion()}
        fields = sent.pop("fields", {})
        client = self.house.browser(address=self.address).client
        return await client.post(path, data={**proof, **sent}, headers=fields)

    async def asks(self, resource: Any = GRAFANA, **sent: Any) -> httpx2.Response:
        """For a token of its own."""
        return await self.post("/oidc/token", **{"grant_type": CLIENT_CREDENTIALS, "resource": resource, **sent})

    async def token(self, resource: str = GRAFANA, **sent: Any) -> str:
        answered = await self.asks(resource, **sent)
        assert answered.status_code == 200, answered.text
        return str(answered.json()["access_token"])

    async def acts(self, subject_token: str, **sent: Any) -> httpx2.Response:
        """For a token to act for whoever this one is about."""
        asked = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": subject_token,
            "subject_token_type": ISSUED_ACCESS_TOKEN,
        }
        return await self.post("/oidc/token", **{**asked, **sent})


async def workload(house: House, name: str = "night-batch", *groups: str, days: int = 30, **how: Any) -> Program:
    """A workload with a key, of engineering unless said otherwise."""
    database, now = house.limen.database, house.clock.now()
    issued = workloads.add(database, name, ["wiki"], groups or ("engineering",), 1, now, terms=terms(now), by="server")
    program = Program(house, issued.workload.id, **how)
    public = read_jwk(program.key.as_dict(private=False))
    database.write(lambda t: workload_keys.add(t, issued.workload.id, public, days, now, by="server"))
    await settled(house)
    return program


async def settled(house: House) -> None:
    """Until what was written is known."""
    seq = house.limen.database.read(lambda snapshot: snapshot.seq)
    await house.limen.identity.ports.settled(seq)


def app(house: House, key: Key, app_id: str = "ledger") -> Program:
    return Program(house, app_id, key)
