"""Data as a part of Limen: so far what Limen recognises in text, and the command that looks into files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from limen.pillar import Core

FORGET_SECONDS = 3_600.0


def _declarations() -> Declarations:
    from limen.credentials import staying
    from limen.data.findings.kinds import KINDS as OF_FINDINGS
    from limen.data.findings.store import TABLES as OF_FINDINGS_TABLES

    excepted = "opens nothing: the same document of somebody who is signed in and permitted passes, until it ends"
    return Declarations(
        events=OF_FINDINGS,
        tables=OF_FINDINGS_TABLES,
        credentials=(staying("data_exceptions", excepted, table="data_exceptions"),),
    )


def _prepare(core: Core) -> None:
    from limen.data.findings.held import HeldExceptions

    exceptions = HeldExceptions(core.clock)
    exceptions.register(core.feed)
    core.offers.give(exceptions)


async def _build(core: Core) -> Running:
    from limen.data.findings.held import HeldExceptions
    from limen.data.findings.service import Findings

    findings = Findings(core, core.offers.take(HeldExceptions))
    return Running(
        offers=(findings,),
        periodic=(Every("forget what was said of findings long ago", FORGET_SECONDS, findings.forget),),
    )


PILLAR = Pillar(
    name="data",
    pages=("limen.web.data.findings", "limen.web.data.mine"),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries")
    },
)
