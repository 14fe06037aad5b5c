"""What is kept of memberships: each once, claimed by one, and a failure overwrites no step."""

from __future__ import annotations

from dataclasses import replace

from tests.storage.conftest import database

from limen.access.membership import store
from limen.access.membership.store import Membership, State, Stranger
from limen.connectors.group_members import Account
from limen.storage import Database

ONE = Membership(
    id="dm_1",
    directory="office",
    group="cn=admins",
    person="p_oscar",
    app="domain-admins",
    grant="gr_1",
    state=State.WAITING,
    since=1,
    until=100,
)

__all__ = ["database"]


def test_a_membership_is_begun_once_and_claimed_by_one(database: Database) -> None:
    assert database.write(lambda t: store.begin(t.connection, ONE))
    assert not database.write(lambda t: store.begin(t.connection, replace(ONE, id="dm_2")))
    assert database.write(lambda t: store.claim(t.connection, ONE, 10, 40))
    assert not database.write(lambda t: store.claim(t.connection, ONE, 39, 60))
    assert database.write(lambda t: store.claim(t.connection, ONE, 40, 60))
    assert not database.write(lambda t: store.claim(t.connection, replace(ONE, state=State.MEMBER), 90, 99))


def test_a_failure_that_is_written_late_overwrites_no_step(database: Database) -> None:
    further = replace(ONE, state=State.ADDING, account=Account("entryUUID:1", "uid=oscar", "Oscar"))

    def work(transaction: object) -> None:
        connection = transaction.connection  # type: ignore[attr-defined]
        store.begin(connection, ONE)
        store.keep(connection, further)
        store.failed(connection, replace(ONE, error="it is away", failures=2, due_at=9), is_removal=False)

    database.write(work)
    assert database.read(lambda s: store.memberships(s.connection)) == [
        replace(further, error="it is away", failures=2, due_at=9)
    ]


def test_strangers_come_and_go_by_their_group(database: Database) -> None:
    several = [Stranger("office", "cn=admins", f"uid=p{number}", "", 5) for number in range(1_200)]
    database.write(lambda t: store.add_strangers(t.connection, several))
    database.write(lambda t: store.drop_strangers(t.connection, "office", "cn=others", {"uid=p1"}))
    database.write(
        lambda t: store.drop_strangers(t.connection, "office", "cn=admins", {one.value for one in several[1:]})
    )
    assert database.read(lambda s: store.strangers(s.connection)) == several[:1]


def test_an_account_stays_whose_it_is_until_that_is_forgotten(database: Database) -> None:
    account = Account("entryUUID:1", "uid=oscar", "Oscar")
    database.write(lambda t: store.link(t.connection, "office", "p_oscar", account, 1))
    assert database.read(lambda s: store.linked(s.connection, "office")) == {"p_oscar": ("entryUUID:1", "Oscar")}
    assert database.write(lambda t: store.unlink(t.connection, "office", "p_oscar"))
    assert not database.write(lambda t: store.unlink(t.connection, "office", "p_oscar"))
