"""What is done again and again, and what others see of it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from tests.sso.shared_signals.at_receivers import AtReceivers

from limen.clock import HOUR
from limen.identity.events import record
from limen.identity.membership import Membership
from limen.identity.store import tables
from limen.sso.shared_signals import outbox_store, transmitter
from limen.sso.shared_signals.receivers import SignalsFile
from limen.sso.shared_signals.store import Status
from limen.sso.shared_signals.transmitter import Transmitter
from limen.storage import Database, Transaction


def figures(of: Transmitter) -> dict[tuple[str, ...], float]:
    return {(one.name.removeprefix("limen_signal_"), *one.labels.values()): one.value for one in of.figures()}


async def test_a_departure_waits_until_every_service_has_been_told(signals: AtReceivers) -> None:
    await signals.pushed()
    oscar = await signals.person("oscar")
    surface = signals.transmitter.surface()
    signals.there.always = (503, {}, b"")
    await signals.let_go(oscar)
    standing = await surface.ask(oscar, 0)
    assert standing.open == 2 or standing.away == ("Grafana",)  # whether the first try was made already or not
    await signals.told()
    standing = await surface.ask(oscar, 0)
    assert (standing.open, standing.away) == (0, ("Grafana",))
    await signals.transmitter.streams()
    assert figures(signals.transmitter) == {
        ("streams", "enabled"): 1,
        ("streams", "paused"): 0,
        ("streams", "disabled"): 0,
        ("events_waiting",): 2,
        ("streams_failing",): 1,
    }
    signals.there.always = None
    await signals.told(HOUR)
    standing = await surface.ask(oscar, 0)
    assert (standing.open, standing.away) == (0, ())


async def test_streams_end_with_what_the_company_says(signals: AtReceivers) -> None:
    await signals.polled()
    await signals.pushed()
    known = signals.house.limen.core.known
    file = known.rules_of(SignalsFile)
    assert file is not None
    known.set_rules(SignalsFile, SignalsFile((file.receivers[0],)))
    await signals.told(HOUR)
    assert list(signals.streams()) == ["grafana"]
    assert signals.said()[-2:] == ["stream_ended", "token_ended"]


async def test_what_a_command_changes_is_told_as_well(signals: AtReceivers) -> None:
    """Another process, which knows of the database alone; and a Limen that stood still meanwhile."""
    await signals.pushed()
    oscar = await signals.person("oscar")
    core = signals.house.limen.core
    beside = Database.open(core.root / "data" / "limen.db")
    try:
        beside.write(lambda t: Membership(t, core.clock.now(), "").deactivate(oscar))
    finally:
        beside.close()
    assert core.database.read(lambda s: outbox_store.noted_about(s.connection, oscar)) == 2
    await signals.told()
    assert signals.there.events() == ["session-revoked", "account-disabled"]


async def test_who_can_prove_less_without_a_factor_is_told_of_as_well(signals: AtReceivers) -> None:
    await signals.pushed()
    oscar = await signals.person("oscar")
    core = signals.house.limen.core

    def lose(transaction: Transaction) -> None:
        """Their password stays, their last passkey is gone."""
        row = {"person_id": oscar, "hash": "x", "set_at": core.clock.now()}
        transaction.connection.execute(insert(tables.passwords).values(row))
        record(transaction, core.clock.now(), "factor.removed", {"factor": "passkey"}, by=oscar, subject=oscar)

    core.database.write(lose)
    await signals.told()
    assert signals.there.events() == ["credential-change", "assurance-level-change"]


async def test_a_stream_for_which_too_much_waits_is_given_up(
    signals: AtReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, stream = await signals.polled()
    monkeypatch.setattr(transmitter, "MOST_WAITING", 2)
    for name in ("oscar", "ida"):
        await signals.let_go(await signals.person(name))
    await signals.told()
    await signals.told(HOUR)
    assert (signals.streams()["watch"].status, signals.due(stream)) == (Status.DISABLED, [])
    assert "lost" in signals.said()
