"""Keys of clients that sign assertions, and what an emulator makes of one (RFC 7523)."""

from __future__ import annotations

from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey


def private_key(number: int = 1) -> str:
    """PEM of a key of this test run."""
    return _made(number)


@cache
def _made(_number: int) -> str:
    return RSAKey.generate_key(2_048).as_pem(private=True).decode()


def claims_of(assertion: str, number: int = 1) -> dict[str, Any]:
    """What an assertion says that this key signed; nothing of one that it did not, or that is good for too long."""
    try:
        claims = jwt.decode(assertion, RSAKey.import_key(private_key(number)), algorithms=["RS256"]).claims
    except (JoseError, ValueError):
        return {}
    return dict(claims) if 0 < claims["exp"] - claims["iat"] <= 3_600 else {}
