"""Harbor with an upstream issuer, a service that shares signals, and Mia who is linked there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, harbor_with, issuer_at_work, links
from tests.sso.shared_signals.receiving.transmitting import Outside, declared, outside_at_work, streams_made, written
from tests.web.conftest import Browser, House

MAY = "may: [end_sessions, mark_devices, raise_risk, disable_accounts]"
ALL_OF_IT = f"{MAY}\n    upstreams: [there]\n    domains: [harbor.example]"


@pytest.fixture
def there() -> Iterator[FakeIssuer]:
    with issuer_at_work() as issuer:
        yield issuer


@pytest.fixture
def okta() -> Iterator[Outside]:
    with outside_at_work() as outside:
        yield outside


@pytest.fixture
async def house(tmp_path: Path, there: FakeIssuer, okta: Outside) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        text = declared(okta, ALL_OF_IT)
        house = await harbor_with(closing, tmp_path / "harbor", [there], also=lambda folder: written(folder, text))
        await streams_made(house, okta)
        yield house


@pytest.fixture
async def mia(house: House, there: FakeIssuer) -> Browser:
    """Somebody of the staff, signed in with a passkey, and linked."""
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    answered = await links(browser, there)
    assert answered.headers["location"] == "/passkeys?done=linked"
    return browser
