"""What is spent once, and what is forgotten in time."""

from __future__ import annotations

from tests.identity.store.conftest import winners

from limen.clock import APART
from limen.identity.store import sessions, upkeep
from limen.storage.database import Database, Transaction


def test_a_challenge_is_spent_by_one_of_many_at_once(database: Database) -> None:
    assert winners(database, lambda t: upkeep.spend_challenge(t.connection, b"c" * 32, 100)) == 1


def test_the_purge_keeps_what_still_says_something(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        upkeep.spend_challenge(connection, b"o" * 32, 10)
        upkeep.spend_challenge(connection, b"n" * 32, 1_000)
        sessions.raise_not_before(connection, "session", "s_gone", 5)
        sessions.raise_not_before(connection, "person", "p_ada", 5)
        upkeep.purge(connection, 500 + APART)

    database.write(work)
    assert database.read(lambda s: sessions.all_not_before(s.connection)) == [("person", "p_ada", 5)]
    assert database.write(lambda t: upkeep.spend_challenge(t.connection, b"o" * 32, 10))
    assert not database.write(lambda t: upkeep.spend_challenge(t.connection, b"n" * 32, 10))


def test_the_newest_of_somebodys_browsers_says_when_they_signed_in_last(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        for browser, person, at in ((b"a", "p_ada", 700), (b"b", "p_ada", 300), (b"c", "p_ben", 900)):
            upkeep.remember_browser(transaction.connection, browser * 32, person, at)

    database.write(work)
    known = database.read(lambda s: [upkeep.last_sign_in(s.connection, who) for who in ("p_ada", "p_ben", "p_new")])
    assert known == [700, 900, 0]


def test_two_who_signed_in_with_one_browser_are_known_for_as_long_as_is_asked(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        for browser, person, at in (
            (b"a", "oscar", 100),
            (b"a", "greta", 200),
            (b"b", "greta", 300),
            (b"b", "ida", 50),
        ):
            upkeep.remember_browser(transaction.connection, browser * 32, person, at)

    database.write(work)

    def share(person: str, other: str, since: int) -> bool:
        return database.read(lambda s: upkeep.share_a_browser(s.connection, person, other, since))

    assert share("oscar", "greta", 100)
    assert share("greta", "oscar", 100)
    assert not share("oscar", "greta", 101)
    assert not share("oscar", "ida", 0)
    assert not share("greta", "", 0)
