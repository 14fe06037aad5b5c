"""Who is in a group, also through groups within it.

Active Directory answers that itself, with one question for each group (LDAP_MATCHING_RULE_IN_CHAIN, MS-ADTS section
3.1.1.3.4.4.3). Elsewhere the groups are walked: each is read once, and whichever contains itself ends the walk there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from limen.connectors.ldap.connection import Asked
from limen.connectors.ldap.entries import LONGEST_DN, Entry, dn_key, lasting_id
from limen.connectors.ldap.filters import both, equals
from limen.connectors.ldap.searching import one_entry, pages
from limen.connectors.vendor_client import VendorError

MOST_READ: Final = 5_000
"""Entries that are looked at to find groups within groups, in one walk over all of them."""
IS_GROUP: Final = (
    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=group))"
)
_IN_CHAIN: Final = "1.2.840.113556.1.4.1941"
_MEMBERS: Final = ("member", "uniqueMember")
_USER_NAMES: Final = "memberUid"


@dataclass(frozen=True, slots=True)
class Members:
    """Those of one group: by the keys of their distinguished names (`dn_key`), or by their user names."""

    names: frozenset[str]
    user_names: frozenset[str] = frozenset()


class GroupWalk:
    """Walks groups. `people` are the keys of the distinguished names that are known to be people's, so no groups."""

    def __init__(self, asked: Asked, people: Collection[str]) -> None:
        self._asked = asked
        self._people = people
        self._read: dict[str, Entry | None] = {}

    async def members(self, group: str) -> Members:
        """Raises VendorError: `no-group`, where this one is gone or can't be seen, and `hidden-members`, where it has
        none that can be seen though its class says that it has.
        """
        first = await self._entry(group, dn_key(group))
        if first is None:
            raise VendorError("no-group")
        names: set[str] = set()
        user_names: set[str] = set()
        seen, waiting = {dn_key(group)}, deque([first])
        while waiting:
            entry = waiting.popleft()
            said = await asyncio.to_thread(_said, entry)
            if not said and entry.classes & {"groupofnames", "groupofuniquenames"}:
                raise VendorError("hidden-members")
            user_names |= {_text(value) for value in entry.all(_USER_NAMES)}
            for dn, key in said:
                if key in self._people:
                    names.add(key)
                elif key not in seen:
                    seen.add(key)
                    if (inner := await self._entry(dn, key)) is not None:
                        waiting.append(inner)
        return Members(frozenset(names), frozenset(user_names))

    async def _entry(self, dn: str, key: str) -> Entry | None:
        if key not in self._read:
            if len(self._read) >= MOST_READ:
                raise VendorError("too-much")
            attributes = ["objectClass", *_MEMBERS, _USER_NAMES]
            self._read[key] = await one_entry(self._asked, dn, attributes, IS_GROUP)
        return self._read[key]


async def members_in_chain(asked: Asked, base: str, query: str, group: str) -> frozenset[str]:
    """The lasting ids of the accounts below `base` that the filter finds and that are in the group, by Active
    Directory's own account; with those whose primary group it is. Raises VendorError, `no-group` where it is gone.
    """
    entry = await one_entry(asked, group, ["objectSid"], "(objectClass=group)")
    if entry is None:
        raise VendorError("no-group")
    is_member = equals("memberOf", group, _IN_CHAIN)
    for sid in entry.all("objectSid")[:1]:
        is_member = f"(|{is_member}(primaryGroupID={int.from_bytes(sid[-4:], 'little')}))"
    found: set[str] = set()
    async for page in pages(asked, base, both(query, is_member), ["objectGUID"]):
        found |= {lasting_id(member) for member in page.entries}
    return frozenset(found - {""})


def _said(entry: Entry) -> list[tuple[str, str]]:
    """The names of its members, with their keys; of thousands this takes a while."""
    names = [_text(value) for name in _MEMBERS for value in entry.all(name)]
    return [(dn, dn_key(dn)) for dn in names]


def _text(value: bytes) -> str:
    """What is too long to be a name is cut, and so nobody's."""
    return value[: LONGEST_DN + 1].decode(errors="replace")
