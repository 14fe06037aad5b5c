"""Signing in to apps in a real browser: from the launcher, for another company's app, on a device, refused and let in,
signed out of all; and an administrator who registers one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, Harbor, heading, into_the_console, serve
from tests.journeys.relying_apps import RelyingApps, relying_apps
from tests.journeys.test_policy_tasks import publish, see_what_would_change
from tests.ports import free_port

from limen.clock import HOUR
from limen.facts import SessionState
from limen.sso.oidc.protocol import DEVICE
from limen.sso.oidc.provider import Provider

APPS = """
- id: board
  protocol: oidc
  name: Board
  label: internal
  url: {url}/board/
  oidc:
    redirect_uris: ["{url}/board/back"]
    post_logout_uris: ["{url}/board/bye"]
    backchannel_logout_uri: {url}/board/out

- id: survey
  protocol: oidc
  name: Survey
  label: internal
  url: {url}/survey/
  oidc:
    redirect_uris: ["{url}/survey/back"]
    consent: once
    scopes: [openid, profile, email]

- id: scanner
  protocol: oidc
  name: Scanner
  label: internal
  url: {url}/scanner/
  oidc:
    client: public
    device: true

- id: accounts
  protocol: oidc
  name: Accounts
  label: confidential
  owner: finance
  url: {url}/accounts/
  oidc:
    redirect_uris: ["{url}/accounts/back"]

- id: manual
  protocol: saml
  name: Manual
  label: internal
  url: {url}/manual/
  saml:
    entity_id: {url}/manual
    acs: ["{url}/manual/acs"]
    name_id: email
