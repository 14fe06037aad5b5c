"""Who is in a group of a Microsoft Entra tenant, by Graph (`/groups/{id}/members`).

Where the group is under *Privileged Identity Management*, a member is added with its end (`assignmentScheduleRequests`
of *PIM for groups*), and Entra removes it; else Limen alone does. Graph takes no shorter assignment than five minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from limen.clock import MINUTE, Instant, Milliseconds, to_iso
from limen.connectors.group_members import Account, refuse_more
from limen.connectors.vendor_client import VendorClient, VendorError, bearer, listed, text_in

SHORTEST: Final[Milliseconds] = 5 * MINUTE
_REQUESTS: Final = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"
_NOT_SO: Final = frozenset({400, 403, 404})
"""What is asked of PIM is refused like this where the group or the tenant has none, or nothing is assigned."""
_PER_PAGE: Final = 999
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class EntraGroups:
    """Asks Graph with an app's token. Accounts and groups are known by their object IDs."""

    graph: VendorClient
    token: str

    async def find(self, address: str) -> Account:
        quoted = address.replace("'", "''")  # OData 4.01, part 2, section 5.1.1.14.1
        query = [("$filter", f"mail eq '{quoted}' or userPrincipalName eq '{quoted}'")]
        query += [("$select", "id,displayName,accountEnabled"), ("$top", "2")]
        found = listed(await self.graph.get("/v1.0/users", query, self.token), "value")
        if len(found) != 1:
            raise VendorError("several-accounts" if found else "no-account")
        if found[0].get("accountEnabled") is False:
            raise VendorError("no-account")
        return _account(found[0])

    async def current(self, account_id: str) -> Account | None:
        try:
            query = [("$select", "id,displayName")]
            return _account(await self.graph.get(f"/v1.0/users/{_guid(account_id)}", query, self.token))
        except VendorError as error:
            if error.status == 404:
                return None
            raise

    async def has(self, group: str, account: Account) -> bool:
        """Also as a member of a group within it: that is as good as being in it."""
        path = f"/v1.0/users/{_guid(account.id)}/checkMemberGroups"
        reply = await self._send("POST", path, {"groupIds": [_guid(group)]})
        return _guid(group) in [str(one).lower() for one in _list_in(reply)]

    async def members(self, group: str) -> dict[str, str]:
        path = f"/v1.0/groups/{_guid(group)}/members"
        query = [("$select", "id,displayName"), ("$top", str(_PER_PAGE))]
        found: dict[str, str] = {}
        try:
            page = await self.graph.get(path, query, self.token)
            while True:
                found |= {one.value: one.name for one in map(_account, listed(page, "value"))}
                refuse_more(len(found))
                if "@odata.nextLink" not in page:
                    return found
                page = await self.graph.get_link(text_in(page, "@odata.nextLink"), self.token)
        except VendorError as error:
            raise _of_group(error) from None

    async def add(self, group: str, account: Account, now: Instant, until: Instant) -> bool:
        if until - now >= SHORTEST:
            for action in ("adminAssign", "adminUpdate"):
                if await self._scheduled(action, group, account, now, until):
                    return True
        body = {"@odata.id": f"{self.graph.origin}/v1.0/directoryObjects/{_guid(account.id)}"}
        try:
            await self._send("POST", f"/v1.0/groups/{_guid(group)}/members/$ref", body)
        except VendorError as error:
            if error.status != 400 or not await self.has(group, account):  # 400: it is a member already
                raise _of_group(error) from None
        return False

    async def remove(self, group: str, account: Account) -> None:
        """Of PIM's assignments first, which would have it come back; then of the members themselves."""
        await self._scheduled("adminRemove", group, account, 0, 0)
        try:
            await self._send("DELETE", f"/v1.0/groups/{_guid(group)}/members/{_guid(account.value)}/$ref", None)
        except VendorError as error:
            if error.status != 404:
                raise
            await self.members(group)  # where it was no member, that is well; where there is no such group, it is not

    def key(self, value: str) -> str:
        return value.casefold()

    # Inside

    async def _scheduled(self, action: str, group: str, account: Account, now: Instant, until: Instant) -> bool:
        """Whether PIM did it."""
        body: dict[str, Any] = {"accessId": "member", "principalId": _guid(account.value), "groupId": _guid(group)}
        body |= {"action": action, "justification": "A grant of Limen"}
        if until:
            ends = {"type": "afterDateTime", "endDateTime": to_iso(until)}
            body["scheduleInfo"] = {"startDateTime": to_iso(now), "expiration": ends}
        try:
            await self._send("POST", _REQUESTS, body)
        except VendorError as error:
            if error.status in _NOT_SO:
                return False
            raise
        return True

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> bytes:
        return (await self.graph.send(method, path, body, bearer(self.token))).body


def _account(told: Mapping[str, Any]) -> Account:
    object_id, name = _guid(text_in(told, "id")), told.get("displayName")
    return Account(object_id, object_id, name[:_LONGEST_NAME] if isinstance(name, str) else "")


def _guid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise VendorError("no-group") from None


def _list_in(body: bytes) -> list[object]:
    try:
        found = msgspec.json.decode(body, type=dict[str, object]).get("value")
    except msgspec.MsgspecError:
        raise VendorError("garbage") from None
    return found if isinstance(found, list) else []


def _of_group(error: VendorError) -> VendorError:
    return VendorError("no-group", 404) if error.status == 404 else error
