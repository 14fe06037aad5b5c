"""The network as a part of Limen: zones and flows stated, proved, enforced and learned, and held against what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, KeptOpen, Pillar, Running

if TYPE_CHECKING:
    from limen.pillar import Core

KEEP_UP_SECONDS = 60.0
LEARN_SECONDS = 30.0
FORGET_SECONDS = 3_600.0
REMIND_SECONDS = 900.0
PROBE_SECONDS = 20.0


def _declarations() -> Declarations:
    from limen.network.doors import kinds as of_doors
    from limen.network.firewalls import credentials, kinds, store as firewalls
    from limen.network.learning.store import TABLES as LEARNED
    from limen.network.network_file import NETWORK_FILE
    from limen.network.reminders.store import TABLES as REMINDED

    return Declarations(
        events=(*kinds.KINDS, *of_doors.KINDS),
        tables=(*firewalls.TABLES, *LEARNED, *REMINDED),
        credentials=credentials.CREDENTIALS,
        file=NETWORK_FILE,
    )


def _prepare(core: Core) -> None:
    from limen.network.firewalls.service import FirewallsChanged

    heard = FirewallsChanged()
    heard.register(core)
    core.offers.give(heard)


async def _build(core: Core) -> Running:
    from limen.network.doors.at_firewalls import AtFirewalls
    from limen.network.doors.doors import Doors
    from limen.network.firewalls.service import build
    from limen.network.learning.from_firewalls import Holders
    from limen.network.learning.service import Learning
    from limen.network.limited import stop
    from limen.network.model import Network
    from limen.network.probes.probing import Probing
    from limen.network.reminders.reminders import Reminders
    from limen.network.requested import flow_requests
    from limen.network.tunnels.at_firewalls import tell_firewalls
    from limen.network.tunnels.of_devices import OfDevices
    from limen.network.tunnels.tunnels import Tunnels

    firewalls, learning = await build(core), Learning(core, Holders(core.known, core.clock).whose)
    reminders, probing = Reminders(core), Probing(core, firewalls)
    requested = flow_requests(lambda: core.known.rules_of(Network), core.clock, core.settings.zone)
    tunnels = Tunnels(core)
    doors = Doors(core, core.offers.take(KeptOpen), tunnels)
    tell_firewalls(tunnels, doors, firewalls.followers, core.known)
    at_firewalls = AtFirewalls(
        doors, firewalls.followers, lambda: core.known.rules_of(Network) or Network(()), core.clock
    )
    firewalls.telling.watch_moved(at_firewalls.moved)

    async def close() -> None:
        stop()
        tunnels.close()
        await doors.close()
        await learning.keep()

    return Running(
        offers=(
            firewalls,
            learning,
            doors,
            tunnels,
            requested,
            probing,
            OfDevices(core, tunnels, doors, firewalls.followers).offered,
        ),
        figures=lambda: (*firewalls.telling.figures(), *learning.figures()),
        periodic=(
            Every("renew the keys that sign what firewalls are told", KEEP_UP_SECONDS, firewalls.keep_up),
            Every("ask canaries what to try", PROBE_SECONDS, probing.ask),
            Every("say how many more unplanned devices spoke", KEEP_UP_SECONDS, firewalls.telling.say_more_unplanned),
            Every("write down which connections were seen", LEARN_SECONDS, learning.keep),
            Every("forget connections of long ago", FORGET_SECONDS, learning.forget),
            Every("remind owners of flows that are due", REMIND_SECONDS, reminders.remind),
            Every("forget which owners were reminded", FORGET_SECONDS, reminders.forget),
        ),
        close=close,
    )


PILLAR = Pillar(
    name="network",
    commands={
        "network": Command("limen.cli.network", "Show the network's zones, who reaches what and why, and prove it"),
        "firewall": Command("limen.cli.firewall", "Set up firewalls that follow Limen, and try, confirm or undo rules"),
        "learn": Command(
            "limen.cli.network_learn", "Learn from logs which flows the network needs, and what it would cut"
        ),
        "connect": Command(
            "limen.cli.connect", "Open the way through the firewall to an app, for this computer's address"
        ),
    },
    pages=(
        "limen.web.network.firewalls",
        "limen.web.network.connect",
        "limen.web.network.ask",
        "limen.web.network.map",
        "limen.web.network.matrix",
        "limen.web.network.firewall_pages",
        "limen.web.network.flows",
        "limen.web.network.never",
        "limen.web.network.trials",
        "limen.web.network.radius",
        "limen.web.network.changing",
        "limen.web.network.requested",
        "limen.web.network.flow_reviews",
    ),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
)
