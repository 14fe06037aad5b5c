"""One client for each transmitter."""

from __future__ import annotations

from aiohttp import ThreadedResolver

from limen.clock import SystemClock
from limen.sso.shared_signals.receiving.clients import TransmitterClients
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter


async def test_a_transmitter_keeps_its_client_and_another_issuer_gets_another() -> None:
    clients = TransmitterClients(ThreadedResolver, SystemClock())
    one = SignalTransmitter("okta", "https://okta.example")
    assert clients.of(one) is clients.of(SignalTransmitter("renamed", "https://okta.example"))
    assert clients.of(one) is not clients.of(SignalTransmitter("okta", "https://other.example"))
    await clients.close()
