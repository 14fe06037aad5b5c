"""The page on which reviewers decide: rows, many at once, undoing, and what is no longer as it was shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.access.reviews.harbor_reviews import UnderReview, begun
from tests.web.conftest import move_in

from limen.access.reviews.model import Verdict

AT = "/access/reviews"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[AtHarbor]:
    async with AsyncExitStack() as closing:
        yield AtHarbor(await move_in(closing, tmp_path / "harbor"))


@pytest.fixture
async def farid(at: AtHarbor) -> Colleague:
    return await at.colleague("Farid", "staff", "sales")


@pytest.fixture
async def greta(at: AtHarbor) -> Colleague:
    return await at.colleague("Greta", "staff", "sales")


@pytest.fixture
async def under(at: AtHarbor, farid: Colleague, greta: Colleague) -> UnderReview:
    return await begun(at)


def page_of(under: UnderReview) -> str:
    return f"{AT}/{under.review.id}"


async def test_reviewers_find_what_is_theirs_to_decide(
    at: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    listed = await farid.browser.get(AT)
    assert re.findall(rf'href="({AT}/[a-z0-9_]+)"', listed.text) == [page_of(under)]
    row = await under.row(greta.id)
    page = (await farid.browser.get(page_of(under))).text
    assert re.findall(r'name="row" value="([^"]+)"', page) == [f"{row.id}.1"]
    tom = await at.colleague("Tom", "staff")
    assert AT + "/rv" not in (await tom.browser.get(AT)).text
    for address in (page_of(under), f"{AT}/rv_none"):
        assert 'name="row"' not in (await tom.browser.get(address)).text


async def test_a_press_decides_the_rows_that_are_selected_and_undo_takes_it_back(
    at: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    row = await under.row(greta.id)
    await farid.browser.get(page_of(under))
    done = await farid.browser.post(f"{page_of(under)}/decide", row=f"{row.id}.1", verdict="remove", note="left sales")
    assert "done=done" in done.headers["location"]
    assert not greta.opens()
    shown = (await farid.browser.get(done.headers["location"])).text
    assert re.findall(r'name="undo" value="([^"]+)"', shown) == [f"{row.id}.2"]
    decided = (await farid.browser.get(f"{page_of(under)}?show=decided")).text
    assert 'data-verdict="remove" data-effect="removed"' in decided
    back = await farid.browser.post(f"{page_of(under)}/undo", undo=f"{row.id}.2")
    assert "done=undone" in back.headers["location"]
    assert greta.opens()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"row": "", "verdict": "keep"}, "nothing"),
        ({"row": "rr_none.1", "verdict": "keep"}, "unknown"),
        ({"row": "rr_none.x", "verdict": "keep"}, "nothing"),
        ({"row": "rr_none.1", "verdict": "open"}, "nothing"),
    ],
)
async def test_what_is_no_row_or_verdict_decides_nothing(
    under: UnderReview, farid: Colleague, fields: dict[str, str], word: str
) -> None:
    await farid.browser.get(page_of(under))
    done = await farid.browser.post(f"{page_of(under)}/decide", **fields)
    assert f"done={word}" in done.headers["location"]
    assert {one.verdict for one in await under.rows()} == {Verdict.OPEN}


async def test_what_is_shown_is_chosen_by_state_use_and_name(
    under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    row = await under.row(greta.id)
    for query, is_shown in (("", 1), ("?show=unused", 1), ("?show=decided", 0), ("?q=greta", 1), ("?q=oscar", 0)):
        assert (await farid.browser.get(page_of(under) + query)).text.count(f'data-row="{row.id}"') == is_shown


async def test_it_is_in_german_too(under: UnderReview, farid: Colleague) -> None:
    english = (await farid.browser.get(page_of(under))).text
    german = (await farid.browser.get(page_of(under), **{"accept-language": "de"})).text
    for verdict in ("keep", "remove", "narrow", "ask"):
        (one,) = re.findall(rf'value="{verdict}"[^>]*>([^<]+)<', english)
        (other,) = re.findall(rf'value="{verdict}"[^>]*>([^<]+)<', german)
        assert one != other
