"""Where addresses are, as long as a process lives: each is looked up once, and files are read anew when they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Final, TypeAlias

from limen.clock import Instant
from limen.facts import Place, network_of
from limen.monitor.places.atlas import NO_ATLAS, Atlas, open_atlas
from limen.monitor.places.files import Shelf
from limen.monitor.places.rules import PlaceRules
from limen.monitor.places.whereabouts import Whereabouts

Networks: TypeAlias = Sequence[tuple[str, IPv4Network | IPv6Network]]
KEPT: Final = 20_000
"""How many addresses are remembered before all are forgotten; some 10 MB."""
NOT_AN_ADDRESS: Final = Whereabouts("")


class Places:
    """`root` is what relative paths are below, `room` the folder for copies of databases. `find` may be called on any
    thread; `look_again` reads files, on one thread at a time.
    """

    def __init__(self, root: Path, room: Path | None = None) -> None:
        self.root = root
        self.room = room
        self._shelf = Shelf()
        self._kept: dict[str, Whereabouts] = {}
        self._kept_in: tuple[Networks, dict[str, Whereabouts]] = ((), {})
        self.atlas: Atlas = NO_ATLAS

    def look_again(self, rules: PlaceRules, now: Instant) -> bool:
        """Take over what the rules name, as it is on the disk now; whether anything is other than it was."""
        atlas = open_atlas(rules, self.root, now, self._shelf, self.room)
        if atlas == self.atlas:
            return False
        self.atlas, self._kept = atlas, {}
        self._kept_in = ((), {})
        return True

    def find(self, address: str, networks: Networks = ()) -> Whereabouts:
        """What is known of an address; of no address where it is none."""
        of, kept = self._kept_in
        if of is not networks:
            of, kept = self._kept_in = (networks, {})
        found = kept.get(address)
        if found is None:
            found = self._find(address)
            named = network_of(found.address, networks)
            found = self._in_network(found, named) if named else found
            if found.address:
                if len(kept) >= KEPT:
                    kept.clear()
                kept[address] = found
        return found

    def place(self, address: str, network: str) -> Place:
        """What policies see of an address, which is in this network of the company ("": in none)."""
        found = self._find(address)
        return (self._in_network(found, network) if network else found).place

    def _find(self, address: str) -> Whereabouts:
        kept, atlas = self._kept, self.atlas
        found = kept.get(address)
        if found is None:
            try:
                parsed = ip_address(address)
            except ValueError:
                return NOT_AN_ADDRESS
            mapped = parsed.ipv4_mapped if parsed.version == 6 else None
            found = replace(atlas.find(mapped or parsed), address=str(parsed))
            if len(kept) >= KEPT:
                kept.clear()
            kept[address] = found
        return found

    def _in_network(self, found: Whereabouts, network: str) -> Whereabouts:
        """The company knows where its own networks are, and that they are its own, whatever files say."""
        country = self.atlas.rules.networks.get(network, "")
        if not country:
            return replace(found, network=network)
        if country != found.country:
            found = Whereabouts(found.address, country, owner=found.owner, owner_name=found.owner_name)
        return replace(found, network=network, anonymiser=False, lists=())
