"""Publications that must not happen: from a page that others overtook, and by somebody who may no longer publish."""

from __future__ import annotations

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House

house, browser = web.house, web.browser

POLICY = "guests-read"
AT = f"/console/policies/{POLICY}"
FORM = {
    "effect": "permit",
    "back": AT,
    "groups": "guests",
    "apps": "wiki",
    "actions": "view",
    "w0_strength": "1",
    "title": "Guests read",
    "state": "enforce",
}


def text_in_force(house: House) -> str:
    company = house.limen.in_force.company
    assert company is not None
    return company.policies.sources[POLICY].text


async def publish(browser: Browser, change: str, why: str):
    while "refresh" in (await browser.get(change)).headers:
        pass
    return await browser.post(f"{change}/publish", reason=why)


async def bea_hardens(house: House) -> None:
    """Another administrator publishes that guests' reading ends."""
    bea = house.browser()
    await house.member(bea, "Bea", "administrators", "staff")
    await bea.get(f"{AT}/edit?as=text")
    before = text_in_force(house)
    ends = 'context.auth.strength >= 1 && context.now < datetime("2027-06-01T00:00:00Z")'
    hard = before.replace("context.auth.strength >= 1", ends)
    assert hard != before
    begun = await bea.post(f"{AT}/text", text=hard, do="")
    done = await publish(bea, begun.headers["location"], "guests end in June")
    assert done.headers["location"].endswith("done=published"), done.text
    assert "2027" in text_in_force(house)


async def test_a_stale_text_undoes_nobody_elses_publication_unseen(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get(f"{AT}/edit?as=text")
    typed = text_in_force(house).replace('@title("', '@title("New: ', 1)
    await bea_hardens(house)
    answered = await browser.post(f"{AT}/text", text=typed, do="")
    assert answered.status_code == 409
    assert "by Bea, because “guests end in June”" in answered.text
    assert "New: " in answered.text, "what was typed is kept"
    assert "2027" in answered.text, "and what is in force stands beside it"
    again = await browser.get(f"{AT}/edit?as=text")
    assert "2027" in again.text
    begun = await browser.post(f"{AT}/text", text=text_in_force(house).replace('@title("', '@title("New: ', 1), do="")
    await publish(browser, begun.headers["location"], "a better title")
    assert "2027" in text_in_force(house)
    assert "New: " in text_in_force(house)


@pytest.mark.parametrize(
    ("page", "to", "sent"),
    [
        (AT, f"{AT}/state", {"state": "off"}),
        (f"{AT}/edit", f"{AT}/remove", {}),
        ("/console/levels", "/console/levels", {"level": "strict"}),
        (f"{AT}/edit", f"{AT}/edit", FORM),
        (f"{AT}/edit", "/console/rules", FORM),
    ],
)
async def test_no_stale_page_begins_a_change(
    house: House, browser: Browser, page: str, to: str, sent: dict[str, str]
) -> None:
    await house.administrator(browser)
    assert (await browser.get(page)).status_code == 200
    assert browser.base
    await bea_hardens(house)
    answered = await browser.post(to, do="plan", **sent)
    assert answered.status_code == 409, answered.headers
    assert "guests end in June" in answered.text


async def test_a_page_that_names_no_revision_or_an_invented_one_begins_nothing(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get(AT)
    for base in ("", "0" * 64, "x" * 500, "%", "a\x1bb"):
        answered = await browser.post(f"{AT}/state", state="off", base=base)
        assert answered.status_code == 409, base


async def test_undo_from_a_stale_list_undoes_only_what_it_showed(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get("/console/revisions")
    company = house.limen.in_force.company
    assert company is not None
    await bea_hardens(house)
    answered = await browser.post(f"/console/revisions/{company.revision}/revert")
    assert answered.status_code == 409
