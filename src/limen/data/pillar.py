"""Data as a part of Limen: so far what Limen recognises in text, and the command that looks into files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Declarations, Pillar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from limen.pillar import ErasedPerson


def _declarations() -> Declarations:
    from limen.data.inventory import kept_items, kept_stores
    from limen.data.inventory.kinds import KINDS as OF_STORES

    return Declarations(events=OF_STORES, tables=(*kept_stores.TABLES, *kept_items.TABLES))


def _erase_names(connection: Connection, person: ErasedPerson) -> Iterable[tuple[str, str]]:
    from limen.data.inventory.kept_items import erase_names

    others = [word for one in person.others for word in one]
    erase_names(connection, (person.name, person.email), others)
    return ()


PILLAR = Pillar(
    name="data",
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries")
    },
    pages=("limen.web.data.stores", "limen.web.data.items", "limen.web.data.controls"),
    declarations=_declarations,
    erase_names=_erase_names,
)
