"""Signing in at Google as a service account (RFC 7523, *Using OAuth 2.0 for server to server applications*)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from limen.clock import Instant
from limen.connectors.key_assertions import signed
from limen.connectors.vendor_client import VendorClient, VendorError, text_in

SIGN_IN: Final = "https://oauth2.googleapis.com"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Who signs in, by the file that Google made for it. The address for tokens in that file counts for nothing."""

    email: str
    private_key: str = field(repr=False)


def service_account(file: str) -> ServiceAccount:
    """The service account of a JSON key file. Raises VendorError where it is none."""
    try:
        told = msgspec.json.decode(file, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        raise VendorError("wrong-secret") from None
    email, key = told.get("client_email"), told.get("private_key")
    if told.get("type") != "service_account" or not isinstance(email, str) or not isinstance(key, str):
        raise VendorError("wrong-secret")
    return ServiceAccount(email, key)


async def account_token(sign_in: VendorClient, account: ServiceAccount, scope: str, now: Instant) -> str:
    """A token of the service account's own, for this scope. Raises VendorError."""
    return await _token(sign_in, account, {"scope": scope}, now)


async def delegated_token(sign_in: VendorClient, account: ServiceAccount, admin: str, scope: str, now: Instant) -> str:
    """A token with which it acts as this administrator (domain-wide delegation), for this scope. Raises VendorError."""
    return await _token(sign_in, account, {"sub": admin, "scope": scope}, now)


async def _token(sign_in: VendorClient, account: ServiceAccount, asks: dict[str, str], now: Instant) -> str:
    claims = {"iss": account.email, "aud": f"{SIGN_IN}/token", **asks}
    form = {"grant_type": _GRANT, "assertion": signed(claims, account.private_key, now)}
    return text_in(await sign_in.post_form("/token", form), "access_token")
