"""Rules for AWS in the form in which its API describes them, and as Terraform takes them (JSON, provider `aws`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from limen.network.emit.aws_rules import ALL, EVERYBODY, AclEntry, GroupRule
from limen.network.emit.guarded import Guarded
from limen.network.packets import ANY_PORT
from limen.network.packets.box import ICMP, ICMPV6, WITH_PORTS

_NAMES: Final = {ALL: "-1", 6: "tcp", 17: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}
_FIRST_NUMBER: Final = 100
_LAST_NUMBER: Final = 32_000
"""Of an ACL, where all that is not denied is let through."""
_LONGEST: Final = 255


def document(
    rules: Iterable[GroupRule], entries: Iterable[AclEntry], wanted: Guarded
) -> dict[str, list[dict[str, Any]]]:
    """As `aws ec2 describe-…` would print it. Groups that are not there yet go by their names."""
    groups: dict[str, dict[str, Any]] = {}
    for zone in wanted.zones:
        name = dict(wanted.network.zone_of[zone].tags).get("aws", f"limen-{zone}")
        groups[name] = group_named(name)
    for one in rules:
        key = "IpPermissions" if one.way == "ingress" else "IpPermissionsEgress"
        groups.setdefault(one.group, group_named(one.group))[key].append(permission(one))
    denied = list(entries)
    acls = [
        acl_of(zone, [one for one in denied if one.zone == zone], wanted)
        for zone in dict.fromkeys(one.zone for one in denied)
    ]
    return {
        "SecurityGroups": list(groups.values()),
        "NetworkAcls": acls,
        "Subnets": [subnet for one in acls for subnet in _subnets(one["NetworkAclId"].removeprefix("limen-"), wanted)],
    }


def group_named(name: str) -> dict[str, Any]:
    """A security group without rules."""
    return {"GroupId": name, "GroupName": name, "IpPermissions": [], "IpPermissionsEgress": []}


def permission(rule: GroupRule) -> dict[str, Any]:
    """As `IpPermission` of the EC2 API, for one peer."""
    said: dict[str, Any] = {"IpProtocol": _NAMES.get(rule.protocol, str(rule.protocol))}
    if rule.protocol in {ICMP, ICMPV6}:
        said |= {"FromPort": -1 if rule.ports == ANY_PORT else rule.ports[0], "ToPort": -1}
    elif rule.protocol in WITH_PORTS:
        said |= {"FromPort": rule.ports[0], "ToPort": rule.ports[1]}
    elif rule.protocol != ALL:
        said |= {"FromPort": -1, "ToPort": -1}  # protocols without ports mean all of it, whatever is said here
    text = {"Description": ", ".join(rule.ids)[:_LONGEST]}
    if rule.family == 0:
        return {**said, "UserIdGroupPairs": [{"GroupId": rule.peer, **text}]}
    if rule.family == 4:
        return {**said, "IpRanges": [{"CidrIp": rule.peer, **text}]}
    return {**said, "Ipv6Ranges": [{"CidrIpv6": rule.peer, **text}]}


def acl_of(zone: str, denied: list[AclEntry], wanted: Guarded) -> dict[str, Any]:
    """The ACL of a zone's subnets, which lets through what it does not deny."""
    entries = []
    for way in ("ingress", "egress"):
        entries += [entry(one, _FIRST_NUMBER + at) for at, one in enumerate(one for one in denied if one.way == way)]
        for at, (family, prefix) in enumerate(EVERYBODY.items()):
            every = {
                "RuleNumber": _LAST_NUMBER + at,
                "Egress": way == "egress",
                "Protocol": "-1",
                "RuleAction": "allow",
            }
            entries.append(every | {"CidrBlock" if family == 4 else "Ipv6CidrBlock": prefix})
    subnets = [{"SubnetId": one["SubnetId"]} for one in _subnets(zone, wanted)]
    return {"NetworkAclId": f"limen-{zone}", "Entries": entries, "Associations": subnets}


def entry(one: AclEntry, number: int) -> dict[str, Any]:
    """As `NetworkAclEntry` of the EC2 API."""
    said: dict[str, Any] = {"RuleNumber": number, "Egress": one.way == "egress", "RuleAction": "deny"}
    said |= {"Protocol": str(one.protocol), "CidrBlock" if one.family == 4 else "Ipv6CidrBlock": one.peer}
    if one.protocol in WITH_PORTS:
        said["PortRange"] = {"From": one.ports[0], "To": one.ports[1]}
    elif one.protocol in {ICMP, ICMPV6}:
        said["IcmpTypeCode"] = {"Type": -1 if one.ports == ANY_PORT else one.ports[0], "Code": -1}
    return said


