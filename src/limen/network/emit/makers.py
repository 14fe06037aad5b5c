"""FortiGate, Palo Alto, Cisco ASA and Windows: the text that each loads, read back and proved equal to what was meant.

What a kind can't say stays closed, and is named. What is read back has to be understood whole, and to let through
exactly what was meant: else there is no text, and a packet is named that tells why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Final

from limen.errors import LimenError
from limen.network.emit.aerleon import INET, Filter, leg_name, set_names, written
from limen.network.emit.opnsense import parted
from limen.network.emit.ordered import Line, lines_of
from limen.network.emit.read_back import Told, refuse_unequal
from limen.network.emit.sayable import SPEECHES, sayable
from limen.network.emit.windows import told_windows
from limen.network.model import INTERNET, Firewall, Network
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Rule, Ruleset
from limen.network.reading.cisco import read_cisco
from limen.network.reading.fortigate import policy_ids, read_fortigate
from limen.network.reading.paloalto import read_paloalto
from limen.network.reading.reading import Reading
from limen.network.reading.stages import Known

MAKERS: Final = ("fortigate", "paloalto", "cisco", "windows")
_LEFT_NOTE: Final = (
    "Policies that are there already stay, unless you give the configuration with --now: then the text removes them."
)


def told(network: Network, firewall: Firewall, today: str, now: str = "") -> Told:
    """`now`: the configuration that is there, where it is known. Raises LimenError."""
    if firewall.kind == "windows":
        return told_windows(network, firewall, today)
    legs = legs_of(network, firewall)
    wanted = parted(network, tuple(legs), today)
    rules, unfit = sayable(wanted.ruleset.rules, SPEECHES[firewall.kind])
    known = Known({leg: [(zone, *one) for one in wanted.places[zone]] for zone, leg in legs.items()}, wanted.places)
    filters = _by_interface(rules, legs) if firewall.kind == "cisco" else _by_pair(rules, legs)
    text = written(firewall.kind, filters, set_names(network))
    if firewall.kind == "cisco":
        text += "".join(f"\naccess-group {_acl(leg)} in interface {leg}" for leg in legs.values())
    if firewall.kind == "fortigate" and now:
        text = _removed(policy_ids(now)) + text

    def read(said: str) -> Reading:
        return _READERS[firewall.kind](said, known)

    meant = Ruleset(tuple(wanted.places), tuple(rules))
    refuse_unequal(read(text), meant, firewall.kind)
    left = firewall.kind == "fortigate" and not now
    return Told(text.rstrip() + "\n", meant, unfit, read, (_LEFT_NOTE,) if left else ())


def legs_of(network: Network, firewall: Firewall) -> dict[str, str]:
    """By zone what the firewall calls it: a tag of the firewall's kind, else on a Palo Alto the zone's own name and
    elsewhere its interface. Zones without one are not there. Raises LimenError.
    """
    legs: dict[str, str] = {}
    for zone in network.zones:
        usual = zone.name if firewall.kind == "paloalto" else zone.interface
        name = dict(zone.tags).get(firewall.kind, usual)
        if name and zone.name in firewall.zones:
            legs[zone.name] = leg_name(zone.name, name)
    if len(firewall.uplinks) > 1:
        raise LimenError(f"{firewall.name} has several uplinks", "name the one zone that they are in at the firewall")
    if firewall.uplinks:
        legs[INTERNET] = leg_name(INTERNET, firewall.uplinks[0])
    if len(set(legs.values())) < len(legs):
        raise LimenError(f"two zones have one leg at {firewall.name}", f"give each its own tag `{firewall.kind}`")
    if len(legs) < 2:
        raise LimenError(
            f"{firewall.name} has no two zones to part", f"say with the tag `{firewall.kind}` what it calls each"
        )
    return legs


# How it is said


def _by_pair(rules: Sequence[Rule], legs: Mapping[str, str]) -> Iterator[Filter]:
    met: dict[tuple[str, str, int], list[Rule]] = {}
    for one in rules:
        met.setdefault((one.from_zone, one.to_zone, one.box.family), []).append(one)
    for (from_zone, leg), (to_zone, other) in permutations(legs.items(), 2):
        for family, word in INET.items():
            lines = lines_of(iter(met.get((from_zone, to_zone, family), ())))
            yield Filter(f"from-zone {leg} to-zone {other} {word}", tuple(lines))
        yield Filter(f"from-zone {leg} to-zone {other} mixed", (_REST,))


def _by_interface(rules: Sequence[Rule], legs: Mapping[str, str]) -> Iterator[Filter]:
    for zone, leg in legs.items():
        yield Filter(_acl(leg), (*lines_of(one for one in rules if one.from_zone == zone), _REST))


_REST: Final = Line("rest", False, 4, (), (), ANY_PROTOCOL, ANY_PORT, ANY_PORT)
"""Firewalls deny the rest by themselves. Said, it is logged, and what others wrote behind it opens nothing."""


def _acl(leg: str) -> str:
    return f"limen-{leg}"


def _removed(ids: Sequence[str]) -> str:
    """Without them, since a policy with a number that is there would keep what Limen does not say of it."""
    if not ids:
        return ""
    return "config firewall policy\n" + "".join(f"    delete {one}\n" for one in ids) + "end\n"


_READERS: Final[Mapping[str, Callable[[str, Known], Reading]]] = {
    "fortigate": lambda text, known: read_fortigate(text, known=known),
    "paloalto": lambda text, known: read_paloalto(text, known=known),
    "cisco": lambda text, known: read_cisco(text, known=known),
}
