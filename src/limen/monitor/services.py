"""What monitoring does, put together: the process that watches, what it has to know, and what becomes of findings."""

from __future__ import annotations

import os
from typing import Final

from limen.connectors.vendor_client import VendorClient
from limen.monitor import alerting as of_alerts
from limen.monitor.alerting import Alerting
from limen.monitor.canaries import EVERY_SECONDS, Canaries
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.knowing import Knowing
from limen.monitor.outgrown.away import LOOK_SECONDS as AWAY_SECONDS, Telling
from limen.monitor.outgrown.servers import clickhouse_server
from limen.monitor.places.familiar import FamiliarPlaces
from limen.monitor.places.places import Places
from limen.monitor.search import service as searching
from limen.monitor.search.saving import SavedSearches
from limen.monitor.settings import MonitorSettings
from limen.monitor.sources.agents import agent_logs
from limen.monitor.sources.clouds import Clouds
from limen.monitor.sources.firewalls import firewall_logs
from limen.monitor.sources.held import SendersHeld
from limen.monitor.sources.pulls import LogPulls
from limen.monitor.store_watch import StoreWatch
from limen.monitor.watch import Watch
from limen.pillar import Core, DeviceNames, Every, Once, Running, SignOn

CHECK_SECONDS: Final = 4 * 3_600.0
AGREE_SECONDS: Final = 10.0
WRITE_SECONDS: Final = 30.0
FORGET_SECONDS: Final = 600.0
ASK_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 10.0
PLACES_SECONDS: Final = 60.0


def prepare(core: Core) -> None:
    """Say how rows become facts, and what is held of them here."""
    held, travels = SendersHeld(), Travels(core)
    held.register(core.feed)
    travels.register()
    core.offers.give(held)
    core.offers.give(travels)
    of_alerts.prepare(core)


async def build(core: Core) -> Running:
    """Data goes one way: the process that watches, findings, alerts, what is done, and how risky somebody is."""
    alerting = Alerting.over(core)
    canaries = Canaries(core, lambda frames: watch.supervision.deliver(frames), alerting.take)  # noqa: PLW0108
    watch = Watch(core, core.offers.take(SendersHeld), canaries.take)
    root, travels = core.root.resolve(), core.offers.take(Travels)
    stored = StoreWatch(core, watch.events, alerting.intake)
    places = Places(root, root / core.settings.storage.data)
    familiar = FamiliarPlaces(core, places)
    knowing = Knowing(core, places, travels, watch.supervision.give)
    settings = core.settings.section(MonitorSettings)
    where = searching.Places(
        watch.events,
        core.journal.reader.root.resolve(),
        watch.state,
        lambda: clickhouse_server(settings, core.root, os.environ),
    )
    devices = core.offers.find(DeviceNames)
    search = searching.Search(where, lambda: searching.names_in(core.known, devices, core.settings.zone))
    await knowing.look_again()
    await watch.agree()
    alerting.begin()
    engines = Telling(lambda: watch.supervision.health, core.clock.now, core.journal.record)
    resolver = core.offers.take(SignOn).resolver
    pulls = LogPulls(core, watch.sources, Clouds(lambda origin: VendorClient(origin, resolver)))

    async def close() -> None:
        await watch.close()
        await alerting.close()

    return Running(
        offers=(
            *(watch, watch.sources, canaries, stored, search, pulls),
            *(agent_logs(watch.sources), firewall_logs(watch.sources)),
            *(places, familiar, knowing, SavedSearches(core)),
            *alerting.offers,
        ),
        warnings=engines.warnings,
        figures=lambda: (*watch.sources.figures(), *canaries.figures(), *stored.figures(), *knowing.figures()),
        periodic=(
            Every("have the process that watches as monitor.yaml says", AGREE_SECONDS, watch.agree, Once.PER_WORKER),
            Every("write down what came of each source of logs", WRITE_SECONDS, watch.sources.write, Once.PER_WORKER),
            Every("send a test event the whole way", EVERY_SECONDS, canaries.send, Once.PER_MACHINE),
            Every("tell of ClickHouse or NATS that is away for long", AWAY_SECONDS, engines.look, Once.PER_WORKER),
            Every("see whether the store of events is as it was written", CHECK_SECONDS, stored.look, Once.PER_MACHINE),
            Every("forget sources of logs that are no more", FORGET_SECONDS, watch.sources.forget, Once.IN_ALL),
            Every("ask services for their logs", ASK_SECONDS, pulls.ask_due, Once.IN_ALL),
            Every("forget services that are asked no more", FORGET_SECONDS, pulls.forget, Once.IN_ALL),
            Every("look at the files that tell places", LOOK_SECONDS, knowing.look_again, Once.PER_WORKER),
            Every("write down from where people sign in", PLACES_SECONDS, familiar.write, Once.IN_ALL),
            Every("forget places that nobody was seen at", FORGET_SECONDS, familiar.forget, Once.IN_ALL),
            Every("forget journeys that are over", FORGET_SECONDS, travels.forget, Once.IN_ALL),
            *alerting.periodic(watch.supervision, lambda: canaries.missed),
        ),
        close=close,
    )
