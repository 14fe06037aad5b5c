"""Named locations: ranges of addresses, and countries (Graph: *ipNamedLocation*, *countryNamedLocation*)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.facts.addresses import read_network
from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    FromCountries,
    FromNetworks,
    Network,
    NotFromCountries,
    NotFromNetworks,
    all_of,
    any_of,
)
from limen.importing.entra.nodes import Node
from limen.importing.report import Effect

ALL: Final = "All"
ALL_TRUSTED: Final = "AllTrusted"
MOST_RANGES: Final = 2_000
"""As many as Entra ID takes for one location."""


@dataclass(frozen=True, slots=True)
class Location:
    """Ranges of addresses, or countries. `takes_unknown`: an address of no known country is in it, too."""

    title: str
    is_trusted: bool = False
    networks: tuple[Network, ...] = ()
    countries: tuple[str, ...] = ()
    takes_unknown: bool = False

    def inside(self) -> Condition:
        """When a request certainly comes from there."""
        return FromCountries(self.countries) if self.countries else _within(self.networks)

    def outside(self) -> Condition:
        """When a request certainly does not."""
        if self.countries:
            return NotFromCountries(self.countries)
        return NotFromNetworks(self.networks) if self.networks else ALWAYS


def _within(networks: tuple[Network, ...]) -> Condition:
    return FromNetworks(networks) if networks else NEVER


def read_location(node: Node) -> tuple[str, Location]:
    """One named location, by its ID."""
    title, key = node.text("displayName", "what policies here call it"), node.text("id", "what policies here name")
    if node.says("countriesAndRegions") or node.text("@odata.type").endswith("countryNamedLocation"):
        return key, _countries(node, title)
    node.text("@odata.type", "ranges of addresses")
    networks: list[Network] = []
    for one in node.children("ipRanges")[:MOST_RANGES]:
        one.text("@odata.type", "a range of addresses")
        try:
            networks.append(read_network(one.text("cidrAddress", "in the policies that name this location")))
        except ValueError:
            node.report.not_translated(one.at("cidrAddress"), "this is no range of addresses", Effect.STRICTER)
    return key, Location(title, node.flag("isTrusted", "counts as trusted in policies"), tuple(networks))


def _countries(node: Node, title: str) -> Location:
    node.text("@odata.type", "countries")
    if node.text("countryLookupMethod", "by address, as in Limen") == "authenticatorAppGps":
        how = "Limen finds a country by the address, and not by the position of an authenticator app"
        node.report.approximated(node.at("countryLookupMethod"), how, Effect.WIDER)
    countries = node.words("countriesAndRegions", "in the policies that name this location")
    how = "Limen knows countries once monitor.yaml names a database of places; until then each counts as unknown"
    node.report.note(node.at("countriesAndRegions"), how, Effect.STRICTER)
    takes_unknown = node.flag("includeUnknownCountriesAndRegions", "an unknown country counts as the worst one")
    return Location(
        title,
        countries=tuple(sorted({one.upper() for one in countries if len(one) == 2})),
        takes_unknown=takes_unknown,
    )


class Locations:
    """The named locations by their IDs, and when a request is in or outside of several."""

    def __init__(self, by_id: Mapping[str, Location]) -> None:
        self.by_id = by_id

    def unknown(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of which the export says nothing, such as the addresses of the old multi-factor settings."""
        return frozenset(ids) - set(self.by_id) - {ALL, ALL_TRUSTED}

    def inside(self, ids: Iterable[str]) -> Condition:
        """When a request certainly comes from one of these."""
        if ALL in (several := tuple(ids)):
            return ALWAYS
        return any_of(*(self.by_id[one].inside() for one in self._meant(several) if one in self.by_id))

    def outside(self, ids: Iterable[str]) -> Condition:
        """When a request certainly comes from none of these; `NEVER` where that can't be told."""
        several = tuple(ids)
        if ALL in several or self.unknown(several):
            return NEVER
        return all_of(*(self.by_id[one].outside() for one in self._meant(several)))

    def _meant(self, ids: Iterable[str]) -> list[str]:
        trusted = [key for key, one in self.by_id.items() if one.is_trusted]
        return list(dict.fromkeys(each for one in ids for each in (trusted if one == ALL_TRUSTED else [one])))
