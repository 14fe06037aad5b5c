"""What must not be possible by way of others either: flows that would make it so, together, are not proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from limen.network.compiling import compiled
from limen.network.model import Flow, Network
from limen.network.packets.regions import Regions
from limen.network.proof.nevers import verdicts


def parted(network: Network, flows: Sequence[Flow], today: str) -> tuple[list[Flow], list[tuple[Flow, str]]]:
    """Those of `flows` that may be, the first of them first, and the others, each with what forbids it.

    `network` is without them. What does not hold without them is not held against them; what can't be proved with them
    is.
    """
    held = _holding(network, today)
    if held <= _holding(_with(network, flows), today):
        return list(flows), []
    taken: list[Flow] = []
    refused: list[tuple[Flow, str]] = []
    for flow in flows:
        broken = held - _holding(_with(network, [*taken, flow]), today)
        if broken:
            refused.append((flow, min(broken)))
        else:
            taken.append(flow)
    return taken, refused


def _with(network: Network, flows: Sequence[Flow]) -> Network:
    return replace(network, flows=(*network.flows, *flows))


def _holding(network: Network, today: str) -> set[str]:
    if not any(one.hops for one in network.nevers):
        return set()
    return {one.never.id for one in verdicts(network, Regions(compiled(network, today))) if one.holds}
