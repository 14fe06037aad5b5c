"""What RADIUS servers ask, without one: who may, what is read, and what is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import msgspec
import pytest
from tests.enforcement.radius.networks import CLIENT, LAPTOP, certify, door_of, writing
from tests.web.conftest import House, move_in

from limen.clock import MINUTE
from limen.enforcement.radius import service, store
from limen.enforcement.radius.door import REJECTED, Reply, Verdict
from limen.web.access.radius import answered, ends_at, read


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", writing())
        await house.member(house.browser(), "Ida", "staff")
        yield house


async def token_of(house: House) -> str:
    return await house.limen.core.write(lambda t: service.make_server(t, house.clock.now(), "server"))


def as_freeradius_says(said: dict[str, str]) -> bytes:
    return json.dumps({name: {"type": "string", "value": [value]} for name, value in said.items()}).encode()


async def asks(house: House, step: str, token: str, said: dict[str, str] | bytes, **headers: str) -> httpx2.Response:
    encoded = said if isinstance(said, bytes) else as_freeradius_says(said)
    fields = {"content-type": "application/json", "authorization": f"Bearer {token}", **headers}
    return await house.browser().client.post(f"/radius/{step}", content=encoded, headers=fields)


ASKER = {"User-Name": "ida@harbor.example", "Tmp-String-0": CLIENT, "Tmp-String-2": "127.0.0.1"}


async def test_only_a_server_with_its_token_is_answered(harbor: House) -> None:
    token = await token_of(harbor)
    assert (await asks(harbor, "login", token, ASKER)).status_code == 200
    for wrong in ("", "x" * 43, token[:-1], token + "x" * 500):
        refused = await asks(harbor, "login", wrong, ASKER)
        assert (refused.status_code, refused.json()) == (401, {})
    assert {event.reason for event in harbor.events("radius.refused")} == {"not-a-radius-server"}


async def test_a_token_that_is_known_is_not_looked_up_for_each_packet(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, looked = await token_of(harbor), list[bytes]()
    is_server = store.is_server
    monkeypatch.setattr(store, "is_server", lambda connection, one: looked.append(one) or is_server(connection, one))
    for _ in range(5):
        assert (await asks(harbor, "accounting", token, ASKER)).status_code == 200
    assert len(looked) == 1
    for _ in range(40):
        assert (await asks(harbor, "accounting", "x" * 43, ASKER)).status_code == 401
    assert len(looked) <= 20
    assert (await asks(harbor, "accounting", token, ASKER)).status_code == 200
    harbor.clock.forward(MINUTE)
    assert (await asks(harbor, "accounting", token, ASKER)).status_code == 200
    assert looked.count(looked[0]) == 2


async def test_a_device_is_read_from_its_certificate_and_not_from_its_name(harbor: House) -> None:
    token, owner = await token_of(harbor), harbor.id_of("ida@harbor.example")
    ends = datetime.fromtimestamp(certify(harbor, owner), UTC)
    written, other = (f"{at:%y%m%d%H%M%S}Z" for at in (ends, ends + timedelta(seconds=1)))
    device = {"TLS-Client-Cert-Subject-Alt-Name-Uri": f"urn:limen:device:{LAPTOP}"}
    certificate = {**device, "TLS-Client-Cert-Expiration": written}
    said = (await asks(harbor, "device", token, {**ASKER, **certificate})).json()
    assert said["control:Tmp-String-1"]["value"] == ["accept"]
    for wrong in (device, {"User-Name": LAPTOP}, {**certificate, "TLS-Client-Cert-Expiration": other}):
        said = (await asks(harbor, "device", token, {**ASKER, **wrong})).json()
        assert said == {"control:Tmp-String-1": {"op": ":=", "do_xlat": False, "value": ["reject"]}}


async def test_accounting_is_told_nothing(harbor: House) -> None:
    answer = await asks(harbor, "accounting", await token_of(harbor), {**ASKER, "Class": "r_1"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert door_of(harbor).sessions.open() == []


@pytest.mark.parametrize(
    "wrong",
    [b"", b"[]", b"{", b'{"User-Name":"ida"}', b'{"User-Name":{"value":[{}]}}', b"[" * 5_000],
)
async def test_what_is_no_such_json_is_refused(harbor: House, wrong: bytes) -> None:
    assert (await asks(harbor, "login", await token_of(harbor), wrong)).status_code == 400


def test_what_nobody_needs_so_long_is_not_read() -> None:
    for name in ("User-Name", "State", "Class", "User-Password", "Calling-Station-Id"):
        with pytest.raises((ValueError, msgspec.MsgspecError)):
            read(json.dumps({name: {"value": ["x" * 1_000]}}).encode())
    assert read(b'{"A":{"value":[]},"B":{"value":[5]}}') == {"A": "", "B": "5"}
    assert len(read(json.dumps({"Other": {"value": ["x" * 1_000]}}).encode())["Other"]) == 128


def test_when_a_certificate_ends() -> None:
    assert ends_at("261128090000Z") == 1_795_856_400
    assert [ends_at(wrong) for wrong in ("", "261128090000", "x", "991332000000Z")] == [0, 0, 0, 0]


def test_what_is_told_is_never_expanded_and_a_refusal_tells_nothing() -> None:
    assert list(answered(REJECTED, "https://limen.harbor.example")) == ["control:Tmp-String-1"]
    accepted = Reply(Verdict.ACCEPT, session="r_1", seconds=300, privilege=15, is_gear=True)
    for reply in (accepted, Reply(Verdict.ASK, number="47", state="s"), Reply(Verdict.ACCEPT, vlan="20")):
        assert {one["do_xlat"] for one in answered(reply, "https://limen.harbor.example").values()} == {False}
    said = answered(accepted, "")
    assert said["reply:Cisco-AVPair"]["value"] == ["shell:priv-lvl=15"]
    assert said["reply:Service-Type"]["value"] == ["6"]
