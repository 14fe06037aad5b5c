"""Accounts of a directory that are nobody's: those of services, and those that have no email address.

Microsoft's directory names some by class (managed service accounts) or by what they offer (`servicePrincipalName`);
of all others a directory only shows that no person stands behind them: they can sign in and have no email address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import Instant
from limen.connectors.ldap.connection import Asked
from limen.connectors.ldap.entries import Entry, is_disabled, lasting_id
from limen.connectors.ldap.root_entry import root_entry
from limen.connectors.ldap.searching import everything
from limen.connectors.ldap.times import instant_of
from limen.connectors.vendor_client import VendorError

MOST_ACCOUNTS: Final = 5_000
_MOST_PRINCIPALS: Final = 20
_MANAGED: Final = frozenset(
    {
        "msds-managedserviceaccount",
        "msds-groupmanagedserviceaccount",
        "msds-delegatedmanagedserviceaccount",
    }
)
_IN_ACTIVE_DIRECTORY: Final = (
    "(|(objectClass=msDS-ManagedServiceAccount)(objectClass=msDS-GroupManagedServiceAccount)"
    "(objectClass=msDS-DelegatedManagedServiceAccount)"
    "(&(objectCategory=person)(objectClass=user)(|(servicePrincipalName=*)(!(mail=*)))))"
)
_ELSEWHERE: Final = (
    "(|(objectClass=simpleSecurityObject)(objectClass=account)(objectClass=applicationProcess)"
    "(&(|(objectClass=person)(objectClass=posixAccount))(!(mail=*))))"
)
_ASKED: Final = (
    "objectClass",
    "objectGUID",
    "entryUUID",
    "sAMAccountName",
    "uid",
    "cn",
    "displayName",
    "description",
    "mail",
    "servicePrincipalName",
    "userAccountControl",
    "isCriticalSystemObject",
    "managedBy",
    "manager",
    "owner",
    "lastLogonTimestamp",
    "authTimestamp",
    "pwdLastSet",
    "pwdChangedTime",
    "pwdAccountLockedTime",
    "whenCreated",
    "createTimestamp",
)
_OF_PEOPLE: Final = frozenset({"person", "organizationalperson", "inetorgperson", "user"})
"""A directory need not name the classes above the one that an entry was made with."""
_LOCKED_FOR_GOOD: Final = "000001010000Z"
"""What OpenLDAP's password policy says of an account that its administrator locked (slapo-ppolicy)."""


class ServiceAccountKind(StrEnum):
    """By what it was found to be one."""

    MANAGED = "managed"
    """The directory itself changes its password (msDS-ManagedServiceAccount and those after it)."""
    PRINCIPAL = "principal"
    """It offers a service to Kerberos: it has a `servicePrincipalName`."""
    NOT_A_PERSON = "not-a-person"
    """It is of no class that people are of, and can sign in."""
    WITHOUT_ADDRESS = "without-address"
    """It looks like a person, and has no email address."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """One account. `id` never changes, `dn` may. `signs_in_as` is what it types; `owner` the distinguished name of whom
    the directory calls responsible, "" for nobody. Instants are 0 where the directory does not say.

    `is_built_in`: it came with the directory itself, as Administrator and krbtgt do.
    """

    id: str
    dn: str
    kind: ServiceAccountKind
    signs_in_as: str = ""
    title: str = ""
    description: str = ""
    principals: tuple[str, ...] = ()
    owner: str = ""
    is_enabled: bool = True
    is_built_in: bool = False
    made_at: Instant = 0
    used_at: Instant = 0
    """Active Directory is up to two weeks behind with it; OpenLDAP tells it where `lastbind` is configured."""
    password_set_at: Instant = 0


async def service_accounts(asked: Asked, base: str) -> list[ServiceAccount]:
    """All of them below `base`, by their names. Raises VendorError; an answer that was cut short is one."""
    is_active_directory = (await root_entry(asked)).is_active_directory
    query = _IN_ACTIVE_DIRECTORY if is_active_directory else _ELSEWHERE
    entries = await everything(asked, base, query, _ASKED, MOST_ACCOUNTS)
    return sorted((_account(entry) for entry in entries), key=lambda one: (one.signs_in_as.casefold(), one.dn))


def _account(entry: Entry) -> ServiceAccount:
    found = lasting_id(entry)
    if not found:
        raise VendorError("garbage")
    return ServiceAccount(
        id=found,
        dn=entry.dn,
        kind=_kind(entry),
        signs_in_as=entry.text("sAMAccountName", "uid", "cn")[:200],
        title=entry.text("displayName", "cn", "uid")[:200],
        description=entry.text("description"),
        principals=_texts(entry, "servicePrincipalName")[:_MOST_PRINCIPALS],
        owner=entry.text("managedBy", "owner", "manager"),
        is_enabled=not (is_disabled(entry) or entry.text("pwdAccountLockedTime") == _LOCKED_FOR_GOOD),
        is_built_in=entry.text("isCriticalSystemObject").casefold() == "true",
        made_at=_first(entry, "whenCreated", "createTimestamp"),
        used_at=_first(entry, "lastLogonTimestamp", "authTimestamp"),
        password_set_at=_first(entry, "pwdLastSet", "pwdChangedTime"),
    )


def _kind(entry: Entry) -> ServiceAccountKind:
    classes = entry.classes
    if classes & _MANAGED:
        return ServiceAccountKind.MANAGED
    if entry.all("servicePrincipalName"):
        return ServiceAccountKind.PRINCIPAL
    is_person = bool(classes & _OF_PEOPLE) and "simplesecurityobject" not in classes
    return ServiceAccountKind.WITHOUT_ADDRESS if is_person else ServiceAccountKind.NOT_A_PERSON


def _texts(entry: Entry, name: str) -> tuple[str, ...]:
    return tuple(sorted(text for value in entry.all(name) if 0 < len(text := value.decode(errors="replace")) <= 200))


def _first(entry: Entry, *names: str) -> Instant:
    return next((at for name in names if (at := instant_of(entry, name))), 0)
