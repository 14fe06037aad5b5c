"""A lost device and the way back, the helpdesk and an auditor at work: on a desk, on a phone, once in German."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading


@pytest.mark.gate("devices")
def test_an_employee_comes_back_by_a_code_and_the_lost_device_is_out(harbor: Any, ada: Any, browse: Any) -> None:
    lost = browse()
    harbor.arrive(lost, "Eve Jansen", "staff")
    lost.page.goto(f"{harbor.origin}/passkeys")
    lost.page.get_by_role("button", name="Create recovery codes").click()
    expect(heading(lost)).to_have_text("Recovery codes")
    lost.clean()
    code = lost.page.locator("ol code").first.inner_text()
    with lost.page.expect_download() as saved:
        lost.page.get_by_role("button", name="Save as a file").click()
    assert code in Path(saved.value.path()).read_text("utf-8")
    lost.page.get_by_role("link", name="I have stored them safely").click()
    lost.page.get_by_role("button", name="Add another device").click()
    expect(lost.page.locator("svg.qr")).to_be_visible()
    lost.clean()

    back = browse(**PHONE, locale="de-DE")
    back.page.goto(f"{harbor.origin}/sign-in")
    back.page.get_by_role("link", name="Ich habe mein Gerät verloren").click()
    expect(heading(back)).to_have_text("Ich habe mein Gerät verloren")
    back.clean()
    back.page.get_by_label("E-Mail-Adresse").fill("eve.jansen@harbor.example")
    back.page.get_by_label("Wiederherstellungscode").fill(code.upper())
    back.page.get_by_role("button", name="Weiter").click()
    back.page.get_by_role("button", name="Passkey anlegen").click()
    expect(back.page.get_by_role("status")).to_contain_text("Sie sind wieder angemeldet")
    back.clean()
    back.page.get_by_role("button", name=re.compile("^Das Gerät mit .* ist verloren")).first.click()
    expect(back.page.get_by_role("status")).to_contain_text("alles, was damit geöffnet wurde")
    lost.page.goto(f"{harbor.origin}/passkeys")
    expect(lost.page).to_have_url(re.compile("/sign-in"))

    back.page.get_by_role("link", name="Kontoaktivität").click()
    expect(back.page.locator("main")).to_contain_text("Ein Wiederherstellungscode wurde benutzt")
    back.clean()
    back.page.get_by_role("button", name="Das war ich nicht").click()
    expect(heading(back)).to_have_text("Alles wurde beendet")
    back.clean()


def test_the_helpdesk_brings_somebody_back_and_gets_no_further(harbor: Any, ada: Any, browse: Any) -> None:
    jan, helper = browse(), browse()
    harbor.arrive(jan, "Jan Postma", "staff")
    harbor.arrive(helper, "Hal Smit", "staff", "helpdesk")
    helper.page.get_by_role("link", name="Console").click()
    expect(heading(helper)).to_have_text("People")
    helper.clean()
    expect(helper.page.get_by_role("link", name="Policies")).to_have_count(0)
    helper.page.goto(f"{harbor.origin}/console/policies")
    expect(helper.page).to_have_url(re.compile("/not-yet"))
    helper.page.goto(f"{harbor.origin}/console/people")
    helper.page.get_by_role("link", name="Ada Lindqvist").first.click()
    expect(helper.page.locator("main")).to_contain_text("only an administrator can help here")
    expect(helper.page.get_by_role("button", name="Issue an access pass")).to_have_count(0)

    helper.page.goto(f"{harbor.origin}/console/people")
    helper.page.get_by_role("link", name="Jan Postma").first.click()
    helper.clean()
    helper.page.locator("#lost summary").click()
    card = helper.page.locator("form[action$='/pass']")
    card.get_by_label("Why").fill("He sat before me.")
    card.locator("input[name=lost]").first.check()
    card.get_by_role("button", name="Issue an access pass").click()
    expect(heading(helper)).to_have_text("A link for Jan Postma")
    link = helper.page.locator("[data-link-url] code").inner_text()
    jan.page.goto(f"{harbor.origin}/")
    expect(jan.page).to_have_url(re.compile("/sign-in"))
    new = browse(**PHONE)
    new.page.goto(link)
    expect(new.page.get_by_text("password and a code")).to_have_count(0)
    new.page.get_by_role("button", name="Create a passkey").click()
    expect(new.page.get_by_role("status")).to_contain_text("Welcome back")
    expect(new.page.locator("main")).to_contain_text("1 active")
    new.page.goto(f"{harbor.origin}/account")
    expect(new.page.locator("main")).to_contain_text("by the helpdesk")
    new.clean()


def test_an_auditor_reads_everything_and_has_nothing_to_press(harbor: Any, ada: Any, browse: Any) -> None:
    hugo = browse()
    harbor.arrive(hugo, "Hugo Maas", "guests", "auditors")
    hugo.page.get_by_role("link", name="Console").click()
    for path in ("people", "apps", "policies", "decisions"):
        hugo.page.goto(f"{harbor.origin}/console/{path}")
        expect(heading(hugo)).to_be_visible()
        hugo.clean()
        posts = hugo.page.locator("form[method=post]:not([action='/sign-out'])")
        expect(posts).to_have_count(0)
