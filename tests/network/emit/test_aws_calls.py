"""What is asked of AWS, asked of moto's EC2 by Limen's own client, and read back. moto lets no packet through."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from ipaddress import IPv6Network
from typing import Any

import pytest
from tests.dial import size
from tests.emulators.ec2 import ACCESS_KEY, REGION, SECRET, Ec2 as Emulator, ec2
from tests.network.emit.clouds import IN_CLOUD, cloud, random_cloud
from tests.network.networks import flow, way

from limen.connectors.aws.ec2 import Ec2
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.network.emit.aws import AwsRules, aws_rules
from limen.network.emit.aws_calls import Call, next_calls
from limen.network.emit.aws_document import document
from limen.network.emit.guarded import Guarded
from limen.network.model import Block
from limen.network.packets.decision_diagrams import are_equal
from limen.network.reading.aws import read_aws
from limen.network.reading.stages import Known

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with ec2() as running:
        yield running


async def test_what_moto_keeps_is_what_was_meant(emulator: Emulator) -> None:
    """Without ICMP: moto's ACLs don't tell its types again."""
    for seed in range(size(24)):
        chance = random.Random(seed)
        vpc = vpc_of(emulator, cloud("aws"))
        for _ in range(2):  # the second time over what the first left
            wanted = random_cloud("aws", chance, icmp=False)
            said = aws_rules(wanted)
            async with client(emulator) as asked:
                there = await put(asked, vpc, said, wanted)
            assert are_equal(read_back(there, said, wanted), said.actual), seed


async def test_rules_that_others_wrote_are_taken_away_and_what_stays_is_never_cut(emulator: Emulator) -> None:
    wanted = cloud("aws", [flow("shop", way("office", "web"))])
    said = aws_rules(wanted)
    vpc = vpc_of(emulator, wanted)
    async with client(emulator) as asked:
        there = await put(asked, vpc, said, wanted)
        [web] = [one["GroupId"] for one in there["SecurityGroups"] if one["GroupName"] == "limen-web"]
        foreign = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        emulator.boto.authorize_security_group_ingress(GroupId=web, IpPermissions=[foreign])
        calls = next_calls(document(said.rules, said.entries, wanted), await asked.describe(vpc), vpc)
    assert [one.operation for one in calls] == ["RevokeSecurityGroupIngress"]
    assert calls[0].parameters["IpPermissions"][0]["FromPort"] == 22


async def test_a_group_or_subnet_that_is_not_there_is_said(emulator: Emulator) -> None:
    tagged = cloud("aws", [flow("shop", way("office", "web"))], tags=True)
    said = aws_rules(tagged)
    vpc = emulator.boto.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    async with client(emulator) as asked:
        with pytest.raises(LimenError, match="sg-0a1b"):
            await put(asked, vpc, said, tagged)
        blocked = cloud(
            "aws", [flow("in", way("office", "web", "any"))], [Block("no", way("office", "web", "ssh"), "no")]
        )
        with pytest.raises(LimenError, match=r"10\.80\.0\.0/24"):
            await put(asked, vpc, aws_rules(blocked), blocked)


async def test_what_aws_refuses_is_an_error_without_the_secret(emulator: Emulator) -> None:
    async with client(emulator) as asked:
        with pytest.raises(VendorError) as refused:
            await asked.call("AuthorizeSecurityGroupIngress", {"GroupId": "sg-nowhere", "IpPermissions": []})
    assert SECRET not in str(refused.value)


# Doing it


@asynccontextmanager
async def client(emulator: Emulator) -> AsyncIterator[Ec2]:
    vendor = VendorClient(emulator.origin, Resolver)
    try:
        yield Ec2(vendor, REGION, ACCESS_KEY, SECRET)
    finally:
        await vendor.close()


def vpc_of(emulator: Emulator, wanted: Guarded) -> str:
    """A VPC with the subnets of the zones. Its own ACL lets IPv6 through, as AWS has it and moto doesn't."""
    boto = emulator.boto
    vpc = str(boto.create_vpc(CidrBlock="10.80.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"])
    for prefix in ("10.81.0.0/16", "10.82.0.0/16"):
        boto.associate_vpc_cidr_block(VpcId=vpc, CidrBlock=prefix)
    for zone in IN_CLOUD:
        fours = [one for one in wanted.network.zone_of[zone].prefixes if not isinstance(one, IPv6Network)]
        boto.create_subnet(VpcId=vpc, CidrBlock=str(fours[0]))
    [acl] = boto.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    for egress in (True, False):
        every = {"RuleNumber": 101, "Protocol": "-1", "RuleAction": "allow", "Ipv6CidrBlock": "::/0"}
        boto.create_network_acl_entry(NetworkAclId=acl["NetworkAclId"], Egress=egress, **every)
    return vpc


async def put(asked: Ec2, vpc: str, said: AwsRules, wanted: Guarded) -> dict[str, Any]:
    """Round after round, until nothing is left to ask; what is there then."""
    described = document(said.rules, said.entries, wanted)
    for _ in range(5):
        there = await asked.describe(vpc)
        calls: list[Call] = next_calls(described, there, vpc)
        if not calls:
            return there
        for one in calls:
            await asked.call(one.operation, one.parameters)
    raise AssertionError(f"it comes to no end: {calls}")


def read_back(there: dict[str, Any], said: AwsRules, wanted: Guarded) -> Any:
    """What the VPC's groups and ACLs of Limen let through, by what is known of the zones."""
    names = {one["GroupName"]: one["GroupId"] for one in there["SecurityGroups"]}
    known = Known({names[group]: held for group, held in said.held.items()}, wanted.places)
    groups = [one for one in there["SecurityGroups"] if one["GroupId"] in known.groups]
    return read_aws({**there, "SecurityGroups": groups}, known=known).ruleset
