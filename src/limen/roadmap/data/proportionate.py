"""P2: what is confidential or restricted is held to what its label needs, by the policies and not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.data.inventory.controls import Lack, Minimum
from limen.facts import Label
from limen.roadmap.data.classified import NOTHING_STATED
from limen.roadmap.data.evidence import StoreEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase, Row

ASKS_FOR_NOTHING: Final = (
    "Write below `labels:` in data.yaml what confidential and restricted data need: strength, device, session."
)
_ENOUGH_STRENGTH: Final = 2
"""A minimum that one factor meets is none."""
_PAGE: Final = "/console/data/controls"


def measure(evidence: Evidence) -> Iterator[Part]:
    stores = evidence.data.stores
    yield Part(
        "confidential and restricted apps and stores that have all that their label needs",
        () if stores is None else tuple(_rows(evidence, stores)),
        missing=NOTHING_STATED if stores is None else "" if _asks(stores) else ASKS_FOR_NOTHING,
    )


def _asks(stores: StoreEvidence) -> bool:
    """Whether both labels need two factors and a healthy device, at the least."""
    needed = [stores.minimums.get(one, Minimum()) for one in (Label.CONFIDENTIAL, Label.RESTRICTED)]
    return all(one.strength >= _ENOUGH_STRENGTH and one.healthy for one in needed)


def _rows(evidence: Evidence, stores: StoreEvidence) -> Iterator[Row]:
    for app_id, lacks in sorted(stores.app_lacks.items()):
        app = evidence.apps.get(app_id)
        yield _row(f"app:{app_id}", app_id if app is None else app.name, lacks)
    for one in stores.stores:
        if one.label >= Label.CONFIDENTIAL:
            yield _row(f"store:{one.store.name}", one.store.name, one.lacks(stores.minimums, evidence.at))


def _row(row_id: str, name: str, lacks: list[Lack] | tuple[Lack, ...]) -> Row:
    missing = ", ".join(dict.fromkeys(one.control.called.lower() for one in lacks))
    return Row(row_id, name, not lacks, f"it lacks: {missing}" if lacks else "", _PAGE)


CONTROL: Final = Control(
    id="P2",
    phase=Phase.DATA,
    title="Controls in proportion",
    demands="What is confidential or restricted opens only as its label needs: strong sign-in, healthy device, recent.",
    figure="confidential and restricted apps and stores for which the policies hold people to all that the label needs",
    closes="It is all of them.",
    why="A label that changes nothing protects nothing.",
    how="Say in data.yaml what each label needs, and add the policies that the page of data controls proposes.",
    page=_PAGE,
    minutes=90,
    weight=4,
    measure=measure,
)
