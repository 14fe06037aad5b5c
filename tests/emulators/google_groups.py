"""An emulator of Google's published contract: Cloud Identity's groups, and users of the Directory API. It
is not Google.

From the reference of *groups.lookup*, *memberships* (*lookup*, *list*, *create*, *modifyMembershipRoles*, *delete*) and
*users.get*, as of November 2026. It ends memberships by its own clock, which a test sets.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.emulators.keys import claims_of
from tests.emulators.vendor import Vendor, served
from tests.emulators.workspace import ADMIN, SERVICE, key_file

from limen.clock import Instant, from_iso
from limen.connectors.google.groups import SCOPES

GROUP, NAME = "admins@harbor.example", "groups/01abcde"
PER_PAGE = 2
__all__ = ["ADMIN", "GROUP", "NAME", "google", "key_file", "person"]


def person(number: int, address: str, *aliases: str, **more: Any) -> dict[str, Any]:
    """A user as the reference shows it, shortened."""
    named = {"id": f"10000000000000000000{number}", "primaryEmail": address, "name": {"fullName": f"Person {number}"}}
    return {**named, "aliases": list(aliases), "suspended": False, **more}


@dataclass
class GoogleGroup(Vendor):
    """`has_ends`: the edition lets memberships end. `until` are the ends of members, by address; 0: none."""

    users: list[dict[str, Any]] = field(default_factory=list)
    has_ends: bool = True
    until: dict[str, Instant] = field(default_factory=dict)
    now: Instant = 0

    @property
    def members(self) -> list[str]:
        return [one for one, until in self.until.items() if until == 0 or until > self.now]


def _refused(status: int) -> web.Response:
    return web.json_response({"error": {"code": status, "status": "REFUSED"}}, status=status)


def _number(address: str) -> str:
    return address.encode().hex()


@asynccontextmanager
async def google(*users: dict[str, Any]) -> AsyncIterator[GoogleGroup]:
    vendor = GoogleGroup(users=list(users))

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        claims = claims_of(str(form.get("assertion", "")))
        wanted = {"iss": SERVICE, "sub": ADMIN, "scope": SCOPES, "aud": "https://oauth2.googleapis.com/token"}
        if any(claims.get(name) != value for name, value in wanted.items()):
            return _refused(400)
        vendor.tokens += 1
        return web.json_response(
            {"token_type": "Bearer", "expires_in": 3_599, "access_token": f"token-{vendor.tokens}"}
        )

    async def user(request: web.Request) -> web.Response:
        key = request.match_info["key"].casefold()
        for one in vendor.users:
            if key in {one["id"], one["primaryEmail"], *one["aliases"]}:
                return web.json_response(one)
        return _refused(404)

    async def group(request: web.Request) -> web.Response:
        is_ours = request.query.get("groupKey.id") == GROUP
        return web.json_response({"name": NAME}) if is_ours else _refused(403)

    async def look(request: web.Request) -> web.Response:
        address = request.query["memberKey.id"]
        if address not in vendor.members:
            return _refused(404)
        return web.json_response({"name": f"{NAME}/memberships/{_number(address)}"})

    async def listing(request: web.Request) -> web.Response:
        at, every = int(request.query.get("pageToken") or 0), vendor.members
        shown = [
            {"preferredMemberKey": {"id": one}, "roles": [{"name": "MEMBER"}]} for one in every[at : at + PER_PAGE]
        ]
        more = {"nextPageToken": str(at + PER_PAGE)} if at + PER_PAGE < len(every) else {}
        return web.json_response({"memberships": shown, **more} if shown else {})

    def kept(address: str, role: dict[str, Any]) -> web.Response:
        ends = role.get("expiryDetail", {}).get("expireTime", "")
        if role["name"] != "MEMBER" or (ends and not vendor.has_ends):
            return _refused(400)
        vendor.until[address] = from_iso(ends) if ends else 0
        return web.json_response({"done": True, "response": {}})

    async def create(request: web.Request) -> web.Response:
        asked = await request.json()
        address = asked["preferredMemberKey"]["id"]
        return _refused(409) if address in vendor.members else kept(address, asked["roles"][0])

    async def change(request: web.Request) -> web.Response:
        number, _, verb = request.match_info["id"].partition(":")
        (asked,) = (await request.json())["updateRolesParams"]
        mine = next((one for one in vendor.members if _number(one) == number), None)
        if verb != "modifyMembershipRoles" or mine is None or asked["fieldMask"] != "expiryDetail.expire_time":
            return _refused(404)
        return kept(mine, asked["membershipRole"])

    async def remove(request: web.Request) -> web.Response:
        mine = next((one for one in vendor.members if _number(one) == request.match_info["id"]), None)
        if mine is None:
            return _refused(404)
        del vendor.until[mine]
        return web.json_response({"done": True, "response": {}})

    def for_who_is_let_in(handler: Any) -> Any:
        async def answer(request: web.Request) -> web.Response:
            return await handler(request) if vendor.is_let_in(request) else _refused(401)

        return answer

    routes = {
        "GET /admin/directory/v1/users/{key}": user,
        "GET /v1/groups:lookup": group,
        f"GET /v1/{NAME}/memberships:lookup": look,
        f"GET /v1/{NAME}/memberships": listing,
        f"POST /v1/{NAME}/memberships": create,
        f"POST /v1/{NAME}/memberships/{{id}}": change,
        f"DELETE /v1/{NAME}/memberships/{{id}}": remove,
    }
    async with served(vendor, {"POST /token": token, **{r: for_who_is_let_in(h) for r, h in routes.items()}}):
        yield vendor
