"""Connections that were seen on the pages: numbers where there are some, and where nothing is counted no number."""

from __future__ import annotations

import pytest
from tests.web.conftest import Browser, House
from tests.web.network.conftest import settled
from tests.web.network.test_flows import listed

from limen.clock import DAY, MINUTE
from limen.network.learning import store
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.flows import ends_of
from limen.web.network import proving

AT = "/console/network"


async def seen(house: House, source: str, destination: str, port: int, count: int, refused: int = 0) -> None:
    now, ends = house.clock.now(), ends_of(source, destination)
    assert ends is not None
    contact = Contact(now // DAY, *ends, 6, port, "p_somebody")
    tally = Tally(count, refused=refused, first_at=now - MINUTE, last_at=now)
    await house.limen.database.writing(lambda t: store.keep(t.connection, {contact: tally}))


async def test_where_nothing_is_counted_no_number_is_shown(ada: Browser) -> None:
    page = await settled(ada, f"{AT}/flows")
    assert "show=unused" not in page
    assert "30 days" not in page
    assert "30 days" not in await settled(ada, f"{AT}/flows/scanners")
    assert 'id="seen"' not in await settled(ada, f"{AT}/matrix/office/finance")
    assert 'id="refused"' not in await settled(ada, AT)
    assert listed(await settled(ada, f"{AT}/flows?show=unused")) == []


async def test_flows_pairs_and_arrows_say_what_was_seen(house: House, ada: Browser) -> None:
    await seen(house, "10.11.0.9", "10.20.0.13", 7443, 4321)
    await seen(house, "10.11.0.9", "10.22.0.4", 8443, 17, refused=17)
    unused = listed(await settled(ada, f"{AT}/flows?show=unused"))
    assert "scanners" not in unused
    assert "accounting" in unused
    flow = await settled(ada, f"{AT}/flows/scanners")
    assert "4,321" in flow
    assert "p_somebody" not in flow
    assert "17" in (await settled(ada, f"{AT}/matrix/warehouse/finance")).split('id="seen"')[1].split("</section>")[0]
    page = await settled(ada, AT)
    assert "4,321 connections" in page.split("network-graph")[1]
    assert f"{AT}/matrix/warehouse/finance" in page.split('id="refused"')[1].split("</section>")[0]


async def test_it_is_counted_anew_after_some_minutes_and_nobody_waits(
    house: House, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seen(house, "10.11.0.9", "10.20.0.13", 7443, 5)
    assert "5 connections" in await settled(ada, f"{AT}/flows/scanners")
    await seen(house, "10.11.0.9", "10.20.0.13", 7443, 2)
    assert "5 connections" in await settled(ada, f"{AT}/flows/scanners")
    house.clock.forward(proving.COUNTED_FOR)
    assert "7 connections" in await settled(ada, f"{AT}/flows/scanners")
