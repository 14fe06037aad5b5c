from __future__ import annotations

from dataclasses import replace

from tests.devices.seen import NOW
from tests.devices.signals.test_model import signal

from limen.devices.signals.held import SignalsHeld
from limen.devices.signals.model import Level


def test_what_is_held_is_by_device_the_newest_first_and_goes_with_it() -> None:
    held = SignalsHeld()
    old, new = signal(Level.LOW), replace(signal(Level.HIGH), id="sg_2", since=NOW + 1)
    other = replace(old, id="sg_3", device_id="d_2", until=NOW)
    held._apply_all([old, other, new])
    assert [one.id for one in held.by_device["d"]] == ["sg_2", "sg"]
    assert held.over(NOW) == ["sg_3"]
    held._apply("d", ())
    assert set(held.by_device) == {"d_2"}
