"""Shared signals: security event tokens, pushed to a receiver, signed by keys that their issuer publishes."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from tests.devices.laptops import Ida, devices_of
from tests.devices.signals.sensors import bind, listed_of, signals_of, with_sources
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.web.conftest import House, move_in
from tests.web.portal.test_break_glass import issue, opened

from limen.clock import DAY, MINUTE
from limen.devices.signals.caep import COMPLIANCE, MEDIA_TYPE, OLDEST, SESSION_REVOKED
from limen.identity import sessions
from limen.storage.errors import StorageError

VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"


@dataclass
class Transmitter:
    """A service that shares signals: it publishes its keys on a real port, and signs with one of them."""

    keys: KeySet
    server: asyncio.Server | None = None
    asked: int = 0
    house: Any = None
    client: Any = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = json.dumps(self.keys.as_dict(private=False)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
        writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    def token(self, kind: str, event: dict[str, Any], *, key: Any = None, header: Any = None, **claims: Any) -> bytes:
        key = key or self.keys.keys[0]
        now = self.house.clock.now() // 1_000
        body = {
            "iss": self.address,
            "aud": ORIGIN,
            "iat": now,
            "jti": secrets.token_hex(8),
            "events": {kind: {"event_timestamp": now, **event}},
            **claims,
        }
        head = {"alg": "ES256", "typ": "secevent+jwt", "kid": self.keys.keys[0].kid, **(header or {})}
        return jwt.encode(head, body, key, algorithms=["ES256", "HS256"]).encode()

    async def push(self, token: bytes, name: str = "okta") -> httpx2.Response:
        return await self.client.post(f"/signals/{name}", content=token, headers={"content-type": MEDIA_TYPE})

    async def tell(self, status: str, device: str) -> None:
        done = await self.push(self.token(COMPLIANCE, of_device(device, current_status=status)))
        assert (done.status_code, done.content) == (202, b"")


def of_device(device: str, **more: Any) -> dict[str, Any]:
    subject = {
        "format": "complex",
        "device": {"format": "opaque", "id": device},
        "user": {"format": "email", "email": "x"},
    }
    return {"subject": subject, **more}


@pytest.fixture
async def okta() -> AsyncIterator[Transmitter]:
    found = Transmitter(KeySet([ECKey.generate_key("P-256", {"kid": "one"})]))
    found.server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    yield found
    found.server.close()


@pytest.fixture
async def harbor(tmp_path: Path, okta: Transmitter) -> AsyncIterator[House]:
    at = okta.address
    written = f"signals:\n  okta: {{kind: caep, issuer: '{at}', keys: '{at}/keys', audience: '{ORIGIN}'}}\n"
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", lambda folder: with_sources(folder, written))
        transport = httpx2.ASGITransport(app=house.limen.asgi, client=("198.51.100.20", 50_000))
        okta.house, okta.client = house, httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
        closing.push_async_callback(okta.client.aclose)
        yield house


async def test_a_device_that_is_not_compliant_elsewhere_is_blocked_here_until_it_is(
    harbor: House, okta: Transmitter, ida: Ida, laptop: SoftwareAgent
) -> None:
    await okta.tell("not-compliant", laptop.device)
    assert harbor.limen.known.devices.get(laptop.device).compliance == "non_compliant"  # type: ignore[union-attr]
    assert (await ida.browser.get("/sessions")).status_code == 303
    harbor.clock.forward(MINUTE)
    await okta.tell("compliant", laptop.device)
    (signal,) = signals_of(harbor).of(laptop.device)
    assert (signal.topic, signal.ended_why) == ("health", "resolved")
    assert harbor.limen.known.devices.get(laptop.device).compliance == "compliant"  # type: ignore[union-attr]
    assert okta.asked == 1  # its keys are kept


async def test_a_device_is_known_by_its_serial_number_as_well(
    harbor: House, okta: Transmitter, ida: Ida, agent: SoftwareAgent
) -> None:
    begun = await agent.begin(await devices_of(harbor).token(ida.id, by=""), hardware={"serial": "PF3XWREN"})
    await agent.finish(begun.json()["enrolment"])
    await agent.report()
    await okta.tell("not-compliant", "pf3xwren")
    assert signals_of(harbor).of(agent.device)


async def test_a_session_that_is_revoked_elsewhere_ends_here(
    harbor: House, okta: Transmitter, ida: Ida, laptop: SoftwareAgent
) -> None:
    other = harbor.browser()  # another browser of hers, on no device that is known
    other.passkey = ida.browser.passkey
    await other.sign_in()
    assert (await okta.push(okta.token(SESSION_REVOKED, of_device(laptop.device)))).status_code == 202
    assert ((await ida.browser.get("/sessions")).status_code, (await other.get("/sessions")).status_code) == (303, 200)
    by_email = {"subject": {"format": "email", "email": "IDA@harbor.example"}}
    assert (await okta.push(okta.token(SESSION_REVOKED, by_email))).status_code == 202
    assert (await other.get("/sessions")).status_code == 303
    assert [event.device for event in harbor.events("device.sessions_ended")] == ["", laptop.device]
    assert signals_of(harbor).of(laptop.device) == ()  # it is no risk of the device
    await ida.browser.sign_in()
    await bind(ida, laptop)
    assert (await ida.browser.get("/sessions")).status_code == 200


async def test_the_subject_may_stand_beside_the_events(harbor: House, okta: Transmitter, laptop: SoftwareAgent) -> None:
    subject = {"format": "complex", "device": {"format": "iss_sub", "iss": "https://mdm.example", "sub": "wren"}}
    token = okta.token(COMPLIANCE, {"current_status": "not-compliant"}, sub_id=subject)
    assert (await okta.push(token)).status_code == 202
    assert signals_of(harbor).of(laptop.device)


async def test_what_is_not_for_us_is_taken_and_changes_nothing(
    harbor: House, okta: Transmitter, laptop: SoftwareAgent
) -> None:
    for kind, event in ((VERIFICATION, {"state": "x"}), ("https://example.com/other", {}), (COMPLIANCE, {})):
        assert (await okta.push(okta.token(kind, event))).status_code == 202
    assert (signals_of(harbor).of(laptop.device), next(iter(listed_of(harbor).values())).heard_at > 0) == ((), True)


async def test_a_token_counts_once(harbor: House, okta: Transmitter, laptop: SoftwareAgent) -> None:
    bad = okta.token(COMPLIANCE, of_device(laptop.device, current_status="not-compliant"))
    await okta.push(bad)
    harbor.clock.forward(MINUTE)
    await okta.tell("compliant", laptop.device)
    assert (await okta.push(bad)).status_code == 202  # taken before: nothing is wrong, and nothing happens
    assert harbor.limen.known.devices.get(laptop.device).compliance == "compliant"  # type: ignore[union-attr]


WRONG = ("issuer", "audience", "old", "future", "key", "symmetric", "typ", "jwk", "none", "events", "jti", "garbage")


async def test_what_proves_nothing_is_refused_in_the_words_of_the_standard(
    harbor: House, okta: Transmitter, laptop: SoftwareAgent
) -> None:
    for wrong in WRONG:
        await refused(harbor, okta, laptop, wrong)


async def refused(harbor: House, okta: Transmitter, laptop: SoftwareAgent, wrong: str) -> None:
    event = of_device(laptop.device, current_status="not-compliant")
    now = harbor.clock.now()
    err = "invalid_request"
    match wrong:
        case "issuer":
            token, err = okta.token(COMPLIANCE, event, iss="https://evil.example"), "invalid_issuer"
        case "audience":
            token, err = okta.token(COMPLIANCE, event, aud=["https://other.example"]), "invalid_audience"
        case "old":
            token = okta.token(COMPLIANCE, event, iat=(now - OLDEST - DAY) // 1_000)
        case "future":
            token = okta.token(COMPLIANCE, event, iat=(now + 6 * MINUTE) // 1_000)
        case "key":
            token, err = okta.token(COMPLIANCE, event, key=ECKey.generate_key("P-256")), "invalid_key"
        case "symmetric":
            public = json.dumps(okta.keys.keys[0].as_dict(private=False))
            token = okta.token(COMPLIANCE, event, key=OctKey.import_key(public), header={"alg": "HS256"})
            err = "invalid_key"
        case "typ":
            token, err = okta.token(COMPLIANCE, event, header={"typ": "JWT"}), "invalid_key"
        case "jwk":
            own = ECKey.generate_key("P-256")
            token = okta.token(COMPLIANCE, event, key=own, header={"jwk": own.as_dict(private=False)})
            err = "invalid_key"
        case "none":
            _, body, _ = okta.token(COMPLIANCE, event).split(b".")
            token, err = b"eyJhbGciOiJub25lIiwidHlwIjoic2VjZXZlbnQrand0In0." + body + b".", "invalid_key"
        case "events":
            token = okta.token(COMPLIANCE, event, events=[])
        case "jti":
            token = okta.token(COMPLIANCE, event, jti="")
        case _:
            token, err = b"\xff" * 40, "invalid_key"
    answer = await okta.push(token)
    assert (answer.status_code, answer.json()["err"]) == (400, err)
    assert signals_of(harbor).of(laptop.device) == ()
    assert harbor.events("device.signal_refused")[0].reason == err


async def test_without_the_issuers_keys_it_is_told_to_send_again(
    harbor: House, okta: Transmitter, laptop: SoftwareAgent
) -> None:
    token = okta.token(COMPLIANCE, of_device(laptop.device, current_status="not-compliant"))
    okta.server.close()  # type: ignore[union-attr]
    await okta.server.wait_closed()  # type: ignore[union-attr]
    answer = await okta.push(token)
    assert (answer.status_code, answer.json()["err"], "retry-after" in answer.headers) == (503, "unavailable", True)


async def test_what_could_not_be_ended_is_ended_when_the_token_comes_again(
    harbor: House, okta: Transmitter, ida: Ida, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is spent in the transaction that ends the sessions: where one is lost, so is the other."""
    token = okta.token(SESSION_REVOKED, {"subject": {"format": "email", "email": "ida@harbor.example"}})
    with monkeypatch.context() as away:

        def busy(*_: Any) -> bool:
            raise StorageError("the database is busy", "wait")

        away.setattr(sessions, "end_session", busy)
        assert (await okta.push(token)).status_code == 503
    assert (await ida.browser.get("/sessions")).status_code == 200
    assert (await okta.push(token)).status_code == 202
    assert (await ida.browser.get("/sessions")).status_code == 303
    assert [one.reason for one in harbor.events("session.revoked")] == ["revoked-elsewhere"]


async def test_an_administrators_sessions_end_though_break_glass_is_open(harbor: House, okta: Transmitter) -> None:
    ada = harbor.browser(address="203.0.113.8")
    ada_id = await harbor.administrator(ada)
    glass = harbor.browser(address="203.0.113.8")
    assert (await opened(harbor, glass, issue(harbor, ada_id))).status_code == 303
    assert (await glass.get("/console")).status_code == 200
    token = okta.token(SESSION_REVOKED, {"subject": {"format": "email", "email": "ada@harbor.example"}})
    assert (await okta.push(token)).status_code == 202
    assert (await ada.get("/sessions")).status_code == 303
    assert (await glass.get("/console")).status_code == 200
