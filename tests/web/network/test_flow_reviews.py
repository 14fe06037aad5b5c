"""Flows that are looked through: kept until another day or removed, several with one press, as one change."""

from __future__ import annotations

import pytest
from tests.web.conftest import Browser, House
from tests.web.network.conftest import settled
from tests.web.network.test_changing import text_of

from limen.web.network.flow_reviews import AT

FLOWS = "/console/network/flows"
FORM = {"verdict": "keep", "review": "2028-01-31", "note": "Asked the hall", "show": "due"}


async def decide(ada: Browser, *rows: str, **fields: str) -> str:
    """Where the answer leads, once the form with these rows is sent."""
    await settled(ada, FLOWS)
    answer = await ada.post(AT, row=[*rows], **{**FORM, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_several_are_kept_with_one_press_and_the_reason_goes_with_them(house: House, ada: Browser) -> None:
    draft = await decide(ada, "scanners", "payroll-export", "gone")
    page = await settled(ada, draft)
    assert FORM["note"] in page
    await ada.post(f"{draft}/publish", reason=FORM["note"])
    text = text_of(house)
    assert text.count("review: 2028-01-31") == 2
    assert "expires: 2028-01-31" in text


async def test_several_are_removed_and_it_says_what_is_no_longer_reachable(house: House, ada: Browser) -> None:
    draft = await decide(ada, "scanners", "shop-orders", verdict="remove")
    people = (await settled(ada, draft)).split('id="people"')[1]
    assert "stock" in people
    await ada.post(f"{draft}/publish", reason="Gone")
    assert not [one for one in ("id: scanners", "id: shop-orders") if one in text_of(house)]


async def test_nothing_selected_or_nothing_new_changes_nothing(house: House, ada: Browser) -> None:
    for rows, fields in (((), {}), (("gone",), {}), (("scanners",), {"verdict": "x"})):
        assert (await decide(ada, *rows, **fields)).endswith("show=due&done=nothing")
    assert (await decide(ada, "scanners", review="2027-05-01")).endswith("done=same")


@pytest.mark.parametrize(
    "wrong", [{"note": ""}, {"note": "a\x1b[2J"}, {"review": ""}, {"review": "2020-01-01"}, {"review": "2099-01-01"}]
)
async def test_without_a_reason_or_a_day_nothing_is_drafted(ada: Browser, wrong: dict[str, str]) -> None:
    await settled(ada, FLOWS)
    answer = await ada.post(AT, row=["scanners"], **{**FORM, **wrong})
    assert answer.status_code in {400, 409}
