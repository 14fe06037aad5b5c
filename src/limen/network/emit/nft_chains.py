"""The chains that every table has: the way through the machine, the way to it, and how it says no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from limen.network.emit.nft_live import LET_THROUGH, OVER, RELATED, STANDING
from limen.network.emit.nft_router import TunnelsHere
from limen.network.nft.tree import ACCEPT, COUNTER, DROP, Chain, Element, Hook, Line, Set, Statement, goto, jump

FORWARD: Final = "forward"
INPUT: Final = "input"
DENIED: Final = "denied"
FORGED_CHAIN: Final = "forged"
UNKNOWN: Final = "unknown"
COUNTED: Final = "counted"
_OUTSIDE: Final = "denied-outside"
_ANSWERED: Final = "answered"
_ASKED: Final = "asked"
_TO_STANDING: Final = jump(STANDING)
_SNAP: Final = 1_500
"""Bytes of a denied packet that are told: its ports may stand behind a long row of headers."""
_OF_SOURCE: Final = 20
_OF_INTERFACE: Final = 1_000
"""Denials a second that are told, of one source and of all that comes by one interface."""
_LATELY_SECONDS: Final = 10
_MOST_LATELY: Final = 65_535
_MOST_LEGS: Final = 1_024
_MOST_PAIRS: Final = 65_535
_ND_TYPES: Final = [133, 134, 135, 136]
_MLD_TYPES: Final = [130, 131, 132, 143]
_LINK_LOCAL: Final = {"prefix": {"addr": "fe80::", "len": 10}}
_OWN: Final = (("ip", "@own4"), ("ip6", "@own6"))


def standing_sets(interfaces: Sequence[str], uplinks: Sequence[str], management: Sequence[str]) -> list[Set]:
    """Interfaces of all zones, of the internet, and of those who administer; and what denials are counted and told by:
    without an end by each pair of interfaces, and lately by each source and each interface.
    """
    names = {"interfaces": interfaces, "uplinks": uplinks, "management": management}
    held = [Set(name, ("ifname",), tuple(Element((one,)) for one in some)) for name, some in names.items()]
    flags = frozenset({"dynamic", "timeout"})
    lately = {
        "told4": ("ipv4_addr", _MOST_LATELY),
        "told6": ("ipv6_addr", _MOST_LATELY),
        "told": ("ifname", _MOST_LEGS),
    }
    return [
        *held,
        Set(COUNTED, ("ifname", "ifname"), (), frozenset({"dynamic"}), size=_MOST_PAIRS),
        *(Set(name, (type_,), (), flags, size=size, seconds=_LATELY_SECONDS) for name, (type_, size) in lately.items()),
    ]


def forward_chain() -> Chain:
    """Each packet is held against the interface that it comes by, also where it belongs to what stands already: who
    forges an answer is not at home where the answer comes from. What has a state goes its own way (`nft_live`). All
    else that is neither let through nor opened ends denied; so does what comes to a hook without its turn.
    """
    lines = [
        *_checks(),
        by_state(),
        Line(({"vmap": {"key": {"concat": [_meta("iifname"), _meta("oifname")]}, "data": "@ways"}},)),
        Line(({"vmap": {"key": _meta("iifname"), "data": "@openings"}},)),
        Line((goto(DENIED),)),
    ]
    return Chain(FORWARD, tuple(lines), Hook("filter", "forward", 0, "drop"))


def input_chain(tunnels: TunnelsHere | None = None) -> Chain:
    """To the machine itself. What it can't do without comes first: itself, neighbours and routers of IPv6, who listens
    to which group, and DHCP, whose clients have no address yet. What comes to it is decided packet by packet, what it
    asked for itself is answered. `tunnels`: WireGuard, which answers nobody whose key it does not know, and names for
    those whose key it knows.
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
        Line((_match("==", _meta("iifname"), "lo"), ACCEPT)),
        Line((_icmpv6(_ND_TYPES), _match("==", _payload("ip6", "hoplimit"), 255), ACCEPT)),
        Line((link_local, _icmpv6(_MLD_TYPES), ACCEPT)),
        Line((known, from_inside, _port("udp", "sport", 68), _port("udp", "dport", 67), ACCEPT)),
        Line((known, from_inside, link_local, _port("udp", "dport", 547), ACCEPT)),
        Line((from_uplink, _port("udp", "sport", 67), _port("udp", "dport", 68), ACCEPT)),
        Line((from_uplink, link_local, _port("udp", "dport", 546), ACCEPT)),
        *(Line((known, *_is_foreign(ip, name), goto(FORGED_CHAIN))) for ip, name in _OWN),
        by_state(established=jump(_ASKED)),
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
    """Of a server: what denials are counted and told by. It has no interface of the internet's."""
    return [one for one in standing_sets((), (), ()) if one.name not in {"interfaces", "management"}]


