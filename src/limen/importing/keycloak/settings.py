"""What a realm says of itself: sessions, what people must do, and what Keycloak did in a way of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.importing.keycloak.parts import entries, is_true, mapping, text, texts
from limen.importing.ldap_source import LdapDirectory, source_text
from limen.importing.report import Effect, Path, Report

_LONGEST_HOURS: Final = 24 * 90
_PASSWORDS: Final = "Limen has rules for passwords of its own: limen.toml, [passwords]"
_GUESSES: Final = "Limen slows down guessing by itself, for each person and address"
_PASSKEYS: Final = "passkeys are enrolled anew: one is bound to the host that it was made for"
_CODES: Final = "codes are enrolled anew, by Limen's own settings"
_EVENTS: Final = "everything that happens is in Limen's journal"
_PAGES: Final = "Limen's pages are its own, in English and German"
_WHY: Final[Mapping[str, str]] = {
    "passwordPolicy": _PASSWORDS,
    "bruteForceProtected": _GUESSES, "permanentLockout": _GUESSES, "maxTemporaryLockouts": _GUESSES,
    "bruteForceStrategy": _GUESSES, "maxFailureWaitSeconds": _GUESSES, "minimumQuickLoginWaitSeconds": _GUESSES,
    "waitIncrementSeconds": _GUESSES, "quickLoginCheckMilliSeconds": _GUESSES, "maxDeltaTimeSeconds": _GUESSES,
    "failureFactor": _GUESSES,
    "otpPolicyType": _CODES, "otpPolicyAlgorithm": _CODES, "otpPolicyInitialCounter": _CODES, "otpPolicyDigits": _CODES,
    "otpPolicyLookAheadWindow": _CODES, "otpPolicyPeriod": _CODES, "otpPolicyCodeReusable": _CODES,
    "otpSupportedApplications": _CODES,
    "eventsEnabled": _EVENTS, "eventsListeners": _EVENTS, "enabledEventTypes": _EVENTS, "adminEventsEnabled": _EVENTS,
    "adminEventsDetailsEnabled": _EVENTS, "eventsExpiration": _EVENTS,
    "loginTheme": _PAGES, "accountTheme": _PAGES, "adminTheme": _PAGES, "emailTheme": _PAGES, "displayName": _PAGES,
    "displayNameHtml": _PAGES, "internationalizationEnabled": _PAGES, "supportedLocales": _PAGES,
    "defaultLocale": _PAGES, "localizationTexts": _PAGES,
    "requiredActions": "what people must enrol is said in required-factors of the company folder",
    "clientScopes": "claims are those that Limen documents", "scopeMappings": "claims are those that Limen documents",
    "clientScopeMappings": "claims are those that Limen documents",
    "defaultDefaultClientScopes": "scopes are openid, profile, email and groups",
    "defaultOptionalClientScopes": "scopes are openid, profile, email and groups",
    "components": "what Keycloak is built of; people's directories are told of apart",
    "identityProviderMappers": "who somebody is, Limen goes by the address and the ID that the issuer proves",
    "smtpServer": "say the mail server in limen.toml, [mail]",
    "browserSecurityHeaders": "Limen sets headers of its own",
    "attributes": "Keycloak's own settings",
    "defaultRole": "what everybody had in Keycloak itself",
    "defaultGroups": "new people come into groups by hand, or by a source of people",
    "defaultRoles": "what everybody had in Keycloak itself",
    "clientProfiles": "Keycloak's own rules for clients", "clientPolicies": "Keycloak's own rules for clients",
    "organizations": "one Limen is one company", "organizationsEnabled": "one Limen is one company",
    "sslRequired": "Limen needs https everywhere but on one machine",
    "registrationAllowed": "nobody registers themselves", "registrationEmailAsUsername": "nobody registers themselves",
    "rememberMe": "no session lasts beyond its length",
    "verifyEmail": "an invitation by email proves the address",
    "loginWithEmailAllowed": "people sign in with their address",
    "duplicateEmailsAllowed": "each address is one person's",
    "resetPasswordAllowed": "people get back in with help of somebody who knows them",
    "editUsernameAllowed": "people have no user names", "userManagedAccessAllowed": "nobody shares by themselves",
    "keycloakVersion": "which Keycloak wrote the export",
    "firstBrokerLoginFlow": "Limen's own way", "notBefore": "sessions there end with it",
}  # fmt: skip
_ENDS: Final = ("Flow", "Lifespan", "LifespanForImplicitFlow", "Timeout", "TimeoutRememberMe", "RememberMe", "Reuse")
_LENGTHS: Final = {"ssoSessionMaxLifespan": "absolute_hours", "ssoSessionIdleTimeout": "idle_hours"}
_PROVIDERS: Final = "an issuer that people sign in at: declare it in limen.toml, [issuers], with a new secret"


def read_sessions(realm: Mapping[str, Any], at: Path, report: Report) -> dict[str, float]:
    """How long sessions last; seconds in Keycloak."""
    found = {}
    for key, name in _LENGTHS.items():
        seconds = realm.get(key)
        if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds <= _LONGEST_HOURS * 3600:
            found[name] = round(seconds / 3600, 4)
            report.translated((*at, key), f"{name} in limen.toml of a new folder; in one that is in use it stays")
    return found


def account_for_realm(realm: Mapping[str, Any], at: Path, report: Report) -> None:
    """Everything else that a realm says, by name; what nobody knows stays unknown, and so is told."""
    for key in realm:
        if key in _WHY:
            report.not_translated((*at, key), _WHY[key])
        elif key.startswith("webAuthnPolicy"):
            report.not_translated((*at, key), _PASSKEYS)
        elif key.endswith(_ENDS) and not report.is_said((*at, key)):
            report.not_translated((*at, key), "Limen has lengths and ways of its own")
    report.left_out((*at, "id"), "Keycloak's own number")
    report.translated((*at, "realm"), "which realm it is")
    report.translated((*at, "enabled"), "whether anything is imported")
    for _, here in entries(realm, "identityProviders", at):
        report.not_translated(here, _PROVIDERS, Effect.STRICTER)
    for key in ("identityProviders", "users", "groups", "clients", "scopeMappings", "userFederationProviders"):
        if key in realm and not realm[key]:
            report.translated((*at, key), "there are none")
    for key in ("realm", "client"):
        for empty in [key] if key in mapping(realm.get("roles")) and not realm["roles"][key] else []:
            report.translated((*at, "roles", empty), "there are none")


def people_source(realm: Mapping[str, Any], at: Path, report: Report) -> str:
    """A directory that people come from, as a source in people.yaml."""
    key = "org.keycloak.storage.UserStorageProvider"
    providers = mapping(mapping(realm.get("components")))
    where = (*at, "components")
    found = ""
    for body, here in entries(providers, key, where):
        if text(body.get("providerId")) != "ldap":
            report.not_translated(here, "people come by SCIM, LDAP or a list", Effect.STRICTER)
            continue
        config = {name: next(iter(texts(value)), "") for name, value in mapping(body.get("config")).items()}
        directory = LdapDirectory(
            address=config.get("connectionUrl", ""),
            is_active_directory=config.get("vendor") == "ad",
            user=config.get("bindDn", ""),
            below=config.get("usersDn", ""),
            title=text(body.get("name")),
        )
        source, taken = source_text("keycloak-ldap", "The directory behind Keycloak", directory)
        report.left_out((*here, "config", "bindCredential"), "a secret: `limen people-source connect` stores it")
        names = {"address": "connectionUrl", "user": "bindDn", "below": "usersDn", "is_active_directory": "vendor"}
        for field, name in names.items():
            if field in taken and not found:
                report.translated((*here, "config", name), "the source keycloak-ldap in people.yaml")
        if not source or found:
            report.note(here, "people of it need a source in people.yaml, written by hand", Effect.STRICTER)
        if is_true(config.get("importEnabled", "")):
            how = "people whom Keycloak had copied come with the list; the source then links them by address"
            report.approximated((*here, "config", "importEnabled"), how, Effect.SAME)
        found = found or source
    return found