"""
POLICIES = """
@id("staff-use-what-signs-in")
@title("Staff use the apps that sign people in")
@reason("They need them for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource is App)
when {
  context.auth.strength >= 2 &&
  (resource == App::"board" || resource == App::"survey" || resource == App::"scanner" || resource == App::"manual")
};

@id("finance-uses-accounts")
@title("Finance uses the accounts with a passkey that was used this hour")
@reason("They keep the books.")
@phase("identity")
permit (principal in Group::"finance", action == Action::"view", resource == App::"accounts")
when { context.auth.strength >= 3 && context.now < context.auth.at.offset(duration("1h")) };
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[tuple[Harbor, RelyingApps]]:
    with relying_apps() as apps:

        def write(folder: Path) -> None:
            listed = folder / "apps.yaml"
            listed.write_text(listed.read_text("utf-8").rstrip() + "\n" + APPS.format(url=apps.url), "utf-8")
            (folder / "policies" / "67-sign-on.cedar").write_text(POLICIES, "utf-8")

        harbor, stop = serve(tmp_path_factory.mktemp("sign-on"), free_port(), upstream, write=write)
        apps.issuer = harbor.origin
        provider = harbor.limen.core.offers.take(Provider)
        for name in ("board", "survey", "accounts"):
            apps.secrets[name] = harbor.run(provider.new_secret(name, "", 0))
        yield harbor, apps
        stop()


@pytest.mark.gate("sign-on")
def test_from_the_launcher_to_two_apps_and_out_of_all(both: tuple[Harbor, RelyingApps], browse: Any) -> None:
    harbor, apps = both
    mia = browse()
    harbor.arrive(mia, "Mia Board", "staff")
    page = mia.page
    mia.clean_both_ways()
    page.get_by_role("link", name="Board", exact=True).click()
    expect(heading(mia)).to_have_text("board knows Mia Board")
    page.goto(harbor.origin)
    page.get_by_role("link", name="Manual", exact=True).click()
    expect(heading(mia)).to_have_text("manual knows mia.board@harbor.example")
    page.goto(f"{harbor.origin}/sessions")
    mia.clean_both_ways()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(heading(mia)).to_have_text("You are signed out")
    until = time.monotonic() + 10
    while "board" not in apps.told and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert len(apps.told["board"]) == 1
    mia.without_autofill()
    page.goto(f"{apps.url}/board/")
    expect(heading(mia)).to_have_text("Sign in to Harbor")
    mia.clean_both_ways()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(heading(mia)).to_have_text("board knows Mia Board")


def test_another_companys_app_is_agreed_to_once_and_can_be_declined(
    both: tuple[Harbor, RelyingApps], browse: Any
) -> None:
    harbor, apps = both
    tom = browse(**PHONE, locale="de-DE")
    harbor.arrive(tom, "Tom Umfrage", "staff")
    page = tom.page
    page.goto(f"{apps.url}/survey/")
    expect(page.locator("button[value=agree]")).to_be_visible()
    tom.clean()
    page.locator("button[value=decline]").click()
    expect(page.locator(f"a[href^='{apps.url}/survey/back']")).to_be_visible()
    tom.clean()
    page.locator(f"a[href^='{apps.url}/survey/back']").click()
    expect(heading(tom)).to_have_text("survey knows access_denied")
    page.goto(f"{apps.url}/survey/")
    page.locator("button[value=agree]").click()
    expect(heading(tom)).to_have_text("survey knows Tom Umfrage")
    page.goto(f"{apps.url}/survey/")
    expect(heading(tom)).to_have_text("survey knows Tom Umfrage")


def test_a_device_without_a_browser_is_signed_in_from_a_phone(both: tuple[Harbor, RelyingApps], browse: Any) -> None:
    harbor, apps = both
    nils = browse(**PHONE, locale="de-DE")
    harbor.arrive(nils, "Nils Lager", "staff")
    page = nils.page
    begun = apps.post("/oidc/device", "scanner", scope="openid profile")
    page.goto(begun["verification_uri"])
    nils.clean()
    page.locator("input[name=code]").fill(begun["user_code"].lower())
    page.locator("form[action='/device'] button").click()
    expect(page.locator("button[value=agree]")).to_be_visible()
    expect(page.locator("main")).to_contain_text("127.0.0.1")
    nils.clean()
    page.locator("button[value=agree]").click()
    expect(page.locator("main a[href='/']")).to_be_visible()
    nils.clean()
    tokens = apps.post("/oidc/token", "scanner", grant_type=DEVICE, device_code=begun["device_code"])
    assert apps.userinfo(tokens["access_token"])["name"] == "Nils Lager"


def test_a_sign_out_that_begins_at_an_app_is_asked_for_here(both: tuple[Harbor, RelyingApps], browse: Any) -> None:
    harbor, apps = both
    lena = browse(**PHONE, locale="de-DE")
    harbor.arrive(lena, "Lena Kai", "staff")
    page = lena.page
    leaving = urlencode({"client_id": "board", "post_logout_redirect_uri": f"{apps.url}/board/bye"})
    page.goto(f"{harbor.origin}/oidc/sign-out?{leaving}")
    lena.clean()
    page.locator("form[action='/oidc/sign-out'] button").click()
    expect(page.locator(f"a[href='{apps.url}/board/bye']")).to_be_visible()
    expect(heading(lena)).to_have_text("board is left")  # it goes on by itself
    # Not asked by a page: her passkey would sign her in again by itself.
    known, now = harbor.limen.core.known, harbor.limen.clock.now()
    held = known.issued_to(("person", harbor.people["Lena Kai"]))
    assert [one for one in held if known.session_state(one, one.app, now) is SessionState.LIVE] == []


def test_refused_by_an_app_then_let_in_and_asked_again_an_hour_later(
    both: tuple[Harbor, RelyingApps], browse: Any
) -> None:
    harbor, apps = both
    eva = browse(locale="de-DE")
    harbor.arrive(eva, "Eva Kasse", "staff")
    page = eva.page
    page.goto(f"{apps.url}/accounts/")
    expect(page.locator(".conditions .fails")).not_to_have_count(0)
    assert "/not-yet?decision=" in page.url
    eva.clean_both_ways()
    harbor.run(harbor.limen.identity.people.set_groups(harbor.people["Eva Kasse"], ["staff", "finance"], by=""))
    page.locator("a[href^='/not-yet?']").first.click()
    page.locator(f"a[href='{apps.url}/accounts/']").click()
    expect(heading(eva)).to_have_text("accounts knows Eva Kasse")

    harbor.age_sign_ins(2 * HOUR, "Eva Kasse")
    page.goto(f"{apps.url}/accounts/")
    expect(page).to_have_url(re.compile("/step-up"))
    eva.clean_both_ways()
    page.get_by_role("button", name="Passkey").first.click()
    expect(heading(eva)).to_have_text("accounts knows Eva Kasse")


def test_an_administrator_registers_an_app_and_somebody_signs_in_to_it(
    both: tuple[Harbor, RelyingApps], browse: Any
) -> None:
    harbor, apps = both
    ada = browse()
    harbor.open(ada)
    into_the_console(ada, harbor.origin)
    page = ada.page
    page.goto(f"{harbor.origin}/console/add-app")
    ada.clean_both_ways()
    page.locator("input[name=id]").fill("reports")
    page.locator("input[name=url]").fill(f"{apps.url}/reports/")
    page.locator("input[name=protocol][value=oidc]").check()
    page.locator("input[name=redirect]").fill(f"{apps.url}/reports/back")
    page.locator("form[action='/console/add-app/look'] button").last.click()
    expect(page.locator("main")).to_contain_text(f"{harbor.origin}/.well-known/openid-configuration")
    ada.clean_both_ways()
    page.locator("input[name=name]").fill("Reports")
    page.locator("input[name=groups][value=staff]").check()
    see_what_would_change(ada)
    ada.clean_both_ways()
    publish(ada, "For the figures of the month.")
    page.goto(f"{harbor.origin}/console/apps/reports/sign-in")
    ada.clean_both_ways()
    page.locator("form[action$='/sign-in/secret'] button").click()
    expect(page.locator(".notice.heed code")).to_be_visible()
    apps.secrets["reports"] = page.locator(".notice.heed code").inner_text()
    mia = browse()
    harbor.arrive(mia, "Mia Zahlen", "staff")
    mia.page.get_by_role("link", name="Reports", exact=True).click()
    expect(heading(mia)).to_have_text("reports knows Mia Zahlen")
    mia.page.goto(f"{apps.url}/manual/")
    for way in ("reports/sign-in", "manual/saml"):
        page.goto(f"{harbor.origin}/console/apps/{way}?person=mia.zahlen@harbor.example")
        expect(page.locator("#now")).to_contain_text("Mia Zahlen")
        expect(page.locator("#told")).to_contain_text("mia.zahlen@harbor.example")
        ada.clean_both_ways()
