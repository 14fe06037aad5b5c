"""The network as a part of Limen: zones and flows that are stated, proved, and held against what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from limen.pillar import Core


def _declarations() -> Declarations:
    from limen.network.learning.store import TABLES
    from limen.network.network_file import NETWORK_FILE

    return Declarations(file=NETWORK_FILE, tables=TABLES)


async def _build(core: Core) -> Running:
    from limen.network.learning.service import FORGET_SECONDS, KEEP_SECONDS, Learning

    learning = Learning(core)
    return Running(
        offers=(learning,),
        periodic=(
            Every("write down which connections were seen", KEEP_SECONDS, learning.keep),
            Every("forget connections of long ago", FORGET_SECONDS, learning.forget),
        ),
        close=learning.keep,
    )


PILLAR = Pillar(
    name="network",
    commands={
        "network": Command("limen.cli.network", "Show the network's zones, who reaches what and why, and prove it"),
        "learn": Command(
            "limen.cli.network_learn", "Learn from logs which flows the network needs, and what it would cut"
        ),
    },
    declarations=_declarations,
    build=_build,
)