def _subnets(zone: str, wanted: Guarded) -> list[dict[str, Any]]:
    """Those of a zone; its prefixes of IPv6 lie on the subnets of IPv4, as AWS has them."""
    prefixes = wanted.network.zone_of[zone].prefixes
    fours, sixes = ([one for one in prefixes if one.version == version] for version in (4, 6))
    return [
        {
            "SubnetId": f"{zone}-{at}",
            "CidrBlock": str(four),
            "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": str(six)} for six in sixes[at : at + 1]],
        }
        for at, four in enumerate(fours)
    ]


# Terraform


def terraform(rules: Iterable[GroupRule], entries: Iterable[AclEntry], wanted: Guarded, vpc: str) -> Mapping[str, Any]:
    """A file `*.tf.json`. Groups that tags name are there already, and only get rules."""
    described = document(list(rules), list(entries), wanted)
    new = [one["GroupName"] for one in described["SecurityGroups"] if one["GroupName"].startswith("limen-")]
    said: dict[str, dict[str, Any]] = {}
    for name in new:
        said.setdefault("aws_security_group", {})[_label(name)] = {"name": name, "description": name, "vpc_id": vpc}
    for one in described["SecurityGroups"]:
        for way, key in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress")):
            for number, rule in enumerate(one[key], 1):
                label = _label(f"{one['GroupName']}-{way}-{number}")
                resource = f"aws_vpc_security_group_{way}_rule"
                said.setdefault(resource, {})[label] = _rule_resource(one["GroupName"], rule, new)
    data = {}
    for acl in described["NetworkAcls"]:
        label = _label(acl["NetworkAclId"])
        cidrs = [
            one["CidrBlock"] for one in described["Subnets"] if {"SubnetId": one["SubnetId"]} in acl["Associations"]
        ]
        data[label] = {"filter": [{"name": "vpc-id", "values": [vpc]}, {"name": "cidr-block", "values": cidrs}]}
        said.setdefault("aws_network_acl", {})[label] = {
            "vpc_id": vpc,
            "subnet_ids": f"${{data.aws_subnets.{label}.ids}}",
            "tags": {"Name": acl["NetworkAclId"]},
        }
        for one in acl["Entries"]:
            side = "egress" if one["Egress"] else "ingress"
            numbered = said.setdefault("aws_network_acl_rule", {})
            numbered[f"{label}_{side}_{one['RuleNumber']}"] = _entry_resource(one, label)
    return {"resource": said, **({"data": {"aws_subnets": data}} if data else {})}


def _label(name: str) -> str:
    """As Terraform takes names: with letters, digits, `_` and `-`. No two become one."""
    return name.replace("-", "_").replace(".", "-")


def _reference(group: str, new: list[str]) -> str:
    return f"${{aws_security_group.{_label(group)}.id}}" if group in new else group


def _rule_resource(group: str, rule: Mapping[str, Any], new: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {"security_group_id": _reference(group, new), "ip_protocol": rule["IpProtocol"]}
    if rule["IpProtocol"] in {"tcp", "udp", "icmp", "icmpv6"} or rule.get("FromPort", -1) != -1:
        said |= {"from_port": rule["FromPort"], "to_port": rule["ToPort"]}
    for key, name, value in (
        ("IpRanges", "cidr_ipv4", "CidrIp"),
        ("Ipv6Ranges", "cidr_ipv6", "CidrIpv6"),
        ("UserIdGroupPairs", "referenced_security_group_id", "GroupId"),
    ):
        for peer in rule.get(key, ()):
            said |= {name: _reference(peer[value], new), "description": peer["Description"]}
    return said


def _entry_resource(one: Mapping[str, Any], label: str) -> dict[str, Any]:
    said = {
        "network_acl_id": f"${{aws_network_acl.{label}.id}}",
        "rule_number": one["RuleNumber"],
        "egress": one["Egress"],
        "protocol": one["Protocol"],
        "rule_action": one["RuleAction"],
    }
    said |= {
        name: one[key]
        for key, name in (("CidrBlock", "cidr_block"), ("Ipv6CidrBlock", "ipv6_cidr_block"))
        if key in one
    }
    if "PortRange" in one:
        said |= {"from_port": one["PortRange"]["From"], "to_port": one["PortRange"]["To"]}
    if "IcmpTypeCode" in one:
        said |= {"icmp_type": one["IcmpTypeCode"]["Type"], "icmp_code": one["IcmpTypeCode"]["Code"]}
    return said
