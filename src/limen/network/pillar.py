"""The network as a part of Limen: zones and flows that are stated, proved, and held against what is."""

from __future__ import annotations

from limen.pillar import Command, Declarations, Pillar


def _declarations() -> Declarations:
    from limen.network.learning.store import TABLES
    from limen.network.network_file import NETWORK_FILE

    return Declarations(file=NETWORK_FILE, tables=TABLES)


PILLAR = Pillar(
    name="network",
    commands={
        "network": Command("limen.cli.network", "Show the network's zones, who reaches what and why, and prove it"),
        "learn": Command(
            "limen.cli.network_learn", "Learn from logs which flows the network needs, and what it would cut"
        ),
    },
    declarations=_declarations,
)
