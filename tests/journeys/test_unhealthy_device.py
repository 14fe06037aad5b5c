"""A laptop is enrolled, turns unhealthy, is refused and mended, and its owner is back: with a real agent beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.agent_process import AgentProcess
from tests.journeys.conftest import Browser, Harbor, heading, serve
from tests.ports import free_port

from limen.devices.service import Devices
from limen.facts import CHECKS

WHAT = "Eicar-Signature"
SLOW_MS = 20_000
"""*Check again* waits for the device for ten seconds, and a machine that has much to do takes its time."""
RULES = "checks:\n  threats: {severity: restrict, grace: 1d}\n" + "".join(
    f"  {check}: {{asked: false}}\n" for check in CHECKS if check != "threats"
)
"""Only what the test can make good and bad; the rest is as this machine happens to be."""


@pytest.fixture(scope="module")
def harbor(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[Harbor]:
    """One with the real clock, as the agent has, and with rules of its own."""
    running, stop = serve(
        tmp_path_factory.mktemp("devices"),
        free_port(),
        upstream,
        write=lambda folder: (folder / "devices.yaml").write_text(RULES),
    )
    yield running
    stop()


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[AgentProcess]:
    agent = AgentProcess(tmp_path / "laptop")
    yield agent
    agent.stop()


def health(harbor: Harbor, name: str) -> str:
    """What decisions know of somebody's one device."""
    devices = harbor.limen.core.offers.take(Devices)
    (device,) = devices.of(harbor.people[name])
    return str(devices.known(device.id).compliance)


def wait_for(page: Any, holds: Callable[[], bool], tries: int = 600) -> None:
    for _ in range(tries):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to be")


def enrol(harbor: Harbor, person: Browser, laptop: AgentProcess) -> None:
    """One command on the laptop, and its code on the page."""
    code = laptop.begin_to_enrol(harbor.origin)
    person.page.goto(f"{harbor.origin}/devices")
    person.page.locator('a.button[href="/devices/install"]').click()
    person.clean()
    person.page.locator('a.button[href="/devices/enrol"]').click()
    person.page.locator("input[name=code]").fill(code)
    person.page.locator("form:has(input[name=code]) button").click()
    person.clean()
    person.page.locator("button[name=answer][value=agree]").click()
    laptop.enrolled()
    laptop.serve()


def download(harbor: Harbor, person: Browser) -> Browser:
    """What only a healthy device may: the page that comes of it."""
    person.page.goto(harbor.on("payroll", "/export/november.csv"))
    if person.page.url.startswith(f"{harbor.origin}/withheld"):
        person.page.locator('a[href^="/not-yet"]').click()
    return person


def has_downloaded(person: Browser) -> None:
    expect(person.page).to_have_url(re.compile(r"payroll\.harbor\.localhost"))
    expect(heading(person)).to_contain_text("payroll.harbor.localhost")


def bind(harbor: Harbor, person: Browser) -> None:
    """Refused, because nobody knows which device this is; the page leads to the agent's proof and on to the app."""
    page = download(harbor, person).page
    expect(page.locator('[data-found="not_proved"]')).to_be_visible()
    person.clean()
    page.locator('a[href^="/devices/prove"]').click()
    expect(page).to_have_url(re.compile(r"payroll\.harbor\.localhost"))


@pytest.mark.parametrize(("name", "locale"), [("Ida Quay", "en-GB"), ("Jule Thal", "de-DE")])
def test_whoever_mends_their_laptop_is_back(
    harbor: Harbor, browse: Any, laptop: AgentProcess, name: str, locale: str
) -> None:
    person = browse(locale=locale)
    harbor.arrive(person, name, "staff", "finance")
    assert person.page.locator("html").get_attribute("lang") == locale[:2]
    enrol(harbor, person, laptop)
    bind(harbor, person)
    page = person.page
    wait_for(page, lambda: health(harbor, name) == "compliant")
    has_downloaded(download(harbor, person))

    laptop.found(WHAT)
    wait_for(page, lambda: "/not-yet" in download(harbor, person).page.url)
    expect(page.locator('[data-found="failing"]')).to_be_visible(timeout=SLOW_MS)
    assert health(harbor, name) == "non_compliant"
    failing = page.locator('[data-check="threats"]')
    expect(failing).to_contain_text(WHAT)
    expect(failing.get_by_role("listitem").first).to_be_visible()
    expect(page.locator(".conditions > .fails")).to_have_count(1)
    person.clean_both_ways()

    if locale == "en-GB":  # nothing comes by itself: pressing does it
        page.route("**/not-yet/device", lambda route: route.abort())
        page.locator("button[data-asking]").click()
        expect(page).to_have_url(re.compile("check=now"), timeout=SLOW_MS)
        expect(page.locator('[data-found="failing"]')).to_be_visible()
        laptop.mended()
        page.locator("button[data-asking]").click()
    else:  # and the page that waits hears of it without anybody pressing
        laptop.mended()
    onward = page.locator(f'main a.button[href^="{harbor.on("payroll")}"]')
    onward.wait_for()
    assert health(harbor, name) == "compliant"
    person.problems[:] = [one for one in person.problems if "ERR_FAILED" not in one]  # what the test itself cut off
    person.clean()
    onward.click()
    has_downloaded(download(harbor, person))
