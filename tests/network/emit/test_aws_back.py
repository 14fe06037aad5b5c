"""What takes a VPC back to what it was; against moto see tests/network/remote/test_aws.py."""

from __future__ import annotations

from typing import Any

from limen.network.emit.aws_back import back_calls

NOTHING: dict[str, list[Any]] = {"SecurityGroups": [], "NetworkAcls": [], "Subnets": [], "NetworkInterfaces": []}
RULE = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}


def group(name: str, *rules: Any) -> dict[str, Any]:
    return {"GroupId": f"sg-{name}", "GroupName": name, "IpPermissions": list(rules), "IpPermissionsEgress": []}


def operations(before: Any, there: Any) -> list[str]:
    return [one.operation for one in back_calls({**NOTHING, **before}, {**NOTHING, **there}, {"limen-web"})]


def test_a_group_that_was_made_is_emptied_and_then_deleted_where_nobody_has_it() -> None:
    full, empty = {"SecurityGroups": [group("limen-web", RULE)]}, {"SecurityGroups": [group("limen-web")]}
    held = {"NetworkInterfaces": [{"Groups": [{"GroupId": "sg-limen-web"}]}]}
    assert operations({}, full) == ["RevokeSecurityGroupIngress"]
    assert operations({}, empty) == ["DeleteSecurityGroup"]
    assert operations({}, {**empty, **held}) == []


def test_rules_that_were_there_come_back_and_other_groups_are_left() -> None:
    before = {"SecurityGroups": [group("limen-web", RULE), group("theirs")]}
    there = {"SecurityGroups": [group("limen-web"), group("theirs", RULE)]}
    assert operations(before, there) == ["AuthorizeSecurityGroupIngress"]
