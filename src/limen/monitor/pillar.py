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


def _declarations() -> Declarations:
    from limen.monitor.alerts import kinds as of_alerts, tables as alerts
    from limen.monitor.credentials import CREDENTIALS
    from limen.monitor.detections.company_rules import DETECTIONS
    from limen.monitor.monitor_file import MONITOR_FILE
    from limen.monitor.notify import store as notices
    from limen.monitor.response import store as responses
    from limen.monitor.settings import MonitorSettings
    from limen.monitor.sources import kinds, store

    return Declarations(
        events=(*kinds.KINDS, *of_alerts.KINDS),
        settings=MonitorSettings,
        tables=(*store.TABLES, *alerts.TABLES, *responses.TABLES, *notices.TABLES),
        credentials=CREDENTIALS,
        file=MONITOR_FILE,
        folder=DETECTIONS,
    )


def _prepare(core: Core) -> None:
    from limen.monitor import alerting
    from limen.monitor.sources.held import SendersHeld

    held = SendersHeld()
    held.register(core.feed)
    core.offers.give(held)
    alerting.prepare(core)


async def _build(core: Core) -> Running:
    from limen.monitor.alerting import Alerting
    from limen.monitor.sources.held import SendersHeld
    from limen.monitor.watch import Watch

    alerting = Alerting.over(core)
    watch = Watch(core, core.offers.take(SendersHeld), alerting.take)
    await watch.agree()
    alerting.begin()

    async def close() -> None:
        await watch.close()
        await alerting.close()

    return Running(
        offers=(watch, watch.sources, *alerting.offers),
        figures=watch.sources.figures,
        periodic=(
            Every("have the process that watches as monitor.yaml says", AGREE_SECONDS, watch.agree),
            Every("write down what came of each source of logs", WRITE_SECONDS, watch.sources.write),
            Every("forget sources of logs that are no more", FORGET_SECONDS, watch.sources.forget),
            *alerting.periodic(watch.supervision),
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
