"""Sets of packets, and which of them rules let through. Pure: no file, no socket, no clock."""

from limen.network.packets.box import ANY_PORT, ANY_PROTOCOL, Box, Interval, Packet, address_of, every_packet
from limen.network.packets.ruleset import ANYWHERE, Rule, Ruleset

__all__ = [
    "ANYWHERE",
    "ANY_PORT",
    "ANY_PROTOCOL",
    "Box",
    "Interval",
    "Packet",
    "Rule",
    "Ruleset",
    "address_of",
    "every_packet",
]
