from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from limen.clock import HOUR, MINUTE, from_iso
from limen.enforcement.ssh import store
from limen.enforcement.ssh.store import EnrolledHost, IssuedCertificate
from limen.storage import Database

NOW = from_iso("2026-11-24T09:00:00Z")
ISSUED = IssuedCertificate(
    serial=2**62,
    person_id="p_ida",
    session_id="s_1",
    app="databases",
    account="ida",
    action="connect",
    address="203.0.113.7",
    decision="d_1",
    issued_at=NOW,
    valid_until=NOW + 10 * MINUTE,
    until=NOW + HOUR,
    is_tied=True,
)
HOST = EnrolledHost("h_1", "databases", "db1.harbor.example", b"h" * 32, "ssh-ed25519 AAAA", NOW)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_a_certificate_is_kept_until_nothing_can_be_open_of_it(database: Database) -> None:
    database.write(lambda transaction: store.add_certificate(transaction.connection, ISSUED))
    assert database.read(lambda snapshot: store.certificates(snapshot.connection, NOW)) == [ISSUED]
    assert database.read(lambda snapshot: store.certificates(snapshot.connection, ISSUED.until)) == []
    for at in (NOW + MINUTE, NOW + 2 * MINUTE):  # the first end counts
        database.write(
            lambda transaction, at=at: store.end_certificate(transaction.connection, ISSUED.serial, at, "moved")
        )
    (one,) = database.read(lambda snapshot: store.certificates(snapshot.connection, NOW))
    assert one == replace(ISSUED, ended_at=NOW + MINUTE, why_ended="moved")
    database.write(lambda transaction: store.drop_old_certificates(transaction.connection, ISSUED.until))
    assert database.read(lambda snapshot: store.certificates(snapshot.connection, 0)) == []


def test_a_host_of_a_name_takes_the_place_of_the_one_before(database: Database) -> None:
    other = replace(HOST, id="h_2", token_hash=b"i" * 32)
    for host in (HOST, other):
        database.write(lambda transaction, host=host: store.put_host(transaction.connection, host))
    assert database.read(lambda snapshot: store.hosts(snapshot.connection)) == [other]
    database.write(lambda transaction: store.set_certified(transaction.connection, "h_2", NOW + HOUR))
    assert database.read(lambda snapshot: store.hosts(snapshot.connection))[0].certified_until == NOW + HOUR
    assert database.write(lambda transaction: store.drop_host(transaction.connection, "h_2"))
    assert not database.write(lambda transaction: store.drop_host(transaction.connection, "h_2"))


def test_a_token_is_good_once_and_in_time(database: Database) -> None:
    def take(at: int) -> tuple[str, str] | None:
        return database.write(lambda transaction: store.take_token(transaction.connection, b"t" * 32, at))

    def add() -> None:
        database.write(
            lambda transaction: store.add_token(transaction.connection, b"t" * 32, "databases", "db1", NOW, NOW + HOUR)
        )

    add()
    assert (take(NOW), take(NOW)) == (("databases", "db1"), None)
    add()
    assert take(NOW + HOUR) is None
