"""FortiGate, Palo Alto, Cisco ASA and Windows: the text that each loads, read back and proved equal to what was meant.

What a kind can't say stays closed, and is named. What is read back has to be understood whole, and to let through
exactly what was meant: else there is no text, and a packet is named that tells why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Final

from limen.errors import LimenError
from limen.network.emit.aerleon import INET, Filter, leg_name, set_names, written
from limen.network.emit.opnsense import parted
from limen.network.emit.ordered import OrderedRule, lines_of
from limen.network.emit.read_back import Told, UnequalError, refuse_unequal
from limen.network.emit.sayable import SPEECHES, sayable
from limen.network.emit.windows import told_windows
from limen.network.model import INTERNET, Firewall, Network
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Rule, Ruleset
from limen.network.packets.decision_diagrams import TooTangledError, unlike
from limen.network.reading.cisco import read_cisco
from limen.network.reading.fortigate import policies_there, read_fortigate
from limen.network.reading.paloalto import read_paloalto, rules_there
from limen.network.reading.reading import Reading
from limen.network.reading.stages import Known
from limen.network.services import packet_text

_FIRST_NOTE: Final = (
    "It is for a FortiGate without policies. If there are some, give its configuration with --now: by their numbers "
    "they would be written over, and keep what the text does not say."
)
_REPLACED_NOTE: Final = "Rules for zones that are not named here are gone where the text replaces the rules"
_MOST_SHOWN: Final = 12


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

    def read(said: str) -> Reading:
        return _READERS[firewall.kind](said, known)

    meant = Ruleset(tuple(wanted.places), tuple(rules))
    refuse_unequal(read(text), meant, firewall.kind)
    text = text.rstrip() + "\n"
    if firewall.kind == "fortigate" and now:
        text = beside_others(text, now, frozenset(legs.values()))
        refuse_opened(read(f"{now}\n{text}").ruleset, meant)
    return Told(text, meant, unfit, read, tuple(_notes(firewall.kind, now, frozenset(legs.values()))))


def _notes(kind: str, now: str, legs: frozenset[str]) -> Iterator[str]:
    if kind == "fortigate" and not now:
        yield _FIRST_NOTE
    if kind == "paloalto":
        others = [name for name, zones in rules_there(now).items() if not zones <= legs] if now else []
        shown = ", ".join(others[:_MOST_SHOWN]) + (" …" if len(others) > _MOST_SHOWN else "")
        if others or not now:
            yield f"{_REPLACED_NOTE}{f': {shown}' if shown else '.'}"


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


_REST: Final = OrderedRule("rest", False, 4, (), (), ANY_PROTOCOL, ANY_PORT, ANY_PORT)
"""Firewalls deny the rest by themselves. Said, it is logged, and what others wrote behind it opens nothing."""


def _acl(leg: str) -> str:
    return f"limen-{leg}"


def beside_others(text: str, now: str, legs: frozenset[str]) -> str:
    """For a FortiGate that has policies: those between its legs alone are removed, and all others stay before the new
    ones, which take numbers that nobody has: a policy that is written over keeps what is not said of it.
    """
    there = policies_there(now)
    strange = next((one for one in there if not _IS_NUMBER.fullmatch(one)), None)
    if strange is not None:  # it would stand in the text, where it might be a command
        raise LimenError(f"{strange[:40]!r} is no number of a policy", "give the configuration as `show` prints it")
    last = max(map(int, there), default=0)
    numbered = _NUMBER.sub(lambda found: f"    edit {int(found[1]) + last}", text)
    removed = "".join(f"    delete {key}\n" for key, interfaces in there.items() if interfaces <= legs)
    return (f"config firewall policy\n{removed}end\n" if removed else "") + numbered


def refuse_opened(after: Ruleset, meant: Ruleset) -> None:
    """Raises UnequalError where policies of others, which stay, change what is meant."""
    try:
        packet = unlike(meant, after)
    except TooTangledError:
        raise UnequalError("the policies that stay are too tangled to be proved", "remove some of them") from None
    if packet is not None:
        rule = after.decides(packet)
        raise UnequalError(
            f"the policy {rule.id if rule else ''}, which is for other interfaces as well and stays, decides "
            f"{packet_text(packet)} ({packet.from_zone} to {packet.to_zone}) otherwise than is meant",
            "narrow it at the firewall to the interfaces that Limen does not know, and plan again",
        )


_IS_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_NUMBER: Final = re.compile(r"^    edit (\d+)$", re.MULTILINE)
_READERS: Final[Mapping[str, Callable[[str, Known], Reading]]] = {
    "fortigate": lambda text, known: read_fortigate(text, known=known),
    "paloalto": lambda text, known: read_paloalto(text, known=known),
    "cisco": lambda text, known: read_cisco(text, known=known),
}
