"""Connections that an opening let in: they go on as long as it is open, and no longer, also when nobody is left to cut
them.

Such a connection carries a mark. Its packets, in both directions, are looked up in the same sets by what the connection
is: who began it, and whom it reached after a translated destination (the source of its answers).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from limen.network.emit.nft_sets import Lookup
from limen.network.nft.tree import ACCEPT, COUNTER, DROP, Chain, Line, Statement, goto

MARK: Final = 0x4C4D
"""Of a connection (nf_conn.mark) that an opening let in."""
BEGUN: Final[Statement] = {"mangle": {"key": {"ct": {"key": "mark"}}, "value": MARK}}
STANDING: Final = "standing"
LIVE: Final = "live"
BACK: Final = "back"
_OVER: Final = "over"
_OF_CONNECTION: Final = {
    "saddr": ("original", "ip saddr"),
    "daddr": ("reply", "ip saddr"),
    "l4proto": ("", "protocol"),
    "dport": ("reply", "proto-src"),
}
"""Where of a connection stands what this field is of its first packet; a protocol has no direction."""


def standing_chains() -> list[Chain]:
    """What has a state goes on, unless it began by an opening that is over. Who sends after that is told, so that both
    ends know at once; it is no attempt, so nothing is logged.
    """
    over = [
        Line((COUNTER,)),
        Line(
            (
                {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": 6}},
                {"reject": {"type": "tcp reset"}},
            )
        ),
        Line((DROP,)),
    ]
    ways = [
        Line((_is("direction", "==", direction), {"vmap": {"key": {"meta": {"key": key}}, "data": f"@{name}"}}))
        for direction, key, name in (("original", "iifname", LIVE), ("reply", "oifname", BACK))
    ]
    standing = [Line((_is("mark", "!=", MARK), ACCEPT)), *ways, Line((goto(_OVER),))]
    return [Chain(_OVER, tuple(over)), Chain(STANDING, tuple(standing))]


def host_standing_chains(opened: Sequence[Lookup]) -> list[Chain]:
    """The same on a server, where no interface tells the two directions apart."""
    over, standing = standing_chains()
    goes_on = [Line((_of_connection(one, ""), ACCEPT)) for one in opened]
    return [over, Chain(STANDING, (standing.lines[0], *goes_on, standing.lines[-1]))]


def live_chains(zone: str, opened: Sequence[Lookup]) -> list[Chain]:
    """What goes on of the connections that openings from this zone let in: their packets, and the answers."""
    return [
        Chain(f"{name}-{zone}", tuple(Line((_of_connection(one, interface), ACCEPT)) for one in opened))
        for name, interface in ((LIVE, "oifname"), (BACK, "iifname"))
    ]


def _of_connection(opened: Lookup, interface: str) -> Statement:
    """The same lookup, by the connection. `interface`: by which packets are at the side that was reached, where it is
    looked at.
    """
    (match,) = (one["match"] for one in opened.matches)
    family = 4 if opened.set.types[0] == "ipv4_addr" else 6
    fields = [_field(one, family, interface) for one in match["left"]["concat"]]
    return {"match": {**match, "left": {"concat": fields}}}


def _field(one: Statement, family: int, interface: str) -> dict[str, Any]:
    name = one["meta"]["key"] if "meta" in one else one["payload"]["field"]
    if name == "oifname":
        return {"meta": {"key": interface}}
    direction, key = _OF_CONNECTION[name]
    key = key if family == 4 else key.replace("ip ", "ip6 ")
    return {"ct": {"key": key, "dir": direction} if direction else {"key": key}}


def _is(key: str, op: str, value: Any) -> Statement:
    return {"match": {"op": op, "left": {"ct": {"key": key}}, "right": value}}
