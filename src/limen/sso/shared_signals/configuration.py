"""What receivers find out by themselves: the transmitter's configuration (SSF 1.0 section 7). Pure."""

from __future__ import annotations

from typing import Any, Final

from limen.sso.shared_signals.receivers import POLL, PUSH

WELL_KNOWN: Final = "/.well-known/ssf-configuration"
STREAMS: Final = "/ssf/streams"
STATUS: Final = "/ssf/status"
ADD_SUBJECT: Final = "/ssf/subjects/add"
REMOVE_SUBJECT: Final = "/ssf/subjects/remove"
VERIFY: Final = "/ssf/verify"
POLL_AT: Final = "/ssf/poll"


def configuration(issuer: str) -> dict[str, Any]:
    """The document. Nothing of any company's stands in it but its own address."""
    return {
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": f"{issuer}/oidc/keys",
        "delivery_methods_supported": [PUSH, POLL],
        "configuration_endpoint": f"{issuer}{STREAMS}",
        "status_endpoint": f"{issuer}{STATUS}",
        "add_subject_endpoint": f"{issuer}{ADD_SUBJECT}",
        "remove_subject_endpoint": f"{issuer}{REMOVE_SUBJECT}",
        "verification_endpoint": f"{issuer}{VERIFY}",
        "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6750"}],
        "default_subjects": "ALL",
    }


def poll_endpoint(issuer: str, stream_id: str) -> str:
    """Where the events of this stream are fetched."""
    return f"{issuer}{POLL_AT}/{stream_id}"
