"""Firewalls, tokens, changes and rulesets, as the database has them."""

from __future__ import annotations

from tests.network.firewalls.databases import database

from limen.clock import DAY, from_iso
from limen.network.firewalls import store
from limen.network.firewalls.store import CONFIRMED, REFUSED, TRIAL, UNDONE, WAITING, EnrolledFirewall, RulesetChange
from limen.storage import Database

__all__ = ["database"]
NOW = from_iso("2026-11-27T09:00:00Z")
GW1 = EnrolledFirewall("fw_1", "gw1", b"1" * 32, NOW)


def change(id_: str, at: int = NOW, firewall: str = "gw1", digest: str = "a" * 64) -> RulesetChange:
    return RulesetChange(id_, firewall, digest, "confirmation", at, "p_ada")


def test_a_firewall_takes_the_place_of_one_of_its_name(database: Database) -> None:
    other = EnrolledFirewall("fw_2", "gw1", b"2" * 32, NOW + 1)
    for one in (GW1, other):
        database.write(lambda at, one=one: store.put_firewall(at.connection, one))  # type: ignore[misc]
    assert database.read(lambda at: store.firewalls(at.connection)) == [other]
    database.write(lambda at: store.set_confirmed(at.connection, "gw1", "b" * 64))
    (found,) = database.read(lambda at: store.firewalls(at.connection))
    assert found.digest == "b" * 64
    assert database.write(lambda at: store.drop_firewall(at.connection, "gw1", NOW))
    assert not database.write(lambda at: store.drop_firewall(at.connection, "gw1", NOW))


def test_a_token_is_taken_once_and_in_time(database: Database) -> None:
    first, second = (database.write(lambda at: store.add_token(at.connection, "gw1", NOW)) for _ in range(2))
    assert database.write(lambda at: store.take_token(at.connection, first, NOW)) == "gw1"
    assert database.write(lambda at: store.take_token(at.connection, first, NOW)) == ""
    assert database.write(lambda at: store.take_token(at.connection, second, NOW + DAY)) == ""


def test_a_change_goes_on_until_it_has_ended(database: Database) -> None:
    def end(state: str) -> bool:
        return database.write(lambda at: store.end_change(at.connection, "nc_1", state, "why", NOW + 5))

    database.write(lambda at: store.add_change(at.connection, change("nc_1"), "{}"))
    (one,) = database.read(lambda at: store.open_changes(at.connection))
    assert (one.state, one.is_open) == (WAITING, True)
    assert [end(state) for state in (TRIAL, TRIAL, CONFIRMED, UNDONE, REFUSED)] == [True, False, True, False, False]
    assert database.read(lambda at: store.open_changes(at.connection)) == []
    (one,) = database.read(lambda at: store.last_changes(at.connection, "gw1"))
    assert (one.state, one.why, one.ended_at, one.is_open) == (CONFIRMED, "why", NOW + 5, False)


def test_another_change_ends_the_one_before_at_its_firewall_alone(database: Database) -> None:
    for one in (change("nc_1"), change("nc_2", firewall="gw2"), change("nc_3", NOW + 1)):
        database.write(lambda at, one=one: store.add_change(at.connection, one, "{}"))  # type: ignore[misc]
    assert {one.id for one in database.read(lambda at: store.open_changes(at.connection))} == {"nc_2", "nc_3"}
    assert [one.id for one in database.read(lambda at: store.last_changes(at.connection, "gw1"))] == ["nc_3", "nc_1"]


def test_a_ruleset_is_kept_once_and_while_something_names_it(database: Database) -> None:
    text = '{"nftables": []}' * 1_000
    for one in (change("nc_1"), change("nc_2", NOW + 1)):
        database.write(lambda at, one=one: store.add_change(at.connection, one, text))  # type: ignore[misc]
    assert database.read(lambda at: store.ruleset(at.connection, "a" * 64)) == text
    assert database.read(lambda at: store.ruleset(at.connection, "b" * 64)) == ""
    database.write(lambda at: store.end_change(at.connection, "nc_2", UNDONE, "", NOW + 1))
    database.write(lambda at: store.put_firewall(at.connection, GW1))
    database.write(lambda at: store.set_confirmed(at.connection, "gw1", "a" * 64))
    database.write(lambda at: store.forget(at.connection, NOW + 31 * DAY))
    assert database.read(lambda at: store.last_changes(at.connection, "gw1")) == []
    assert database.read(lambda at: store.ruleset(at.connection, "a" * 64)) == text
    database.write(lambda at: store.set_confirmed(at.connection, "gw1", ""))
    database.write(lambda at: store.forget(at.connection, NOW + 31 * DAY))
    assert database.read(lambda at: store.ruleset(at.connection, "a" * 64)) == ""
