"""Trials on a page: until when, what they would have cut, and how one ends or a flow takes its place."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

from tests.network.networks import flow, harbor, way
from tests.web.conftest import Browser, House
from tests.web.network.conftest import Put, settled
from tests.web.network.test_changing import text_of

from limen.network.learning.from_firewalls import Begun
from limen.network.learning.service import Learning
from limen.network.model import Block, Network, Trial, Way
from limen.web.network.trials import AT

TRIAL = Trial("look-first", Way(("office",), ("servers",), ("any",)), "We look", "2999-01-15")
BLOCKS = [Block("no-dns", way("office", "dc", "dns"), "quiet")]
NETWORK = replace(harbor([flow("web", way("office", "files"))], BLOCKS), trials=(TRIAL,))


async def used(house: House) -> None:
    """Three connections by a flow, two that none lets through, and one that a block denies."""
    learning, at = house.limen.core.offers.take(Learning), house.clock.now() // 1000
    house.limen.known.set_rules(Network, NETWORK)
    ways = ((6, 443, 3, "10.20.0.10"), (6, 8088, 2, "10.20.0.10"), (17, 53, 1, "10.20.0.5"))
    learning.told(Begun(at, "10.10.0.7", to, protocol, port, count) for protocol, port, count, to in ways)
    await learning.keep()


async def test_it_says_what_would_have_been_cut_and_offers_a_flow(house: House, ada: Browser, put: Put) -> None:
    put(NETWORK)
    await used(house)
    page = unescape(await settled(ada, AT))
    card = page.split('id="look-first"')[1].split("</section>")[0]
    assert "2999-01-15" in card
    assert "/console/network/new-flow?from=office&to=files&service=tcp%2F8088" in card
    assert card.count("new-flow?") == 1
    assert "no-dns" in card
    assert ">3</strong>" in card
    for path in ("/console/network", "/console/network/flows", "/console/network/matrix/office/servers"):
        assert f"{AT}#look-first" in await settled(ada, path)


async def test_without_connections_it_says_so_and_can_end(ada: Browser, put: Put) -> None:
    put(NETWORK)
    page = await settled(ada, AT)
    assert 'class="empty"' in page
    assert f"{AT}/look-first/end" in page


async def test_without_trials_it_says_where_to_state_one(ada: Browser, put: Put) -> None:
    put(harbor())
    assert "/console/network/file" in await settled(ada, AT)


async def test_one_that_is_over_is_only_removed(ada: Browser, put: Put) -> None:
    put(replace(NETWORK, trials=(replace(TRIAL, until="2020-01-01"),)))
    page = await settled(ada, AT)
    assert 'class="effect"' in page
    assert 'class="effect challenge"' not in page.split("look-first")[1]


async def test_ending_one_is_a_change_like_any_other(house: House, ada: Browser) -> None:
    trial = '\ntrial:\n  - {id: look-first, from: office, to: machines, until: "2999-01-15", why: We look}\n'
    await ada.get("/console/network/file")
    begun = await ada.post("/console/network/file", text=text_of(house) + trial, do="plan")
    await settled(ada, begun.headers["location"])
    await ada.post(f"{begun.headers['location']}/publish", reason="Look first")
    assert "look-first" in text_of(house)
    await settled(ada, AT)
    ended = await ada.post(f"{AT}/look-first/end")
    assert "look-first" in await settled(ada, ended.headers["location"])
    await ada.post(f"{ended.headers['location']}/publish", reason="Nothing would be cut")
    assert "look-first" not in text_of(house)


async def test_auditors_read_it_and_change_nothing(house: House, put: Put) -> None:
    iris = house.browser()
    await house.member(iris, "Iris", "auditors")
    put(NETWORK)
    page = await settled(iris, AT)
    assert "look-first" in page
    assert "/end" not in page
    assert (await iris.post(f"{AT}/look-first/end")).headers["location"].startswith("/not-yet")
