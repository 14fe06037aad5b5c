"""Which accounts of programs a directory has, in one form for all kinds of directories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from limen.access.membership.directories import Clients
from limen.access.service_accounts.model import Seen
from limen.clock import Instant
from limen.connectors.google.service_accounts import SCOPE, CloudAccount, cloud_accounts, project_of
from limen.connectors.google.sign_in import account_token, service_account
from limen.connectors.microsoft.app_registrations import AppRegistration, app_registrations
from limen.connectors.microsoft.sign_in import GRAPH, app_token
from limen.connectors.vendor_client import closing_clients
from limen.facts.directory import Directory, DirectoryKind

if TYPE_CHECKING:
    from limen.connectors.ldap.service_accounts import ServiceAccount as LdapAccount


async def accounts_of(clients: Clients, directory: Directory, secret: str, now: Instant) -> list[Seen] | None:
    """All of them; None for a kind of directory that has none. Raises VendorError."""
    match directory.kind:
        case DirectoryKind.LDAP:
            from limen.connectors.ldap.connection import LdapServer, opened  # noqa: PLC0415 -- only where it is so
            from limen.connectors.ldap.service_accounts import service_accounts  # noqa: PLC0415 -- as above

            async with opened(LdapServer(directory.url, directory.client, secret, directory.trust)) as asked:
                found = await service_accounts(asked, domain_of(directory.base))
                return [_of_ldap(one) for one in found if not one.is_built_in]
        case DirectoryKind.ENTRA:
            async with closing_clients(clients.client) as at:
                to = (directory.tenant, directory.client, secret, GRAPH)
                token = await app_token(at(clients.microsoft_sign_in), *to)
                return [_of_entra(one) for one in await app_registrations(at(clients.graph), token)]
        case DirectoryKind.GOOGLE:
            async with closing_clients(clients.client) as at:
                asking = service_account(secret)
                token = await account_token(at(clients.google_sign_in), asking, SCOPE, now)
                several = await cloud_accounts(at(clients.iam), token, project_of(asking.email))
                return [_of_google(one) for one in several]
        case _:
            return None


def domain_of(base: str) -> str:
    """The whole domain that a distinguished name is in: accounts of programs are seldom where people's are."""
    parts = base.split(",")
    first = next((n for n, part in enumerate(parts) if part.strip().casefold().startswith("dc=")), 0)
    return ",".join(parts[first:])


def _of_ldap(one: LdapAccount) -> Seen:
    """The directory itself changes what managed accounts sign in with; of all others the password is one secret."""
    is_managed = one.kind == "managed"
    return Seen(
        external_id=one.id,
        kind=one.kind.value,
        name=one.signs_in_as or one.title or one.dn,
        detail=one.description or one.dn,
        is_active=one.is_enabled,
        used_at=one.used_at,
        secret_at=0 if is_managed else one.password_set_at or one.made_at,
        secrets=0 if is_managed else 1,
    )


def _of_entra(one: AppRegistration) -> Seen:
    began, ends = _times((each.begins_at, each.ends_at) for each in one.secrets)
    return Seen(
        external_id=one.app_id,
        kind=one.kind,
        name=one.name or one.app_id,
        detail="a program of another tenant" if one.is_foreign else one.app_id,
        is_active=one.is_enabled,
        secret_at=began,
        secret_ends_at=ends,
        secrets=len(one.secrets),
    )


def _of_google(one: CloudAccount) -> Seen:
    began, ends = _times((each.begins_at, each.ends_at) for each in one.keys)
    return Seen(
        external_id=one.id,
        kind="service-account",
        name=one.email,
        detail=one.title,
        is_active=one.is_enabled,
        secret_at=began,
        secret_ends_at=ends,
        secrets=len(one.keys),
    )


def _times(several: Iterable[tuple[Instant, Instant]]) -> tuple[Instant, Instant]:
    """When the oldest was made, and when the last one ends: 0 where one never does."""
    found = list(several)
    ends = [end for _, end in found]
    return min((began for began, _ in found if began), default=0), 0 if 0 in ends else max(ends, default=0)
