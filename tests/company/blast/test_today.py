"""What is read of everybody before a blast radius is worked out."""

from __future__ import annotations

from pathlib import Path

from tests.cli.access_folder import folder
from tests.network.networks import harbor

from limen.clock import DAY, SystemClock
from limen.company.blast.today import Placing, Seen, Today, today
from limen.facts import Auth, Factor, Session
from limen.identity.app_token import AppToken
from limen.identity.store import app_tokens, sessions
from limen.storage import Database

__all__ = ["folder"]


def _read(folder: Path, *, with_more: bool = False) -> Today:
    now = SystemClock().now()
    database = Database.open(folder / "data" / "limen.db")
    if with_more:
        session = Session("s1", "p_ada", Auth(), now, now + DAY, DAY, address="10.10.0.7")
        token = AppToken("t1", "p_farid", "script", "wiki", frozenset({"view"}), 2, now, now, now + DAY)
        database.write(lambda t: sessions.add(t.connection, session, b"1" * 32, {Factor.PASSKEY: now}))
        database.write(lambda t: app_tokens.add(t.connection, token, b"2" * 32))
        gone = AppToken("t2", "p_farid", "old", "wiki", frozenset({"view"}), 2, now, now - DAY, now - 1)
        database.write(lambda t: app_tokens.add(t.connection, gone, b"3" * 32))
    found = database.read(lambda snapshot: today(snapshot, now))
    database.close()
    return found


def test_everybody_is_read_with_sessions_and_good_tokens(folder: Path) -> None:
    found = _read(folder, with_more=True)
    assert set(found.people) == {"p_ada", "p_farid", "p_oscar"}
    assert found.addresses == {"p_ada": frozenset({"10.10.0.7"})}
    assert [(one.owner, one.app, one.actions) for one in found.tokens] == [("p_farid", "wiki", {"view"})]
    assert found.devices == {}
    assert found.grants == ()
    assert found.devices_of("p_ada") == ()


def test_an_address_is_a_host_a_zone_or_nowhere() -> None:
    placing = Placing(harbor())
    assert placing.seen(["10.20.0.10", "10.10.0.7", "10.21.0.0/24", "203.0.113.7", "", "no address"]) == Seen(
        frozenset({"files"}), frozenset({"office", "finance"})
    )
    assert Seen(frozenset({"a"})) | Seen(zones=frozenset({"b"})) == Seen(frozenset({"a"}), frozenset({"b"}))
