"""Attacks on the network's pages: forms that are forged or smuggle YAML, markup in what is stated, and who may look."""

from __future__ import annotations

from html import unescape

import pytest
from tests.network.networks import harbor, way
from tests.web.conftest import OUR_PAGE, Browser, House, house
from tests.web.network.conftest import Put, ada, put, settled

from limen.network.model import FILE, Flow, Never
from limen.web.network.changing import NEW, TEXT

__all__ = ["ada", "house", "put"]
AT = "/console/network"
FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
POSTS = (NEW, TEXT, f"{AT}/flows/decide", f"{AT}/trials/look-first/end", f"{AT}/requested/ar_1", f"{AT}/blast")
FORM = {
    "id": "lists",
    "from": "warehouse",
    "to": "printer-office",
    "service": "printing",
    "owner": "staff",
    "purpose": "Lists",
    "review": "2027-05-01",
    "expires": "",
}
SENT = {**FORM, "flow": "scanners", "zone": "", "text": "", "do": "plan"}
MARKUP = "</p><script>alert(1)</script><a href='https://evil.example'>Sign in</a> {{ 7*7 }}"


@pytest.mark.parametrize("path", POSTS)
async def test_a_form_of_another_site_changes_nothing(ada: Browser, path: str) -> None:
    await ada.get(NEW)
    for headers, csrf in ((FOREIGN, ada.csrf), (OUR_PAGE, "A" * 43)):
        sent = await ada.client.post(path, data={"csrf": csrf, "base": ada.base, **SENT}, headers=headers)
        assert sent.status_code == 403


@pytest.mark.parametrize("path", POSTS)
async def test_whoever_only_reads_or_works_here_changes_nothing(house: House, path: str) -> None:
    for name, group in (("Iris", "auditors"), ("Tom", "staff"), ("Hana", "helpdesk")):
        browser = house.browser()
        await house.member(browser, name, group)
        await browser.get("/sessions")
        assert (await browser.post(path, **SENT)).headers["location"].startswith("/not-yet")


async def test_a_stranger_sees_no_address_of_the_network(house: House) -> None:
    nobody, tom, hana = house.browser(), house.browser(), house.browser()
    await house.member(tom, "Tom", "staff")
    await house.member(hana, "Hana", "helpdesk")
    for browser in (nobody, tom, hana):
        for path in (
            "",
            "/zones/finance",
            "/matrix",
            "/matrix/office/finance",
            "/flows",
            "/never",
            "/blast?from=vault",
        ):
            page = await browser.get(f"{AT}{path}")
            assert page.status_code == 303
            assert "10.22" not in page.text


EVIL = (
    'x"\n  - {id: evil, from: everything, to: everything, service: any}\n',
    "x', review: 2027-01-01}\r\n  - id: evil",
    "x # \n\nflows: [{id: evil}]",
    "*evil",
    "!!python/object:os.system [evil]",
    "x\u2028- id: evil",
    "x\x85- id: evil",
)
"""What ends a value of YAML, or is no value."""


async def test_no_field_smuggles_another_flow_into_the_file(house: House, ada: Browser) -> None:
    """Whatever is typed is one value of one flow, or is refused: `evil` never comes into being."""
    drafts = 0
    for name in FORM:
        for evil in EVIL:
            await ada.get(NEW)
            answer = await ada.post(NEW, **{**FORM, name: evil})
            assert answer.status_code in {303, 400}
            if answer.status_code == 303:
                page, drafts = unescape(await settled(ada, answer.headers["location"])), drafts + 1
                assert "New flow evil" not in page
                assert "New flow lists" in page
    assert 0 < drafts < len(EVIL)  # a purpose may look like YAML
    company = house.limen.in_force.company
    assert company is not None
    assert "evil" not in company.files[FILE]


async def test_what_is_stated_is_no_markup_on_any_page(ada: Browser, put: Put) -> None:
    bad = Flow("bad", way("office", "files"), MARKUP, MARKUP, "2027-05-01")
    never = Never("no-files", way("office", "files"), MARKUP)
    put(harbor((bad,), (), (never,)), {"guests-inside": MARKUP})
    for path in ("", "/zones/servers", "/matrix", "/matrix/office/servers", "/flows", "/flows/bad", "/never"):
        page = await settled(ada, f"{AT}{path}")
        assert "<script>alert" not in page
        assert "evil.example'>" not in page
        assert "49" not in page.split("Sign in")[-1][:20]


@pytest.mark.parametrize("path", ["/zones/{}", "/matrix/{}/office", "/matrix/office/{}", "/flows/{}", "/blast?from={}"])
async def test_an_address_that_somebody_made_up_leads_nowhere(ada: Browser, path: str) -> None:
    await settled(ada, AT)
    await settled(ada, f"{AT}/blast")
    for name in ("..%2F..%2Fetc", "%3Cscript%3E", "x" * 190, "a%00", "offi%0Ace", "Office"):
        page = await ada.get(f"{AT}{path.format(name)}")
        assert page.status_code == 404
        assert "<script>" not in page.text


async def test_a_draft_is_nobody_else_s(house: House, ada: Browser) -> None:
    await ada.get(NEW)
    draft = (await ada.post(NEW, **FORM)).headers["location"]
    eve = house.browser()
    await house.member(eve, "Eve", "administrators")
    assert (await eve.get(draft)).status_code == 404
