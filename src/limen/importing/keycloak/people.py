"""Users: people with their groups and roles. What they signed in with never comes along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from limen.importing.keycloak.groups import Groups
from limen.importing.keycloak.parts import entries, is_true, mapping, text, texts
from limen.importing.keycloak.roles import Roles, account_for_roles, held_by
from limen.importing.model import Person
from limen.importing.report import Effect, Path, Report

USER: Final = "user:"
_TAKEN: Final[Mapping[str, str]] = {
    "username": "what rules that name the account mean",
    "firstName": "the name in people.csv",
    "lastName": "the name in people.csv",
    "email": "the address in people.csv",
    "enabled": "who is disabled is not in people.csv",
    "groups": "groups in people.csv",
}
_OWN: Final[Mapping[str, str]] = {
    "id": "Keycloak's own number",
    "createdTimestamp": "when the account was made there",
    "notBefore": "sessions there end with it",
    "access": "who may change it there",
    "disableableCredentialTypes": "which factors it had there",
    "totp": "factors are enrolled anew",
    "origin": "where Keycloak had it from",
    "self": "where Keycloak had it",
    "federationLink": "where Keycloak had it from",
    "clientConsents": "people are asked anew where an app asks for consent",
}


def read_people(
    bodies: Iterable[tuple[Mapping[str, Any], Path]],
    report: Report,
    groups: Groups,
    roles: Roles,
    named: Iterable[str],
) -> list[Person]:
    """The people of one file. `named` are the accounts that policies name, each in a group of its own."""
    accounts = set(named)
    people = []
    for body, at in bodies:
        if text(body.get("serviceAccountClientId")):
            why = "a service account is no person: create a workload with a token"
            report.not_translated(at, why, Effect.STRICTER)
            continue
        account = text(body.get("username"))
        if not account:
            report.not_translated(at, "a user without a name")
            continue
        _account_for(body, at, report, groups, roles)
        people.append(_person(account, body, groups, roles, accounts))
    return people


def parts_of(file: str, body: Any) -> list[tuple[Any, Path]]:
    """What a file is, or the list in it has, and where it stands."""
    return [(one, (file, at)) for at, one in enumerate(body)] if isinstance(body, list) else [(body, (file,))]


def users_in(files: Mapping[str, Any], realm: str) -> list[tuple[Mapping[str, Any], Path]]:
    """All users of the realm, from whichever file, and where each stands."""
    found: list[tuple[Mapping[str, Any], Path]] = []
    for name, body in files.items():
        for one, at in parts_of(name, body):
            if isinstance(one, Mapping) and one.get("realm") == realm:
                for key in ("users", "federatedUsers"):
                    found += entries(one, key, at)
    return found


def _person(account: str, body: Mapping[str, Any], groups: Groups, roles: Roles, named: set[str]) -> Person:
    paths = texts(body.get("groups"))
    held = roles.named(held_by(body) | groups.roles_in(paths))
    own = {f"{USER}{account}"} if account in named else set()
    name = f"{text(body.get('firstName'))} {text(body.get('lastName'))}".strip() or account
    locale = next(iter(texts(mapping(body.get("attributes")).get("locale"))), "")[:2].lower()
    return Person(
        account,
        name,
        text(body.get("email")),
        groups.keys(paths) | held | own,
        is_active=body.get("enabled") is not False,
        language=locale if locale in {"en", "de"} else "",
    )


def _account_for(body: Mapping[str, Any], at: Path, report: Report, groups: Groups, roles: Roles) -> None:
    for key, into in _TAKEN.items():
        if key != "groups":
            report.translated((*at, key), into)
    for number, path in enumerate(texts(body.get("groups"))):
        if path in groups.groups:
            report.translated((*at, "groups", number), _TAKEN["groups"])
        else:
            report.not_translated((*at, "groups", number), "a group that the export does not have")
    account_for_roles(body, at, report, roles)
    for key, why in _OWN.items():
        report.left_out((*at, key), why)
    report.left_out((*at, "credentials"), "passwords, codes and keys: everybody enrols their own")
    report.approximated((*at, "emailVerified"), "an invitation by email proves the address", Effect.SAME)
    report.not_translated((*at, "federatedIdentities"), "accounts elsewhere are linked anew, at the next sign-in there")
    for number, _ in enumerate(texts(body.get("requiredActions"))):
        where = (*at, "requiredActions", number)
        report.approximated(where, "whoever is invited enrols what Limen requires of them", Effect.SAME)
    for key in mapping(body.get("attributes")):
        where = (*at, "attributes", key)
        if key == "locale":
            report.translated(where, "the language in people.csv, where it is English or German")
        else:
            report.not_translated(where, "Limen keeps of people only what it uses")
    for key in ("groups", "realmRoles", "clientRoles", "attributes", "requiredActions"):
        if key in body and not body[key]:
            report.translated((*at, key), "there are none")
    if is_true(body.get("enabled")) and not text(body.get("email")):
        report.note(at, "without an address they can't be added: give them one", Effect.STRICTER)
