"""A laptop is enrolled, turns unhealthy, is refused and mended, and its owner is back: with a real agent beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.agent_process import AgentProcess
from tests.journeys.conftest import WAGES, Browser, Harbor, heading, serve
from tests.ports import free_port

from limen.data.initial import INITIAL
from limen.devices.service import Devices
from limen.facts import CHECKS

WHAT = "Eicar-Signature"
SLOW_MS = 20_000
"""*Check again* waits for the device for ten seconds, and a machine that has much to do takes its time."""
RULES = "checks:\n  threats: {severity: restrict, grace: 1d}\n" + "".join(
    f"  {check}: {{asked: false}}\n" for check in CHECKS if check != "threats"
)
"""Only what the test can make good and bad; the rest is as this machine happens to be."""
PAPERS = """
@id("papers-of-finance")
@title("Finance reads restricted papers")
@reason("Finance reads restricted papers in any app, on healthy devices.")
@phase("data")
permit (principal in Group::"finance", action in [Action::"view", Action::"download"], resource is Document)
when { context.device.compliance == "compliant" };
"""


@pytest.fixture(scope="module")
def harbor(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[Harbor]:
    """One with the real clock, as the agent has, with rules of its own about devices, and the first ones about data."""

    def write(folder: Path) -> None:
        (folder / "devices.yaml").write_text(RULES)
        (folder / "data.yaml").write_text(INITIAL)
        (folder / "policies" / "50-papers.cedar").write_text(PAPERS)

    running, stop = serve(
        tmp_path_factory.mktemp("devices"),
        free_port(),
        upstream,
        write=write,
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


def restricted_document(harbor: Harbor, person: Browser) -> Browser:
    """A restricted document, in an app that holds internal ones: the page that comes of asking for it."""
    person.page.goto(harbor.on("wiki", "/wages.eml"))
    return person


def is_withheld(person: Browser) -> None:
    """From a device that nobody knows, or that is not healthy; and the page names the way out."""
    expect(heading(person).first).to_be_visible()
    assert WAGES not in person.page.content()
    expect(person.page.locator("[data-found]").first).to_be_visible()


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
    is_withheld(restricted_document(harbor, person))
    person.problems.clear()  # Chromium says in its console that the answer was 403
    enrol(harbor, person, laptop)
    bind(harbor, person)
    page = person.page
    wait_for(page, lambda: health(harbor, name) == "compliant")
    has_downloaded(download(harbor, person))
    expect(restricted_document(harbor, person).page.locator("body")).to_contain_text(WAGES)

    laptop.found(WHAT)
    wait_for(page, lambda: "/not-yet" in download(harbor, person).page.url)
    expect(page.locator('[data-found="failing"]')).to_be_visible(timeout=SLOW_MS)
    assert health(harbor, name) == "non_compliant"
    is_withheld(restricted_document(harbor, person))
    wait_for(page, lambda: "/not-yet" in download(harbor, person).page.url)
    person.problems.clear()
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
