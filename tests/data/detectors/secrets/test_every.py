"""All kinds of secrets together."""

from __future__ import annotations

from limen.data.detectors.secrets.every import DETECTORS
from limen.data.model import Kind


def test_there_are_more_than_two_hundred_kinds() -> None:
    assert len({one.id for one in DETECTORS}) == len(DETECTORS) > 300
    assert {one.kind for one in DETECTORS} == {Kind.SECRET}
