"""What an issuer says of itself (OpenID Connect Discovery 1.0): read, and held against what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.facts import Issuer
from limen.sso.upstream.fetching import IssuerError, refuse_address

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What tokens may be signed with: none, and what is signed with a shared secret, never counts."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """An issuer's endpoints; the last two are "" where it has none. `says_iss`: RFC 9207."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    says_iss: bool = False
    takes_basic: bool = True
    """Whether a secret may come in the header (RFC 6749 section 2.3.1); else it comes in the form."""


def discovery_url(issuer: Issuer) -> str:
    """Section 4: the path is appended to the identifier, whatever path that has."""
    return f"{issuer.url.rstrip('/')}/.well-known/openid-configuration"


def read_metadata(document: Mapping[str, Any], issuer: Issuer) -> Metadata:
    """What this document says. Raises IssuerError: `another-issuer`, `garbage`, or `off-limits` for its endpoints."""
    if document.get("issuer") != issuer.url:
        raise IssuerError("another-issuer")
    found = Metadata(
        authorization_endpoint=_text(document, "authorization_endpoint"),
        token_endpoint=_text(document, "token_endpoint"),
        jwks_uri=_text(document, "jwks_uri"),
        userinfo_endpoint=_text(document, "userinfo_endpoint", is_needed=False),
        end_session_endpoint=_text(document, "end_session_endpoint", is_needed=False),
        says_iss=document.get("authorization_response_iss_parameter_supported") is True,
        takes_basic=_takes_basic(document.get("token_endpoint_auth_methods_supported")),
    )
    called = (found.token_endpoint, found.jwks_uri, found.userinfo_endpoint)
    for url in filter(None, (*called, found.authorization_endpoint, found.end_session_endpoint)):
        refuse_address(url, issuer.url)
    return found


def _takes_basic(methods: object) -> bool:
    return not isinstance(methods, list) or "client_secret_basic" in methods or "client_secret_post" not in methods


def _text(document: Mapping[str, Any], name: str, *, is_needed: bool = True) -> str:
    value = document.get(name, "")
    if not isinstance(value, str) or (is_needed and not value):
        raise IssuerError("garbage")
    return value
