"""An imported app as an entry of apps.yaml."""

from __future__ import annotations

from typing import Any, Final

from limen.company.saml_section import provider_values
from limen.importing.model import App, OidcRegistration
from limen.importing.names import spoken

LABEL: Final = "internal"
"""What an imported app is labelled: who gets in is decided by its own policies alone."""
NOWHERE: Final = "http://127.0.0.1:9"
"""The upstream of an app of which nobody said where it runs: the discard port, which never answers."""
_READ: Final = ("GET", "OPTIONS", "PROPFIND")
_WRITE: Final = ("POST", "PUT", "PATCH", "DELETE", "COPY", "LOCK", "MKCOL", "MOVE", "PROPPATCH", "UNLOCK")
ROUTED: Final = frozenset({*_READ, *_WRITE, "HEAD"})
"""The methods that an imported app takes: those of HTTP, and of WebDAV (RFC 4918)."""


def entry_of(app: App, app_id: str) -> dict[str, Any]:
    """The entry, key by key, as `apps.yaml` has it."""
    entry: dict[str, Any] = {"id": app_id, "name": spoken(app.name, 80) or app_id}
    if app.description:
        entry["description"] = spoken(app.description, 500)
    if app.oidc is not None:
        return {**entry, "protocol": "oidc", "url": app.url, "label": LABEL, "oidc": oidc_values(app.oidc)}
    if app.saml is not None:
        return {**entry, "protocol": "saml", "url": app.url, "label": LABEL, "saml": provider_values(app.saml)}
    entry |= {"host": app.host, "upstream": app.upstream or NOWHERE, "label": LABEL, "actions": _actions(app.patterns)}
    if app.public:
        entry["public"] = [
            {"route": f"{_methods(one.methods)} {one.pattern}", "why": spoken(one.why, 200)} for one in app.public
        ]
    return entry


def _actions(patterns: tuple[str, ...]) -> dict[str, list[str]]:
    """Reading and writing apart, each with the paths that access depends on: of those that fit the first counts."""
    every = [*patterns, "/**"] if "/**" not in patterns else list(patterns)
    return {
        "view": [f"{','.join(_READ)} {one}" for one in every],
        "edit": [f"{','.join(_WRITE)} {one}" for one in every],
    }


def _methods(methods: frozenset[str]) -> str:
    return ",".join(sorted(methods)) or "ANY"


def oidc_values(client: OidcRegistration) -> dict[str, Any]:
    """The section `oidc` of its entry; what is usual is left out."""
    said: dict[str, Any] = {"redirect_uris": list(client.redirect_uris)}
    if client.post_logout_uris:
        said["post_logout_uris"] = list(client.post_logout_uris)
    if client.backchannel_logout_uri:
        said["backchannel_logout_uri"] = client.backchannel_logout_uri
    if client.is_public:
        said["client"] = "public"
    if client.is_pairwise:
        said["subject"] = "pairwise"
    if client.asks_consent:
        said["consent"] = "once"
    said["scopes"] = list(client.scopes)
    if client.tokens_minutes:
        said["tokens_minutes"] = client.tokens_minutes
    if client.algorithm != "RS256":
        said["algorithm"] = client.algorithm
    if client.has_device_flow:
        said["device"] = True
    if not client.needs_pkce:
        said["pkce"] = "optional"
    return said
