"""What an app would be told of somebody, by whatever protocol, and how long each thing that it gets counts. Pure.

It is put together by the very functions that put together what is really told. What is new in each sign-in (a nonce, an
instant, the sign-in's own ID) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.clock import HOUR, MINUTE, Milliseconds
from limen.facts import App, Auth, Person
from limen.facts.service_provider import PERSISTENT, TRANSIENT
from limen.settings import Sessions
from limen.sso.entra import proof
from limen.sso.oidc import claims
from limen.sso.saml import contexts, person as by_saml

ANOTHER_EACH_TIME: Final = "another each time"
AS_ASKED: Final = "whom Microsoft asked about"
NOT_MADE_YET: Final = "a name that only this app knows"
"""Stands for such a name where the secret that names are made with is not there: before Limen's first start."""


@dataclass(frozen=True, slots=True)
class Part:
    """One document that the app gets, by its name in the protocol; and what stands in it, by theirs."""

    name: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long something counts: `what` is a word of `WORDS`, `length` at most so long."""

    what: str
    length: Milliseconds


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `hears_of_sign_outs`: the app has an address at which Limen tells it. `asks_first`: the person is
    asked for consent before the app learns anything.
    """

    parts: tuple[Part, ...]
    lifetimes: tuple[Lifetime, ...]
    hears_of_sign_outs: bool
    asks_first: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "told": {part.name: dict(part.values) for part in self.parts},
            "milliseconds": {one.what: one.length for one in self.lifetimes},
            "hears_of_sign_outs": self.hears_of_sign_outs,
            "asks_first": self.asks_first,
        }


WORDS: Final[Mapping[str, str]] = {
    "id-token": "An ID token",
    "access-token": "An access token that the app checks itself",
    "refresh-token": "Refresh tokens, each decided anew",
    "assertion": "An assertion",
    "session": "The sign-in session that all of it ends with",
    "idle": "That session without being used",
}


def told(app: App, person: Person, auth: Auth, sessions: Sessions, secret: bytes | None) -> Told | None:
    """What this app is told of somebody who proved who they are like that. None for an app that does not ask Limen.

    `secret` is what names that only one app knows are made with, None where there is none yet.
    """
    if app.oidc is not None:
        return _by_oidc(app, person, auth, sessions, secret)
    if app.saml is not None:
        return _by_saml(app, person, auth, sessions, secret)
    return _to_entra(auth) if app.entra is not None else None


def hears_of_sign_outs(app: App) -> bool:
    """Whether the app has an address at which Limen tells it of sign-outs."""
    return bool(app.oidc and app.oidc.backchannel_logout_uri) or bool(app.saml and app.saml.logout_service)


def _by_oidc(app: App, person: Person, auth: Auth, sessions: Sessions, secret: bytes | None) -> Told:
    assert app.oidc is not None  # noqa: S101 -- it was chosen by that
    client = app.oidc
    is_named = secret is not None or not client.is_pairwise
    subject = claims.subject(person.id, app, secret or b"") if is_named else NOT_MADE_YET
    about = claims.about(person, client, client.scopes)
    proved = {name: value for name, value in claims.authentication(auth).items() if name != "auth_time"}
    own = Lifetime("id-token", claims.ID_TOKEN_LIVES), Lifetime("access-token", client.tokens_minutes * MINUTE)
    refreshed = Lifetime("refresh-token", round(sessions.absolute_hours * HOUR))
    return Told(
        parts=(
            Part("ID token", _written({"sub": subject, "aud": app.id, **proved, **about}.items())),
            Part("userinfo", _written({"sub": subject, **about}.items())),
        ),
        lifetimes=(*own, refreshed, *_of_session(sessions)),
        hears_of_sign_outs=hears_of_sign_outs(app),
        asks_first=client.is_foreign,
    )


def _by_saml(app: App, person: Person, auth: Auth, sessions: Sessions, secret: bytes | None) -> Told:
    assert app.saml is not None  # noqa: S101 -- it was chosen by that
    provider = app.saml
    name = ANOTHER_EACH_TIME
    if provider.name_id != TRANSIENT:
        is_named = secret is not None or provider.name_id != PERSISTENT
        name = by_saml.name_of(person, app, provider.name_id, secret or b"", "") if is_named else NOT_MADE_YET
    said = {
        f"NameID ({provider.name_id})": name,
        **{one: list(values) for one, values in by_saml.attributes_of(person, provider)},
        "AuthnContextClassRef": contexts.stated(auth, (), "exact"),
        "Audience": provider.entity_id,
    }
    return Told(
        parts=(Part("assertion", _written(said.items())),),
        lifetimes=(Lifetime("assertion", provider.minutes * MINUTE), *_of_session(sessions)),
        hears_of_sign_outs=hears_of_sign_outs(app),
    )


def _to_entra(auth: Auth) -> Told:
    """Entra ID knows the person already; it is told what was proved, and of too little nothing."""
    context, method = proof.stated(auth, proof.USUAL)
    said = (("sub", AS_ASKED), ("acr", context), ("amr", method)) if context else ()
    return Told((Part("ID token", said),), (Lifetime("id-token", proof.LIVES),), hears_of_sign_outs=False)


def _of_session(sessions: Sessions) -> tuple[Lifetime, ...]:
    absolute, idle = round(sessions.absolute_hours * HOUR), round(sessions.idle_hours * HOUR)
    return Lifetime("session", absolute), Lifetime("idle", idle)


def _written(values: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _text(value)) for name, value in values if value not in ("", [], None))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
