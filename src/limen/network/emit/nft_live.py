"""What has a state: it goes on as long as the rules of now let it, and no longer.

A connection that a flow let through carries the mark of the ruleset that did. Under another ruleset, or without that
mark, it is decided anew by its next packet from whoever began it; until then answers of TCP pass, which come to their
end without that packet, and others don't. One that an opening let in carries a mark of its own: its packets, in both
directions, are looked up in the same sets by what the connection is: who began it, and whom it reached after a
translated destination (the source of its answers). So it ends with the opening, also when nobody is left to cut it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from limen.network.emit.nft_sets import Lookup
from limen.network.nft.as_json import as_json
from limen.network.nft.tree import ACCEPT, COUNTER, DROP, Chain, Line, Statement, Table, goto

MARK: Final = 0x4C4D
"""Of a connection (nf_conn.mark) that an opening let in."""
BEGUN: Final[Statement] = {"mangle": {"key": {"ct": {"key": "mark"}}, "value": MARK}}
LET_THROUGH: Final = "let-through"
_OF_RULESET: Final = "mark of the ruleset"
"""Until it is known (`marked`)."""
_HIGH: Final = 1 << 31
"""So that it is no small number, as others mark connections with, and not that of openings."""
STANDING: Final = "standing"
RELATED: Final = "related"
OVER: Final = "over"
_OPENED_BEFORE: Final = "opened-before"
LIVE: Final = "live"
BACK: Final = "back"
_OF_CONNECTION: Final = {
    "saddr": ("original", "ip saddr"),
    "daddr": ("reply", "ip saddr"),
    "l4proto": ("", "protocol"),
    "dport": ("reply", "proto-src"),
}
"""Where of a connection stands what this field is of its first packet; a protocol has no direction."""
_SENT_ON: Final = {"daddr": ("original", "ip daddr"), "dport": ("original", "proto-dst")}


def standing_chains() -> list[Chain]:
    """What has a state. Who sends after the end is told, so that both ends know at once; it is no attempt, so nothing
    is logged.
    """
    ways = [
        Line((_is("direction", "==", direction), {"vmap": {"key": {"meta": {"key": key}}, "data": f"@{name}"}}))
        for direction, key, name in (("original", "iifname", LIVE), ("reply", "oifname", BACK))
    ]
    return _standing(ways)


def host_standing_chains(opened: Sequence[Lookup]) -> list[Chain]:
    """The same on a server, where no interface tells the two directions apart. What was sent on to a container was
    opened by what it was sent to.
    """
    ways = (_OF_CONNECTION, _OF_CONNECTION | _SENT_ON)
    return _standing([Line((_of_connection(one, "", way), ACCEPT)) for way in ways for one in opened])


def _standing(opened: Sequence[Line]) -> list[Chain]:
    tcp = {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": 6}}
    icmp = [
        Line(({"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": one}}, ACCEPT)) for one in (1, 58)
    ]
    over = [Line((COUNTER,)), Line((tcp, {"reject": {"type": "tcp reset"}})), Line((DROP,))]
    standing = [
        Line((_is("mark", "==", _OF_RULESET), ACCEPT)),
        Line((_is("mark", "==", MARK), goto(_OPENED_BEFORE))),
        Line((_is("direction", "==", "reply"), tcp, ACCEPT)),
        Line((_is("direction", "==", "reply"), COUNTER, DROP)),
    ]
    return [
        Chain(OVER, tuple(over)),
        Chain(LET_THROUGH, (Line(({"mangle": {"key": {"ct": {"key": "mark"}}, "value": _OF_RULESET}}, ACCEPT)),)),
        Chain(RELATED, tuple(icmp)),
        Chain(_OPENED_BEFORE, (*opened, Line((goto(OVER),)))),
        Chain(STANDING, tuple(standing)),
    ]


def marked(table: Table) -> Table:
    """With the mark of this ruleset, by which it knows what it let through: a number of what it says, so that the same
    rules loaded again go on with what they let through.
    """
    lasting = tuple(one for one in table.sets if "timeout" not in one.flags)
    digest = sha256(as_json(replace(table, sets=lasting)).encode()).digest()
    number = int.from_bytes(digest[:4]) | _HIGH
    chains = [replace(one, lines=tuple(_with_mark(each, number) for each in one.lines)) for one in table.chains]
    return replace(table, chains=tuple(chains))


def _with_mark(line: Line, number: int) -> Line:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        return number if value == _OF_RULESET else value

    return replace(line, statements=tuple(filled(one) for one in line.statements))


def live_chains(zone: str, opened: Sequence[Lookup]) -> list[Chain]:
    """What goes on of the connections that openings from this zone let in: their packets, and the answers."""
    return [
        Chain(f"{name}-{zone}", tuple(Line((_of_connection(one, interface), ACCEPT)) for one in opened))
        for name, interface in ((LIVE, "oifname"), (BACK, "iifname"))
    ]


def _of_connection(opened: Lookup, interface: str, where: Mapping[str, tuple[str, str]] = _OF_CONNECTION) -> Statement:
    """The same lookup, by the connection. `interface`: by which packets are at the side that was reached, where it is
    looked at.
    """
    (match,) = (one["match"] for one in opened.matches)
    family = 4 if opened.set.types[0] == "ipv4_addr" else 6
    fields = [_field(one, family, interface, where) for one in match["left"]["concat"]]
    return {"match": {**match, "left": {"concat": fields}}}


def _field(one: Statement, family: int, interface: str, where: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    name = one["meta"]["key"] if "meta" in one else one["payload"]["field"]
    if name == "oifname":
        return {"meta": {"key": interface}}
    direction, key = where[name]
    key = key if family == 4 else key.replace("ip ", "ip6 ")
    return {"ct": {"key": key, "dir": direction} if direction else {"key": key}}


def _is(key: str, op: str, value: Any) -> Statement:
    return {"match": {"op": op, "left": {"ct": {"key": key}}, "right": value}}
