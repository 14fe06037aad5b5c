"""Devices as a part of Limen: with what people come, and whether it is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, DeviceSessions, Every, Once, Pillar, Running, SignOn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

DUE_SECONDS = 1.0
FORGET_SECONDS = 600.0
COUNT_SECONDS = 300.0
PROVE = "/devices/prove"
"""The page on which a browser's session is bound to the device that it sits on."""
SEEN_SECONDS = 5.0
ASK_SECONDS = 15.0


def _declarations() -> Declarations:
    from limen.devices.certificates import store as certificates
    from limen.devices.credentials import CREDENTIALS
    from limen.devices.devices_file import DEVICES_FILE
    from limen.devices.fleet_count_store import device_counts
    from limen.devices.holdings import HOLDINGS
    from limen.devices.inventory.store import TABLES as OF_INVENTORY
    from limen.devices.kinds import KINDS
    from limen.devices.settings import DeviceSettings
    from limen.devices.signals import kinds, store as signals
    from limen.devices.signals.hosts_store import TABLES as OF_HOSTS
    from limen.devices.sources.store import TABLES as OF_SOURCES
    from limen.devices.store import TABLES

    return Declarations(
        events=(*KINDS, *kinds.KINDS),
        settings=DeviceSettings,
        tables=(*TABLES, *certificates.TABLES, device_counts, *signals.TABLES, *OF_HOSTS, *OF_SOURCES, *OF_INVENTORY),
        credentials=CREDENTIALS,
        holdings=HOLDINGS,
        files=(DEVICES_FILE,),
    )


def _prepare(core: Core) -> None:
    from limen.devices.certificates import issuing
    from limen.devices.projection import Projection
    from limen.devices.signals.held import SignalsHeld
    from limen.ties import Ties

    projection, signals = Projection(core.known, core.clock.now), SignalsHeld()
    projection.register(core.feed)
    issuing.follow(core.feed, core.offers.take(Ties))
    signals.register(core.feed)
    core.offers.give(projection)
    core.offers.give(signals)


async def _build(core: Core) -> Running:
    from urllib.parse import urlencode

    from limen.connectors.vendor_client import VendorClient
    from limen.devices.inventory.watching import SeenDevices
    from limen.devices.names import names
    from limen.devices.projection import Projection
    from limen.devices.responses import responses
    from limen.devices.service import Devices
    from limen.devices.settings import DeviceSettings
    from limen.devices.signals.held import SignalsHeld
    from limen.devices.signals.service import Signals
    from limen.devices.signals.signalled import signalled_devices
    from limen.devices.sources.osquery import Osquery
    from limen.devices.sources.pulls import Pulls
    from limen.devices.sources.service import Sources
    from limen.devices.sources.vendors import Vendors
    from limen.devices.tpm.makers import read_makers
    from limen.facts import LIMEN

    makers = read_makers(core.root / core.settings.section(DeviceSettings).tpm_makers)
    sessions = core.offers.take(DeviceSessions)
    projection = core.offers.take(Projection)
    devices = Devices(core, sessions, projection, makers)
    signals = Signals(core, sessions, devices, core.offers.take(SignalsHeld))
    seen, sources = SeenDevices(core), Sources(core, devices)
    pulls = Pulls(core, sources, Vendors(lambda origin: VendorClient(origin, core.offers.take(SignOn).resolver)))

    def first_step(person_id: str, location: str) -> str:
        """By way of the device's proof, which takes no more than a moment where the device is this one."""
        if not location.startswith("/") or not devices.has_active(person_id):
            return ""
        return f"{PROVE}?{urlencode({'app': LIMEN, 'to': location, 'auto': 'yes'})}"

    return Running(
        offers=(
            *(devices, signals, seen, sources, pulls, Osquery(core, sources), responses(sessions), names(projection)),
            signalled_devices(sessions, core.known, projection),
        ),
        first_step=first_step,
        saw_sign_in=seen.saw,
        proofs={"prove_device": PROVE},
        periodic=(
            Every("judge devices whose grace is over", DUE_SECONDS, devices.judging.judge_due, Once.IN_ALL),
            Every("count healthy devices", COUNT_SECONDS, devices.count, Once.IN_ALL),
            Every("forget tokens of devices", FORGET_SECONDS, devices.forget, Once.IN_ALL),
            Every("end signals about devices whose time is over", DUE_SECONDS, signals.run_out, Once.IN_ALL),
            Every("forget signals about devices that are over", FORGET_SECONDS, signals.forget, Once.IN_ALL),
            Every("ask the sources of devices", ASK_SECONDS, pulls.ask_due, Once.IN_ALL),
            Every("forget what removed sources said", FORGET_SECONDS, sources.forget_removed, Once.IN_ALL),
            Every("write down the browsers that were seen", SEEN_SECONDS, seen.write, Once.PER_WORKER),
            Every("forget browsers that were seen long ago", FORGET_SECONDS, seen.forget, Once.IN_ALL),
        ),
        close=devices.close,
    )


def _changed_by_erasing(connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.devices import store
    from limen.devices.signals.changes import CHANGE

    for one in store.ids_of(connection, person_id):
        yield from (("device", one), (CHANGE, one))


PILLAR = Pillar(
    name="devices",
    commands={"device": Command("limen.cli.device", "List devices, quarantine them, and create tokens to enrol them")},
    pages=(
        "limen.web.devices.agent",
        "limen.web.devices.enrol",
        "limen.web.devices.proof",
        "limen.web.devices.browser_key",
        "limen.web.devices.install",
        "limen.web.devices.mine",
        "limen.web.devices.rules",
        "limen.web.devices.seen",
        "limen.web.devices.push",
        "limen.web.devices.osquery",
        "limen.web.devices.fleet",
        "limen.web.devices.signals",
    ),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
)
