"""A form that is sent when the proof is old: a passkey, one press, and it is done."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading

from limen.clock import MINUTE


def test_an_administrator_invites_somebody_after_a_proof_without_typing_anything_again(
    harbor: Any, browse: Any
) -> None:
    bea = browse()
    harbor.arrive(bea, "Bea Okafor", "staff", "administrators")
    bea.page.goto(harbor.origin + "/console/people/invite")
    bea.page.get_by_label("Name").fill('Tess "T" de Boer')
    bea.page.get_by_label("Email address").fill("tess@harbor.example")
    bea.page.locator("input[value=staff]").check()
    harbor.age_sign_ins(11 * MINUTE, "Bea Okafor")
    bea.page.get_by_role("button", name="Show the link").click()
    bea.page.get_by_role("button", name="Use my passkey").click()
    expect(heading(bea)).to_have_text("Invite someone")
    bea.page.get_by_text("What you entered").click()
    expect(bea.page.locator("dl")).to_contain_text('Tess "T" de Boer')
    bea.clean()
    bea.page.get_by_role("button", name="Do it now").click()
    expect(heading(bea)).to_contain_text('A link for Tess "T" de Boer')
    bea.page.go_back()
    bea.page.reload()
    expect(bea.page.locator("main")).to_contain_text("no longer here")


def test_an_employee_on_a_phone_in_german_goes_on_where_they_were(harbor: Any, browse: Any) -> None:
    kai = browse(**{**PHONE, "locale": "de-DE"})
    harbor.arrive(kai, "Kai Brandt", "staff")
    kai.page.goto(harbor.origin + "/passkeys")
    harbor.age_sign_ins(11 * MINUTE, "Kai Brandt")
    kai.page.get_by_role("button", name="Wiederherstellungscodes erstellen").click()
    kai.page.get_by_role("button", name="Passkey benutzen").click()
    expect(heading(kai)).to_have_text("Wiederherstellungscodes erstellen")
    kai.clean()
    kai.page.get_by_role("button", name="Jetzt ausführen").click()
    expect(kai.page.locator("main")).to_contain_text("Wiederherstellungscodes")
    expect(kai.page.get_by_role("button", name="Als Datei speichern")).to_be_visible()
