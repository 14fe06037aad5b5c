from __future__ import annotations

from limen.roadmap.devices.evidence import DeviceEvidence


def test_what_was_not_read_is_silent() -> None:
    found = DeviceEvidence()
    assert (found.rules, found.known, found.signals, found.unmatched, found.servers, found.past) == (None,) * 6
