"""Rules and entries in the form of the EC2 API."""

from __future__ import annotations

from limen.network.emit.aws_document import entry, permission
from limen.network.emit.aws_rules import ALL, AclEntry, GroupRule
from limen.network.packets import ANY_PORT
from limen.network.packets.box import ICMP


def test_a_permission_has_ports_where_its_protocol_has_them() -> None:
    tcp = permission(GroupRule("sg", "ingress", 4, "10.0.0.0/8", 6, (80, 90), ("a", "b")))
    assert tcp == {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 90,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "a, b"}],
    }
    assert "FromPort" not in permission(GroupRule("sg", "egress", 6, "::/0", ALL, ANY_PORT, ("a",)))
    ping = permission(GroupRule("sg", "ingress", 4, "10.0.0.0/8", ICMP, (8, 8), ("a",)))
    assert (ping["FromPort"], ping["ToPort"]) == (8, -1)
    assert (
        permission(GroupRule("sg", "ingress", 0, "sg-2", 50, ANY_PORT, ("a",)))["UserIdGroupPairs"][0]["GroupId"]
        == "sg-2"
    )


def test_a_description_is_no_longer_than_aws_takes() -> None:
    long = permission(GroupRule("sg", "ingress", 4, "10.0.0.0/8", 6, (1, 1), tuple(f"flow-{n}" for n in range(99))))
    assert len(long["IpRanges"][0]["Description"]) == 255


def test_an_entry_denies() -> None:
    said = entry(AclEntry("web", "ingress", 6, "fd00::/64", 6, (22, 22), ("a",)), 101)
    assert said == {
        "RuleNumber": 101,
        "Egress": False,
        "RuleAction": "deny",
        "Protocol": "6",
        "Ipv6CidrBlock": "fd00::/64",
        "PortRange": {"From": 22, "To": 22},
    }
    ping = entry(AclEntry("web", "egress", 4, "10.0.0.0/8", ICMP, (8, 8), ()), 100)
    assert ping["IcmpTypeCode"] == {"Type": 8, "Code": -1}
