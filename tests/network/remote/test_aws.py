"""A VPC at moto's EC2: made as it is meant, read back, and put back as it was. moto lets no packet through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.emulators.ec2 import Ec2 as Emulator, ec2
from tests.network.emit.clouds import cloud
from tests.network.emit.test_aws_calls import client, vpc_of
from tests.network.networks import flow, way

from limen.network.emit.aws_calls import rule_calls
from limen.network.emit.guarded import Guarded
from limen.network.model import Block
from limen.network.packets.decision_diagrams import are_equal
from limen.network.remote.aws import AwsVpc
from limen.network.remote.gear import NotAsMeantError, as_change, put, put_back

pytestmark = pytest.mark.slow
BLOCKED = cloud("aws", [flow("in", way("office", "web", "any"))], [Block("no", way("office", "web", "ssh"), "no")])
SHOP = cloud("aws", [flow("shop", way("office", "front")), flow("db", way("app", "db1", "sql"))])


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with ec2() as running:
        yield running


@asynccontextmanager
async def gear(emulator: Emulator, vpc: str, wanted: Guarded) -> AsyncIterator[AwsVpc]:
    async with client(emulator) as asked:
        yield AwsVpc(wanted, vpc, asked)


def is_same(one: Any, other: Any) -> bool:
    """Groups with their rules, ACLs with their entries, and which of them each subnet is behind. Ids of associations
    change, and mean nothing; nor does the order of rules, or which of them stand in one permission.
    """
    groups, others = ({it["GroupId"]: it for it in some["SecurityGroups"]} for some in (one, other))
    return (
        groups.keys() == others.keys()
        and all(rule_calls(others[at], groups[at], {}) == ([], []) for at in groups)
        and _acls(one) == _acls(other)
    )


def _acls(there: Any) -> Any:
    return {
        it["NetworkAclId"]: (it["Entries"], sorted(at["SubnetId"] for at in it["Associations"]))
        for it in there["NetworkAcls"]
    }


async def test_what_was_not_there_is_made_and_taken_away_again(emulator: Emulator) -> None:
    vpc = vpc_of(emulator, SHOP)
    async with gear(emulator, vpc, SHOP) as one:
        before = await one.read()
        assert {line.source for line in as_change(one, before).new(SHOP.network)} >= {"office", "app"}
        there = await put(one)
        assert are_equal(one.meaning(there), one.meant)
        assert as_change(one, there).is_nothing
        await put_back(one, before)
        assert is_same(await one.read(), before)


async def test_a_change_over_another_and_back_is_the_first(emulator: Emulator) -> None:
    """Also subnets that an ACL of Limen's was put in front of."""
    vpc = vpc_of(emulator, BLOCKED)
    async with gear(emulator, vpc, SHOP) as first, gear(emulator, vpc, BLOCKED) as second:
        before = await put(first)
        await put(second)
        assert {one["NetworkAclId"] for one in (await second.read())["NetworkAcls"] if one["Associations"]}
        await put_back(second, before)
        assert is_same(await first.read(), before)
        assert are_equal(first.meaning(await first.read()), first.meant)


async def test_groups_and_acls_that_no_flow_needs_any_more_open_and_deny_nothing(emulator: Emulator) -> None:
    vpc = vpc_of(emulator, BLOCKED)
    async with gear(emulator, vpc, SHOP) as one, gear(emulator, vpc, BLOCKED) as other:
        await put(one)
        assert not as_change(other, await one.read()).is_nothing
        await put(other)
        groups = {it["GroupName"]: it for it in (await other.read())["SecurityGroups"]}
        assert groups["limen-web.front"]["IpPermissions"] == []
        await put(one)
        assert are_equal(one.meaning(await one.read()), one.meant)


async def test_what_others_open_meanwhile_is_found(emulator: Emulator) -> None:
    vpc = vpc_of(emulator, SHOP)
    async with gear(emulator, vpc, SHOP) as one:
        there = await put(one)
        [web] = [it["GroupId"] for it in there["SecurityGroups"] if it["GroupName"] == "limen-web"]
        foreign = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        emulator.boto.authorize_security_group_ingress(GroupId=web, IpPermissions=[foreign])
        change = as_change(one, await one.read())
        assert {line.destination for line in change.gone(SHOP.network)} == {"web"}
        one.next_calls = lambda there: []  # type: ignore[method-assign]
        with pytest.raises(NotAsMeantError):
            await put(one)


async def test_an_interface_with_a_group_of_others_is_named(emulator: Emulator) -> None:
    """What lets through all, whatever Limen's groups say, was not looked at."""
    vpc = vpc_of(emulator, SHOP)
    async with gear(emulator, vpc, SHOP) as one:
        there = await put(one)
        ids = {it["GroupName"]: it["GroupId"] for it in there["SecurityGroups"]}
        [web] = [it["SubnetId"] for it in there["Subnets"] if it["CidrBlock"] == "10.80.0.0/24"]
        for groups in ([ids["limen-web"]], [ids["limen-web"], ids["default"]], [ids["default"]]):
            emulator.boto.create_network_interface(SubnetId=web, Groups=groups)
        assert len(one.unguarded(await one.read())) == 2
