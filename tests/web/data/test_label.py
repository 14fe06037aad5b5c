"""Label a document: what an employee sees of it, chooses, and gets back."""

from __future__ import annotations

import pytest
from tests.data.findings.noted import findings_of
from tests.data.labels import made
from tests.web.conftest import Browser, House
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

from limen.data.findings.service import Wanted
from limen.data.labelling import Choice
from limen.data.labels import carriers
from limen.data.labels.marks import Marks
from limen.data.labels.model import DocumentLabel, Standing, WhyNoLabel
from limen.facts import Label
from limen.web.data import label as page_of_it
from limen.web.data.label import NOTES, WHY_NOT

PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Label
WHY = "our own account, on each invoice"


__all__ = ["one_inspection", "quick"]
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
async def house(house: House) -> House:
    await house.administrator(house.browser())
    return house


@pytest.fixture
async def mia(house: House) -> Browser:
    return await arrived(house, "Mia", "staff")


async def test_it_says_what_a_document_has_and_should_have_and_never_a_value(mia: Browser) -> None:
    page = await look(mia, made.word(f"{ACCOUNT} of Anna"))
    assert page.status_code == 200
    assert (shown(page, "counts-as"), shown(page, "content")) == ("Confidential", "Confidential")
    assert ("<strong>IBAN</strong>" in page.text, "0130" in page.text) == (True, False)
    assert open_to(page) == {"public": False, "internal": False, "confidential": True, "restricted": True}
    assert 'value="confidential" required checked' in page.text
    assert shown(page, "ask").startswith("Ask")
    page = await look(mia, made.word())
    assert open_to(page) == dict.fromkeys(("public", "internal", "confidential", "restricted"), True)


async def test_the_document_comes_back_with_its_label_and_under_its_name(house: House, mia: Browser) -> None:
    for kind, make in made.ALL.items():
        answer = await give(mia, make(), "internal", name=f"Büro {kind}.{kind}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
        assert answer.headers["content-disposition"].endswith(f"filename*=UTF-8''B%C3%BCro%20{kind}.{kind}")
        claim = claim_of(house, answer.content)
        assert (claim.label, claim.standing) == (INTERNAL, Standing.PROVEN)
        assert claim.proven is not None
        assert (claim.proven.by, claim.proven.lowered_from) == (house.id_of("mia@harbor.example"), None)
    assert house.events("data.label_lowered") == []


async def test_whoever_data_yaml_names_lowers_with_a_reason_and_that_is_seen(house: House) -> None:
    fin = await arrived(house, "Fin", "staff", "finance")
    document = made.pdf(ACCOUNT)
    assert open_to(await look(fin, document))["public"]
    for why in ("", "  ", "a\x1b[2J", "x" * 301):
        refused = await give(fin, document, "public", why)
        assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)
    assert house.events("data.label_lowered") == []
    answer = await give(fin, document, "public", f"<b>{WHY}")
    claim = claim_of(house, answer.content)
    assert claim.proven is not None
    assert (claim.proven.label, claim.proven.lowered_from, claim.standing) == (PUBLIC, CONFIDENTIAL, Standing.PROVEN)
    (event,) = house.events("data.label_lowered")
    assert event.actor == house.id_of("fin@harbor.example")
    assert event.details == {"before": "confidential", "after": "public"}
    assert WHY not in str(event)  # their words stand beside it, since it outlasts them

    page = await look(fin, answer.content)
    assert (shown(page, "counts-as"), shown(page, "content")) == ("Public", "Confidential")
    assert "lowered from Confidential" in shown(page, "says")
    (found,), _ = await findings_of(house).find(Wanted(), 10)
    assert (found.id, found.lowered, found.passed) == (event.id, ("confidential", "public"), True)
    assert found.said == f"<b>{WHY}"
    assert f"&lt;b&gt;{WHY}" in (await fin.get("/data")).text


async def test_a_console_user_sees_it_among_findings_and_decides_about_it(house: House) -> None:
    fin = await arrived(house, "Fin", "staff", "finance")
    await give(fin, made.word(ACCOUNT), "internal", WHY)
    ada = house.browser()
    link = await house.limen.identity.people.invite("Ann", "ann@harbor.example", ["administrators"], by="")
    await ada.enrol(link)
    page = (await ada.get("/console/findings")).text
    assert (page.count("Label lowered"), WHY in page) == (1, True)
    assert (await ada.get("/console/findings?passed=no")).text.count("data-row=") == 0
    (row,) = (await ada.get("/console/findings/list.json")).json()
    assert (row["lowered"], row["said"], row["passed"]) == ("confidential internal", WHY, True)
    assert "confidential internal" in (await ada.get("/console/findings/list.csv")).text
    (event,) = house.events("data.label_lowered")
    await ada.post("/console/findings/decide", verdict="confirm", row=event.id)
    assert (await ada.get("/console/findings")).text.count("data-row=") == 0


