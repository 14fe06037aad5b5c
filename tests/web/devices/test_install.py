from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import ORIGIN


@pytest.mark.parametrize(("on", "enrols"), [("linux", True), ("macos", True), ("windows", False), ("beos", True)])
async def test_each_system_has_its_commands_and_none_that_do_not_work(ida: Ida, on: str, enrols: bool) -> None:
    page = await ida.browser.get(f"/devices/install?on={on}")
    assert (page.status_code, f"limen-agent enrol {ORIGIN}" in page.text) == (200, enrols)


async def test_without_a_name_it_is_the_browsers_system(ida: Ida) -> None:
    page = await ida.browser.get("/devices/install", **{"user-agent": "Mozilla/5.0 (Windows NT 10.0)"})
    assert 'on=windows" aria-current="true"' in page.text
