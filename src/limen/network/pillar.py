"""The network as a part of Limen: zones and flows that are stated, proved, enforced, and held against what is."""

from __future__ import annotations

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running

KEEP_UP_SECONDS = 60.0


def _declarations() -> Declarations:
    from limen.network.firewalls import credentials, kinds, store
    from limen.network.network_file import NETWORK_FILE

    return Declarations(events=kinds.KINDS, tables=store.TABLES, credentials=credentials.CREDENTIALS, file=NETWORK_FILE)


def _prepare(core: Core) -> None:
    from limen.network.firewalls.service import FirewallsChanged

    heard = FirewallsChanged()
    heard.register(core)
    core.offers.give(heard)


async def _build(core: Core) -> Running:
    from limen.network.firewalls.service import build

    firewalls = await build(core)
    return Running(
        offers=(firewalls,),
        periodic=(Every("renew the keys that sign what firewalls are told", KEEP_UP_SECONDS, firewalls.keep_up),),
    )


PILLAR = Pillar(
    name="network",
    commands={
        "network": Command("limen.cli.network", "Show the network's zones, who reaches what and why, and prove it"),
        "firewall": Command("limen.cli.firewall", "Set up firewalls that follow Limen, and try, confirm or undo rules"),
    },
    pages=("limen.web.network.firewalls",),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
)
