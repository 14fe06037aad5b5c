"""Zones whose hosts nothing keeps apart any more."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

from tests.network.networks import harbor, zone

from limen.network.model import Network, Zone
from limen.network.proof.newly_reachable import renames
from limen.network.proof.opened_zones import Opened, opened_zones


def _opened(before: Network, after: Network) -> list[Opened]:
    return list(opened_zones(before, after, renames(before, after)))


def _with(**zones: Zone | None) -> Network:
    """Harbor with zones that are other; None: it is not there."""
    were = harbor()
    now = tuple(zones.get(one.name, one) for one in were.zones)
    return replace(were, zones=tuple(one for one in now if one is not None), hosts=())


def _wider(one: Zone, *prefixes: str) -> Zone:
    return replace(one, prefixes=(*one.prefixes, *map(ip_network, prefixes)))


def test_the_same_zones_open_nothing_whatever_they_are_called() -> None:
    office = zone("office", "workstation", 10)
    assert _opened(_with(), _with()) == []
    assert _opened(Network(()), _with()) == []
    assert _opened(_with(), _with(office=replace(office, name="desks"))) == []
    assert _opened(_with(), _with(office=replace(office, prefixes=office.prefixes[:1]))) == []


def test_what_was_in_two_zones_is_told_where_it_is_in_one() -> None:
    office = _wider(zone("office", "workstation", 10), "10.60.0.0/24")
    assert _opened(_with(), _with(office=office, backup=None)) == [Opened("office", ("backup", "office"))]
    apart = replace(office, is_isolated=True)
    assert _opened(_with(), _with(office=apart, backup=None)) == []


def test_what_was_in_no_zone_is_told_where_others_reach_it() -> None:
    office = _wider(zone("office", "workstation", 10), "10.99.0.0/24")
    assert _opened(_with(), _with(office=office)) == [Opened("office", ("internet", "office"))]
    wide = replace(zone("office", "workstation", 10), prefixes=(ip_network("10.10.0.0/23"),))
    assert _opened(_with(), _with(office=wide)) == [Opened("office", ("internet", "office"))]


def test_a_part_of_an_isolated_zone_that_no_longer_is_is_told() -> None:
    isolated = replace(zone("guests", "guest", 40), is_isolated=True)
    part = replace(isolated, name="lobby", prefixes=(ip_network("10.40.0.0/25"),), is_isolated=False)
    assert _opened(_with(guests=isolated), _with(guests=part)) == [Opened("lobby", ("guests",))]
