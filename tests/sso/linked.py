"""An issuer at work, Harbor that signs people in there, and somebody who is linked, for whoever tests them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, harbor_with, issuer_at_work, links
from tests.web.conftest import Browser, House


@pytest.fixture
def there() -> Iterator[FakeIssuer]:
    with issuer_at_work() as issuer:
        yield issuer


@pytest.fixture
async def house(tmp_path: Path, there: FakeIssuer) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_with(closing, tmp_path / "harbor", [there])


@pytest.fixture
async def mia(house: House, there: FakeIssuer) -> Browser:
    """Somebody of the staff, signed in with a passkey, and linked."""
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    answered = await links(browser, there)
    assert (answered.status_code, answered.headers["location"]) == (303, "/passkeys?done=linked"), answered.text
    return browser
