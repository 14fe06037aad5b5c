"""What has to be asked of the EC2 API so that what is there becomes what was meant, one round after the other.

First whatever is missing is made, without any rule; then rules are added before others are taken away, so that nothing
that is let through both before and after is cut; last the subnets are put behind their ACLs. Rules in Limen's groups
that Limen did not write are taken away: they would open more than was proved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen.errors import LimenError

_PEERS: Final = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "UserIdGroupPairs": "GroupId",
    "PrefixListIds": "PrefixListId",
}
_LAST_RESORT: Final = 32_767
"""The entries that AWS itself puts at the end of every ACL stand from here on."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operation of the EC2 API with its parameters."""

    operation: str
    parameters: Mapping[str, Any]


def next_calls(wanted: Mapping[str, Any], there: Mapping[str, Any], vpc: str) -> list[Call]:
    """The next round; [] where all is as it is wanted. `there` describes the VPC, with its security groups, network
    ACLs and subnets. Raises LimenError where a group or subnet that is named is not there.
    """
    groups, acls = _groups_there(there), acls_of_limen(there)
    missing = [*_missing_groups(wanted, groups, vpc), *_missing_acls(wanted, acls, vpc)]
    if missing:
        return missing
    more: list[Call] = []
    less: list[Call] = []
    for one in wanted["SecurityGroups"]:
        add, take = rule_calls(one, groups[one["GroupId"]], groups)
        more += add
        less += take
    entries = [call for one in wanted["NetworkAcls"] for call in entry_calls(one, acls[one["NetworkAclId"]])]
    return [*more, *entries, *less] or list(_associations(wanted, there, acls))


# What is missing


def _missing_groups(wanted: Mapping[str, Any], groups: Mapping[str, Any], vpc: str) -> Iterator[Call]:
    for one in wanted["SecurityGroups"]:
        name = one["GroupName"]
        if name in groups:
            continue
        if not name.startswith("limen-"):
            raise LimenError(
                f"there is no security group {name} in {vpc}", "mend the tag in network.yaml, or leave it out"
            )
        yield Call("CreateSecurityGroup", {"GroupName": name, "Description": "Written by Limen", "VpcId": vpc})


def _missing_acls(wanted: Mapping[str, Any], acls: Mapping[str, Any], vpc: str) -> Iterator[Call]:
    for one in wanted["NetworkAcls"]:
        if one["NetworkAclId"] not in acls:
            tags = [{"ResourceType": "network-acl", "Tags": [{"Key": "Name", "Value": one["NetworkAclId"]}]}]
            yield Call("CreateNetworkAcl", {"VpcId": vpc, "TagSpecifications": tags})


def _groups_there(there: Mapping[str, Any]) -> dict[str, Any]:
    """By id, and those of Limen by name."""
    groups = {one["GroupId"]: one for one in there["SecurityGroups"]}
    return groups | {one["GroupName"]: one for one in there["SecurityGroups"] if one["GroupName"].startswith("limen-")}


def acls_of_limen(there: Mapping[str, Any]) -> dict[str, Any]:
    """By the names that Limen gave them."""
    named = ((tag["Value"], one) for one in there["NetworkAcls"] for tag in one.get("Tags", ()) if tag["Key"] == "Name")
    return {name: one for name, one in named if name.startswith("limen-")}


# Rules of groups


