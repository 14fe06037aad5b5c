"""Attacks on what tells other services of security events: each is tried, refused, and shows nobody anything."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from tests import signal_receiver
from tests.signal_receiver import HEADER, HOST, Receiver
from tests.sso.shared_signals.at_receivers import PUSHED, RISC, AtReceivers, write
from tests.web.conftest import ORIGIN, move_in

from limen.sso.shared_signals.pushing import LONGEST_ANSWER
from limen.sso.shared_signals.receivers import POLL, PUSH

DISABLED = f"{RISC}account-disabled"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with signal_receiver.serving(tmp_path, monkeypatch, PUSHED, ORIGIN) as serving:
        yield serving


@pytest.fixture
async def signals(there: Receiver, tmp_path: Path) -> AsyncIterator[AtReceivers]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", lambda folder: write(folder, there.port))
        yield AtReceivers(house, there)


async def test_events_are_pushed_to_no_address_that_the_company_did_not_name(signals: AtReceivers) -> None:
    """By creation and by every way to change a stream."""
    grafana, stream = await signals.pushed()
    port = signals.there.port
    for url in (
        "https://169.254.169.254/latest/meta-data/",
        f"https://127.0.0.1:{port}/",
        f"https://localhost:{port}/",
        f"http://{HOST}:{port}/events",
        f"https://{HOST}/events",
        f"https://{HOST}:{port}@evil.example/",
        f"https://evil.example:{port}/?{HOST}",
        f"https://{HOST}.evil.example:{port}/",
        "file:///etc/passwd",
        f"https://{HOST}:{port}/\r\nhost: evil.example",
    ):
        wrong = {"method": PUSH, "endpoint_url": url}
        tried = [
            await grafana.ask("POST", "/ssf/streams", {"delivery": wrong}),
            await grafana.ask("PATCH", "/ssf/streams", {"stream_id": stream["stream_id"], "delivery": wrong}),
            await grafana.ask("PUT", "/ssf/streams", {"stream_id": stream["stream_id"], "delivery": wrong}),
        ]
        assert [one.status_code for one in tried] == [400, 400, 400]
        assert all(url not in one.text for one in tried)
    assert signals.streams()["grafana"].endpoint == signals.there.endpoint


async def test_a_name_that_comes_to_lead_inwards_is_not_followed(
    signals: AtReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS of the receiver's own host answers with where a cloud keeps its secrets."""
    _, stream = await signals.pushed()
    real = socket.getaddrinfo

    def rebound(host: Any, *rest: Any, **more: Any) -> Any:
        return real("169.254.169.254" if host == HOST else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    held = signals.streams()["grafana"]
    assert (held.error, len(signals.due(stream)), signals.there.seen) == ("off-limits", 2, [])


async def test_a_redirect_is_not_followed_and_its_header_goes_nowhere(signals: AtReceivers) -> None:
    _, stream = await signals.pushed()
    signals.there.always = (307, {"location": f"https://{HOST}:{signals.there.port}/elsewhere"}, b"")
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    assert [one["path"] for one in signals.there.seen] == ["/events"]
    assert (signals.streams()["grafana"].error, len(signals.due(stream))) == ("HTTP 307", 2)


@pytest.mark.parametrize("body", [b"x" * (LONGEST_ANSWER + 1), b"[" * 10_000, b'{"err": {"a": 1}}', b"\xff\xfe"])
async def test_what_a_receiver_answers_is_bounded_and_not_repeated(signals: AtReceivers, body: bytes) -> None:
    _, stream = await signals.pushed()
    signals.there.always = (400, {"content-type": "application/json"}, body)
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    assert (signals.streams()["grafana"].error in {"HTTP 400", "too-much"}, len(signals.due(stream))) == (True, 2)


async def test_one_receiver_reaches_nothing_of_another(signals: AtReceivers) -> None:
    watch, _ = await signals.polled(events_requested=[DISABLED])
    _, theirs = await signals.pushed()
    await signals.let_go(await signals.person("oscar"))
    before, stream_id = signals.streams()["grafana"], theirs["stream_id"]
    about = {"stream_id": stream_id, "subject": {"format": "email", "email": "ada@harbor.example"}}
    tried = [
        await watch.ask("GET", f"/ssf/streams?stream_id={stream_id}"),
        await watch.ask("DELETE", f"/ssf/streams?stream_id={stream_id}"),
        await watch.ask("PATCH", "/ssf/streams", {"stream_id": stream_id, "description": "mine"}),
        await watch.ask("PUT", "/ssf/streams", {"stream_id": stream_id, "delivery": {"method": POLL}}),
        await watch.ask("GET", f"/ssf/status?stream_id={stream_id}"),
        await watch.ask("POST", "/ssf/status", {"stream_id": stream_id, "status": "disabled"}),
        await watch.ask("POST", "/ssf/subjects/add", about),
        await watch.ask("POST", "/ssf/subjects/remove", about),
        await watch.ask("POST", "/ssf/verify", {"stream_id": stream_id}),
        await watch.ask("POST", f"/ssf/poll/{stream_id}", {"returnImmediately": True}),
    ]
    nothing = await watch.ask("GET", "/ssf/streams?stream_id=sg_nothing")
    assert {one.status_code for one in tried} == {404}
    assert {one.text for one in tried[:2]} == {nothing.text}
    assert replace(signals.streams()["grafana"], heard_at=0) == replace(before, heard_at=0)  # it is told meanwhile


async def test_nobody_acknowledges_what_another_stream_is_to_get(signals: AtReceivers) -> None:
    watch, ours = await signals.polled(events_requested=[DISABLED])
    second = await watch.stream(events_requested=[DISABLED])
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    (jti,) = [one.jti for one in signals.due(ours)]
    await watch.poll(second, ack=[jti], setErrs={jti: {"err": "invalid_key"}})
    assert [one.jti for one in signals.due(ours)] == [jti]


async def test_a_receiver_is_told_of_nobody_that_it_may_not_know(signals: AtReceivers) -> None:
    """Whatever it asks for: events and people beyond what the company says are not told, and it learns of nobody."""
    asked = [DISABLED, f"{RISC}account-purged", "https://schemas.openid.net/secevent/caep/event-type/credential-change"]
    watch, stream = await signals.polled(events_requested=asked)
    assert stream["events_delivered"] == [DISABLED]
    await signals.person("nora", "contractors")
    replies = [
        await watch.ask(
            "POST",
            "/ssf/subjects/add",
            {"stream_id": stream["stream_id"], "subject": {"format": "email", "email": email}},
        )
        for email in ("nora@harbor.example", "nobody@harbor.example")
    ]
    assert len({(one.status_code, one.text) for one in replies}) == 1


async def test_no_token_of_limen_is_a_security_event_and_no_security_event_is_a_token(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[DISABLED])
    keys = (await watch.client.get("/oidc/keys")).json()
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    (token,) = (await watch.poll(stream))["sets"].values()
    assert jwt.get_unverified_header(token)["typ"] == "secevent+jwt"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert not {"sub", "exp", "nonce", "acr", "scope", "sid"} & claims.keys()
    userinfo = await watch.client.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"})
    assert userinfo.status_code == 401
    assert (await signals.caller_with(token[:200]).ask("GET", "/ssf/streams")).status_code == 401
    receiver = Receiver(stream["aud"], ORIGIN, keys=keys)
    forged = jwt.encode({**claims, "jti": "j_forged"}, "", algorithm="none", headers={"typ": "secevent+jwt"})
    for wrong in (forged, token[:-8] + "AAAAAAAA"):
        with pytest.raises((jwt.PyJWTError, KeyError)):
            receiver.verified(wrong)


async def test_secrets_are_in_no_log_no_event_and_no_answer(
    signals: AtReceivers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    grafana, stream = await signals.pushed()
    signals.there.always = (500, {}, HEADER.encode())
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    signals.house.limen.journal.flush()
    every = signals.house.limen.journal.recent(2_000, lambda _: True)
    listed = [one.as_json() for one in await signals.transmitter.streams()]
    answers = [
        (await grafana.ask("GET", f"/ssf/{path}?stream_id={stream['stream_id']}")).text
        for path in ("streams", "status")
    ]
    for text in (str(every), caplog.text, str(listed), str(signals.streams()), *answers):
        assert HEADER.removeprefix("Bearer ") not in text
        assert grafana.token not in text


async def test_nobody_fills_the_house_with_streams_verifications_or_waiting(signals: AtReceivers) -> None:
    watch, stream = await signals.polled()
    made = [(await watch.ask("POST", "/ssf/streams", {})).status_code for _ in range(10)]
    assert made.count(201) == 3
    asked = {"stream_id": stream["stream_id"], "state": "s" * 1_000}
    verified = [(await watch.ask("POST", "/ssf/verify", asked)).status_code for _ in range(10)]
    assert verified.count(204) == 1
    assert len(signals.due(stream)) == 1
    waiting = [
        asyncio.create_task(watch.poll(made_stream, returnImmediately=False))
        for made_stream in [await watch_stream(watch)] * 5
    ]
    await asyncio.sleep(0.1)
    assert signals.transmitter.polling._waiting.total() <= 2
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def watch_stream(watch: Any) -> dict[str, Any]:
    """One of its streams for which nothing waits."""
    return (await watch.ask("GET", "/ssf/streams")).json()[-1]  # type: ignore[no-any-return]


async def test_a_slow_receiver_holds_up_no_other(signals: AtReceivers, monkeypatch: pytest.MonkeyPatch) -> None:
    await signals.pushed()
    watch, polled = await signals.polled(events_requested=[DISABLED])
    hanging = asyncio.Event()

    async def hang(*_: Any, **__: Any) -> Any:
        await hanging.wait()
        raise TimeoutError

    monkeypatch.setattr(signals.transmitter._pushing._http, "ask", hang)
    await signals.let_go(await signals.person("oscar"))
    await signals.transmitter.work()
    await asyncio.wait_for(signals.transmitter.work(), 5)
    assert len((await watch.poll(polled))["sets"]) == 1
    hanging.set()
    await signals.transmitter.settled()
    assert signals.streams()["grafana"].error == "slow"
