"""What clients find out by themselves: OpenID Connect Discovery 1.0, and OAuth metadata (RFC 8414)."""

from __future__ import annotations

from typing import Any

from limen.facts.oidc_client import SCOPES
from limen.sso.oidc.claims import ACRS
from limen.sso.oidc.dpop import ALGORITHMS as DPOP_ALGORITHMS
from limen.sso.oidc.keys import ALGORITHMS
from limen.sso.oidc.protocol import CLIENT_CREDENTIALS, CLIENT_METHODS, DEVICE, TOKEN_EXCHANGE
from limen.sso.oidc.public_keys import ALGORITHMS as ASSERTION_ALGORITHMS


def configuration(issuer: str) -> dict[str, Any]:
    """Both documents are one: the second has no other values for what the first says, too."""
    proving = [one for one in CLIENT_METHODS if one != "none"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "userinfo_endpoint": f"{issuer}/oidc/userinfo",
        "jwks_uri": f"{issuer}/oidc/keys",
        "end_session_endpoint": f"{issuer}/oidc/sign-out",
        "revocation_endpoint": f"{issuer}/oidc/revoke",
        "introspection_endpoint": f"{issuer}/oidc/introspect",
        "device_authorization_endpoint": f"{issuer}/oidc/device",
        "pushed_authorization_request_endpoint": f"{issuer}/oidc/par",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", DEVICE, CLIENT_CREDENTIALS, TOKEN_EXCHANGE],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": list(CLIENT_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(CLIENT_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": proving,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "acr_values_supported": list(ACRS.values()),
        "prompt_values_supported": ["none", "login", "select_account"],
        "claims_supported": [
            *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "sid"),
            *("name", "preferred_username", "email", "email_verified", "groups"),
        ],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }
