"""Attacks on *Label a document*: labels lowered without a right or unseen, and files made to harm whoever reads them,
or to be opened in Limen's origin.
"""

from __future__ import annotations

import asyncio
import io
import zipfile

import pytest
from sqlalchemy.exc import OperationalError
from tests.data.extraction import bombs
from tests.data.labels import made
from tests.web.conftest import OUR_PAGE, Browser, House, house
from tests.web.data.labelled import (
    ACCOUNT,
    AT,
    CARD,
    arrived,
    claim_of,
    give,
    look,
    one_inspection,
    open_to,
    quick,
    send,
    shown,
)

from limen.data.labels import carriers
from limen.data.labels.marks import Marks
from limen.data.labels.model import DocumentLabel, Standing
from limen.facts import Label
from limen.web.data import label as page_of_it

__all__ = ["house", "one_inspection", "quick"]
pytestmark = pytest.mark.usefixtures("quick")
PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Label
_SAID = (CARD.encode(), b"4111 1111", b"4111111111111111")
_THIEF = Marks((b"a key that the thief has made up",))


@pytest.fixture
async def mia(house: House) -> Browser:
    await house.administrator(house.browser())
    return await arrived(house, "Mia", "staff")


async def _keeps(house: House, browser: Browser, data: bytes, label: str = "public") -> None:
    """It is refused, and nothing says that it was lowered."""
    refused = await give(browser, data, label, "because I say so")
    assert (refused.status_code, refused.headers["content-type"][:9]) == (403, "text/html")
    assert house.events("data.label_lowered") == []


async def test_below_what_the_content_says_without_a_right(house: House, mia: Browser) -> None:
    await _keeps(house, mia, made.word(ACCOUNT))
    await _keeps(house, mia, made.pdf(CARD), "confidential")


async def test_a_label_forged_to_have_been_ones_own_or_lowered_before(house: House, mia: Browser) -> None:
    own, document = house.id_of("mia@harbor.example"), made.word(CARD)
    for said in (DocumentLabel(RESTRICTED, 1, own), DocumentLabel(PUBLIC, 1, own, RESTRICTED)):
        forged = carriers.write(document, said, _THIEF)
        page = await look(mia, forged)
        assert (shown(page, "counts-as"), "forged" in shown(page, "says")) == ("Restricted", True)
        assert open_to(page)["confidential"] is False
        await _keeps(house, mia, forged)


async def test_a_lowered_label_of_somebody_elses_document_is_moved_to_ones_own(house: House, mia: Browser) -> None:
    eve = await arrived(house, "Eve", "staff")
    lowered = carriers.read((await give(eve, made.word(CARD), "public", "a test card")).content)
    (mark,) = lowered.marks
    moved = carriers.carrier_of(made.word(f"{CARD}, and more")).write("public", mark)
    assert claim_of(house, moved).standing is Standing.CHANGED
    assert shown(await look(mia, moved), "counts-as") == "Restricted"
    refused = await give(mia, moved, "public", "as before")
    assert (refused.status_code, len(house.events("data.label_lowered"))) == (403, 1)


async def test_what_is_restricted_is_packed_into_what_is_public(house: House, mia: Browser) -> None:
    secret = (await give(mia, made.word(), "restricted")).content
    outer = io.BytesIO(made.word())
    with zipfile.ZipFile(outer, "a") as archive:
        archive.writestr("word/embeddings/a.docx", secret)
    await _keeps(house, mia, outer.getvalue())
    eve = await arrived(house, "Eve", "staff")
    await _keeps(house, eve, outer.getvalue())  # nor by whoever may lower: it says so all the same


