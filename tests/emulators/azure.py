"""An emulator of Azure Resource Manager's published contract for network security groups. It is not Azure, and lets no
packet through.

From the references of *Network Security Groups* and *Virtual Networks* (version 2024-05-01), *Track asynchronous Azure
operations* and *Microsoft identity platform and OAuth 2.0 client credentials*, as of November 2026. What it does not
know it refuses.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

from aiohttp import web
from tests.emulators.vendor import Vendor, served

TENANT, APP = "72f988bf-86f1-41af-91ab-2d7cd011db47", "1950a258-227b-4e31-a9cf-717495945fc2"
NETWORK: Final = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/harbor"
    "/providers/Microsoft.Network/virtualNetworks/harbor"
)
BESIDE: Final = NETWORK.rpartition("/virtualNetworks")[0]
LOCATION = "westeurope"
_GROUPS: Final = f"{BESIDE}/networkSecurityGroups"
_RULE: Final = {
    *("access", "direction", "priority", "protocol", "description", "sourcePortRange", "sourcePortRanges"),
    *("destinationPortRange", "destinationPortRanges", "sourceAddressPrefix", "sourceAddressPrefixes"),
    *("destinationAddressPrefix", "destinationAddressPrefixes"),
    *("sourceApplicationSecurityGroups", "destinationApplicationSecurityGroups"),
}
_PROTOCOLS: Final = {"*", "Tcp", "Udp", "Icmp", "Esp", "Ah"}
_PER_PAGE = 3


@dataclass
class Azure(Vendor):
    """`subnets` by name: a prefix, and the group that it has. `polls`: how often an operation is looked at before it
    ends. `heeds_if_match`: the reference does not say whether Azure does. `refused`: a rule whose name begins so is
    refused; `fails`: and this one only once the operation goes on. `meanwhile` is called as somebody else, once, before
    something is written.
    """

    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    subnets: dict[str, tuple[str, str]] = field(default_factory=dict)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    polls: int = 1
    heeds_if_match: bool = True
    refused: str = "-"
    fails: str = "-"
    meanwhile: Callable[[], None] | None = None
    writes: int = 0
    version: Any = field(default_factory=lambda: count(1))

    def has(self, name: str, rules: list[dict[str, Any]] | None = None, **more: Any) -> None:
        """A group that somebody else makes, or changes."""
        body = {"location": LOCATION, "properties": {"securityRules": rules or []}, **more}
        self.groups[name.casefold()] = {"name": name, **body, "etag": self.etag(), "state": "Succeeded"}

    def rules(self, name: str) -> list[str]:
        found = self.groups.get(name.casefold())
        return [] if found is None else [one["name"] for one in found["properties"]["securityRules"]]

    def etag(self) -> str:
        return f'W/"{next(self.version):08}"'

    def shown(self, group: dict[str, Any]) -> dict[str, Any]:
        """As the reference shows it."""
        id_ = f"{_GROUPS}/{group['name']}"
        held = [{"id": f"{NETWORK}/subnets/{at}"} for at, (_, of) in self.subnets.items() if of == group["name"]]
        rules = [
            {
                **{key: [] for key in sorted(_RULE) if key.endswith(("Prefixes", "Ranges"))},
                **rule["properties"],
                "provisioningState": group["state"],
            }
            for rule in group["properties"]["securityRules"]
        ]
        named = [
            {
                "name": rule["name"],
                "id": f"{id_}/securityRules/{rule['name']}",
                "etag": group["etag"],
                "properties": said,
            }
            for rule, said in zip(group["properties"]["securityRules"], rules, strict=True)
        ]
        inside = {**group["properties"], "securityRules": named, "provisioningState": group["state"]}
        inside |= {"resourceGuid": str(uuid4()), **({"subnets": held} if held else {})}
        said = {key: group[key] for key in ("name", "location", "tags", "etag") if key in group}
        return {**said, "id": id_, "type": "Microsoft.Network/networkSecurityGroups", "properties": inside}


def _fault(body: Any, name: str, vendor: Azure) -> str:
    """What is wrong with a group; "": nothing."""
    if body.keys() - {"location", "tags", "properties"} or body.get("location") != LOCATION:
        return "InvalidRequestContent"
    if body["properties"].keys() - {"securityRules", "flushConnection"}:
        return "InvalidRequestFormat"
    places, names = set(), set()
    for rule in body["properties"].get("securityRules", []):
        said = rule["properties"]
        if rule.keys() - {"name", "properties"} or said.keys() - _RULE or rule["name"].startswith(vendor.refused):
            return "InvalidRequestFormat"
        if said["direction"] not in {"Inbound", "Outbound"} or said["access"] not in {"Allow", "Deny"}:
            return "SecurityRuleInvalid"
        if said["protocol"] not in _PROTOCOLS or not 100 <= said["priority"] <= 4_096:
            return "SecurityRuleInvalid"
        for side in ("source", "destination"):
            if bool(said.get(f"{side}AddressPrefix")) == bool(said.get(f"{side}AddressPrefixes")):
                return "SecurityRuleInvalidAddressPrefix"
            if bool(said.get(f"{side}PortRange")) == bool(said.get(f"{side}PortRanges")):
                return "SecurityRuleInvalidPortRange"
        places.add((said["direction"], said["priority"]))
        names.add(rule["name"].casefold())
    rules = len(body["properties"].get("securityRules", []))
    return "" if len(places) == len(names) == rules and name else "SecurityRuleConflict"


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": "of the emulator"}}, status=status)


@asynccontextmanager
async def azure() -> AsyncIterator[Azure]:
    vendor = Azure(are_all_good=True)

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        is_known = request.match_info["tenant"] == TENANT and form.get("client_id") == APP
        if not is_known or form.get("scope") != "https://management.azure.com/.default":
            return web.json_response({"error": "invalid_request"}, status=400)
        return await vendor.token(request)

    def guarded(answer: Any) -> Any:
        async def handle(request: web.Request) -> web.Response:
            if not vendor.is_let_in(request):
                return _error(401, "AuthenticationFailed")
            if request.query.get("api-version") != "2024-05-01":
                return _error(400, "MissingApiVersionParameter")
            told = await answer(request)
            return told if isinstance(told, web.Response) else web.json_response(told)

        return handle

    async def network(_: web.Request) -> Any:
        subnets = []
        for name, (prefix, group) in vendor.subnets.items():
            inside: dict[str, Any] = {"addressPrefix": prefix, "provisioningState": "Succeeded"}
            if group:
                inside["networkSecurityGroup"] = {"id": f"{_GROUPS}/{group}"}
            subnets.append({"name": name, "properties": inside})
        return {"name": "harbor", "location": LOCATION, "properties": {"subnets": subnets}}

    async def every(request: web.Request) -> Any:
        at = int(request.query.get("$skiptoken", "0"))
        some = list(vendor.groups.values())[at : at + _PER_PAGE]
        told: dict[str, Any] = {"value": [vendor.shown(one) for one in some]}
        if at + _PER_PAGE < len(vendor.groups):
            told["nextLink"] = f"{vendor.origin}{_GROUPS}?api-version=2024-05-01&$skiptoken={at + _PER_PAGE}"
        return told

    async def one(request: web.Request) -> Any:
        for going_on in vendor.operations.values():
            finish(going_on)
        found = vendor.groups.get(request.match_info["name"].casefold())
        return _error(404, "ResourceNotFound") if found is None else vendor.shown(found)

    def begun(kind: str, name: str, body: Any = None) -> dict[str, str]:
        id_ = str(uuid4())
        vendor.operations[id_] = {
            "kind": kind,
            "name": name,
            "body": body,
            "left": vendor.polls,
            "status": "InProgress",
        }
        where = f"{BESIDE}/locations/{LOCATION}/operations/{id_}?api-version=2024-05-01"
        return {"azure-asyncoperation": f"{vendor.origin}{where}", "retry-after": "1"}

    def refused_at(request: web.Request, name: str) -> web.Response | None:
        if vendor.meanwhile is not None:
            somebody_else, vendor.meanwhile = vendor.meanwhile, None
            somebody_else()
        now = vendor.groups.get(name.casefold())
        if any(one["status"] == "InProgress" and one["name"] == name for one in vendor.operations.values()):
            return _error(409, "AnotherOperationInProgress")
        if not vendor.heeds_if_match:
            return None
        wanted = request.headers.get("if-match")
        if request.headers.get("if-none-match") == "*":
            return _error(412, "PreconditionFailed") if now is not None else None
        return _error(412, "PreconditionFailed") if wanted != (now or {}).get("etag") else None

    async def put(request: web.Request) -> Any:
        name, body = request.match_info["name"], await request.json()
        if (refused := refused_at(request, name)) is not None:
            return refused
        if fault := _fault(body, name, vendor):
            return _error(400, fault)
        vendor.writes += 1
        now = vendor.groups.get(name.casefold())
        before = now["properties"] if now else {"securityRules": []}
        vendor.groups[name.casefold()] = {
            **body,
            "properties": before,
            "name": name,
            "etag": vendor.etag(),
            "state": "Updating",
        }
        headers = begun("put", name, body)
        return web.json_response(
            vendor.shown(vendor.groups[name.casefold()]), status=200 if now else 201, headers=headers
        )

    async def delete(request: web.Request) -> Any:
        name = request.match_info["name"]
        if name.casefold() not in vendor.groups:
            return web.Response(status=204)
        if (refused := refused_at(request, name)) is not None:
            return refused
        if any(of == name for _, of in vendor.subnets.values()):
            return _error(400, "InUseNetworkSecurityGroupCannotBeDeleted")
        vendor.groups[name.casefold()]["state"] = "Deleting"
        return web.Response(status=202, headers=begun("delete", name))

    async def operation(request: web.Request) -> Any:
        found = vendor.operations.get(request.match_info["id"])
        if found is None:
            return _error(404, "OperationNotFound")
        finish(found)
        return {"status": found["status"]}

    def finish(found: dict[str, Any]) -> None:
        found["left"] -= 1
        if found["left"] > 0 or found["status"] != "InProgress":
            return
        key = found["name"].casefold()
        if found["kind"] == "delete":
            vendor.groups.pop(key, None)
            found["status"] = "Succeeded"
            return
        is_failed = any(one["name"].startswith(vendor.fails) for one in found["body"]["properties"]["securityRules"])
        found["status"] = "Failed" if is_failed else "Succeeded"
        properties = vendor.groups[key]["properties"] if is_failed else found["body"]["properties"]
        vendor.groups[key] |= {"properties": properties, "state": found["status"], "etag": vendor.etag()}

    routes = {
        "POST /{tenant}/oauth2/v2.0/token": token,
        f"GET {NETWORK}": guarded(network),
        f"GET {_GROUPS}": guarded(every),
        f"GET {_GROUPS}/{{name}}": guarded(one),
        f"PUT {_GROUPS}/{{name}}": guarded(put),
        f"DELETE {_GROUPS}/{{name}}": guarded(delete),
        f"GET {BESIDE}/locations/{{location}}/operations/{{id}}": guarded(operation),
    }
    async with served(vendor, routes):
        yield vendor
