"""How an app signs people in by SAML 2.0: its registration as a service provider.

It is part of what a company publishes, and a fact like the app's label: what-if, replay and the journal see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PERSISTENT, EMAIL, TRANSIENT, UNSPECIFIED = "persistent", "email", "transient", "unspecified"
NAME_IDS: Final = (PERSISTENT, EMAIL, TRANSIENT, UNSPECIFIED)
"""What a person may be called in an assertion: a name that only this app knows, their address, another name each time,
their id here.
"""
CLAIMS: Final = ("id", "name", "email", "groups")
"""What an attribute can tell of a person."""
USUAL_ATTRIBUTES: Final = (("email", "email"), ("name", "name"), ("groups", "groups"))
"""What an app is told where nobody says anything else."""


@dataclass(frozen=True, slots=True)
class AssertionConsumer:
    """Where assertions are posted to (SAML Metadata section 2.4.4). `index` is the app's number for it, -1: none."""

    url: str
    index: int = -1


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """An app as a service provider of Limen.

    `consumers` are compared byte for byte, the first is taken where a request names none. `certificates` (DER in
    base64) hold the keys that the app signs with; `signs_requests`: an unsigned request for a sign-in is refused. What
    *is* signed must always be signed well. `encryption_certificate` ("": none) holds the key that assertions are
    encrypted for, where `is_encrypted`. `attributes` are pairs of the app's name and one of `CLAIMS`; `groups`
    translates, as in `OidcClient`. `may_begin_here`: a sign-in may begin at Limen, with `start` as its relay state; an
    app that takes those can't tell whether its person wanted to sign in. `minutes`: how long an assertion counts.
    `logout_url` is where the app is sent, by the browser, what it asked for in a sign-out; `logout_service`: where
    Limen itself tells it of sign-outs, by SOAP ("": no).
    """

    entity_id: str
    consumers: tuple[AssertionConsumer, ...]
    certificates: tuple[str, ...] = ()
    encryption_certificate: str = ""
    signs_requests: bool = False
    is_encrypted: bool = False
    name_id: str = PERSISTENT
    attributes: tuple[tuple[str, str], ...] = USUAL_ATTRIBUTES
    groups: tuple[tuple[str, str], ...] = ()
    may_begin_here: bool = False
    start: str = ""
    minutes: int = 5
    logout_url: str = ""
    logout_service: str = ""
