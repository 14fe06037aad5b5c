"""An emulator of the published integration API of UniFi Network: a site with zones, and policies between them in their
order. It is not UniFi, and lets no packet through.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web
from tests.emulators.vendor import Vendor, served

API_KEY = "Gx7pS0kXlW5yQ2nVbR8tUe4ZcMh1JfAd"
_BASE = "/proxy/network/integration/v1"
_SITE = "88f7af54-98f8-306a-a1c7-c9349722b1f6"
_REQUIRED = ("enabled", "name", "action", "source", "destination", "ipProtocolScope", "loggingEnabled")


@dataclass
class Unifi(Vendor):
    """`system` are the policies that it has by itself, behind those of users. `tells_ids`: UniFi Network 10.6.101 did
    not, of policies that users made. `refused`: a policy of this name.
    """

    zones: dict[str, str] = field(default_factory=dict)
    policies: list[dict[str, Any]] = field(default_factory=list)
    system: list[dict[str, Any]] = field(default_factory=list)
    tells_ids: bool = True
    refused: str = "-"

    def zone(self, name: str) -> None:
        self.zones[name] = str(uuid4())

    def put(self, from_zone: str, to_zone: str, name: str, *, is_users: bool = True) -> None:
        """A policy of somebody else's, or of the system's own, that allows everything."""
        body = {
            "enabled": True,
            "name": name,
            "action": {"type": "ALLOW", "allowReturnTraffic": True},
            "source": {"zoneId": self.zones[from_zone]},
            "destination": {"zoneId": self.zones[to_zone]},
            "ipProtocolScope": {"ipVersion": "IPV4_AND_IPV6"},
            "loggingEnabled": False,
        }
        (self.policies if is_users else self.system).append(
            _kept(body, "USER_DEFINED" if is_users else "SYSTEM_DEFINED")
        )

    def listed(self) -> list[dict[str, Any]]:
        found = [{**one, "index": 10_000 + at} for at, one in enumerate(self.policies)]
        if not self.tells_ids:
            found = [{name: value for name, value in one.items() if name != "id"} for one in found]
        return [*found, *self.system]

    def order(self, way: tuple[str, str], ids: list[str]) -> bool:
        of_way = [one for one in self.policies if _way(one) == way]
        if sorted(ids) != sorted(one["id"] for one in of_way):
            return False
        by_id = {one["id"]: one for one in of_way}
        self.policies = [*(one for one in self.policies if _way(one) != way), *(by_id[it] for it in ids)]
        return True


def _kept(body: dict[str, Any], origin: str) -> dict[str, Any]:
    action = {"allowReturnTraffic": False, **body["action"]}
    return {"description": "", **body, "action": action, "id": str(uuid4()), "metadata": {"origin": origin}}


def _way(one: dict[str, Any]) -> tuple[str, str]:
    return one["source"]["zoneId"], one["destination"]["zoneId"]


@asynccontextmanager
async def unifi() -> AsyncIterator[Unifi]:
    vendor = Unifi()

    def guarded(answer: Any) -> Any:
        async def handle(request: web.Request) -> web.Response:
            if request.headers.get("x-api-key") != API_KEY:
                return web.json_response({"error": {"code": 401, "message": "Unauthorized"}}, status=401)
            told = await answer(request)
            return told if isinstance(told, web.Response) else web.json_response(told)

        return handle

    def listing(every: Any) -> Any:
        async def answer(request: web.Request) -> Any:
            offset, limit = int(request.query["offset"]), min(int(request.query["limit"]), 200)
            some = every()[offset : offset + limit]
            return {"offset": offset, "limit": limit, "count": len(some), "totalCount": len(every()), "data": some}

        return guarded(answer)

    async def create(request: web.Request) -> Any:
        body = await request.json()
        zones = set(vendor.zones.values())
        if (
            any(name not in body for name in _REQUIRED)
            or not {*_way(body)} <= zones
            or body["name"] == vendor.refused
            or {"id", "index"} & body.keys()
        ):
            return web.json_response({"statusCode": 400, "code": "api.request.error"}, status=400)
        vendor.policies.append(_kept(body, "USER_DEFINED"))
        return web.json_response(vendor.policies[-1], status=201)

    async def delete(request: web.Request) -> Any:
        kept = [one for one in vendor.policies if one["id"] != request.match_info["id"]]
        is_there, vendor.policies = len(kept) < len(vendor.policies), kept
        return web.Response(status=204 if is_there else 404)

    async def order(request: web.Request) -> Any:
        way = request.query["sourceFirewallZoneId"], request.query["destinationFirewallZoneId"]
        said = (await request.json())["orderedFirewallPolicyIds"]
        is_done = vendor.order(way, [*said["beforeSystemDefined"], *said["afterSystemDefined"]])
        return said if is_done else web.json_response({"statusCode": 400}, status=400)

    routes = {
        f"GET {_BASE}/sites": listing(lambda: [{"id": _SITE, "internalReference": "default", "name": "Harbor"}]),
        f"GET {_BASE}/sites/{_SITE}/firewall/zones": listing(
            lambda: [{"id": id_, "name": name, "networkIds": []} for name, id_ in vendor.zones.items()]
        ),
        f"GET {_BASE}/sites/{_SITE}/firewall/policies": listing(vendor.listed),
        f"POST {_BASE}/sites/{_SITE}/firewall/policies": guarded(create),
        f"PUT {_BASE}/sites/{_SITE}/firewall/policies/ordering": guarded(order),
        f"DELETE {_BASE}/sites/{_SITE}/firewall/policies/{{id}}": guarded(delete),
    }
    async with served(vendor, routes):
        yield vendor
