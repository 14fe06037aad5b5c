"""Firewalls on pages: a change is shown, applied, confirmed, undone and put back; with real rules see the journeys."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from tests.network.firewalls.test_service import HERE, enrolled, of
from tests.network.networks import flow, harbor, way
from tests.web.conftest import Browser, House
from tests.web.network.conftest import Put, settled

from limen.clock import MINUTE
from limen.network.firewalls import store
from limen.network.firewalls.service import Asks, Went
from limen.network.firewalls.store import CONFIRMED, TRIAL
from limen.network.firewalls.telling import Drift, Tells
from limen.network.model import Firewall, Network
from limen.web.network.firewall_pages import AT

GW1 = Firewall("gw1", "nftables", (), "gw1", uplinks=("wan0",))
CLOUD = Firewall("cloud", "aws", ("servers",), reference="vpc-1", region="eu-central-1")
BRANCH = Firewall("branch", "fortigate", ("office", "servers"), uplinks=("wan1",))
EFFECT = re.compile(r'<span class="effect ?(\w*)">')


def network(*names: str) -> Network:
    of_ = harbor([flow(one, way("office", one, "ssh")) for one in names or ("files",)])
    return replace(of_, firewalls=(GW1, CLOUD))


def row(page: str, name: str) -> str:
    return page.split(f'<tr id="{name}">')[1].split("</tr>", maxsplit=1)[0]


async def ask(house: House, secret: str, went: Went | None = None, in_force: str = "") -> None:
    await asyncio.wait_for(of(house).ask(secret, Asks(0, in_force, went), HERE), 60)


async def shown(browser: Browser, name: str = "gw1") -> str:
    return await settled(browser, f"{AT}/{name}")


async def changes(house: House) -> list[tuple[str, str]]:
    found = await house.limen.core.database.reading(lambda read: store.last_changes(read.connection, "gw1"))
    return [(one.state, one.made_by) for one in found]


def digest_in(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def change_in(page: str) -> str:
    found = re.search(r'name="change" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def left_in(page: str) -> int:
    """Seconds; the clock goes on while the test does."""
    found = re.search(r"<span data-left>([0-9]+)</span>", page)
    assert found is not None
    return int(found[1])


async def test_each_says_how_it_is_and_what_the_next_step_is(ada: Browser, house: House, put: Put) -> None:
    put(network())
    page = (await ada.get(AT)).text
    assert [row(page, name).count("effect permit") for name in ("gw1", "cloud")] == [0, 0]
    assert 'id="setup"' in await shown(ada)
    assert (await shown(ada, "cloud")).split('id="command"')[1].count("--key") == 6
    assert (await ada.get(f"{AT}/nowhere")).status_code == 404
    put(replace(network(), firewalls=(BRANCH,)))
    page = await shown(ada, "branch")
    assert ("--key" in page, "--out" in page.split('id="text"')[1]) == (False, True)
    put(replace(network(), firewalls=()))
    assert "/console/network/file" in (await ada.get(AT)).text


async def test_a_change_is_applied_as_it_was_shown_counted_down_and_confirmed(
    ada: Browser, house: House, put: Put
) -> None:
    put(network())
    secret, _ = await enrolled(house)
    page = await shown(ada)
    assert "<strong>files</strong>" in page.split('id="plan"')[1]
    done = await ada.post(f"{AT}/gw1/apply", digest=digest_in(page))
    assert done.status_code == 303, done.text
    me = house.id_of("ada@harbor.example")
    assert await changes(house) == [("waiting", me)]
    (event,) = house.events("network.change_made")
    assert (event.actor, event.details["firewall"]) == (me, "gw1")

    page = await shown(ada)
    assert f'data-live="{AT}/gw1/live"' in page
    assert ("/confirm" in page, "/undo" in page, 'id="plan"' in page) == (False, True, False)
    id_ = change_in(page)
    await ask(house, secret, Went(id_, TRIAL))
    assert left_in(await shown(ada)) > 50
    house.clock.forward(20_000)
    assert 30 < left_in(await shown(ada)) <= 40
    assert " s left" in row((await ada.get(AT)).text, "gw1")

    assert (await ada.post(f"{AT}/gw1/confirm", change="nc-other")).status_code >= 400
    assert (await ada.post(f"{AT}/gw1/confirm", change=id_)).status_code == 303
    assert await changes(house) == [(CONFIRMED, me)]
    page = await shown(ada)
    assert (page.count("effect permit") > 0, "/apply" in page, 'id="trial"' in page) == (True, False, False)
    assert (await ada.post(f"{AT}/gw1/confirm", change=id_)).status_code >= 400


async def test_what_goes_back_by_itself_or_is_undone_is_said_with_why(ada: Browser, house: House, put: Put) -> None:
    put(network())
    secret, _ = await enrolled(house)
    for way_ in ("by itself", "undone"):
        await ada.post(f"{AT}/gw1/apply", digest=digest_in(await shown(ada)))
        id_ = change_in(await shown(ada))
        await ask(house, secret, Went(id_, TRIAL))
        if way_ == "undone":
            assert (await ada.post(f"{AT}/gw1/undo", change=id_)).status_code == 303
        else:
            await ask(house, secret, Went(id_, "undone", "nobody confirmed <it> in time"))
        page = await shown(ada)
        assert ('id="trial"' in page, 'id="plan"' in page) == (False, True)
    assert "nobody confirmed &lt;it&gt; in time" in page
    assert [state for state, _ in await changes(house)] == ["undone", "undone"]


async def test_what_has_changed_since_it_was_shown_is_not_sent(ada: Browser, house: House, put: Put) -> None:
    put(network())
    await enrolled(house)
    shown_then = digest_in(await shown(ada))
    put(network("erp"))
    house.limen.in_force.company = replace(house.limen.in_force.company, revision="another")
    done = await ada.post(f"{AT}/gw1/apply", digest=shown_then)
    assert done.headers["location"].endswith("done=other")
    assert await changes(house) == []
    assert digest_in(await shown(ada)) != shown_then


async def in_force(ada: Browser, house: House, secret: str) -> str:
    """Rules are confirmed there; their digest."""
    digest = digest_in(await shown(ada))
    await ada.post(f"{AT}/gw1/apply", digest=digest)
    id_ = change_in(await shown(ada))
    await ask(house, secret, Went(id_, TRIAL))
    await ada.post(f"{AT}/gw1/confirm", change=id_)
    await ask(house, secret, in_force=digest)
    return digest


async def drifted(house: House, secret: str, *found: dict[str, str], is_repaired: bool) -> None:
    """As the firewall tells."""
    firewall = of(house).firewall(secret, HERE)
    await of(house).telling.take(firewall, Tells(drift=[Drift(found, is_repaired)]), HERE)


async def test_what_somebody_changed_is_explained_and_put_back(ada: Browser, house: House, put: Put) -> None:
    put(network())
    secret, _ = await enrolled(house)
    digest = await in_force(ada, house, secret)
    added = {"where": "chain from-office", "was": "", "is": "accept <b>"}
    await drifted(house, secret, added, is_repaired=True)
    house.limen.journal.flush()
    page = await shown(ada)
    assert "accept &lt;b&gt;" in page.split('id="drift"')[1]
    assert "/put-back" not in page
    await drifted(house, secret, added, is_repaired=False)
    assert "effect deny" in row((await ada.get(AT)).text, "gw1")
    assert "/put-back" in await shown(ada)
    assert (await ada.post(f"{AT}/gw1/put-back")).status_code == 303
    page = await shown(ada)
    await ask(house, secret, Went(change_in(page), CONFIRMED), in_force=digest)
    page = await shown(ada)
    assert ("/put-back" in page, "effect permit" in page) == (False, True)


async def test_rules_of_others_beside_limens_are_told_and_left(ada: Browser, house: House, put: Put) -> None:
    put(network())
    secret, _ = await enrolled(house)
    await in_force(ada, house, secret)
    beside = {"where": "chain ip docker FORWARD at forward", "was": "", "is": "there"}
    await drifted(house, secret, beside, is_repaired=False)
    house.limen.journal.flush()
    page = await shown(ada)
    assert "docker" in page.split('id="drift"')[1].split("</section>")[0]
    assert "docker" in page.split('id="history"')[1]
    assert ("/put-back" in page, "effect permit" in page) == (False, True)


async def test_rules_older_than_the_network_are_seen(ada: Browser, house: House, put: Put) -> None:
    put(network())
    secret, _ = await enrolled(house)
    digest = await in_force(ada, house, secret)
    put(network("erp"))
    house.limen.in_force.company = replace(house.limen.in_force.company, revision="another")
    assert [("effect challenge" in one, "effect permit" in one) for one in (row(await settled(ada, AT), "gw1"),)] == [
        (True, False)
    ]
    page = await shown(ada)
    assert ("effect challenge" in page, digest_in(page) == digest) == (True, False)


async def test_other_rules_than_confirmed_and_silence_are_seen(ada: Browser, house: House, put: Put) -> None:
    put(network())
    secret, _ = await enrolled(house)
    await in_force(ada, house, secret)
    await ask(house, secret, in_force="0" * 64)
    assert "/put-back" in await shown(ada)
    await ask(house, secret, in_force="")
    house.clock.forward(10 * MINUTE)
    assert "effect deny" in row((await ada.get(AT)).text, "gw1")


async def test_only_administrators_change_anything(ada: Browser, house: House, put: Put) -> None:
    put(network())
    secret, _ = await enrolled(house)
    digest = digest_in(await shown(ada))
    iris = house.browser()
    await house.member(iris, "Iris", "auditors")
    assert f"{AT}/gw1/apply" not in await shown(iris)
    await iris.post(f"{AT}/gw1/apply", digest=digest)
    assert await changes(house) == []
    await ada.post(f"{AT}/gw1/apply", digest=digest)
    id_ = change_in(await shown(ada))
    await ask(house, secret, Went(id_, TRIAL))
    forms = {*re.findall('action="([^"]+)"', await shown(iris))}
    assert not {f"{AT}/gw1/{task}" for task in ("confirm", "undo")} & forms
    for task in ("confirm", "undo", "put-back"):
        await iris.post(f"{AT}/gw1/{task}", change=id_)
    assert [state for state, _ in await changes(house)] == [TRIAL]


async def test_a_countdown_is_told_each_second_and_is_over_with_the_change(
    ada: Browser, house: House, put: Put
) -> None:
    put(network())
    secret, _ = await enrolled(house)
    told = await ada.get(f"{AT}/gw1/live")
    assert "event: over" in told.text
    await ada.post(f"{AT}/gw1/apply", digest=digest_in(await shown(ada)))
    id_ = change_in(await shown(ada))
    await ask(house, secret, Went(id_, TRIAL))
    watching = asyncio.create_task(ada.client.get(f"{AT}/gw1/live"))
    await asyncio.sleep(0.2)
    await ask(house, secret, Went(id_, "undone", "nobody confirmed it in time"))
    answer = await asyncio.wait_for(watching, 60)
    assert "data-left" in answer.text
    assert answer.text.rstrip().endswith("data: ended")
