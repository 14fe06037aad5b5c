"""Devices as a part of Limen: with what people come, and whether it is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, DeviceSessions, Every, Pillar, Running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

DUE_SECONDS = 1.0
FORGET_SECONDS = 600.0


def _declarations() -> Declarations:
    from limen.devices.certificates import store as certificates
    from limen.devices.credentials import CREDENTIALS
    from limen.devices.devices_file import DEVICES_FILE
    from limen.devices.kinds import KINDS
    from limen.devices.settings import DeviceSettings
    from limen.devices.store import TABLES

    return Declarations(
        events=KINDS,
        settings=DeviceSettings,
        tables=(*TABLES, *certificates.TABLES),
        credentials=CREDENTIALS,
        file=DEVICES_FILE,
    )


def _prepare(core: Core) -> None:
    from limen.devices.certificates import issuing
    from limen.devices.projection import Projection
    from limen.ties import Ties

    projection = Projection(core.known, core.clock.now)
    projection.register(core.feed)
    issuing.follow(core.feed, core.offers.take(Ties))
    core.offers.give(projection)


async def _build(core: Core) -> Running:
    from limen.devices.projection import Projection
    from limen.devices.service import Devices
    from limen.devices.settings import DeviceSettings
    from limen.devices.tpm.makers import read_makers

    makers = read_makers(core.root / core.settings.section(DeviceSettings).tpm_makers)
    devices = Devices(core, core.offers.take(DeviceSessions), core.offers.take(Projection), makers)
    return Running(
        offers=(devices,),
        periodic=(
            Every("judge devices whose grace is over", DUE_SECONDS, devices.judge_due),
            Every("forget tokens of devices", FORGET_SECONDS, devices.forget),
        ),
        close=devices.close,
    )


def _changed_by_erasing(connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.devices import store

    yield from (("device", one) for one in store.ids_of(connection, person_id))


PILLAR = Pillar(
    name="devices",
    commands={"device": Command("limen.cli.device", "List devices, quarantine them, and create tokens to enrol them")},
    pages=(
        "limen.web.devices.agent",
        "limen.web.devices.enrol",
        "limen.web.devices.proof",
        "limen.web.devices.browser_key",
        "limen.web.devices.mine",
        "limen.web.devices.fleet",
    ),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
)
