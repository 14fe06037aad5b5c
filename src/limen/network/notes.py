"""What is sound in network.yaml and perhaps not meant, or is due today: told, and never refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from limen.messages import lists
from limen.network.dns_names import public_names
from limen.network.model import NFTABLES, Network
from limen.network.stated import NetworkFile

SOON_DAYS: Final = 14
_MOST_NAMED: Final = 6


def notes(file: NetworkFile, today: date) -> Iterator[tuple[str, str]]:
    """Each with what to do about it."""
    network = file.network
    yield from _days(network, today.isoformat(), (today + timedelta(days=SOON_DAYS)).isoformat())
    yield from _trials(network, today.isoformat(), (today + timedelta(days=SOON_DAYS)).isoformat())
    yield from _one_family(network)
    yield from _at_home(network)
    yield from _public_names(network)
    yield from _nowhere_enforced(network)


def _days(network: Network, today: str, soon: str) -> Iterator[tuple[str, str]]:
    for one in network.flows:
        if one.expires and one.expires <= today:
            what = f"the flow {one.id} expired on {one.expires}; firewalls let it through until they have new rules"
            yield what, "send firewalls their rules anew, and remove it, or give it a new day"
        elif one.expires and one.expires <= soon:
            yield f"the flow {one.id} expires on {one.expires}", f"ask {one.owner} whether it is still needed"
        elif one.review <= today:
            what = f"the flow {one.id} was to be reviewed on {one.review}"
            yield what, f"ask {one.owner} whether it is still needed, and give it a new day"


def _trials(network: Network, today: str, soon: str) -> Iterator[tuple[str, str]]:
    for one in network.trials:
        if one.until <= today:
            yield f"the trial {one.id} ended on {one.until}", "remove it, and send firewalls their rules anew"
        elif one.until <= soon:
            yield f"the trial {one.id} ends on {one.until}", "look at `limen learn would-cut` before that day"


def _one_family(network: Network) -> Iterator[tuple[str, str]]:
    """Where some zones have IPv6 and others not, it was perhaps forgotten, and what is not stated is not guarded."""
    lacks = [one.name for one in network.zones if all(prefix.version != 6 for prefix in one.prefixes)]
    if lacks and len(lacks) < len(network.zones):
        which = lists.joined(lacks, most=_MOST_NAMED)
        what = f"{which} {'has' if len(lacks) == 1 else 'have'} no IPv6 addresses, and other zones do"
        yield what, "state them, or turn IPv6 off there, so that nothing goes by what nobody looks at"


def _at_home(network: Network) -> Iterator[tuple[str, str]]:
    zone_of = {**{one.name: one.name for one in network.zones}, **{one.name: one.zone for one in network.hosts}}
    for one in network.flows:
        zones = {zone_of.get(name, name) for name in (*one.way.sources, *one.way.destinations)}
        if len(zones) == 1 and (zone := network.zone_of.get(next(iter(zones)))) and not zone.is_isolated:
            what = f"the flow {one.id} stays within {zone.name}, whose hosts reach each other in any case"
            yield what, f"write `isolated: true` for {zone.name} where its switches keep its hosts apart"


def _public_names(network: Network) -> Iterator[tuple[str, str]]:
    """A laptop takes a name that may be somebody else's only where whoever uses it says so."""
    if names := public_names(network):
        which = lists.joined(names, most=_MOST_NAMED)
        what = f"the internet may have {which} too, so laptops take it only from `limen-agent connect --names DOMAIN`"
        yield what, "take names below `internal`, which nobody has there"


def _nowhere_enforced(network: Network) -> Iterator[tuple[str, str]]:
    """A router denies what comes by an interface of no zone: with none at all, everything."""
    for one in network.firewalls:
        parts = [zone for zone in network.zones if not one.zones or zone.name in one.zones]
        if one.kind == NFTABLES and not one.host and not any(zone.interface for zone in parts):
            what = f"no zone has an interface at the firewall {one.name}, so it would deny everything"
            yield what, f"write `interface:` at its zones, as {one.name} calls it: interface: eth1"
