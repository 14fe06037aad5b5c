"""users_database.yml: people with their groups. Passwords never come along: everybody enrols anew in Limen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from limen.importing.authelia.rules import GROUP, USER
from limen.importing.authelia.words import words
from limen.importing.model import Group, Person
from limen.importing.report import Effect, Path, Report

_ATTRIBUTES: Final = frozenset(
    {
        "given_name", "middle_name", "family_name", "nickname", "gender", "birthdate", "website", "profile", "picture",
        "zoneinfo", "phone_number", "phone_extension", "address", "extra",
    }
)  # fmt: skip


def read_users(section: Any, at: Path, report: Report, named: Iterable[str]) -> tuple[list[Person], list[Group]]:
    """The people of `users`, and the groups that they are in or that rules name (`named`)."""
    people: list[Person] = []
    groups = {one: Group(one, _group_name(one)) for one in named}
    for account, body in section.items() if isinstance(section, Mapping) else ():
        where = (*at, account)
        if not isinstance(body, Mapping):
            report.not_translated(where, "this is not a person")
            continue
        person = _person(account, body, where, report, groups)
        for key in person.groups:
            groups.setdefault(key, Group(key, _group_name(key)))
        people.append(person)
    return people, sorted(groups.values(), key=lambda one: one.key)


def _person(account: str, body: Mapping[str, Any], at: Path, report: Report, named: Mapping[str, Group]) -> Person:
    inside = {f"{GROUP}{one}" for one in words(body.get("groups")) if isinstance(one, str)}
    if f"{USER}{account}" in named:
        inside.add(f"{USER}{account}")
    email = body.get("email") if isinstance(body.get("email"), str) else ""
    is_active = body.get("disabled") is not True
    _account_for(body, at, report, has_email=bool(email), is_active=is_active)
    name = body.get("displayname")
    return Person(
        account,
        name if isinstance(name, str) and name else account,
        email or "",
        frozenset(inside),
        is_active=is_active,
        language=_language(body.get("locale")),
    )


def _account_for(body: Mapping[str, Any], at: Path, report: Report, *, has_email: bool, is_active: bool) -> None:
    said = {
        "displayname": "the name in people.csv",
        "email": "the address in people.csv",
        "groups": "groups in people.csv",
        "disabled": "who is disabled is not in people.csv",
        "locale": "the language in people.csv",
    }
    for key, value in body.items():
        if key == "password":
            report.left_out((*at, key), "a password's hash: everybody enrols a passkey or a password of their own")
        elif key == "locale" and not _language(value):
            report.not_translated((*at, key), "Limen speaks English and German; they choose")
        elif key in said:
            report.translated((*at, key), said[key])
        elif key in _ATTRIBUTES:
            report.not_translated((*at, key), "Limen keeps of people only what it uses")
    if is_active and not has_email:
        report.note(at, "without an address they can't be added: give them one", Effect.STRICTER)


def _language(value: Any) -> str:
    code = value[:2].lower() if isinstance(value, str) else ""
    return code if code in {"en", "de"} else ""


def _group_name(key: str) -> str:
    return f"Account {key.removeprefix(USER)}" if key.startswith(USER) else key.removeprefix(GROUP)
