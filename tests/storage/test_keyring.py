from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.storage import Database, Keyring
from limen.storage.errors import SealBrokenError
from limen.storage.keyring import add_data_key, change_master_key, journal_key
from limen.storage.tables import keys

MASTER, OTHER = b"m" * 32, b"o" * 32
SEALING = Keyring({1: b"d" * 32}, (journal_key(MASTER),))


@given(st.binary(max_size=200), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_what_is_sealed_opens_where_it_was_put(secret: bytes, table: str, row: str, column: str) -> None:
    assert SEALING.open_sealed(table, row, column, SEALING.seal(table, row, column, secret)) == secret


@pytest.mark.parametrize(
    "elsewhere", [("u", "r", "c"), ("t", "s", "c"), ("t", "r", "d"), ("tr", "", "c"), ("t", "rc", "")]
)
def test_it_opens_nowhere_else(elsewhere: tuple[str, str, str]) -> None:
    sealed = SEALING.seal("t", "r", "c", b"secret")
    with pytest.raises(SealBrokenError):
        SEALING.open_sealed(*elsewhere, sealed)


@given(at=st.integers(0), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(at: int, flip: int) -> None:
    sealed = bytearray(SEALING.seal("t", "r", "c", b"secret"))
    sealed[at % len(sealed)] ^= flip
    with pytest.raises(SealBrokenError):
        SEALING.open_sealed("t", "r", "c", bytes(sealed))


@pytest.mark.parametrize("length", [0, 3, 4, 16, 31])
def test_a_shortened_value_is_refused(length: int) -> None:
    with pytest.raises(SealBrokenError):
        SEALING.open_sealed("t", "r", "c", SEALING.seal("t", "r", "c", b"secret")[:length])


def test_equal_secrets_look_unlike() -> None:
    assert SEALING.seal("t", "r", "c", b"secret") != SEALING.seal("t", "r", "c", b"secret")


def test_the_keys_survive_a_restart_and_open_with_no_other_master_key(database: Database) -> None:
    sealed = Keyring.open(database, MASTER).seal("t", "r", "c", b"secret")
    assert Keyring.open(database, MASTER).open_sealed("t", "r", "c", sealed) == b"secret"
    with pytest.raises(SealBrokenError, match="master key"):
        Keyring.open(database, OTHER)


def test_changing_the_master_key_changes_no_sealed_value(database: Database) -> None:
    sealed = Keyring.open(database, MASTER).seal("t", "r", "c", b"secret")
    change_master_key(database, MASTER, OTHER, 1)
    assert Keyring.open(database, OTHER).open_sealed("t", "r", "c", sealed) == b"secret"
    with pytest.raises(SealBrokenError):
        Keyring.open(database, MASTER)


def test_the_journals_past_stays_verifiable_through_every_change_of_master_key(database: Database) -> None:
    Keyring.open(database, MASTER)
    change_master_key(database, MASTER, OTHER, 1)
    change_master_key(database, OTHER, b"3" * 32, 2)
    expected = (journal_key(b"3" * 32), journal_key(OTHER), journal_key(MASTER))
    assert Keyring.open(database, b"3" * 32).journal_keys == expected


def test_a_change_of_master_key_from_the_wrong_one_changes_nothing(database: Database) -> None:
    Keyring.open(database, MASTER)
    with pytest.raises(SealBrokenError):
        change_master_key(database, OTHER, b"3" * 32, 1)
    Keyring.open(database, MASTER)


def test_a_new_data_key_seals_from_then_on_and_the_old_one_still_opens(database: Database) -> None:
    before = Keyring.open(database, MASTER)
    old = before.seal("t", "r", "c", b"secret")
    assert not before.is_stale(old)
    add_data_key(database, MASTER, 1)
    after = Keyring.open(database, MASTER)
    assert after.is_stale(old)
    assert after.open_sealed("t", "r", "c", old) == b"secret"
    assert not after.is_stale(after.seal("t", "r", "c", b"secret"))


def test_neither_master_nor_journal_key_is_in_the_database(database: Database) -> None:
    Keyring.open(database, MASTER)
    stored = b"".join(row.wrapped for row in database.read(lambda s: s.connection.execute(keys.select()).all()))
    assert MASTER not in stored
    assert journal_key(MASTER) not in stored
