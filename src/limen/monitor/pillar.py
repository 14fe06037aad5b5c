"""Monitoring as a part of Limen: what happens comes in, is understood, and changes access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

AGREE_SECONDS = 10.0
WRITE_SECONDS = 30.0
FORGET_SECONDS = 600.0
FADE_SECONDS = 5.0
LOOK_SECONDS = 1.0


def _declarations() -> Declarations:
    from limen.monitor.alerts import kinds as of_alerts, tables
    from limen.monitor.credentials import CREDENTIALS
    from limen.monitor.detections.company_rules import DETECTIONS
    from limen.monitor.monitor_file import MONITOR_FILE
    from limen.monitor.response import store as responses
    from limen.monitor.settings import MonitorSettings
    from limen.monitor.sources import kinds, store

    return Declarations(
        events=(*kinds.KINDS, *of_alerts.KINDS),
        settings=MonitorSettings,
        tables=(*store.TABLES, *tables.TABLES, *responses.TABLES),
        credentials=CREDENTIALS,
        file=MONITOR_FILE,
        folder=DETECTIONS,
    )


def _prepare(core: Core) -> None:
    from limen.monitor.risk.projection import RiskProjection
    from limen.monitor.risk.rules import RiskRules
    from limen.monitor.sources.held import SendersHeld

    held, risk = SendersHeld(), RiskProjection(core.known, core.clock.now, RiskRules)
    held.register(core.feed)
    risk.register(core.feed)
    core.offers.give(held)
    core.offers.give(risk)


async def _build(core: Core) -> Running:
    from limen.monitor.alerts.intake import AlertIntake
    from limen.monitor.alerts.service import Alerts
    from limen.monitor.alerts.verdicts import Verdicts
    from limen.monitor.response.actions import Actions
    from limen.monitor.response.playbooks import Playbooks
    from limen.monitor.risk.projection import RiskProjection
    from limen.monitor.risk.proofs import Proofs
    from limen.monitor.sources.held import SendersHeld
    from limen.monitor.watch import Watch
    from limen.pillar import DeviceResponses, PersonResponses

    devices = core.offers.find(DeviceResponses)
    actions = Actions(core, core.offers.take(PersonResponses), devices)
    alerts = Alerts(core, core.offers.take(RiskProjection), actions, Verdicts(devices))
    playbooks, proofs = Playbooks(actions, tuple), Proofs(core)
    intake = AlertIntake(core, lambda source: source == "limen", playbooks.respond, lambda *_: None)
    watch = Watch(core, core.offers.take(SendersHeld), intake.take)
    await watch.agree()

    async def close() -> None:
        await watch.close()
        proofs.close()

    return Running(
        offers=(watch, watch.sources, alerts, intake),
        figures=watch.sources.figures,
        periodic=(
            Every("have the process that watches as monitor.yaml says", AGREE_SECONDS, watch.agree),
            Every("write down what came of each source of logs", WRITE_SECONDS, watch.sources.write),
            Every("forget sources of logs that are no more", FORGET_SECONDS, watch.sources.forget),
            Every("let risks fade", FADE_SECONDS, alerts.keep_up),
            Every("let passkeys explain what was found", LOOK_SECONDS, proofs.look),
            Every("end what was done about alerts", FADE_SECONDS, alerts.run_out),
            Every("forget old alerts", FORGET_SECONDS, alerts.forget),
        ),
        close=close,
    )


def _changed_by_erasing(connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.monitor.alerts.findings import whose_with
    from limen.monitor.risk.projection import CHANGE, key_of

    yield from ((CHANGE, key_of(subject)) for subject in whose_with(connection, person_id))


PILLAR = Pillar(
    name="monitor",
    commands={
        "source": Command("limen.cli.source", "List sources of logs, and let their senders in"),
        "detections": Command("limen.cli.detections", "List detection rules, and check a folder of Sigma rules"),
    },
    pages=("limen.web.monitor.intake", "limen.web.monitor.sources"),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
)
