"""A browser that likes German best, at Harbor: every page on the way, on a phone, and the switch to English."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import heading

from limen.clock import HOUR


def look(browser: Any, name: str) -> None:
    """No violation, nothing that axe finds; a picture where somebody wants to see it (LIMEN_PICTURES)."""
    browser.clean()
    if folder := os.environ.get("LIMEN_PICTURES"):
        browser.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_each_page_is_german_as_a_whole_and_can_be_switched(harbor: Any, browse: Any) -> None:
    mia = browse(locale="de-DE", viewport={"width": 390, "height": 844})
    harbor.arrive(mia, "Mia Frey", "staff", "sales", "finance")
    expect(heading(mia)).to_have_text("Ihre Apps")
    for path, said in (("passkeys", "Meine Passkeys"), ("sessions", "Meine Sitzungen"), ("access", "Mein Zugriff")):
        look(mia, f"before-{path}")
        mia.page.goto(f"{harbor.origin}/{path}")
        expect(heading(mia)).to_have_text(said)
        look(mia, f"{path}-de")

    mia.page.goto(harbor.on("payroll", "/export/november.csv"))
    mia.page.get_by_role("link", name="Was geprüft wurde").or_(heading(mia)).first.wait_for()
    if mia.page.url.startswith(f"{harbor.origin}/withheld"):
        mia.page.get_by_role("link", name="Was geprüft wurde").click()
    expect(heading(mia)).to_have_text("Payroll ist auf diesem Gerät noch nicht verfügbar")
    expect(mia.page.locator("main")).to_contain_text("Lassen Sie dieses Gerät registrieren und in Ordnung bringen.")
    expect(mia.page.get_by_role("link", name="Noch einmal prüfen")).to_be_visible()
    expect(mia.page.get_by_role("button", name="Kopieren")).to_be_visible()
    look(mia, "not-yet-de")
    mia.page.get_by_role("button", name="English").click()
    expect(heading(mia)).to_have_text("Payroll isn't available on this device yet")
    look(mia, "not-yet-en")
    mia.page.get_by_role("link", name="Check again").click()
    expect(heading(mia)).to_have_text(
        "Payroll isn't available on this device yet"
    )  # as chosen, not as the browser likes
    mia.page.get_by_role("button", name="Deutsch").click()

    mia.page.goto(harbor.on("crm", "/export/all"))
    expect(heading(mia)).to_have_text("Customers können Sie von hier aus ansehen")
    look(mia, "withheld-de")

    harbor.age_sign_ins(6 * HOUR, "Mia Frey")
    mia.page.goto(harbor.on("payroll", "/run/2026-11"))
    expect(heading(mia)).to_have_text("Noch ein Schritt")
    expect(mia.page.get_by_role("button", name="Meinen Passkey benutzen")).to_be_visible()
    look(mia, "step-up-de")
    mia.page.get_by_role("button", name="Meinen Passkey benutzen").click()
    expect(heading(mia)).to_contain_text("The app on payroll.harbor.localhost")
