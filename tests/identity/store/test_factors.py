"""Factors: known once, used once, counters that only move forward."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.store.conftest import ADA, winners

from limen.identity.model import Passkey, PersonStatus
from limen.identity.store import factors, people, upkeep
from limen.storage.database import Database, Transaction

KEY = Passkey("k_1", "p_ada", b"c" * 32, b"pk", 5, True, "single_device", False, ("usb", "nfc"), "", "Key", 1)


def test_a_time_step_is_used_by_one_of_many_at_once_and_never_an_older_one(database: Database) -> None:
    database.write(lambda t: factors.set_code(t, "p_ada", b"sealed", 10, 1))
    assert winners(database, lambda t: factors.use_step(t.connection, "p_ada", b"sealed", 11)) == 1
    assert not database.write(lambda t: factors.use_step(t.connection, "p_ada", b"sealed", 10))
    assert not database.write(lambda t: factors.use_step(t.connection, "p_nobody", b"sealed", 12))
    assert not database.write(lambda t: factors.use_step(t.connection, "p_ada", b"of another seed", 12))


def test_a_password_is_the_one_that_it_was_or_another(database: Database) -> None:
    database.write(lambda t: factors.set_password(t, "p_ada", "$argon2id$1", 1))
    asked = [("p_ada", "$argon2id$1"), ("p_ada", "$argon2id$2"), ("p_ada", None), ("p_nobody", None)]
    held = database.read(lambda s: [factors.is_password(s.connection, *one) for one in asked])
    assert held == [True, False, False, False]


@pytest.mark.parametrize(("kept", "given", "moves"), [(5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)])
def test_a_counter_only_moves_forward(database: Database, kept: int, given: int, moves: bool) -> None:
    database.write(lambda t: factors.insert_passkey(t, KEY))
    assert kept == KEY.sign_count
    assert database.write(lambda t: factors.use_passkey(t.connection, "k_1", given, 9)) is moves


def test_a_passkey_without_a_counter_stays_at_nought(database: Database) -> None:
    database.write(lambda t: factors.insert_passkey(t, replace(KEY, sign_count=0)))
    assert database.write(lambda t: factors.use_passkey(t.connection, "k_1", 0, 9))
    assert database.write(lambda t: factors.use_passkey(t.connection, "k_1", 1, 9))
    assert not database.write(lambda t: factors.use_passkey(t.connection, "k_1", 0, 9))


def test_a_credential_id_is_known_once_whoever_brings_it(database: Database) -> None:
    assert database.write(lambda t: factors.insert_passkey(t, KEY))
    assert not database.write(lambda t: factors.insert_passkey(t, replace(KEY, id="k_2", person_id="p_ben")))
    assert database.read(lambda s: factors.passkeys_of(s.connection, "p_ada")) == [KEY]


def test_a_sign_in_is_looked_up_by_one_query_for_active_people_only(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        people.add(connection, ADA, PersonStatus.ACTIVE, 1)
        factors.set_password(transaction, "p_ada", "hash", 1)
        upkeep.remember_browser(connection, b"b" * 32, "p_ada", 1)

    database.write(work)
    ways = database.read(
        lambda s: [factors.way_in(s.connection, email, b) for email, b in ((ADA.email, b"b" * 32), (ADA.email, b""))]
    )
    assert ways == [factors.WayIn("p_ada", "hash", None, True), factors.WayIn("p_ada", "hash", None, False)]
    assert database.read(lambda s: factors.way_in(s.connection, "no@harbor.example", b"b" * 32)) == factors.WayIn()
    database.write(lambda t: people.set_status(t.connection, "p_ada", PersonStatus.INACTIVE))
    assert database.read(lambda s: factors.way_in(s.connection, ADA.email, b"b" * 32)) == factors.WayIn()
