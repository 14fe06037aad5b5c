"""Names that nft writes in place of numbers (IANA's, as in nft(8)), and the types that fields of sets have."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Final

from limen.network.packets.box import LAST_ADDRESS, Interval

PROTOCOLS: Final = {
    "ip": 0,
    "icmp": 1,
    "igmp": 2,
    "tcp": 6,
    "udp": 17,
    "dccp": 33,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "icmpv6": 58,
    "ipv6-icmp": 58,
    "comp": 108,
    "vrrp": 112,
    "sctp": 132,
    "udplite": 136,
}
ICMP_TYPES: Final = {
    "echo-reply": 0,
    "destination-unreachable": 3,
    "source-quench": 4,
    "redirect": 5,
    "echo-request": 8,
    "router-advertisement": 9,
    "router-solicitation": 10,
    "time-exceeded": 11,
    "parameter-problem": 12,
    "timestamp-request": 13,
    "timestamp-reply": 14,
    "info-request": 15,
    "info-reply": 16,
    "address-mask-request": 17,
    "address-mask-reply": 18,
}
ICMPV6_TYPES: Final = {
    "destination-unreachable": 1,
    "packet-too-big": 2,
    "time-exceeded": 3,
    "parameter-problem": 4,
    "echo-request": 128,
    "echo-reply": 129,
    "mld-listener-query": 130,
    "mld-listener-report": 131,
    "mld-listener-done": 132,
    "mld-listener-reduction": 132,
    "nd-router-solicit": 133,
    "nd-router-advert": 134,
    "nd-neighbor-solicit": 135,
    "nd-neighbor-advert": 136,
    "nd-redirect": 137,
    "router-renumbering": 138,
    "ind-neighbor-solicit": 141,
    "ind-neighbor-advert": 142,
    "mld2-listener-report": 143,
}
INTERFACE: Final = "ifname"
LAST: Final = {
    "ipv4_addr": LAST_ADDRESS[4],
    "ipv6_addr": LAST_ADDRESS[6],
    "inet_proto": 255,
    "inet_service": 65_535,
    "icmp_type": 255,
    "icmpv6_type": 255,
}
"""The types whose values are numbers, each with its last."""
NAMED: Final = {"inet_proto": PROTOCOLS, "icmp_type": ICMP_TYPES, "icmpv6_type": ICMPV6_TYPES}


def interval(type_: str, value: object) -> Interval:
    """The numbers that a value in JSON of nft stands for, of this type. ValueError: it has no meaning here."""
    match value:
        case {"range": [low, high]}:
            found = interval(type_, low)[0], interval(type_, high)[1]
            if found[0] > found[1]:
                raise ValueError("range")
            return found
        case {"prefix": {"addr": str(address), "len": int(length)}}:
            bits = {"ipv4_addr": 32, "ipv6_addr": 128}.get(type_, -1)
            if not 0 <= length <= bits:
                raise ValueError("prefix")
            rest = (1 << bits - length) - 1
            first = _number(type_, address)
            return first & ~rest, first | rest
        case "*":
            return 0, LAST[type_]
        case bool():
            raise ValueError("number")
        case int() | str():
            number = _number(type_, value)
            return number, number
    raise ValueError("value")


def _number(type_: str, value: int | str) -> int:
    if type_ == "ipv4_addr" and isinstance(value, str):
        return int(IPv4Address(value))
    if type_ == "ipv6_addr" and isinstance(value, str):
        return int(IPv6Address(value))
    if isinstance(value, str):
        names = NAMED.get(type_, {})
        value = names[value] if value in names else int(value)
    if not 0 <= value <= LAST[type_]:
        raise ValueError("number")
    return value
