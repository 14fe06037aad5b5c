"""Apps of a tenant: its service principals (Graph: *servicePrincipal*) with their registrations (*application*)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from limen.company.app_addresses import where_complaint
from limen.company.oidc_section import OidcSection, complaints as oidc_complaints
from limen.company.saml_section import provider_complaints
from limen.connectors.microsoft.app_registrations import MICROSOFT
from limen.facts.service_provider import AssertionConsumer, ServiceProvider
from limen.importing.conditions import Condition, Strength, all_of, any_of
from limen.importing.entra.claims import read_claims
from limen.importing.entra.directory import Directory
from limen.importing.entra.nodes import Node
from limen.importing.model import VIEW, Access, App, OidcRegistration
from limen.importing.report import Effect
from limen.printable import plain_word

_SSO: Final = "how the app signs people in"
_OF_THE_APP: Final = "what people call the app, and where it is"
_ANY_SIGN_IN: Final = Strength(1)
_SCOPES: Final = ("openid", "profile", "email")


@dataclass(frozen=True, slots=True)
class Registered:
    """A service principal, with the registration that the tenant itself has of it (empty: another tenant's)."""

    principal: Node
    registration: Node


def read_app(told: Registered, key: str, directory: Directory) -> App | None:
    """The app as Limen has it; None where it is none that people sign in to with Limen's help."""
    principal = told.principal
    if why := _not_for_people(told):
        principal.report.not_translated(principal.path, why)
        if told.registration:
            principal.report.not_translated(told.registration.path, why)
        return None
    name = principal.text("displayName", _OF_THE_APP) or key
    _leave_secrets(told)
    for node in (principal, told.registration):
        for one in ("id", "appId", "displayName", "servicePrincipalType", "appOwnerOrganizationId", "signInAudience"):
            node.text(one, "which app it is")
    app = App(key, name, (), url=_url(told), description=_description(told))
    if principal.text("preferredSingleSignOnMode", _SSO) == "saml":
        provider = _provider(told)
        if provider is None:
            return None
        app = replace(app, saml=provider, url=app.url or _origin(provider.consumers[0].url))
    else:
        client = _client(told, key)
        if client is None:
            return None
        app = replace(app, oidc=client, url=app.url or _origin(client.redirect_uris[0]))
    return replace(app, access=_access(principal, key, name, directory))


def key_of(told: Registered, taken: Iterable[str]) -> str:
    """A readable key that no other app has: what the app is called, with its application ID where two share that."""
    word = plain_word(told.principal.text("displayName")) or "app"
    app_id = plain_word(told.principal.text("appId"))
    named = (word, f"{word}-{app_id[:8]}", f"{word}-{app_id}")
    there = set(taken)
    return next((one for one in named if one not in there), f"{named[-1]}-{len(there)}")


def _not_for_people(told: Registered) -> str:
    principal = told.principal
    if not principal.flag("accountEnabled", unsaid=True):
        return "signing in to it is switched off"
    if principal.text("servicePrincipalType") not in {"", "Application"}:
        return "a program without people: Limen's programs are its workloads"
    if principal.text("appOwnerOrganizationId") in MICROSOFT:
        return "an app of Microsoft's, which signs people in with Entra ID alone"
    if principal.text("preferredSingleSignOnMode") == "saml":
        return ""
    if not told.registration:
        return "its maker registered it with Microsoft for all tenants: set up single sign-on there anew"
    if principal.text("preferredSingleSignOnMode") == "password":
        return "Entra ID types passwords into it: add it as an app with an account that Limen brokers"
    if not any(told.registration.child(one).says("redirectUris") for one in ("web", "spa", "publicClient")):
        return "nobody signs in to it: it has no address to return to"
    return ""


def _leave_secrets(told: Registered) -> None:
    for node in (told.principal, told.registration):
        for name in ("passwordCredentials", "keyCredentials"):
            if node.says(name):
                node.report.left_out(node.at(name))


def _description(told: Registered) -> str:
    found = told.principal.text("description", _OF_THE_APP) or told.registration.text("description", _OF_THE_APP)
    return found or told.principal.text("notes", _OF_THE_APP)


def _url(told: Registered) -> str:
    """Where people begin; "" where the tenant does not say."""
    candidates = (
        told.principal.text("loginUrl", _OF_THE_APP),
        told.principal.text("homepage", _OF_THE_APP),
        told.registration.child("web").text("homePageUrl", _OF_THE_APP),
    )
    return next((one for one in candidates if one and where_complaint(one) is None), "")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


# How people sign in


def _client(told: Registered, key: str) -> OidcRegistration | None:
    node = told.registration
    node.text("appId", "Limen gives the app a client ID of its own: enter it there, with a new secret")
    web, others = node.child("web"), [node.child("spa"), node.child("publicClient")]
    is_public = not web.says("redirectUris")
    uris = [uri for one in (others if is_public else [web]) for uri in _redirects(one, is_public=is_public)]
    for one in others:
        if not is_public and one.says("redirectUris"):
            how = "the app has a secret here; whatever has none and runs in browsers or on devices is registered apart"
            node.report.not_translated(one.at("redirectUris"), how, Effect.STRICTER)
    if not uris:
        node.report.not_translated(node.path, "Limen takes none of its addresses to return to", Effect.STRICTER)
        told.principal.report.not_translated(told.principal.path, "see its registration", Effect.STRICTER)
        return None
    if web.says("logoutUrl"):
        how = "Limen tells apps of sign-outs from server to server, not through browsers: set `backchannel_logout_uri`"
        node.report.not_translated(web.at("logoutUrl"), how)
    claims = node.text("groupMembershipClaims", "whether the app learns somebody's groups")
    if claims not in {"", "None"}:
        how = "the app learns the IDs that Limen's groups have, where it learned object IDs"
        node.report.approximated(node.at("groupMembershipClaims"), how, Effect.SAME)
    for name in ("appRoles", "optionalClaims", "api", "requiredResourceAccess"):
        if node.says(name):
            how = "Limen tells apps who somebody is and their groups, and has no roles, scopes or claims of single apps"
            node.report.not_translated(node.at(name), how, Effect.STRICTER)
    scopes = (*_SCOPES, "groups") if claims not in {"", "None"} else _SCOPES
    return OidcRegistration(key, tuple(uris), is_public=is_public, scopes=scopes)


def _redirects(node: Node, *, is_public: bool) -> list[str]:
    uris = node.words("redirectUris", "addresses that people return to")
    fit = [one for one in uris if _is_fit(one, is_public=is_public)]
    if len(fit) < len(uris):
        how = f"{len(uris) - len(fit)} of them can't be taken: not https, with a wildcard, or of no program's own"
        node.report.approximated(node.at("redirectUris"), how)
    return list(dict.fromkeys(fit))[:20]


def _is_fit(uri: str, *, is_public: bool) -> bool:
    section = OidcSection(redirect_uris=[uri], client="public" if is_public else "confidential")
    return not list(oidc_complaints(section))


def _provider(told: Registered) -> ServiceProvider | None:
    principal = told.principal
    entity = _entity_id(told)
    replies = principal.words("replyUrls", "addresses that assertions are posted to")
    if not replies:
        replies = told.registration.child("web").words("redirectUris", "addresses that assertions are posted to")
    settings = principal.child("samlSingleSignOnSettings")
    relay = settings.text("relayState", "where in the app people arrive")
    name_id, attributes = read_claims(principal)
    if principal.says("logoutUrl"):
        how = "where Limen tells the app of sign-outs has to be set from the app's metadata"
        principal.report.not_translated(principal.at("logoutUrl"), how)
    provider = ServiceProvider(
        entity_id=entity,
        consumers=tuple(AssertionConsumer(one) for one in dict.fromkeys(replies)),
        name_id=name_id,
        attributes=attributes,
        may_begin_here=not principal.says("loginUrl"),
        start=relay if len(relay) <= 80 else "",
    )
    wrong = next(iter(provider_complaints(provider)), None) if entity and replies else ((), "it has no entity ID", "")
    if wrong is None:
        return provider
    why = f"this can't be a service provider of Limen's: {wrong[1]}"
    principal.report.not_translated(principal.path, why, Effect.STRICTER)
    if told.registration:
        told.registration.report.not_translated(told.registration.path, why, Effect.STRICTER)
    return None


def _entity_id(told: Registered) -> str:
    """Of several the first that is not how Entra ID itself names the app."""
    own = told.principal.text("appId")
    named = told.registration.words("identifierUris", "the app's entity ID")
    names = [one for one in told.principal.words("servicePrincipalNames", "the app's entity ID") if one != own]
    return next((one for one in (*named, *names) if own not in one), next(iter((*named, *names)), ""))


# Who may


def _access(principal: Node, key: str, name: str, directory: Directory) -> tuple[Access, ...]:
    where = "who has access"
    principal.flag("accountEnabled", where)
    title = f"{name}, as in Entra ID"
    if not principal.flag("appRoleAssignmentRequired", where, unsaid=True):
        return (Access(_ANY_SIGN_IN, title, f"{name} is open to everybody.", VIEW),)
    assigned = _assigned(principal, key, name, directory)
    return (Access(all_of(_ANY_SIGN_IN, assigned), title, f"{name} is open to whom it was assigned.", VIEW),)


def _assigned(principal: Node, key: str, name: str, directory: Directory) -> Condition:
    if not principal.flag("appRoleAssignmentRequired"):
        how = "the export does not say whether it has to be assigned, so only those have access to whom it is"
        principal.report.note(principal.path, how, Effect.STRICTER)
    if not principal.says("appRoleAssignedTo"):
        how = "the export names nobody to whom this app is assigned, so nobody has access"
        principal.report.note(principal.path, how, Effect.STRICTER)
    people: list[str] = []
    groups: list[Condition] = []
    for one in principal.children("appRoleAssignedTo"):
        kind, who = one.text("principalType", "who has access"), one.text("principalId", "who has access")
        for other in (
            "id",
            "appRoleId",
            "principalDisplayName",
            "createdDateTime",
            "resourceId",
            "resourceDisplayName",
        ):
            one.text(other, "who has access; Limen's access has no roles of an app")
        if kind == "User":
            people.append(who)
        elif kind == "Group" and who in directory.groups:
            groups.append(directory.directly_in(who))
        else:
            how = "a program" if kind == "ServicePrincipal" else "a group that is not in the export"
            principal.report.not_translated(one.path, how, Effect.STRICTER)
    by_name = directory.these(f"app:{key}", f"{name}: assigned by name", people)
    return any_of(*groups, by_name)
