"""The browser's half of Device Bound Session Credentials, made of software: what Chromium was seen to send."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc import jws
from joserfc.jwk import ECKey

_CHALLENGE = re.compile(r'challenge="([^"]+)"')
_PATH = re.compile(r'path="([^"]+)"')


@dataclass
class BrowserKey:
    """A browser's key for one session. `client` has its cookies."""

    client: httpx2.AsyncClient
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    session: str = ""
    path: str = ""

    def signed(self, challenge: str, *, names_key: bool = False, key: ECKey | None = None, **header: Any) -> str:
        head: dict[str, Any] = {"alg": "ES256", "typ": "dbsc+jwt", **header}
        if names_key:
            head["jwk"] = {name: self.key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
        registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
        return jws.serialize_compact(head, json.dumps({"jti": challenge}), key or self.key, registry=registry)

    async def register(self, invited: httpx2.Response, **header: Any) -> httpx2.Response:
        """Do as the response says by which a session began."""
        said = invited.headers["secure-session-registration"]
        self.path = _PATH.search(said)[1]  # type: ignore[index]
        challenge = _CHALLENGE.search(said)[1]  # type: ignore[index]
        proof = self.signed(challenge, names_key=True, **header)
        done = await self.client.post(self.path, headers={"secure-session-response": proof})
        if done.status_code == 200:
            self.session = done.json()["session_identifier"]
        return done

    async def refresh(self, key: ECKey | None = None) -> httpx2.Response:
        """Ask for the next tie: first for a challenge, then with a signature."""
        named = {"sec-secure-session-id": f'"{self.session}"'}
        first = await self.client.post(self.path, headers=named)
        if first.status_code != 403:
            return first
        challenge = first.headers["secure-session-challenge"].split('"')[1]
        proof = self.signed(challenge, key=key)
        return await self.client.post(self.path, headers={**named, "secure-session-response": proof})
