"""An emulator of OPNsense's published API of rules (`/api/firewall/filter`), as its controllers and model have it. It
is not OPNsense, and lets no packet through.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web
from tests.emulators.vendor import Vendor, served

KEY, SECRET = "w86XNZob/8Oq8aC5r0kbNarNtdpoQU781fyoeaOBQsBwkXUt", "XeD26XVrJ5ilAc/EmglCRC+0j2e57tRsjHwFepOseySWLM53"
_CHOICES = {
    "action": ("pass", "block", "reject"),
    "direction": ("in", "out", "any"),
    "ipprotocol": ("inet", "inet6", "inet46"),
    "protocol": ("any", "TCP", "UDP", "TCP/UDP", "ICMP", "IPV6-ICMP", "ESP", "AH", "GRE", "SCTP"),
    "interface": ("wan", "lan", "opt1", "opt2", "opt3", "opt9", "staff"),
    "icmptype": ("echoreq", "echorep", "unreach", "redir", "timex", "paramprob", "timereq", "timerep"),
    "icmp6type": ("1", "2", "3", "4", "128", "129", "135", "136"),
}
_MANY = {"interface", "icmptype", "icmp6type"}
_BY_ITSELF = {
    "enabled": "1", "sequence": "1", "action": "pass", "quick": "1", "interface": "", "interfacenot": "0",
    "direction": "in", "ipprotocol": "inet", "protocol": "any", "icmptype": "", "icmp6type": "", "source_net": "any",
    "source_not": "0", "source_port": "", "destination_net": "any", "destination_not": "0", "destination_port": "",
    "gateway": "", "log": "0", "statetype": "keep", "description": "",
}  # fmt: skip


@dataclass
class Opnsense(Vendor):
    """`rules` is the configuration, `in_force` what was loaded of it. `refused`: a field that finds fault."""

    rules: dict[str, dict[str, str]] = field(default_factory=dict)
    in_force: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: str = ""

    def put(self, **rule: str) -> str:
        """A rule of somebody else's."""
        uuid = str(uuid4())
        self.rules[uuid] = {**_BY_ITSELF, **rule}
        return uuid

    def as_get(self) -> dict[str, Any]:
        rules = {uuid: {name: _chosen(name, value) for name, value in one.items()} for uuid, one in self.rules.items()}
        return {"filter": {"rules": {"rule": rules or []}}}

    def faults(self, rule: dict[str, str]) -> dict[str, str]:
        faults = {f"rule.{name}": "unknown" for name in rule if name not in _BY_ITSELF}
        for name, choices in _CHOICES.items():
            values = rule.get(name, "").split(",") if name in _MANY else [rule.get(name, _BY_ITSELF[name])]
            if any(one not in choices and one for one in values):
                faults[f"rule.{name}"] = "not one of the choices"
        if not 1 <= int(rule.get("sequence", "1")) <= 999_999:
            faults["rule.sequence"] = "Sequence shall be between 1 and 999999."
        if self.refused and self.refused in rule.get("description", ""):
            faults["rule.description"] = "refused"
        return faults


def _chosen(name: str, value: str) -> Any:
    if name not in _CHOICES:
        return value
    chosen = value.split(",") if name in _MANY else [value]
    return {one: {"value": one.title(), "selected": int(one in chosen)} for one in _CHOICES[name]}


@asynccontextmanager
async def opnsense() -> AsyncIterator[Opnsense]:
    vendor = Opnsense()
    expected = f"Basic {b64encode(f'{KEY}:{SECRET}'.encode()).decode()}"

    def guarded(answer: Any) -> Any:
        async def handle(request: web.Request) -> web.Response:
            if request.headers.get("authorization") != expected:
                return web.json_response({"status": 401, "message": "Authentication Failed"}, status=401)
            return web.json_response(await answer(request))

        return handle

    async def get(_: web.Request) -> Any:
        return vendor.as_get()

    async def save(request: web.Request) -> Any:
        uuid = request.match_info.get("uuid", "")
        rule = (await request.json())["rule"]
        if uuid and uuid not in vendor.rules:
            return {"result": "failed"}
        if faults := vendor.faults(rule):
            return {"result": "failed", "validations": faults}
        uuid = uuid or str(uuid4())
        vendor.rules[uuid] = {**vendor.rules.get(uuid, _BY_ITSELF), **rule}
        return {"result": "saved", "uuid": uuid}

    async def delete(request: web.Request) -> Any:
        found = vendor.rules.pop(request.match_info["uuid"], None)
        return {"result": "deleted" if found else "not found"}

    async def apply(_: web.Request) -> Any:
        vendor.in_force = {uuid: dict(one) for uuid, one in vendor.rules.items()}
        return {"status": "OK\n\n"}

    routes = {
        "GET /api/firewall/filter/get": guarded(get),
        "POST /api/firewall/filter/addRule": guarded(save),
        "POST /api/firewall/filter/setRule/{uuid}": guarded(save),
        "POST /api/firewall/filter/delRule/{uuid}": guarded(delete),
        "POST /api/firewall/filter/apply": guarded(apply),
    }
    async with served(vendor, routes):
        yield vendor
