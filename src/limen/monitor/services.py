"""What monitoring does, put together: the process that watches, what it has to know, and what becomes of findings."""

from __future__ import annotations

from typing import Final

from limen.connectors.vendor_client import VendorClient
from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.alerts.service import Alerts
from limen.monitor.alerts.verdicts import Verdicts
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.knowing import Knowing
from limen.monitor.places.familiar import FamiliarPlaces
from limen.monitor.places.places import Places
from limen.monitor.response.actions import Actions
from limen.monitor.response.playbooks import Playbooks
from limen.monitor.risk.projection import RiskProjection
from limen.monitor.risk.proofs import Proofs
from limen.monitor.risk.rules import RiskRules
from limen.monitor.sources.clouds import Clouds
from limen.monitor.sources.held import SendersHeld
from limen.monitor.sources.pulls import LogPulls
from limen.monitor.watch import Watch
from limen.pillar import Core, DeviceResponses, Every, PersonResponses, Running, SignOn

AGREE_SECONDS: Final = 10.0
WRITE_SECONDS: Final = 30.0
FORGET_SECONDS: Final = 600.0
ASK_SECONDS: Final = 15.0
FADE_SECONDS: Final = 5.0
PROOFS_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 10.0
PLACES_SECONDS: Final = 60.0


def prepare(core: Core) -> None:
    """Say how rows become facts, and what is held of them here."""
    held, travels = SendersHeld(), Travels(core)
    risk = RiskProjection(core.known, core.clock.now, RiskRules)
    held.register(core.feed)
    travels.register()
    risk.register(core.feed)
    for one in (held, travels, risk):
        core.offers.give(one)


async def build(core: Core) -> Running:
    """Data goes one way: the process that watches → findings → alerts → what is done, and how risky somebody is."""
    devices = core.offers.find(DeviceResponses)
    actions = Actions(core, core.offers.take(PersonResponses), devices)
    alerts = Alerts(core, core.offers.take(RiskProjection), actions, Verdicts(devices))
    playbooks, proofs = Playbooks(actions, tuple), Proofs(core)
    intake = AlertIntake(core, lambda source: source == "limen", playbooks.respond, lambda *_: None)
    watch = Watch(core, core.offers.take(SendersHeld), intake.take)

    root, travels = core.root.resolve(), core.offers.take(Travels)
    places = Places(root, root / core.settings.storage.data)
    familiar = FamiliarPlaces(core, places)
    knowing = Knowing(core, places, travels, watch.supervision.give)
    await knowing.look_again()
    await watch.agree()
    resolver = core.offers.take(SignOn).resolver
    pulls = LogPulls(core, watch.sources, Clouds(lambda origin: VendorClient(origin, resolver)))

    async def close() -> None:
        await watch.close()
        proofs.close()

    return Running(
        offers=(watch, watch.sources, pulls, alerts, intake, places, familiar, knowing),
        figures=lambda: (*watch.sources.figures(), *knowing.figures()),
        periodic=(
            Every("have the process that watches as monitor.yaml says", AGREE_SECONDS, watch.agree),
            Every("write down what came of each source of logs", WRITE_SECONDS, watch.sources.write),
            Every("forget sources of logs that are no more", FORGET_SECONDS, watch.sources.forget),
            Every("ask services for their logs", ASK_SECONDS, pulls.ask_due),
            Every("forget services that are asked no more", FORGET_SECONDS, pulls.forget),
            Every("let risks fade", FADE_SECONDS, alerts.keep_up),
            Every("let passkeys explain what was found", PROOFS_SECONDS, proofs.look),
            Every("end what was done about alerts", FADE_SECONDS, alerts.run_out),
            Every("forget old alerts", FORGET_SECONDS, alerts.forget),
            Every("look at the files that tell places", LOOK_SECONDS, knowing.look_again),
            Every("write down from where people sign in", PLACES_SECONDS, familiar.write),
            Every("forget places that nobody was seen at", FORGET_SECONDS, familiar.forget),
            Every("forget journeys that are over", FORGET_SECONDS, travels.forget),
        ),
        close=close,
    )
