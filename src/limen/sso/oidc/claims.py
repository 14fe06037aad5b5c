"""What an app is told of a person, by the scopes it asked for and its registration. Pure."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, Final

from limen.clock import MINUTE, SECOND, Instant
from limen.facts import App, Auth, Factor, Person
from limen.facts.oidc_client import OidcClient

ID_TOKEN_LIVES: Final = 10 * MINUTE
JUST_PROVED_SECONDS: Final = 60
"""What is accepted where an app wants a new proof, and the smallest `max_age` (0 means the same): one that was given on
the way here. With less nobody ever arrives.
"""
PHISHING_RESISTANT: Final = "phr"
"""OpenID Connect EAP ACR Values 1.0, section 2."""
ACRS: Final = {
    1: "urn:limen:strength:1",
    2: "urn:limen:strength:2",
    3: PHISHING_RESISTANT,
}
"""What a strength is called in `acr`, by the strength."""
_AMR: Final[Mapping[Factor, tuple[str, ...]]] = {
    Factor.PASSKEY: ("hwk", "user"),
    Factor.PASSWORD: ("pwd",),
    Factor.CODE: ("otp",),
}
"""Authentication methods (RFC 8176 section 2)."""


def strength_wanted(acr_values: str) -> int:
    """The least strength that one of these satisfies (OpenID Connect Core section 3.1.2.1); 0 where none is known.

    They only ever tighten: an app that names something weaker than what was proved is content with it.
    """
    by_name = {name: strength for strength, name in ACRS.items()} | {"phrh": 3}
    known = [by_name[one] for one in acr_values.split() if one in by_name]
    return min(known, default=0)


def authentication(auth: Auth) -> dict[str, Any]:
    """How somebody proved who they are: `acr`, `amr`, `auth_time`."""
    methods = {method for factor in auth.factors for method in _AMR.get(factor, ())}
    if auth.strength >= 2:
        methods.add("mfa")
    return {
        **({"acr": ACRS[auth.strength]} if auth.strength in ACRS else {}),
        "amr": sorted(methods),
        "auth_time": auth.at // SECOND,
    }


def subject(person_id: str, app: App, secret: bytes) -> str:
    """Who somebody is to this app: their id, or a name that no other app is told (OpenID Connect Core section 8.1)."""
    if app.oidc is None or not app.oidc.is_pairwise:
        return person_id
    digest = hmac.digest(secret, f"oidc subject\0{app.id}\0{person_id}".encode(), "sha256")
    return urlsafe_b64encode(digest[:24]).decode()


def audience(app: App, resource: str, issuer: str) -> list[str]:
    """Where an access token for this app is good: there and at userinfo, or for the named resource alone (RFC 8707).

    An app knows its own tokens by its id in either case.
    """
    return [resource, app.id] if resource else [app.id, userinfo(issuer)]


def userinfo(issuer: str) -> str:
    """Where userinfo is."""
    return f"{issuer}/oidc/userinfo"


def about(person: Person, client: OidcClient, scopes: Collection[str]) -> dict[str, Any]:
    """What the scopes ask for, as far as the client is registered for it. Empty values are left out.

    To a client that has a name of its own for everybody, what is the same for all apps is no user name.
    """
    asked = set(scopes) & set(client.scopes)
    told: dict[str, Any] = {}
    if "profile" in asked:
        everywhere = person.email or ("" if client.is_pairwise else person.id)
        has_own = client.is_pairwise and "email" not in asked
        told |= {"name": person.name, "preferred_username": "" if has_own else everywhere}
    if "email" in asked and person.email:
        told |= {"email": person.email, "email_verified": True}  # the company gave it to them
    if "groups" in asked:
        told["groups"] = groups_told(person.groups, client.groups)
    return {name: value for name, value in told.items() if value not in ("", [])}


def groups_told(groups: Collection[str], words: Collection[tuple[str, str]]) -> list[str]:
    """A person's groups in the app's own words; where it has none, as they are."""
    if not words:
        return sorted(groups)
    return sorted({word for group, word in words if group in groups})


def half_hash(token: str) -> str:
    """`at_hash` (OpenID Connect Core section 3.1.3.6) under SHA-256, which both our algorithms use."""
    return urlsafe_b64encode(sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def is_old(auth: Auth, now: Instant, max_age: int | None) -> bool:
    """Whether the proof is older than the app accepts; `max_age` in seconds, None where it says nothing."""
    return max_age is not None and now - auth.at > max_age * SECOND
