"""The chains that every table has: the way through the machine, the way to it, and how it says no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from limen.network.emit.nft_live import STANDING
from limen.network.emit.nft_router import TunnelsHere
from limen.network.nft.tree import ACCEPT, COUNTER, DROP, Chain, Element, Hook, Line, Set, Statement, goto

FORWARD: Final = "forward"
INPUT: Final = "input"
DENIED: Final = "denied"
FORGED_CHAIN: Final = "forged"
UNKNOWN: Final = "unknown"
_OUTSIDE: Final = "denied-outside"
_SNAP: Final = 128
"""Bytes of a denied packet that are told: enough for its addresses and ports."""
_LATELY_SECONDS: Final = 10
_MOST_LATELY: Final = 65_535
_ND_TYPES: Final = [133, 134, 135, 136]
_MLD_TYPES: Final = [130, 131, 132, 143]
_LINK_LOCAL: Final = {"prefix": {"addr": "fe80::", "len": 10}}


def standing_sets(interfaces: Sequence[str], uplinks: Sequence[str], management: Sequence[str]) -> list[Set]:
    """Interfaces of all zones, of the internet, and of those who administer; and whom a denial was told of lately."""
    names = {"interfaces": interfaces, "uplinks": uplinks, "management": management}
    held = [Set(name, ("ifname",), tuple(Element((one,)) for one in some)) for name, some in names.items()]
    flags = frozenset({"dynamic", "timeout"})
    return held + [
        Set(f"told{family}", (f"ipv{family}_addr",), (), flags, size=_MOST_LATELY, seconds=_LATELY_SECONDS)
        for family in (4, 6)
    ]


def forward_chain() -> Chain:
    """What has a state goes its own way (`nft_live`). All else that is neither let through nor opened ends denied; so
    does what comes to a hook without its turn.
    """
    lines = [
        _established(goto(STANDING)),
        *_checks(),
        Line(({"vmap": {"key": {"concat": [_meta("iifname"), _meta("oifname")]}, "data": "@ways"}},)),
        Line(({"vmap": {"key": _meta("iifname"), "data": "@openings"}},)),
        Line((goto(DENIED),)),
    ]
    return Chain(FORWARD, tuple(lines), Hook("filter", "forward", 0, "drop"))


def input_chain(tunnels: TunnelsHere | None = None) -> Chain:
    """To the machine itself. What it can't do without comes first: itself, neighbours and routers of IPv6, who listens
    to which group, and DHCP, whose clients have no address yet. `tunnels`: WireGuard, which answers nobody whose key it
    does not know, and names for those whose key it knows.
    """
    from_inside = _match("!=", _meta("iifname"), "@uplinks")
    from_uplink = _match("==", _meta("iifname"), "@uplinks")
    link_local = _match("==", _payload("ip6", "saddr"), _LINK_LOCAL)
    known = _match("==", _meta("iifname"), "@interfaces")
    to_machine = [
        Line(({"vmap": {"key": {"concat": [_meta("iifname"), _payload(ip, "daddr")]}, "data": f"@machine{family}"}},))
        for ip, family in (("ip", 4), ("ip6", 6))
    ]
    lines = [
        _established(ACCEPT),
        Line((_match("==", _meta("iifname"), "lo"), ACCEPT)),
        Line((_icmpv6(_ND_TYPES), _match("==", _payload("ip6", "hoplimit"), 255), ACCEPT)),
        Line((link_local, _icmpv6(_MLD_TYPES), ACCEPT)),
        Line((known, from_inside, _port("udp", "sport", 68), _port("udp", "dport", 67), ACCEPT)),
        Line((known, from_inside, link_local, _port("udp", "dport", 547), ACCEPT)),
        Line((from_uplink, _port("udp", "sport", 67), _port("udp", "dport", 68), ACCEPT)),
        Line((from_uplink, link_local, _port("udp", "dport", 546), ACCEPT)),
        *_checks(),
        Line((_match("==", _meta("iifname"), "@management"), ACCEPT)),
        *to_machine,
        *([] if tunnels is None else _to_tunnels(tunnels)),
        Line((_match("==", _meta("pkttype"), {"set": ["broadcast", "multicast"]}), COUNTER, DROP)),
        Line((goto(DENIED),)),
    ]
    return Chain(INPUT, tuple(lines), Hook("filter", "input", 0, "drop"))


def _to_tunnels(tunnels: TunnelsHere) -> Iterator[Line]:
    yield Line((_port("udp", "dport", tunnels.port), ACCEPT))
    by_tunnel = _match("==", _meta("iifname"), tunnels.interface)
    for one in tunnels.resolvers:
        here = _match("==", _payload("ip6" if ":" in one else "ip", "daddr"), one)
        yield Line((by_tunnel, here, _port("udp", "dport", 53), ACCEPT))


def host_sets() -> list[Set]:
    """Of a server: whom a denial was told of lately. It has no interface of the internet's."""
    return [one for one in standing_sets((), (), ()) if one.name in {"uplinks", "told4", "told6"}]


