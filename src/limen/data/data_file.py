"""`data.yaml` as a file of the company folder. Every command imports this, so what reads and compiles comes late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from limen.data.initial import INITIAL
from limen.data.inventory.model import StatedStores
from limen.data.rules.stated import NO_RULES, DataRules
from limen.facts import FactStore
from limen.pillar import Around, FolderFile, Foreseen, Past

if TYPE_CHECKING:
    from limen.configuration.problem import Problem
    from limen.configuration.tree import Tree

FILE: Final = "data.yaml"


def _read(tree: Tree, around: Around) -> tuple[DataRules | None, list[Problem]]:
    from limen.data.reading import read  # noqa: PLC0415 -- see above

    return read(tree, around)


def _changes(before: DataRules | None, after: DataRules | None) -> Iterable[str]:
    from limen.data.file_changes import changes  # noqa: PLC0415 -- see above

    return changes(before, after)


def _notes(rules: DataRules, today: date) -> Iterable[tuple[str, str]]:
    from limen.data.notes import notes  # noqa: PLC0415 -- see above

    return notes(rules, today)


def _would_have(before: DataRules | None, after: DataRules | None, past: Past) -> Iterable[Foreseen]:
    from limen.data.rules.replay import would_have  # noqa: PLC0415 -- see above

    return would_have(before or NO_RULES, after or NO_RULES, past)


def _in_force(known: FactStore, rules: DataRules | None) -> None:
    known.set_rules(DataRules, rules or NO_RULES)
    known.set_rules(StatedStores, StatedStores({one.name: one for one in (rules or NO_RULES).stores}))


DATA_FILE: Final = FolderFile(
    name=FILE,
    kind=DataRules,
    read=_read,
    changes=_changes,
    in_force=_in_force,
    initial=INITIAL,
    touches=lambda _before, _after, _people: (),  # a sharing rule gives nobody access
    notes=_notes,
    would_have=_would_have,
)
"""`limen init` writes one whose rules watch. Without the file nothing is looked for."""
