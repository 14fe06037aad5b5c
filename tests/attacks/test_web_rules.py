"""Changing the rules as an attacker would: without the right, from another site, with text that hurts."""

from __future__ import annotations

from html import unescape

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House
from tests.web.console.test_changes import FORM

house, browser = web.house, web.browser

GETS = (
    "/console/apps/payroll/rules/new",
    "/console/policies/finance-payroll/edit",
    "/console/policies/finance-payroll/edit?as=text",
    "/console/levels",
    "/console/revisions",
    "/console/changes/anything",
)
POSTS = (
    "/console/rules",
    "/console/rules/preview",
    "/console/policies/finance-payroll/edit",
    "/console/policies/finance-payroll/text",
    "/console/policies/finance-payroll/check",
    "/console/policies/finance-payroll/state",
    "/console/policies/finance-payroll/remove",
    "/console/levels",
    "/console/changes/anything/publish",
    "/console/changes/anything/drop",
    "/console/changes/anything/tests",
    "/console/revisions/anything/revert",
)


async def test_nobody_without_the_right_sees_or_changes_a_rule(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    await house.member(browser, "Eve", "staff", "finance")
    before = house.limen.in_force.engine
    await browser.get("/")
    for path in GETS:
        answer = await browser.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/not-yet?"), path
    for path in POSTS:
        answer = await browser.post(path, **FORM)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/not-yet?"), path
    assert house.limen.in_force.engine is before


@pytest.mark.parametrize("path", POSTS)
async def test_no_other_site_has_an_administrator_change_a_rule(house: House, browser: Browser, path: str) -> None:
    await house.administrator(browser)
    await browser.get("/console/policies")
    fields = {"csrf": browser.csrf, **FORM}
    for headers in (
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "https://wiki.harbor.localhost"},
    ):
        assert (await browser.client.post(path, data=fields, headers=headers)).status_code == 403
    own = {"sec-fetch-site": "same-origin", "origin": "null"}
    assert (await browser.client.post(path, data={**fields, "csrf": "x" * 43}, headers=own)).status_code == 403


HOSTILE = (
    "(" * 15_000,
    '@id("finance-payroll") permit (principal, action, resource) when { ' + "!" * 12_000 + "true };",
    '@id("fіnance-payroll") permit (principal, action, resource);',  # a Cyrillic letter
    '@id("sales-customers") permit (principal, action, resource);',
    '@id("finance-payroll") permit (principal == ?principal, action, resource);',
    '@id("finance-payroll") permit (principal, action, resource) when { context.now == context.now };',
    "permit",
    ";;;;",
    "\ud7ff\u202e",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_is_answered_with_what_is_wrong_and_nothing_notices(
    house: House, browser: Browser, text: str
) -> None:
    await house.administrator(browser)
    before = house.limen.in_force.engine
    await browser.get("/console/policies/finance-payroll/edit?as=text")
    answer = await browser.post("/console/policies/finance-payroll/text", text=text, do="plan")
    assert answer.status_code == 400
    assert 'class="notice problem"' in answer.text
    assert house.limen.in_force.engine is before


async def test_what_is_too_long_for_a_page_is_refused(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get("/console/policies/finance-payroll/edit?as=text")
    for size, status in ((17_000, 400), (70_000, 413)):
        answer = await browser.post("/console/policies/finance-payroll/text", text="x" * size, do="plan")
        assert answer.status_code == status
        assert "</html>" in answer.text, "a person is answered with a page"
    assert "go back in your browser" in answer.text.lower()


async def test_markup_in_a_rule_is_text_wherever_it_stands(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get("/console/apps/payroll/rules/new")
    sent = {**FORM, "title": "<script>alert(1)</script>", "reason": '"><img src=x onerror=alert(1)>'}
    begun = await browser.post("/console/rules", **sent)
    change = begun.headers["location"]
    for page in (await browser.get(change), await browser.post("/console/rules", **{**sent, "do": "preview"})):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<script>alert(1)</script>" in unescape(page.text)


async def test_back_leads_nowhere_but_to_the_console(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get("/console/apps/payroll/rules/new")
    for back in ("https://evil.example", "//evil.example", "javascript:alert(1)", "/console/policies/../../x?"):
        page = (await browser.post("/console/rules", **{**FORM, "do": "preview", "back": back})).text
        assert "evil.example" not in page
        assert "javascript:" not in page
