"""That moto refuses what is beyond the quota of AWS, as AWS does."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from tests.emulators.ec2 import ec2

from limen.network.emit.quotas import AWS_RULES_PER_GROUP

pytestmark = pytest.mark.slow


def test_a_group_takes_so_many_rules_and_no_more() -> None:
    with ec2() as cloud:
        vpc = cloud.boto.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        group = cloud.boto.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
        for number in range(AWS_RULES_PER_GROUP + 1):
            said = {"IpProtocol": "tcp", "FromPort": number, "ToPort": number, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
            if number < AWS_RULES_PER_GROUP:
                cloud.boto.authorize_security_group_ingress(GroupId=group, IpPermissions=[said])
                continue
            with pytest.raises(ClientError, match="RulesPerSecurityGroupLimitExceeded"):
                cloud.boto.authorize_security_group_ingress(GroupId=group, IpPermissions=[said])
