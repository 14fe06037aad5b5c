"""What groups open to the internet, of each cloud; and that nothing that may hide an opening is passed over."""

from __future__ import annotations

from typing import Any

import pytest
from tests.network.reading.test_azure import nsg
from tests.network.reading.test_gcp import firewall

from limen.network.clouds.groups import PORTS, read_groups
from limen.network.clouds.model import CloudReading
from limen.network.reading.reading import UnreadableError


def permission(low: int, high: int, *ranges: str) -> dict[str, Any]:
    four = [{"CidrIp": one} for one in ranges if ":" not in one]
    six = [{"CidrIpv6": one} for one in ranges if ":" in one]
    return {"IpProtocol": "tcp", "FromPort": low, "ToPort": high, "IpRanges": four, "Ipv6Ranges": six}


def group(*permissions: dict[str, Any], name: str = "sg-1") -> dict[str, Any]:
    out = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    return {"GroupId": name, "IpPermissions": list(permissions), "IpPermissionsEgress": [out]}


def aws(*groups: dict[str, Any], **more: Any) -> CloudReading:
    return read_groups("prod", "aws", [{"SecurityGroups": list(groups), **more}])


def opened(reading: CloudReading) -> dict[str, list[int]]:
    return {one.name: [int(said.partition(" ")[0]) for said in one.opened] for one in reading.groups}


def test_what_aws_opens_to_everybody_is_named_with_its_rule() -> None:
    web, closed = group(permission(443, 443, "0.0.0.0/0")), group(permission(22, 22, "10.0.0.0/8"), name="sg-2")
    bad = group(
        permission(443, 443, "::/0"), permission(20, 25, "::/0"), permission(5432, 5432, "0.0.0.0/0"), name="sg-3"
    )
    found = aws(web, closed, bad)
    assert opened(found) == {"sg-1": [], "sg-2": [], "sg-3": [22, 23, 5432]}
    assert (found.groups[2].opened[0], found.doubts) == ("22 by sg-3:ingress:2", ())


@pytest.mark.parametrize("port", PORTS)
def test_every_such_port_is_looked_for(port: int) -> None:
    assert opened(aws(group(permission(port, port, "0.0.0.0/0")))) == {"sg-1": [port]}


def test_azure_and_google_by_their_order() -> None:
    shut = {"priority": 100, "access": "Deny", "destinationPortRange": "22"}
    every = {"priority": 200, "destinationPortRange": "20-23"}
    assert opened(read_groups("a", "azure", [{"": [nsg(shut, every)]}])) == {"web": [23]}
    told = {"allowed": [{"IPProtocol": "tcp", "ports": ["22"]}], "sourceRanges": ["0.0.0.0/0"], "targetTags": ["db"]}
    assert opened(read_groups("g", "gcp", [{"": [firewall("in", **told)]}])) == {"db": [22], "other": []}


def test_a_rule_that_is_not_understood_counts_as_open() -> None:
    unclear = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": "pl-1"}]}
    assert opened(aws(group(unclear))) == {"sg-1": [22]}


@pytest.mark.parametrize("documents", [[], [{"SecurityGroups": []}] * 21, [{"Reservations": []}], [{"": "x"}]])
def test_what_is_no_list_of_groups_is_refused(documents: list[dict[str, Any]]) -> None:
    with pytest.raises(UnreadableError):
        read_groups("prod", "aws", documents)
    with pytest.raises(UnreadableError):
        read_groups("prod", "unifi", [{"SecurityGroups": []}])
