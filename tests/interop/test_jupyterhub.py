"""JupyterHub signs people in by Limen, as its page says: a real browser with a passkey."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import expect
from tests.interop.real_apps import PATIENCE_MS, environment, running
from tests.interop.recipes import block
from tests.interop.single_sign_on import RECIPES, SingleSignOn
from tests.journeys.conftest import heading
from tests.ports import free_ports

AGE = 1
"""Seconds after which JupyterHub asks again."""
PATIENCE = 10.0
"""Seconds until it has, on a machine with many times its work."""


@pytest.fixture(scope="module")
def hub(sso: SingleSignOn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where JupyterHub is; no notebook server is started."""
    programs, folder = environment("jupyterhub"), tmp_path_factory.mktemp("hub")
    here, (api, inner) = sso.apps["notebooks"], free_ports(2)
    config = sso.as_here("notebooks", block(RECIPES["notebooks"], "python"))
    config = config.replace("auth_refresh_age = 60", f"auth_refresh_age = {AGE}")
    (folder / "jupyterhub_config.py").write_text(f"""{config}
c.JupyterHub.bind_url = "{here.replace("notebooks.harbor.localhost", "127.0.0.1")}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{inner}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.command = ["{programs}/configurable-http-proxy"]
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.redirect_to_server = False
""")
    command = [str(programs / "python"), "-m", "jupyterhub", "--config", "jupyterhub_config.py"]
    keys = {
        "JUPYTERHUB_CRYPT_KEY": "0c" * 32,
        "CONFIGPROXY_AUTH_TOKEN": "of-this-test",
        "PATH": f"{programs}:/usr/bin:/bin",
    }
    with running(folder, command, int(here.rpartition(":")[2]), ["limen.harbor.localhost"], keys):
        yield here


def signed_in(browser: Any, hub: str, sso: SingleSignOn, name: str, *groups: str) -> Any:
    """The page of somebody who came to JupyterHub and was sent on to Limen, where they used their passkey."""
    browser.without_autofill()
    sso.harbor.arrive(browser, name, *groups)
    browser.page.get_by_role("button", name="Sign out").click()
    expect(heading(browser)).to_have_text("You are signed out")
    browser.page.goto(f"{hub}/hub/home")
    browser.page.get_by_role("button", name="Sign in with a passkey").click()
    browser.page.wait_for_url(f"{hub}/hub/home", timeout=PATIENCE_MS)
    return browser.page


def who(page: Any) -> dict[str, Any]:
    """What JupyterHub takes the browser's person for."""
    asked = "fetch(`/hub/api/user?_xsrf=${window.jhdata.xsrf_token}`).then((answered) => answered.json())"
    return dict(page.evaluate(asked))


def made_token(page: Any, hub: str) -> str:
    """An access token of JupyterHub's own, as somebody makes one for a program."""
    page.goto(f"{hub}/hub/token")
    page.get_by_role("button", name="Request new API token").click()
    shown = page.locator("#token-result")
    expect(shown).not_to_be_empty(timeout=PATIENCE_MS)
    return str(shown.inner_text())


def by_token(sso: SingleSignOn, token: str) -> int:
    """What JupyterHub answers to a program with this token."""
    here = f"http://127.0.0.1:{sso.ports['notebooks']}/hub/api/user"
    return requests.get(here, headers={"authorization": f"token {token}"}, timeout=60).status_code


def test_a_group_is_mapped_to_administrators_and_somebody_revoked_is_out(
    sso: SingleSignOn, hub: str, browse: Any
) -> None:
    page = signed_in(browse(), hub, sso, "Ida Marsh", "staff", "engineering")
    told = who(page)
    assert (told["name"], told["admin"]) == ("ida.marsh@harbor.example", True)
    assert set(told["groups"]) == {"member", "admin"}
    page.goto(f"{hub}/hub/admin")
    expect(page.get_by_text("ida.marsh@harbor.example").first).to_be_visible(timeout=PATIENCE_MS)

    token = made_token(page, hub)
    assert by_token(sso, token) == 200
    sso.revoke("Ida Marsh")
    since = time.monotonic()
    while sso.harbor.origin not in page.url:
        page.goto(f"{hub}/hub/home")
        assert time.monotonic() - since < AGE + PATIENCE, "JupyterHub still lets her in"
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Harbor")
    assert by_token(sso, token) == 403


def test_who_signs_out_there_is_led_to_limen(sso: SingleSignOn, hub: str, browse: Any) -> None:
    page = signed_in(browse(), hub, sso, "Lea Marsh", "staff")
    page.goto(f"{hub}/hub/logout")
    page.wait_for_url(f"{sso.harbor.origin}/oidc/sign-out")
    page.get_by_role("button", name="Sign out").first.click()
    page.goto(f"{hub}/hub/home")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Harbor")


def test_who_leaves_the_group_is_no_administrator_any_more(sso: SingleSignOn, hub: str, browse: Any) -> None:
    page = signed_in(browse(), hub, sso, "Uma Marsh", "staff", "engineering")
    assert who(page)["admin"]
    people = sso.harbor.limen.identity.people
    sso.harbor.run(people.set_groups(sso.harbor.people["Uma Marsh"], ["staff"], by=""))
    since = time.monotonic()
    while (answered := page.goto(f"{hub}/hub/admin")).status != 403:
        assert time.monotonic() - since < AGE + PATIENCE, answered.url
    page.goto(f"{hub}/hub/home")
    told = who(page)
    assert (told["admin"], told["groups"]) == (False, ["member"])


def test_who_may_not_use_it_is_told_so_by_limen(sso: SingleSignOn, hub: str, browse: Any) -> None:
    gus = browse()
    sso.harbor.arrive(gus, "Gus Marsh", "guests")
    gus.page.goto(f"{hub}/hub/home")
    assert gus.page.url.startswith(f"{sso.harbor.origin}/not-yet")
