"""An emulator of Microsoft's published contract: groups of Graph, and *Privileged Identity Management* for them. It
is not Graph.

From the reference of *List members*, *Add members*, *Remove member*, *checkMemberGroups*, *List users* and *Create
assignmentScheduleRequest*, as of November 2026. It ends assignments by its own clock, which a test sets.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.emulators.vendor import Vendor, served

from limen.clock import Instant, from_iso

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
GROUP = "aaaaaaaa-0000-0000-0000-000000000001"
PER_PAGE = 2


def person(number: int, mail: str, **more: Any) -> dict[str, Any]:
    """An account as the reference shows it, with the fields that are selected."""
    object_id = f"bbbbbbbb-0000-0000-0000-{number:012}"
    named = {"id": object_id, "displayName": f"Person {number}", "mail": mail, "userPrincipalName": mail}
    return {**named, "accountEnabled": True, **more}


@dataclass
class EntraTenant(Vendor):
    """`has_pim`: the group is under PIM. `until` are the ends of members that it has one of."""

    users: list[dict[str, Any]] = field(default_factory=list)
    has_pim: bool = True
    until: dict[str, Instant] = field(default_factory=dict)
    added: dict[str, None] = field(default_factory=dict)
    now: Instant = 0

    @property
    def members(self) -> list[str]:
        """Those of now: whose time is over is gone, whoever is there to look."""
        return [one for one in self.added if self.until.get(one, self.now + 1) > self.now]

    def remove(self, object_id: str) -> bool:
        was_there = object_id in self.members
        self.added.pop(object_id, None)
        self.until.pop(object_id, None)
        return was_there

    def schedule(self, asked: dict[str, Any]) -> str:
        """The error's code, "" where it was done."""
        who, action = asked["principalId"], asked["action"]
        is_assigned = who in self.members and who in self.until
        if not self.has_pim:
            return "GroupNotOnboarded"
        if action == "adminRemove":
            return "" if is_assigned and self.remove(who) else "RoleAssignmentDoesNotExist"
        if (action == "adminAssign") is is_assigned:
            return "RoleAssignmentExists" if is_assigned else "RoleAssignmentDoesNotExist"
        ends = asked["scheduleInfo"]["expiration"]
        if ends["type"] != "afterDateTime" or asked["accessId"] != "member":
            return "InvalidRequest"
        self.added[who], self.until[who] = None, from_iso(ends["endDateTime"])
        return ""


def _refused(code: str, status: int = 400) -> web.Response:
    return web.json_response({"error": {"code": code, "message": code}}, status=status)


@asynccontextmanager
async def entra(*users: dict[str, Any]) -> AsyncIterator[EntraTenant]:
    vendor = EntraTenant(users=list(users))

    def by_id(object_id: str) -> dict[str, Any] | None:
        return next((one for one in vendor.users if one["id"] == object_id), None)

    async def sign_in(request: web.Request) -> web.Response:
        form = await request.post()
        if request.match_info["tenant"] != TENANT or form.get("scope") != "https://graph.microsoft.com/.default":
            return _refused("invalid_request")
        return await vendor.token(request)

    async def users(request: web.Request) -> web.Response:
        quoted = re.fullmatch(
            r"mail eq '((?:[^']|'')*)' or userPrincipalName eq '((?:[^']|'')*)'", request.query.get("$filter", "")
        )
        if quoted is None or quoted[1] != quoted[2]:
            return _refused("Request_BadRequest")
        address = quoted[1].replace("''", "'").casefold()
        mine = [one for one in vendor.users if address in {one["mail"].casefold(), one["userPrincipalName"].casefold()}]
        return web.json_response({"value": mine[: int(request.query["$top"])]})

    async def user(request: web.Request) -> web.Response:
        found = by_id(request.match_info["id"])
        return web.json_response(found) if found else _refused("Request_ResourceNotFound", 404)

    async def check(request: web.Request) -> web.Response:
        asked = await request.json()
        is_in = request.match_info["id"] in vendor.members
        return web.json_response({"value": [one for one in asked["groupIds"] if one == GROUP and is_in]})

    async def members(request: web.Request) -> web.Response:
        if request.match_info["group"] != GROUP:
            return _refused("Request_ResourceNotFound", 404)
        at, every = int(request.query.get("$skiptoken", "0")), vendor.members
        shown = [{"@odata.type": "#microsoft.graph.user", "id": one} for one in every[at : at + PER_PAGE]]
        answer: dict[str, Any] = {"value": [{**one, **(by_id(one["id"]) or {})} for one in shown]}
        if at + PER_PAGE < len(every):
            answer["@odata.nextLink"] = f"{vendor.origin}{request.path}?$skiptoken={at + PER_PAGE}"
        return web.json_response(answer)

    async def add(request: web.Request) -> web.Response:
        asked = await request.json()
        object_id = asked["@odata.id"].rpartition("/")[2]
        if request.match_info["group"] != GROUP or by_id(object_id) is None:
            return _refused("Request_ResourceNotFound", 404)
        if object_id in vendor.members:
            return _refused("Request_BadRequest")
        vendor.added[object_id] = None
        return web.Response(status=204)

    async def remove(request: web.Request) -> web.Response:
        is_group = request.match_info["group"] == GROUP
        was_there = is_group and vendor.remove(request.match_info["id"])
        return web.Response(status=204) if was_there else _refused("Request_ResourceNotFound", 404)

    async def schedule(request: web.Request) -> web.Response:
        asked = await request.json()
        wrong = "ResourceNotFound" if asked["groupId"] != GROUP else vendor.schedule(asked)
        return _refused(wrong) if wrong else web.json_response({**asked, "status": "Provisioned"}, status=201)

    def for_who_is_let_in(handler: Any) -> Any:
        async def answer(request: web.Request) -> web.Response:
            return await handler(request) if vendor.is_let_in(request) else _refused("InvalidAuthenticationToken", 401)

        return answer

    group = "/v1.0/groups/{group}/members"
    privileged = "/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"
    routes = {
        "GET /v1.0/users": users,
        "GET /v1.0/users/{id}": user,
        "POST /v1.0/users/{id}/checkMemberGroups": check,
        f"GET {group}": members,
        f"POST {group}/$ref": add,
        f"DELETE {group}/{{id}}/$ref": remove,
        f"POST {privileged}": schedule,
    }
    guarded = {route: for_who_is_let_in(handler) for route, handler in routes.items()}
    async with served(vendor, {"POST /{tenant}/oauth2/v2.0/token": sign_in, **guarded}):
        yield vendor
