"""Monitoring as a part of Limen: what happens comes in, is understood, and changes access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from limen.monitor.detections.hit import Hit

AGREE_SECONDS = 10.0
WRITE_SECONDS = 30.0
FORGET_SECONDS = 600.0


def _declarations() -> Declarations:
    from limen.monitor.credentials import CREDENTIALS
    from limen.monitor.detections.company_rules import DETECTIONS
    from limen.monitor.monitor_file import MONITOR_FILE
    from limen.monitor.settings import MonitorSettings
    from limen.monitor.sources import kinds, store

    return Declarations(
        events=kinds.KINDS,
        settings=MonitorSettings,
        tables=store.TABLES,
        credentials=CREDENTIALS,
        file=MONITOR_FILE,
        folder=DETECTIONS,
    )


def _prepare(core: Core) -> None:
    from limen.monitor.sources.held import SendersHeld

    held = SendersHeld()
    held.register(core.feed)
    core.offers.give(held)


async def _build(core: Core) -> Running:
    from limen.monitor.sources.held import SendersHeld
    from limen.monitor.watch import Watch

    watch = Watch(core, core.offers.take(SendersHeld), _take)
    await watch.agree()
    return Running(
        offers=(watch, watch.sources),
        figures=watch.sources.figures,
        periodic=(
            Every("have the process that watches as monitor.yaml says", AGREE_SECONDS, watch.agree),
            Every("write down what came of each source of logs", WRITE_SECONDS, watch.sources.write),
            Every("forget sources of logs that are no more", FORGET_SECONDS, watch.sources.forget),
        ),
        close=watch.close,
    )


async def _take(hits: Sequence[Hit]) -> None:
    """Until alerts are made of them: one line of the log for each."""
    import logging

    for hit in hits:
        logging.getLogger("limen.monitor").warning("found %s (%s), about %s", hit.rule, hit.level, hit.entity)


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
)