async def test_a_label_is_lowered_by_nobody_where_that_is_not_recorded(
    house: House, mia: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve = await arrived(house, "Eve", "staff")

    def full(*_: object) -> None:
        raise OperationalError("", {}, Exception("disk is full"))

    monkeypatch.setattr("limen.data.labelling.store.keep_reason", full)
    answer = await asyncio.gather(give(eve, made.word(CARD), "public", "a test card"), return_exceptions=True)
    assert not any(getattr(one, "status_code", 500) == 200 for one in answer)
    assert house.events("data.label_lowered") == []


async def test_a_page_is_not_given_back_to_be_opened_in_our_origin(mia: Browser) -> None:
    page = b"<!doctype html><script>fetch(document.cookie)</script>"
    refused = await give(mia, page, "internal", name="a.html")
    assert (refused.status_code, b"document.cookie" in refused.content) == (400, False)
    mail = made.mail("<script>alert(1)</script>", "Content-Type: text/html")
    answer = await give(mia, mail, "internal", name="a.html")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/a.docx",
        'a"; filename="evil.exe',
        "offer\u202excod.exe",
        "a\tb\x1b[2J.docx",
        "<img src=x onerror=alert(1)>.docx",
        "{{ 7 * 7 }}.docx",
        "x" * 1_000,
        "CON",
    ],
)
async def test_a_name_leads_nowhere_and_says_nothing_else(mia: Browser, name: str) -> None:
    page = await look(mia, made.word(), name=name)
    assert page.status_code == 200
    assert not {"<img", "\u202e", "\x1b", ">49"} & {
        one for one in ("<img", "\u202e", "\x1b", ">49") if one in page.text
    }
    disposition = (await give(mia, made.word(), "internal", name=name)).headers["content-disposition"]
    assert disposition.count('"') == 2
    assert not set("/\\<>\x1b") & set(disposition.split('"')[1])
    assert "%2F" not in disposition


async def test_other_sites_have_nothing_labelled_or_looked_into(mia: Browser) -> None:
    for at in (AT, f"{AT}/look"):
        files, said = {"file": ("a.docx", made.word(), "")}, {"csrf": mia.csrf, "label": "public"}
        for headers in ({**OUR_PAGE, "sec-fetch-site": "cross-site", "origin": "https://evil.example"}, {}):
            answer = await mia.client.post(at, data=said, files=files, headers=headers)
            assert answer.status_code == 403
        forged = await mia.client.post(at, data={**said, "csrf": "x" * 43}, files=files, headers=OUR_PAGE)
        assert forged.status_code == 403


async def test_strangers_have_nothing_read(house: House, mia: Browser) -> None:
    stranger = house.browser()
    answer = await stranger.client.post(AT, files={"file": ("a.docx", b"x" * 100_000)}, headers=OUR_PAGE)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


async def test_a_huge_file_is_not_read(mia: Browser) -> None:
    most = page_of_it.MOST_BYTES + 1024 * 1024
    assert (await send(mia, AT, bytes(most), label="internal")).status_code == 413


async def test_a_bomb_ends_neither_us_nor_its_page(mia: Browser) -> None:
    for name in ("Word of empty elements", "a page deflated twice", "zip in zip"):
        page = await look(mia, bombs.BOMBS[name]())
        assert (page.status_code, 'id="unread"' in page.text) == (200, True), name
    assert (await look(mia, made.word(ACCOUNT))).status_code == 200


async def test_one_person_leaves_room_for_others(house: House, mia: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = await asyncio.gather(*(look(mia, made.word(ACCOUNT)) for _ in range(5)))
    assert sorted({one.status_code for one in answers}) == [200, 429]
    assert (await look(mia, made.word(ACCOUNT))).status_code == 200  # and the room is given back
    monkeypatch.setattr(page_of_it, "MOST_OF_ONE", 0)
    assert (await look(mia, made.word(ACCOUNT))).status_code == 429


async def test_nothing_of_a_document_is_left_behind(
    house: House, mia: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    eve = await arrived(house, "Eve", "staff")
    await look(eve, made.word(CARD))
    assert (await give(eve, made.word(CARD), "public", "a test card")).status_code == 200
    house.limen.journal.flush()
    for path in house.limen.core.root.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not [one for one in _SAID if one in data], path
        assert b"word/document.xml" not in data, path
    assert "4111 1111" not in caplog.text
