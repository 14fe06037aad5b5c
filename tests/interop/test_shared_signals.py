"""Signals between two: a transmitter on other libraries over TLS, and one Limen that tells another."""

from __future__ import annotations

import socket
import ssl
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from agent.tests.fake_limen import self_signed
from tests.sso.shared_signals.at_receivers import POLLED, AtReceivers
from tests.sso.shared_signals.conftest import signals, there
from tests.sso.shared_signals.receiving.people import is_in, status_of
from tests.sso.shared_signals.receiving.transmitting import (
    CAEP,
    HOST,
    asks,
    connects,
    counts_of,
    email,
    outside_at_work,
    stream_of,
    streams_made,
    token_given,
    written,
)
from tests.web.conftest import ORIGIN, House, move_in

from limen.clock import MINUTE
from limen.guarded_http import GuardedHttp, Reply
from limen.sso.shared_signals.receivers import SignalsFile

__all__ = ["signals", "there"]
OF_HARBOR = "domains: [harbor.example], sessions: all, may: [end_sessions, raise_risk, disable_accounts]"


async def test_a_transmitter_on_other_libraries_is_heard_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path / "okta", HOST)
    serves = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serves.load_cert_chain(certificate, key)
    real = socket.getaddrinfo

    def resolved(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    async with AsyncExitStack() as closing:
        okta = closing.enter_context(outside_at_work(serves))
        text = "transmitters:\n" + "".join(
            f"  - {{id: {name}, issuer: '{okta.url}{path}', {OF_HARBOR}, delivery: poll}}\n"
            for name, path in (("okta", ""),)
        )
        house = await move_in(closing, tmp_path / "harbor", lambda folder: written(folder, text))
        connects(house, okta)
        await token_given(house)
        await asks(house)
        assert stream_of(house).asked.error == "nothing answers there"  # nobody vouches for its certificate
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
        house.clock.forward(MINUTE)
        await streams_made(house, okta)
        tom = house.browser()
        await house.member(tom, "Tom", "staff")
        okta.offers(f"{CAEP}session-revoked", email("tom@harbor.example"))
        await asks(house)
        assert (await is_in(tom), okta.waiting) == (False, {})
        assert stream_of(house).verified_at > 0


async def test_one_limen_tells_another(signals: AtReceivers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same person in two companies: what ends there ends here. Nothing but the wire lies between them."""
    telling = signals.house
    watch = await signals.caller("watch")
    wire = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=telling.limen.asgi), base_url=ORIGIN)

    async def ask(_: GuardedHttp, method: str, url: str, headers: Any, **more: Any) -> Reply:
        assert url.startswith(ORIGIN)
        reply = await wire.request(method, url, headers=dict(headers), content=more.get("body"))
        return Reply(reply.status_code, reply.headers, reply.content)

    async with AsyncExitStack() as closing:
        closing.push_async_callback(wire.aclose)
        text = f"transmitters:\n  - {{id: sister, issuer: '{ORIGIN}', {OF_HARBOR}, delivery: poll}}\n"
        heard = await move_in(closing, tmp_path / "sister", lambda folder: written(folder, text))
        tom_here, tom_there = heard.browser(), telling.browser()
        await heard.member(tom_here, "Tom", "staff")
        await telling.member(tom_there, "Tom", "staff")
        monkeypatch.setattr(GuardedHttp, "ask", ask)
        await token_given(heard, "sister", watch.token)
        await asks(heard, "sister")
        assert (stream_of(heard, "sister").asked.error, stream_of(heard, "sister").audience) == ("", (POLLED,))
        await _told(telling, signals, heard)
        assert stream_of(heard, "sister").verified_at > 0
        person = telling.id_of("tom@harbor.example")
        await telling.limen.identity.sessions.revoke_person(person, by="p_ada")
        await _told(telling, signals, heard)
        assert counts_of(heard, "event", "sister").get("session-revoked")
        assert (await is_in(tom_here), status_of(heard, "tom@harbor.example")) == (False, "active")
        await tom_here.sign_in()
        assert await is_in(tom_here)
        heard.clock.forward(MINUTE)
        telling.clock.forward(MINUTE)
        await telling.limen.identity.people.deactivate(person, by="p_ada")
        await _told(telling, signals, heard)
        assert (await is_in(tom_here), status_of(heard, "tom@harbor.example")) == (False, "suspended")
        assert telling.limen.known.rules_of(SignalsFile) is not None


async def _told(telling: House, signals: AtReceivers, heard: House) -> None:
    """What happened there is in its outbox, and polled from it."""
    await signals.transmitter.work()
    heard.clock.forward(11_000)
    telling.clock.forward(11_000)
    await asks(heard, "sister")
