"""What a healthy device is, changed in the console: whose devices that would hit is shown, then it is in force."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import Browser, House

from limen.clock import DAY
from limen.facts.device_rules import BASELINE, DeviceRules, Severity
from limen.web.devices.rules import said_by

AT = "/console/devices/rules"
RULES = DeviceRules()
OLD = {"pending": 1, "security": 1, "oldest_days": 30, "lists_age_days": 0}
SLOW_LOCK = {"screen_lock": {"enabled": True, "after_s": 3600}}


@pytest.fixture
async def ada(harbor: House) -> Browser:
    browser = harbor.browser(address="203.0.113.8")
    await harbor.administrator(browser)
    return browser


async def form(browser: Browser) -> dict[str, str]:
    """The form's own values, as a browser would send them."""
    page = (await browser.get(AT)).text
    sent = dict(re.findall(r'<input(?: type="\w+")?[^>]*? name="([\w.]+)"[^>]*? value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="([\w.]+)">(.*?)</select>', page):
        chosen = re.search(r'value="(\w+)" selected', options)
        assert chosen is not None
        sent[name] = chosen[1]
    return {name: html.unescape(value) for name, value in sent.items() if name != "csrf"}


async def test_the_form_as_it_is_changes_nothing(ada: Browser) -> None:
    sent = await form(ada)
    assert sent["firewall.severity"] == "warn"
    answer = await ada.post(AT, **sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{AT}?done=same")


async def test_a_change_names_who_it_hits_today_and_then_hits_them(
    harbor: House, ada: Browser, ida: Ida, laptop: SoftwareAgent
) -> None:
    await laptop.report(**SLOW_LOCK)
    devices = devices_of(harbor)
    assert devices.known(laptop.device).compliance == "compliant"  # type: ignore[union-attr]
    begun = await ada.post(AT, **await form(ada) | {"screen_lock.severity": "restrict"})
    assert begun.status_code == 303, begun.text
    page = html.unescape((await ada.get(begun.headers["location"])).text)
    (card,) = re.findall(r'<section class="card" id="devices">(.*?)</section>', page, re.DOTALL)
    assert [one in card for one in ("wren", "Ida", "screen_lock")] == [True, True, True]
    assert devices.known(laptop.device).compliance == "compliant"  # type: ignore[union-attr]
    done = await ada.post(f"{begun.headers['location']}/publish", reason="Because")
    assert done.status_code == 303, done.text
    assert devices.known(laptop.device).compliance == "non_compliant"  # type: ignore[union-attr]


async def test_a_first_week_that_only_reports_is_begun_and_ended_here(
    harbor: House, ada: Browser, laptop: SoftwareAgent
) -> None:
    await laptop.report(updates=OLD)
    devices = devices_of(harbor)
    assert devices.known(laptop.device).compliance == "non_compliant"  # type: ignore[union-attr]
    for day, comes_to in (("2026-12-04", "compliant"), ("", "non_compliant")):
        begun = await ada.post(AT, **await form(ada) | {"report_only_until": day})
        await ada.post(f"{begun.headers['location']}/publish", reason="Because")
        assert devices.known(laptop.device).compliance == comes_to  # type: ignore[union-attr]


async def test_what_is_wrong_is_said_on_the_page(ada: Browser) -> None:
    refused = await ada.post(AT, **await form(ada) | {"firewall.grace": "soon"})
    assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)


async def test_whoever_may_not_administer_changes_nothing(ida: Ida) -> None:
    answer = await ida.browser.get(AT)
    assert (answer.status_code, answer.headers["location"].startswith("/not-yet?")) == (303, True)


def sent_of(**said: Any) -> dict[str, list[str]]:
    return {name.replace("__", "."): [str(value)] for name, value in said.items()}


@pytest.mark.parametrize(
    ("said", "checks"),
    [
        ({"firewall__severity": "no"}, {"firewall": {"asked": False}}),
        ({"edr__severity": "restrict"}, {"edr": {"asked": None, "severity": "restrict"}}),
        ({"edr__severity": "no", "os__severity": "warn"}, {}),
        ({"os__severity": "report", "os__grace": "14d"}, {"os": {"severity": "report", "grace": None}}),
        ({"os__severity": "warn", "os__grace": "3d"}, {"os": {"grace": "3d"}}),
        ({"updates__severity": "restrict", "updates__within_days": "7"}, {"updates": {"within_days": 7}}),
        ({"firewall__severity": "warn", "firewall__within_days": "7"}, {}),
        ({"firewall__severity": "nonsense"}, {}),
    ],
)
def test_only_what_differs_is_said(said: dict[str, Any], checks: dict[str, Any]) -> None:
    values, found = said_by(sent_of(enrol_by_owner="yes", **said), RULES)
    assert values == {}
    assert {name: one for name, one in found.items() if one} == checks


def test_the_files_own_values_are_said_likewise() -> None:
    values, _ = said_by(sent_of(report_within="1h", report_every="5m", report_only_until="2026-12-04"), RULES)
    assert values == {"report_within": "1h", "enrol_by_owner": False, "report_only_until": "2026-12-04"}
    assert (BASELINE["os"].severity, BASELINE["os"].grace_ms) == (Severity.WARN, 14 * DAY)


@pytest.mark.parametrize("is_healthy", [True, False])
async def test_a_device_policy_leaves_report_only_with_its_effect_shown(
    harbor: House, ada: Browser, ida: Ida, laptop: SoftwareAgent, is_healthy: bool
) -> None:
    await laptop.report(**({} if is_healthy else {"updates": OLD}))
    policy = "/console/policies/restricted-on-bound-devices"
    await ada.get(policy)
    begun = await ada.post(f"{policy}/state", state="enforce")
    page = html.unescape((await ada.get(begun.headers["location"])).text)
    cards = re.findall(r'<section class="card" id="devices">(.*?)</section>', page, re.DOTALL)
    assert ["Ida" in one and "Payroll" in one for one in cards] == ([] if is_healthy else [True])
