"""Detections in the console: all that watches, what each says, and the company's own, changed as any other file."""

from __future__ import annotations

from html import unescape

import pytest
from tests.devices.laptops import Ida
from tests.monitor.detections.texts import rule, text_of
from tests.monitor.over_harbor import ada, agent, harbor, ida
from tests.web.conftest import House

from limen.monitor.detections.company_rules import CompanyRules
from limen.monitor.detections.own_rules import own_rules, shown_rules
from limen.monitor.detections.section import DetectionRules
from limen.monitor.monitor_rules import MonitorRules
from limen.web.monitor.detections import AT, FILE

__all__ = ["ada", "agent", "harbor", "ida"]
OWN = rule({"kind": "decision"}, title="Own <rule>", logsource={"product": "limen"})


async def begun(ada: Ida, text: str, name: str = "own.yml", do: str = "plan") -> tuple[int, str]:
    """What comes of a file that is sent: its status, and where it leads or the page."""
    page = unescape((await ada.browser.get(FILE)).text)
    base = page.partition('name="base" value="')[2].partition('"')[0]
    answer = await ada.browser.post(FILE, name=name, text=text, base=base, do=do)
    return answer.status_code, answer.headers.get("location") or unescape(answer.text)


async def test_every_rule_is_listed_and_says_what_it_is(harbor: House, ada: Ida) -> None:
    page = (await ada.browser.get(AT)).text
    every = shown_rules(own_rules())
    assert [one.id for one in every if f"{AT}/rules/{one.id}" not in page] == []
    one = next(one for one in every if one.about.next_step)
    assert one.about.next_step[:30].replace("'", "&#39;") in (await ada.browser.get(f"{AT}/rules/{one.id}")).text
    assert (await ada.browser.get(f"{AT}/rules/none")).status_code == 404


async def test_what_is_sought_and_of_which_level(harbor: House, ada: Ida) -> None:
    every = {one.id for one in shown_rules(own_rules())}
    critical = {one.id for one in shown_rules(own_rules()) if one.about.level == "critical"}
    page = (await ada.browser.get(f"{AT}?level=critical")).text
    assert {one for one in every if f"{AT}/rules/{one}" in page} == critical
    assert 'class="empty"' in (await ada.browser.get(f"{AT}?q=%3Cscript%3E")).text
    assert "<script>alert" not in (await ada.browser.get(f"{AT}?q=%3Cscript%3Ealert")).text


async def test_what_is_off_is_said(harbor: House, ada: Ida) -> None:
    one = shown_rules(own_rules())[0]
    known = harbor.limen.known
    known.set_rules(MonitorRules, MonitorRules(watch=False, detections=DetectionRules(off=(one.id,))))
    assert (await ada.browser.get(AT)).text.count('class="label">off<') == 1


async def test_a_rule_is_written_planned_published_changed_and_removed(harbor: House, ada: Ida) -> None:
    status, change = await begun(ada, text_of(OWN))
    assert (status, change.startswith("/console/changes/")) == (303, True)
    page = (await ada.browser.get(change)).text
    assert ('id="foreseen"' in page, "Own <rule>" in page) == (True, False)
    assert (await ada.browser.post(f"{change}/publish", reason="Seen too late")).status_code == 303
    assert OWN["id"] in (harbor.limen.known.rules_of(CompanyRules) or CompanyRules()).rules
    page = (await ada.browser.get(AT)).text
    assert ("Own &lt;rule&gt;" in page, f"{FILE}?name=detections/own.yml" in page) == (True, True)
    assert OWN["id"] in (await ada.browser.get(f"{FILE}?name=detections/own.yml")).text
    status, change = await begun(ada, "", "detections/own.yml", do="remove")
    assert status == 303
    assert (await ada.browser.post(f"{change}/publish", reason="Not needed")).status_code == 303
    assert (harbor.limen.known.rules_of(CompanyRules) or CompanyRules()).rules == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own.yml", "title: nothing else"),
        ("own.yml", ""),
        ("own.yml", "x" * 16_001),
        ("own.yml", text_of({**OWN, "custom": {"tests": {"positive": [{"kind": "other"}]}}})),
        ("../limen.toml", text_of(OWN)),
        ("../policies/00-limen.cedar", text_of(OWN)),
        ("own.toml", text_of(OWN)),
        ("", text_of(OWN)),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_begun(harbor: House, ada: Ida, name: str, text: str) -> None:
    status, page = await begun(ada, text, name)
    assert (status, 'aria-invalid="true"' in page) == (400, True)


async def test_a_check_alone_changes_nothing(harbor: House, ada: Ida) -> None:
    status, page = await begun(ada, text_of(OWN), do="check")
    assert (status, 'class="notice done"' in page) == (200, True)


async def test_a_page_that_others_published_after_is_not_taken(harbor: House, ada: Ida) -> None:
    await ada.browser.get(FILE)
    answer = await ada.browser.post(FILE, name="own.yml", text=text_of(OWN), base="older", do="plan")
    assert answer.status_code == 409
