"""What is learned from connections that a real firewall told Limen of, against what people there really did.

Some hundred connections in namespaces, through the real kernel and the real program; root only.
`learned_lab_used_percent`: of the connections that people made, how many the proposed flows let through.
`learned_lab_slack_percent`: what they let through beside them. `learned_lab_nevers_broken`: what is let through of what
must never be, and was done. `learned_lab_told_ms`: from the last connection until all of them are written down.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from pathlib import Path

from tests.devices.served import served
from tests.laws.test_network_learning import let_through, with_all
from tests.network.firewalls.real_router import real_router
from tests.network.firewalls.world import followed
from tests.network.learning.live import FORBIDDEN, NETWORK, TODAY, TRUTHS, all_open, answering, told, used

from limen.network.compiling import compiled
from limen.network.learning.proposing import proposed

BOUNDS = {
    "learned_lab_used_percent": (">=", 100.0),
    "learned_lab_slack_percent": ("<=", 5.0),
    "learned_lab_nevers_broken": ("<=", 0.0),
}
CONNECTIONS = 600


def learned_lab() -> dict[str, float]:
    return asyncio.run(_learned())


async def _learned() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, real_router(Path(folder) / "router") as router:
        async with served(Path(folder) / "harbor") as limen, followed(limen, router) as world:
            await all_open(world)
            with answering(router):
                many = await used(world, random.Random(15), CONNECTIONS)
            begun = time.monotonic()
            seen = await told(world, many)
            took = time.monotonic() - begun
    proposal = proposed(NETWORK, seen, TODAY)
    ruleset = compiled(with_all(NETWORK, proposal), TODAY)
    wanted = {packet for truth in TRUTHS for packet in truth.packets()}
    more = sum(one not in wanted for one in let_through(ruleset, wanted))
    return {
        "learned_lab_used_percent": round(100 * sum(map(ruleset.allows, wanted)) / len(wanted), 3),
        "learned_lab_slack_percent": round(100 * more / len(wanted), 3),
        "learned_lab_nevers_broken": sum(map(ruleset.allows, FORBIDDEN.packets())),
        "learned_lab_told_ms": round(took * 1_000),
        "learned_lab_connections": many,
    }
