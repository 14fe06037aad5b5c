"""People and their groups."""

from __future__ import annotations

from tests.identity.store.conftest import ADA

from limen.facts import Factor, Person
from limen.identity.model import PersonStatus
from limen.identity.store import factors, people
from limen.storage.database import Database, Transaction


def test_one_address_is_one_person_and_the_transaction_goes_on(database: Database) -> None:
    def work(transaction: Transaction) -> tuple[bool, bool, int]:
        first = people.add(transaction.connection, ADA, PersonStatus.ACTIVE, 1)
        other = Person(id="p_other", email=ADA.email)
        second = people.add(transaction.connection, other, PersonStatus.INVITED, 1)
        return first, second, len(people.everybody(transaction.connection))

    assert database.write(work) == (True, False, 1)
    assert database.read(lambda s: people.by_id(s.connection, "p_ada")) == ADA


def test_groups_are_exactly_what_was_set_last(database: Database) -> None:
    database.write(lambda t: people.add(t.connection, ADA, PersonStatus.ACTIVE, 1))
    database.write(lambda t: people.set_groups(t.connection, "p_ada", ["finance", "administrators"]))
    assert database.read(lambda s: people.groups_of(s.connection, "p_ada")) == {"finance", "administrators"}
    assert database.read(lambda s: people.active_in(s.connection, "administrators")) == {"p_ada"}
    database.write(lambda t: people.set_status(t.connection, "p_ada", PersonStatus.INACTIVE))
    assert database.read(lambda s: people.active_in(s.connection, "administrators")) == frozenset()


def test_members_are_listed_by_name_with_status_and_factors(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        people.add(transaction.connection, ADA, PersonStatus.ACTIVE, 5)
        zoe = Person(id="p_zoe", name="zoe", email="zoe@harbor.example")
        people.add(transaction.connection, zoe, PersonStatus.INVITED, 6)
        factors.set_password(transaction, "p_ada", "hash", 1)

    database.write(work)
    ada, zoe = database.read(lambda s: people.members(s.connection))
    assert (ada.person, ada.status, ada.enrolled_at, ada.factors) == (ADA, PersonStatus.ACTIVE, 5, {Factor.PASSWORD})
    assert (zoe.person.active, zoe.status, zoe.enrolled_at) == (False, PersonStatus.INVITED, 0)


def test_the_language_somebody_is_written_to_in_is_kept(database: Database) -> None:
    database.write(lambda tx: people.add(tx.connection, ADA, PersonStatus.INVITED, 1, "de"))

    def kept(person_id: str) -> str:
        return database.read(lambda snapshot: people.language_of(snapshot.connection, person_id))

    assert [kept(ADA.id), kept("p_nobody")] == ["de", ""]
    database.write(lambda tx: people.set_language(tx.connection, ADA.id, "en"))
    assert kept(ADA.id) == "en"
