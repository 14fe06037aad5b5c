"""A form that is sent when the proof is old: a passkey, one press, and it is done."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading, into_the_console

from limen.clock import MINUTE


def test_an_administrator_invites_somebody_after_a_proof_without_typing_anything_again(
    own_harbor: Any, browse: Any
) -> None:
    ada = browse()
    own_harbor.open(ada)
    into_the_console(ada, own_harbor.origin)
    ada.page.goto(own_harbor.origin + "/console/people/invite")
    ada.page.get_by_label("Name").fill('Tess "T" de Boer')
    ada.page.get_by_label("Email address").fill("tess@harbor.example")
    ada.page.locator("input[value=staff]").check()
    own_harbor.limen.clock.forward(11 * MINUTE)
    ada.page.get_by_role("button", name="Show the link").click()
    ada.page.wait_for_url(
        "**/step-up?**"
    )  # with its script, without which the button sends nothing that proves anything
    ada.page.get_by_role("button", name="Use my passkey").click()
    expect(heading(ada)).to_have_text("Invite someone")
    ada.page.get_by_text("What you entered").click()
    expect(ada.page.locator("dl")).to_contain_text('Tess "T" de Boer')
    ada.clean()
    ada.page.get_by_role("button", name="Do it now").click()
    expect(heading(ada)).to_contain_text('A link for Tess "T" de Boer')
    ada.page.go_back()
    ada.page.reload()
    expect(ada.page.locator("main")).to_contain_text("no longer here")


def test_an_employee_on_a_phone_in_german_goes_on_where_they_were(harbor: Any, browse: Any) -> None:
    kai = browse(**{**PHONE, "locale": "de-DE"})
    harbor.arrive(kai, "Kai Brandt", "staff")
    kai.page.goto(harbor.origin + "/passkeys")
    harbor.age_sign_ins(11 * MINUTE, "Kai Brandt")
    kai.page.get_by_role("button", name="Wiederherstellungscodes erstellen").click()
    kai.page.wait_for_url("**/step-up?**")
    kai.page.get_by_role("button", name="Passkey benutzen").click()
    expect(heading(kai)).to_have_text("Wiederherstellungscodes erstellen")
    kai.clean()
    kai.page.get_by_role("button", name="Jetzt ausführen").click()
    expect(kai.page.locator("main")).to_contain_text("Wiederherstellungscodes")
    expect(kai.page.get_by_role("button", name="Als Datei speichern")).to_be_visible()
