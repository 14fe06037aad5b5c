from __future__ import annotations

import pytest
from tests.devices.laptops import Ida


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_it_goes_on_to_known_apps_alone(ida: Ida, to: str) -> None:
    page = await ida.browser.get("/devices/prove")
    assert page.status_code == 200
    page = await ida.browser.client.get("/devices/prove", params={"app": "limen", "to": to})
    assert ("evil" in page.text, "javascript:" in page.text) == (False, False)


async def test_what_is_no_proof_is_answered_with_what_to_do(ida: Ida) -> None:
    await ida.browser.get("/devices/prove")
    for proof in ("", "a.b.c", "é" * 100, "x" * 9_000):
        told = (await ida.browser.send("/devices/prove", proof=proof)).json()
        assert (told["error"], bool(told["what"])) == ("malformed", True)
