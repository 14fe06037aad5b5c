"""Data as a part of Limen: what Limen recognises in text, and files that are sealed for a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, KeptOpen, Pillar, Running

if TYPE_CHECKING:
    from limen.pillar import Core

SHRED_SECONDS = 60.0


def _declarations() -> Declarations:
    from limen.data.sealing import kinds as of_sealing, store as sealing
    from limen.data.settings import DataSettings

    return Declarations(settings=DataSettings, events=(*of_sealing.KINDS,), tables=(*sealing.TABLES,))


async def _build(core: Core) -> Running:
    from limen.data.sealing.service import Sealing

    sealing = Sealing(core, core.offers.take(KeptOpen))
    return Running(
        offers=(sealing,),
        periodic=(Every("destroy sealing keys that are to be shredded", SHRED_SECONDS, sealing.shred_due),),
    )


PILLAR = Pillar(
    name="data",
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries"),
        "seal": Command("limen.cli.seal", "Encrypt files and folders for a label, and look after the keys of that"),
        "open": Command("limen.cli.open_sealed", "Open sealed files, after a decision or with a recovery key"),
    },
    pages=("limen.web.data.sealing",),
    declarations=_declarations,
    build=_build,
)
