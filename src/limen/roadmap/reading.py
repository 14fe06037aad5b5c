"""Reads everything that controls are measured by. It takes seconds where the journal is long: call it in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from limen.clock import Instant
from limen.identity.store import people
from limen.probes import store as probes
from limen.roadmap import store
from limen.roadmap.counted.reading import USED_FOR, counted
from limen.roadmap.counted.shelf import Shelf
from limen.roadmap.data.reading import data_evidence
from limen.roadmap.devices.reading import device_evidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.reading import identity_evidence
from limen.roadmap.network.reading import network_evidence
from limen.roadmap.sources import Sources
from limen.storage.journal.usage import Use, on_record_since

WINDOW: Final = USED_FOR
_BREATH_SECONDS: Final = 0.002
"""Left to requests between parts of the reading."""


def read(sources: Sources, breathe: Callable[[], object] = lambda: time.sleep(_BREATH_SECONDS)) -> Evidence:
    """All of it, as it is now. `breathe` is called between parts: what it raises ends the work. Raises StorageError."""
    since = sources.now - WINDOW
    shelf = Shelf(sources.database, may_keep=sources.may_keep)
    found = counted(sources.reader, sources.now, shelf, breathe)
    members = tuple(sources.database.read(lambda snapshot: people.members(snapshot.connection)))
    return Evidence(
        at=sources.now,
        company=sources.company,
        members=members,
        uses=found.uses,
        recorded_since=on_record_since(sources.reader, since),
        probes=sources.database.read(lambda snapshot: probes.newest(snapshot.connection)),
        statements=tuple(sources.database.read(lambda snapshot: store.statements(snapshot.connection))),
        identity=identity_evidence(sources, found, breathe),
        devices=replace(device_evidence(sources, found, members, breathe), used_at=_newest(found.uses)),
        network=network_evidence(sources, breathe),
        data=data_evidence(sources, members, breathe),
    )


def _newest(uses: Iterable[Use]) -> dict[str, Instant]:
    """When anything was last decided for each person."""
    found: dict[str, Instant] = {}
    for one in uses:
        found[one.actor] = max(found.get(one.actor, 0), one.newest)
    return found
