"""Counts in the database, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from limen.clock import DAY
from limen.network.learning import store
from limen.network.learning.counting import ELSEWHERE, MOST_OF_ONE, Contact, Tally
from limen.storage import Database

TODAY = 20_000
OFFICE, FILES, FILES_6 = (int(ip_address(one)) for one in ("10.10.0.7", "10.20.0.10", "fd00:20::10"))


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def contact(source: int = OFFICE, destination: int = FILES, port: int = 443, day: int = TODAY, **more: str) -> Contact:
    return Contact(day, 4, source, destination, 6, port, **more)


def tally(count: int, at: int) -> Tally:
    return Tally(count, 1, 0, 0, at, at)


def known(database: Database, day: int = 0) -> dict[Contact, Tally]:
    return database.read(lambda s: store.since(s.connection, day * DAY))


def keep(database: Database, tallies: dict[Contact, Tally]) -> int:
    return database.write(lambda t: store.keep(t.connection, tallies))


def test_counts_of_the_same_day_are_added_up(database: Database) -> None:
    assert keep(database, {contact(): tally(3, 50), contact(port=22): tally(1, 60)}) == 0
    assert keep(database, {contact(): tally(2, 40), contact(person_id="p_ida"): tally(1, 70)}) == 0
    assert known(database) == {
        contact(): Tally(5, 2, 0, 0, 40, 50),
        contact(port=22): tally(1, 60),
        contact(person_id="p_ida"): tally(1, 70),
    }


def test_addresses_of_both_families_and_the_internet_come_back_as_they_were(database: Database) -> None:
    kept = {
        Contact(TODAY, 6, FILES_6, ELSEWHERE, 17, 53): tally(1, 1),
        contact(ELSEWHERE, FILES): tally(1, 1),
        Contact(TODAY, 4, OFFICE, FILES, 47, 0): tally(1, 1),
    }
    keep(database, kept)
    assert known(database) == kept


def test_one_source_fills_its_own_share_of_a_day_and_no_more(database: Database) -> None:
    assert keep(database, {contact(port=port): tally(1, 1) for port in range(1, MOST_OF_ONE - 1)}) == 0
    assert keep(database, {contact(port=port): tally(1, 1) for port in range(60_000, 60_010)}) == 8
    assert keep(database, {contact(FILES, OFFICE): tally(1, 1)}) == 0
    assert len(known(database)) == MOST_OF_ONE + 1


def test_old_days_are_forgotten_and_the_oldest_give_way(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(database, {contact(day=TODAY - number): tally(1, 1) for number in range(5)})
    assert database.write(lambda t: store.forget(t.connection, (TODAY - 3) * DAY)) == 1
    assert len(known(database)) == 4
    assert len(known(database, TODAY)) == 1
    monkeypatch.setattr(store, "MOST_ROWS", 3)
    keep(database, {contact(port=80): tally(1, 1)})
    assert {one.day for one in known(database)} == {TODAY, TODAY - 1}
