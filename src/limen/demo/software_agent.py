"""An agent made of software, with the laptop around it: for the demo's people and for tests. Never for a real device.

It signs what `docs/explanation/agent-wire.md` says, by a key of its own, and reports what its laptop is made to be
like; nothing of Limen's own code judges or stores for it. What a thief or a broken agent does otherwise is a knob.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from joserfc import jws
from joserfc.jwk import ECKey

HEALTHY: Final[Mapping[str, Mapping[str, Any]]] = {
    "os": {"name": "debian", "version": "13", "supported_until": "2030-06-30"},
    "updates": {"pending": 0, "security": 0, "lists_age_days": 0},
    "auto_updates": {"enabled": True},
    "disk_encryption": {"encrypted": True, "how": "luks2", "volumes": [{"mount": "/", "encrypted": True}]},
    "screen_lock": {"enabled": True, "after_s": 300},
    "firewall": {"enabled": True, "how": "nftables"},
    "anti_malware": {"running": True, "product": "clamav", "signatures_age_days": 0},
    "secure_boot": {"enabled": True},
    "administrators": {"count": 1},
    "threats": {"active": []},
}
"""What a healthy laptop is seen to be like."""

Observed: TypeAlias = Mapping[str, Mapping[str, Any] | None]
Answer: TypeAlias = tuple[int, dict[str, Any]]
Post: TypeAlias = Callable[[str, bytes], Awaitable[Answer]]
"""`(path, message) → status and JSON`: how the agent's messages get to Limen."""


class NotTakenError(Exception):
    """Limen took a message of the agent's for something else than it was meant as."""


@dataclass
class SoftwareAgent:
    """One device with its key, as enrolled at `audience`. `now` tells it the time, in seconds."""

    audience: str
    now: Callable[[], int]
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"), repr=False)
    name: str = "wren"
    device: str = ""
    nonce: str = ""
    seq: int = 0
    prev: str = ""
    boot: str = field(default_factory=lambda: secrets.token_hex(8))

    def signed(self, kind: str, claims: Mapping[str, Any], key: ECKey | None = None, **header: Any) -> bytes:
        """A message of this kind; `header` replaces parts of the header."""
        public = self.key.as_dict(private=False)
        named: dict[str, Any] = (
            {"jwk": {one: public[one] for one in ("kty", "crv", "x", "y")}} if kind == "enrol" else {}
        )
        head = {"alg": "ES256", "typ": f"limen-{kind}+jwt", **(named or {"kid": self.device}), **header}
        body = {"aud": self.audience, "iat": self.now(), "nonce": self.nonce, **claims}
        registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
        return jws.serialize_compact(head, json.dumps(body).encode(), key or self.key, registry=registry).encode()

    def enrolment(self, token: str = "", **more: Any) -> bytes:
        claims: dict[str, Any] = {"name": self.name, "platform": "linux", "key_storage": "file", "agent": "1.0.0"}
        return self.signed("enrol", {**claims, **({"token": token} if token else {}), **more})

    def report_claims(self, changes: Observed | None = None, why: str = "change") -> dict[str, Any]:
        """A healthy device's report, but for `changes`; a check whose change is None is unknown."""
        seen = {**HEALTHY, **(changes or {})}
        return {
            "seq": self.seq + 1,
            "prev": self.prev,
            "boot": self.boot,
            "agent": "1.0.0",
            "why": why,
            "name": self.name,
            "platform": "linux",
            "checks": [check(name, observed, self.now()) for name, observed in seen.items()],
        }

    def advance(self, report: bytes) -> None:
        """After a report was signed: the next one follows it."""
        self.seq += 1
        self.prev = digest(report)

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

    # The whole of it, by way of `post`

    async def enrol_by(self, token: str, post: Post) -> None:
        """Become a device of whose token this is. Raises NotTakenError."""
        begun = await self._told(post, "/agent/enrol", self.enrolment(token))
        done = await self._told(
            post, "/agent/enrol/finish", self.signed("enrol", {"enrolment": begun.get("enrolment", "")})
        )
        self.device = str(done.get("device", ""))

    async def report_by(self, post: Post, changes: Observed | None = None) -> dict[str, Any]:
        """Report what is seen; what Limen makes of it. Raises NotTakenError."""
        for _ in range(2):  # a nonce that has become stale is answered with a fresh one, once
            message = self.signed("report", self.report_claims(changes))
            status, answer = await post("/agent/report", message)
            self.nonce = answer.get("nonce", self.nonce)
            self.advance(message)
            if status != 428:
                break
        if status != 200:
            raise NotTakenError(f"report: {status} {answer.get('message', '')}")
        return answer

    async def _told(self, post: Post, path: str, message: bytes) -> dict[str, Any]:
        status, answer = await post(path, message)
        self.nonce = answer.get("nonce", self.nonce)
        if status != 200:
            raise NotTakenError(f"{path}: {status} {answer.get('message', '')}")
        return answer


def check(name: str, observed: Mapping[str, Any] | None, at: int, reason: str = "denied") -> dict[str, Any]:
    """One check of a report; None: it could not be found out."""
    if observed is None:
        return {"id": name, "state": "unknown", "at": at, "reason": reason}
    return {"id": name, "state": "observed", "at": at, "observed": observed}


def digest(compact: bytes) -> str:
    """What the next report names its predecessor by."""
    return base64.urlsafe_b64encode(hashlib.sha256(compact).digest()).rstrip(b"=").decode()
