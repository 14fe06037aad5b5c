"""The EC2 API, against moto's: it is not AWS."""

from __future__ import annotations

import pytest
from tests.emulators.ec2 import ACCESS_KEY, REGION, SECRET, ec2

from limen.connectors.aws.ec2 import Ec2
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver

pytestmark = pytest.mark.slow


async def test_a_vpc_is_described_and_an_operation_done() -> None:
    with ec2() as cloud:
        vpc = cloud.boto.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        other = cloud.boto.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        client = VendorClient(cloud.origin, Resolver)
        asked = Ec2(client, REGION, ACCESS_KEY, SECRET)
        try:
            made = await asked.call("CreateSecurityGroup", {"GroupName": "g", "Description": "ü & <g>", "VpcId": vpc})
            there = await asked.describe(vpc)
            elsewhere = await asked.describe(other)
            with pytest.raises(VendorError) as refused:
                await asked.call("CreateSecurityGroup", {"GroupName": "g", "Description": "g", "VpcId": vpc})
        finally:
            await client.close()
    [group] = [one for one in there["SecurityGroups"] if one["GroupName"] == "g"]
    assert group["GroupId"] == made["GroupId"]
    assert group["Description"] == "ü & <g>"
    assert "g" not in {one["GroupName"] for one in elsewhere["SecurityGroups"]}
    assert refused.value.status == 400
    assert SECRET not in f"{refused.value} {asked!r}"
