"""Harbor with hosts that people reach by SSH, Ida of its staff, and Ada, who administers Limen."""

from __future__ import annotations

import pytest
from tests.enforcement.ssh.hosts import harbor, ida
from tests.web.conftest import Browser, House

__all__ = ["harbor", "ida"]


@pytest.fixture
async def ada(harbor: House) -> Browser:
    browser = harbor.browser()
    await harbor.administrator(browser)
    return browser
