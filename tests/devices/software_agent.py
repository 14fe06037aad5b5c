"""An agent made of software, for tests: it signs what agent-wire.md says, and knows nothing of Limen."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc import jws
from joserfc.jwk import ECKey

ORIGIN = "https://limen.harbor.localhost"
HEALTHY: Mapping[str, Mapping[str, Any]] = {
    "os": {"name": "debian", "version": "13", "supported_until": "2030-06-30"},
    "updates": {"pending": 0, "security": 0, "lists_age_days": 0},
    "auto_updates": {"enabled": True},
    "disk_encryption": {"encrypted": True, "how": "luks2", "volumes": [{"mount": "/", "encrypted": True}]},
    "screen_lock": {"enabled": True, "after_s": 300},
    "firewall": {"enabled": True, "how": "nftables"},
    "anti_malware": {"running": True, "product": "clamav", "signatures_age_days": 0},
    "secure_boot": {"enabled": True},
    "administrators": {"count": 1, "names": ["ida"]},
    "threats": {"active": []},
}


def check(name: str, observed: Mapping[str, Any] | None, at: int, reason: str = "denied") -> dict[str, Any]:
    """One check of a report; None: it could not be found out."""
    if observed is None:
        return {"id": name, "state": "unknown", "at": at, "reason": reason}
    return {"id": name, "state": "observed", "at": at, "observed": observed}


@dataclass
class SoftwareAgent:
    """One device with its key. `now` tells it the time, in seconds; `sent` is what it sent last."""

    client: httpx2.AsyncClient
    now: Any
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    device: str = ""
    nonce: str = ""
    seq: int = 0
    prev: str = ""
    boot: str = field(default_factory=lambda: secrets.token_hex(8))
    audience: str = ORIGIN
    sent: bytes = b""

    def signed(self, kind: str, claims: Mapping[str, Any], key: ECKey | None = None, **header: Any) -> bytes:
        """A message of this kind; `header` replaces parts of the header."""
        named = {"jwk": self.key.as_dict(private=False, kty="EC")} if kind == "enrol" else {"kid": self.device}
        if kind == "enrol":
            named = {"jwk": {name: self.key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}}
        head = {"alg": "ES256", "typ": f"limen-{kind}+jwt", **named, **header}
        body = {"aud": self.audience, "iat": self.now(), "nonce": self.nonce, **claims}
        registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
        import json

        return jws.serialize_compact(head, json.dumps(body).encode(), key or self.key, registry=registry).encode()

    async def post(self, path: str, compact: bytes) -> httpx2.Response:
        self.sent = compact
        answer = await self.client.post(path, content=compact, headers={"content-type": "application/jose"})
        self.nonce = answer.json().get("nonce", self.nonce) if answer.content else self.nonce
        return answer

    async def begin(self, token: str = "", **more: Any) -> httpx2.Response:
        claims: dict[str, Any] = {"name": "wren", "platform": "linux", "key_storage": "file", "agent": "1.0.0"}
        if token:
            claims["token"] = token
        return await self.post("/agent/enrol", self.signed("enrol", {**claims, **more}))

    async def finish(self, enrolment: str) -> httpx2.Response:
        answer = await self.post("/agent/enrol/finish", self.signed("enrol", {"enrolment": enrolment}))
        if answer.status_code == 200:
            self.device = answer.json()["device"]
        return answer

    async def enrol(self, token: str) -> None:
        begun = await self.begin(token)
        assert begun.status_code == 200, begun.text
        done = await self.finish(begun.json()["enrolment"])
        assert done.status_code == 200, done.text

    def report_claims(
        self, changes: Mapping[str, Mapping[str, Any] | None] | None = None, why: str = "change"
    ) -> dict[str, Any]:
        """A healthy device's report, but for `changes`; a check whose change is None is unknown."""
        seen = {**HEALTHY, **(changes or {})}
        return {
            "seq": self.seq + 1,
            "prev": self.prev,
            "boot": self.boot,
            "agent": "1.0.0",
            "why": why,
            "name": "wren",
            "platform": "linux",
            "checks": [check(name, observed, self.now()) for name, observed in seen.items()],
        }

    async def report(self, **changes: Mapping[str, Any] | None) -> httpx2.Response:
        compact = self.signed("report", self.report_claims(changes))
        answer = await self.post("/agent/report", compact)
        if answer.status_code == 428:
            compact = self.signed("report", self.report_claims(changes))
            answer = await self.post("/agent/report", compact)
        self.seq += 1
        self.prev = digest(compact)
        return answer

    def proof(self, asked: Mapping[str, str], **more: Any) -> str:
        """What it signs for a page on the same machine."""
        claims = {
            "challenge": asked["challenge"],
            "session": asked["session"],
            "origin": self.audience,
            "seq": self.seq,
            "report": self.prev,
        }
        return self.signed("proof", {**claims, **more}).decode()


def digest(compact: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(compact).digest()).rstrip(b"=").decode()
