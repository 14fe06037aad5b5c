"""A receiver of signals gets around what an administrator decided, or writes and waits without end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.attacks.test_shared_signals import DISABLED, signals, there
from tests.sso.shared_signals.at_receivers import AtReceivers, Caller

from limen.clock import HOUR, MINUTE, SECOND
from limen.sso.shared_signals import access, management, store, tokens
from limen.sso.shared_signals.receivers import SignalsFile
from limen.sso.shared_signals.signals_file import in_force
from limen.sso.shared_signals.store import Status

__all__ = ["signals", "there"]


@pytest.mark.parametrize("status", [Status.PAUSED, Status.DISABLED])
async def test_what_an_administrator_stopped_goes_on_by_no_other_stream(signals: AtReceivers, status: Status) -> None:
    watch, stream = await signals.polled()
    await signals.set_status(stream, status, "An incident there")
    deleted = await watch.ask("DELETE", f"/ssf/streams?stream_id={stream['stream_id']}")
    made = await watch.ask("POST", "/ssf/streams", {})
    assert [(one.status_code, one.json()["err"]) for one in (deleted, made)] == [(403, "not-yours")] * 2
    await signals.set_status(stream, Status.ENABLED, "")
    assert (await watch.ask("POST", "/ssf/streams", {})).status_code == 201
    assert (await watch.ask("DELETE", f"/ssf/streams?stream_id={stream['stream_id']}")).status_code == 204


async def test_a_token_of_a_service_that_was_removed_is_not_good_for_the_next_of_its_name(signals: AtReceivers) -> None:
    watch = await signals.caller("watch")
    known = signals.house.limen.core.known
    declared = known.rules_of(SignalsFile)
    signals.house.clock.forward(HOUR)
    in_force(known, SignalsFile())
    await signals.told()
    in_force(known, declared)
    assert (await watch.ask("GET", "/ssf/streams")).status_code == 401
    assert signals.said().count("token_ended") == 1


async def waiting(watch: Caller, stream: dict[str, Any]) -> asyncio.Task[Any]:
    """Somebody who waits for what happens."""
    path = f"/ssf/poll/{stream['stream_id']}"
    task = asyncio.create_task(watch.ask("POST", path, {"returnImmediately": False}))
    await asyncio.sleep(0.1)
    return task


async def test_who_waits_gets_nothing_once_their_token_has_ended(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[DISABLED])
    core, now = signals.house.limen.core, signals.house.clock.now()
    task = await waiting(watch, stream)
    (held,) = core.database.read(lambda s: store.TOKENS.of(s.connection, "watch", now))
    await core.write(lambda t: tokens.end(t, held.id, now, by=""))
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    assert (await task).status_code == 401


async def test_who_waits_gets_nothing_of_a_stream_that_is_paused_meanwhile(
    signals: AtReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limen.sso.shared_signals.polling.LONGEST_WAIT_SECONDS", 2.0)
    watch, stream = await signals.polled(events_requested=[DISABLED])
    task = await waiting(watch, stream)
    await signals.set_status(stream, Status.PAUSED, "")
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    assert (await task).json()["sets"] == {}


async def test_whom_a_receiver_means_is_looked_up_while_others_may_write(
    signals: AtReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, stream = await signals.polled()
    await signals.person("oscar")
    database, look = signals.house.limen.core.database, management.person_named
    writers = []

    def looked(*about: Any) -> Any:
        writers.append(database._writing_thread)
        return look(*about)

    monkeypatch.setattr(management, "person_named", looked)
    subject = {"format": "email", "email": "oscar@harbor.example"}
    asked = {"stream_id": stream["stream_id"], "subject": subject}
    assert (await watch.ask("POST", "/ssf/subjects/remove", asked)).status_code == 204
    assert writers == [0]


async def test_a_receiver_does_not_fill_the_journal_by_changing_its_mind(
    signals: AtReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PER_SECOND", 10_000)
    monkeypatch.setattr(access, "AT_ONCE", 10_000)
    monkeypatch.setattr(access, "CHANGES_AT_ONCE", 20)
    limits = access.Access(signals.house.limen.core)
    monkeypatch.setattr(signals.transmitter, "access", limits)
    watch, stream = await signals.polled()
    which = {"stream_id": stream["stream_id"]}
    about = {**which, "subject": {"format": "email", "email": "oscar@harbor.example"}}
    await signals.person("oscar")
    found = []
    for _ in range(10):
        for method, path, asked in (
            ("POST", "/ssf/status", {**which, "status": "paused"}),
            ("POST", "/ssf/status", {**which, "status": "enabled"}),
            ("PATCH", "/ssf/streams", {**which, "description": "x"}),
            ("POST", "/ssf/subjects/remove", about),
            ("POST", "/ssf/subjects/add", about),
        ):
            found.append((await watch.ask(method, path, asked)).status_code)
    assert found.count(429) == 31
    assert (await watch.ask("DELETE", f"/ssf/streams?stream_id={stream['stream_id']}")).status_code == 429
    assert len(signals.said()) <= 22
    assert (await watch.ask("GET", f"/ssf/streams?stream_id={stream['stream_id']}")).status_code == 200
    assert (await watch.poll(stream))["sets"] == {}


@pytest.mark.parametrize("place", ["events", "ack", "path", "query", "state"])
async def test_text_that_no_database_takes_is_refused(signals: AtReceivers, place: str) -> None:
    watch, stream = await signals.polled()
    stream_id = stream["stream_id"]
    method, path, asked = {
        "events": ("PATCH", "/ssf/streams", {"stream_id": stream_id, "events_requested": ["x\0y"]}),
        "ack": ("POST", f"/ssf/poll/{stream_id}", {"ack": ["x\0y"], "returnImmediately": True}),
        "path": ("POST", "/ssf/poll/x%00y", {"returnImmediately": True}),
        "query": ("GET", "/ssf/streams?stream_id=x%00y", None),
        "state": ("POST", "/ssf/verify", {"stream_id": stream_id, "state": "x\0y"}),
    }[place]
    refused = await watch.ask(method, path, asked)
    assert (refused.status_code, refused.json()["err"]) == (400, "garbage")


async def test_who_polls_again_and_again_keeps_nobody_from_writing(signals: AtReceivers) -> None:
    watch, stream = await signals.polled()

    async def noted(after: int) -> int:
        signals.house.clock.forward(after)
        await watch.poll(stream)
        return signals.streams()["watch"].polled_at

    first = await noted(0)
    assert first == await noted(30 * SECOND)
    assert first < await noted(MINUTE)
