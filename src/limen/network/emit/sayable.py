"""What each maker's firewall can be told by Aerleon, and what becomes of rules that it can't be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limen.network.emit.aerleon import icmp_types
from limen.network.emit.guarded import Unfit
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Rule
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.reading.service_words import service_words


@dataclass(frozen=True)
class Speech:
    """`can_say` a box; `cut` is the part of a box that can be said where the rest can't matter."""

    can_say: Callable[[Box], bool]
    why_not: str
    cut: Callable[[Box], Box] = lambda box: box


def sayable(rules: Sequence[Rule], speech: Speech) -> tuple[list[Rule], tuple[Unfit, ...]]:
    """Without the parts of flows that can't be said, and those that a block which can't be said would deny in part."""
    unsaid: list[Rule] = []
    kept: list[Rule] = []
    unfit: dict[Unfit, None] = {}
    for one in rules:
        whole = speech.cut(one.box)
        if not one.allows:
            unsaid += [
                replace(one, box=left) for left in ([one.box] if not speech.can_say(whole) else one.box.without(whole))
            ]
        if not speech.can_say(whole):
            if one.allows:
                unfit[Unfit(one.id, f"{service_words(one.box.protocol, one.box.port)}: {speech.why_not}")] = None
            continue
        in_the_way = next((other for other in unsaid if _meet(one, other, whole)), None) if one.allows else None
        if in_the_way is not None:
            unfit[Unfit(one.id, f"the block {in_the_way.id} can't be said whole: {speech.why_not}")] = None
            continue
        kept.append(replace(one, box=whole))
    return kept, tuple(unfit)


def _meet(one: Rule, other: Rule, box: Box) -> bool:
    return one.is_between(other.from_zone, other.to_zone) and other.box.meets(box) is not None


def _is_plain(box: Box) -> bool:
    return box.protocol == ANY_PROTOCOL and box.port == box.source_port == ANY_PORT


def _has_ports(box: Box) -> bool:
    return box.protocol in {(TCP, TCP), (UDP, UDP)}


def _is_icmp(box: Box, *, whole: bool) -> bool:
    """Of its own family, of one type that Aerleon has a name for, or where that can be said of all types."""
    if box.protocol != ((ICMP, ICMP) if box.family == 4 else (ICMPV6, ICMPV6)) or box.source_port != ANY_PORT:
        return False
    low, high = box.port
    return (whole and (low, high) == (0, 255)) or (low == high and low in icmp_types(box.family))


def _from_one(box: Box) -> Box:
    """FortiOS has no port 0; no program listens there."""
    if not _has_ports(box):
        return box
    first = [(max(low, 1), high) for low, high in (box.port, box.source_port)]
    return box._replace(port=first[0], source_port=box.source_port if box.source_port == ANY_PORT else first[1])


SPEECHES: Final[Mapping[str, Speech]] = {
    "fortigate": Speech(
        lambda box: _is_plain(box) or _has_ports(box) or (box.family == 4 and _is_icmp(box, whole=False)),
        "for FortiGate, Aerleon can say TCP, UDP, single types of ICMP, and everything",
        _from_one,
    ),
    "paloalto": Speech(
        lambda box: _is_plain(box) or _has_ports(box) or _is_icmp(box, whole=False),
        "PAN-OS tells TCP, UDP, types of ICMP, and everything apart; all else by what it recognises",
    ),
    "cisco": Speech(
        lambda box: _is_plain(box) or _has_ports(box) or _is_icmp(box, whole=True) or _is_bare(box),
        "for an ASA, Aerleon can say TCP, UDP, ICMP, GRE, ESP, AH, and everything",
    ),
    "windows": Speech(
        lambda box: _is_plain(box) or _has_ports(box) or _is_icmp(box, whole=True),
        "for Windows, Aerleon can say TCP, UDP, ICMP, and everything",
    ),
}


def _is_bare(box: Box) -> bool:
    return box.protocol in {(47, 47), (50, 50), (51, 51)} and box.port == (0, 0) and box.source_port == ANY_PORT
