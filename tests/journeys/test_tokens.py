"""A token from the portal, on a phone and in German: made, used at once by a program, seen, revoked, refused."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect


def answered(url: str, token: str) -> int:
    """What a program with this token is told. Only browsers know by themselves where `*.localhost` is."""
    host, path = urlsplit(url).netloc, urlsplit(url).path
    fields = {"Host": host, "Authorization": f"Bearer {token}", "User-Agent": "backup/1"}
    asked = urllib.request.Request(f"http://127.0.0.1:{urlsplit(url).port}{path}", headers=fields)
    try:
        with urllib.request.urlopen(asked, timeout=60) as response:
            return int(response.status)
    except urllib.error.HTTPError as refused:
        return int(refused.code)


def test_a_token_is_made_used_and_revoked(harbor: Any, browse: Any) -> None:
    mia = browse(locale="de-DE", viewport={"width": 390, "height": 844})
    page, heading = mia.page, mia.page.get_by_role("heading", level=1)
    harbor.arrive(mia, "Mia Jansen", "staff")
    page.get_by_role("link", name="Tokens").click()
    expect(page.locator("main")).to_contain_text("Noch kein Token")
    mia.clean()
    page.get_by_role("link", name="Ein Token erstellen").click()
    expect(heading).to_have_text("Ein Token erstellen")
    mia.clean()
    page.get_by_role("link", name="Wiki").click()
    page.get_by_label("Wozu es dient").fill("Nächtliche Kopie")
    expect(page.get_by_label("Gültigkeit in Tagen")).to_have_value("90")
    mia.clean()
    page.get_by_role("button", name="Token erstellen").click()
    expect(heading).to_have_text("Ihr neues Token")
    expect(page.get_by_role("button", name="Kopieren").first).to_be_visible()
    mia.clean()
    token = re.findall(r"limen_app_[0-9A-Za-z]{49}", page.content())[0]

    wiki, payroll = harbor.on("wiki", "/page"), harbor.on("payroll", "/run/2026-11")
    assert [answered(url, token) for url in (wiki, payroll)] == [200, 403]
    page.get_by_role("link", name="Ich habe es kopiert").click()
    expect(page.locator("main")).to_contain_text("aus 127.0.0.0/24")
    mia.clean()
    page.get_by_role("button", name="Nächtliche Kopie widerrufen").click()
    expect(page.get_by_role("status")).to_contain_text("Dieses Token gilt nicht mehr.")
    mia.clean()
    assert answered(wiki, token) == 401
