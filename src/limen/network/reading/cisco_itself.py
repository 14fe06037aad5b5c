"""From where an ASA lets in to itself: its lines `ssh`, `telnet` and `http`, for which no access list counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from limen.network.packets import Rule, every_packet
from limen.network.packets.box import TCP
from limen.network.reading.cisco_objects import address_said
from limen.network.reading.cisco_words import Block, Words
from limen.network.reading.intervals import number
from limen.network.reading.reading import FIREWALL

_PORTS: Final = {"ssh": 22, "telnet": 23, "http": 443}
"""ASDM is asked by `http`, and is https (Cisco ASA Series General Operations CLI Configuration Guide, "Management
Access").
"""


def to_itself(blocks: Iterable[Block], interfaces: Iterable[str]) -> Iterator[Rule]:
    """`interfaces` by their `nameif`. Lines of these words that say something else, as `ssh timeout 5`, are none."""
    known = frozenset(interfaces)
    lines = [block.head.text.split() for block in blocks if block.head.text.startswith(tuple(_PORTS))]
    https = next((words[3] for words in lines if words[:3] == ["http", "server", "enable"] and len(words) > 3), "")
    for words in lines:
        if words[0] not in _PORTS or words[-1] not in known:
            continue
        try:
            (said,) = address_said(Words(words[1:-1]), is_wildcard=False)
            port = number(https) if words[0] == "http" and https else _PORTS[words[0]]
        except ValueError:
            continue
        family, source = said
        box = every_packet(family)._replace(source=source, protocol=(TCP, TCP), port=(port, port))
        yield Rule(f"{words[0]} {words[-1]}"[:100], True, words[-1], FIREWALL, box)
