from __future__ import annotations

import httpx2
from tests.devices.laptops import harbor
from tests.devices.sources.told import PUSH, put_rules, send, token_for
from tests.web.conftest import House

from limen.devices.sources.push import MOST_BYTES

__all__ = ["harbor"]


async def test_it_is_answered_in_json_that_nothing_keeps(harbor: House) -> None:
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    answer = await send(harbor, token, b'{"devices": []}')
    assert (answer.status_code, answer.json()) == (200, {"changed": 0, "same": 0, "gone": 0})
    assert answer.headers["cache-control"] == "no-store"


async def test_a_large_message_is_read_and_a_larger_is_not(harbor: House) -> None:
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    assert (await send(harbor, token, b'{"devices": []}' + b" " * (MOST_BYTES - 100))).status_code == 200
    assert (await send(harbor, token, b" " * (MOST_BYTES + 1))).status_code == 413


async def test_a_token_elsewhere_than_in_its_header_is_none(harbor: House) -> None:
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    for headers in ({"authorization": f"Basic {token}"}, {"cookie": f"token={token}", "authorization": ""}):
        refused: httpx2.Response = await send(harbor, token, b"{}", **headers)
        assert refused.status_code == 401
