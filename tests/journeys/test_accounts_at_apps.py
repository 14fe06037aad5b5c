"""An administrator finds an account at an app that nobody here has, and has it deactivated; at a real SCIM server."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import expect
from tests import scim_app
from tests.scim_app import TOKEN, ScimApp, refusal
from tests.sso.provisioning.rows import account

from limen.connectors.scim.users import SentUser
from limen.facts.provision import Provision
from limen.sso.provisioning import store
from limen.sso.provisioning.apps import ProvisionedApps, keep_secret
from limen.sso.provisioning.model import State

AT = "/console/provisioning"
APP = "handbook"


@pytest.fixture
def there(harbor: Any) -> Iterator[ScimApp]:
    """The handbook has accounts for nobody, for as long as the test lasts."""
    core = harbor.limen.core
    apps = core.offers.take(ProvisionedApps)
    with scim_app.serving() as serving:
        provision = Provision(serving.url, ("nobody-at-all",))
        apps.known = lambda: {APP: provision}
        now = core.clock.now()
        keep = partial(keep_secret, keyring=core.keyring, app=APP, provision=provision, secret=TOKEN, now=now, by="")
        harbor.run(core.write(keep))
        yield serving
        del apps.known
        harbor.run(core.write(lambda t: store.forget_app(t.connection, APP)))


def test_an_account_of_nobody_is_found_and_ended(harbor: Any, ada: Any, there: ScimApp) -> None:
    there.add(SentUser("", "old-intern"))
    core = harbor.limen.core
    several = [
        account(1, State.LEAVING, app=APP, person_id="pe_gone", due_at=0, left_at=core.clock.now(), remote_id="r1"),
        account(2, State.ASKING, app=APP, person_id=core.known.people[next(iter(core.known.people))].id),
    ]
    there.faults.append(lambda asked: refusal(500) if asked.path.endswith("/r1") else None)
    harbor.run(core.write(lambda t: [store.add(t.connection, one) for one in several]))
    ada.page.goto(harbor.origin + AT)
    card = ada.page.locator(f"#{APP}")
    card.get_by_role("button", name="Compare now").click()
    found = card.locator("li", has_text="old-intern")
    expect(found).to_have_count(1)
    expect(card.get_by_role("button", name="Go on")).to_have_count(1)
    ada.clean()
    found.get_by_role("button", name="Deactivate it").click()
    expect(card.locator("li", has_text="old-intern")).to_have_count(0)
    for _ in range(200):
        if not there.users["old-intern"].active:
            break
        ada.page.wait_for_timeout(50)
    assert there.users["old-intern"].active is False
    ada.clean()
