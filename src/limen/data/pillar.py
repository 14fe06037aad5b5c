"""Data as a part of Limen: what is recognised in it, by which rules it may pass, and what was found on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from limen.pillar import Core

LOOK_SECONDS = 2.0
FORGET_SECONDS = 3_600.0


def _declarations() -> Declarations:
    from limen.data.allowed.store import TABLES as ALLOWED
    from limen.data.credentials import CREDENTIALS
    from limen.data.data_file import DATA_FILE
    from limen.data.kinds import KINDS
    from limen.data.labels import kinds as of_labels
    from limen.data.lists.store import TABLES as LISTS

    events = (*KINDS, *of_labels.KINDS)
    return Declarations(events=events, file=DATA_FILE, tables=(*LISTS, *ALLOWED), credentials=CREDENTIALS)


def _prepare(core: Core) -> None:
    from limen.data.protection import DataProtection

    protection = DataProtection(core)
    protection.register()
    core.offers.give(protection)


async def _build(core: Core) -> Running:
    from limen.data.protection import DataProtection

    protection = core.offers.take(DataProtection)
    return Running(
        periodic=(
            Every("have a scanner for what data.yaml says", LOOK_SECONDS, protection.look_again),
            Every("forget values that may pass no more", FORGET_SECONDS, protection.forget),
        ),
    )


PILLAR = Pillar(
    name="data",
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries")
    },
    pages=("limen.web.data.simulator",),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
)
"""From bytes to what is in them: Hyperscan finds where to look, `re` what is there, checks and words how sure it is."""
