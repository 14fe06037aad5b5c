"""From a one-time link to an open app: the first minutes of an administrator and of an employee."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading

from limen.clock import HOUR


@pytest.mark.gate("identity")
def test_from_the_link_to_a_passkey_to_an_app_by_way_of_a_step_up(harbor: Any, browse: Any) -> None:
    link = harbor.invite("Mia Falk", "staff", "finance")
    mia = browse()
    mia.page.goto(link)
    expect(mia.page.get_by_role("button", name="Create a passkey")).to_be_visible()
    assert "#" not in mia.page.url, "the link's secret stays in the address"
    mia.clean()
    mia.page.get_by_role("button", name="Create a passkey").click()
    expect(heading(mia)).to_have_text("Your apps")
    mia.clean()

    mia.page.get_by_role("link", name="Wiki").click()
    expect(heading(mia)).to_contain_text("The app on wiki.harbor.localhost")

    harbor.age_sign_ins(5 * HOUR, "Mia Falk")
    mia.page.goto(harbor.on("payroll", "/run/2026-11"))
    expect(heading(mia)).to_have_text("One more step")
    expect(mia.page.locator("main")).to_contain_text("Payroll")
    expect(mia.page.locator("main")).not_to_contain_text(re.compile(r"\b4\b|hour"))
    mia.clean()
    mia.page.get_by_role("button", name="Use my passkey").click()
    expect(heading(mia)).to_contain_text("The app on payroll.harbor.localhost")
    assert mia.page.url == harbor.on("payroll", "/run/2026-11")


def test_a_link_works_once(harbor: Any, browse: Any) -> None:
    link = harbor.invite("Mia Vogel", "staff")
    browse().enrol(link)
    thief = browse()
    thief.page.goto(link)
    expect(thief.page.get_by_role("alert")).to_contain_text("no longer works")
    expect(thief.page.locator("main")).not_to_contain_text("Mia")


def test_signing_out_and_in_again_at_the_press_of_one_button(harbor: Any, browse: Any) -> None:
    mia = browse()
    mia.without_autofill()
    harbor.arrive(mia, "Mia Adler", "staff")
    mia.page.get_by_role("button", name="Sign out").click()
    expect(heading(mia)).to_have_text("You are signed out")
    mia.clean()
    mia.page.goto(harbor.on("wiki", "/plans"))
    expect(heading(mia)).to_have_text("Sign in to Harbor")
    expect(mia.page.locator("main")).not_to_contain_text("Wiki")
    mia.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(heading(mia)).to_contain_text("The app on wiki.harbor.localhost")
    assert mia.page.url == harbor.on("wiki", "/plans")


def test_a_passkey_offered_by_autofill_signs_in_without_a_press(harbor: Any, browse: Any) -> None:
    mia = browse()
    harbor.arrive(mia, "Mia Brandt", "staff")
    mia.page.get_by_role("button", name="Sign out").click()
    expect(heading(mia)).to_have_text("You are signed out")
    mia.page.goto(harbor.on("wiki", "/plans"))  # the virtual authenticator is there, and answers at once
    expect(heading(mia)).to_contain_text("The app on wiki.harbor.localhost")


def test_a_person_who_is_not_verified_by_their_device_does_not_get_in(harbor: Any, browse: Any) -> None:
    mia = browse()
    mia.without_autofill()
    harbor.arrive(mia, "Mia Conti", "staff")
    mia.page.get_by_role("button", name="Sign out").click()
    mia.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": mia.authenticator, "isUserVerified": False})
    mia.page.goto(harbor.origin + "/sign-in")
    mia.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(mia.page.get_by_role("alert").first).to_contain_text("The passkey wasn't used")
    assert mia.page.url.startswith(harbor.origin + "/sign-in")


def test_a_passkey_is_renamed_and_the_last_one_stays(harbor: Any, browse: Any) -> None:
    mia = browse()
    harbor.arrive(mia, "Mia Dahl", "staff")
    mia.page.goto(harbor.origin + "/passkeys")
    mia.page.get_by_text("Rename").click()
    mia.page.get_by_label("New name").fill("Blue laptop")
    mia.page.get_by_role("button", name="Save").click()
    expect(mia.page.get_by_role("status")).to_contain_text("Renamed")
    mia.page.get_by_role("button", name="Remove Blue laptop").click()
    expect(mia.page.get_by_role("alert").first).to_contain_text("only remaining way to sign in")
    assert all("400" in problem for problem in mia.problems), "a browser notes the refusal, and nothing else"


def test_password_and_code_lead_to_the_same_app_without_a_passkey(harbor: Any, browse: Any) -> None:
    import pyotp

    otto = browse()
    otto.page.goto(harbor.invite("Otto Nowak", "staff"))
    otto.page.get_by_text("No passkey on this device?").click()
    otto.page.get_by_role("button", name="Continue with password and code").click()
    otto.page.get_by_text("Can't scan it?").click()
    otto.clean()
    seed = otto.page.locator("details code").inner_text().replace(" ", "")
    otto.page.locator("input[name=code]").fill(pyotp.TOTP(seed).now())
    otto.page.locator("input[name=password]").fill("tidal marble lantern fox")
    otto.page.get_by_role("button", name="Finish").click()
    expect(heading(otto)).to_have_text("Your apps")
    otto.clean()
    otto.page.goto(harbor.on("wiki"))
    expect(heading(otto)).to_contain_text("The app on wiki.harbor.localhost")


def test_everything_fits_a_phone_and_the_dark(harbor: Any, browse: Any) -> None:
    link = harbor.invite("Mia Engel", "staff", "finance")
    mia = browse(**PHONE, color_scheme="dark")
    mia.page.goto(harbor.origin + "/sign-in")
    mia.clean()
    mia.enrol(link)
    for path in ("/", "/passkeys", "/sessions", "/access"):
        mia.page.goto(harbor.origin + path)
        mia.clean()
