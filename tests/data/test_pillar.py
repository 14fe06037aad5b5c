"""The part as it stands in the list of parts."""

from __future__ import annotations

from limen.data.labels.kinds import LOWERED
from limen.data.pillar import PILLAR


def test_it_brings_its_command() -> None:
    assert list(PILLAR.commands) == ["data", "seal", "open"]


def test_it_declares_what_happens_to_labels() -> None:
    assert LOWERED in [kind.name for kind in PILLAR.declarations().events]
