"""Reads the evidence of this phase from the database, the journal and the company in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from limen.identity.model import Member
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.data.reading_access import access_evidence
from limen.roadmap.data.reading_record import record_evidence
from limen.roadmap.data.reading_stores import store_evidence
from limen.roadmap.data.reading_watch import watch_evidence
from limen.roadmap.sources import Sources


def data_evidence(sources: Sources, members: Sequence[Member], breathe: Callable[[], object]) -> DataEvidence:
    """All of it, as it is now. Raises StorageError."""
    company = sources.company
    breathe()
    return DataEvidence(
        access=None if company is None else access_evidence(sources, company, members, breathe),
        watch=watch_evidence(sources, breathe),
        stores=None if company is None else store_evidence(sources, company, members, breathe),
        record=record_evidence(sources, breathe),
    )
