"""A change and a publication that changed the same: chosen part by part on the page, planned, published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import httpx2
import pytest
from tests.web.console.conftest import Console
from tests.web.console.test_change_updates import policy_of
from tests.web.console.test_changes import begun, published

AT = "/console/policies/staff-work/text"


@dataclass
class Clash:
    """Ada's change, and what was published while she made it."""

    console: Console
    change: str
    ours: str
    theirs: str
    onto: str = ""

    async def shown(self) -> httpx2.Response:
        page = await self.console.ada.post(f"{self.change}/rebase")
        self.onto = re.search(r'name="onto" value="(\w+)"', page.text)[1]  # type: ignore[index]
        return page

    async def choose(self, **fields: str) -> httpx2.Response:
        return await self.console.ada.post(f"{self.change}/resolve", **{"onto": self.onto, **fields})


@pytest.fixture
async def clash(console: Console) -> Clash:
    text = policy_of(console, "staff-work")
    ours = text.replace("context.auth.strength >= 2", "context.auth.strength >= 2 && context.auth.strength >= 1")
    theirs = text.replace("Staff use", "Staff open")
    first = await begun(console, AT, text=theirs, do="")
    second = await begun(console, AT, text=ours, do="")
    await published(console, first)
    return Clash(console, second, ours, theirs)


async def test_both_versions_are_shown_and_there_is_room_to_write_a_third(clash: Clash) -> None:
    page = await clash.shown()
    assert page.status_code == 409
    texts = [unescape(text) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", page.text, re.DOTALL)]
    written = re.findall(r'<textarea name="own0"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert len(texts) == 2
    assert "Staff open" in texts[0]
    assert "strength &gt;= 1" in written[0]
    assert unescape(written[0]) == texts[1]


@pytest.mark.parametrize(
    ("take", "has", "has_not"), [("theirs", "Staff open", "strength >= 1"), ("ours", "strength >= 1", "Staff open")]
)
async def test_what_is_chosen_is_planned_like_any_change(clash: Clash, take: str, has: str, has_not: str) -> None:
    await clash.shown()
    answer = await clash.choose(take0=take)
    assert answer.status_code == 303
    if take == "theirs":  # which leaves nothing to publish
        assert "done=same" in answer.headers["location"]
    else:
        await published(clash.console, answer.headers["location"])
    text = policy_of(clash.console, "staff-work")
    assert has in text
    assert has_not not in text
    assert (await clash.console.ada.get(clash.change)).status_code == 404


async def test_what_somebody_writes_takes_the_place_of_both(clash: Clash) -> None:
    page = await clash.shown()
    written = unescape(re.findall(r'<textarea name="own0"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)[0])
    both = written.replace("Staff use", "Staff open").replace("\n", "\r\n")
    answer = await clash.choose(take0="own", own0=both)
    await published(clash.console, answer.headers["location"])
    text = policy_of(clash.console, "staff-work")
    assert "Staff open" in text
    assert "strength >= 1" in text
    assert "\r" not in text


async def test_nothing_is_chosen_for_anybody_and_what_was_written_stays(clash: Clash) -> None:
    await clash.shown()
    page = await clash.choose(own0="// not finished")
    assert page.status_code == 409
    assert "// not finished</textarea>" in page.text
    assert "checked" not in re.findall(r'<form[^>]*id="resolve".*?</form>', page.text, re.DOTALL)[0]


async def test_a_text_that_can_not_be_read_is_said_and_stays(clash: Clash) -> None:
    await clash.shown()
    page = await clash.choose(take0="own", own0="permit (")
    assert page.status_code == 409
    assert "permit (</textarea>" in page.text
    assert re.search(r'value="own" checked', page.text)


async def test_what_was_chosen_holds_for_what_was_shown(clash: Clash) -> None:
    """Somebody publishes once more between the page and the choice: the texts to choose from are others now."""
    await clash.shown()
    third = await begun(clash.console, AT, text=clash.theirs.replace("Staff open", "Staff read"), do="")
    await published(clash.console, third)
    page = await clash.choose(take0="ours")
    assert page.status_code == 409
    assert "Staff read" in page.text
    assert "strength >= 1" not in policy_of(clash.console, "staff-work")


async def test_it_is_its_authors_alone(clash: Clash) -> None:
    await clash.shown()
    bea = clash.console.house.browser()
    await clash.console.house.member(bea, "Bea", "administrators", "staff")
    await bea.get("/console")
    assert (await bea.post(f"{clash.change}/resolve", onto=clash.onto, take0="ours")).status_code == 404
