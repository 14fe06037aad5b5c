"""An administrator connects a service that is told security events, sees why it takes none, and pauses its stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.sso.shared_signals.rows import due, stream

from limen.sso.shared_signals import outbox_store, store
from limen.sso.shared_signals.receivers import SignalReceiver, SignalsFile
from limen.storage import Transaction

AT = "/console/signals"
WATCH = SignalReceiver(
    id="watch",
    name="Night watch",
    audience="https://watch.example",
    events=("session-revoked",),
    about=("nobody-at-all",),
)


@pytest.fixture
def watch(harbor: Any) -> Iterator[SignalReceiver]:
    """Named by the company for as long as the test lasts."""
    core = harbor.limen.core

    async def say(*receivers: SignalReceiver) -> None:
        core.known.set_rules(SignalsFile, SignalsFile(receivers))

    harbor.run(say(WATCH))
    yield WATCH
    harbor.run(core.write(lambda t: [store.drop(t.connection, one.id) for one in store.streams(t.connection, "watch")]))
    harbor.run(core.write(lambda t: outbox_store.drop_of(t.connection, "sg_1")))
    harbor.run(say())


def test_a_service_is_connected_seen_to_fail_and_paused(harbor: Any, ada: Any, watch: SignalReceiver) -> None:
    core = harbor.limen.core
    ada.page.goto(harbor.origin + AT)
    card = ada.page.locator(f"#{watch.id}")
    card.get_by_role("button", name="Create a token").click()
    token = card.locator(".notice code")
    expect(token).to_have_count(1)
    assert len(token.inner_text()) == 43
    ada.clean()
    ada.page.goto(harbor.origin + AT)
    expect(card.locator(".notice")).to_have_count(0)
    now = core.clock.now()

    def fail(transaction: Transaction) -> None:
        failing = stream(made_at=now, failures=2, failing_since=now, due_at=1 << 62, error="HTTP 503")
        store.add(transaction.connection, failing, None)
        outbox_store.enqueue(transaction.connection, [due(1, person="", at=now)])

    harbor.run(core.write(fail))
    ada.page.reload()
    row = card.locator("li", has_text="sg_1")
    expect(row.locator(".effect.deny")).to_have_count(1)
    ada.clean()
    row.get_by_role("button", name="Pause the stream sg_1").click()
    expect(row.locator(".effect.challenge")).to_have_count(1)
    row.get_by_role("button", name="Enable the stream sg_1").click()
    expect(row.locator(".effect.challenge")).to_have_count(0)
    row.get_by_role("button", name="End the stream sg_1").click()
    expect(row).to_have_count(0)
    card.get_by_role("button", name="End the token").click()
    expect(card.get_by_role("button", name="End the token")).to_have_count(0)
    ada.clean()
