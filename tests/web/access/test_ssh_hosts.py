"""What hosts ask over HTTP: every message is bounded, and nothing is told to whoever is no host."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.enforcement.ssh.hosts import HOST, hosts_of
from tests.web.conftest import House

from limen.enforcement.ssh.hosts import MOST_OPEN
from limen.following.one_file import one_file
from limen.following.wire import line_of
from limen.web.access.ssh_hosts import PROGRAM

KEY = line_of(Ed25519PrivateKey.generate().public_key())
NOTHING = {"after": 0, "open": [], "active": []}


async def send(house: House, path: str, said: Any, secret: str = "", kind: str = "application/json") -> httpx2.Response:
    headers = {"content-type": kind, **({"authorization": f"Bearer {secret}"} if secret else {})}
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return await house.browser().client.post(path, content=body, headers=headers)


async def test_a_host_enrols_and_asks(harbor: House) -> None:
    token = await hosts_of(harbor).token(HOST, by="")
    enrolled = await send(harbor, "/ssh/host/enrol", {"token": token, "key": KEY})
    assert enrolled.status_code == 200
    said = enrolled.json()
    answer = await send(harbor, "/ssh/host/state", NOTHING, said["secret"])
    assert (answer.status_code, set(answer.json())) == (200, {"state", "signature"})
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("secret", ["", "x", "x" * 43])
async def test_whoever_is_no_host_is_told_nothing(harbor: House, secret: str) -> None:
    answer = await send(harbor, "/ssh/host/state", NOTHING, secret)
    assert (answer.status_code, answer.json()) == (401, {"error": "refused"})


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[" * 10_000,
        b'{"after": 0}',
        {**NOTHING, "more": 1},
        {**NOTHING, "after": "1"},
        {**NOTHING, "after": -1},
        {**NOTHING, "after": 2**53},
        {**NOTHING, "open": list(range(MOST_OPEN + 1))},
        {**NOTHING, "open": [2**70]},
    ],
)
async def test_what_is_malformed_is_refused(harbor: House, said: Any) -> None:
    assert (await send(harbor, "/ssh/host/state", said, "x" * 43)).status_code in {400, 401}
    assert (await send(harbor, "/ssh/host/enrol", said)).status_code == 400
    assert (await send(harbor, "/ssh/host/enrol", {"token": "t", "key": "ssh-rsa AAAA"})).status_code == 400
    assert (await send(harbor, "/ssh/host/state", NOTHING, "x", "text/plain")).status_code == 400


async def test_the_program_is_the_same_for_all(harbor: House) -> None:
    answer = await harbor.browser().get("/ssh/host/program")
    assert answer.text == one_file(PROGRAM)
