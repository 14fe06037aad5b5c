"""The launcher: what is open, what asks for one more proof, and what nobody needs to know of."""

from __future__ import annotations

import pytest
from tests.web.conftest import Browser, House

from limen.clock import HOUR, Instant
from limen.facts import Facts
from limen.policy import Engine, Request
from limen.policy.decision import Decision


async def test_only_apps_that_would_open_are_shown(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    page = (await browser.get("/")).text
    for name, host in (("Wiki", "wiki"), ("Handbook", "handbook"), ("Payroll", "payroll")):
        assert name in page
        assert f"https://{host}.harbor.localhost/" in page
    for name in ("Customers", "Git<"):
        assert name not in page.partition('id="requestable"')[0]


async def test_an_app_that_would_ask_again_says_so_before_it_is_opened(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    assert "Asks you" not in (await browser.get("/")).text
    for _ in range(3):
        house.clock.forward(int(1.5 * HOUR))
        page = (await browser.get("/")).text
    assert page.count("Asks you to confirm it's you") == 1


async def test_looking_at_the_launcher_journals_one_decision_about_limen_and_none_about_the_apps(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    before = sum(event.count for event in house.events("decision"))
    await browser.get("/")
    decided = house.events("decision")
    assert sum(event.count for event in decided) == before + 1
    assert decided[0].decision is not None
    assert (decided[0].decision.app, decided[0].decision.action) == ("limen", "view")


async def test_somebody_for_whom_nothing_opens_is_told_what_to_do(house: House, browser: Browser) -> None:
    await house.member(browser, "Gus")
    page = await browser.get("/")
    assert page.status_code == 200
    assert 'class="card empty"' in page.text


async def test_what_time_alone_opens_is_shown_with_its_hour(house: House, browser: Browser) -> None:
    await house.member(browser, "Kai", "contractors")
    house.clock.forward(int(1.5 * HOUR))
    for _ in range(6):
        await browser.get("/")
        house.clock.forward(int(1.5 * HOUR))  # past 19:00 in Berlin
    page = (await browser.get("/")).text
    assert "Available later" in page
    assert "Opens tomorrow at 07:00" in page or "Opens today at 07:00" in page


async def test_the_console_is_named_to_administrators_only(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    assert "/console" not in (await browser.get("/")).text
    ada = house.browser(address="203.0.113.8")
    await house.administrator(ada)
    assert 'href="/console"' in (await ada.get("/")).text


async def test_an_app_that_can_only_be_administered_is_no_app_to_open(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    for path in ("/", "/access"):
        page = (await browser.get(path)).text
        assert "Wiki" in page
        assert "Customers" not in page.partition('id="requestable"')[0], path


async def test_nothing_is_asked_of_the_engine_that_the_page_does_not_show(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.member(browser, "Gus", "guests")
    asked: list[tuple[str, str]] = []
    decide = Engine.decide

    def counted(self: Engine, request: Request, facts: Facts, now: Instant) -> Decision:
        asked.append((facts.app.id, request.action))
        return decide(self, request, facts, now)

    def never(self: Engine, request: Request, facts: Facts, now: Instant) -> None:
        raise AssertionError("the launcher looked ahead")

    monkeypatch.setattr(Engine, "decide", counted)
    monkeypatch.setattr(Engine, "valid_until", never)
    await browser.get("/")
    of_apps = [(app, action) for app, action in asked if app != "limen"]
    assert {action for app, action in of_apps if app != "handbook"} == {"view"}
    assert len(of_apps) == len(set(of_apps))
    assert "administer" not in {action for _, action in of_apps}
