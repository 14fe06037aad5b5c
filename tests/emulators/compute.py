"""An emulator of the Compute Engine API's published contract for firewall rules. It is not Google Cloud, and lets no
packet through.

From the references of *firewalls* and *globalOperations* (v1), *Handling API responses*, and *Using OAuth 2.0 for
server to server applications*, as of November 2026. What it does not know it refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from itertools import count
from typing import Any, Final

from aiohttp import web
from tests.emulators.keys import claims_of, private_key
from tests.emulators.vendor import Vendor, served

SERVICE = "limen@harbor-prod.iam.gserviceaccount.com"
PROJECT = "harbor-prod"
NETWORK: Final = f"projects/{PROJECT}/global/networks/harbor"
_URL: Final = "https://www.googleapis.com/compute/v1"
_GLOBAL: Final = f"/compute/v1/projects/{PROJECT}/global"
_FIELDS: Final = {
    *("name", "network", "direction", "priority", "description", "targetTags", "targetServiceAccounts", "sourceTags"),
    *("sourceServiceAccounts", "sourceRanges", "destinationRanges", "allowed", "denied", "disabled", "logConfig"),
}
_NAME: Final = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_PROTOCOLS: Final = {"all", "tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip"}
_PER_PAGE: Final = 4


def key_file(**more: str) -> str:
    """What the console makes for a service account."""
    told = {"type": "service_account", "project_id": PROJECT, "client_email": SERVICE, "private_key": private_key()}
    return json.dumps({**told, "token_uri": "https://oauth2.googleapis.com/token", **more})


@dataclass
class Compute(Vendor):
    """`polls`: how often an operation is looked at before it is done. `refused`: a rule of this description is refused;
    `fails`: and this one only once the operation goes on. `meanwhile` is called as somebody else, once, before a rule
    is read alone.
    """

    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    polls: int = 1
    refused: str = "-"
    fails: str = "-"
    meanwhile: Callable[[], None] | None = None
    history: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def has(self, name: str, network: str = NETWORK, **more: Any) -> None:
        """A rule of somebody else's."""
        rule = {"direction": "INGRESS", "priority": 1_000, "sourceRanges": ["0.0.0.0/0"], **more}
        self.put({"name": name, "network": network, "allowed": [{"IPProtocol": "all"}], **rule})

    def put(self, rule: dict[str, Any]) -> None:
        """As the reference shows it."""
        bare = rule["network"].removeprefix(f"{_URL}/")
        self.rules[rule["name"]] = {
            "kind": "compute#firewall",
            "id": str(next(self.numbers)),
            "creationTimestamp": "2026-11-27T01:00:00.000-08:00",
            "logConfig": {"enable": False},
            "disabled": False,
            **{key: sorted(value) if key.endswith("Ranges") else value for key, value in rule.items()},
            "network": f"{_URL}/{bare}",
            "selfLink": f"{_URL}/projects/{PROJECT}/global/firewalls/{rule['name']}",
        }
        self.history.append(dict(self.rules))


def _fault(rule: dict[str, Any], vendor: Compute) -> str:
    """What is wrong with a rule; "": nothing."""
    if rule.keys() - _FIELDS or not _NAME.fullmatch(rule["name"]) or rule.get("description") == vendor.refused:
        return "unknown field, name or text"
    if rule["network"].removeprefix(f"{_URL}/") != NETWORK or not 0 <= rule["priority"] <= 65_535:
        return "network or priority"
    if rule["direction"] not in {"INGRESS", "EGRESS"} or ("allowed" in rule) == ("denied" in rule):
        return "direction or action"
    if rule["direction"] == "EGRESS" and rule.get("sourceTags"):
        return "tags of sources on the way out"
    ranges = [ip_network(one) for key in ("sourceRanges", "destinationRanges") for one in rule.get(key, [])]
    if len({one.version for one in ranges}) > 1 or any(
        len(rule.get(key, [])) > 5_000 for key in rule if "Ranges" in key
    ):
        return "families of addresses"
    for one in [*rule.get("allowed", []), *rule.get("denied", [])]:
        if one.keys() - {"IPProtocol", "ports"} or not (one["IPProtocol"] in _PROTOCOLS or one["IPProtocol"].isdigit()):
            return "protocol"
        if "ports" in one and one["IPProtocol"] not in {"tcp", "udp", "sctp"}:
            return "ports"
    return ""


def _error(status: int, reason: str) -> web.Response:
    said = {"code": status, "message": "of the emulator", "errors": [{"reason": reason}]}
    return web.json_response({"error": said}, status=status)


