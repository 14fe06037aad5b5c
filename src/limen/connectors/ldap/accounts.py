"""All accounts below some names of a directory, with the groups that they are in: whole, or what changed since."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from limen.connectors.ldap.changes import Position, have_groups_changed, position
from limen.connectors.ldap.connection import Asked
from limen.connectors.ldap.entries import Entry, dn_key, lasting_id
from limen.connectors.ldap.filters import both
from limen.connectors.ldap.nested_members import GroupWalk, members_in_chain
from limen.connectors.ldap.root_entry import RootEntry, root_entry
from limen.connectors.ldap.searching import pages
from limen.connectors.vendor_client import VendorError

MOST_ACCOUNTS: Final = 50_000
MOST_BYTES: Final = 256 << 20
"""Of a connection by which so many are read: five kilobytes for each."""
_PEOPLE: Final = "(objectClass=person)"
_USERS: Final = "(&(objectCategory=person)(objectClass=user))"
"""In Active Directory computers are people by class; managed service accounts are no persons by category."""
_LASTING: Final = ("objectGUID", "entryUUID")
_OF_CHANGES: Final = "modifyTimestamp"

WentOn = Callable[[int], Awaitable[None]]
"""How many accounts were read so far."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts are read: those of people below `bases`, where the filter `query` holds of them ("": all); of each
    the `attributes`. Of the `groups`, by their distinguished names, it is found out who is in them. `user_name` is the
    attribute that `memberUid` holds.
    """

    bases: tuple[str, ...]
    attributes: tuple[str, ...]
    query: str = ""
    groups: tuple[str, ...] = ()
    user_name: str = "uid"

    def filter(self, root: RootEntry) -> str:
        return both(_USERS if root.is_active_directory else _PEOPLE, self.query)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What was read. `entries`, by their lasting ids, are all that there are, or those that changed; `groups` says in
    which of the wanted groups an account is, `names` which account a name (`dn_key`) is of: both of all there are.
    `nameless` have no lasting id; `referrals` lead to servers that were not asked.
    """

    entries: Mapping[str, Entry]
    groups: Mapping[str, frozenset[str]] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    position: Position
    is_active_directory: bool
    nameless: int = 0
    referrals: int = 0


class GroupError(VendorError):
    """One of the wanted groups could not be read."""

    def __init__(self, word: str, group: str) -> None:
        super().__init__(word)
        self.what = f"{self.what}: {group}"
        self.group = group


async def no_matter(_read: int) -> None: ...


async def read_all(asked: Asked, wanted: Wanted, went_on: WentOn = no_matter) -> Accounts:
    """All of them. Raises VendorError: where that is not all, there is nothing."""
    root = await root_entry(asked)
    found = await _read(asked, wanted, wanted.filter(root), went_on)
    names = await asyncio.to_thread(_names, found.entries)
    return Accounts(
        entries=found.entries,
        groups=await _groups(asked, wanted, root, found.entries, names),
        names=names,
        position=await position(asked, root, found.entries.values()),
        is_active_directory=root.is_active_directory,
        nameless=found.nameless,
        referrals=found.referrals,
    )


async def read_changes(asked: Asked, wanted: Wanted, known: Accounts) -> Accounts | None:
    """Those that changed since. None where that can't be told, or any group changed: then all is to be read.

    Raises VendorError.
    """
    root = await root_entry(asked)
    if not known.position.can_tell(root) or await have_groups_changed(asked, root, known.position):
        return None
    found = await _read(asked, wanted, both(wanted.filter(root), known.position.query), no_matter)
    here = await position(asked, root, found.entries.values())
    return Accounts(
        entries=found.entries,
        groups=known.groups,
        names={**known.names, **_names(found.entries)},
        position=here if here.server or here.at >= known.position.at else known.position,
        is_active_directory=root.is_active_directory,
        nameless=found.nameless,
        referrals=known.referrals,
    )


def _names(entries: Mapping[str, Entry]) -> dict[str, str]:
    return {dn_key(entry.dn): one for one, entry in entries.items()}


@dataclass(slots=True)
class _Found:
    entries: dict[str, Entry] = field(default_factory=dict)
    nameless: int = 0
    referrals: int = 0


async def _read(asked: Asked, wanted: Wanted, query: str, went_on: WentOn) -> _Found:
    """An entry that was moved while it was read is found twice; the later one counts."""
    found = _Found()
    attributes = tuple(dict.fromkeys((*wanted.attributes, wanted.user_name, *_LASTING, _OF_CHANGES)))
    for base in wanted.bases:
        async for page in pages(asked, base, query, attributes):
            for entry in page.entries:
                if known := lasting_id(entry):
                    found.entries[known] = entry
                else:
                    found.nameless += 1
            found.referrals += page.referrals
            if len(found.entries) > MOST_ACCOUNTS:
                raise VendorError("too-much")
            await went_on(len(found.entries))
    return found


async def _groups(
    asked: Asked, wanted: Wanted, root: RootEntry, entries: Mapping[str, Entry], names: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    walk = GroupWalk(asked, names)
    user_names = {entry.text(wanted.user_name): one for one, entry in entries.items()}
    of: defaultdict[str, set[str]] = defaultdict(set)
    for group in wanted.groups:
        try:
            if root.is_active_directory:
                members: Iterable[str] = await _in_chain(asked, wanted, root, group)
            else:
                walked = await walk.members(group)
                members = [names[name] for name in walked.names]
                members += [user_names[name] for name in walked.user_names if name in user_names]
        except VendorError as error:
            raise GroupError(error.word, group) from None
        for member in members:
            of[member].add(group)
    return {member: frozenset(groups) for member, groups in of.items()}


async def _in_chain(asked: Asked, wanted: Wanted, root: RootEntry, group: str) -> set[str]:
    found: set[str] = set()
    for base in wanted.bases:
        found |= await members_in_chain(asked, base, wanted.filter(root), group)
    return found
