"""Who is in a group of Google Workspace, by the Cloud Identity API (`groups/{id}/memberships`).

A member is added with its end (`expiryDetail`), and Google removes it, where the edition has that (Cloud Identity
Premium, Workspace Enterprise); else Limen alone does. People are found by the Directory API, which knows aliases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import msgspec

from limen.clock import Instant, to_iso
from limen.connectors.group_members import Account, refuse_more
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, listed, text_in

CLOUD_IDENTITY: Final = "https://cloudidentity.googleapis.com"
SCOPES: Final = (
    "https://www.googleapis.com/auth/cloud-identity.groups "
    "https://www.googleapis.com/auth/admin.directory.user.readonly"
)
_PER_PAGE: Final = 500
_EXISTS: Final = 409
_NO_ENDS: Final = frozenset({400, 403})
"""How an end is refused where the edition has none."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class GoogleGroups:
    """`directory` is the Directory API, `identity` Cloud Identity. Groups and members are known by their addresses,
    accounts by the id that no renaming changes.
    """

    directory: VendorClient
    identity: VendorClient
    token: str

    async def find(self, address: str) -> Account:
        told = await self._user(address)
        if told is None or told.get("suspended") is True:
            raise VendorError("no-account")
        return _account(told)

    async def current(self, account_id: str) -> Account | None:
        told = await self._user(account_id)
        return _account(told) if told is not None else None

    async def has(self, group: str, account: Account) -> bool:
        return bool(await self._membership(await self._group(group), account.value))

    async def members(self, group: str) -> dict[str, str]:
        name, link = await self._group(group), ""
        found: dict[str, str] = {}
        while True:
            query = [("view", "FULL"), ("pageSize", str(_PER_PAGE)), *([("pageToken", link)] if link else [])]
            page = await self.identity.get(f"/v1/{name}/memberships", query, self.token)
            for one in listed(page, "memberships") if "memberships" in page else ():
                found[text_in(_object_in(one, "preferredMemberKey"), "id", 500)] = ""
            refuse_more(len(found))
            if not page.get("nextPageToken"):
                return found
            link = text_in(page, "nextPageToken")

    async def add(self, group: str, account: Account, now: Instant, until: Instant) -> bool:  # noqa: ARG002
        name = await self._group(group)
        ending = {"name": "MEMBER", "expiryDetail": {"expireTime": to_iso(until)}}
        key = {"preferredMemberKey": {"id": account.value}}
        try:
            await self._send("POST", f"/v1/{name}/memberships", {**key, "roles": [ending]})
        except VendorError as error:
            if error.status == _EXISTS:
                return await self._has_other_end(name, account, ending)
            if error.status not in _NO_ENDS:
                raise
        else:
            return True
        try:
            await self._send("POST", f"/v1/{name}/memberships", {**key, "roles": [{"name": "MEMBER"}]})
        except VendorError as error:
            if error.status != _EXISTS:
                raise
        return False

    async def remove(self, group: str, account: Account) -> None:
        """Under the address that it was added by, and under the one that it has now."""
        name = await self._group(group)
        now = await self.current(account.id) if account.id else None
        for address in {account.value, *([now.value] if now is not None else [])}:
            if membership := await self._membership(name, address):
                await self._send("DELETE", f"/v1/{membership}", None, frozenset({200, 204, 404}))

    def key(self, value: str) -> str:
        return value.casefold()

    # Inside

    async def _has_other_end(self, name: str, account: Account, ending: Mapping[str, Any]) -> bool:
        """Whether the membership that there is ends as it should now."""
        membership = await self._membership(name, account.value)
        change = {"fieldMask": "expiryDetail.expire_time", "membershipRole": ending}
        try:
            path = f"/v1/{membership}:modifyMembershipRoles"
            await self._send("POST", path, {"updateRolesParams": [change]})
        except VendorError as error:
            if error.status in _NO_ENDS:
                return False
            raise
        return True

    async def _user(self, key: str) -> Mapping[str, Any] | None:
        path = f"/admin/directory/v1/users/{quote(key, safe='')}"
        try:
            return await self.directory.get(path, [("projection", "basic")], self.token)
        except VendorError as error:
            if error.status in {400, 404}:  # 400: it looks like no address
                return None
            raise

    async def _group(self, address: str) -> str:
        """Its resource name. Google refuses with 403 what is not there, too."""
        try:
            told = await self.identity.get("/v1/groups:lookup", [("groupKey.id", address)], self.token)
        except VendorError as error:
            raise VendorError("no-group", 404) from None if error.status in {403, 404} else error
        return _name_in(told, "groups/")

    async def _membership(self, group: str, address: str) -> str:
        """Its resource name, "" where there is none."""
        try:
            path = f"/v1/{group}/memberships:lookup"
            told = await self.identity.get(path, [("memberKey.id", address)], self.token)
        except VendorError as error:
            if error.status == 404:
                return ""
            raise
        return _name_in(told, f"{group}/memberships/")

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, fine: frozenset[int] = frozenset({200})
    ) -> None:
        """What is answered is an operation: one that is done, and did not go wrong (google.longrunning.Operation)."""
        reply = await self.identity.send(method, path, body, bearer(self.token), fine=fine)
        try:
            told = msgspec.json.decode(reply.body, type=dict[str, Any]) if reply.body else {}
        except (msgspec.MsgspecError, RecursionError):
            raise VendorError("garbage") from None
        if reply.status == 200 and "error" in told:
            raise VendorError("refused")


def _account(told: Mapping[str, Any]) -> Account:
    name = told.get("name")
    full = name.get("fullName") if isinstance(name, dict) else ""
    shown = full[:_LONGEST_NAME] if isinstance(full, str) else ""
    return Account(text_in(told, "id", 100), text_in(told, "primaryEmail", 300), shown)


def _object_in(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name)
    if not isinstance(found, dict):
        raise VendorError("garbage")
    return found


def _name_in(told: Mapping[str, Any], beginning: str) -> str:
    """A resource name, as it may stand in a path."""
    name = text_in(told, "name", 300)
    rest = name.removeprefix(beginning)
    if rest == name or not rest.replace("-", "").replace("_", "").isalnum():
        raise VendorError("garbage")
    return name
