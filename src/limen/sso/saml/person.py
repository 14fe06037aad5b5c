"""What an app is told of a person by SAML: the name that it knows them by, and attributes. Pure."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import Final

from limen.facts import App, Person
from limen.facts.service_provider import EMAIL, PERSISTENT, TRANSIENT, ServiceProvider
from limen.sso.oidc.claims import groups_told

_ANYWHERE: Final = frozenset({PERSISTENT, TRANSIENT})
"""Formats that tell an app nothing that another knows: it may ask for them, whatever it is registered for."""


def format_for(provider: ServiceProvider, asked: str) -> str | None:
    """The format of the name that this app gets when it asks for `asked` ("": whatever); None where it may not.

    What it is registered for, or one that tells less: never an address where another name was agreed on.
    """
    if asked in {"", "unspecified", provider.name_id}:
        return provider.name_id
    return asked if asked in _ANYWHERE else None


def name_of(person: Person, app: App, name_format: str, secret: bytes, sign_in_id: str) -> str:
    """Who somebody is to this app (SAML Core section 8.3); "" for a person without an address, named by it."""
    if name_format == EMAIL:
        return person.email
    if name_format not in _ANYWHERE:
        return person.id
    about = person.id if name_format == PERSISTENT else sign_in_id
    digest = hmac.digest(secret, f"saml {name_format}\0{app.id}\0{about}".encode(), "sha256")
    return urlsafe_b64encode(digest[:24]).decode()


def attributes_of(person: Person, provider: ServiceProvider) -> list[tuple[str, tuple[str, ...]]]:
    """Each attribute's name and values, as the app calls it. What has no value is left out."""
    told = {
        "id": (person.id,),
        "name": (person.name,),
        "email": (person.email,),
        "groups": tuple(groups_told(person.groups, provider.groups)),
    }
    every = [(name, tuple(filter(None, told[claim]))) for name, claim in provider.attributes]
    return [(name, values) for name, values in every if values]
