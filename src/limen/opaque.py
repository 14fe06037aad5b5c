"""Opaque ids and secrets: random, meaning nothing. Of a secret that is handed out only the hash is ever kept."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_token() -> str:
    """A secret of 256 random bits, in base64url: 43 characters."""
    return secrets.token_urlsafe(32)


def new_id(prefix: str) -> str:
    """An opaque public id: 128 random bits behind a letter that says what it names."""
    return f"{prefix}_{secrets.token_hex(16)}"


def hash_of(text: str) -> bytes:
    """SHA-256. The secrets are uniformly random, so neither salt nor stretching adds anything."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
