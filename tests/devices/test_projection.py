from __future__ import annotations

from tests.devices.seen import NOW, reported

from limen.clock import DAY, MINUTE
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform, Posture, State
from limen.devices.projection import Projection
from limen.facts import FactStore

WREN = EnrolledDevice("d_1", "p_1", "wren", Platform.LINUX, KeyStorage.FILE, is_managed=True, enrolled_at=NOW)


def test_an_active_device_is_known_with_what_it_reported() -> None:
    known = FactStore()
    projection = Projection(known, lambda: NOW)
    projection.apply("d_1", Held(WREN, reported(), {"kty": "EC"}))
    device = known.devices["d_1"]
    assert (device.compliance, device.managed, device.fades_at) == ("compliant", True, NOW + 15 * MINUTE)
    projection.apply("d_1", Held(WREN, reported({"firewall": {"enabled": False}}), {"kty": "EC"}))
    assert (known.devices["d_1"].due_at, projection.due) == (NOW + DAY, {"d_1": NOW + DAY})


def test_whatever_is_not_active_is_a_device_nobody_knows_and_its_key_counts_in_quarantine_alone() -> None:
    known, keys = FactStore(), {}
    projection = Projection(known, lambda: NOW)
    projection.known_key = keys.__setitem__
    for state in State:
        device = EnrolledDevice("d_1", "p_1", "wren", Platform.LINUX, KeyStorage.FILE, True, NOW, state)
        projection.apply("d_1", Held(device, reported(), {"kty": "EC"}))
        assert ("d_1" in known.devices) is (state is State.ACTIVE)
        assert (keys["d_1"] is not None) is (state in {State.ACTIVE, State.QUARANTINED})
    projection.apply("d_1", None)
    assert (projection.held, keys) == ({}, {"d_1": None})


def test_one_that_never_reported_is_known_and_nothing_more() -> None:
    known = FactStore()
    Projection(known, lambda: NOW).apply("d_1", Held(WREN, Posture(), {}))
    assert (known.devices["d_1"].known, known.devices["d_1"].compliance) == (True, "unknown")
