"""Security groups and network ACLs of AWS read: against a naive reading of the same JSON, and as moto prints them."""

from __future__ import annotations

import random
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from tests.dial import size
from tests.emulators.ec2 import Ec2, ec2

from limen.network.model import INTERNET
from limen.network.packets import Packet
from limen.network.reading.aws import read_aws
from limen.network.reading.reading import Errs

ZONES = {"sg-web": "10.1.0.5", "sg-app": "10.2.0.5", "sg-app+sg-web": "10.3.0.5"}
SUBNETS = {"sg-web": ("subnet-1", "acl-1"), "sg-app": ("subnet-2", "acl-2"), "sg-app+sg-web": ("subnet-2", "acl-2")}
PORTS = (22, 443, 8000, 8443)


def test_what_is_read_is_what_a_naive_evaluation_says() -> None:
    allowed = 0
    for seed in range(size(400)):
        chance = random.Random(seed)
        account = _account(chance)
        reading = read_aws(account)
        assert not reading.not_understood
        names = {zone: next(one for one in reading.ruleset.zones if one.partition("@")[0] == zone) for zone in ZONES}
        for _ in range(60):
            packet = _packet(chance)
            said = packet._replace(
                from_zone=names.get(packet.from_zone, INTERNET), to_zone=names.get(packet.to_zone, INTERNET)
            )
            expected = _naively(account, packet)
            assert reading.ruleset.allows(said) is expected, (seed, packet.addresses, packet, account)
            allowed += expected
    assert allowed > 100


def test_ids_say_group_direction_and_number() -> None:
    group = {"GroupId": "sg-1", "IpPermissions": [_tcp(22, "10.0.0.0/8"), _tcp(443, "0.0.0.0/0")]}
    reading = read_aws({"SecurityGroups": [group]})
    rule = reading.ruleset.decides(_to("sg-1", "192.0.2.1", "10.1.0.5", 443))
    assert rule is not None
    assert rule.id == "sg-1:ingress:2"
    assert [(one.where, one.errs) for one in reading.not_understood] == [("NetworkInterfaces", Errs.TOO_CLOSED)]


