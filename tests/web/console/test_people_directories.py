"""The page of directories that people come from, with a real slapd behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import slapd
from tests.identity.sources.ldap.conftest import office
from tests.real_parts import need
from tests.slapd import BASE, SECRET, Slapd
from tests.web.conftest import House

from limen.identity.services import IdentityServices
from limen.identity.sources.ldap.asking import Directories
from limen.identity.sources.model import PeopleSources, Source

pytestmark = pytest.mark.slow
AT = "/console/people/sources/directories"


@pytest.fixture
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    need(slapd.has_slapd(), "slapd is not installed")
    with slapd.running(tmp_path_factory.mktemp("slapd")) as running:
        running.add_person("vera", "Vera Holm", "vera@harbor.example")
        yield running


def declared(house: House, *sources: Source) -> Directories:
    house.limen.known.set_rules(PeopleSources, PeopleSources(sources))
    return house.limen.core.offers.take(IdentityServices).directories


async def test_it_shows_how_it_goes_and_tries_and_reads(house: House, there: Slapd) -> None:
    browser, source = house.browser(), office(there)
    await house.administrator(browser)
    directories = declared(house, source)
    page = (await browser.get(AT)).text
    assert "limen people-source connect office" in page
    assert f'action="{AT}/read"' not in page
    await directories.connect(source, SECRET, by="")
    assert 'class="effect permit"' in (await browser.post(f"{AT}/try", source="office")).text
    gone = f"ou=gone,{BASE}"
    directories = declared(house, office(there, people=[gone]))
    assert gone in (await browser.post(f"{AT}/try", source="office")).text
    declared(house, source)
    await directories.ask(source)
    house.clock.forward(1_000)
    before = (await directories.states())["office"]
    assert (before.whole.people, before.asked.error) == (1, "")
    sent = await browser.post(f"{AT}/read", source="office")
    assert sent.headers["location"].startswith(f"{AT}?done=asked")
    assert (await directories.states())["office"].whole.at == 0
    assert [event.details["source"] for event in house.events("people_source.read_soon")] == ["office"]
    there.stop()
    wrong = (await browser.post(f"{AT}/try", source="office")).text
    assert 'class="effect deny"' in wrong
    assert SECRET not in wrong


async def test_a_helper_sees_it_and_asks_nothing(house: House) -> None:
    helper = house.browser()
    await house.administrator(house.browser())
    await house.member(helper, "Stefan", "staff", "helpdesk")
    declared(house)
    assert 'class="empty"' in (await helper.get(AT)).text
    assert (await helper.post(f"{AT}/try", source="office")).status_code in {303, 403}
