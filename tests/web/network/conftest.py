"""Harbor, Ada, who administers Limen there, and any other network in force in place of Harbor's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest
from tests.web.conftest import Browser, House

from limen.network.model import FILE, Network

Put = Callable[..., None]


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def settled(browser: Browser, path: str) -> str:
    """The page once all that it waits for is worked out."""
    for _ in range(40):
        page = await browser.get(path)
        if "refresh" not in page.headers:
            return page.text
    raise AssertionError("it was never worked out")


@dataclass(frozen=True)
class Stated:
    """What network.yaml states, though nobody read it: also what is never published, since it is broken."""

    network: Network
    without: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture
def put(house: House) -> Put:
    """Call it with a network, before anybody looks at a page of it."""

    def in_force(network: Network, without: Mapping[str, str] | None = None) -> None:
        company = house.limen.in_force.company
        assert company is not None
        parts = {**company.parts, FILE: Stated(network, without or {})}
        house.limen.in_force.company = replace(company, parts=parts)

    return in_force