def host_chains(inward: str, outward: str) -> list[Chain]:
    """To a server and from it. What it can't do without comes first, as for a router; all else goes to these chains."""
    link_local = _match("==", _payload("ip6", "saddr"), _LINK_LOCAL)
    neighbours = [
        Line((_icmpv6(_ND_TYPES), _match("==", _payload("ip6", "hoplimit"), 255), ACCEPT)),
        Line((_icmpv6(_MLD_TYPES), _match("==", _payload("ip6", "hoplimit"), 1), ACCEPT)),
    ]
    to_host = [
        Line((_match("==", _meta("iifname"), "lo"), ACCEPT)),
        *neighbours,
        Line((_port("udp", "sport", 67), _port("udp", "dport", 68), ACCEPT)),
        Line((link_local, _port("udp", "dport", 546), ACCEPT)),
        by_state(),
        Line((_match("==", _meta("pkttype"), {"set": ["broadcast", "multicast"]}), COUNTER, DROP)),
        Line((goto(inward),)),
    ]
    from_host = [
        Line((_match("==", _meta("oifname"), "lo"), ACCEPT)),
        *neighbours,
        Line((_port("udp", "sport", 68), _port("udp", "dport", 67), ACCEPT)),
        Line((link_local, _port("udp", "dport", 547), ACCEPT)),
        by_state(),
        Line((goto(outward),)),
    ]
    return [
        Chain(INPUT, tuple(to_host), Hook("filter", "input", 0, "drop")),
        Chain("output", tuple(from_host), Hook("filter", "output", 0, "drop")),
    ]


def host_denying_chains(log_group: int) -> list[Chain]:
    return [one for one in denying_chains(log_group) if one.name not in {FORGED_CHAIN, UNKNOWN}]


def denying_chains(log_group: int) -> list[Chain]:
    """Inside, whoever is denied is told at once. Each source has its own share of what is logged, and each interface
    of what all of its sources have, so that a loud one hides nobody, and who changes addresses nobody elsewhere. What
    is denied beyond that is counted all the same, by the pair of its interfaces. To the internet, to forged addresses
    and to unknown interfaces nothing is answered.
    """
    counted = (COUNTER, _for_each({"concat": [_meta("iifname"), _meta("oifname")]}, COUNTED, COUNTER))
    loud = [
        Line((_for_each(_payload(ip, "saddr"), name, _limit(_OF_SOURCE, is_over=True)), goto(_ANSWERED)))
        for ip, name in (("ip", "told4"), ("ip6", "told6"))
    ]
    share = _for_each(_meta("iifname"), "told", _limit(_OF_INTERFACE, burst=_OF_INTERFACE))
    answered = [
        Line((_match("==", _meta("l4proto"), 6), {"reject": {"type": "tcp reset"}})),
        Line(({"reject": {"type": "icmpx", "expr": "admin-prohibited"}},)),
    ]
    inside = [
        _states(established=goto(OVER)),
        Line(counted),
        Line((_match("==", _meta("iifname"), "@uplinks"), goto(_OUTSIDE))),
        *loud,
        Line((share, _log("denied", log_group))),
        Line((goto(_ANSWERED),)),
    ]
    outside = [Line((_limit(50), _log("denied", log_group))), Line((DROP,))]
    silent = [
        Chain(name, (Line(counted), Line((_limit(50), _log(said, log_group))), Line((DROP,))))
        for name, said in ((FORGED_CHAIN, "forged"), (UNKNOWN, "unknown"))
    ]
    return [*silent, Chain(_OUTSIDE, tuple(outside)), Chain(_ANSWERED, tuple(answered)), Chain(DENIED, tuple(inside))]


def let_through_on_trial(matches: Sequence[Statement], log_group: int) -> list[Line]:
    """What is let through, and told. Who is loud is told less, and let through all the same."""
    return [Line((*matches, _limit(50), _log("trial", log_group))), Line((*matches, goto(LET_THROUGH)))]


def asked_chain() -> Chain:
    """Answers to what the machine itself asked."""
    return Chain(_ASKED, (Line((_match("==", {"ct": {"key": "direction"}}, "reply"), ACCEPT)),))


def by_state(established: Statement = _TO_STANDING) -> Line:
    """What the helpers of conntrack call related is decided as anything else: no flow names the ports they open."""
    return _states(established=established, invalid=DROP, related=jump(RELATED))


def _states(**verdicts: Statement) -> Line:
    return Line(
        ({"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [list(one) for one in verdicts.items()]}}},)
    )


def _checks() -> list[Line]:
    """Of an interface that a zone has, from an address that is at home there."""
    foreign = [
        Line((_match("==", _meta("nfproto"), family), _match("==", _meta("l4proto"), protocol), goto(DENIED)))
        for family, protocol in (("ipv6", 1), ("ipv4", 58))
    ]
    forged = [Line((*_is_foreign(ip, name)[-1:], goto(FORGED_CHAIN))) for ip, name in _OWN]
    return [Line((_match("!=", _meta("iifname"), "@interfaces"), goto(UNKNOWN))), *foreign, *forged]


def _is_foreign(ip: str, own: str) -> list[Statement]:
    """The machine itself speaks by addresses that are good on one link alone, which no zone has."""
    link_local = [_match("!=", _payload("ip6", "saddr"), _LINK_LOCAL)] if ip == "ip6" else []
    return [*link_local, _match("!=", {"concat": [_meta("iifname"), _payload(ip, "saddr")]}, own)]


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


def _limit(per_second: int, burst: int = 100, *, is_over: bool = False) -> Statement:
    """Fits up to so many a second; `is_over`: fits those beyond."""
    return {"limit": {"rate": per_second, "burst": burst, "per": "second", **({"inv": True} if is_over else {})}}


def _for_each(key: Statement, name: str, does: Statement) -> Statement:
    """What is done for each value of a field by itself. It fits nothing where the set has no room for one more."""
    return {"set": {"op": "update", "elem": key, "set": f"@{name}", "stmt": [does]}}


def _log(word: str, group: int) -> Statement:
    return {"log": {"prefix": f"limen {word} ", "group": group, "snaplen": _SNAP}}
