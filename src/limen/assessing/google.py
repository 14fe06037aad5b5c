"""What exports of Google Workspace tell: users by GAM, the admin console or the Directory API, and apps with tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from limen.assessing.entries import Entry
from limen.assessing.kinds import Kind, Provider
from limen.assessing.told import Account, Consent, Told

_TOKEN_GIVEN: Final = "authorize"  # noqa: S105 -- the name of an event


def take_users(told: Told, one: Entry) -> None:
    address = one.text("primaryEmail", "Email Address [Required]").casefold()
    if not address:
        raise one.file.refused("a user has no address", "export it again", one.place if one.is_row else 0)
    given, family = one.name("First Name [Required]"), one.name("Last Name [Required]")
    name = one.name("name.fullName", "fullName") or f"{given} {family}".strip() or address
    account = Account(
        Provider.GOOGLE,
        address,
        name,
        is_active=not _is_stopped(one),
        is_admin=one.flag("isAdmin") is True or one.flag("isDelegatedAdmin") is True,
        created_at=one.instant(told.at, "creationTime"),
        has_code=one.flag("isEnrolledIn2Sv", "2sv Enrolled [READ ONLY]"),
    )
    before = told.accounts.get((Provider.GOOGLE, address))
    if before is None or account.is_active:
        told.accounts[Provider.GOOGLE, address] = account


def _is_stopped(one: Entry) -> bool:
    status = one.text("Status [READ ONLY]").casefold()
    is_said = one.flag("suspended") is True or one.flag("archived") is True
    return is_said or status in {"suspended", "archived", "deleted"}


def take_tokens(told: Told, one: Entry) -> None:
    """Tokens as GAM lists them, or the activities of the token audit."""
    told.consents += _activity(one) if one.entries("events") else [_token(one)]


def _token(one: Entry) -> Consent:
    app = one.text("clientId").casefold()
    scopes = tuple(word for text in one.words("scopes") for word in text.split())
    return Consent(Provider.GOOGLE, app, one.name("displayText") or app, one.text("user", "userKey").casefold(), scopes)


def _activity(one: Entry) -> list[Consent]:
    by = one.text("actor.email").casefold()
    found = []
    for event in one.entries("events"):
        said = {each.text("name"): each for each in event.entries("parameters")}
        app, name, scope = said.get("client_id"), said.get("app_name"), said.get("scope")
        if event.text("name") == _TOKEN_GIVEN and app is not None:
            id_ = app.text("value").casefold()
            scopes = scope.words("multiValue") if scope is not None else ()
            found.append(Consent(Provider.GOOGLE, id_, name.text("value") if name is not None else id_, by, scopes))
    return found


TAKING: Final[Mapping[Kind, Callable[[Told, Entry], None]]] = {
    Kind.GOOGLE_USERS: take_users,
    Kind.GOOGLE_TOKENS: take_tokens,
}
