"""A VPC of AWS, by the EC2 API.

What is read of it is what Limen's groups let through, and those that tags name: whose interfaces have which group is
the company's own doing, and said (`aws_interfaces`). Where a group is not there yet, nothing is let through by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from limen.connectors.aws.ec2 import Ec2
from limen.network.emit.aws import AwsRules, aws_rules
from limen.network.emit.aws_back import back_calls
from limen.network.emit.aws_calls import Call, acls_of_limen, next_calls
from limen.network.emit.aws_document import acl_of, document, group_named
from limen.network.emit.guarded import Guarded
from limen.network.packets import Ruleset
from limen.network.reading.aws import read_aws
from limen.network.reading.stages import Held, Known
from limen.network.remote.aws_interfaces import not_as_said
from limen.network.remote.gear import ByRules, State


@dataclass
class AwsVpc(ByRules):
    wanted: Guarded
    vpc: str
    ec2: Ec2

    @cached_property
    def said(self) -> AwsRules:
        return aws_rules(self.wanted)

    async def read(self) -> State:
        """Of interfaces only their addresses, and the groups that they have."""
        there = await self.ec2.describe(self.vpc)
        return {**there, "NetworkInterfaces": [_interface(one) for one in there["NetworkInterfaces"]]}

    def meaning(self, there: State) -> Ruleset:
        """By the rules of what `next_calls` names, and the ACLs in front of it."""
        held = {**self.said.held, **dict(self._left_over(there))}
        ids = {**{one["GroupId"]: one for one in there["SecurityGroups"]}, **_named(there)}
        groups = [ids.get(name, group_named(name)) for name in held]
        known = Known({one["GroupId"]: held[name] for name, one in zip(held, groups, strict=True)}, self.wanted.places)
        return read_aws({**there, "SecurityGroups": groups, "NetworkInterfaces": []}, known=known).ruleset

    def unguarded(self, there: State) -> tuple[str, ...]:
        groups: dict[str, list[str]] = {zone: [] for zone in self.wanted.zones}
        ids = {**{one["GroupId"]: one["GroupId"] for one in there["SecurityGroups"]}, **_ids_by_name(there)}
        for name, held in self.said.held.items():
            for zone in dict.fromkeys(zone for zone, _, _ in held):
                groups[zone].append(ids.get(name, name))
        return tuple(not_as_said(there, self.wanted, groups))

    def next_calls(self, there: State) -> list[Call]:
        return next_calls(self._document(there), there, self.vpc)

    def back_calls(self, before: State, there: State) -> list[Call]:
        return back_calls(before, there, {*self.said.held, *dict(self._left_over(there))})

    async def call(self, one: Call) -> None:
        await self.ec2.call(one.operation, one.parameters)

    async def settle(self) -> None:
        """What the API answered is in force."""

    # Inside

    def _document(self, there: State) -> dict[str, list[dict[str, Any]]]:
        """What is meant; groups and ACLs that were needed once are to have no rules, and to deny nothing."""
        meant = document(self.said.rules, self.said.entries, self.wanted)
        groups = [group_named(name) for name, _ in self._left_over(there)]
        stated = {one["NetworkAclId"] for one in meant["NetworkAcls"]}
        left = [zone for zone in self.wanted.zones if f"limen-{zone}" in acls_of_limen(there).keys() - stated]
        acls = [{**acl_of(zone, [], self.wanted), "Associations": []} for zone in left]
        return {
            **meant,
            "SecurityGroups": [*meant["SecurityGroups"], *groups],
            "NetworkAcls": [*meant["NetworkAcls"], *acls],
        }

    def _left_over(self, there: State) -> Iterable[tuple[str, list[Held]]]:
        """Limen's groups of these zones for which no flow asks any more. Any host of the zone may still have them."""
        for name in _named(there):
            zone = name.removeprefix("limen-").partition(".")[0]
            if zone in self.wanted.zones and name not in self.said.held:
                yield name, [(zone, *one) for one in self.wanted.whole(zone)]


def _interface(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "NetworkInterfaceId": one.get("NetworkInterfaceId", ""),
        "Groups": [{"GroupId": group["GroupId"]} for group in one["Groups"]],
        "PrivateIpAddresses": [
            {"PrivateIpAddress": each.get("PrivateIpAddress", "")} for each in one.get("PrivateIpAddresses", ())
        ],
        "Ipv6Addresses": [{"Ipv6Address": each.get("Ipv6Address", "")} for each in one.get("Ipv6Addresses", ())],
    }


def _ids_by_name(there: State) -> dict[str, str]:
    return {name: one["GroupId"] for name, one in _named(there).items()}


def _named(there: State) -> dict[str, Any]:
    return {one["GroupName"]: one for one in there["SecurityGroups"] if one["GroupName"].startswith("limen-")}