def host_chains(inward: str, outward: str) -> list[Chain]:
    """To a server and from it. What it can't do without comes first, as for a router; all else goes to these chains."""
    link_local = _match("==", _payload("ip6", "saddr"), _LINK_LOCAL)
    neighbours = [
        Line((_icmpv6(_ND_TYPES), _match("==", _payload("ip6", "hoplimit"), 255), ACCEPT)),
        Line((_icmpv6(_MLD_TYPES), _match("==", _payload("ip6", "hoplimit"), 1), ACCEPT)),
    ]
    to_host = [
        _established(goto(STANDING)),
        Line((_match("==", _meta("iifname"), "lo"), ACCEPT)),
        *neighbours,
        Line((_port("udp", "sport", 67), _port("udp", "dport", 68), ACCEPT)),
        Line((link_local, _port("udp", "dport", 546), ACCEPT)),
        Line((_match("==", _meta("pkttype"), {"set": ["broadcast", "multicast"]}), COUNTER, DROP)),
        Line((goto(inward),)),
    ]
    from_host = [
        _established(goto(STANDING)),
        Line((_match("==", _meta("oifname"), "lo"), ACCEPT)),
        *neighbours,
        Line((_port("udp", "sport", 68), _port("udp", "dport", 67), ACCEPT)),
        Line((link_local, _port("udp", "dport", 547), ACCEPT)),
        Line((goto(outward),)),
    ]
    return [
        Chain(INPUT, tuple(to_host), Hook("filter", "input", 0, "drop")),
        Chain("output", tuple(from_host), Hook("filter", "output", 0, "drop")),
    ]


def host_denying_chains(log_group: int) -> list[Chain]:
    return [one for one in denying_chains(log_group) if one.name not in {FORGED_CHAIN, UNKNOWN}]


def denying_chains(log_group: int) -> list[Chain]:
    """Inside, whoever is denied is told at once, and each source has its own share of what is logged, so that a loud
    one hides nobody. To the internet, to forged addresses and to unknown interfaces nothing is answered.
    """
    told = [
        Line(({"set": {"op": "update", "elem": _payload(ip, "saddr"), "set": name, "stmt": [_limit(20)]}}, log))
        for ip, name in (("ip", "@told4"), ("ip6", "@told6"))
        for log in (_log("denied", log_group),)
    ]
    inside = [
        Line((COUNTER,)),
        Line((_match("==", _meta("iifname"), "@uplinks"), goto(_OUTSIDE))),
        *told,
        Line((_match("==", _meta("l4proto"), 6), {"reject": {"type": "tcp reset"}})),
        Line(({"reject": {"type": "icmpx", "expr": "admin-prohibited"}},)),
    ]
    silent = [
        Chain(name, (Line((COUNTER,)), Line((_limit(50), _log(said, log_group))), Line((DROP,))))
        for name, said in ((_OUTSIDE, "denied"), (FORGED_CHAIN, "forged"), (UNKNOWN, "unknown"))
    ]
    return [*silent, Chain(DENIED, tuple(inside))]


def let_through_on_trial(matches: Sequence[Statement], log_group: int) -> list[Line]:
    """What is let through, and told. Who is loud is told less, and let through all the same."""
    return [Line((*matches, _limit(50), _log("trial", log_group))), Line((*matches, ACCEPT))]


def _established(goes: Statement) -> Line:
    verdicts = [["established", goes], ["invalid", DROP], ["related", goes]]
    return Line(({"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": verdicts}}},))


def _checks() -> list[Line]:
    """Of an interface that a zone has, from an address that is at home there."""
    foreign = [
        Line((_match("==", _meta("nfproto"), family), _match("==", _meta("l4proto"), protocol), goto(DENIED)))
        for family, protocol in (("ipv6", 1), ("ipv4", 58))
    ]
    forged = [
        Line((_match("!=", {"concat": [_meta("iifname"), _payload(ip, "saddr")]}, name), goto(FORGED_CHAIN)))
        for ip, name in (("ip", "@own4"), ("ip6", "@own6"))
    ]
    return [Line((_match("!=", _meta("iifname"), "@interfaces"), goto(UNKNOWN))), *foreign, *forged]


def _match(op: str, left: Statement, right: Any) -> Statement:
    return {"match": {"op": op, "left": left, "right": right}}


def _meta(key: str) -> Statement:
    return {"meta": {"key": key}}


def _payload(protocol: str, field: str) -> Statement:
    return {"payload": {"protocol": protocol, "field": field}}


def _port(protocol: str, field: str, port: int) -> Statement:
    return _match("==", _payload(protocol, field), port)


def _icmpv6(types: list[int]) -> Statement:
    return _match("==", _payload("icmpv6", "type"), {"set": types})


def _limit(per_second: int) -> Statement:
    return {"limit": {"rate": per_second, "burst": 100, "per": "second"}}


def _log(word: str, group: int) -> Statement:
    return {"log": {"prefix": f"limen {word} ", "group": group, "snaplen": _SNAP}}
