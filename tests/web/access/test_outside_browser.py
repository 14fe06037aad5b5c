"""What is open outside the browser, on the portal's first page: each host's command, and where a VPN is confirmed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.enforcement.radius.networks import writing
from tests.enforcement.ssh.hosts import HOST, Somebody, grant
from tests.web.conftest import House, move_in

from limen.facts import App, Label, Upstream
from limen.facts.network_service import NetworkService


@pytest.fixture
async def networks(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "networks", writing())


async def shown(who: Somebody) -> tuple[list[str], str]:
    """Which apps stand there, and the whole page."""
    page = (await who.browser.get("/")).text
    return re.findall(r'data-outside="([^"]+)"', page), page


async def test_hosts_that_are_open_are_shown_with_their_command(harbor: House, ida: Somebody) -> None:
    apps, page = await shown(ida)
    assert apps == ["buildhost", "databases"]
    assert f"limen ssh {HOST}<" in page
    assert "--sudo" not in page
    assert "--limen https://limen.harbor.localhost" in page
    grant(harbor, ida.id, "elevate")
    assert f"limen ssh --sudo {HOST}<" in (await shown(ida))[1]


async def test_hosts_that_are_not_open_are_not_named(harbor: House) -> None:
    browser = harbor.browser()
    gus = Somebody(browser, await harbor.member(browser, "Gus"))
    apps, page = await shown(gus)
    assert apps == []
    assert HOST not in page


async def test_a_vpn_leads_to_where_it_is_confirmed_and_a_wifi_is_none(networks: House) -> None:
    browser = networks.browser()
    apps, page = await shown(Somebody(browser, await networks.member(browser, "Ida", "staff")))
    assert apps == ["vpn"]
    assert 'href="/radius"' in page


async def test_a_door_in_the_firewall_leads_to_where_it_is_opened(harbor: House, ida: Somebody) -> None:
    door = NetworkService(("fileserver",), ("smb",))
    harbor.limen.known.apps["files"] = App("files", "Files", "", Upstream(""), label=Label.INTERNAL, network=door)
    apps, page = await shown(ida)
    assert apps == ["buildhost", "databases", "files"]
    assert 'href="/network/connect?app=files"' in page
