"""Addresses of issuers, as the company writes them: where Limen calls, and where browsers are sent."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from limen.configuration.problem import shown
from limen.ssrf_guard import is_forbidden

_URL: Final = re.compile(r"https?://[!-~]{1,500}")
LONGEST_IDENTIFIER: Final = 248
_ANY_TENANT: Final = frozenset({"common", "organizations", "consumers"})


def identifier_complaint(url: str) -> tuple[str, str] | None:
    """What is wrong with an issuer identifier (OpenID Connect Discovery section 3), or with calling it."""
    parts = _parts(url)
    is_one = parts is not None and parts.hostname and "@" not in parts.netloc and not parts.query
    if parts is None or not is_one or parts.fragment or "{" in url or len(url) > LONGEST_IDENTIFIER:
        return f"{shown(url)} is not an issuer", "write what its discovery document says as `issuer`"
    if wrong := _place_complaint(url, parts):
        return wrong
    if parts.hostname == "login.microsoftonline.com" and _ANY_TENANT & set(parts.path.split("/")):
        return f"{shown(url)} signs in people of every organization", "write your tenant's id in its place"
    return None


def address_complaint(url: str) -> tuple[str, str] | None:
    """What is wrong with an address at an issuer; a query may be part of it."""
    parts = _parts(url)
    if parts is None or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return f"{shown(url)} is not an address", "write it whole, as https://idp.your.domain/saml"
    return _place_complaint(url, parts)


def _place_complaint(url: str, parts: SplitResult) -> tuple[str, str] | None:
    host = parts.hostname or ""
    if is_forbidden(host):
        return f"{shown(url)} is not an address that Limen connects to", "enter the issuer's own address"
    if parts.scheme != "https" and not _is_loopback(host):
        return f"{shown(url)} could be read and changed in transit", "use https"
    return None


def _parts(url: str) -> SplitResult | None:
    if not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    return host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")
