"""Identity's tables: what is unique, what is used once, what moves only forward."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect

from limen.facts import Factor, Person, Session
from limen.identity import store
from limen.identity.guesses import Kept
from limen.identity.model import Link, LinkPurpose, Passkey, PersonStatus, auth_of
from limen.storage.database import Database, Transaction
from limen.storage.tables import metadata

ADA = Person(id="p_ada", name="Ada", email="ada@harbor.example", groups=frozenset({"staff"}), active=True)
KEY = Passkey("k_1", "p_ada", b"c" * 32, b"pk", 5, True, "single_device", False, ("usb", "nfc"), "", "Key", 1)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(tmp_path / "limen.db")


def winners(database: Database, work: object, count: int = 8) -> int:
    """How many of so many threads that do the same at once are told that they did it."""
    won: list[bool] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        won.append(database.write(work))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won.count(True)


def test_the_migrations_make_exactly_the_tables_that_the_code_declares(database: Database) -> None:
    found = database.read(lambda s: {name: inspect(s.connection).get_columns(name) for name in _names()})
    for name in _names():
        declared = metadata.tables[name].columns
        assert [column["name"] for column in found[name]] == [column.name for column in declared]
        assert [column["nullable"] for column in found[name]] == [False] * len(declared)
    uniques = database.read(lambda s: {name: inspect(s.connection).get_unique_constraints(name) for name in _names()})
    assert {name: sorted(u["column_names"][0] for u in unique) for name, unique in uniques.items() if unique} == {
        "people": ["email"],
        "links": ["token_hash"],
        "passkeys": ["credential_id"],
        "sessions": ["token_hash"],
    }


def _names() -> list[str]:
    tables = (store.people, store.memberships, store.links, store.passkeys, store.passwords, store.codes)
    more = (store.sessions, store.not_before, store.browsers, store.spent_challenges, store.guesses)
    return [table.name for table in (*tables, *more, store.identity_keys)]


def test_one_address_is_one_person_and_the_transaction_goes_on(database: Database) -> None:
    def work(transaction: Transaction) -> tuple[bool, bool, int]:
        first = store.insert_person(transaction.connection, ADA, PersonStatus.ACTIVE, 1)
        other = Person(id="p_other", email=ADA.email)
        second = store.insert_person(transaction.connection, other, PersonStatus.INVITED, 1)
        return first, second, len(store.all_people(transaction.connection))

    assert database.write(work) == (True, False, 1)
    assert database.read(lambda s: store.person_by_id(s.connection, "p_ada")) == ADA


def test_a_link_is_spent_by_one_of_many_at_once(database: Database) -> None:
    link = Link("l_1", LinkPurpose.INVITATION, "p_ada", "", 0, 100)
    database.write(lambda t: store.insert_link(t.connection, link, b"h" * 32))
    assert winners(database, lambda t: store.spend_link(t.connection, "l_1", 50)) == 1


def test_a_link_that_is_over_or_revoked_is_not_spent(database: Database) -> None:
    link = Link("l_1", LinkPurpose.INVITATION, "p_ada", "", 0, 100)
    database.write(lambda t: store.insert_link(t.connection, link, b"h" * 32))
    assert not database.write(lambda t: store.spend_link(t.connection, "l_1", 100))
    assert database.write(lambda t: store.revoke_links(t.connection, 10, person_id="p_ada")) == 1
    assert not database.write(lambda t: store.spend_link(t.connection, "l_1", 50))
    assert database.write(lambda t: store.revoke_links(t.connection, 10)) == 0


def test_a_challenge_is_spent_by_one_of_many_at_once(database: Database) -> None:
    assert winners(database, lambda t: store.spend_challenge(t.connection, b"c" * 32, 100)) == 1


def test_a_time_step_is_used_by_one_of_many_at_once_and_never_an_older_one(database: Database) -> None:
    database.write(lambda t: store.set_code(t.connection, "p_ada", b"sealed", 10, 1))
    assert winners(database, lambda t: store.use_step(t.connection, "p_ada", 11)) == 1
    assert not database.write(lambda t: store.use_step(t.connection, "p_ada", 10))
    assert not database.write(lambda t: store.use_step(t.connection, "p_nobody", 12))


@pytest.mark.parametrize(("kept", "given", "moves"), [(5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)])
def test_a_counter_only_moves_forward(database: Database, kept: int, given: int, moves: bool) -> None:
    database.write(lambda t: store.insert_passkey(t.connection, KEY))
    assert kept == KEY.sign_count
    assert database.write(lambda t: store.use_passkey(t.connection, "k_1", given, 9)) is moves


def test_a_passkey_without_a_counter_stays_at_nought(database: Database) -> None:
    from dataclasses import replace

    database.write(lambda t: store.insert_passkey(t.connection, replace(KEY, sign_count=0)))
    assert database.write(lambda t: store.use_passkey(t.connection, "k_1", 0, 9))
    assert database.write(lambda t: store.use_passkey(t.connection, "k_1", 1, 9))
    assert not database.write(lambda t: store.use_passkey(t.connection, "k_1", 0, 9))


def test_a_credential_id_is_known_once_whoever_brings_it(database: Database) -> None:
    from dataclasses import replace

    assert database.write(lambda t: store.insert_passkey(t.connection, KEY))
    assert not database.write(lambda t: store.insert_passkey(t.connection, replace(KEY, id="k_2", person_id="p_ben")))
    assert database.read(lambda s: store.passkeys_of(s.connection, "p_ada")) == [KEY]


def test_a_mark_only_moves_forward(database: Database) -> None:
    for at in (100, 50, 200, 150):
        database.write(lambda t, at=at: store.raise_not_before(t.connection, "person", "p_ada", at))
    assert database.read(lambda s: store.not_before_of(s.connection, "person", "p_ada")) == 200
    assert database.read(lambda s: store.not_before_of(s.connection, "company", "")) == 0


def test_a_session_comes_back_as_it_was_with_its_proofs(database: Database) -> None:
    proofs = {Factor.PASSWORD: 5, Factor.CODE: 7}
    session = Session("s_1", "p_ada", auth_of(proofs), 5, 100, 50, address="192.0.2.1", user_agent="Firefox")
    database.write(lambda t: store.insert_session(t.connection, session, b"h" * 32, proofs))
    assert database.read(lambda s: store.session_by_id(s.connection, "s_1")) == (b"h" * 32, session, 5)
    assert database.read(lambda s: store.proofs_of(s.connection, "s_1")) == proofs
    database.write(lambda t: store.save_last_used(t.connection, [("s_1", 60), ("s_gone", 60)]))
    database.write(lambda t: store.save_last_used(t.connection, [("s_1", 30)]))
    assert database.read(lambda s: store.all_sessions(s.connection, 99))[0][2] == 60
    assert database.read(lambda s: store.all_sessions(s.connection, 100)) == []


def test_a_sign_in_is_looked_up_by_one_query_for_active_people_only(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        store.insert_person(connection, ADA, PersonStatus.ACTIVE, 1)
        store.set_password(connection, "p_ada", "hash", 1)
        store.remember_browser(connection, b"b" * 32, "p_ada", 1)

    database.write(work)
    ways = database.read(
        lambda s: [store.way_in(s.connection, email, b) for email, b in ((ADA.email, b"b" * 32), (ADA.email, b""))]
    )
    assert ways == [store.WayIn("p_ada", "hash", None, True), store.WayIn("p_ada", "hash", None, False)]
    assert database.read(lambda s: store.way_in(s.connection, "no@harbor.example", b"b" * 32)) == store.WayIn()
    database.write(lambda t: store.set_status(t.connection, "p_ada", PersonStatus.INACTIVE))
    assert database.read(lambda s: store.way_in(s.connection, ADA.email, b"b" * 32)) == store.WayIn()


def test_the_purge_keeps_what_still_says_something(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        store.spend_challenge(connection, b"o" * 32, 10)
        store.spend_challenge(connection, b"n" * 32, 1_000)
        store.raise_not_before(connection, "session", "s_gone", 5)
        store.raise_not_before(connection, "person", "p_ada", 5)
        store.save_guesses(connection, [Kept("person", "x", 3.0, 900, 950)])
        store.purge(connection, 500)

    database.write(work)
    assert database.read(lambda s: store.all_not_before(s.connection)) == [("person", "p_ada", 5)]
    assert database.read(lambda s: store.kept_guesses(s.connection)) == [Kept("person", "x", 3.0, 900, 950)]
    assert database.write(lambda t: store.spend_challenge(t.connection, b"o" * 32, 10))
    assert not database.write(lambda t: store.spend_challenge(t.connection, b"n" * 32, 10))
