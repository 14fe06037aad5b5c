"""data.yaml changed on a page; and every empty state of data leads to where something can be done about it."""

from __future__ import annotations

import pytest
from tests.web.conftest import Browser, House

from limen.data.rules.stated import NO_RULES, DataRules
from limen.web.data.changing import TEXT
from limen.web.data.simulator import AT as TRY
from limen.web.data.stores import AT as MAP


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def test_the_text_is_checked_with_its_lines_and_becomes_a_draft(ada: Browser) -> None:
    assert "data.yaml" in (await ada.get(TEXT)).text
    text = "labels:\n  restricted: {strength: 3, when: [{finds: [payment-card]}]}\n"
    assert (await ada.post(TEXT, text=text, do="check")).status_code == 200
    wrong = await ada.post(TEXT, text=text.replace("payment-card", "no-such"), do="plan")
    assert (wrong.status_code, '<li class="wrong">2</li>' in wrong.text) == (400, True)
    begun = await ada.post(TEXT, text=text, do="plan")
    assert begun.status_code == 303
    assert begun.headers["location"] != TEXT


async def test_empty_states_lead_to_the_text(house: House, ada: Browser) -> None:
    house.limen.known.set_rules(DataRules, NO_RULES)
    for page in (MAP, TRY):
        text = (await ada.get(page)).text
        assert f'href="{TEXT}"' in text, page
        assert "find?q=" not in text


async def test_only_administrators_change_it(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    assert (await tom.get(TEXT)).status_code in {303, 403}
