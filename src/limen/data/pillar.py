"""Data as a part of Limen: what is recognised in it, by which rules it may pass, and what was found on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from limen.finding import Finding
    from limen.pillar import Core
    from limen.pillar.part import Installation

LOOK_SECONDS = 2.0
AGREE_SECONDS = 10.0
FORGET_SECONDS = 3_600.0


def _declarations() -> Declarations:
    from limen.data.allowed.store import TABLES as ALLOWED
    from limen.data.credentials import CREDENTIALS
    from limen.data.data_file import DATA_FILE
    from limen.data.doors.kinds import KINDS as OF_DOORS
    from limen.data.findings import declared as findings
    from limen.data.kinds import KINDS
    from limen.data.labels import kinds as of_labels
    from limen.data.lists.store import TABLES as LISTS
    from limen.data.settings import DataSettings

    return Declarations(
        events=(*KINDS, *of_labels.KINDS, *OF_DOORS, *findings.KINDS),
        settings=DataSettings,
        file=DATA_FILE,
        tables=(*LISTS, *ALLOWED, *findings.TABLES),
        credentials=(*CREDENTIALS, *findings.CREDENTIALS),
    )


def _prepare(core: Core) -> None:
    from limen.data.findings.held import HeldExceptions
    from limen.data.protection import DataProtection

    protection = DataProtection(core)
    protection.register()
    core.offers.give(protection)
    exceptions = HeldExceptions(core.clock)
    exceptions.register(core.feed)
    core.offers.give(exceptions)


async def _build(core: Core) -> Running:
    from limen.data.at_the_gateway import checks
    from limen.data.findings.held import HeldExceptions
    from limen.data.findings.service import Findings
    from limen.data.protection import DataProtection
    from limen.data.settings import DataSettings
    from limen.pillar.data_checks import DocumentDoor

    protection = core.offers.take(DataProtection)
    findings = Findings(core, core.offers.take(HeldExceptions))
    core.offers.take(DocumentDoor).ask(checks(protection, findings))
    always = (
        Every("have a scanner for what data.yaml says", LOOK_SECONDS, protection.look_again),
        Every("forget what was said of findings long ago", FORGET_SECONDS, findings.forget),
        Every("forget values that may pass no more", FORGET_SECONDS, protection.forget),
    )
    if not core.settings.section(DataSettings).is_on:
        return Running(offers=(findings,), periodic=always, close=protection.close)
    from limen.data.doors.services import SWEEP_SECONDS, entry_points

    points = entry_points(core, protection, findings.justified)
    await points.agree()

    async def close() -> None:
        await points.close()
        await protection.close()

    return Running(
        offers=(findings, points),
        periodic=(
            *always,
            Every("have proxies and mail servers ask, and shares watched", AGREE_SECONDS, points.agree),
            Every("look for what changed on shares and was not told", SWEEP_SECONDS, points.sweep),
        ),
        figures=points.figures,
        close=close,
    )


async def _examine(installation: Installation) -> list[Finding]:
    from limen.data.examining import examine

    return await examine(installation)


PILLAR = Pillar(
    name="data",
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries")
    },
    pages=("limen.web.data.findings", "limen.web.data.mine", "limen.web.data.simulator"),
    declarations=_declarations,
    prepare=_prepare,
    examinations={"data": _examine},
    build=_build,
)