async def test_ones_own_label_is_corrected_with_a_reason(house: House, mia: Browser) -> None:
    too_high = (await give(mia, made.word(), "restricted")).content
    assert (await give(mia, too_high, "internal")).status_code == 400
    answer = await give(mia, too_high, "internal", "chosen by mistake")
    assert claim_of(house, answer.content).label == INTERNAL
    assert len(house.events("data.label_lowered")) == 1
    max_ = await arrived(house, "Max", "staff")
    assert (await give(max_, too_high, "internal", "not mine")).status_code == 403


async def test_labels_of_others_are_named_and_hold(house: House, mia: Browser) -> None:
    microsoft = made.sheet(made.TEXT, (f"MSIP_Label_{made.MICROSOFT_ID}_Enabled", "true"))
    page = await look(mia, microsoft)
    assert (shown(page, "counts-as"), "Microsoft 365" in shown(page, "says")) == ("Confidential", True)
    fin = await arrived(house, "Fin", "staff", "finance")
    assert (await give(fin, microsoft, "internal", "it is fine")).status_code == 403
    unknown = made.sheet(made.TEXT, ("MSIP_Label_ffffffff-1111-2222-3333-444455556666_Enabled", "true"))
    page = await look(mia, unknown)
    assert "Microsoft 365" in shown(page, "says")
    assert shown(page, "counts-as").startswith("nothing")
    unmarked = carriers.write(made.word(), DocumentLabel(CONFIDENTIAL), Marks())
    page = await look(mia, unmarked)
    assert ("another tool" in shown(page, "says"), open_to(page)["internal"]) == (True, False)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"name,card\n", WhyNoLabel.NO_ROOM),
        (b"%PDF-1.7\nnothing", WhyNoLabel.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), WhyNoLabel.ENCRYPTED),
        (made.pdf() + b"/ByteRange", WhyNoLabel.SIGNED),
    ],
)
async def test_what_can_have_no_label_says_what_to_do(mia: Browser, data: bytes, why: WhyNoLabel) -> None:
    page = await look(mia, data)
    assert (page.status_code, open_to(page)) == (200, {})
    assert WHY_NOT[why][1] in page.text
    refused = await give(mia, data, "internal")
    assert (refused.status_code, WHY_NOT[why][0].split(",")[0] in refused.text.replace("&#39;", "'")) == (400, True)


async def test_nothing_and_too_much_are_told(mia: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in (AT, f"{AT}/look"):
        assert (await send(mia, at, b"", label="internal")).status_code == 400
        assert (await send(mia, at, b"x" * (page_of_it.MOST_BYTES + 1), label="internal")).status_code == 400
    for label in ("", "secret"):
        page = await send(mia, AT, made.word(), label=label)
        assert (page.status_code, 'id="looked"' in page.text) == (400, True)
    monkeypatch.setattr(page_of_it, "MOST_AT_ONCE", 0)
    assert [(await look(mia, made.word())).status_code, (await give(mia, b"a", "internal")).status_code] == [429, 429]


async def test_it_is_read_in_german(mia: Browser) -> None:
    mia.client.headers["accept-language"] = "de"
    page = await look(mia, made.word(ACCOUNT))
    assert (shown(page, "counts-as"), "<h1>Ein Dokument einstufen</h1>" in page.text) == ("Vertraulich", True)
    assert 'lang="de"' in page.text


async def test_a_card_is_lowered_by_nobody_whom_only_a_lower_label_names(house: House) -> None:
    fin, eve = await arrived(house, "Fin", "staff", "finance"), await arrived(house, "Eve", "staff")
    card = made.word(CARD)
    assert (await give(fin, card, "internal", "why not")).status_code == 403
    assert "eve@harbor.example" in shown(await look(fin, card), "ask")
    lowered = (await give(eve, card, "confidential", "it is a test card")).content
    assert (await give(fin, lowered, "internal", "and lower")).status_code == 403  # it was restricted before
    again = await give(eve, lowered, "internal", "and lower")
    claim = claim_of(house, again.content)
    assert claim.proven is not None
    assert (claim.proven.label, claim.proven.lowered_from) == (INTERNAL, RESTRICTED)


def test_every_reason_has_words() -> None:
    assert set(WHY_NOT) == set(WhyNoLabel)
    assert set(NOTES) == set(Choice) - {Choice.GIVEN}