def _single(permissions: Any, groups: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each peer as a permission of its own, groups by the ids that they have."""
    for permission in permissions:
        bare = {key: permission[key] for key in ("IpProtocol", "FromPort", "ToPort") if permission.get(key) is not None}
        for key, value in _PEERS.items():
            for peer in permission.get(key) or ():
                known = groups.get(peer.get(value, ""), {}).get("GroupId", peer.get(value))
                text = {"Description": peer["Description"]} if peer.get("Description") else {}
                yield {**bare, key: [{value: known, **text}]}


def _key(permission: Mapping[str, Any]) -> str:
    """What AWS tells rules apart by: their texts don't count, nor ports where every protocol is meant."""
    bare = {key: permission.get(key) for key in ("IpProtocol", "FromPort", "ToPort")}
    if permission["IpProtocol"] == "-1":
        bare = {"IpProtocol": "-1"}
    peers = {key: [peer[value] for peer in permission[key]] for key, value in _PEERS.items() if key in permission}
    return json.dumps({**bare, **peers}, sort_keys=True)


def rule_calls(
    wanted: Mapping[str, Any], have: Mapping[str, Any], groups: Mapping[str, Any]
) -> tuple[list[Call], list[Call]]:
    """What adds the rules that a group lacks, and what takes away those that it is not to have. `groups`: those that
    rules may call by other names than their ids.
    """
    more: list[Call] = []
    less: list[Call] = []
    for way, key in (("Ingress", "IpPermissions"), ("Egress", "IpPermissionsEgress")):
        want_rules = {_key(rule): rule for rule in _single(wanted.get(key, ()), groups)}
        have_rules = {_key(rule): rule for rule in _single(have.get(key, ()), {})}
        group = have["GroupId"]
        more += _change(
            f"AuthorizeSecurityGroup{way}", group, [want_rules[at] for at in want_rules.keys() - have_rules]
        )
        less += _change(f"RevokeSecurityGroup{way}", group, [have_rules[at] for at in have_rules.keys() - want_rules])
    return more, less


def _change(operation: str, group: str, permissions: list[Mapping[str, Any]]) -> list[Call]:
    ordered = sorted(permissions, key=_key)
    return [Call(operation, {"GroupId": group, "IpPermissions": ordered})] if ordered else []


# Entries of ACLs


def entry_calls(wanted: Mapping[str, Any], have: Mapping[str, Any]) -> Iterator[Call]:
    """An entry whose number is taken by another is put in its place. The last ones deny the rest, and are AWS's own."""
    there = {(one["Egress"], one["RuleNumber"]): one for one in have["Entries"] if one["RuleNumber"] < _LAST_RESORT}
    want = {(one["Egress"], one["RuleNumber"]): one for one in wanted["Entries"] if one["RuleNumber"] < _LAST_RESORT}
    acl = have["NetworkAclId"]
    for place, one in want.items():
        if place not in there or not _is_same(one, there[place]):
            operation = "ReplaceNetworkAclEntry" if place in there else "CreateNetworkAclEntry"
            yield Call(operation, {"NetworkAclId": acl, **_parameters(one)})
    for egress, number in sorted(there.keys() - want.keys()):
        yield Call("DeleteNetworkAclEntry", {"NetworkAclId": acl, "Egress": egress, "RuleNumber": number})


def _parameters(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if value is not None}


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(other.get(key) == value for key, value in one.items())


def _associations(wanted: Mapping[str, Any], there: Mapping[str, Any], acls: Mapping[str, Any]) -> Iterator[Call]:
    subnets = {one["CidrBlock"]: one["SubnetId"] for one in there["Subnets"]}
    held = {one["SubnetId"]: one for acl in there["NetworkAcls"] for one in acl["Associations"]}
    prefix_of = {one["SubnetId"]: one["CidrBlock"] for one in wanted["Subnets"]}
    for acl in wanted["NetworkAcls"]:
        id_ = acls[acl["NetworkAclId"]]["NetworkAclId"]
        for one in acl["Associations"]:
            prefix = prefix_of[one["SubnetId"]]
            if prefix not in subnets:
                raise LimenError(f"there is no subnet {prefix}", "give the zone the prefixes of its subnets")
            now = held[subnets[prefix]]
            if now["NetworkAclId"] != id_:
                parameters = {"AssociationId": now["NetworkAclAssociationId"], "NetworkAclId": id_}
                yield Call("ReplaceNetworkAclAssociation", parameters)
