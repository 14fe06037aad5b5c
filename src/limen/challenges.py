"""Challenges and tickets that Limen recognises without having kept them.

A challenge is random, and carries its own end and a keyed digest (RFC 2104) over what it is for, whose browser it is
for and about whom. So a stranger who asks for a million of them fills no memory and no table; only one that was
*answered with a valid signature* is written down, once, and that row is what makes it single use.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any

from limen.clock import MINUTE, Instant, Milliseconds

CHALLENGE_MS: Milliseconds = 5 * MINUTE
_NONCE, _END, _DIGEST = 16, 8, 32
_MAX_TICKET = 4_096


@dataclass(frozen=True, slots=True)
class Binding:
    """What a challenge is good for: one purpose, one browser, one person, session or link (`subject`)."""

    purpose: str
    browser_hash: bytes
    subject: str = ""

    def encode(self) -> bytes:
        """Every part behind its length, so no two bindings read the same."""
        parts = (self.purpose.encode(), self.browser_hash, self.subject.encode())
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class Challenges:
    """Issues and recognises them under a key that never leaves the server."""

    def __init__(self, key: bytes) -> None:
        self._mac_key = hmac.digest(key, b"limen challenge", hashlib.sha256)
        self._seal_key = hmac.digest(key, b"limen ticket", hashlib.sha256)

    def issue(self, binding: Binding, now: Instant, good_for: Milliseconds = CHALLENGE_MS) -> bytes:
        """A new challenge: 16 random bytes, its end, its digest (WebAuthn level 3 section 13.4.3 asks for 16)."""
        head = secrets.token_bytes(_NONCE) + (now + good_for).to_bytes(_END, "big")
        return head + self._digest(head, binding)

    def ends_at(self, challenge: bytes, binding: Binding, now: Instant) -> Instant | None:
        """When this challenge ends; None when it is not ours, not for this, or over."""
        if len(challenge) != _NONCE + _END + _DIGEST:
            return None
        head, digest = challenge[:-_DIGEST], challenge[-_DIGEST:]
        end = int.from_bytes(head[_NONCE:], "big")
        if not hmac.compare_digest(digest, self._digest(head, binding)) or now >= end:
            return None
        return end

    def seal(self, binding: Binding, payload: dict[str, Any], now: Instant) -> str:
        """A ticket that a browser carries for us and can neither read nor change (AES-256-GCM)."""
        nonce = secrets.token_bytes(12)
        body = json.dumps({"end": now + CHALLENGE_MS * 3, **payload}).encode()
        return urlsafe_b64encode(nonce + self._aead().encrypt(nonce, body, binding.encode())).decode()

    def unseal(self, ticket: str, binding: Binding, now: Instant) -> dict[str, Any] | None:
        """What the ticket carries; None when it is not ours, not for this, or over."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- heavy

        if len(ticket) > _MAX_TICKET:
            return None
        try:
            raw = urlsafe_b64decode(ticket.encode("ascii"))
            body: dict[str, Any] = json.loads(self._aead().decrypt(raw[:12], raw[12:], binding.encode()))
        except (InvalidTag, NotBase64, ValueError):
            return None
        return body if now < body["end"] else None

    def _digest(self, head: bytes, binding: Binding) -> bytes:
        return hmac.digest(self._mac_key, head + binding.encode(), hashlib.sha256)

    def _aead(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- heavy

        return AESGCM(self._seal_key)
