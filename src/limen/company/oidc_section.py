"""`oidc:` of an app in apps.yaml: how it is registered as a client that signs people in with OpenID Connect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.company.app_addresses import called_complaint, parts_of, sent_to_complaint
from limen.facts.oidc_client import SCOPES, OidcClient
from limen.sso.oidc.public_keys import PublicKey, PublicKeyError, read_jwk

MOST_URIS: Final = 20
MOST_KEYS: Final = 10
WORKLOAD: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"
_APP_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
"""A scheme that belongs to one program: reversed domain name (RFC 8252 section 7.1)."""
_NEVER: Final = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})

Wrong = tuple[tuple[str | int, ...], str, str]
"""Where in the section, what is wrong, and what to do."""


class OidcSection(BaseModel):
    """How an app signs people in with OpenID Connect."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    redirect_uris: Annotated[list[str], Field(max_length=MOST_URIS)] = []
    """Where people return with a code: each address exactly as the app sends it."""
    post_logout_uris: Annotated[list[str], Field(max_length=MOST_URIS)] = []
    """Where people may be sent after signing out."""
    backchannel_logout_uri: str = ""
    """Where the app is notified that someone was signed out (OpenID Connect Back-Channel Logout 1.0)."""
    client: Literal["confidential", "public"] = "confidential"
    """`public` for an app in a browser or on a laptop, which can't keep a secret."""
    subject: Literal["public", "pairwise"] = "public"
    """`pairwise`: each person has an ID in this app that no other app knows."""
    consent: Literal["never", "once"] = "never"
    """`once`: people are asked for consent before the app learns who they are; for apps that another company runs."""
    scopes: list[Literal["openid", "profile", "email", "groups"]] = [*SCOPES]
    """What the app may ask to know."""
    groups: dict[str, Annotated[str, Field(min_length=1, max_length=200)]] = {}
    """A group's ID to the app's word for it. If any are listed, the app learns only these."""
    tokens_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """How long an access token that the app checks itself is valid."""
    algorithm: Literal["RS256", "ES256"] = "RS256"
    """What ID tokens are signed with."""
    device: bool = False
    """Whether people may sign it in by a code that it shows on a device without a browser (RFC 8628)."""
    keys: Annotated[list[dict[str, str]], Field(max_length=MOST_KEYS)] = []
    """Its public keys as JWKs: P-256, Ed25519 or RSA. If any are listed, it signs assertions and has no secret."""
    may_act: Annotated[list[Annotated[str, Field(pattern=WORKLOAD)]], Field(max_length=MOST_KEYS)] = []
    """The names of workloads that may act here for people whose access token they are handed (RFC 8693)."""
    pkce: Literal["required", "optional"] = "required"
    """`optional` for an app that can't do PKCE (RFC 7636): whoever steals a code may then sign in there with it."""


def client_of(section: OidcSection) -> OidcClient:
    """The registration that the section describes."""
    return OidcClient(
        redirect_uris=tuple(section.redirect_uris),
        post_logout_uris=tuple(section.post_logout_uris),
        backchannel_logout_uri=section.backchannel_logout_uri,
        is_public=section.client == "public",
        is_pairwise=section.subject == "pairwise",
        is_foreign=section.consent == "once",
        scopes=tuple(section.scopes),
        groups=tuple(sorted(section.groups.items())),
        tokens_minutes=section.tokens_minutes,
        algorithm=section.algorithm,
        may_use_devices=section.device,
        keys=tuple(json.dumps({"kid": key.id, **json.loads(key.jwk)}) for key in _keys(section)),
        may_act=tuple(section.may_act),
        needs_pkce=section.pkce == "required",
    )


def _keys(section: OidcSection) -> Iterator[PublicKey]:
    """The keys that can be read; `complaints` tells of the others."""
    for one in section.keys:
        with suppress(PublicKeyError):
            yield read_jwk(one)


def complaints(section: OidcSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    if not section.redirect_uris and not section.device:
        yield ("redirect_uris",), "people have nowhere to come back to", "name the address that the app sends"
    for place, uri in enumerate(section.redirect_uris):
        if wrong := _redirect_complaint(uri, is_public=section.client == "public"):
            yield ("redirect_uris", place), *wrong
    for place, uri in enumerate(section.post_logout_uris):
        if wrong := _redirect_complaint(uri, is_public=section.client == "public"):
            yield ("post_logout_uris", place), *wrong
    if section.backchannel_logout_uri and (wrong := called_complaint(section.backchannel_logout_uri)):
        yield ("backchannel_logout_uri",), *wrong
    yield from _key_complaints(section)
    if section.device and section.consent == "once":
        yield ("device",), "a device without a browser can't ask for consent", "remove it, or don't ask for consent"
    if section.pkce == "optional" and section.client == "public":
        yield ("pkce",), "without a secret, nothing but PKCE protects codes", "leave it out"
    if "openid" not in section.scopes:
        yield ("scopes",), "`openid` is missing: without it, nobody can sign in", "add it"


def _key_complaints(section: OidcSection) -> Iterator[Wrong]:
    """What is wrong with the keys by which the app proves itself."""
    if section.keys and section.client == "public":
        yield ("keys",), "a public client has no keys", "write `client: confidential` if the app can keep one"
    seen: set[str] = set()
    for place, one in enumerate(section.keys):
        try:
            key = read_jwk(one)
        except PublicKeyError as wrong:
            yield ("keys", place), wrong.what, wrong.fix
            continue
        if seen & {key.id, key.thumbprint}:
            yield ("keys", place), "this key, or its `kid`, is there twice", "remove one of them"
        seen |= {key.id, key.thumbprint}


def _redirect_complaint(uri: str, *, is_public: bool) -> tuple[str, str] | None:
    """What is wrong with an address that codes are sent to (RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8)."""
    wrong = sent_to_complaint(uri, "https://app.your.domain/callback")
    parts = parts_of(uri)
    if wrong and is_public and parts and not parts.fragment and not set("#*") & set(uri):
        is_its_own = _APP_SCHEME.fullmatch(parts.scheme) and parts.scheme not in _NEVER
        return None if is_its_own else wrong
    return wrong
