"""What firewalls ask over HTTP: every message is bounded, and nothing is told to whoever is no firewall."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.network.firewalls.test_service import enrolled, token
from tests.network.networks import harbor as network
from tests.web.access.test_ssh_hosts import send
from tests.web.conftest import House, move_in

from limen.following.one_file import one_file
from limen.network.learning import store
from limen.network.learning.service import Learning
from limen.network.model import Network
from limen.web.network.firewalls import PROGRAM

DENIED = [1, "vlan10", "vlan20", "10.10.0.7", "10.20.0.5", 6, 22, 1]
BEGUN = [1, "10.10.0.7", "10.20.0.5", 6, 22, 4]
DRIFT = {"at": 1, "found": [{"where": "chain input", "was": "", "is": "accept"}], "repaired": True}


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


async def test_a_firewall_enrols_asks_and_tells(harbor: House) -> None:
    answer = await send(harbor, "/network/firewall/enrol", {"token": await token(harbor)})
    assert answer.status_code == 200
    secret = answer.json()["secret"]
    answer = await send(harbor, "/network/firewall/state", {"after": 0}, secret)
    assert (answer.status_code, set(answer.json())) == (200, {"state", "signature", "rulesets"})
    assert answer.headers["limen-at"].isdigit()
    assert "set-cookie" not in answer.headers
    harbor.limen.known.set_rules(Network, network())
    told = {"denied": [DENIED], "begun": [BEGUN], "drift": [DRIFT], "lost": 3}
    assert (await send(harbor, "/network/firewall/events", told, secret)).status_code == 204
    (event,) = harbor.events("network.drift")
    assert (event.details["where"], event.details["repaired"]) == ("chain input", True)
    core = harbor.limen.core
    await core.offers.take(Learning).keep()
    seen = await core.database.reading(lambda snapshot: store.since(snapshot.connection, 0))
    assert [(contact[1:6], tally.count, tally.refused) for contact, tally in seen.items()] == [
        ((4, 0x0A0A0007, 0x0A140005, 6, 22), 5, 1)
    ]
    assert {one.name: one.value for one in harbor.limen.figures()}["limen_firewall_events_lost_total"] == 3


@pytest.mark.parametrize("secret", ["", "x", "x" * 43])
async def test_whoever_is_no_firewall_is_told_nothing(harbor: House, secret: str) -> None:
    for path, said in (("state", {"after": 0}), ("events", {"drift": [DRIFT]})):
        answer = await send(harbor, f"/network/firewall/{path}", said, secret)
        assert (answer.status_code, answer.json()) == (401, {"error": "refused"})
    assert not harbor.events("network.drift")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("state", b"[" * 10_000),
        ("state", {}),
        ("state", {"after": -1}),
        ("state", {"after": 2**53}),
        ("state", {"after": 0, "more": 1}),
        ("state", {"after": 0, "has": ["a" * 64] * 11}),
        ("state", {"after": 0, "in_force": "../x"}),
        ("state", {"after": 0, "change": {"id": "x" * 41, "is": "trial"}}),
        ("state", {"after": 0, "change": {"id": "x", "is": "trial", "why": "x" * 401}}),
        ("events", {"denied": [DENIED] * 5_001}),
        ("events", {"denied": [[*DENIED[:5], 256, 22, 1]]}),
        ("events", {"denied": [DENIED[:-1]]}),
        ("events", {"drift": [{**DRIFT, "found": []}]}),
        ("events", {"drift": [DRIFT] * 101}),
        ("events", {"begun": [BEGUN] * 5_001}),
        ("events", {"begun": [[*BEGUN[:5], 0]]}),
        ("events", {"begun": [[1, "x" * 65, *BEGUN[2:]]]}),
        ("events", {"lost": -1}),
        ("events", {"tried": [DENIED] * 5_001}),
        ("events", {"tried": [[*DENIED, True]]}),
        ("enrol", {"token": 1}),
    ],
)
async def test_what_is_malformed_is_refused(harbor: House, path: str, said: Any) -> None:
    secret, _ = await enrolled(harbor)
    assert (await send(harbor, f"/network/firewall/{path}", said, secret)).status_code == 400


async def test_the_program_is_the_same_for_all(harbor: House) -> None:
    answer = await harbor.browser().get("/network/firewall/program")
    assert answer.text == one_file(PROGRAM)
