"""Going on after a fresh proof: the form as it was, to be sent with one press."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.web.conftest import Browser, House

from limen.clock import HOUR, MINUTE


def way_on(asked: httpx2.Response) -> str:
    """Where a step-up leads."""
    there = urlsplit(asked.headers["location"])
    assert there.path == "/step-up"
    return parse_qs(there.query)["to"][0]


async def test_what_was_typed_is_there_as_it_was_and_one_press_does_it(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get("/console/people/invite")
    house.clock.forward(11 * MINUTE)
    typed = {"name": 'Noa "N" Vos', "email": "noa@harbor.example", "groups": ["staff", "finance"], "how": "show"}
    asked = await browser.client.post(
        "/console/people/invite",
        data={"csrf": browser.csrf, **typed},
        headers={"origin": "https://limen.harbor.localhost", "sec-fetch-site": "same-origin"},
    )
    await browser.step_up("limen", way_on(asked))
    page = await browser.get(way_on(asked))
    assert len(house.limen.known.people) == 1
    assert "/enrol#" in (await browser.press(page)).text
    noa = house.limen.known.people[house.id_of("noa@harbor.example")]
    assert (noa.name, noa.groups) == ('Noa "N" Vos', {"staff", "finance"})


async def test_text_of_many_lines_comes_back_as_it_was(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    at = "/console/policies/guests-read/text"
    await browser.get("/console/policies/guests-read/edit?as=text")
    for _ in range(2):
        house.clock.forward(HOUR - MINUTE)
        await browser.get("/")
    text = '// "one" & <two>\r\npermit (principal, action, resource);\r\n'
    asked = await browser.post(at, text=text)
    await browser.step_up("limen", way_on(asked))
    page = await browser.get(way_on(asked))
    assert f'action="{at}"' in page.text
    assert "&#34;one&#34; &amp; &lt;two&gt;" in page.text


async def test_an_employee_reads_it_in_their_language(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    house.clock.forward(11 * MINUTE)
    asked = await browser.post("/passkeys/codes")
    await browser.step_up("limen", way_on(asked))
    page = await browser.get(way_on(asked), **{"accept-language": "de"})
    assert ">Jetzt ausführen</button>" in page.text
    assert (await browser.press(page)).status_code == 200


async def test_what_came_too_late_says_so_in_their_language(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    page = await browser.get("/go-on?form=nothing", **{"accept-language": "de"})
    assert page.status_code == 400
    assert 'lang="de"' in page.text


@pytest.mark.parametrize("path", ["/passkeys/password", "/passkeys/authenticator"])
async def test_a_form_with_a_secret_is_not_kept_and_its_page_says_to_select_it_again(
    house: House, browser: Browser, path: str
) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    house.clock.forward(11 * MINUTE)
    asked = await browser.post(path, password="tidal marble lantern fox", code="123456")
    assert way_on(asked) == "/passkeys?proved=again"
    assert 'class="notice heed" role="status"' in (await browser.get("/passkeys?proved=again")).text


async def test_who_is_not_signed_in_signs_in(browser: Browser) -> None:
    assert (await browser.get("/go-on?form=x")).headers["location"] == "/sign-in"
