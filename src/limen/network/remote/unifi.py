"""UniFi Network: policies as Limen means them before those of others, and before those of the system.

First what is missing is made, then put in its place, then what is not wanted is taken away, so that nothing that is let
through both before and after is cut. Limen takes away what it wrote, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from limen.connectors.unifi.network import UnifiNetwork
from limen.errors import LimenError
from limen.network.emit.aws_calls import Call
from limen.network.emit.guarded import Guarded
from limen.network.emit.ordered import Ordered
from limen.network.emit.unifi import MARK, known_of, policies, unifi_rules, zone_names
from limen.network.model import Firewall, Network
from limen.network.packets import Ruleset
from limen.network.reading.unifi import read_unifi
from limen.network.remote.gear import ByRules, State


@dataclass
class Unifi(ByRules):
    network: Network
    firewall: Firewall
    today: str
    api: UnifiNetwork

    @cached_property
    def _guarded_and_said(self) -> tuple[Guarded, Ordered]:
        return unifi_rules(self.network, self.firewall, self.today)

    @property
    def said(self) -> Ordered:
        return self._guarded_and_said[1]

    async def read(self) -> State:
        return {"zones": await self.api.zones(), "policies": await self.api.policies()}

    def meaning(self, there: State) -> Ruleset:
        return read_unifi(there, known=known_of(self._ids(there), self.said.known)).ruleset

    def unguarded(self, _there: State) -> tuple[str, ...]:
        """What goes through it goes by its policies."""
        return ()

    def next_calls(self, there: State) -> list[Call]:
        return _calls(policies(self._guarded_and_said[0], self._ids(there)), there)

    def back_calls(self, before: State, there: State) -> list[Call]:
        own = [_bare(one) for one in before["policies"] if _is_own(one)]
        return _calls(own, there)

    async def call(self, one: Call) -> None:
        told = one.parameters
        if one.operation == "createFirewallPolicy":
            await self.api.create_policy(told)
        elif one.operation == "deleteFirewallPolicy":
            await self.api.delete_policy(told["id"])
        else:
            await self.api.order_policies(told["from"], told["to"], told["ids"])

    async def settle(self) -> None:
        """What the API answered is in force."""

    def _ids(self, there: State) -> dict[str, str]:
        """By zone that of UniFi's zone. Raises LimenError where there is none, or more than one."""
        found: dict[str, str] = {}
        for zone, name in zone_names(self.network, self.firewall).items():
            ids = [str(one["id"]) for one in there["zones"] if str(one.get("name", "")).lower() == name.lower()]
            if len(ids) != 1:
                raise LimenError(
                    f"{self.firewall.name} has {len(ids) or 'no'} zones of the name {name}",
                    f"make it there, or give the zone {zone} the tag `unifi` with its name there",
                )
            found[zone] = ids[0]
        return found


def _calls(wanted: Sequence[Mapping[str, Any]], there: State) -> list[Call]:
    own = [one for one in there["policies"] if _is_own(one)]
    kept: list[str] = []
    missing: list[Call] = []
    left = list(own)
    for want in wanted:
        found = next((one for one in left if _is_same(want, one)), None)
        if found is None:
            missing.append(Call("createFirewallPolicy", dict(want)))
        else:
            left.remove(found)
            kept.append(_id(found))
    if missing:
        return missing
    moved = [
        Call("updateFirewallPolicyOrdering", {"from": way[0], "to": way[1], "ids": ids})
        for way, ids in _orders(wanted, kept, there)
        if ids != [_id(one) for one in there["policies"] if _is_users(one) and _way(one) == way]
    ]
    return moved or [Call("deleteFirewallPolicy", {"id": _id(one)}) for one in left]


def _orders(
    wanted: Sequence[Mapping[str, Any]], kept: Sequence[str], there: State
) -> list[tuple[tuple[str, str], list[str]]]:
    """Between each two zones: what is wanted, then whatever else users made there."""
    ids = dict.fromkeys(kept)
    orders = []
    pairs = zip(map(_way, wanted), kept, strict=True)
    for way, some in groupby(pairs, lambda one: one[0]):
        others = [_id(one) for one in there["policies"] if _is_users(one) and _way(one) == way and _id(one) not in ids]
        orders.append((way, [*(id_ for _, id_ in some), *others]))
    return orders


def _way(policy: Mapping[str, Any]) -> tuple[str, str]:
    return str(policy["source"]["zoneId"]), str(policy["destination"]["zoneId"])


def _id(policy: Mapping[str, Any]) -> str:
    if not policy.get("id"):  # UniFi Network 10.6.101 told none of those that users made
        raise LimenError("this version of UniFi Network tells no ids of policies", "update it: they can't be ordered")
    return str(policy["id"])


def _is_users(policy: Mapping[str, Any]) -> bool:
    return bool(policy.get("metadata", {}).get("origin") == "USER_DEFINED")


def _is_own(policy: Mapping[str, Any]) -> bool:
    return _is_users(policy) and str(policy.get("name", "")).startswith(MARK)


def _bare(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in policy.items() if name not in {"id", "index", "metadata"}}


def _is_same(want: Any, have: Any) -> bool:
    """Whether all that is wanted is there, and nothing that would say more: only a name that says nothing is left."""
    if isinstance(want, Mapping) and isinstance(have, Mapping):
        said = {name: value for name, value in have.items() if value not in (None, False, "", [], {})}
        extra = said.keys() - want.keys() - {"id", "index", "metadata", "description"}
        return not extra and all(_is_same(value, have.get(name)) for name, value in want.items())
    if isinstance(want, list) and isinstance(have, list):
        return len(want) == len(have) and all(any(_is_same(one, other) for other in have) for one in want)
    return bool(want == have)
