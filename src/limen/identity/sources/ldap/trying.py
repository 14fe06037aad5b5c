"""A connection to a directory tried: whether it lets Limen in, and whether what `people.yaml` names is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from limen.connectors.ldap.connection import Asked, opened
from limen.connectors.ldap.root_entry import root_entry
from limen.connectors.ldap.searching import one_entry
from limen.identity.sources.ldap.ldap_settings import LdapSettings


@dataclass(frozen=True, slots=True)
class Tried:
    """It let Limen in. `missing` are the names of `people.yaml`, of entries and of groups, that it does not show."""

    is_active_directory: bool
    missing: tuple[str, ...]


async def tried(settings: LdapSettings, secret: str) -> Tried:
    """Raises VendorError."""
    async with opened(settings.server(secret)) as asked:
        root = await root_entry(asked)
        missing = await _missing(asked, (*settings.bases, *settings.groups))
    return Tried(root.is_active_directory, missing)


async def _missing(asked: Asked, names: Iterable[str]) -> tuple[str, ...]:
    return tuple([name for name in names if await one_entry(asked, name, ["objectClass"]) is None])
