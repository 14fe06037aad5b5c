"""Interfaces in a VPC that the groups of their zone don't guard, or not alone.

An interface lets through what any of its groups does, and which it has is the company's own doing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from limen.network.emit.guarded import Guarded
from limen.network.reading.intervals import prefix_interval

MOST_NAMED: Final = 20


def not_as_said(there: Mapping[str, Any], wanted: Guarded, groups: Mapping[str, Collection[str]]) -> list[str]:
    """`groups`: by zone the ids of those that guard something in it, the zone's own first."""
    found = list(_found(there["NetworkInterfaces"], wanted, groups))
    more = [f"and {len(found) - MOST_NAMED} interfaces more"] if len(found) > MOST_NAMED else []
    return [*found[:MOST_NAMED], *more]


def _found(
    interfaces: Iterable[Mapping[str, Any]], wanted: Guarded, groups: Mapping[str, Collection[str]]
) -> Iterator[str]:
    for one in interfaces:
        has = [group["GroupId"] for group in one["Groups"]]
        zone = next((zone for address in addresses_of(one) if (zone := _zone(address, wanted))), "")
        if not has or not zone:
            continue
        name = f"{one.get('NetworkInterfaceId', 'an interface')} in {zone}"
        own = next(iter(groups.get(zone, ())), "")
        if own not in has:
            yield f"{name} has not the security group of its zone: nothing of this guards it"
        elif others := sorted(set(has) - set(groups[zone])):
            yield f"{name} has {', '.join(others)} as well: what that lets through is not in this"


def addresses_of(interface: Mapping[str, Any]) -> list[str]:
    four = [one.get("PrivateIpAddress", "") for one in interface.get("PrivateIpAddresses", ())]
    return [*four, *(one.get("Ipv6Address", "") for one in interface.get("Ipv6Addresses", ()))]


def _zone(address: str, wanted: Guarded) -> str:
    try:
        family, (number, _) = prefix_interval(address)
    except ValueError:
        return ""
    places = ((zone, one) for zone in wanted.zones for one in wanted.places[zone])
    return next((zone for zone, (other, (low, high)) in places if other == family and low <= number <= high), "")
