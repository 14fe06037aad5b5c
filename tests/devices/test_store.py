"""Devices in the database, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.devices.seen import NOW, checks

from limen.company.authors import names_of
from limen.devices import store
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform, Posture, Report, State, Why
from limen.storage import Database

WREN = EnrolledDevice("d_1", "p_1", "wren", Platform.LINUX, KeyStorage.FILE, is_managed=True, enrolled_at=NOW)
JWK = {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def add(database: Database, device: EnrolledDevice = WREN, thumbprint: str = "t") -> None:
    database.write(lambda t: store.add(t.connection, device, thumbprint, JWK))


def test_a_device_is_kept_as_it_is(database: Database) -> None:
    add(database)
    assert database.read(lambda snapshot: store.held(snapshot.connection, "d_1")) == Held(
        WREN, Posture(enrolled_at=NOW), JWK
    )
    assert database.read(lambda snapshot: store.by_id(snapshot.connection, "d_1")) == WREN
    assert [database.read(lambda s, t=one: store.has_key(s.connection, t)) for one in ("t", "u")] == [True, False]
    assert database.read(lambda snapshot: store.held(snapshot.connection, "d_2")) is None
    assert database.read(names_of) == {"d_1": "wren"}


def test_a_report_takes_the_place_of_the_one_before(database: Database) -> None:
    add(database)
    for seq in (1, 2):
        report = Report(seq, b"", "boot", "1.1", Why.START, "lark", Platform.LINUX, checks())
        posture = Posture(seq, b"d" * 32, "boot", NOW + seq, checks(), {"os": 7}, enrolled_at=NOW)
        database.write(lambda t, r=report, p=posture: store.keep_reports(t.connection, [("d_1", r, p)]))
    found = database.read(lambda snapshot: store.last_of(snapshot.connection, {"d_1"}))["d_1"]
    assert found is not None
    assert (found[0].name, found[0].agent) == ("lark", "1.1")
    assert found[1] == Posture(2, b"d" * 32, "boot", NOW + 2, {}, {"os": 7}, enrolled_at=NOW)
    (held,) = database.read(lambda snapshot: store.every(snapshot.connection))
    assert held.posture == Posture(2, b"d" * 32, "boot", NOW + 2, checks(), {"os": 7}, enrolled_at=NOW)
    assert database.write(lambda t: store.believe_no_report(t.connection)) == 1
    (held,) = database.read(lambda snapshot: store.every(snapshot.connection))
    assert (held.posture.at, held.posture.seq) == (0, 2)


def test_many_are_read_at_once_and_what_is_known_of_them_is_not_read_again(database: Database) -> None:
    for number in (1, 2, 3):
        add(
            database,
            EnrolledDevice(f"d_{number}", "p_1", "wren", Platform.LINUX, KeyStorage.FILE, True, NOW),
            f"t{number}",
        )
    report = Report(1, b"", "boot", "1.1", Why.INTERVAL, "lark", Platform.LINUX, checks())
    kept = {
        f"d_{number}": Posture(1, bytes([number]) * 32, "boot", NOW + 5, checks(), enrolled_at=NOW) for number in (1, 2)
    }
    database.write(lambda t: store.keep_reports(t.connection, [(name, report, one) for name, one in kept.items()]))
    other = Posture(1, b"x" * 32, "boot", NOW + 5)
    found = database.read(lambda s: store.held_of(s.connection, {"d_1": kept["d_1"], "d_2": other, "d_9": other}))
    assert {held.device.id: (held.posture, is_it) for held, is_it in found} == {
        "d_1": (kept["d_1"], True),
        "d_2": (kept["d_2"], False),
    }
    assert next(held.posture for held, is_it in found if is_it) is kept["d_1"]
    assert {one.device.id for one in database.read(lambda s: store.reported_at(s.connection, NOW + 5))} == {
        "d_1",
        "d_2",
    }


def test_devices_are_counted_and_found_by_owner_and_state(database: Database) -> None:
    add(database)
    database.write(lambda t: store.set_state(t.connection, "d_1", State.LOST, NOW, "x" * 400))
    kept = database.read(lambda snapshot: store.by_id(snapshot.connection, "d_1"))
    assert kept is not None
    assert (kept.state, len(kept.state_why)) == (State.LOST, 300)
    assert database.read(lambda snapshot: store.number_of(snapshot.connection, "p_1")) == 0
    assert database.read(lambda snapshot: store.ids_of(snapshot.connection, "p_1")) == ["d_1"]
    assert database.read(lambda snapshot: store.ids_of(snapshot.connection, "p_1", State.ACTIVE)) == []
    database.write(lambda t: store.remove(t.connection, "d_1"))
    assert database.read(lambda snapshot: store.every(snapshot.connection)) == []


def test_a_token_is_taken_once_and_in_its_time(database: Database) -> None:
    database.write(lambda t: store.add_token(t.connection, b"h" * 32, "p_1", NOW, NOW + 10))
    assert database.write(lambda t: store.take_token(t.connection, b"h" * 32, NOW + 10)) is None
    assert database.write(lambda t: store.take_token(t.connection, b"x" * 32, NOW)) is None
    assert database.write(lambda t: store.take_token(t.connection, b"h" * 32, NOW + 9)) == "p_1"
    assert database.write(lambda t: store.take_token(t.connection, b"h" * 32, NOW + 9)) is None
    database.write(lambda t: store.add_token(t.connection, b"h" * 32, "p_1", NOW, NOW + 10))
    assert database.write(lambda t: store.forget_tokens(t.connection, NOW + 10)) == 1
