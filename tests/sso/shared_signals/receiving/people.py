"""People as services tell of them: signed in by their account elsewhere."""

from __future__ import annotations

from typing import Any

from tests.sso.issuer import FakeIssuer, signs_in
from tests.web.conftest import Browser, House

from limen.identity.store import people, sessions


async def elsewhere(house: House, there: FakeIssuer) -> Browser:
    """Another browser of Mia's, signed in by the issuer."""
    browser = house.browser()
    assert (await signs_in(browser, there)).status_code == 303
    assert (await browser.get("/sessions")).status_code == 200
    return browser


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/sessions")).status_code == 200


def status_of(house: House, address: str) -> str:
    person_id = house.id_of(address)
    found = house.limen.database.read(lambda s: people.status_of(s.connection, person_id))
    assert found is not None
    return str(found.value)


def told(house: House, kind: str = "received_signal.person") -> list[Any]:
    """What was done by each event of this kind, the newest first."""
    return [one.details["did"] for one in house.events(kind)]


def sessions_of(house: House, address: str) -> list[str]:
    person_id = house.id_of(address)
    return house.limen.database.read(lambda s: sessions.of(s.connection, person_id))
