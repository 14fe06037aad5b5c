from __future__ import annotations

from ipaddress import ip_network

from tests.importing.entra.harbor_tenant import LOCATIONS, id_of
from tests.importing.entra.reading import account, effects, node

from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    AnyOf,
    FromCountries,
    FromNetworks,
    NotFromCountries,
    NotFromNetworks,
)
from limen.importing.entra.locations import ALL, ALL_TRUSTED, Locations, read_location

OFFICE, COUNTRIES = id_of("office"), id_of("countries")
NETWORKS = (ip_network("192.0.2.0/24"), ip_network("2001:db8:1::/48"))
WORK = ("AT", "CH", "DE")


def _read() -> Locations:
    return Locations(dict(read_location(node(one)) for one in LOCATIONS))


def test_ranges_and_countries() -> None:
    locations = _read()
    assert locations.inside([OFFICE]) == locations.inside([ALL_TRUSTED]) == FromNetworks(NETWORKS)
    assert locations.outside([OFFICE]) == NotFromNetworks(NETWORKS)
    assert locations.inside([COUNTRIES, OFFICE]) == AnyOf((FromCountries(WORK), FromNetworks(NETWORKS)))
    assert locations.outside([COUNTRIES]) == NotFromCountries(WORK)


def test_everywhere_and_nowhere() -> None:
    locations = _read()
    assert (locations.inside([ALL]), locations.outside([ALL]), locations.inside([])) == (ALWAYS, NEVER, NEVER)
    assert (locations.unknown(["gone", OFFICE]), locations.outside(["gone"])) == (frozenset({"gone"}), NEVER)
    assert locations.inside(["gone"]) == NEVER


def test_what_is_no_range_and_what_is_found_otherwise_is_told() -> None:
    wrong = {"id": "a", "ipRanges": [{"cidrAddress": "300.1.2.3/8"}]}
    read = node(wrong)
    assert read_location(read)[1].networks == ()
    assert effects(read, wrong) == {"ipRanges[0].cidrAddress": "stricter"}
    phone = {"id": "b", "countriesAndRegions": ["DE"], "countryLookupMethod": "authenticatorAppGps"}
    read = node(phone)
    read_location(read)
    assert effects(read, phone)["countryLookupMethod"] == "wider"
    assert account(read, phone).values == 3
