"""Several machines over one database, as a part of Limen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from limen.pillar import Command, Core, Declarations, Every, Once, Pillar, Running

if TYPE_CHECKING:
    from limen.nodes.services import NodeServices


def declarations() -> Declarations:
    from limen.credentials import staying
    from limen.nodes.kinds import KINDS
    from limen.nodes.store import AUTHORITY, end_at_restore, nodes

    keys = staying(
        "keys of nodes",
        "they are machines', in nobody's hands; `limen node remove` ends one",
        table=AUTHORITY.table.name,
        restored=end_at_restore,
    )
    return Declarations(events=KINDS, tables=(nodes, AUTHORITY.table), credentials=(keys,))


def prepare(core: Core) -> None:
    from limen.nodes.here import this_node
    from limen.nodes.services import NodeServices, load
    from limen.nodes.store import CHANGE

    own = this_node(core.root / core.settings.storage.data)
    if own is None:
        return
    services = NodeServices(core, own)
    core.offers.give(services)
    core.feed.at_start(load, services.meet)
    core.feed.on(CHANGE, lambda snapshot, _name: load(snapshot), lambda _name, found: services.meet(found))


async def build(core: Core) -> Running:
    from limen.nodes.services import LOOK_SECONDS, NodeServices

    services: NodeServices | None = core.offers.find(NodeServices)
    if services is None:
        return Running()
    await services.start()
    look = Every(
        "look after copies of the journal",
        LOOK_SECONDS,
        lambda: asyncio.to_thread(services.look_after),
        Once.PER_MACHINE,
    )
    return Running(periodic=(look,), figures=services.figures, close=services.close)


PILLAR: Final = Pillar(
    name="nodes",
    commands={"node": Command("limen.cli.node", "Join further machines on the same database, list and remove them")},
    declarations=declarations,
    prepare=prepare,
    build=build,
)
