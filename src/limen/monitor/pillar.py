"""Monitoring as a part of Limen: what happens comes in, is understood, and changes access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from limen.monitor.detections.hit import Hit

AGREE_SECONDS = 10.0
WRITE_SECONDS = 30.0
FORGET_SECONDS = 600.0
LOOK_SECONDS = 10.0
PLACES_SECONDS = 60.0


def _declarations() -> Declarations:
    from limen.monitor.credentials import CREDENTIALS
    from limen.monitor.detections.company_rules import DETECTIONS
    from limen.monitor.detections.travel import kinds as travel_kinds, store as travels
    from limen.monitor.monitor_file import MONITOR_FILE
    from limen.monitor.places import familiar_store as places
    from limen.monitor.settings import MonitorSettings
    from limen.monitor.sources import kinds, store

    return Declarations(
        events=(*kinds.KINDS, *travel_kinds.KINDS),
        settings=MonitorSettings,
        tables=(*store.TABLES, *places.TABLES, *travels.TABLES),
        credentials=CREDENTIALS,
        file=MONITOR_FILE,
        folder=DETECTIONS,
    )


def _prepare(core: Core) -> None:
    from limen.monitor.detections.travel.announcing import Travels
    from limen.monitor.sources.held import SendersHeld

    held, travels = SendersHeld(), Travels(core)
    held.register(core.feed)
    travels.register()
    core.offers.give(held)
    core.offers.give(travels)


async def _build(core: Core) -> Running:
    from limen.monitor.detections.travel.announcing import Travels
    from limen.monitor.knowing import Knowing
    from limen.monitor.places.familiar import FamiliarPlaces
    from limen.monitor.places.places import Places
    from limen.monitor.sources.held import SendersHeld
    from limen.monitor.watch import Watch

    watch = Watch(core, core.offers.take(SendersHeld), _take)
    root, travels = core.root.resolve(), core.offers.take(Travels)
    places = Places(root, root / core.settings.storage.data)
    familiar = FamiliarPlaces(core, places)
    knowing = Knowing(core, places, travels, watch.supervision.give)
    await knowing.look_again()
    await watch.agree()
    return Running(
        offers=(watch, watch.sources, places, familiar, knowing),
        figures=lambda: (*watch.sources.figures(), *knowing.figures()),
        periodic=(
            Every("have the process that watches as monitor.yaml says", AGREE_SECONDS, watch.agree),
            Every("write down what came of each source of logs", WRITE_SECONDS, watch.sources.write),
            Every("forget sources of logs that are no more", FORGET_SECONDS, watch.sources.forget),
            Every("look at the files that tell places", LOOK_SECONDS, knowing.look_again),
            Every("write down from where people sign in", PLACES_SECONDS, familiar.write),
            Every("forget places that nobody was seen at", FORGET_SECONDS, familiar.forget),
            Every("forget journeys that are over", FORGET_SECONDS, travels.forget),
        ),
        close=watch.close,
    )


async def _take(hits: Sequence[Hit]) -> None:
    """Until alerts are made of them: one line of the log for each."""
    import logging

    for hit in hits:
        logging.getLogger("limen.monitor").warning("found %s (%s), about %s", hit.rule, hit.level, hit.entity)


def _changed_by_erasing(connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.monitor.detections.travel import store
    from limen.monitor.detections.travel.announcing import CHANGE

    for one in store.of_person(connection, person_id):
        yield CHANGE, one.id


PILLAR = Pillar(
    name="monitor",
    commands={
        "source": Command("limen.cli.source", "List sources of logs, and let their senders in"),
        "place": Command("limen.cli.place", "Say where an address is, and what policies see of it"),
        "travel": Command("limen.cli.travel", "Announce journeys, so that signing in from there is no alarm"),
    },
    pages=("limen.web.monitor.intake", "limen.web.monitor.sources", "limen.web.monitor.places"),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
)
