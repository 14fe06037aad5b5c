"""Signing in at Okta: by an API token, or as a service app by its own key (RFC 7523, *OAuth 2.0 for Okta APIs*)."""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.connectors.key_assertions import signed
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, text_in

SCOPE: Final = "okta.logs.read"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def authorization(okta: VendorClient, client: str, secret: str, now: Instant) -> dict[str, str]:
    """The header by which Okta lets Limen in. `secret` is an API token where there is no `client`; else its private
    key. Raises VendorError.
    """
    if not client:
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise VendorError("wrong-secret")
        return {"authorization": f"SSWS {secret}"}
    claims = {"iss": client, "sub": client, "aud": f"{okta.origin}/oauth2/v1/token"}
    form = {
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_assertion_type": _ASSERTION,
        "client_assertion": signed(claims, secret, now),
    }
    return bearer(text_in(await okta.post_form("/oauth2/v1/token", form), "access_token"))
