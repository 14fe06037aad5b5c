"""Who is in a group of an LDAP directory: `member` and `uniqueMember` hold distinguished names, `memberUid` user names.

An account is known by what never changes of it: `entryUUID` (RFC 4530), or `objectGUID` in Active Directory. There,
where the forest has the feature *Privileged Access Management*, a member is added with its end (MS-ADTS section
3.1.1.9.2, TTL-DN), and the directory removes it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from limen.clock import SECOND, Instant
from limen.connectors.group_members import Account, refuse_more
from limen.connectors.ldap.connection import ANSWER_SECONDS, Asked, refuse_unless, result_of
from limen.connectors.ldap.entries import LONGEST_TEXT, Entry, dn_key, entry_of, is_disabled, lasting_id
from limen.connectors.ldap.filters import both, equals, equals_bytes
from limen.connectors.vendor_client import VendorError

if TYPE_CHECKING:
    from ldap3 import Connection

LINK_TTL: Final = "1.2.840.113556.1.4.2309"
"""LDAP_SERVER_LINK_TTL_OID: a directory that names it knows members with an end."""
_PEOPLE: Final = "(|(objectClass=person)(objectClass=posixAccount))"
_OF_ACCOUNTS: Final = ("entryUUID", "objectGUID", "uid", "cn", "displayName", "userAccountControl")


@dataclass(frozen=True, slots=True)
class LdapGroups:
    """`base` is below what accounts are, `match` the attribute of their email address, `member` that of groups."""

    asked: Asked
    base: str
    match: str = "mail"
    member: str = "member"

    async def find(self, address: str) -> Account:
        found = await self._accounts(both(_PEOPLE, equals(self.match, address)), are_usable=True)
        if len(found) != 1:
            raise VendorError("several-accounts" if found else "no-account")
        return found[0]

    async def current(self, account_id: str) -> Account | None:
        kind, _, text = account_id.partition(":")
        known = uuid.UUID(text)
        if kind == "objectGUID":
            query = equals_bytes(kind, known.bytes_le)
        elif kind == "entryUUID":
            query = equals(kind, str(known))
        else:
            raise VendorError("garbage")
        found = await self._accounts(query)
        return found[0] if len(found) == 1 else None

    async def has(self, group: str, account: Account) -> bool:
        def compare(connection: Connection) -> bool:
            connection.compare(group, self.member, account.value)
            refuse_unless(connection, "compareTrue", "compareFalse", "noSuchAttribute")
            return result_of(connection) == "compareTrue"

        return await self.asked.ask(compare)

    async def members(self, group: str) -> dict[str, str]:
        def look(connection: Connection) -> list[Any]:
            connection.search(group, "(objectClass=*)", "BASE", attributes=[self.member], time_limit=ANSWER_SECONDS)
            refuse_unless(connection, "success")
            (entry,) = [one for one in connection.response if one.get("type") == "searchResEntry"]
            return list(entry["raw_attributes"].get(self.member, []))

        values = await self.asked.ask(look)
        refuse_more(len(values))
        return {_text(value): "" for value in values}

    async def add(self, group: str, account: Account, now: Instant, until: Instant) -> bool:
        def put(connection: Connection, value: str) -> str:
            connection.modify(group, {self.member: [("MODIFY_ADD", [value])]})
            return result_of(connection)

        if self.member == "member" and account.id.startswith("objectGUID:") and await self._knows_ends():
            seconds = max(1, (until - now) // SECOND)
            await self.remove(group, account)  # one that is a member already keeps its end
            if await self.asked.ask(lambda one: put(one, with_end(account.value, seconds))) == "success":
                return True

        def plain(connection: Connection) -> None:
            put(connection, account.value)
            refuse_unless(connection, "success", "attributeOrValueExists", "entryAlreadyExists")

        await self.asked.ask(plain)
        return False

    async def remove(self, group: str, account: Account) -> None:
        """Under the name that it was added by, and under the one that it has now."""
        now = await self.current(account.id) if account.id else None
        values = [account.value, *([now.value] if now is not None and now.value != account.value else [])]

        def take(connection: Connection) -> None:
            for value in values:
                connection.modify(group, {self.member: [("MODIFY_DELETE", [value])]})
                # Active Directory says unwillingToPerform of one that is no member
                if result_of(connection) == "unwillingToPerform" and not self._is_in(connection, group, value):
                    continue
                refuse_unless(connection, "success", "noSuchAttribute")

        await self.asked.ask(take)

    def key(self, value: str) -> str:
        """User names differ in case; parts of distinguished names do not (RFC 4517, caseIgnoreMatch)."""
        if self.member == "memberUid":
            return value
        return dn_key(value)

    # Inside

    def _is_in(self, connection: Connection, group: str, value: str) -> bool:
        connection.compare(group, self.member, value)
        return result_of(connection) != "compareFalse"

    async def _accounts(self, query: str, *, are_usable: bool = False) -> list[Account]:
        """Two at most: more than one is as wrong as many. `are_usable`: without those that are disabled."""

        def look(connection: Connection) -> list[Account]:
            attributes = [*_OF_ACCOUNTS, self.match]
            connection.search(self.base, query, "SUBTREE", attributes=attributes, size_limit=2, time_limit=10)
            refuse_unless(connection, "success", "sizeLimitExceeded")
            entries = [entry_of(one) for one in connection.response if one.get("type") == "searchResEntry"]
            return [self._account(entry) for entry in entries if not (are_usable and is_disabled(entry))]

        return await self.asked.ask(look)

    def _account(self, entry: Entry) -> Account:
        value = entry.text("uid") if self.member == "memberUid" else entry.dn
        if not (found := lasting_id(entry)) or not 0 < len(value) <= LONGEST_TEXT:
            raise VendorError("garbage")
        return Account(found, value, entry.text("displayName", "cn", "uid")[:200])

    async def _knows_ends(self) -> bool:
        def look(connection: Connection) -> bool:
            connection.search("", "(objectClass=*)", "BASE", attributes=["supportedControl"])
            entries = [one for one in connection.response or () if one.get("type") == "searchResEntry"]
            controls = [_text(one) for entry in entries for one in entry["raw_attributes"].get("supportedControl", [])]
            return LINK_TTL in controls

        return await self.asked.ask(look)


def with_end(name: str, seconds: int) -> str:
    """A member that the directory itself removes after so many seconds (MS-ADTS, TTL-DN)."""
    return f"<TTL={seconds},{name}>"


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise VendorError("garbage") from None