@pytest.mark.parametrize(
    ("permission", "errs", "opens"),
    [
        ({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 9, "PrefixListIds": [{"PrefixListId": "pl-1"}]}, "open", True),
        ({"IpProtocol": "icmp", "FromPort": 3, "ToPort": 4, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "open", False),
        ({"IpProtocol": "frob", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "open", True),
        ({"IpProtocol": "tcp", "FromPort": 90_000, "ToPort": 1, "IpRanges": [{"CidrIp": "::/0"}]}, "open", False),
        ({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "everybody"}]}, "closed", False),
        ({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupName": "old"}]}, "closed", False),
    ],
)
def test_what_is_not_understood_is_named_with_its_side(permission: dict[str, Any], errs: str, opens: bool) -> None:
    reading = read_aws(
        {"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [permission]}], "NetworkInterfaces": [_interface()]}
    )
    assert {(one.where, one.errs) for one in reading.not_understood} == {("sg-1:ingress:1", Errs(f"too_{errs}"))}
    assert reading.ruleset.allows(_to("sg-1", "192.0.2.1", "10.1.0.5", 5)) is opens


def test_a_list_of_prefixes_is_read_where_it_is_given() -> None:
    permission = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}
    group = {"GroupId": "sg-1", "IpPermissions": [permission]}
    lists = [{"PrefixListId": "pl-1", "Entries": [{"Cidr": "192.0.2.0/24"}]}]
    reading = read_aws({"SecurityGroups": [group], "PrefixLists": lists, "NetworkInterfaces": [_interface()]})
    assert not reading.not_understood
    assert reading.ruleset.allows(_to("sg-1", "192.0.2.1", "10.1.0.5", 5))
    assert not reading.ruleset.allows(_to("sg-1", "198.51.100.1", "10.1.0.5", 5))


def test_what_moto_prints_is_read() -> None:
    with ec2() as cloud:
        account = _built(cloud)
    reading = read_aws(account)
    assert reading.errs is None
    [web] = [one for one in reading.ruleset.zones if account["web"] in one]
    [app] = [one for one in reading.ruleset.zones if account["app"] in one]
    assert reading.places[web] == (ip_network("10.0.1.10"),)
    assert reading.ruleset.allows(_to(web, "192.0.2.1", "10.0.1.10", 443))
    assert not reading.ruleset.allows(_to(web, "192.0.2.1", "10.0.1.10", 22))
    assert reading.ruleset.allows(_to(app, "10.0.1.10", "10.0.1.11", 8443)._replace(from_zone=web))
    assert not reading.ruleset.allows(_to(app, "10.0.1.10", "10.0.1.11", 8443))


# Accounts


def _built(cloud: Ec2) -> dict[str, Any]:
    boto = cloud.boto
    vpc = boto.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = boto.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    groups = {
        name: boto.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("web", "app")
    }
    boto.authorize_security_group_ingress(GroupId=groups["web"], IpPermissions=[_tcp(443, "0.0.0.0/0")])
    pair = {"IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443, "UserIdGroupPairs": [{"GroupId": groups["web"]}]}
    boto.authorize_security_group_ingress(GroupId=groups["app"], IpPermissions=[pair])
    for number, name in enumerate(groups):
        boto.create_network_interface(SubnetId=subnet, PrivateIpAddress=f"10.0.1.{10 + number}", Groups=[groups[name]])
    return {
        **groups,
        "SecurityGroups": boto.describe_security_groups()["SecurityGroups"],
        "NetworkAcls": boto.describe_network_acls()["NetworkAcls"],
        "NetworkInterfaces": boto.describe_network_interfaces()["NetworkInterfaces"],
    }


def _interface() -> dict[str, Any]:
    return {"Groups": [{"GroupId": "sg-1"}], "PrivateIpAddresses": [{"PrivateIpAddress": "10.1.0.5"}]}


def _tcp(port: int, prefix: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": prefix}]}


def _to(zone: str, source: str, destination: str, port: int) -> Packet:
    return Packet(INTERNET, zone, 4, int(ip_address(source)), int(ip_address(destination)), 6, port, 40_000)


def _packet(chance: random.Random) -> Packet:
    one, other = chance.sample([*ZONES, INTERNET], 2)
    source, destination = (ZONES.get(zone, "192.0.2.9") for zone in (one, other))
    protocol = chance.choice([6, 6, 17])
    return Packet(
        one, other, 4, int(ip_address(source)), int(ip_address(destination)), protocol, chance.choice(PORTS), 40_000
    )


def _account(chance: random.Random) -> dict[str, Any]:
    groups = [
        {
            "GroupId": group,
            "IpPermissions": [_permission(chance) for _ in range(chance.randrange(4))],
            "IpPermissionsEgress": [_everything()]
            if chance.random() < 0.5
            else [_permission(chance) for _ in range(3)],
        }
        for group in ("sg-web", "sg-app")
    ]
    interfaces = [
        {
            "SubnetId": SUBNETS[zone][0],
            "Groups": [{"GroupId": one} for one in zone.split("+")],
            "PrivateIpAddresses": [{"PrivateIpAddress": address}],
        }
        for zone, address in ZONES.items()
    ]
    acls = [
        {
            "NetworkAclId": f"acl-{number}",
            "Associations": [{"SubnetId": f"subnet-{number}"}],
            "Entries": _entries(chance),
        }
        for number in (1, 2)
    ]
    return {"SecurityGroups": groups, "NetworkInterfaces": interfaces, "NetworkAcls": acls}


def _everything() -> dict[str, Any]:
    return {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}


def _permission(chance: random.Random) -> dict[str, Any]:
    protocol = chance.choice(["tcp", "tcp", "udp", "-1"])
    low, high = sorted(chance.sample(PORTS, 2))
    said: dict[str, Any] = {"IpProtocol": protocol}
    said |= {} if protocol == "-1" else {"FromPort": low, "ToPort": high}
    if chance.random() < 0.4:
        return {**said, "UserIdGroupPairs": [{"GroupId": chance.choice(["sg-web", "sg-app"])}]}
    return {**said, "IpRanges": [{"CidrIp": _prefix(chance)}]}


def _prefix(chance: random.Random) -> str:
    return chance.choice(["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/15", "192.0.2.0/24", "10.3.0.5/32"])


def _entries(chance: random.Random) -> list[dict[str, Any]]:
    entries = []
    for egress in (True, False):
        numbers = chance.sample(range(1, 200), chance.randrange(4))
        for number in numbers:
            low, high = sorted(chance.sample(PORTS, 2))
            entries.append({
                "RuleNumber": number, "Egress": egress, "Protocol": chance.choice(["6", "17", "-1"]),
                "RuleAction": chance.choice(["allow", "deny"]), "CidrBlock": _prefix(chance),
                "PortRange": {"From": low, "To": high},
            })  # fmt: skip
        if chance.random() < 0.8:
            every = {
                "RuleNumber": 300,
                "Egress": egress,
                "Protocol": "-1",
                "RuleAction": "allow",
                "CidrBlock": "0.0.0.0/0",
            }
            entries.append(every)
    chance.shuffle(entries)
    return entries


def _naively(account: dict[str, Any], packet: Packet) -> bool:
    """By the documents alone: the groups of both sides as unions, the ACLs where a subnet is left."""
    sender, receiver = packet.from_zone, packet.to_zone
    groups = {one["GroupId"]: one for one in account["SecurityGroups"]}
    passes = True
    if sender in ZONES:
        rules = [one for name in sender.split("+") for one in groups[name]["IpPermissionsEgress"]]
        passes &= any(_permits(one, packet, packet.destination, receiver) for one in rules)
    if receiver in ZONES:
        rules = [one for name in receiver.split("+") for one in groups[name]["IpPermissions"]]
        passes &= any(_permits(one, packet, packet.source, sender) for one in rules)
    subnets = SUBNETS.get(sender, ("", ""))[0], SUBNETS.get(receiver, ("", ""))[0]
    if subnets[0] != subnets[1]:
        acls = {one["NetworkAclId"]: one["Entries"] for one in account["NetworkAcls"]}
        if sender in ZONES:
            passes &= _acl_permits(acls[SUBNETS[sender][1]], packet, packet.destination, egress=True)
        if receiver in ZONES:
            passes &= _acl_permits(acls[SUBNETS[receiver][1]], packet, packet.source, egress=False)
    return passes


def _permits(permission: dict[str, Any], packet: Packet, address: int, zone: str) -> bool:
    kind = {6: "tcp", 17: "udp"}[packet.protocol]
    if permission["IpProtocol"] != "-1" and (
        permission["IpProtocol"] != kind or not permission["FromPort"] <= packet.port <= permission["ToPort"]
    ):
        return False
    is_in = any(ip_address(address) in ip_network(one["CidrIp"]) for one in permission.get("IpRanges", ()))
    return is_in or any(one["GroupId"] in zone.split("+") for one in permission.get("UserIdGroupPairs", ()))


def _acl_permits(entries: list[dict[str, Any]], packet: Packet, address: int, *, egress: bool) -> bool:
    for one in sorted(entries, key=lambda entry: entry["RuleNumber"]):
        if one["Egress"] is not egress or ip_address(address) not in ip_network(one["CidrBlock"]):
            continue
        ports = one.get("PortRange", {"From": 0, "To": 65535})
        if one["Protocol"] == "-1" or (
            int(one["Protocol"]) == packet.protocol and ports["From"] <= packet.port <= ports["To"]
        ):
            return bool(one["RuleAction"] == "allow")
    return False
