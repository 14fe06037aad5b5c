"""Ports of containers that a server publishes. Their packets are sent on to another address before the server's chain
of its own sees them, and go through it (hook forward): they are held to the same rules, by the address and the port
that they were sent to (the original direction of the connection).

What containers send each other, or through the server's published ports, comes by interfaces of containers and is
their own affair; so is what they send out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from limen.network.emit.nft_chains import FORWARD, by_state
from limen.network.nft.tree import ACCEPT, Chain, Hook, Line, Statement, jump

PUBLISHED: Final = "published"
OF_CONTAINERS: Final = (
    "docker*",
    "br-*",
    "podman*",
    "cni*",
    "veth*",
    "cali*",
    "flannel*",
    "lxc*",
    "lxdbr*",
    "incusbr*",
)
"""What Docker, Podman, Kubernetes, LXD and Incus call the interfaces that their containers are behind."""
_SENT_TO: Final = {"daddr": "daddr", "dport": "proto-dst"}


def published_chains(inward: Iterable[Line]) -> list[Chain]:
    """`inward`: what decides about packets to the server itself."""
    begins = _match("==", {"ct": {"key": "direction"}}, "original")
    own_affair = [Line((begins, _match("==", {"meta": {"key": "iifname"}}, name), ACCEPT)) for name in OF_CONTAINERS]
    decided = [Line(tuple(_by_original(each) for each in one.statements)) for one in inward]
    is_sent_on = _match("==", {"&": [{"ct": {"key": "status"}}, "dnat"]}, "dnat")
    return [
        Chain(PUBLISHED, (*own_affair, by_state(), *decided)),
        Chain(FORWARD, (Line((is_sent_on, jump(PUBLISHED))),), Hook("filter", "forward", 0, "accept")),
    ]


def _by_original(value: Any) -> Any:
    """The same, asked of what a connection was begun with, where it asks for a packet's destination."""
    if isinstance(value, list):
        return [_by_original(one) for one in value]
    if not isinstance(value, dict):
        return value
    asked = value.get("payload")
    if isinstance(asked, dict) and asked["field"] in _SENT_TO:
        key = _SENT_TO[asked["field"]]
        return {"ct": {"key": f"{asked['protocol']} {key}" if key == "daddr" else key, "dir": "original"}}
    return {key: _by_original(one) for key, one in value.items()}


def _match(op: str, left: Statement, right: Any) -> Statement:
    return {"match": {"op": op, "left": left, "right": right}}
