from __future__ import annotations

import pytest
from tests.devices.laptops import harbor, ida, new_agent
from tests.web.conftest import Browser, House

__all__ = ["harbor", "ida"]


@pytest.mark.parametrize(
    ("address", "is_near"), [("203.0.113.7", True), ("198.51.100.77", False), ("2001:db8::1", False), ("", False)]
)
async def test_from_another_network_is_said_before_anybody_agrees(harbor: House, address: str, is_near: bool) -> None:
    ida: Browser = harbor.browser(address="203.0.113.7")
    await harbor.member(ida, "Ida", "staff")
    begun = (await new_agent(harbor, address).begin()).json()
    await ida.get("/devices/enrol")
    asked = await ida.post("/devices/enrol", code=begun["code"])
    assert (asked.status_code, 'class="notice"' not in asked.text) == (200, is_near)
