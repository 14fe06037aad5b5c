"""A sign-in service that Limen can't prove itself to is offered to nobody, wherever it would be a way in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, entry, issuer_at_work, written
from tests.sso.saml_issuer import FakeSaml, saml_entry
from tests.web.conftest import House, move_in, ports_of

from limen.sso.upstream import store
from limen.sso.upstream.flow import Upstreams
from limen.web.pages import TEMPLATES
from limen.web.registry import registered
from limen.web.site import Site
from limen.web.sso.offered import offered


@pytest.fixture
def there() -> Iterator[FakeIssuer]:
    with issuer_at_work() as issuer:
        yield issuer


@pytest.fixture
async def house(tmp_path: Path, there: FakeIssuer) -> AsyncIterator[House]:
    """Harbor with three services: one whose secret nobody has stored, and two that need none."""
    signs = entry(there, "signs", "    authentication: private_key_jwt\n").replace(there.url, f"{there.url}/signs")
    every = written(entry(there), signs, saml_entry(FakeSaml(), "saml"))
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", every)


async def test_only_what_can_be_used_is_offered(house: House, there: FakeIssuer) -> None:
    site = Site(ports_of(house), registered([], TEMPLATES))
    link = await house.invite("Ben", "staff")
    await house.member(mia := house.browser(), "Mia", "staff")
    browser = house.browser()
    await browser.get("/enrol")

    async def shown() -> list[bool]:
        welcome = (await browser.post("/enrol", token=link.token.reveal())).text
        sign_in, mine = (await house.browser().get("/sign-in")).text, (await mia.get("/passkeys")).text
        assert all("signs" in page and "/saml" in page for page in (welcome, sign_in, mine))
        places = ((welcome, "/enrol/with/there"), (sign_in, "/sign-in/with/there"), (mine, "/passkeys/issuers/there"))
        return [at in page for page, at in places]

    assert [one.id for one in offered(site)] == ["signs", "saml"]
    assert await shown() == [False, False, False]
    core = house.limen.core
    await house.limen.database.writing(
        lambda t: store.keep_secret(t.connection, core.keyring, there.url, "hidden", house.clock.now())
    )
    await core.offers.take(Upstreams).look()
    assert [one.id for one in offered(site)] == ["there", "signs", "saml"]
    assert await shown() == [True, True, True]
