"""Two settings that name the same port: Limen could not listen on both, and would not start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import combinations

from limen.configuration.problem import Complaint
from limen.configuration.tree import Tree
from limen.settings import Address, Settings


@dataclass(frozen=True, slots=True)
class _Place:
    """Somewhere that Limen would listen, and the setting that says so."""

    section: str
    key: str
    address: Address
    port: int

    def meets(self, other: _Place) -> bool:
        """Whether both can't listen at once. `0.0.0.0` and `::` take the port on every address."""
        is_wide = self.address.is_unspecified or other.address.is_unspecified
        return self.port == other.port and (self.address == other.address or is_wide)


def port_complaints(settings: Settings, tree: Tree) -> Iterator[Complaint]:
    """One complaint for each pair of settings that name the same port of the same address."""
    said = set()
    for one, other in combinations(_places(settings), 2):
        keys = (one.section, one.key), (other.section, other.key)
        if keys in said or one.section == other.section == "https" or not one.meets(other):
            continue  # https and http on one port are told where [https] is read
        said.add(keys)
        names = [f"`{place.key}` under [{place.section}]" for place in (one, other)]
        # The later of the two may be a default, which is not written in the file.
        what = f"port {other.port} is used twice: by {names[0]} and by {names[1]}"
        fix = "give each its own" + (', or write check = ""' if "check" in {one.key, other.key} else "")
        place = other if _is_written(other, tree) else one
        yield (place.section, place.key), what, fix


def _is_written(place: _Place, tree: Tree) -> bool:
    written = tree.plain()
    section = written.get(place.section) if isinstance(written, dict) else None
    return isinstance(section, dict) and place.key in section


def _places(settings: Settings) -> Iterator[_Place]:
    """Where a server would listen. With a front of its own the gateway is behind a socket; `address` is not used."""
    for key in ("check", "health") if settings.https.is_on else ("address", "check", "health"):
        host, _, port = getattr(settings.listen, key).rpartition(":")
        try:
            address = ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
            yield _Place("listen", key, address, int(port))
        except ValueError:
            continue  # left off, a socket, or told of already
    if settings.https.is_on:
        for address in settings.https.listen:
            yield _Place("https", "port", address, settings.https.port)
            if settings.https.http_port:
                yield _Place("https", "http_port", address, settings.https.http_port)
