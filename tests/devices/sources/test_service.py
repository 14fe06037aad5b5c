from __future__ import annotations

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.devices.sources.test_intake import enrolled
from tests.devices.sources.told import OSQUERY, PUSH, fact, happened, push, put_rules, send, sources_of, token_for, told
from tests.web.conftest import House

from limen.devices.sources.service import AT_A_TIME, keep_secret, make_token, place_of
from limen.errors import LimenError
from limen.facts.device_rules import DeviceSource, SourceKind
from limen.rate_limit import RateLimit

FLEET = DeviceSource(SourceKind.FLEET, url="https://fleet.harbor.example")


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 10_000, "ü"])
async def test_nobody_without_a_token_is_heard(harbor: House, token: str) -> None:
    put_rules(harbor, mdm=PUSH)
    token_for(harbor, "mdm")
    headers = {"authorization": b"Bearer " + token.encode()}
    refused = await send(harbor, "", b"{}", **headers)  # type: ignore[arg-type]
    assert (refused.status_code, refused.json()["error"]) == (401, "not_a_source")
    assert len(await happened(harbor, "device.source_refused")) == 1


async def test_a_token_is_good_for_its_source_while_that_is_one(harbor: House) -> None:
    put_rules(harbor, mdm=PUSH, osquery=OSQUERY)
    pushing, osquery = token_for(harbor, "mdm"), token_for(harbor, "osquery")
    assert (await push(harbor, pushing, told(harbor))).status_code == 200
    assert (await push(harbor, osquery, told(harbor))).status_code == 401
    newer = token_for(harbor, "mdm")
    assert [(await push(harbor, one, told(harbor))).status_code for one in (pushing, newer)] == [401, 200]
    put_rules(harbor, osquery=OSQUERY)
    assert (await push(harbor, newer, told(harbor))).status_code == 401


async def test_a_source_that_sends_too_often_is_slowed(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_of(harbor), "_rate", RateLimit(0.001, 3))
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    answers = [(await push(harbor, token, told(harbor))).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


async def test_many_devices_are_taken_in_parts(harbor: House) -> None:
    put_rules(harbor, mdm=PUSH)
    token, many = token_for(harbor, "mdm"), 2 * AT_A_TIME + 1
    found = await push(harbor, token, *(told(harbor, f"d{n}", serial="") for n in range(many)))
    assert found.json() == {"changed": many, "same": 0, "gone": 0}
    found = await push(harbor, token, told(harbor, "new", serial=""), gone=[f"d{n}" for n in range(many - 1)])
    assert found.json() == {"changed": 1, "same": 0, "gone": many - 1}
    assert [one.devices for one in await sources_of(harbor).list()] == [2]


async def test_a_body_that_is_no_json_is_refused(harbor: House) -> None:
    put_rules(harbor, mdm=PUSH)
    refused = await send(harbor, token_for(harbor, "mdm"), b"{}", **{"content-type": "text/plain"})
    assert refused.status_code == 400


async def test_what_a_removed_source_said_is_forgotten(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    laptop = await enrolled(harbor, ida, agent)
    put_rules(harbor, mdm=PUSH)
    await push(harbor, token_for(harbor, "mdm"), told(harbor, checks={"management": {"compliant": False}}))
    assert [(one.name, one.devices, one.state.has_token) for one in await sources_of(harbor).list()] == [
        ("mdm", 1, True)
    ]
    assert fact(harbor, laptop.device).compliance == "non_compliant"
    put_rules(harbor)
    await sources_of(harbor).forget_removed()
    assert fact(harbor, laptop.device).compliance == "compliant"
    assert devices_of(harbor).posture(laptop.device).said == ()


def test_each_kind_has_its_own_proof(harbor: House) -> None:
    with pytest.raises(LimenError):
        harbor.limen.database.write(lambda t: make_token(t, "fleet", FLEET, 1, by="server"))
    keyring = harbor.limen.core.keyring
    with pytest.raises(LimenError):
        harbor.limen.database.write(lambda t: keep_secret(t, keyring, "mdm", PUSH, "s", 1, by="server"))
    assert place_of(FLEET) != place_of(DeviceSource(SourceKind.FLEET, url="https://evil.example"))
