"""What is known of data, access and watching before anybody tells."""

from __future__ import annotations

from limen.roadmap.data.controls import CONTROLS
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade


def test_silence_is_unknown_in_every_control() -> None:
    silent = Evidence(at=1, data=DataEvidence())
    assert {one.measured(silent).grade for one in CONTROLS} == {Grade.UNKNOWN}
