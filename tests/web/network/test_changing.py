"""network.yaml changed on pages: as a draft that says what becomes newly reachable, and never past a statement."""

from __future__ import annotations

from html import unescape

import pytest
from tests.web.conftest import Browser, House
from tests.web.network.conftest import settled

from limen.network.model import FILE
from limen.web.console.edited_file import MOST_TEXT
from limen.web.network.changing import NEW, TEXT

FORM = {
    "id": "wiki-print",
    "from": "warehouse",
    "to": "printer-office, files",
    "service": "printing",
    "owner": "staff",
    "purpose": "Labels; with: signs",
    "review": "2027-05-01",
    "expires": "",
}


def text_of(house: House) -> str:
    company = house.limen.in_force.company
    assert company is not None
    return company.files[FILE]


async def test_a_flow_is_added_by_a_form_and_its_effect_is_told(ada: Browser) -> None:
    await ada.get(NEW)
    begun = await ada.post(NEW, **FORM)
    assert begun.status_code == 303
    page = await settled(ada, begun.headers["location"])
    people = page.split('id="people"')[1].split("</section>")[0]
    assert "printer-office" in people
    assert "wiki-print" in people
    assert "Labels; with: signs" in unescape(page)


async def test_what_must_never_be_is_refused_on_the_form_with_what_was_typed(ada: Browser) -> None:
    await ada.get(NEW)
    page = await ada.post(NEW, **{**FORM, "to": "accounting"})
    assert page.status_code == 400
    assert "finance-from-hall" in page.text.split('id="wrong"')[1]
    assert 'value="Labels; with: signs"' in page.text
    assert 'value="accounting"' in page.text


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("id", "Not An Id"),
        ("id", "browsing"),
        ("from", "nowhere"),
        ("from", " , "),
        ("to", "printer.example.com"),
        ("service", "carrier-pigeon"),
        ("owner", "nobody-here"),
        ("review", "tomorrow"),
        ("expires", "2027-02-30"),
        ("purpose", "steer\x1b[2J"),
        ("purpose", "x" * 201),
        ("purpose", ""),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_drafted(ada: Browser, name: str, wrong: str) -> None:
    await ada.get(NEW)
    page = await ada.post(NEW, **{**FORM, name: wrong})
    assert page.status_code == 400
    assert 'id="wrong"' in page.text


async def test_the_form_comes_filled_in_from_where_it_was_opened(ada: Browser) -> None:
    page = (await ada.get(f'{NEW}?from=office&to="><script>')).text
    assert 'name="from" value="office"' in page
    assert '"><script>' not in page


async def test_the_text_is_checked_with_its_lines_and_settled(house: House, ada: Browser) -> None:
    page = await ada.get(TEXT)
    text = text_of(house)
    assert unescape(page.text.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0]).strip() == text.strip()
    assert (await ada.post(TEXT, text=text, do="check")).status_code == 200
    wrong = await ada.post(TEXT, text=text.replace("service: smb", "service: smbb"), do="plan")
    assert wrong.status_code == 400
    line = text[: text.index("service: smb")].count("\n") + 1
    assert f'<li class="wrong">{line}</li>' in wrong.text
    begun = await ada.post(
        TEXT, text=text.replace("from: office\n    to: files", "from: guests\n    to: web-shop"), do="plan"
    )
    assert "web-shop" in (await settled(ada, begun.headers["location"])).split('id="people"')[1]


async def test_a_text_that_is_too_long_is_refused_unread(ada: Browser) -> None:
    await ada.get(TEXT)
    assert (await ada.post(TEXT, text="#" * (MOST_TEXT + 1), do="plan")).status_code == 400
    assert (await ada.post(TEXT, text="#" * 20_000, do="plan")).status_code in {400, 413}


async def test_what_others_published_meanwhile_is_not_undone_unseen(house: House, ada: Browser) -> None:
    await ada.get(TEXT)
    old = await ada.post(TEXT, text=text_of(house), do="plan", base="0" * 32)
    assert old.status_code in {400, 409}
    assert f'name="base" value="{"0" * 32}"' in old.text


async def test_only_administrators_change_it(house: House, ada: Browser) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    iris = house.browser()
    await house.member(iris, "Iris", "auditors")
    for path in (NEW, TEXT):
        assert (await tom.get(path)).status_code == 303
        assert (await iris.get(path)).status_code == 303
    page = await iris.get("/console/network")
    assert page.status_code == 200
    assert NEW not in page.text
    assert "/decide" not in (await iris.get("/console/network/flows/scanners")).text
