"""What a directory says of people: all of it, or what changed since it was read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from limen.clock import Instant
from limen.connectors.ldap.accounts import MOST_BYTES, Accounts, Wanted, WentOn, no_matter, read_all, read_changes
from limen.connectors.ldap.connection import Asked, opened
from limen.connectors.ldap.entries import dn_key, parent_of
from limen.connectors.ldap.searching import one_entry
from limen.connectors.vendor_client import VendorError
from limen.identity.sources.ldap.ldap_settings import LdapSettings, settings_of
from limen.identity.sources.ldap.mapping import OF_ACCESS, people_of, without_shared_addresses
from limen.identity.sources.model import Source, SourcePerson


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a source. `nameless` accounts have no ID that lasts, so nobody can be told from them again;
    `referrals` lead to other servers, which are not asked. `units` are the entries below which people are.
    `lost_unit` is one of those that were known which can't be seen any more; "": none.
    """

    people: Sequence[SourcePerson]
    is_active_directory: bool
    nameless: int = 0
    referrals: int = 0
    units: frozenset[str] = frozenset()
    lost_unit: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    settings: LdapSettings
    accounts: Accounts
    own: dict[str, SourcePerson]
    """Each as their own entry says."""
    said: dict[str, SourcePerson]
    """As it was handed on."""


MOST_UNITS: Final = 200
"""Those with most people are kept."""


class Reading:
    """Reads sources, and remembers what it read: after a start everything is read once. Used on the event loop."""

    def __init__(self, now: Callable[[], Instant], zone: Callable[[], tzinfo]) -> None:
        self._now = now
        self._zone = zone
        self._known: dict[str, _Known] = {}

    def can_tell_changes(self, source: Source) -> bool:
        """Whether all was read before, by the same settings."""
        known = self._known.get(source.id)
        return known is not None and known.settings == settings_of(source)

    async def whole(
        self, source: Source, secret: str, went_on: WentOn = no_matter, known_units: Iterable[str] = ()
    ) -> Read:
        """Everybody. Raises VendorError: where that is not all, there is nothing; so is it where there is nobody.

        `known_units` are those of the time before. Where nobody is below one any more, it is looked whether it is
        there: people who vanish with it may be hidden from Limen, and not gone.
        """
        settings = settings_of(source)
        self._known.pop(source.id, None)
        async with opened(settings.server(secret), MOST_BYTES) as asked:
            accounts = await read_all(asked, wanted(settings), went_on)
            units = _units(accounts)
            lost = await _first_lost(asked, {dn_key(unit) for unit in units}, known_units)
        if not accounts.entries:
            raise VendorError("nobody")
        said = await self._remember(source, settings, accounts, {})
        return Read(
            people=list(said.values()),
            is_active_directory=accounts.is_active_directory,
            nameless=accounts.nameless,
            referrals=accounts.referrals,
            units=units,
            lost_unit=lost,
        )

    async def changes(self, source: Source, secret: str) -> list[SourcePerson] | None:
        """Those whose entries changed, and whose address is no longer one of two; None where all has to be read.

        Somebody may be named who is as before. Raises VendorError.
        """
        settings = settings_of(source)
        known = self._known.get(source.id)
        if known is None or known.settings != settings:
            return None
        async with opened(settings.server(secret), MOST_BYTES) as asked:
            accounts = await read_changes(asked, wanted(settings), known.accounts)
        if accounts is None:
            return None
        said = await self._remember(source, settings, accounts, known.own)
        return [one for key, one in said.items() if key in accounts.entries or known.said.get(key) != one]

    async def _remember(
        self, source: Source, settings: LdapSettings, accounts: Accounts, before: Mapping[str, SourcePerson]
    ) -> dict[str, SourcePerson]:
        """What is to be handed on. Thousands of people are put together in a thread, so that nobody else waits."""
        now, zone = self._now(), self._zone()

        def put_together() -> tuple[dict[str, SourcePerson], dict[str, SourcePerson]]:
            own = {**before, **people_of(accounts, settings, now, zone)}
            return own, without_shared_addresses(own)

        own, said = await asyncio.to_thread(put_together)
        self._known[source.id] = _Known(settings, _without_entries(accounts), own, said)
        return said

    def forget(self, source: Source) -> None:
        """What was read was not applied: all is read again next time."""
        self._known.pop(source.id, None)


def wanted(settings: LdapSettings) -> Wanted:
    """What is asked for."""
    attributes = dict.fromkeys([*(name for names in settings.attributes.values() for name in names), *OF_ACCESS])
    return Wanted(settings.bases, tuple(attributes), settings.query, settings.groups, settings.user_name)


def _without_entries(accounts: Accounts) -> Accounts:
    """What is needed to ask for changes; entries are large."""
    return replace(accounts, entries={})


def _units(accounts: Accounts) -> frozenset[str]:
    """The entries right above those of people."""
    above = Counter(unit for entry in accounts.entries.values() if (unit := parent_of(entry.dn)))
    return frozenset(unit for unit, _ in above.most_common(MOST_UNITS))


async def _first_lost(asked: Asked, here: Collection[str], known: Iterable[str]) -> str:
    for unit in sorted(known)[:MOST_UNITS]:
        if dn_key(unit) not in here and await one_entry(asked, unit, ["objectClass"]) is None:
            return unit
    return ""
