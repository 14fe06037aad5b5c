"""Data as a part of Limen: what is recognised in it, by which rules it may pass, what was found, and sealed files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, KeptOpen, Once, Pillar, Running

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from limen.finding import Finding
    from limen.pillar import Core, ErasedPerson
    from limen.pillar.part import Installation

LOOK_SECONDS = 2.0
AGREE_SECONDS = 10.0
SHRED_SECONDS = 60.0
FORGET_SECONDS = 3_600.0


def _declarations() -> Declarations:
    from limen.data.allowed.store import TABLES as ALLOWED
    from limen.data.credentials import CREDENTIALS
    from limen.data.data_file import DATA_FILE
    from limen.data.doors.kinds import KINDS as OF_DOORS
    from limen.data.findings import declared as findings
    from limen.data.inventory import kept_items, kept_stores
    from limen.data.inventory.kinds import KINDS as OF_STORES
    from limen.data.kinds import KINDS
    from limen.data.labels import kinds as of_labels
    from limen.data.links import declared as of_links
    from limen.data.lists.store import TABLES as LISTS
    from limen.data.sealing.kinds import KINDS as OF_SEALING
    from limen.data.sealing.store import TABLES as SEALING
    from limen.data.settings import DataSettings

    return Declarations(
        events=(*KINDS, *of_labels.KINDS, *OF_DOORS, *findings.KINDS, *OF_SEALING, *OF_STORES, *of_links.KINDS),
        settings=DataSettings,
        files=(DATA_FILE,),
        tables=(
            *LISTS,
            *ALLOWED,
            *findings.TABLES,
            *SEALING,
            *kept_stores.TABLES,
            *kept_items.TABLES,
            *of_links.TABLES,
        ),
        credentials=(*CREDENTIALS, *findings.CREDENTIALS, *of_links.CREDENTIALS),
        messages=Path(__file__).parent / "messages",
    )


def _prepare(core: Core) -> None:
    from limen.data.findings.held import HeldExceptions
    from limen.data.protection import DataProtection

    protection = DataProtection(core, core.root / core.settings.storage.data)
    protection.register()
    core.offers.give(protection)
    exceptions = HeldExceptions(core.clock)
    exceptions.register(core.feed)
    core.offers.give(exceptions)


async def _build(core: Core) -> Running:
    from limen.data.at_the_gateway import checks
    from limen.data.doors.quarantine import Quarantine
    from limen.data.doors.services import quarantine_folder
    from limen.data.exceptions import Exceptions
    from limen.data.findings.held import HeldExceptions
    from limen.data.findings.service import Findings
    from limen.data.inventory import service as inventories
    from limen.data.labelling import Labelling
    from limen.data.links.service import Links
    from limen.data.protection import DataProtection
    from limen.data.sealing.service import Sealing
    from limen.data.settings import DataSettings
    from limen.pillar.data_checks import DocumentDoor

    protection = core.offers.take(DataProtection)
    findings = Findings(core, core.offers.take(HeldExceptions))
    sealing = Sealing(core, core.offers.take(KeptOpen))
    core.offers.take(DocumentDoor).ask(checks(protection, findings))
    inventory, watching = inventories.build(core, protection)
    links = Links(core, protection, findings, core.offers.take(HeldExceptions), inventories.walkers_of(core))
    always = (
        Every("have a scanner for what data.yaml says", LOOK_SECONDS, protection.look_again, Once.PER_WORKER),
        Every("forget what was said of findings long ago", FORGET_SECONDS, findings.forget, Once.IN_ALL),
        Every("forget values that may pass no more", FORGET_SECONDS, protection.forget, Once.IN_ALL),
        Every("destroy sealing keys that are to be shredded", SHRED_SECONDS, sealing.shred_due, Once.IN_ALL),
        *inventories.periodic(inventory, watching),
        *links.periodic,
    )
    kept = quarantine_folder(core.settings.section(DataSettings), core.root, core.root / core.settings.storage.data)
    offers = (findings, sealing, inventory, links, Exceptions(core, Quarantine(kept)), Labelling(core, protection))

    async def end_looking() -> None:
        await watching.close()
        await protection.close()

    if not core.settings.section(DataSettings).is_on:
        return Running(offers=offers, periodic=always, close=end_looking)
    from limen.data.doors.services import SWEEP_SECONDS, entry_points

    points = entry_points(core, protection, findings.justified)
    if core.leader.leads(Once.PER_MACHINE):
        await points.agree()

    async def close() -> None:
        await points.close()
        await end_looking()

    return Running(
        offers=(*offers, points),
        periodic=(
            *always,
            Every(
                "have proxies and mail servers ask, and shares watched", AGREE_SECONDS, points.agree, Once.PER_MACHINE
            ),
            Every("delete what was taken out of shares long ago", FORGET_SECONDS, points.forget, Once.PER_MACHINE),
            Every("look for what changed on shares and was not told", SWEEP_SECONDS, points.sweep, Once.PER_MACHINE),
        ),
        figures=points.figures,
        close=close,
    )


async def _examine(installation: Installation) -> list[Finding]:
    from limen.data.examining import examine

    return await examine(installation)


async def _examine_reading(_here: Installation) -> list[Finding]:
    from limen.data.extraction.examining import examine

    return [examine()]


async def _examine_links(installation: Installation) -> list[Finding]:
    from limen.clock import SystemClock
    from limen.data.links.examining import examine

    return await examine(installation, SystemClock().now())


def _erase_names(connection: Connection, person: ErasedPerson) -> Iterable[tuple[str, str]]:
    from limen.data.inventory import kept_items
    from limen.data.links import kept_links

    others = [word for one in person.others for word in one]
    for erase_names in (kept_items.erase_names, kept_links.erase_names):
        erase_names(connection, (person.name, person.email), others)
    kept_links.let_go(connection, person.id)
    return ()


def _writes(here: Installation) -> Iterable[Path]:
    from limen.data.settings import DataSettings

    settings = here.settings.section(DataSettings)
    kept = (settings.quarantine,) if settings.quarantine is not None else ()
    return [(here.root / one).resolve() for one in (*settings.shares.values(), *kept)]


PILLAR = Pillar(
    name="data",
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries"),
        "seal": Command("limen.cli.seal", "Encrypt files and folders for a label, and look after the keys of that"),
        "open": Command("limen.cli.open_sealed", "Open sealed files, after a decision or with a recovery key"),
    },
    pages=(
        "limen.web.data.findings",
        "limen.web.data.exceptions",
        "limen.web.data.mine",
        "limen.web.data.label",
        "limen.web.data.simulator",
        "limen.web.data.sealing",
        "limen.web.data.stores",
        "limen.web.data.items",
        "limen.web.data.controls",
        "limen.web.data.changing",
    ),
    declarations=_declarations,
    prepare=_prepare,
    examinations={"data": _examine, "reading documents": _examine_reading, "links": _examine_links},
    build=_build,
    erase_names=_erase_names,
    writes=_writes,
)
