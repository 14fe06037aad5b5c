"""My data actions: one's own, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

from tests.data.findings.noted import findings_of, note
from tests.web.conftest import Browser, House

from limen.clock import DAY
from limen.data.findings.model import State
from limen.data.inventory.model import Audience
from limen.data.links import kept_links
from limen.data.links.model import KeptLink, LinkState
from limen.messages import Language, catalogue
from limen.web.data.mine import kinds_in


async def test_ones_own_are_shown_and_exceptions_ended(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    mia = await house.member(browser, "Mia", "staff")
    page = await browser.get("/data")
    assert (page.status_code, page.text.count('class="empty"')) == (200, 2)
    event = note(house, mia, passed=True, why="justified", kinds="<i>IBAN")
    await findings_of(house).justified(event, mia, "<b>asked")
    note(house, "p_other", kinds="Passport number")
    await findings_of(house).not_sensitive(mia, "wiki", {b"d" * 16: event})
    await findings_of(house).decide([event], State.CONFIRMED, by="ada")
    await findings_of(house).not_sensitive(mia, "wiki", {b"o" * 16: event})
    page = (await browser.get("/data")).text
    assert ("&lt;i&gt;IBAN" in page, "&lt;b&gt;asked" in page, "Passport" in page) == (True, True, False)
    (own,) = await findings_of(house).own_exceptions(mia)
    assert (await browser.post(f"/data/exceptions/{own.id}/end")).headers["location"] == "/data?done=ended"
    assert (await browser.post(f"/data/exceptions/{own.id}/end")).headers["location"] == "/data?done=gone"
    assert (await browser.get("/data?done=ended")).text.count('class="empty"') == 1


async def test_kinds_are_said_in_the_readers_language(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    mia = await house.member(browser, "Mia", "staff")
    note(house, mia, kinds="Date of birth, Private key, encoded once more")
    page = (await browser.client.get("/data", headers={"accept-language": "de"})).text
    say = catalogue(Language.GERMAN).gettext
    kinds = [say("Date of birth"), say("Private key, encoded once more")]
    assert "Geburtsdatum" in kinds
    assert ", ".join(kinds) in page


async def test_nobody_ends_anothers(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    await house.member(browser, "Mia", "staff")
    await findings_of(house).not_sensitive("p_other", "wiki", {b"d" * 16: ""})
    (other,) = await findings_of(house).own_exceptions("p_other")
    await browser.get("/data")
    assert (await browser.post(f"/data/exceptions/{other.id}/end")).headers["location"] == "/data?done=gone"
    assert findings_of(house).is_excepted("p_other", "wiki", b"d" * 16)


async def test_links_that_need_a_reason_are_answered_by_their_maker_alone(house: House, browser: Browser) -> None:
    await house.administrator(house.browser())
    mia = await house.member(browser, "Mia", "staff")
    now = house.clock.now()
    link = KeptLink(
        "dl_1",
        "finance",
        "d/A",
        "a",
        "p",
        "d/A",
        "<b>plan.txt",
        "1",
        Audience.ANYONE,
        (),
        mia,
        "e1",
        b"d" * 16,
        LinkState.WAITS,
        made_at=now,
        due_at=now + DAY,
    )
    for one in (link, replace(link, id="dl_2", person_id="p_other", event="e2", name="secret plan")):
        await house.limen.core.database.writing(lambda t, of=one: kept_links.keep(t.connection, of))
    page = (await browser.get("/data")).text
    assert ("&lt;b&gt;plan.txt" in page, "secret plan" in page, "/data/links/e1/justify" in page) == (True, False, True)
    for path, fields, done in (
        ("e2/justify", {"why": "mine"}, "no-reason"),
        ("e1/justify", {"why": " "}, "no-reason"),
        ("e2/not-sensitive", {}, "no-reason"),
        ("e1/not-sensitive", {}, "not-sensitive"),
    ):
        answer = await browser.post(f"/data/links/{path}", **fields)
        assert answer.headers["location"] == f"/data?done={done}"
        assert (await browser.get(f"/data?done={done}")).status_code == 200
    assert findings_of(house).is_excepted(mia, "finance", b"d" * 16)
    again = replace(link, event="e3", id="dl_3")
    await house.limen.core.database.writing(lambda t: kept_links.keep(t.connection, again))
    answer = await browser.post("/data/links/e3/justify", why="asked")
    assert answer.headers["location"] == "/data?done=kept"
    assert (await browser.get("/data?done=kept")).text.count("/justify") == 0


def test_kinds_are_told_apart_also_where_one_has_a_comma() -> None:
    long = "Private key, encoded once more"
    known = {"IBAN", "Private key", long}
    assert kinds_in("", known) == []
    assert kinds_in(f"IBAN, {long}, Our own", known) == ["IBAN", long, "Our own"]
