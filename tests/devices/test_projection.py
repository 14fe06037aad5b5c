from __future__ import annotations

from tests.devices.seen import NOW, reported

from limen.clock import DAY, MINUTE
from limen.devices.model import EnrolledDevice, KeyStorage, Platform, Posture, State
from limen.devices.projection import Projection, Read
from limen.facts import FactStore

WREN = EnrolledDevice("d_1", "p_1", "wren", Platform.LINUX, KeyStorage.FILE, is_managed=True, enrolled_at=NOW)


def test_an_active_device_is_known_with_what_it_reported() -> None:
    known = FactStore()
    projection = Projection(known, lambda: NOW)
    projection.apply(Read("d_1", WREN, reported(), {"kty": "EC"}))
    device = known.devices["d_1"]
    assert (device.compliance, device.managed, device.fades_at) == ("compliant", True, NOW + 15 * MINUTE)
    projection.apply(Read("d_1", WREN, reported({"firewall": {"enabled": False}}), {"kty": "EC"}))
    assert (known.devices["d_1"].due_at, projection.due) == (NOW + DAY, {"d_1": NOW + DAY})


def test_whatever_is_not_active_is_a_device_nobody_knows_and_its_key_counts_in_quarantine_alone() -> None:
    known, keys = FactStore(), {}
    projection = Projection(known, lambda: NOW)
    projection.known_key = keys.__setitem__
    for state in State:
        device = EnrolledDevice("d_1", "p_1", "wren", Platform.LINUX, KeyStorage.FILE, True, NOW, state)
        projection.apply(Read("d_1", device, reported(), {"kty": "EC"}))
        assert ("d_1" in known.devices) is (state is State.ACTIVE)
        assert (keys["d_1"] is not None) is (state in {State.ACTIVE, State.QUARANTINED})
    projection.apply(Read("d_1", None, Posture(), None))
    assert (projection.held, keys) == ({}, {"d_1": None})


def test_one_that_never_reported_is_known_and_nothing_more() -> None:
    known = FactStore()
    Projection(known, lambda: NOW).apply(Read("d_1", WREN, Posture(), None))
    assert (known.devices["d_1"].known, known.devices["d_1"].compliance) == (True, "unknown")
