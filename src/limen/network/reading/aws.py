"""Security groups and network ACLs of AWS, as `aws ec2 describe-…` prints them, as a Ruleset.

Zones are the sets of security groups that interfaces have. A packet passes the sender's outbound rules, the ACLs of
both subnets where it leaves one, and the receiver's inbound rules (Amazon VPC User Guide, "Control traffic to your AWS
resources using security groups" and "Control subnet traffic with network access control lists").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from limen.network.model import INTERNET, Prefix
from limen.network.packets import ANYWHERE, Interval, Rule
from limen.network.packets.box import LAST_ADDRESS
from limen.network.reading.aws_rules import acl_service_of, rule_of, service_of
from limen.network.reading.intervals import prefix_interval
from limen.network.reading.json_documents import merged, objects, refuse_without, text, whole
from limen.network.reading.reading import (
    MOST_ZONES,
    Errs,
    NotUnderstood,
    Reading,
    not_understood,
    refuse_beyond,
)
from limen.network.reading.stages import Guards, Held, Known, Passing, held_rules


@dataclass(slots=True)
class _Account:
    """`zones`: by name the security groups of their interfaces."""

    lists: Mapping[str, list[Any]]
    known: Known | None
    zones: dict[str, frozenset[str]] = field(default_factory=dict)
    acls: dict[str, dict[str, str]] = field(default_factory=dict)
    """By zone: its subnets, each with the id of its ACL."""
    prefixes: dict[str, tuple[Prefix, ...]] = field(default_factory=dict)
    doubts: list[NotUnderstood] = field(default_factory=list)


def read_aws(*documents: Mapping[str, Any], known: Known | None = None) -> Reading:
    """`documents` hold `SecurityGroups`, and where they are given `NetworkAcls`, `NetworkInterfaces`, `Subnets` and
    `PrefixLists` (each with its `Entries`). Raises UnreadableError.
    """
    account = _Account(merged(documents), known)
    refuse_without(account.lists, "SecurityGroups")
    _find_zones(account)
    groups = {text(one, "GroupId"): one for one in objects(account.lists, "SecurityGroups")}
    inward = {name: list(_group_rules(account, one, "ingress")) for name, one in groups.items()}
    outward = {name: list(_group_rules(account, one, "egress")) for name, one in groups.items()}
    if known:
        account.doubts += [not_understood(name, "no zone has it", Errs.EITHER) for name in groups.keys() - known.groups]
    acls = {text(one, "NetworkAclId"): one for one in objects(account.lists, "NetworkAcls")}
    gets = {name: list(_acl_rules(account, one, is_egress=False)) for name, one in acls.items()}
    sends = {name: list(_acl_rules(account, one, is_egress=True)) for name, one in acls.items()}
    guards = {}
    for zone, members in account.zones.items():
        if not members & groups.keys():
            continue  # a group of another account, or of a VPC beside this one
        met = sorted(set(account.acls.get(zone, {}).values()) & acls.keys())
        if len(met) > 1:
            account.doubts.append(not_understood(zone, f"subnets behind several ACLs: {', '.join(met)}", Errs.EITHER))
        guards[zone] = Guards(
            (list(_of_members(account, zone, outward, is_source=True)),),
            (list(_of_members(account, zone, inward, is_source=False)),),
            frozenset(account.acls.get(zone, {})),
            tuple(sends[one] for one in met[:1]),
            tuple(gets[one] for one in met[:1]),
        )
    zones = tuple(known.places) if known else (*account.zones, INTERNET)
    ruleset = Passing(zones, guards, known.places if known else None).ruleset()
    return Reading("aws", ruleset, tuple(account.doubts), account.prefixes)


# Zones


def _find_zones(account: _Account) -> None:
    if account.known:
        _find_known_zones(account, account.known)
        return
    interfaces = objects(account.lists, "NetworkInterfaces")
    if interfaces:
        _find_interfaces(account, interfaces)
    else:
        said = "no network interfaces are given: one with several groups is open as far as any of them"
        account.doubts.append(not_understood("NetworkInterfaces", said, Errs.TOO_CLOSED))
        account.doubts += [not_understood("NetworkAcls", "which subnets are whose is not given")] * bool(
            account.lists.get("NetworkAcls")
        )
    for one in objects(account.lists, "SecurityGroups"):
        group = text(one, "GroupId")
        if not any(group in members for members in account.zones.values()):
            account.zones[group] = frozenset({group})
    for one in objects(account.lists, "SecurityGroups"):
        for permission in (*objects(one, "IpPermissions"), *objects(one, "IpPermissionsEgress")):
            for pair in objects(permission, "UserIdGroupPairs"):
                group = text(pair, "GroupId")
                if group and not any(group in members for members in account.zones.values()):
                    account.zones[group] = frozenset({group})
    refuse_beyond(len(account.zones), MOST_ZONES, "sets of security groups")


def _find_known_zones(account: _Account, known: Known) -> None:
    for group, held in known.groups.items():
        for zone, _, _ in held:
            account.zones[zone] = account.zones.get(zone, frozenset()) | {group}
    acl_of = _acl_of_subnets(account)
    for subnet in objects(account.lists, "Subnets"):
        name, acl = text(subnet, "SubnetId"), acl_of.get(text(subnet, "SubnetId"))
        for zone in account.zones:
            if acl and any(_is_in(one, known.places.get(zone, ())) for one in _prefixes_of(subnet)):
                account.acls.setdefault(zone, {})[name] = acl


def _acl_of_subnets(account: _Account) -> dict[str, str]:
    return {
        text(association, "SubnetId"): text(acl, "NetworkAclId")
        for acl in objects(account.lists, "NetworkAcls")
        for association in objects(acl, "Associations")
    }


def _prefixes_of(subnet: Mapping[str, Any]) -> Iterator[tuple[int, Interval]]:
    said = [
        text(subnet, "CidrBlock"),
        *(text(one, "Ipv6CidrBlock") for one in objects(subnet, "Ipv6CidrBlockAssociationSet")),
    ]
    for one in said:
        try:
            yield prefix_interval(one)
        except ValueError:
            continue


def _is_in(prefix: tuple[int, Interval], places: Any) -> bool:
    family, (low, high) = prefix
    return any(family == other and first <= low and high <= last for other, (first, last) in places)


def _find_interfaces(account: _Account, interfaces: list[dict[str, Any]]) -> None:
    """A zone for each set of groups, and for each ACL that their interfaces stand behind."""
    acl_of = _acl_of_subnets(account)
    several = len(set(acl_of.values())) > 1
    for one in interfaces:
        members = frozenset(text(group, "GroupId") for group in objects(one, "Groups")) - {""}
        if not members:
            continue
        subnet = text(one, "SubnetId")
        acl = acl_of.get(subnet, "")
        name = "+".join(sorted(members)) + (f"@{acl}" if several and acl else "")
        account.zones[name] = members
        if acl:
            account.acls.setdefault(name, {})[subnet] = acl
        said = [*(text(address, "PrivateIpAddress") for address in objects(one, "PrivateIpAddresses"))]
        said += [text(address, "Ipv6Address") for address in objects(one, "Ipv6Addresses")]
        found = [ip_network(address) for address in said if _is_address(address)]
        account.prefixes[name] = tuple(dict.fromkeys((*account.prefixes.get(name, ()), *found)))


def _is_address(said: str) -> bool:
    try:
        prefix_interval(said)
    except ValueError:
        return False
    return True


# Rules of security groups


def _group_rules(account: _Account, group: Mapping[str, Any], way: str) -> Iterator[Rule]:
    number = 0
    permissions = objects(group, "IpPermissions" if way == "ingress" else "IpPermissionsEgress")
    for permission in permissions:
        for peer in _peers(account, permission):
            number += 1
            id_ = f"{text(group, 'GroupId')}:{way}:{number}"
            yield from _permitted(account, id_, permission, peer, way)


@dataclass(frozen=True, slots=True)
class _Peer:
    """The other side of a rule: prefixes, or a group. `doubt` says what was not understood of it."""

    prefixes: tuple[str, ...] = ()
    group: str = ""
    doubt: str = ""


def _peers(account: _Account, permission: Mapping[str, Any]) -> Iterator[_Peer]:
    yield from (_Peer((text(one, "CidrIp"),)) for one in objects(permission, "IpRanges"))
    yield from (_Peer((text(one, "CidrIpv6"),)) for one in objects(permission, "Ipv6Ranges"))
    yield from (_Peer(group=text(one, "GroupId")) for one in objects(permission, "UserIdGroupPairs"))
    lists = {text(one, "PrefixListId"): one for one in objects(account.lists, "PrefixLists")}
    for one in objects(permission, "PrefixListIds"):
        name = text(one, "PrefixListId")
        entries = tuple(text(entry, "Cidr") for entry in objects(lists.get(name, {}), "Entries"))
        yield _Peer(entries) if name in lists else _Peer(("0.0.0.0/0", "::/0"), doubt=f"prefix list {name}")


def _permitted(account: _Account, id_: str, permission: Mapping[str, Any], peer: _Peer, way: str) -> Iterator[Rule]:
    if peer.doubt:
        account.doubts.append(not_understood(id_, peer.doubt))
    if not peer.group and not peer.prefixes:
        account.doubts.append(not_understood(id_, "a peer without an id", Errs.TOO_CLOSED))
    sides = list(_members(account, peer.group)) if peer.group else []
    for said in peer.prefixes:
        try:
            sides.append((ANYWHERE, *prefix_interval(said)))
        except ValueError:
            account.doubts.append(not_understood(id_, said, Errs.TOO_CLOSED))
    protocol, ports = service_of(permission, lambda said: account.doubts.append(not_understood(id_, said)))
    for zone, family, interval in sides:
        yield rule_of(id_, family, interval, protocol, ports, zone=zone, is_source=way == "ingress")


def _members(account: _Account, group: str) -> Iterator[Held]:
    """Where interfaces with this group are."""
    if account.known:
        yield from account.known.groups.get(group, ())
        return
    for zone, members in account.zones.items():
        if group in members:
            yield from ((zone, family, (0, last)) for family, last in LAST_ADDRESS.items())


def _of_members(account: _Account, zone: str, rules: Mapping[str, list[Rule]], *, is_source: bool) -> Iterator[Rule]:
    """The rules of all groups in a zone, each for the interfaces that have the group."""
    for group in sorted(account.zones[zone]):
        if not account.known:
            yield from rules.get(group, ())
            continue
        held = [one for one in account.known.groups[group] if one[0] == zone]
        yield from held_rules(rules.get(group, ()), held, is_source=is_source)


# Rules of network ACLs


def _acl_rules(account: _Account, acl: Mapping[str, Any], *, is_egress: bool) -> Iterator[Rule]:
    """In the order of their numbers. Answers are not held against an ACL: less may be open than this says."""
    entries = [one for one in objects(acl, "Entries") if (one.get("Egress") is True) == is_egress]
    for entry in sorted(entries, key=lambda one: whole(one, "RuleNumber") or 0):
        id_ = f"{text(acl, 'NetworkAclId')}:{'egress' if is_egress else 'ingress'}:{whole(entry, 'RuleNumber')}"
        doubts: list[str] = []
        protocol, ports = acl_service_of(entry, doubts.append)
        try:
            family, prefix = prefix_interval(text(entry, "CidrBlock") or text(entry, "Ipv6CidrBlock"))
        except ValueError:
            account.doubts.append(not_understood(id_, "its addresses", Errs.EITHER))
            continue
        account.doubts += [not_understood(id_, one) for one in doubts]
        allows = text(entry, "RuleAction") == "allow"
        if allows or not doubts:
            yield rule_of(id_, family, prefix, protocol, ports, is_source=not is_egress, allows=allows)
