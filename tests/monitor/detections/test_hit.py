from __future__ import annotations

import msgspec

from limen.monitor.detections.hit import Hit, Level


def test_a_finding_comes_back_as_it_was_sent() -> None:
    one = Hit(id="h", rule="password-spray", title="", level=Level.HIGH, at=1, entity="address:203.0.113.7", count=3)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Hit) == one
