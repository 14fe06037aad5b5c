"""Assertions that a client signs with its own key, to be given a token for them (RFC 7523)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.clock import SECOND, Instant
from limen.connectors.vendor_client import VendorError
from limen.opaque import new_token

GOOD_SECONDS: Final = 300
_FEWEST_BITS: Final = 2_048


def signed(claims: Mapping[str, str], key: str, now: Instant) -> str:
    """The claims, good for five minutes from now, signed with RS256 by an RSA key (PEM, or a JWK as JSON).

    Raises VendorError where that is no such key.
    """
    from joserfc import jwt  # noqa: PLC0415 -- heavy: no start waits for it
    from joserfc.errors import JoseError  # noqa: PLC0415 -- as above
    from joserfc.jwk import RSAKey  # noqa: PLC0415 -- as above

    issued = now // SECOND
    said = {**claims, "iat": issued, "exp": issued + GOOD_SECONDS, "jti": new_token()}
    try:
        own = RSAKey.import_key(_read(key))
        if own.private_key is None or own.private_key.key_size < _FEWEST_BITS:
            raise VendorError("wrong-secret")
        header = {"alg": "RS256", **({"kid": own.kid} if own.kid else {})}
        return jwt.encode(header, said, own)
    except (JoseError, ValueError, TypeError, KeyError):
        raise VendorError("wrong-secret") from None


def _read(key: str) -> str | dict[str, str | list[str]]:
    import json  # noqa: PLC0415 -- only where a JWK is kept

    if not key.lstrip().startswith("{"):
        return key
    found = json.loads(key)
    return {name: one for name, one in found.items() if isinstance(one, str)}
