"""The secrets that are handed out: 256 random bits each, of which only the hash is kept."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_id(letter: str) -> str:
    """An opaque public id: 128 random bits behind a letter that says what it names."""
    return f"{letter}_{secrets.token_hex(16)}"


def hash_of(text: str) -> bytes:
    """They are uniformly random, so neither salt nor stretching adds anything."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
