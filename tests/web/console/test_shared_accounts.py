from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.brokered.test_accounts import ACCOUNT
from tests.web.conftest import House

from limen.clock import DAY
from limen.enforcement.brokered import store
from limen.events import Event
from limen.web.console.shared_accounts import AT

SHARED = "wiki"
SECRET = "tidal-marble-lantern-9"


@pytest.fixture
def sharing(house: House) -> House:
    """Where the app of the files has one account for all, for as long as nobody publishes."""
    known = house.limen.known
    apps = [replace(one, account=ACCOUNT) if one.id == SHARED else one for one in known.apps.values()]
    known.set_company(apps, known.groups.values(), known.networks)
    return house


def kept(house: House) -> str:
    app = house.limen.known.apps[SHARED]
    return house.limen.database.read(lambda s: store.secret_of(s.connection, house.limen.core.keyring, app)).text


async def test_a_secret_is_replaced_and_shown_nowhere(sharing: House) -> None:
    ada = sharing.browser()
    who = await sharing.administrator(ada)
    page = await ada.get(AT)
    assert 'id="wiki"' in page.text
    assert f'action="{AT}/remove"' not in page.text
    assert (await ada.post(f"{AT}/secret", app=SHARED, password=SECRET)).headers["location"] == f"{AT}?done=stored"
    assert kept(sharing) == SECRET
    after = await ada.get(AT)
    assert SECRET not in after.text
    assert f'action="{AT}/remove"' in after.text
    (stored,) = sharing.events("brokered.secret_stored")
    assert (stored.actor, stored.details["app"]) == (who, SHARED)
    assert SECRET not in str(stored)
    await ada.post(f"{AT}/remove", app=SHARED)
    assert kept(sharing) == ""
    assert [one.actor for one in sharing.events("brokered.secret_removed")] == [who]


async def test_what_can_be_no_secret_and_another_app_are_refused(sharing: House) -> None:
    ada = sharing.browser()
    await sharing.administrator(ada)
    await ada.get(AT)
    for fields in ({"app": SHARED, "password": " "}, {"app": "payroll", "password": SECRET}, {"password": SECRET}):
        answer = await ada.post(f"{AT}/secret", **fields)
        assert answer.status_code == 400
        assert SECRET not in answer.text
    assert kept(sharing) == ""
    assert (await ada.post(f"{AT}/remove", app=SHARED)).headers["location"] == AT


async def test_who_used_it_and_when_it_is_due_are_told(sharing: House) -> None:
    ada = sharing.browser()
    who = await sharing.administrator(ada)
    await ada.get(AT)
    await ada.post(f"{AT}/secret", app=SHARED, password=SECRET)
    now = sharing.clock.now()
    details = {"app": SHARED, "account": "company"}
    sharing.limen.journal.record(Event(at=now, kind="brokered.signed_in", actor=who, details=details))
    sharing.limen.journal.flush()
    shown = (await ada.get(AT)).text.split('id="wiki"')[1]
    assert f'href="/console/people/{who}"' in shown
    assert "effect permit" in shown
    sharing.limen.database.write(
        lambda t: t.connection.execute(store.brokered_secrets.update().values(stored_at=now - 91 * DAY))
    )
    assert "effect challenge" in (await ada.get(AT)).text.split('id="wiki"')[1]
    assert f'href="{AT}#wiki"' in (await ada.get("/console/connections")).text


async def test_helpers_neither_see_nor_replace_one(sharing: House) -> None:
    ada, hana = sharing.browser(), sharing.browser()
    await sharing.administrator(ada)
    await sharing.member(hana, "Hana", "staff", "helpdesk")
    assert (await hana.get(AT)).headers["location"].startswith("/not-yet")
    await hana.get("/console/people")
    assert (await hana.post(f"{AT}/secret", app=SHARED, password=SECRET)).headers["location"].startswith("/not-yet")
    assert kept(sharing) == ""


async def test_without_one_the_page_says_how_to_declare_it(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    if not any(app.account for app in house.limen.known.apps.values()):
        assert "<code>account:</code>" in (await ada.get(AT)).text
