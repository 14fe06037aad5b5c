"""The network as a part of Limen: zones and flows stated, proved, enforced and learned, and held against what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, KeptOpen, Once, Pillar, Running

if TYPE_CHECKING:
    from limen.pillar import Core

KEEP_UP_SECONDS = 60.0
LEARN_SECONDS = 30.0
FORGET_SECONDS = 3_600.0
REMIND_SECONDS = 900.0
PROBE_SECONDS = 20.0


def _declarations() -> Declarations:
    from limen.network.clouds.store import TABLES as CLOUDS
    from limen.network.doors import kinds as of_doors
    from limen.network.doors.store import TABLES as DOORS
    from limen.network.firewalls import credentials, kinds, store as firewalls
    from limen.network.learning.store import TABLES as LEARNED
    from limen.network.network_file import NETWORK_FILE
    from limen.network.reminders.store import TABLES as REMINDED
    from limen.network.tunnels.store import TABLES as TUNNELS

    return Declarations(
        events=(*kinds.KINDS, *of_doors.KINDS),
        tables=(*firewalls.TABLES, *LEARNED, *REMINDED, *DOORS, *TUNNELS, *CLOUDS),
        credentials=credentials.CREDENTIALS,
        files=(NETWORK_FILE,),
    )


def _prepare(core: Core) -> None:
    from limen.network.firewalls.service import FirewallsChanged
    from limen.network.ways_changed import WaysChanged

    for heard in (FirewallsChanged(), WaysChanged()):
        heard.register(core)
        core.offers.give(heard)


async def _build(core: Core) -> Running:
    from limen.network.access_left import WaysLeft
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
    from limen.network.ways_changed import WaysChanged

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
    left = WaysLeft(core, doors, tunnels, firewalls.followers)
    await core.offers.take(WaysChanged).follow(doors, tunnels)

    async def close() -> None:
        stop()
        tunnels.close()
        await tunnels.settled()
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
            OfDevices(core, tunnels, doors, firewalls.followers, firewalls.hear_others).offered,
        ),
        surfaces=(left.surface,),
        figures=lambda: (*firewalls.telling.figures(), *learning.figures()),
        periodic=(
            Every(
                "renew the keys that sign what firewalls are told", KEEP_UP_SECONDS, firewalls.keep_up, Once.PER_WORKER
            ),
            Every("ask canaries what to try", PROBE_SECONDS, probing.ask, Once.PER_WORKER),
            Every(
                "say how many more unplanned devices spoke",
                KEEP_UP_SECONDS,
                firewalls.telling.say_more_unplanned,
                Once.PER_WORKER,
            ),
            Every("write down which connections were seen", LEARN_SECONDS, learning.keep, Once.PER_WORKER),
            Every("forget connections of long ago", FORGET_SECONDS, learning.forget, Once.IN_ALL),
            Every("remind owners of flows that are due", REMIND_SECONDS, reminders.remind, Once.IN_ALL),
            Every("know of doors that other workers opened", KEEP_UP_SECONDS, doors.catch_up, Once.PER_WORKER),
            Every("forget ways that are closed everywhere", KEEP_UP_SECONDS, left.forget_confirmed, Once.PER_WORKER),
            Every("forget which owners were reminded", FORGET_SECONDS, reminders.forget, Once.IN_ALL),
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
