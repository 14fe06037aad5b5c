"""What has to be asked of the EC2 API so that groups, ACLs and subnets are again as they were."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from limen.network.emit.aws_calls import Call, acls_of_limen, entry_calls, rule_calls


def back_calls(before: Mapping[str, Any], there: Mapping[str, Any], names: Collection[str]) -> list[Call]:
    """The next round; [] where all is as it was. Both describe the VPC; `names`: the groups that were told something.

    Groups and ACLs that were not there are emptied, and taken away where nobody has them.
    """
    groups = [one for one in there["SecurityGroups"] if _is_named(one, names)]
    were = {one["GroupId"]: one for one in before["SecurityGroups"]}
    more: list[Call] = []
    less: list[Call] = []
    for one in groups:
        add, take = rule_calls(were.get(one["GroupId"], {}), one, {})
        more += add
        less += take
    kept = {one["NetworkAclId"]: one for one in before["NetworkAcls"]}
    own = acls_of_limen(there).values()
    moved = list(_moved(before, there))
    entries = [
        call for one in own if one["NetworkAclId"] in kept for call in entry_calls(kept[one["NetworkAclId"]], one)
    ]
    if changes := [*more, *entries, *less, *moved]:
        return changes
    gone = [Call("DeleteNetworkAcl", {"NetworkAclId": one["NetworkAclId"]}) for one in own if _is_new(one, kept)]
    return [*gone, *_deleted(groups, were, there)]


def _is_named(group: Mapping[str, Any], names: Collection[str]) -> bool:
    return group["GroupId"] in names or (group["GroupName"].startswith("limen-") and group["GroupName"] in names)


def _is_new(acl: Mapping[str, Any], kept: Collection[str]) -> bool:
    return acl["NetworkAclId"] not in kept and not acl["Associations"]


def _moved(before: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[Call]:
    """Subnets that are behind one of Limen's ACLs now go back behind the one where they were."""
    was = {one["SubnetId"]: one["NetworkAclId"] for acl in before["NetworkAcls"] for one in acl["Associations"]}
    still = {one["NetworkAclId"] for one in there["NetworkAcls"]}
    for acl in acls_of_limen(there).values():
        for one in acl["Associations"]:
            to = was.get(one["SubnetId"], acl["NetworkAclId"])
            if to != acl["NetworkAclId"] and to in still:
                parameters = {"AssociationId": one["NetworkAclAssociationId"], "NetworkAclId": to}
                yield Call("ReplaceNetworkAclAssociation", parameters)


def _deleted(groups: list[Any], were: Collection[str], there: Mapping[str, Any]) -> Iterator[Call]:
    """One that an interface has stays, without rules: it lets nothing through."""
    held = {one["GroupId"] for interface in there["NetworkInterfaces"] for one in interface["Groups"]}
    named = {
        pair.get("GroupId")
        for group in there["SecurityGroups"]
        for key in ("IpPermissions", "IpPermissionsEgress")
        for permission in group.get(key, ())
        for pair in permission.get("UserIdGroupPairs", ())
    }
    for one in groups:
        if one["GroupId"] not in were and one["GroupId"] not in held | named:
            yield Call("DeleteSecurityGroup", {"GroupId": one["GroupId"]})
