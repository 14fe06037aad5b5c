"""What would happen to a file: by each way, for whom; nothing of it is journaled, and no value is told back."""

from __future__ import annotations

import re
from html import unescape

import httpx2
import pytest
from tests.data.data_yaml import a_rule, rules_of
from tests.web.conftest import OUR_PAGE, Browser, House

from limen.data.documents import Inspected, WhyNot
from limen.data.protection import DataProtection
from limen.data.rules.model import Channel
from limen.data.rules.stated import NO_RULES, DataRules
from limen.facts import Label
from limen.web.data import simulator
from limen.web.data.simulator import AT, STEPS, WAYS, Step

CARD, ACCOUNT = b"Visa card of the guest: 4111 1111 1111 1111, valid until 12/29", b"IBAN DE89 3704 0044 0532 0130 00"
RULES = rules_of(
    "rules:\n"
    + a_rule("{finds: [payment-card]}", "block", "people: [finance]", "cards")
    + a_rule("{finds: [iban]}", "warn", "to: outside", "accounts")
)


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    house.limen.known.set_rules(DataRules, RULES)
    return browser


async def tried(ada: Browser, file: bytes = b"", **said: str) -> httpx2.Response:
    await ada.get(AT)
    form, files = {"csrf": ada.csrf, **said}, {"file": ("x", file, "application/octet-stream")}
    return await ada.client.post(AT, data=form, files=files, headers=OUR_PAGE)


def rows(page: httpx2.Response) -> dict[str, list[str]]:
    """By way, what is done: within the company, to somebody outside, on an unhealthy device, and for others."""
    table = unescape(page.text).split('id="ways"')[1].split("</table>")[0]
    found = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table, re.DOTALL):
        cells = [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        found[row.split("<", 1)[0]] = cells
    return found


async def test_it_says_what_would_happen_by_each_way_and_for_whom(house: House, ada: Browser) -> None:
    await house.member(house.browser(), "Mia", "staff", "finance")
    mia, before = house.id_of("mia@harbor.example"), len(house.events("data.found"))
    page = await tried(ada, CARD, person=mia)
    uploaded = rows(page)["Uploaded to an app"]
    assert [one.startswith(STEPS[Step.BLOCK]) for one in uploaded[:3]] == [True, True, True]
    assert uploaded[3] == f"{STEPS[Step.ALLOW]}: 1"  # Ada is not of finance
    assert "cards" in uploaded[0]
    assert "4111" not in page.text
    assert len(house.events("data.found")) == before


async def test_what_the_look_does_not_finish_is_said_as_the_gateway_does_it(
    house: House, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.limen.known.set_rules(DataRules, rules_of("rules:\n" + a_rule("{finds: [iban]}", "watch", "", "watched")))
    apps = {app.label: app.id for app in house.limen.known.apps.values()}

    async def failed(_body: bytes) -> Inspected:
        return Inspected("unknown", why_not=frozenset({WhyNot.TIMED_OUT}))

    monkeypatch.setattr(house.limen.core.offers.take(DataProtection), "inspect", failed)
    for label, step in ((Label.INTERNAL, Step.ALLOW), (Label.RESTRICTED, Step.BLOCK)):
        said = rows(await tried(ada, b"anything", app=apps[label]))
        assert said[WAYS[Channel.DOWNLOAD]][0].startswith(STEPS[step])
        assert said[WAYS[Channel.MAIL]][0].startswith(STEPS[Step.ALLOW])


async def test_what_goes_outside_can_be_another_matter(ada: Browser) -> None:
    page = await tried(ada, text=ACCOUNT.decode())
    mailed = rows(page)["Sent by mail"]
    assert [one.startswith(STEPS[step]) for one, step in zip(mailed, (Step.ALLOW, Step.WARN), strict=False)] == [
        True
    ] * 2
    assert page.text.count("0130 00") == 1  # in the field that it was pasted into


async def test_without_a_file_or_with_one_that_is_too_large_it_says_what_to_do(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await tried(ada)).status_code == 400
    monkeypatch.setattr(simulator, "MOST_BYTES", 100)
    page = await tried(ada, b"x" * 200)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert 'id="found"' not in page.text


async def test_without_rules_it_says_where_they_are_written(house: House, ada: Browser) -> None:
    house.limen.known.set_rules(DataRules, NO_RULES)
    assert "data.yaml" in (await ada.get(AT)).text


async def test_nobody_else_may_try(house: House, ada: Browser) -> None:
    mia = house.browser()
    await house.member(mia, "Mia", "staff")
    for page in (await mia.get(AT), await tried(mia, CARD)):
        assert page.status_code in {303, 403}


async def test_what_cannot_be_read_says_why(ada: Browser) -> None:
    page = await tried(ada, b"\x00\x01" * 500)
    assert 'id="unread"' in page.text


async def test_the_label_of_the_app_counts_as_at_the_gateway(house: House, ada: Browser) -> None:
    rules = rules_of("rules:\n" + a_rule("{label: restricted}", "quarantine"))
    house.limen.known.set_rules(DataRules, rules)
    apps = {app.label: app.id for app in house.limen.known.apps.values()}
    page = rows(await tried(ada, b"a plan", app=apps[Label.RESTRICTED]))
    said = [simulator.WAYS[one] for one in (Channel.UPLOAD, Channel.DOWNLOAD, Channel.MAIL)]
    assert [page[one][0].startswith(STEPS[Step.QUARANTINE]) for one in said] == [True, True, False]
    other = rows(await tried(ada, b"a plan", app=apps[Label.INTERNAL]))
    assert other[said[0]][0].startswith(STEPS[Step.ALLOW])


def test_a_step_is_said_as_it_is_there_and_only_ways_that_there_are() -> None:
    assert set(simulator.WAYS) == set(Channel) - {Channel.LINK}
    shares, web = simulator.STEPS_BY[Channel.SHARE], simulator.STEPS_BY[Channel.WEB]
    assert shares[Step.WARN] == shares[Step.QUARANTINE] != STEPS[Step.QUARANTINE]
    assert web[Step.WARN] == STEPS[Step.BLOCK]
