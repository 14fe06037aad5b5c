"""Azure, by Azure Resource Manager: the network security groups of the zones, each written whole.

Whose subnets have which group is the company's own doing; `unguarded` names those that have not that of their zone.
Rules in these groups that Limen did not write are taken away: they would open more than was proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from limen.connectors.microsoft.security_groups import SecurityGroups
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.network.emit.aws_calls import Call
from limen.network.emit.azure import azure_rules, document, group_of
from limen.network.emit.guarded import Guarded
from limen.network.emit.ordered import Ordered
from limen.network.packets import Ruleset
from limen.network.reading.azure import read_azure
from limen.network.reading.json_documents import objects, text, texts, whole
from limen.network.remote.gear import ByRules, State
from limen.network.remote.meanwhile import Meanwhile

_PUT: Final = "NetworkSecurityGroups_CreateOrUpdate"
_DELETE: Final = "NetworkSecurityGroups_Delete"
_OPEN: Final = [
    {
        "name": f"no-group-{direction.lower()}",
        "properties": {"direction": direction, "priority": 100, "access": "Allow", "protocol": "*"},
    }
    for direction in ("Inbound", "Outbound")
]
"""Where there is no group, nothing is denied."""


@dataclass
class AzureNetwork(ByRules):
    wanted: Guarded
    api: SecurityGroups
    _meanwhile: Meanwhile = field(default_factory=Meanwhile)

    @cached_property
    def said(self) -> Ordered:
        return azure_rules(self.wanted)

    async def read(self) -> State:
        """`names`: the groups of these zones; `groups`: those of them that there are."""
        names = [group_of(self.wanted, zone) for zone in self.wanted.zones]
        there = {_key(one["name"]): one for one in map(_sound, await self.api.every())}
        network = await self.api.network()
        subnets = objects(_inside(network), "subnets")
        return {
            "names": names,
            "location": text(network, "location"),
            "groups": [there[_key(name)] for name in names if _key(name) in there],
            "subnets": [{"name": text(one, "name"), "properties": _inside(one)} for one in subnets],
        }

    def meaning(self, there: State) -> Ruleset:
        have = _by_name(there)
        groups = [
            {**have.get(_key(name), {"properties": {"securityRules": _OPEN}}), "name": name} for name in there["names"]
        ]
        return read_azure({"value": groups}, known=self.said.known).ruleset

    def unguarded(self, there: State) -> tuple[str, ...]:
        found = []
        for zone in self.wanted.zones:
            name, prefixes = group_of(self.wanted, zone), self.wanted.network.zone_of[zone].prefixes
            for subnet in there["subnets"]:
                inside = subnet["properties"]
                own = _prefixes(texts(inside, "addressPrefix", "addressPrefixes"))
                is_of_zone = any(
                    one.version == other.version and one.overlaps(other) for one in own for other in prefixes
                )
                group = inside.get("networkSecurityGroup")
                has = text(group, "id").rpartition("/")[2] if isinstance(group, dict) else ""
                if is_of_zone and _key(has) != _key(name):
                    found.append(f"the subnet {subnet['name']} has not the group {name}")
        return tuple(found)

    def next_calls(self, there: State) -> list[Call]:
        have, calls = _by_name(there), []
        for want in document(self.wanted, self.said.inward, self.said.outward):
            name, now = want["name"], have.get(_key(want["name"]))
            if now is None and not name.startswith("limen-"):
                raise LimenError(
                    f"there is no network security group {name}", "mend the tag in network.yaml, or leave it out"
                )
            self._meanwhile.refuse_changed(name, _meaning_of(now))
            if now is None or _rules(now) != _rules(want):
                other = _written(now) if now else {"location": there["location"]}
                inside = {**other.get("properties", {}), **want["properties"]}
                calls.append(_put(name, {**other, "properties": inside}, now))
        return calls

    def back_calls(self, before: State, there: State) -> list[Call]:
        was_there, have = _by_name(before), _by_name(there)
        calls, lost = [], []
        for name in before["names"]:
            was, now = was_there.get(_key(name)), have.get(_key(name))
            if _meaning_of(was) == _meaning_of(now):
                continue
            if not self._meanwhile.may_go_back(name, _meaning_of(now)):
                lost.append(name)
            elif was is not None:
                calls.append(_put(name, _written(was), now))
            elif now is not None:
                if objects(now["properties"], "subnets") or objects(now["properties"], "networkInterfaces"):
                    raise LimenError(f"subnets were given {name} in the meantime", "take it from them, and try again")
                calls.append(Call(_DELETE, {"name": name, "etag": text(now, "etag")}))
        if not calls:
            self._meanwhile.refuse_lost(lost)
        return calls

    async def call(self, one: Call) -> None:
        name, etag, group = one.parameters["name"], one.parameters["etag"], one.parameters.get("group")
        self._meanwhile.tells(name, _meaning_of(group))
        try:
            if group is not None:
                await self.api.put(name, group, etag)
            else:
                await self.api.delete(name, etag)
        except VendorError as error:
            if error.word != "changed":
                await self._look(name)  # whatever is there now came of this
                raise
            if _meaning_of(await self.api.one(name)) != _meaning_of(group):  # else it was asked twice, and done once
                self._meanwhile.found_changed(name)
                raise
        await self._look(name)

    async def _look(self, name: str) -> None:
        self._meanwhile.told(name, _meaning_of(await self.api.one(name)))

    async def settle(self) -> None:
        """What has ended is in force."""


def _put(name: str, group: Mapping[str, Any], now: Mapping[str, Any] | None) -> Call:
    return Call(_PUT, {"name": name, "etag": text(now, "etag") if now else "", "group": dict(group)})


def _sound(group: dict[str, Any]) -> dict[str, Any]:
    """Raises VendorError where this is no group that can be compared."""
    for one in objects(_inside(group), "securityRules"):
        said = _inside(one)
        is_text = all(isinstance(said.get(key), str) for key in ("direction", "access", "protocol"))
        if not is_text or whole(said, "priority") is None or not text(one, "name"):
            raise VendorError("garbage")
    return group


def _inside(one: Mapping[str, Any]) -> dict[str, Any]:
    found = one.get("properties")
    if not isinstance(found, dict):
        raise VendorError("garbage")
    return found


def _prefixes(said: list[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(one, strict=False) for one in said]
    except ValueError:
        raise VendorError("garbage") from None


def _by_name(there: State) -> dict[str, Any]:
    return {_key(one["name"]): one for one in there["groups"]}


def _key(name: str) -> str:
    """Azure tells no upper from lower case in names."""
    return name.casefold()


def _written(group: Mapping[str, Any]) -> dict[str, Any]:
    """What of a group is told; all else Azure says of it by itself."""
    inside = group["properties"]
    rules = [
        {"name": one["name"], "properties": {key: it for key, it in one["properties"].items() if _is_told(key, it)}}
        for one in objects(inside, "securityRules")
    ]
    head = {key: group[key] for key in ("location", "tags") if key in group}
    kept = {key: inside[key] for key in ("flushConnection",) if key in inside}
    return {**head, "properties": {**kept, "securityRules": rules}}


def _is_told(key: str, value: Any) -> bool:
    return key != "provisioningState" and value not in (None, "", [])


def _meaning_of(group: Mapping[str, Any] | None) -> list[Any] | None:
    """What to compare; None where there is no such group."""
    return None if group is None else _rules(group)


def _rules(group: Mapping[str, Any]) -> list[Any]:
    """Each of its rules, in one way of writing: one address may stand alone or in a list."""
    return sorted(map(_rule, objects(group["properties"], "securityRules")), key=lambda one: (one[0], one[1]))


def _rule(one: Mapping[str, Any]) -> tuple[Any, ...]:
    said = one["properties"]
    lists = [sorted(texts(said, f"{side}{what}", f"{side}{what}{many}")) for side, what, many in _LISTS]
    groups = [sorted(text(it, "id") for it in objects(said, f"{side}ApplicationSecurityGroups")) for side in _SIDES]
    head = (said["direction"], said["priority"], _key(text(one, "name")), said["access"], _key(said["protocol"]))
    return (*head, text(said, "description"), *lists, *groups)


_SIDES: Final = ("source", "destination")
_LISTS: Final = tuple(
    (side, what, many) for side in _SIDES for what, many in (("AddressPrefix", "es"), ("PortRange", "s"))
)
