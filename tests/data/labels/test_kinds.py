"""The event of a lowered label: kept whoever goes, and showing no id."""

from __future__ import annotations

from limen.data.labels.kinds import KINDS, LOWERED
from limen.events.kind import Owner


def test_what_was_lowered_stays_recorded() -> None:
    (kind,) = KINDS
    assert (kind.name, kind.topic.owner, kind.acknowledged) == (LOWERED, Owner.OFFICE, True)
