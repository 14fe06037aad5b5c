from __future__ import annotations

from dataclasses import replace

from tests.devices.seen import NOW, reported

from limen.clock import DAY, MINUTE
from limen.devices import store
from limen.devices.compliance import judge
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform, Posture, Report, State, Why
from limen.devices.projection import JudgedReport, Projection
from limen.facts import FactStore
from limen.facts.device_rules import DeviceRules
from limen.storage import Database, Transaction

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


def test_what_reported_together_is_known_and_read_again_where_somebody_else_took_it(where: str) -> None:
    database, known = Database.open(where), FactStore()
    projection = Projection(known, lambda: NOW)
    posture = replace(reported({"firewall": {"enabled": False}}), digest=b"d" * 32, seq=1)
    health = judge(DeviceRules(), Platform.LINUX, posture, NOW)
    posture = replace(posture, failing_since=health.failing_since)
    report = Report(1, b"", "boot", "1.0", Why.INTERVAL, "lark", Platform.LINUX, posture.checks)

    def work(transaction: Transaction) -> str:
        store.add(transaction.connection, WREN, "t", {"kty": "EC"})
        store.keep_reports(transaction.connection, [("d_1", report, posture)])
        return projection.reported(posture.at, {"d_1": JudgedReport(posture, health)})

    try:
        name = database.write(work)
        loaded = [database.read(lambda snapshot: projection._load_reports(snapshot, name)) for _ in range(2)]
        assert [found[0][1] for found in loaded] == [health, None]  # the second time as for who was not there
        for found in loaded:
            known.devices.drop("d_1")
            projection._apply_reports(found)
            assert ("firewall" in known.devices["d_1"].passing, projection.due) == (False, {"d_1": NOW + DAY})
    finally:
        database.close()
