"""An administrator sees how a service that shares signals does, and decides about the accounts that it wants to end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect
from tests.sso.shared_signals.receiving.transmitting import (
    ADDRESS,
    RISC,
    TOKEN,
    Outside,
    email,
    new_key,
    outside_at_work,
)

from limen.identity.store import people
from limen.sso.shared_signals.receiving import administering, store
from limen.sso.shared_signals.receiving.streams import Streams
from limen.sso.shared_signals.receiving.transmitter import May, SignalTransmitter, Transmitters, standard_events

AT = "/console/signals-received"
NAME = "okta"
MAY = frozenset({May.END_SESSIONS, May.DISABLE_ACCOUNTS})


@pytest.fixture
def there(harbor: Any) -> Iterator[tuple[Outside, SignalTransmitter]]:
    """A service that may end one account in a day, named by the company for as long as the test lasts."""
    core = harbor.limen.core

    async def say(*transmitters: SignalTransmitter) -> None:
        core.known.set_rules(Transmitters, Transmitters(transmitters))

    with outside_at_work() as outside:
        transport = httpx2.ASGITransport(app=harbor.limen.asgi, client=(ADDRESS, 50_000))
        outside.clock, outside.client = core.clock, httpx2.AsyncClient(transport=transport, base_url=harbor.origin)
        one = SignalTransmitter(
            NAME,
            outside.url,
            "Okta",
            events=standard_events(MAY),
            may=MAY,
            domains=("harbor.example",),
            ends_all=True,
            share=1,
            people=1,
        )
        harbor.run(say(one))
        yield outside, one
        harbor.run(say())
        harbor.run(core.write(lambda t: store.remove(t.connection, NAME)))
        harbor.run(outside.client.aclose())


def status_of(harbor: Any, name: str) -> str:
    found = harbor.limen.core.database.read(lambda s: people.status_of(s.connection, harbor.people[name]))
    return str(found.value)


def test_a_service_is_connected_and_what_it_wants_too_much_of_is_decided(
    harbor: Any, ada: Any, there: tuple[Outside, SignalTransmitter]
) -> None:
    outside, one = there
    core, names = harbor.limen.core, ("Kilian Frost", "Rosa Marten", "Wanda Holm")
    for name in names:
        harbor.signed_in(name, "staff")
    ada.page.goto(harbor.origin + AT)
    card = ada.page.locator(f"#{NAME}")
    expect(card.locator(".copy code", has_text=f"limen signals connect {NAME}")).to_have_count(1)
    expect(card.locator(".effect.deny")).to_have_count(1)
    ada.clean()

    def connect(transaction: Any) -> None:
        administering.keep_token(transaction, core.keyring, one, TOKEN, core.clock.now(), by="")

    harbor.run(core.write(connect))
    for _ in range(100):
        if harbor.run(core.offers.take(Streams).ask(one)):
            break
        ada.page.wait_for_timeout(50)
    ada.page.reload()
    expect(card.locator(".effect.permit")).to_have_count(1)
    expect(card.locator("code", has_text=outside.stream["stream_id"])).to_have_count(1)

    kind = f"{RISC}account-disabled"
    for name in names:
        address = f"{name.lower().replace(' ', '.')}@harbor.example"
        harbor.run(outside.tells(kind, email(address), {"reason": "hijacking"}))
    forged = outside.signed(outside.claims(kind, email("rosa.marten@harbor.example")), key=new_key())
    assert harbor.run(outside.push(forged)).status_code == 400
    assert [status_of(harbor, name) for name in names] == ["suspended", "active", "active"]
    ada.page.reload()
    waiting = card.locator("li", has=ada.page.get_by_role("button", name="Suspend"))
    expect(waiting).to_have_count(2)
    for word in (kind.rpartition("/")[2], "signed by no key"):
        expect(card.locator("li", has_text=word).last).to_be_visible()
    ada.clean()

    card.get_by_role("button", name="Suspend Rosa Marten").click()
    expect(ada.page.locator(".notice.done")).to_have_count(1)
    expect(waiting).to_have_count(1)
    card.get_by_role("button", name="Keep Wanda Holm").click()
    expect(ada.page.locator(".notice.done")).to_have_count(1)
    expect(waiting).to_have_count(0)
    assert [status_of(harbor, name) for name in names] == ["suspended", "suspended", "active"]
    ada.clean()