@asynccontextmanager
async def compute() -> AsyncIterator[Compute]:
    vendor = Compute(are_all_good=True)

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        claims = claims_of(str(form.get("assertion", "")))
        wanted = {"iss": SERVICE, "aud": "https://oauth2.googleapis.com/token"}
        is_signed = wanted.items() <= claims.items() and "sub" not in claims
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" or not is_signed:
            return web.json_response({"error": "invalid_grant"}, status=400)
        if claims["scope"] != "https://www.googleapis.com/auth/compute":
            return web.json_response({"error": "invalid_scope"}, status=400)
        vendor.tokens += 1
        return web.json_response(
            {"access_token": f"token-{vendor.tokens}", "expires_in": 3_599, "token_type": "Bearer"}
        )

    def guarded(answer: Any) -> Any:
        async def handle(request: web.Request) -> web.Response:
            if not vendor.is_let_in(request):
                return _error(401, "authError")
            told = await answer(request)
            return told if isinstance(told, web.Response) else web.json_response(told)

        return handle

    def page(request: web.Request, every: list[dict[str, Any]]) -> dict[str, Any]:
        at = int(request.query.get("pageToken", "0"))
        some = every[at : at + min(int(request.query["maxResults"]), _PER_PAGE)]
        more = {"nextPageToken": str(at + len(some))} if at + len(some) < len(every) else {}
        return {"kind": "list", **({"items": some} if some else {}), **more}

    async def every(request: web.Request) -> Any:
        return page(request, list(vendor.rules.values()))

    async def one(request: web.Request) -> Any:
        if vendor.meanwhile is not None:
            somebody_else, vendor.meanwhile = vendor.meanwhile, None
            somebody_else()
        found = vendor.rules.get(request.match_info["name"])
        return _error(404, "notFound") if found is None else found

    def begun(request: web.Request, kind: str, name: str, body: Any = None) -> Any:
        if any(it["status"] != "DONE" and it["targetLink"].endswith(f"/{name}") for it in vendor.operations.values()):
            return _error(400, "resourceNotReady")
        id_ = f"operation-{next(vendor.numbers)}"
        target = f"{_URL}/projects/{PROJECT}/global/firewalls/{name}"
        told = {
            "kind": "compute#operation",
            "name": id_,
            "operationType": kind,
            "targetLink": target,
            "status": "PENDING",
        }
        vendor.operations[id_] = {**told, "body": body, "left": vendor.polls}
        vendor.requests[request.query["requestId"]] = id_
        return told

    def repeated(request: web.Request) -> Any:
        """What is asked twice by one `requestId` is done once."""
        known = vendor.requests.get(request.query["requestId"])
        return None if known is None else shown(vendor.operations[known])

    async def insert(request: web.Request) -> Any:
        rule = await request.json()
        if (again := repeated(request)) is not None:
            return again
        if _fault(rule, vendor):
            return _error(400, "invalid")
        if rule["name"] in vendor.rules:
            return _error(409, "alreadyExists")
        return begun(request, "insert", rule["name"], rule)

    async def update(request: web.Request) -> Any:
        rule, name = await request.json(), request.match_info["name"]
        if _fault(rule, vendor) or rule["name"] != name:
            return _error(400, "invalid")
        return begun(request, "update", name, rule) if name in vendor.rules else _error(404, "notFound")

    async def delete(request: web.Request) -> Any:
        name = request.match_info["name"]
        return begun(request, "delete", name) if name in vendor.rules else _error(404, "notFound")

    def shown(operation: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in operation.items() if key not in {"body", "left"}}

    async def operation(request: web.Request) -> Any:
        found = vendor.operations.get(request.match_info["name"])
        if found is None:
            return _error(404, "notFound")
        goes_on(found)
        return shown(found)

    def goes_on(found: dict[str, Any]) -> None:
        found["left"] -= 1
        if found["status"] == "DONE":
            return
        found["status"] = "RUNNING" if found["left"] > 0 else "DONE"
        if found["left"] > 0:
            return
        if (found["body"] or {}).get("description") == vendor.fails:
            found["error"] = {"errors": [{"code": "RESOURCE_OPERATION_RATE_EXCEEDED"}]}
        elif found["operationType"] == "delete":
            vendor.rules.pop(found["targetLink"].rpartition("/")[2], None)
            vendor.history.append(dict(vendor.rules))
        else:
            vendor.put(found["body"])

    async def operations(request: web.Request) -> Any:
        if request.query.get("filter") != "status!=DONE":
            return _error(400, "invalid")
        going_on = [it for it in vendor.operations.values() if it["status"] != "DONE"]
        for it in going_on:
            goes_on(it)
        return page(request, [shown(it) for it in going_on])

    routes = {
        "POST /token": token,
        f"GET {_GLOBAL}/firewalls": guarded(every),
        f"GET {_GLOBAL}/firewalls/{{name}}": guarded(one),
        f"POST {_GLOBAL}/firewalls": guarded(insert),
        f"PUT {_GLOBAL}/firewalls/{{name}}": guarded(update),
        f"DELETE {_GLOBAL}/firewalls/{{name}}": guarded(delete),
        f"GET {_GLOBAL}/operations": guarded(operations),
        f"GET {_GLOBAL}/operations/{{name}}": guarded(operation),
    }
    async with served(vendor, routes):
        yield vendor
