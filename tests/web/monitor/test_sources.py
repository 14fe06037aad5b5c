"""The page of sources: how it goes with each, what to paste where, and who may send."""

from __future__ import annotations

import re

from tests.monitor.houses import send, sources_of
from tests.waiting import until
from tests.web.conftest import Browser, House

AT = "/console/sources"


async def test_every_source_is_listed_with_how_it_goes(harbor: House, ada: Browser) -> None:
    page = await ada.get(AT)
    assert page.status_code == 200
    assert all(f'href="{AT}/{name}"' in page.text for name in ("app", "office", "servers", "firewall"))
    assert page.text.count("unproven") == 1


async def test_a_token_is_shown_once_and_can_be_taken_back(harbor: House, ada: Browser) -> None:
    assert (await ada.get(f"{AT}/app")).status_code == 200
    made = await ada.post(f"{AT}/app/token", sender="wren")
    assert made.status_code == 200, made.text
    (token,) = set(re.findall(r"Bearer ([\w-]{43})", made.text))
    assert (await send(harbor, token, b'{"a": 1}')).status_code == 200
    page = await ada.get(f"{AT}/app")
    assert token not in page.text
    (sender,) = re.findall(r'name="id" value="(ls_\w+)"', page.text)
    assert (await ada.post(f"{AT}/app/remove", id=sender)).status_code == 303
    assert (await send(harbor, token, b'{"a": 1}')).status_code == 403
    kinds = [event.kind for kind in ("logs.sender_added", "logs.sender_removed") for event in harbor.events(kind)]
    assert kinds == ["logs.sender_added", "logs.sender_removed"]


async def test_a_certificate_comes_with_its_key_and_authority(harbor: House, ada: Browser) -> None:
    await ada.get(f"{AT}/servers")
    made = await ada.post(f"{AT}/servers/certificate", sender="wren")
    assert made.text.count("-----BEGIN CERTIFICATE-----") == 2
    assert made.text.count("-----BEGIN PRIVATE KEY-----") == 1
    assert "PRIVATE KEY" not in (await ada.get(f"{AT}/servers")).text


async def test_what_came_is_counted(harbor: House, ada: Browser) -> None:
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    await send(harbor, token, b'{"a": 1}\nnonsense\n')
    health = harbor.limen.core.offers.take(type(sources_of(harbor))).supervision
    await until(lambda: health.health and any(one.events == 2 for one in health.health.sources))
    (listed,) = [one for one in await sources_of(harbor).all() if one.name == "app"]
    assert (listed.totals.events, listed.totals.unreadable, listed.state.value) == (2, 1, "heard")
    assert listed.senders[0].heard_at
    await sources_of(harbor).write()
    (again,) = [one for one in await sources_of(harbor).all() if one.name == "app"]
    assert again.totals.events == 2
    assert any(figure.name == "limen_log_events_total" and figure.value == 2 for figure in harbor.limen.figures())


async def test_what_is_no_source_is_not_found(harbor: House, ada: Browser) -> None:
    await ada.get(f"{AT}/app")
    assert (await ada.get(f"{AT}/nothing")).status_code == 404
    assert (await ada.post(f"{AT}/nothing/token", sender="x")).status_code == 404
    assert (await ada.post(f"{AT}/app/remove", id="ls_nobody")).status_code == 404
    assert (await ada.post(f"{AT}/app/certificate", sender="x")).status_code == 400
    assert (await ada.post(f"{AT}/app/token", sender="")).status_code == 400


async def test_employees_see_nothing_of_it(harbor: House) -> None:
    browser = harbor.browser()
    await harbor.member(browser, "Ida", "staff")
    assert (await browser.get(AT)).status_code in {303, 403}
